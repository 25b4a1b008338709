//! Switching back so that it can be undone for a moment.

use std::time::Duration;

use futures::future::join;
use hatrack_agent::protocol::{
    BroughtBackView, ErrorCode, Event, HandOutRequest, OpenEndpoint, ProfileName, RenewRequest, Reply,
    Request, RoleChoice, SessionRef, SwitchBack, SwitchedBackView, UseKind, WireError, WriteProfile,
};
use hatrack_core::caller::Client;

use crate::world::*;

const SECOND: Duration = Duration::from_secs(1);

impl World {
    async fn switch_back(&self, session: Option<&str>) -> SwitchedBackView {
        let back = SwitchBack {
            session: session.map(|id| SessionRef::Id(id.to_owned())),
            undo: true,
            clipboard: false,
        };
        let window = self.caller_as(Client::Window, &[]);
        match self.ask_as(window, Request::SwitchBack(back)).await.unwrap() {
            Reply::SwitchedBack(view) => view,
            other => panic!("{other:?}"),
        }
    }

    async fn undo(&self, back: &SwitchedBackView) -> Result<BroughtBackView, WireError> {
        let undo = back.undo.clone().expect("it cannot be undone");
        match self.ask(Request::UndoSwitchBack { undo }).await? {
            Reply::BroughtBack(view) => Ok(view),
            other => panic!("{other:?}"),
        }
    }

    /// The moment is over.
    async fn pass_the_moment(&self) {
        self.clock.pass(10 * SECOND);
        self.service().mailbox.wake();
        self.sessions().await;
    }

    fn blobs(&self) -> usize {
        std::fs::read_dir(self.home.vault()).unwrap().count()
    }

    async fn write_keys(&self, profile: &str) {
        self.write_profile(profile, ProfileName::Own, true).await;
    }

    async fn write_profile(&self, profile: &str, name: ProfileName, keys: bool) {
        let write = WriteProfile {
            of: SessionRef::Role(RoleChoice::Exact(profile.to_owned())),
            name,
            keys,
            options: Default::default(),
            mfa_code: None,
            allow_endpoint: false,
        };
        self.ask(Request::WriteProfile(write)).await.unwrap();
    }

    fn credentials_text(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("credentials")).unwrap_or_default()
    }

    fn config_text(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("config")).unwrap()
    }

    /// What a line asks that was written for the role.
    async fn program_asks(&self, profile: &str) -> Result<Reply, WireError> {
        let of = SessionRef::Role(RoleChoice::Exact(profile.to_owned()));
        let request = HandOutRequest {
            purpose: Some(UseKind::Process),
            ..HandOutRequest::of(of)
        };
        self.ask(Request::HandOut(request)).await
    }

    async fn open_endpoint(&self, id: &str) {
        let open = OpenEndpoint {
            of: SessionRef::Id(id.to_owned()),
            keep: true,
            options: Default::default(),
            mfa_code: None,
            allow_endpoint: false,
        };
        self.ask(Request::OpenEndpoint(open)).await.unwrap();
    }

    async fn endpoint_addresses(&self) -> Vec<String> {
        match self.ask(Request::Endpoints).await.unwrap() {
            Reply::Endpoints(endpoints) => endpoints.into_iter().map(|one| one.address).collect(),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_undo_brings_the_same_session_back() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    let listener = world.listen().await;
    let back = world.switch_back(Some(&session.id)).await;
    assert_eq!(back.undo_s, 8);
    assert_eq!(back.sessions[0].valid_until, Some(session.expires_at));
    let told = loop {
        if let Event::SwitchedBack { back } = news(&listener).await {
            break back;
        }
    };
    assert_eq!(*told, back);

    assert!(world.sessions().await.is_empty());
    assert_eq!(world.blobs(), 0, "a crash would bring it back");
    let by_id = HandOutRequest::of(SessionRef::Id(session.id.clone()));
    let refused = world.ask(Request::HandOut(by_id)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoSuchSession);

    world.clock.pass(7 * SECOND);
    let brought = world.undo(&back).await.unwrap();
    assert_eq!(brought.session_ids, std::slice::from_ref(&session.id));
    let again = &world.sessions().await[0];
    assert_eq!((&again.id, again.expires_at), (&session.id, session.expires_at));
    assert_eq!(again.access_key_id, session.access_key_id);
    assert_eq!(again.seconds_left, session.seconds_left - 7);
    assert!(world.blobs() > 0, "it is not kept");
    world.session("stuzio").await;
    assert_eq!(world.sts.calls(), 1);

    let rows = world.history().await;
    let words: Vec<_> = rows.iter().map(|row| row.event.as_str()).collect();
    assert_eq!(words, ["switch", "switch_back", "switch_back_undo"]);
}

#[tokio::test]
async fn it_can_be_undone_once_and_not_when_the_moment_is_over() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    let back = world.switch_back(Some(&session.id)).await;
    world.undo(&back).await.unwrap();
    assert_eq!(
        world.undo(&back).await.unwrap_err().code,
        ErrorCode::NoSuchSession
    );
    assert_eq!(world.sessions().await.len(), 1);

    let back = world.switch_back(Some(&session.id)).await;
    world.clock.pass(10 * SECOND);
    // Whether the alarm has rung yet or not.
    let late = world.undo(&back).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::NoSuchSession);
    assert!(late.message.contains("too late"));
    assert!(world.sessions().await.is_empty());
}

