//! Roles Anywhere, recognised by the command line of AWS's helper.

use hatrack_core::route::{Anywhere, Identity, ProcessCommand};

use super::{catalog, role};

const ANCHOR: &str = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a1";
const PROFILE: &str = "arn:aws:rolesanywhere:eu-west-1:111122223333:profile/p1";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/Reader";

fn line(more: &str) -> String {
    format!(
        "aws_signing_helper credential-process --certificate /c.pem --private-key /k.pem --trust-anchor-arn {ANCHOR} \
         --profile-arn {PROFILE} --role-arn {ROLE} {more}"
    )
}

fn read(line: &str) -> Option<Anywhere> {
    ProcessCommand::new(line).anywhere()
}

#[test]
fn s12_the_helpers_line_is_an_identity_of_its_own() {
    let config = format!("[profile plant]\ncredential_process = {}\n", line(""));
    let catalog = catalog(&config, "");
    let entry = role(&catalog, "plant");
    assert_eq!(entry.arn.as_ref().unwrap().to_string(), ROLE);
    let identity = &entry.route.identity;
    assert_eq!(
        (identity.kind(), identity.label()),
        ("roles_anywhere", "Roles Anywhere")
    );
    let Identity::RolesAnywhere(anywhere) = identity else {
        panic!("{identity:?}")
    };
    assert_eq!(anywhere.region, "eu-west-1");
    assert_eq!(anywhere.duration.seconds(), 3600);
    assert_eq!(anywhere.private_key.as_deref(), Some("/k.pem"));
}

#[test]
fn s12_each_option_is_read_in_both_forms() {
    let found = read(&line(
        "--region=us-east-1 --session-duration 900 --role-session-name=night --intermediates \"/a b.pem\" --with-proxy \
         --endpoint https://rolesanywhere.example.com",
    ))
    .unwrap();
    assert_eq!(
        (found.region.as_str(), found.duration.seconds()),
        ("us-east-1", 900)
    );
    assert_eq!(found.session_name.unwrap().as_str(), "night");
    assert_eq!(found.intermediates.as_deref(), Some("/a b.pem"));
    assert_eq!(
        found.endpoint.as_deref(),
        Some("https://rolesanywhere.example.com")
    );
    let anywhere = line("").replacen("aws_signing_helper", "/opt/aws/aws_signing_helper", 1);
    assert!(read(&anywhere).is_some());
}

#[test]
fn b14_what_is_not_understood_stays_a_command_that_asks_for_consent() {
    let no_key = line("").replacen("--private-key /k.pem ", "", 1);
    assert!(read(&no_key).is_some(), "a PKCS #12 file holds both");
    for other in [
        line("--no-verify-ssl"),
        line("--debug"),
        line("--with-proxy=false"),
        line("--future-option x"),
        line("--cert-selector Key=x509Subject,Value=CN=Subject"),
        line("--role-arn arn:aws:iam::111122223333:role/Other"),
        line("--session-duration 60"),
        line("--session-duration soon"),
        line("--role-session-name \"two words\""),
        line("--region"),
        line("--region="),
        line("more"),
        line("&& touch /marker"),
        line("").replacen("credential-process", "update", 1),
        line("").replacen("aws_signing_helper", "aws_signing_helper_2", 1),
        line("").replacen("/k.pem", "pkcs11:object=key", 1),
        line("").replacen("/k.pem", "handle:0x81000001", 1),
        line("").replacen("--role-arn", "-role-arn", 1),
        line("").replacen("eu-west-1", "us-east-1", 1),
        line("").replacen("profile/p1", "trust-anchor/p1", 1),
        line("").replacen(ROLE, "arn:aws:iam::111122223333:user/troy", 1),
        "aws_signing_helper credential-process".to_owned(),
        "aws_signing_helper".to_owned(),
        String::new(),
    ] {
        assert_eq!(read(&other), None, "{other}");
        if other.is_empty() {
            continue;
        }
        let catalog = catalog(&format!("[profile plant]\ncredential_process = {other}\n"), "");
        let identity = &catalog
            .identities
            .iter()
            .find(|i| i.profile == "plant")
            .unwrap()
            .route;
        assert!(
            matches!(identity.identity, Identity::CredentialProcess { .. }),
            "{other}"
        );
    }
}
