//! How long an endpoint lives, and what it gives meanwhile: renewals, and the ends of sessions and of who holds it.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{
    EndRequest, ErrorCode, Event, OpenedEndpoint, Request, RoleChoice, SessionRef, SwitchRequest, UseOutcome,
};
use hatrack_core::session::SessionId;
use hatrack_core::sts::AwsFailure;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::endpoint::*;
use crate::world::*;

const MINUTE: Duration = Duration::from_secs(60);

async fn end(world: &World, session_id: &str) {
    let session = SessionRef::Id(session_id.to_owned());
    world.ask(Request::End(EndRequest { session })).await.unwrap();
}

async fn is_shut(opened: &OpenedEndpoint) {
    let refused = async {
        while TcpStream::connect(host(opened)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    soon(refused).await;
}

/// Waits until it gives this key: a renewal may take longer than who asks is kept waiting.
async fn gives(opened: &OpenedEndpoint, key: &str) {
    let renewed = async {
        loop {
            let (status, body) = asks(opened).await;
            if status == 200 && body.contains(&format!("\"{key}\"")) {
                return;
            }
        }
    };
    soon(renewed).await;
}

async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn it_follows_its_session_through_renewals() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    given(&opened).await;
    world.clock.pass(51 * MINUTE);
    gives(&opened, "ASIA2").await;
    // After its end, too: a job may have paused.
    world.clock.pass(61 * MINUTE);
    world.service().mailbox.wake();
    gives(&opened, "ASIA3").await;
    let sessions = world.sessions().await;
    assert_eq!((sessions.len(), &sessions[0].id), (1, &opened.session.id));
}

#[tokio::test]
async fn where_a_person_is_needed_it_says_so_at_once() {
    let world = World::new().await;
    world.codes_for_each_role().await;
    // A window listens, and nobody is asked there.
    let listener = world.listen().await;
    let mut request = SwitchRequest::of(RoleChoice::Exact("guarded".into()));
    request.mfa_code = Some("123456".parse().unwrap());
    let session = switched(world.switch_with(request).await);
    let opened = opened_with(&world, of(SessionRef::Id(session.id))).await;
    world.clock.pass(55 * MINUTE);
    // What is left of it is given.
    assert_eq!(given(&opened).await["AccessKeyId"], session.access_key_id);
    world.clock.pass(6 * MINUTE);
    let (status, body) = asks(&opened).await;
    assert_eq!(status, 503, "{body}");
    let failure: Value = serde_json::from_str(&body).unwrap();
    assert!(
        failure["message"].as_str().unwrap().contains("MFA code"),
        "{body}"
    );
    let log = endpoints(&world).await.remove(0);
    assert_eq!(log.uses[0].outcome, UseOutcome::Failed);
    end(&world, &opened.session.id).await;
    loop {
        match soon(listener.next()).await {
            Event::Withdrawn { .. } => break,
            Event::Asked { .. } => panic!("somebody was asked"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn where_aws_cannot_be_reached_the_rest_of_the_session_serves() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    let unreachable = || {
        Err(AwsFailure::Unreachable {
            service: "STS",
            region: "eu-west-1".into(),
            why: "no route".into(),
        })
    };
    let calls = || world.sts.calls();
    world.sts.answers.lock().unwrap().push_back(unreachable());
    world.clock.pass(55 * MINUTE);
    assert_eq!(given(&opened).await["AccessKeyId"], "ASIA1");
    soon(until(|| {
        calls() == 2 && world.sts.answers.lock().unwrap().is_empty()
    }))
    .await;
    world.clock.pass(6 * MINUTE);
    world.sts.answers.lock().unwrap().push_back(unreachable());
    let (status, body) = asks(&opened).await;
    assert!(status == 503 && body.contains("no route"), "{status} {body}");
    gives(&opened, "ASIA4").await;
    assert_eq!(calls(), 4, "AWS is asked once for one request");
}

#[tokio::test]
async fn while_aws_is_slow_the_rest_of_the_session_serves() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    world.sts.close_gate();
    world.clock.pass(55 * MINUTE);
    assert_eq!(given(&opened).await["AccessKeyId"], "ASIA1");
    assert_eq!(given(&opened).await["AccessKeyId"], "ASIA1");
    world.sts.open_gate();
    gives(&opened, "ASIA2").await;
    assert_eq!(world.sts.calls(), 2, "the renewal went on meanwhile");
}

#[tokio::test]
async fn it_closes_with_its_session_and_history_tells() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    given(&opened).await;
    end(&world, &opened.session.id).await;
    assert!(endpoints(&world).await.is_empty());
    is_shut(&opened).await;
    let rows = world.history().await;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.event.as_str(), row.client.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("switch", "hat"),
            ("endpoint_open", "hat"),
            ("switch_back", "hat"),
            ("endpoint_close", "agent")
        ]
    );
    let closed = rows[3].detail.as_deref().unwrap();
    assert!(
        closed.contains("1 time") && closed.contains("switched back"),
        "{closed}"
    );
    let whole = format!("{rows:?}");
    assert!(
        !whole.contains(opened.token.expose()),
        "the token is in the history"
    );
}

