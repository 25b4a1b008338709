//! Taking a revocation back.

use hatrack_agent::protocol::RevokeOutcome;
use hatrack_agent::run::{Options, start};
use hatrack_core::revoke::RevokesBefore;
use hatrack_store::home::Home;
use hatrack_store::kept::KeptRevocation;
use jiff::SignedDuration;

use super::{ROLE, of, stuzio, undo};
use crate::stage::{Stage, outside};

#[tokio::test]
async fn undoing_takes_away_what_was_written_and_nothing_else() {
    let stage = Stage::new().await;
    let (old, view) = stage.credentials(of("stuzio")).await;
    // Nothing was revoked: that is said, and nothing is sent.
    let error = stage.outcome(undo()).await.unwrap_err();
    assert!(error.message.contains("nothing to undo"), "{error}");
    stage.revoke(stuzio()).await;
    assert!(!stage.lists_buckets(&old).await);
    let RevokeOutcome::Undone { still_before, .. } = stage.outcome(undo()).await.unwrap() else {
        panic!("not undone");
    };
    assert_eq!(still_before, None);
    assert_eq!(stage.standing().await, None);
    assert!(stage.lists_buckets(&old).await);
    let sessions = stage.sessions().await;
    assert!(
        !sessions
            .iter()
            .find(|s| s.id == view.as_ref().unwrap().id)
            .unwrap()
            .revoked
    );
    let events: Vec<_> = stage
        .history()
        .await
        .into_iter()
        .map(|row| (row.event, row.outcome))
        .collect();
    for event in ["revoke", "revoke_undo"] {
        assert!(events.contains(&(event.into(), "ok".into())), "{events:?}");
    }
}

#[tokio::test]
async fn somebody_elses_revocation_is_kept_and_put_back() {
    let stage = Stage::new().await;
    let theirs = RevokesBefore::at("2026-01-02T03:04:05Z".parse().unwrap()).document();
    stage.write(&theirs).await;
    let plan = stage.plan(stuzio()).await.unwrap();
    assert_eq!(plan.revoked_before, Some("2026-01-02T03:04:05Z".parse().unwrap()));
    // Theirs is not ours to take back.
    let error = stage.outcome(undo()).await.unwrap_err();
    assert!(error.message.contains("not revoked from here"), "{error}");
    stage.revoke(stuzio()).await;
    // A second one of ours leaves what stood first.
    stage.revoke(stuzio()).await;
    let RevokeOutcome::Undone { still_before, .. } = stage.outcome(undo()).await.unwrap() else {
        panic!("not undone");
    };
    assert_eq!(still_before, plan.revoked_before);
    assert_eq!(stage.standing().await, Some(theirs));
}

#[tokio::test]
async fn what_was_changed_since_is_not_undone() {
    let stage = Stage::new().await;
    stage.revoke(stuzio()).await;
    let later = RevokesBefore::at("2999-01-02T03:04:05Z".parse().unwrap()).document();
    stage.write(&later).await;
    let error = stage.outcome(undo()).await.unwrap_err();
    assert!(error.message.contains("written anew"), "{error}");
    assert_eq!(stage.standing().await, Some(later));
}

#[tokio::test]
async fn it_is_known_after_a_restart() {
    let mut stage = Stage::new().await;
    let id = stage.session("stuzio").await.id;
    stage.revoke(stuzio()).await;
    stage.agent.put_away().await;
    let home = Home::at(&stage.sandbox.manifest().home);
    // Another keyring: no session comes back, what was revoked does.
    stage.agent = start(&home, Options::default(), outside()).await.unwrap();
    assert!(stage.sessions().await.iter().all(|session| session.id != id));
    assert!(matches!(
        stage.outcome(undo()).await.unwrap(),
        RevokeOutcome::Undone { .. }
    ));
    assert_eq!(stage.standing().await, None);
}

#[tokio::test]
async fn what_aws_does_not_show_yet_is_not_forgotten() {
    let stage = Stage::new().await;
    let sent = stage.sandbox.admin().now() + SignedDuration::from_secs(50);
    let kept = KeptRevocation {
        role: ROLE.parse().unwrap(),
        in_force: Some(sent),
        sent,
        stood: None,
    };
    let book = &stage.agent.service.revoking.book;
    book.put(kept.clone()).unwrap();
    for error in [
        stage.plan(undo()).await.unwrap_err(),
        stage.outcome(undo()).await.unwrap_err(),
    ] {
        assert!(error.message.contains("try again in a minute"), "{error}");
    }
    assert_eq!(book.of(&kept.role), Some(kept.clone()));
    stage.sandbox.admin().set_clock_ahead(240);
    let error = stage.plan(undo()).await.unwrap_err();
    assert!(error.message.contains("nothing to undo"), "{error}");
    assert_eq!(book.of(&kept.role), None);
}
