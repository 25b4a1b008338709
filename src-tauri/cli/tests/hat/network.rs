//! A wrong clock, proxies, and what the person chooses about them, as `hat` shows them.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use crate::stage::{HAT, Stage};
use crate::terminal::{shows, types};

#[test]
fn h72_a_clock_that_is_off_is_told_on_stderr_and_in_the_status() {
    let stage = Stage::set();
    let profile = &stage.story("S1").profile;
    stage.admin().set_clock_ahead(3600);
    let ran = stage.run(["switch", profile, "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.err.contains("differ by 1 h; this computer's is behind"),
        "{}",
        ran.err
    );
    let session: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(session["seconds_left"].as_u64().unwrap() > 3590, "{session}");
    let status = stage.agent_status();
    let note = status["clock_note"].as_str().unwrap();
    assert!(note.contains("differ by 1 h"), "{note}");
    let shown = stage.run(["agent", "--status"]);
    assert!(shown.out.contains(note), "{}", shown.out);
}

/// A proxy that wants "troy" and "canary pass" and carries every host to `server`.
fn proxy_to(server: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, server) = (client.unwrap(), server.clone());
            std::thread::spawn(move || {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") {
                    client.read_exact(&mut byte).unwrap();
                    head.push(byte[0]);
                }
                if !String::from_utf8_lossy(&head).contains("Basic dHJveTpjYW5hcnkgcGFzcw==") {
                    let refused =
                        b"HTTP/1.1 407 X\r\nproxy-authenticate: Basic realm=x\r\ncontent-length: 0\r\n\r\n";
                    client.write_all(refused).unwrap();
                    return;
                }
                let mut server = TcpStream::connect(server).unwrap();
                server.write_all(&head).unwrap();
                let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut from, &mut to));
                let _ = std::io::copy(&mut server, &mut client);
            });
        }
    });
    port
}

/// The environment of somebody whose AWS is by a name that only the proxy knows.
fn behind_proxy(stage: &Stage) -> [(&'static str, String); 2] {
    let server = stage.manifest().endpoint.trim_start_matches("http://").to_owned();
    let port = proxy_to(server);
    [
        ("HTTP_PROXY", format!("http://127.0.0.1:{port}")),
        ("AWS_ENDPOINT_URL", "http://aws.example:4566".to_owned()),
    ]
}

#[test]
fn i79_a_proxy_that_asks_is_exit_3_without_a_person_and_its_password_is_nowhere() {
    let stage = Stage::set();
    let profile = stage.story("S1").profile.clone();
    let vars = behind_proxy(&stage);
    let mut hat = stage.hat(["switch", &profile, "--allow-endpoint", "--json"]);
    let ran = crate::stage::Ran::of(hat.envs(vars.clone()).output().unwrap());
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("asks for a name and a password"), "{}", ran.err);

    // At a terminal the two are asked for, the password unseen.
    let exports: String = vars
        .iter()
        .map(|(name, value)| format!("{name}='{value}' "))
        .collect();
    let mut hat = crate::terminal::at_terminal(
        &stage,
        &format!("{exports}'{HAT}' switch {profile} --allow-endpoint --json"),
    );
    shows(&mut hat, "Name: ");
    types(&mut hat, "troy\n");
    shows(&mut hat, "Password: ");
    types(&mut hat, "canary pass\n");
    let mut rest = String::new();
    hat.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(hat.wait().unwrap().code(), Some(0), "{rest}");
    assert!(
        rest.contains("seconds_left") && !rest.contains("canary"),
        "{rest}"
    );

    // From then on nobody is asked.
    let mut hat = stage.hat(["switch", &profile, "--allow-endpoint", "--json"]);
    let ran = crate::stage::Ran::of(hat.envs(vars).output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn the_choices_of_the_network_are_set_one_by_one() {
    let stage = Stage::set();
    for (arguments, code) in [
        (["settings", "proxy", "none"], 0),
        (["settings", "proxy", "environment"], 0),
        (["settings", "proxy", "sideways"], 2),
        (["settings", "share-sign-ins", "no"], 0),
        (["settings", "share-sign-ins", "perhaps"], 2),
    ] {
        let ran = stage.run(arguments);
        assert_eq!(ran.code, Some(code), "{ran:?}");
    }
    let kept = std::fs::read_to_string(stage.home().join("settings.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(
        (kept["proxy"].as_str(), kept["sign_ins"].as_str()),
        (Some("environment"), Some("vault"))
    );
}

#[test]
fn a_proxy_s_login_is_taken_back_by_a_command() {
    let stage = Stage::set();
    for (arguments, code) in [
        (&["settings", "proxy", "--forget-login"][..], 0),
        (&["settings", "proxy", "none", "--forget-login"], 0),
        (&["settings", "proxy"], 2),
    ] {
        let ran = stage.run(arguments);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        if code == 0 {
            assert!(ran.err.contains("no name and password were given"), "{}", ran.err);
        }
    }
}