#[tokio::test]
async fn all_close_with_all_sessions_and_with_the_agent() {
    let mut world = World::new().await;
    let first = opened(&world, "stuzio").await;
    let second = opened(&world, "troy").await;
    assert_eq!(endpoints(&world).await.len(), 2);
    world.ask(Request::EndAll).await.unwrap();
    is_shut(&first).await;
    is_shut(&second).await;
    let third = opened(&world, "stuzio").await;
    world.restart().await;
    is_shut(&third).await;
    assert!(endpoints(&world).await.is_empty());
    assert_eq!(world.sessions().await.len(), 1, "the session lives on");
}

#[tokio::test]
async fn it_is_one_for_a_session_and_can_be_closed_by_hand() {
    let world = World::new().await;
    let first = opened(&world, "stuzio").await;
    let by_id = of(SessionRef::Id(first.session.id.clone()));
    let again = opened_with(&world, by_id).await;
    assert_eq!(
        (again.endpoint.address, again.token),
        (first.endpoint.address.clone(), first.token.clone())
    );
    let close = Request::CloseEndpoint {
        session: SessionRef::Id(first.session.id.clone()),
    };
    world.ask(close).await.unwrap();
    is_shut(&first).await;
    let close = Request::CloseEndpoint {
        session: SessionRef::Id(first.session.id.clone()),
    };
    assert_eq!(world.ask(close).await.unwrap_err().code, ErrorCode::NoSuchSession);
    // A new one knows nothing of the old token.
    let anew = opened(&world, "stuzio").await;
    assert_ne!(anew.token, first.token);
    let old = right(&anew).replace(anew.token.expose(), first.token.expose());
    assert_eq!(sends(host(&anew), &old).await.0, 403);
}

#[tokio::test]
async fn of_several_sessions_of_a_role_the_one_that_serves_is_closed() {
    let world = World::new().await;
    let first = opened(&world, "stuzio").await;
    world.clock.pass(MINUTE);
    let mut request = SwitchRequest::of(RoleChoice::Exact("stuzio".into()));
    request.options.session_name = Some("night-shift".parse().unwrap());
    let other = switched(world.switch_with(request).await);
    assert_ne!(other.id, first.session.id);
    let close = |session| world.ask(Request::CloseEndpoint { session });
    let named = close(SessionRef::Typed(other.id)).await;
    assert_eq!(named.unwrap_err().code, ErrorCode::NoSuchSession);
    close(role("stuzio")).await.unwrap();
    is_shut(&first).await;
}

#[tokio::test]
async fn it_closes_behind_the_last_that_holds_it_unless_it_is_kept() {
    let world = World::new().await;
    let serving = world.serve();
    let hold = |client: Agent, id: &str| {
        let id = id.to_owned();
        tokio::spawn(async move { client.hold_endpoint(&id).await })
    };
    let mut request = of(role("stuzio"));
    request.keep = false;
    let first = opened_with(&world, request.clone()).await;
    let (one, other) = (
        hold(world.client().await, &first.session.id),
        hold(world.client().await, &first.session.id),
    );
    held_by(&world, 2).await;
    one.abort();
    held_by(&world, 1).await;
    given(&first).await;
    other.abort();
    is_shut(&first).await;

    let again = opened_with(&world, request.clone()).await;
    let waits = hold(world.client().await, &again.session.id);
    held_by(&world, 1).await;
    end(&world, &again.session.id).await;
    let told = soon(waits).await.unwrap().unwrap();
    assert!(told.contains("switched back"), "{told}");

    request.keep = true;
    let kept = opened_with(&world, request).await;
    let holds = hold(world.client().await, &kept.session.id);
    held_by(&world, 1).await;
    holds.abort();
    held_by(&world, 0).await;
    given(&kept).await;
    drop(serving);
}

#[tokio::test]
async fn who_held_the_one_before_does_not_close_the_next() {
    let world = World::new().await;
    let mut request = of(role("stuzio"));
    request.keep = false;
    let first = opened_with(&world, request.clone()).await;
    let id = SessionId(first.session.id.clone());
    let endpoints = &world.service().endpoints;
    let mut held = Box::pin(endpoints.hold(&id));
    assert!(poll_fn(|context| Poll::Ready(held.as_mut().poll(context).is_pending())).await);
    endpoints.close(&id, "hat").unwrap();
    let next = opened_with(&world, request).await;
    soon(held).await.unwrap();
    given(&next).await;
}

/// Waits until so many hold the one endpoint.
async fn held_by(world: &World, holds: u32) {
    let counted = async {
        while endpoints(world).await[0].holds != holds {
            tokio::task::yield_now().await;
        }
    };
    soon(counted).await;
}
