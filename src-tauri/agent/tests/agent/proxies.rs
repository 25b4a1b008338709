//! The login of a proxy: where it goes, how long it is used, and how it is taken back.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use hatrack_agent::protocol::{ErrorCode, GiveProxyLogin, Reply, Request, SetFlag};
use hatrack_core::caller::Client;
use hatrack_core::secret::Secret;
use hatrack_core::view::{NeedView, SwitchOutcome};

use crate::network::{asked, behind_proxy, far, proxy_asks};
use crate::stage::Stage;
use crate::world::*;

const PROXY: (&str, &str) = ("HTTPS_PROXY", "http://proxy.example:3128");

fn give(proxy: &str, password: &str) -> Request {
    Request::GiveProxyLogin(GiveProxyLogin {
        proxy: proxy.to_owned(),
        name: "troy".to_owned(),
        password: Secret::new(password),
    })
}

async fn switch_as(world: &World, vars: &[(&str, &str)], profile: &str) -> SwitchOutcome {
    let caller = world.caller_as(Client::Hat, vars);
    let request = hatrack_agent::protocol::RoleChoice::Exact(profile.to_owned());
    let request = Request::Switch(hatrack_agent::protocol::SwitchRequest::of(request));
    match world.ask_as(caller, request).await.unwrap() {
        Reply::Switch(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

/// Through which proxies AssumeRole was called, by their addresses as a whole.
fn proxies(world: &World) -> Vec<String> {
    let reaches = world.sts.reaches.lock().unwrap();
    let proxies = reaches.iter().map(|reach| reach.proxy.as_ref());
    proxies
        .map(|proxy| proxy.map_or("none", |proxy| proxy.0.expose()).to_owned())
        .collect()
}

#[tokio::test]
async fn i79_a_password_that_was_given_reaches_no_program() {
    let world = World::with_config("[profile vended]\ncredential_process = ./vend\n").await;
    let program = world.folder.path().join("vend");
    let json = r#"{"Version": 1, "AccessKeyId": "ASIAVENDED", "SecretAccessKey": "s", "SessionToken": "t",
        "Expiration": "2026-11-22T14:00:00Z"}"#;
    std::fs::write(
        &program,
        format!("#!/bin/sh\nenv > seen\ncat <<'END'\n{json}\nEND\n"),
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    world.ask(give("proxy.example:3128", "canary")).await.unwrap();
    let vars = [PROXY, ("PATH", "/usr/bin:/bin")];
    let need = switch_as(&world, &vars, "vended").await;
    let SwitchOutcome::Needs {
        need: NeedView::CommandConsent { command, .. },
    } = need
    else {
        panic!("{need:?}");
    };
    world.ask(Request::ConsentCommand { command }).await.unwrap();
    switched(switch_as(&world, &vars, "vended").await);
    let seen = std::fs::read_to_string(world.folder.path().join("seen")).unwrap();
    // What the person's own environment says is the program's, too, and nothing else is.
    assert!(seen.contains("HTTPS_PROXY=http://proxy.example:3128\n"), "{seen}");
    assert!(!seen.contains("canary"), "{seen}");
}

#[tokio::test]
async fn i79_a_renewal_by_itself_goes_by_the_proxy_of_its_own_time() {
    let world = World::new().await;
    switched(switch_as(&world, &[PROXY], "stuzio").await);
    let flag = SetFlag {
        role_key: "stuzio".into(),
        on: true,
    };
    world.ask(Request::SetAutoRenew(flag)).await.unwrap();
    let listener = world.listen().await;
    let renewed = async || {
        world.clock.pass(Duration::from_secs(50 * 60));
        world.service().mailbox.wake();
        news(&listener).await;
    };
    world.ask(give("proxy.example:3128", "first")).await.unwrap();
    renewed().await;
    world.ask(give("proxy.example:3128", "second")).await.unwrap();
    renewed().await;
    world.ask(Request::ForgetProxyLogins).await.unwrap();
    renewed().await;
    assert_eq!(
        proxies(&world),
        [
            "http://proxy.example:3128",
            "http://troy:first@proxy.example:3128/",
            "http://troy:second@proxy.example:3128/",
            "http://proxy.example:3128",
        ]
    );
}

#[tokio::test]
async fn i79_a_login_in_the_address_goes_before_one_that_was_given() {
    let world = World::new().await;
    world.ask(give("proxy.example:3128", "given")).await.unwrap();
    let own = "http://me:mine@proxy.example:3128";
    switched(switch_as(&world, &[("HTTPS_PROXY", own)], "stuzio").await);
    assert_eq!(proxies(&world), [own]);
    // Giving another would change nothing, and says so.
    let caller = world.caller_as(Client::Hat, &[("HTTPS_PROXY", own)]);
    let refused = world.ask_as(caller, give("proxy.example:3128", "again")).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(!refused.message.contains("mine"), "{refused}");
}

#[tokio::test]
async fn i79_a_login_that_is_forgotten_is_asked_for_again_and_kept_nowhere() {
    let (stage, port, _) = behind_proxy().await;
    let address = format!("127.0.0.1:{port}");
    let caller = stage.caller_with(&[far(), ("HTTP_PROXY", address.clone())]);
    stage.ask(give(&address, "canary pass")).await.unwrap();
    let reply = stage.ask_as(caller.clone(), asked(&stage)).await;
    switched(match reply {
        Reply::Switch(outcome) => outcome,
        other => panic!("{other:?}"),
    });
    assert_eq!(sealed(&stage), 1);
    for count in [1, 0] {
        let forgotten = stage.ask(Request::ForgetProxyLogins).await.unwrap();
        assert!(
            matches!(forgotten, Reply::ProxyLoginsForgotten { count: told } if told == count),
            "{forgotten:?}"
        );
    }
    assert_eq!(sealed(&stage), 0);
    stage.ask(Request::EndAll).await.unwrap();
    let reply = stage.ask_as(caller, asked(&stage)).await;
    assert_eq!(proxy_asks(&reply), Some(address.as_str()), "{reply:?}");
}

/// How many logins of proxies the vault holds.
fn sealed(stage: &Stage) -> usize {
    let vault = hatrack_store::home::Home::at(&stage.sandbox.manifest().home).vault();
    let names = std::fs::read_dir(vault).unwrap();
    names
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with("proxy-")
        })
        .count()
}
