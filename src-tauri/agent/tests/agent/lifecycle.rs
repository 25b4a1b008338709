//! Switch, look, use, switch back: and what history says of it.

use std::time::Duration;

use hatrack_agent::protocol::{
    EndRequest, ErrorCode, Event, RecordRequest, Reply, Request, RoleChoice, SessionRef, SwitchRequest,
};
use hatrack_core::caller::Client;
use hatrack_core::session::SwitchOptions;
use hatrack_core::view::{NeedView, SwitchOutcome};

use crate::world::*;

#[tokio::test]
async fn a_switch_shows_everywhere() {
    let world = World::new().await;
    let listener = world.listen().await;
    let session = world.session("stuzio").await;
    assert_eq!(
        session.arn.as_deref(),
        Some("arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole")
    );
    assert_eq!(session.account_id.unwrap().as_str(), "081278057606");
    assert_eq!((session.seconds_left, session.life), (3600, 3600));
    assert_eq!(session.region, "eu-west-1");
    assert_eq!(session.external_id.as_deref(), Some("stuzio-acme"));
    assert_eq!(session.session_name.as_deref(), Some("hatrack-troy"));
    assert_eq!(session.role_key.as_deref(), Some("stuzio"));
    assert_eq!(session.token_chars, 20);
    assert!(!session.renew_needs_code && !session.chained);
    assert_eq!(world.sessions().await, std::slice::from_ref(&session));

    let Event::Changed { topics, .. } = soon(listener.next()).await else {
        panic!("no change");
    };
    assert!(topics.contains(&hatrack_agent::protocol::Topic::Sessions));

    let rows = world.history().await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(
        (row.event.as_str(), row.outcome.as_str(), row.client.as_str()),
        ("switch", "ok", "hat")
    );
    assert_eq!(row.request_id.as_deref(), Some("request-1"));
    assert_eq!((row.duration_s, row.call_ms), (Some(3600), Some(80)));
    assert_eq!(row.session_id.as_deref(), Some(session.id.as_str()));
}

#[tokio::test]
async fn a_live_session_serves_without_a_call() {
    let world = World::new().await;
    let first = world.session("stuzio").await;
    let mut request = SwitchRequest::of(RoleChoice::Typed("Consultant".into()));
    // Three profiles lead to that role; only an exact name will do.
    let refused = world.ask(Request::Switch(request.clone())).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AmbiguousRole);
    assert_eq!(refused.candidates, ["stuzio", "elsewhere"]);
    request.role = RoleChoice::Exact("stuzio".into());
    request.options = SwitchOptions {
        region: Some("us-west-2".into()),
        ..SwitchOptions::default()
    };
    let second = switched(world.switch_with(request).await);
    assert_eq!((second.id, second.region.as_str()), (first.id, "us-west-2"));
    assert_eq!(world.sts.calls(), 1);
}

#[tokio::test]
async fn switch_back_drops_the_session_and_its_blob() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    let blobs = || std::fs::read_dir(world.home.vault()).unwrap().count();
    world.ask(Request::Sessions).await.unwrap();
    world.history().await;
    assert!(blobs() > 0);
    world.clock.pass(Duration::from_secs(60));
    let by_role = EndRequest {
        session: SessionRef::Typed("stuzio".into()),
    };
    world.ask(Request::End(by_role.clone())).await.unwrap();
    assert!(world.sessions().await.is_empty());
    assert_eq!(blobs(), 0);
    let rows = world.history().await;
    assert_eq!(
        (rows[1].event.as_str(), rows[1].duration_s),
        ("switch_back", Some(60))
    );
    assert_eq!(rows[1].session_id.as_deref(), Some(session.id.as_str()));
    let again = world.ask(Request::End(by_role)).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::NoSuchSession);
}

#[tokio::test]
async fn end_all_counts_what_people_saw() {
    let world = World::new().await;
    world.session("far").await;
    world.session("troy").await;
    assert_eq!(
        world.sessions().await.len(),
        2,
        "the hop on the way is not listed"
    );
    let Reply::Ended { count } = world.ask(Request::EndAll).await.unwrap() else {
        panic!("no count");
    };
    assert_eq!(count, 2);
    // The hop has gone, too.
    world.session("far").await;
    assert_eq!(world.sts.calls(), 5);
}

#[tokio::test]
async fn a_hop_becomes_a_session_when_somebody_switches_to_it() {
    let world = World::new().await;
    world.session("far").await;
    let hop = world.session("stuzio").await;
    assert_eq!(world.sts.calls(), 2);
    assert_eq!(hop.profile.as_deref(), Some("stuzio"));
    assert_eq!(world.sessions().await.len(), 2);
}

#[tokio::test]
async fn a_live_hop_makes_a_guarded_chain_need_no_code() {
    let world = World::new().await;
    world.codes_for_each_role().await;
    let mut request = SwitchRequest::of(RoleChoice::Exact("guarded".into()));
    let Ok(Reply::Switch(SwitchOutcome::Needs {
        need: NeedView::MfaCode { serial, .. },
    })) = world.ask(Request::Switch(request.clone())).await
    else {
        panic!("no code asked");
    };
    assert_eq!(serial, "arn:aws:iam::183438944504:mfa/troy");
    request.mfa_code = Some("123456".parse().unwrap());
    let guarded = switched(world.switch_with(request).await);
    assert!(guarded.renew_needs_code);
    let far = world.session("far-guarded").await;
    assert!(far.chained && !far.renew_needs_code);
    assert_eq!(far.hops.len(), 2);
}