#[tokio::test]
async fn all_are_brought_back_by_one_undo_and_hops_on_the_way_too() {
    let world = World::new().await;
    world.session("far").await;
    world.session("troy").await;
    let calls = world.sts.calls();
    let back = world.switch_back(None).await;
    assert_eq!(back.sessions.len(), 2, "the hop on the way is not listed");
    assert!(world.sessions().await.is_empty());
    let brought = world.undo(&back).await.unwrap();
    assert_eq!(brought.session_ids.len(), 2);
    assert_eq!(world.sessions().await.len(), 2);
    world.session("stuzio").await;
    assert_eq!(world.sts.calls(), calls, "the hop was lost");
}

#[tokio::test]
async fn what_was_written_for_it_stays_until_the_moment_is_over() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    world.write_keys("stuzio").await;
    world.open_endpoint(&session.id).await;
    let (keys, address) = (world.credentials_text(), world.endpoint_addresses().await);
    let back = world.switch_back(Some(&session.id)).await;
    assert_eq!(back.sessions[0].undone.len(), 2, "{:?}", back.sessions);
    world.service().profiles.reconcile().await;
    world.undo(&back).await.unwrap();
    world.service().profiles.reconcile().await;
    assert_eq!(world.credentials_text(), keys);
    assert_eq!(world.endpoint_addresses().await, address);

    world.switch_back(Some(&session.id)).await;
    world.pass_the_moment().await;
    world.service().profiles.reconcile().await;
    assert!(!world.credentials_text().contains(&session.access_key_id));
    assert!(world.endpoint_addresses().await.is_empty());
    let rows = world.history().await;
    let back = rows.iter().find(|row| row.event == "switch_back").unwrap();
    let detail = back.detail.as_deref().unwrap();
    assert!(
        detail.starts_with("Removed the profile hatrack-") && detail.ends_with("closed the endpoint"),
        "{detail}"
    );
}

#[tokio::test]
async fn a_session_that_ends_meanwhile_stays_away() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    world.clock.pass(3595 * SECOND);
    let back = world.switch_back(Some(&session.id)).await;
    world.clock.pass(6 * SECOND);
    let brought = world.undo(&back).await.unwrap();
    assert!(brought.session_ids.is_empty());
    assert!(
        brought.notes[0].contains("expired meanwhile"),
        "{:?}",
        brought.notes
    );
    assert!(world.sessions().await.is_empty());
}

#[tokio::test]
async fn a_session_that_had_ended_is_removed_for_good() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    world.clock.pass(3601 * SECOND);
    world.service().mailbox.wake();
    let back = world.switch_back(Some(&session.id)).await;
    assert_eq!((back.undo, back.sessions[0].valid_until), (None, None));
    assert!(world.sessions().await.is_empty());
}

#[tokio::test]
async fn a_new_switch_in_between_wins() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    let back = world.switch_back(Some(&session.id)).await;
    let newer = world.session("stuzio").await;
    assert_ne!(newer.id, session.id, "what was switched back was used again");
    let brought = world.undo(&back).await.unwrap();
    assert!(brought.session_ids.is_empty() && brought.notes[0].contains("newer"));
    let left: Vec<_> = world.sessions().await.into_iter().map(|one| one.id).collect();
    assert_eq!(left, [newer.id]);
}

