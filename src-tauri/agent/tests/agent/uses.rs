//! Where a session's credentials went.

use std::time::Duration;

use futures::future::join_all;
use hatrack_agent::protocol::{
    Event, HandOutRequest, HoldUse, Reply, Request, RoleChoice, SessionRef, SessionUsesView, SwitchBack,
    Topic, UseKind,
};
use hatrack_agent::service::Listening;

use crate::world::*;

impl World {
    async fn uses(&self) -> Vec<SessionUsesView> {
        match self.ask(Request::Uses).await.unwrap() {
            Reply::Uses(uses) => uses,
            other => panic!("{other:?}"),
        }
    }

    async fn hand_out_for(&self, purpose: UseKind) {
        let of = SessionRef::Role(RoleChoice::Exact("stuzio".into()));
        let request = HandOutRequest {
            purpose: Some(purpose),
            ..HandOutRequest::of(of)
        };
        self.ask(Request::HandOut(request)).await.unwrap();
    }
}

/// How often uses were told to have changed before sessions were told to.
async fn told(world: &World, listener: &Listening) -> usize {
    world.service().mailbox.changed(&[Topic::Portals]);
    let mut count = 0;
    loop {
        let Event::Changed { topics, .. } = soon(listener.next()).await else {
            continue;
        };
        count += usize::from(topics.contains(&Topic::Uses));
        if topics.contains(&Topic::Portals) {
            return count;
        }
    }
}

#[tokio::test]
async fn thousands_of_callers_are_one_line_and_do_not_wake_the_page_each_time() {
    let world = World::new().await;
    world.session("stuzio").await;
    world.hand_out_for(UseKind::Process).await;
    let listener = world.listen().await;
    for _ in 0..50 {
        join_all((0..40).map(|_| world.hand_out_for(UseKind::Process))).await;
    }
    assert_eq!(told(&world, &listener).await, 0, "each caller woke the page");
    world.clock.pass(Duration::from_secs(6));
    world.service().mailbox.wake();
    assert_eq!(told(&world, &listener).await, 1, "the count is never told");
    let uses = world.uses().await;
    assert_eq!(uses[0].uses.len(), 1);
    assert_eq!(
        (uses[0].uses[0].kind, uses[0].uses[0].count),
        (UseKind::Process, 2001)
    );
    assert_eq!(uses[0].known_since, None);
}

#[tokio::test]
async fn a_command_runs_for_as_long_as_its_connection() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    let _serving = world.serve();
    let client = world.client().await;
    let hold = HoldUse {
        session_id: session.id.clone(),
        kind: UseKind::Exec,
        program: "/usr/bin/python3".into(),
    };
    let listener = world.listen().await;
    let held = tokio::spawn(async move { client.hold_use(hold).await });
    let running = |count: u32| {
        let (world, listener) = (&world, &listener);
        async move {
            loop {
                let uses = world.uses().await;
                let known = uses.first().and_then(|of| of.uses.first());
                if known.is_some_and(|known| known.running == count) {
                    return known.cloned().unwrap();
                }
                listener.next().await;
            }
        }
    };
    let known = soon(running(1)).await;
    assert_eq!((known.what.as_deref(), known.count), (Some("python3"), 1));
    held.abort();
    let ended = soon(running(0)).await;
    assert_eq!(ended.count, 1);
}

#[tokio::test]
async fn switching_back_names_what_stays() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    world.hand_out_for(UseKind::Env).await;
    let back = SwitchBack {
        session: Some(SessionRef::Id(session.id)),
        ..SwitchBack::default()
    };
    let Reply::SwitchedBack(view) = world.ask(Request::SwitchBack(back)).await.unwrap() else {
        panic!("not switched back");
    };
    assert_eq!(view.undo, None);
    assert_eq!(view.sessions[0].stays, ["shells that took exports"]);
    assert!(world.uses().await.is_empty());
}

#[tokio::test]
async fn after_a_restart_it_says_since_when_uses_are_known() {
    let mut world = World::new().await;
    world.session("stuzio").await;
    world.hand_out_for(UseKind::Env).await;
    world.clock.pass(Duration::from_secs(60));
    world.restart().await;
    assert_eq!(world.sessions().await.len(), 1);
    let uses = world.uses().await;
    assert_eq!(
        uses[0].known_since,
        Some(world.sessions().await[0].issued_at + Duration::from_secs(60))
    );
    assert!(uses[0].uses.is_empty());
}
