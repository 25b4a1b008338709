//! Renewing: by hand, and by itself.

use std::time::Duration;

use hatrack_agent::protocol::{
    ErrorCode, Event, RenewRequest, Reply, Request, RoleChoice, SessionRef, SetFlag, SwitchRequest,
};
use hatrack_core::sts::AwsFailure;
use hatrack_core::view::{NeedView, SwitchOutcome};

use crate::world::*;

const MINUTE: Duration = Duration::from_secs(60);

fn renew(session: SessionRef) -> RenewRequest {
    RenewRequest {
        session,
        mfa_code: None,
        duration: None,
        allow_endpoint: false,
    }
}

async fn renewed(world: &World, request: RenewRequest) -> SwitchOutcome {
    match world.ask(Request::Renew(request)).await.unwrap() {
        Reply::Switch(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

async fn auto_renew(world: &World, role_key: &str) -> Result<Reply, hatrack_agent::protocol::WireError> {
    let flag = SetFlag {
        role_key: role_key.into(),
        on: true,
    };
    world.ask(Request::SetAutoRenew(flag)).await
}

#[tokio::test]
async fn a_renewal_keeps_the_id_and_calls_even_where_the_session_lives() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    world.clock.pass(MINUTE);
    let mut request = renew(SessionRef::Id(session.id.clone()));
    request.duration = Some(7200.try_into().unwrap());
    let again = switched(renewed(&world, request).await);
    assert_eq!(again.id, session.id);
    assert_eq!(
        (again.seconds_left, again.access_key_id.as_str()),
        (7200, "ASIA2")
    );
    assert_eq!(world.sessions().await.len(), 1);
}

#[tokio::test]
async fn an_ended_session_is_renewed_in_its_place() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    world.clock.pass(61 * MINUTE);
    world.service().mailbox.wake();
    let again = switched(renewed(&world, renew(SessionRef::Id(session.id.clone()))).await);
    assert_eq!((again.id, again.seconds_left), (session.id, 3600));
}

#[tokio::test]
async fn a_guarded_session_asks_for_a_code_again() {
    let world = World::new().await;
    world.codes_for_each_role().await;
    let mut request = SwitchRequest::of(RoleChoice::Exact("guarded".into()));
    request.mfa_code = Some("123456".parse().unwrap());
    let session = switched(world.switch_with(request).await);
    let mut request = renew(SessionRef::Id(session.id));
    let outcome = renewed(&world, request.clone()).await;
    assert!(matches!(
        outcome,
        SwitchOutcome::Needs {
            need: NeedView::MfaCode { .. }
        }
    ));
    request.mfa_code = Some("654321".parse().unwrap());
    switched(renewed(&world, request).await);
}

#[tokio::test]
async fn what_renews_itself_stays_silent_and_lives_on() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    auto_renew(&world, "stuzio").await.unwrap();
    assert!(world.sessions().await[0].auto_renew);
    let listener = world.listen().await;
    world.clock.pass(50 * MINUTE);
    world.service().mailbox.wake();
    assert!(
        matches!(news(&listener).await, Event::Withdrawn { .. }),
        "no reminder came first"
    );
    let again = world.sessions().await;
    assert_eq!(
        (again[0].id.as_str(), again[0].seconds_left),
        (session.id.as_str(), 3600)
    );
    let rows = world.history().await;
    assert_eq!(
        (rows[1].event.as_str(), rows[1].client.as_str()),
        ("renew", "agent")
    );
}

#[tokio::test]
async fn a_failed_renewal_is_told_once_and_then_reminded_of() {
    let world = World::new().await;
    world.session("stuzio").await;
    auto_renew(&world, "stuzio").await.unwrap();
    let listener = world.listen().await;
    world.sts.refuse("AccessDenied", "no more");
    world.clock.pass(50 * MINUTE);
    world.service().mailbox.wake();
    let Event::RenewFailed { session, message } = news(&listener).await else {
        panic!("not told");
    };
    assert_eq!(session.renew_error.as_deref(), Some(message.as_str()));
    assert!(matches!(
        news(&listener).await,
        Event::Reminder { minutes: 15, .. }
    ));
    world.clock.pass(5 * MINUTE);
    world.service().mailbox.wake();
    assert!(matches!(
        news(&listener).await,
        Event::Reminder { minutes: 5, .. }
    ));
}

#[tokio::test]
async fn where_aws_could_not_be_reached_it_is_tried_again() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    auto_renew(&world, "stuzio").await.unwrap();
    let listener = world.listen().await;
    let unreachable = AwsFailure::Unreachable {
        service: "STS",
        region: "eu-west-1".into(),
        why: "no route".into(),
    };
    world.sts.answers.lock().unwrap().push_back(Err(unreachable));
    world.clock.pass(50 * MINUTE);
    world.service().mailbox.wake();
    assert!(matches!(news(&listener).await, Event::RenewFailed { .. }));
    assert!(matches!(news(&listener).await, Event::Reminder { .. }));
    world.clock.pass(MINUTE);
    world.service().mailbox.wake();
    assert!(matches!(news(&listener).await, Event::Withdrawn { session_id } if session_id == session.id));
    assert_eq!(world.sessions().await[0].renew_error, None);
}

#[tokio::test]
async fn what_needs_a_code_is_not_renewed_by_itself() {
    let world = World::new().await;
    let refused = auto_renew(&world, "guarded").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert_eq!(
        auto_renew(&world, "nothing").await.unwrap_err().code,
        ErrorCode::NoSuchRole
    );
}
