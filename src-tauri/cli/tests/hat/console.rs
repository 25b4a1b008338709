//! `hat console`, with the sandbox's sign-in and a browser that writes down what it sees.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::stage::{Ran, Stage};

/// A program that is started as a browser would be. It keeps its words, and the page that they lead to.
fn browser(stage: &Stage, name: &str) -> PathBuf {
    let folder = stage.folder().join("bin");
    fs::create_dir_all(&folder).unwrap();
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > '{here}/words.tmp'; mv '{here}/words.tmp' '{here}/words'\nfor word; do :; done\n\
         curl -sL --max-redirs 5 -o '{here}/page.tmp' \"$word\" && mv '{here}/page.tmp' '{here}/page'\n",
        here = stage.folder().display()
    );
    let path = folder.join(name);
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn seen(stage: &Stage, what: &str) -> String {
    crate::stage::eventually(what, || fs::read_to_string(stage.folder().join(what)).ok())
}

#[test]
fn a_browser_is_signed_in_and_no_command_line_tells_the_link() {
    let stage = Stage::set();
    let browsers = browser(&stage, "chromium");
    let path = format!("{}:{}", browsers.display(), std::env::var("PATH").unwrap());
    let ran = Ran::of(
        stage
            .hat([
                "console",
                "stuzio",
                "--service",
                "s3",
                "--browser",
                "chromium",
                "--separate",
            ])
            .env("PATH", path)
            .output()
            .unwrap(),
    );
    assert_eq!(ran.succeeded(), "");
    assert!(ran.err.contains("S3"), "{ran:?}");
    let words = seen(&stage, "words");
    assert!(words.starts_with("--profile-directory=Hatrack "), "{words}");
    assert!(
        words.contains("\nhttp://127.0.0.1:") && !words.contains("SigninToken"),
        "{words}"
    );
    let page = seen(&stage, "page");
    assert!(page.contains("StuzioAcmeConsultantRole"), "{page}");
    assert!(page.contains("https://console.aws.amazon.com/s3/home"), "{page}");
    assert_eq!(stage.admin().calls("ConsoleLogin"), 1);

    let rows = stage.json(["history", "--json", "--event", "console"]);
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert!(rows[0]["detail"].as_str().unwrap().contains("S3"));
    assert!(!rows.to_string().contains("SigninToken"));
}

#[test]
fn the_desktops_own_browser_opens_it_where_none_is_named() {
    let stage = Stage::set();
    let browsers = browser(&stage, "own-browser");
    let ran = Ran::of(
        stage
            .hat(["console", "stuzio", "--log-out-first"])
            .env("BROWSER", browsers.join("own-browser"))
            .output()
            .unwrap(),
    );
    ran.succeeded();
    assert!(seen(&stage, "page").contains("https://console.aws.amazon.com/console/home"));
    assert_eq!(stage.admin().calls("ConsoleLogout"), 1);
}

#[test]
fn the_settings_name_the_browser_and_an_accounts_part_of_it() {
    let stage = Stage::set();
    let browsers = browser(&stage, "firefox");
    let path = format!("{}:{}", browsers.display(), std::env::var("PATH").unwrap());
    stage.run(["settings", "console"]).failed(2);
    stage
        .run(["settings", "console", "--part", "081278057606=../x"])
        .failed(2);
    let set = ["settings", "console", "--browser", "firefox", "--separate", "yes"];
    let ran = Ran::of(stage.hat(set).env("PATH", &path).output().unwrap());
    assert_eq!((ran.succeeded(), ran.err.as_str()), ("", ""));
    let console = || {
        let mut hat = stage.hat(["console", "stuzio"]);
        hat.env("PATH", &path).spawn().unwrap()
    };
    // This browser has not the extension, so nobody comes for the page.
    let mut waiting = console();
    let words = seen(&stage, "words");
    assert!(
        words.starts_with("ext+container:name=Hatrack%20081278057606&url=http%3A%2F%2F127.0.0.1%3A"),
        "{words}"
    );
    waiting.kill().unwrap();
    waiting.wait().unwrap();

    fs::remove_file(stage.folder().join("words")).unwrap();
    stage
        .run(["settings", "console", "--part", "081278057606=Work"])
        .succeeded();
    let mut waiting = console();
    assert!(seen(&stage, "words").starts_with("ext+container:name=Work&url="));
    waiting.kill().unwrap();
    waiting.wait().unwrap();
}

#[test]
fn a_link_is_printed_only_when_asked_for() {
    let stage = Stage::set();
    let ran = stage.run([
        "console",
        "stuzio",
        "--print",
        "--url",
        "https://eu-west-1.console.aws.amazon.com/ec2/home",
    ]);
    let link = ran.succeeded();
    assert!(
        link.contains("/federation?Action=login&Destination=") && link.ends_with('\n'),
        "{link}"
    );
    assert_eq!(stage.admin().calls("ConsoleLogin"), 0);
}

#[test]
fn what_cannot_be_had_is_wrong_usage_and_said() {
    let stage = Stage::set();
    let chained = stage.story("S10").profile.clone();
    let keys = stage.run(["console", "troy", "--print"]);
    assert!(keys.failed(2).contains("--federate"));
    stage.run(["console", &chained, "--print"]).succeeded();
    let long = stage.run(["console", &chained, "--print", "--stay", "8h"]);
    assert!(long.failed(2).contains("chain"));
    stage
        .run(["console", "stuzio", "--print", "--stay", "8h"])
        .succeeded();
    stage
        .run(["console", "stuzio", "--print", "--service", "s4"])
        .failed(2);
    stage
        .run(["console", "stuzio", "--print", "--url", "https://evil.example/"])
        .failed(2);
    stage.run(["console", "stuzio", "--part", "../x"]).failed(2);
    let missing = stage
        .hat(["console", "stuzio", "--browser", "netscape"])
        .output()
        .unwrap();
    assert!(Ran::of(missing).err.contains("netscape"));
}

#[test]
fn a_users_keys_sign_a_guest_in_with_the_policys_permissions() {
    let stage = Stage::set();
    let policy = stage.folder().join("policy.json");
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;
    fs::write(&policy, text).unwrap();
    let browsers = browser(&stage, "chromium");
    let path = format!("{}:{}", browsers.display(), std::env::var("PATH").unwrap());
    let mut console = stage.hat(["console", "custodian", "--browser", "chromium", "--service", "s3"]);
    let ran = console
        .arg("--federate")
        .arg(&policy)
        .env("PATH", path)
        .output()
        .unwrap();
    assert_eq!(Ran::of(ran).succeeded(), "");
    let page = seen(&stage, "page");
    assert!(
        page.contains("arn:aws:sts::081278057606:federated-user/"),
        "{page}"
    );
    assert!(page.contains("https://console.aws.amazon.com/s3/home"), "{page}");
    assert_eq!(stage.admin().calls("GetFederationToken"), 1);
    // Who may make no guests is told so.
    let mut console = stage.hat(["console", "data-analyst", "--print", "--federate"]);
    let refused = Ran::of(console.arg(&policy).output().unwrap());
    assert!(refused.failed(1).contains("sts:GetFederationToken"));
}