#[tokio::test]
async fn a_renewal_under_way_brings_nothing_back_by_itself() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    world.sts.close_gate();
    let renew = RenewRequest {
        session: SessionRef::Id(session.id.clone()),
        mfa_code: None,
        duration: Some(7200.try_into().unwrap()),
        allow_endpoint: false,
    };
    let renewal = world.ask(Request::Renew(renew));
    let meanwhile = async {
        while world.sts.calls() < 2 {
            tokio::task::yield_now().await;
        }
        let back = world.switch_back(Some(&session.id)).await;
        world.sts.open_gate();
        back
    };
    let (renewed, back) = soon(join(renewal, meanwhile)).await;
    assert_eq!(renewed.unwrap_err().code, ErrorCode::NoSuchSession);
    assert!(world.sessions().await.is_empty());
    world.undo(&back).await.unwrap();
    let again = &world.sessions().await[0];
    assert_eq!((&again.id, again.access_key_id.as_str()), (&session.id, "ASIA2"));
}

#[tokio::test]
async fn an_agent_that_stops_lets_everything_go() {
    let mut world = World::new().await;
    let session = world.session("stuzio").await;
    world.write_keys("stuzio").await;
    let back = world.switch_back(Some(&session.id)).await;
    world.restart().await;
    assert!(world.sessions().await.is_empty());
    assert!(!world.credentials_text().contains(&session.access_key_id));
    let late = world.undo(&back).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::NoSuchSession);
}

#[test]
fn g67_a_kill_in_the_moment_leaves_nothing_written() {
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let killed = runtime();
    let (mut world, session, before) = killed.block_on(async {
        let world = World::new().await;
        let before = world.config_text();
        let session = world.session("stuzio").await;
        world.write_keys("stuzio").await;
        let line = ProfileName::Named("line".to_owned());
        world.write_profile("stuzio", line, false).await;
        assert_ne!(world.config_text(), before);
        world.switch_back(Some(&session.id)).await;
        (world, session, before)
    });
    // Nothing of the agent runs on.
    drop(killed);
    assert!(world.credentials_text().contains(&session.access_key_id));
    runtime().block_on(async {
        world.start().await;
        let is_gone =
            || world.config_text() == before && !world.credentials_text().contains(&session.access_key_id);
        let gone = async {
            while !is_gone() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        soon(gone).await;
        assert!(world.sessions().await.is_empty());
    });
}

#[tokio::test]
async fn what_was_undone_stays_written_after_a_restart_and_after_its_end() {
    let mut world = World::new().await;
    let session = world.session("stuzio").await;
    let line = ProfileName::Named("line".to_owned());
    world.write_profile("stuzio", line, false).await;
    let written = world.config_text();
    let back = world.switch_back(Some(&session.id)).await;
    world.undo(&back).await.unwrap();
    world.service().profiles.reconcile().await;
    world.restart().await;
    world.service().profiles.reconcile().await;
    assert_eq!(world.config_text(), written);
    world.clock.pass(3601 * SECOND);
    world.service().mailbox.wake();
    world.service().profiles.reconcile().await;
    assert_eq!(world.config_text(), written);
}

#[tokio::test]
async fn a_program_that_goes_on_asking_does_not_switch_again() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    world.program_asks("stuzio").await.unwrap();
    world.switch_back(Some(&session.id)).await;
    let refused = world.program_asks("stuzio").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoSuchSession);
    assert!(refused.message.contains("switched back just now"), "{refused:?}");
    assert_eq!((world.sts.calls(), world.sessions().await.len()), (1, 0));

    let newer = world.session("stuzio").await;
    world.program_asks("stuzio").await.unwrap();
    world.switch_back(Some(&newer.id)).await;
    world.pass_the_moment().await;
    world.program_asks("stuzio").await.unwrap();
    assert_eq!(world.sts.calls(), 3);
}

#[tokio::test]
async fn a_profile_that_cannot_be_removed_yet_is_not_called_removed() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    world.write_keys("stuzio").await;
    let file = world.folder.path().join("credentials");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let back = SwitchBack {
        session: Some(SessionRef::Id(session.id)),
        ..SwitchBack::default()
    };
    let Reply::SwitchedBack(view) = world.ask(Request::SwitchBack(back)).await.unwrap() else {
        panic!("not switched back");
    };
    let left = &view.sessions[0];
    assert!(left.undone.is_empty(), "{left:?}");
    assert!(left.stays[0].contains("could not be removed yet"), "{left:?}");
}
