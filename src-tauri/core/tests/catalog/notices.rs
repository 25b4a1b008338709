//! What AWS's tools pass over in silence.

use hatrack_core::catalog::Severity;

use crate::catalog;

#[test]
fn unknown_keys_and_sections_are_named_with_file_and_line() {
    let catalog = catalog(
        "[profile a]\nregion = eu-west-1\nsoruce_profile = b\ncolour = red\ngranted_sso_region = x\n\
         [foo]\n[sso-sesion corp]\n[profile in valid]\n[default]\n[profile default]\nbad key = 1\n\
         [profile s]\nservices = gone\n",
        "[profile x]\n[sso-session y]\n",
    );
    let seen: Vec<(&str, u32, Severity)> = catalog
        .problems
        .iter()
        .map(|p| (p.file.as_ref(), p.line.unwrap(), p.severity))
        .collect();
    use Severity::{Note, Warning};
    let (config, credentials) = (crate::CONFIG, crate::CREDENTIALS);
    assert_eq!(
        seen,
        [
            (config, 3, Warning),
            (config, 4, Note),
            (config, 6, Warning),
            (config, 7, Warning),
            (config, 8, Warning),
            (config, 9, Warning),
            (config, 11, Warning),
            (config, 13, Warning),
            (credentials, 1, Warning),
            (credentials, 2, Warning),
        ],
        "{:#?}",
        catalog.problems
    );
    assert!(catalog.problems[0].message.contains("source_profile"));
    assert!(catalog.problems[2].message.contains("[profile foo]"));
    assert!(catalog.problems[3].message.contains("sso-session"));
}

#[test]
fn what_the_aws_cli_keeps_for_itself_is_no_problem() {
    let catalog = catalog(
        "[plugins]\nendpoint = awscli_plugin_endpoint\n[preview]\ncloudfront = true\n",
        "",
    );
    assert!(catalog.problems.is_empty(), "{:?}", catalog.problems);
}
