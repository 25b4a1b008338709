//! Many at once.

use futures::future::{join, join_all};
use hatrack_agent::protocol::{
    HandOutOutcome, HandOutRequest, Reply, Request, RoleChoice, SessionRef, SwitchRequest,
};
use hatrack_core::view::SwitchOutcome;

use crate::world::*;

fn hand_out(profile: &str) -> Request {
    Request::HandOut(HandOutRequest::of(SessionRef::Role(RoleChoice::Exact(
        profile.into(),
    ))))
}

#[tokio::test]
async fn g5_two_hundred_callers_make_one_call() {
    let world = World::new().await;
    world.sts.close_gate();
    let all = join_all((0..200).map(|_| world.ask(hand_out("stuzio"))));
    let (replies, ()) = soon(join(all, async { world.sts.open_gate() })).await;
    let keys: Vec<String> = replies
        .into_iter()
        .map(|reply| match reply.unwrap() {
            Reply::HandOut(HandOutOutcome::Given(given)) => given.credentials.access_key_id,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(keys, vec!["ASIA1"; 200]);
    assert_eq!(world.sts.calls(), 1);
}

#[tokio::test]
async fn a_denial_is_shared_by_all_who_waited_and_not_kept() {
    let world = World::new().await;
    world.sts.close_gate();
    world.sts.refuse("AccessDenied", "no");
    let all = join_all((0..200).map(|_| world.switch("stuzio")));
    let (outcomes, ()) = soon(join(all, async { world.sts.open_gate() })).await;
    let denied = |outcome: &SwitchOutcome| matches!(outcome, SwitchOutcome::Denied { .. });
    assert!(outcomes.iter().all(denied));
    assert_eq!(world.sts.calls(), 1);
    assert_eq!(world.history().await.len(), 1);
    world.session("stuzio").await;
    assert_eq!(world.sts.calls(), 2);
}

#[tokio::test]
async fn requests_for_different_roles_do_not_wait_for_each_other() {
    let world = World::new().await;
    let profiles = ["stuzio", "troy", "far"];
    let all = soon(join_all(profiles.map(|profile| world.session(profile)))).await;
    assert_eq!(all.len(), 3);
    // far goes through stuzio: its own first hop may have found no live one yet.
    assert!((3..=4).contains(&world.sts.calls()));
}

#[tokio::test]
async fn a_second_code_is_tried_when_the_first_has_failed() {
    let world = World::new().await;
    world.sts.close_gate();
    world
        .sts
        .refuse("AccessDenied", "MultiFactorAuthentication failed");
    let with = |code: &str| {
        let mut request = SwitchRequest::of(RoleChoice::Exact("guarded".into()));
        request.mfa_code = Some(code.parse().unwrap());
        world.switch_with(request)
    };
    let both = join(with("111111"), with("222222"));
    let ((first, second), ()) = soon(join(both, async { world.sts.open_gate() })).await;
    assert!(matches!(first, SwitchOutcome::Needs { .. }), "{first:?}");
    switched(second);
    // Two GetSessionToken, one AssumeRole.
    assert_eq!(world.sts.calls(), 3);
}

#[tokio::test]
async fn the_agent_answers_while_aws_does_not() {
    let world = World::new().await;
    world.sts.close_gate();
    let waiting = world.switch("stuzio");
    tokio::pin!(waiting);
    let asked = async {
        assert!(world.sessions().await.is_empty());
        assert!(world.history().await.is_empty());
        world.ask(Request::Catalog).await.unwrap();
    };
    tokio::select! {
        _ = &mut waiting => panic!("the gate is closed"),
        () = soon(asked) => {}
    }
    world.sts.open_gate();
    switched(soon(waiting).await);
}
