//! `hat env`.

use std::process::Command;

use crate::stage::{HAT, Ran, Stage};

/// Runs a script in a shell of the stage.
fn shell(stage: &Stage, program: &str, script: &str) -> Ran {
    let mut shell = Command::new(program);
    stage.dress(&mut shell);
    shell.env("AWS_DEFAULT_PROFILE", "stale").env("LC_ALL", "C.UTF-8");
    Ran::of(shell.args(["-c", script]).output().unwrap())
}

#[test]
fn shells_take_the_exports_and_give_them_back() {
    let stage = Stage::set();
    let session = stage.json(["switch", "stuzio", "--json"]);
    let key = session["access_key_id"].as_str().unwrap();
    let region = session["region"].as_str().unwrap();
    let show =
        r#"printf '%s|' "$AWS_ACCESS_KEY_ID" "$AWS_REGION" "$AWS_DEFAULT_REGION" "$AWS_DEFAULT_PROFILE""#;
    for program in ["bash", "zsh", "dash", "ksh"] {
        let script = format!(
            r#"eval "$('{HAT}' env stuzio --shell bash)"; {show}; eval "$('{HAT}' env --unset --shell bash)"; {show}"#
        );
        let ran = shell(&stage, program, &script);
        assert_eq!(
            (ran.out, ran.err.as_str()),
            (format!("{key}|{region}|{region}||||||"), ""),
            "{program}"
        );
    }
    let script = format!(
        "'{HAT}' env stuzio --shell fish | source; {show}; '{HAT}' env --unset --shell fish | source; {show}"
    );
    let ran = shell(&stage, "fish", &script);
    assert_eq!(
        (ran.out, ran.err.as_str()),
        (format!("{key}|{region}|{region}||||||"), "")
    );
    assert_eq!(stage.admin().calls("AssumeRole"), 1);
}

#[test]
fn json_and_dotenv_carry_the_same_session() {
    let stage = Stage::set();
    let json = stage.json(["env", "stuzio", "--shell", "json"]);
    let dotenv = stage.run(["env", "stuzio", "--shell", "dotenv"]);
    for (name, value) in json.as_object().unwrap() {
        let line = format!("{name}={}", value.as_str().unwrap());
        assert!(dotenv.succeeded().lines().any(|l| l == line), "{name}");
    }
}

#[test]
fn the_login_shell_decides_where_none_is_named() {
    let stage = Stage::set();
    let fish = stage
        .hat(["env", "stuzio"])
        .env("SHELL", "/usr/bin/fish")
        .output()
        .unwrap();
    assert!(Ran::of(fish).succeeded().contains("set -gx AWS_ACCESS_KEY_ID '"));
    let zsh = stage
        .hat(["env", "stuzio"])
        .env("SHELL", "/bin/zsh")
        .output()
        .unwrap();
    assert!(Ran::of(zsh).succeeded().contains("export AWS_ACCESS_KEY_ID='"));
}

#[test]
fn an_export_is_in_the_history() {
    let stage = Stage::set();
    stage.run(["env", "stuzio", "--shell", "fish"]).succeeded();
    let rows = stage.json(["history", "--json", "--event", "export"]);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(
        (&rows[0]["outcome"], &rows[0]["client"]),
        (&"ok".into(), &"hat".into())
    );
    assert!(rows[0]["detail"].as_str().unwrap().contains("fish"));
}

#[test]
fn e61_a_hostile_region_stays_text() {
    let stage = Stage::set();
    let marker = stage.folder().join("was-run");
    let region = format!("x'; touch {}; '", marker.display());
    stage
        .run(["env", "stuzio", "--shell", "bash", "--region", &region])
        .failed(2);

    // From a place that nothing checks: the shell's own environment.
    let ran = Ran::of(
        stage
            .hat(["env", "stuzio", "--shell", "bash"])
            .env("AWS_REGION", &region)
            .output()
            .unwrap(),
    );
    if ran.code == Some(0) {
        shell(&stage, "bash", &ran.out);
    } else {
        ran.failed(1);
    }
    assert!(!marker.exists());
}

#[test]
fn raw_gives_the_keys_themselves_and_drops_an_older_token() {
    let stage = Stage::set();
    let story = stage.story("S13");
    let ran = stage.run(["env", &story.identity, "--raw", "--shell", "bash"]);
    let text = ran.succeeded();
    assert!(text.contains(&story.secret_access_key) && text.contains("unset AWS_SESSION_TOKEN"));
    assert_eq!(stage.admin().calls("GetSessionToken"), 0);
}

#[test]
fn a_failure_prints_nothing_to_eval() {
    let stage = Stage::set();
    stage.run(["env", "no-role-is-called-this"]).failed(2);
    stage.run(["env", &stage.story("X2").profile]).failed(3);
}
