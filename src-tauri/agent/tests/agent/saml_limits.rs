//! How long an assertion and its page are good for, how large one may be, and whose name a provider may have.

use std::time::Duration;

use hatrack_agent::protocol::{ErrorCode, Event, Reply, Request, SetFlag, Topic};
use hatrack_core::expiry::Clock;
use hatrack_core::secret::Secret;
use hatrack_core::view::CatalogView;
use jiff::SignedDuration;

use crate::saml::{PAGE, asks_to_sign_in, response, world};
use crate::world::*;

#[tokio::test]
async fn an_assertion_that_has_ended_is_not_sent_and_the_person_is_asked() {
    let world = world().await;
    world.paste(&world.response()).await.unwrap();
    world.clock.pass(Duration::from_secs(299));
    switched(world.switch_saml().await);
    world.ask(Request::EndAll).await.unwrap();
    world.clock.pass(Duration::from_secs(1));
    assert!(asks_to_sign_in(&world.switch_saml().await));
    assert_eq!(world.sts.calls(), 1);
    // What it listed is still shown.
    let state = world.saml_state().await;
    assert_eq!((state.signed_in_until, state.roles), (None, Some(2)));
    // A live session needs no assertion.
    world.paste(&world.response()).await.unwrap();
    switched(world.switch_saml().await);
    world.clock.pass(Duration::from_secs(600));
    switched(world.switch_saml().await);
    assert_eq!(world.sts.calls(), 2);
}

/// Lets the agent's timers run on by `time`.
async fn timers_pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn an_ended_assertion_is_cleared_though_nobody_asks_for_it() {
    let world = world().await;
    world.paste(&world.response()).await.unwrap();
    let listener = world.listen().await;
    world.clock.pass(Duration::from_secs(301));
    timers_pass(Duration::from_secs(30)).await;
    loop {
        if let Event::Changed { topics, .. } = soon(listener.next()).await
            && topics.contains(&Topic::Portals)
        {
            break;
        }
    }
    // A clock that is set back does not bring it back.
    world.clock.step_wall(SignedDuration::from_mins(-10));
    assert!(asks_to_sign_in(&world.switch_saml().await));
}

#[tokio::test]
async fn the_page_is_waited_for_five_minutes() {
    let world = world().await;
    let sign_in = world.begin_saml().await;
    timers_pass(Duration::from_secs(299)).await;
    assert!(!world.begin_saml().await.begun);
    timers_pass(Duration::from_secs(2)).await;
    let why = world.end_of(&sign_in).await.unwrap_err();
    assert!(why.message.contains("not finished in time"), "{}", why.message);
    let late = world.hand_over(&sign_in, &world.response()).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::SignIn);
    assert!(world.begin_saml().await.begun);
}

#[tokio::test]
async fn a_name_is_a_provider_s_or_a_sign_in_s_and_a_clash_is_told() {
    let world = world().await;
    let session = |name: &str| {
        format!(
            "[sso-session {name}]\nsso_start_url = https://{name}.awsapps.com/start\nsso_region = eu-west-1\n"
        )
    };
    let config = format!("{CONFIG}\n{}\n{}", session("taken"), session("acme"));
    std::fs::write(world.folder.path().join("config"), config).unwrap();
    world.ask(Request::Reload).await.unwrap();
    let refused = world.add("taken", PAGE).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    let Reply::Catalog(CatalogView { problems, .. }) = world.ask(Request::Catalog).await.unwrap() else {
        panic!("no catalog");
    };
    let told: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    let of_acme = told.iter().filter(|message| message.contains("acme"));
    let of_acme: Vec<_> = of_acme.collect();
    assert_eq!(of_acme.len(), 1, "{told:?}");
    assert!(
        of_acme[0].contains("[sso-session acme]") && of_acme[0].contains("SAML provider"),
        "{told:?}"
    );
}

/// A response of the longest that STS takes crosses the socket.
#[tokio::test]
async fn a_response_with_hundreds_of_roles_crosses_the_socket() {
    let world = world().await;
    let _serving = world.serve();
    let client = world.client().await;
    let roles: Vec<String> = (0..500).map(|n| format!("123456789012:role/R{n}")).collect();
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let ends = world.clock.now().wall + SignedDuration::from_mins(5);
    let long = response(&roles, "somebody", ends);
    assert!(long.len() > 80_000 && long.len() <= 100_000, "{}", long.len());
    client.paste_assertion("acme", Secret::new(long)).await.unwrap();
    assert_eq!(world.saml_keys().await.len(), 500);
    let set = SetFlag {
        role_key: "saml:acme:123456789012:R7".into(),
        on: true,
    };
    world.ask(Request::SetFavourite(set)).await.unwrap();
}
