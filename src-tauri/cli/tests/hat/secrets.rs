//! G2, small: no secret of the sandbox in any log, history or error.

use std::fs;

use crate::stage::Stage;

#[test]
fn g2_secrets_are_nowhere_but_where_they_were_asked_for() {
    let stage = Stage::set();
    let mut secrets: Vec<String> = fs::read_to_string(stage.credentials_file())
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("aws_secret_access_key = ").map(str::to_owned))
        .collect();
    assert!(secrets.len() > 3);
    let agent = stage.hat(["agent"]).env("HATRACK_LOG", "trace").output().unwrap();
    assert_eq!(agent.status.code(), Some(0));
    let mut said = String::new();
    for profile in ["stuzio", "asi-production", "ledger-reader"] {
        let ran = stage.run(["credential-process", profile]);
        let json = ran.json();
        secrets.push(json["SecretAccessKey"].as_str().unwrap().to_owned());
        secrets.push(json["SessionToken"].as_str().unwrap().to_owned());
        said += &ran.err;
    }
    let mfa = stage.story("X2").clone();
    let code = stage.mfa_code(&mfa);
    for arguments in [
        &["switch", "--json", &mfa.profile, "--mfa-code", &code][..],
        &["keys", "list"],
        &["keys", "import", "troy", "--keep"],
        &["keys", "rotate", "troy"],
        &["keys", "rotate", "data-analyst"],
        &["switch", "asi-production-misspelled"],
        &["switch", "stuzio", "--duration", "12h"],
        &["renew", "stuzio", "--json"],
        &["sessions", "--json"],
        &["roles", "--json"],
        &["config"],
        &["end", "ledger-reader"],
        &["history", "--export", "csv"],
        &["history", "--json"],
        &["agent", "--status", "--json"],
    ] {
        let ran = stage.hat(arguments).env("HATRACK_LOG", "trace").output().unwrap();
        said += &String::from_utf8(ran.stdout).unwrap();
        said += &String::from_utf8(ran.stderr).unwrap();
    }
    // A rotation has put a new one into the file.
    let file = fs::read_to_string(stage.credentials_file()).unwrap();
    let now = file
        .lines()
        .filter_map(|line| line.strip_prefix("aws_secret_access_key = "));
    let made: Vec<String> = now
        .map(str::to_owned)
        .filter(|new| !secrets.contains(new))
        .collect();
    assert_eq!(made.len(), 1);
    secrets.extend(made);
    let mut places = vec![("what hat said".to_owned(), said.into_bytes())];
    for file in stage.files_of_home() {
        places.push((file.display().to_string(), fs::read(&file).unwrap()));
    }
    assert!(places.iter().any(|(place, _)| place.contains("history.db")));
    for (place, bytes) in &places {
        for secret in &secrets {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "a secret of {} characters is in {place}", secret.len());
        }
    }
}