#[tokio::test]
async fn a_denial_reaches_the_client_and_the_history_in_awss_words() {
    let world = World::new().await;
    world.sts.refuse("AccessDenied", "not authorized");
    let SwitchOutcome::Denied { denial } = world.switch("stuzio").await else {
        panic!("not denied");
    };
    assert_eq!(
        (denial.code.as_str(), denial.message.as_str()),
        ("AccessDenied", "not authorized")
    );
    let rows = world.history().await;
    assert_eq!(rows[0].error.as_deref(), Some("AccessDenied: not authorized"));
    assert_eq!(
        (rows[0].outcome.as_str(), rows[0].request_id.as_deref()),
        ("denied", Some("refused-1"))
    );
}

#[tokio::test]
async fn the_longest_a_role_is_known_to_give_is_remembered() {
    let world = World::new().await;
    let asking = |seconds: u32| {
        let mut request = SwitchRequest::of(RoleChoice::Exact("stuzio".into()));
        request.options.duration = Some(seconds.try_into().unwrap());
        request
    };
    switched(world.switch_with(asking(14400)).await);
    // The settings are written beside the keeper.
    soon(async {
        while world.service().choices.now().role_maximums.is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    world.sts.refuse(
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
    let SwitchOutcome::Denied { denial } = world.switch_with(asking(43200)).await else {
        panic!("not denied");
    };
    assert_eq!(denial.longest_duration, Some(14400));
    let Reply::Role(role) = world
        .ask(Request::Resolve(RoleChoice::Exact("stuzio".into())))
        .await
        .unwrap()
    else {
        panic!("no role");
    };
    assert_eq!(role.max_duration, Some(14400));
}

#[tokio::test]
async fn what_a_client_did_is_written_beside_its_session() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    let done = RecordRequest {
        event: "export".into(),
        outcome: "ok".into(),
        session_id: Some(session.id),
        detail: Some("Copied env for zsh".into()),
        ..RecordRequest::default()
    };
    world
        .ask_as(world.caller_as(Client::Window, &[]), Request::Record(done))
        .await
        .unwrap();
    let rows = world.history().await;
    assert_eq!(
        (rows[1].event.as_str(), rows[1].client.as_str()),
        ("export", "window")
    );
    assert_eq!(rows[1].role_name.as_deref(), Some("StuzioAcmeConsultantRole"));
    assert_eq!(rows[1].detail.as_deref(), Some("Copied env for zsh"));
}

#[tokio::test]
async fn an_idle_agent_ends_and_one_with_a_session_does_not() {
    let mut world = World::new().await;
    world.session("stuzio").await;
    world.clock.pass(Duration::from_secs(1200));
    world.service().mailbox.wake();
    assert_eq!(world.sessions().await.len(), 1);
    world.ask(Request::EndAll).await.unwrap();
    world.clock.pass(Duration::from_secs(599));
    world.service().mailbox.wake();
    assert!(world.sessions().await.is_empty(), "it still answers");
    world.clock.pass(Duration::from_secs(601));
    world.service().mailbox.wake();
    soon(&mut world.started.as_mut().unwrap().idle).await.unwrap();
    let gone = world.ask(Request::Sessions).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::Stopping);
}

#[tokio::test]
async fn after_a_long_sleep_idleness_counts_from_the_waking() {
    let world = World::new().await;
    world.session("stuzio").await;
    world.sessions().await;
    world.clock.pass(Duration::from_secs(7 * 3600));
    // Whatever is opened first: the alarm may come after other letters.
    for _ in 0..2 {
        let ended = world.service().mailbox.sessions().await;
        assert!(ended.is_ok(), "the agent ended as it woke");
    }
}

#[tokio::test]
async fn nobody_is_sent_away_while_somebody_listens() {
    let world = World::new().await;
    let listener = world.listen().await;
    world.clock.pass(Duration::from_secs(6000));
    world.service().mailbox.wake();
    assert!(world.sessions().await.is_empty());
    drop(listener);
}

#[tokio::test]
async fn whose_keys_they_are_is_asked_after_the_switch() {
    let world = World::new().await;
    let listener = world.listen().await;
    world.session("troy").await;
    let known = async {
        loop {
            if let Some(account) = world.sessions().await[0].account_id {
                return account;
            }
            listener.next().await;
        }
    };
    assert_eq!(soon(known).await.as_str(), "183438944504");
    assert_eq!(world.sessions().await[0].user_id.as_deref(), Some("AIDATROY"));
}

#[tokio::test]
async fn b29_what_was_refused_before_the_call_is_in_the_history_too() {
    let world = World::new().await;
    let mut request = SwitchRequest::of(RoleChoice::Exact("far".into()));
    request.options.duration = Some(28800.try_into().unwrap());
    assert!(matches!(
        world.switch_with(request).await,
        SwitchOutcome::Denied { .. }
    ));
    let rows = world.history().await;
    assert_eq!(
        (rows[0].outcome.as_str(), rows[0].request_id.as_deref()),
        ("denied", None)
    );
    assert_eq!((rows[0].profile.as_deref(), world.sts.calls()), (Some("far"), 0));
}
