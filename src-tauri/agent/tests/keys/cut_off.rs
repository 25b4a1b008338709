//! A rotation that is cut off at any call, before it or when its answer is on the way, is finished by the next one.

use std::sync::Arc;
use std::time::Duration;

use crate::aws::Cut;
use crate::desk::Desk;

/// The key that a program would get for the profile now.
async fn in_use(desk: &Desk, in_vault: bool) -> (String, String) {
    let keys = desk.keys().await;
    let credentials = if in_vault {
        keys.credentials("troy").await.unwrap()
    } else {
        keys.in_files("troy", &desk.caller()).unwrap().key.credentials()
    };
    let secret = credentials.secret_access_key.expose().to_owned();
    (credentials.access_key_id, secret)
}

async fn desk(in_vault: bool) -> Desk {
    let desk = Desk::with(crate::desk::CREDENTIALS, in_vault);
    if in_vault {
        let keys = desk.keys().await;
        keys.import("troy", None, &desk.caller()).await.unwrap();
        keys.take_out("troy", &desk.caller()).await.unwrap();
    }
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 2;
    desk
}

/// Runs a rotation until it ends or is cut off. Whether it was.
async fn is_cut(desk: &Arc<Desk>, cut: Cut) -> bool {
    desk.aws.state.lock().unwrap().cut = Some(cut);
    let keys = desk.keys().await;
    let running = {
        let desk = desk.clone();
        tokio::spawn(async move { desk.rotate(&keys).await })
    };
    tokio::pin!(running);
    let cut = tokio::select! {
        () = desk.aws.cut_off.notified() => true,
        done = &mut running => { done.unwrap().unwrap(); false }
    };
    running.abort();
    desk.aws.state.lock().unwrap().cut = None;
    cut
}

async fn cut_everywhere(in_vault: bool) {
    for at in 0.. {
        let mut was_cut = false;
        for cut in [Cut::Before(at), Cut::After(at)] {
            let desk = Arc::new(desk(in_vault).await);
            if !is_cut(&desk, cut).await {
                continue;
            }
            was_cut = true;
            let (id, secret) = in_use(&desk, in_vault).await;
            assert!(desk.aws.takes(&id, &secret), "{cut:?}: locked out");

            let keys = desk.keys().await;
            let rotated = desk
                .rotate(&keys)
                .await
                .unwrap_or_else(|why| panic!("{cut:?}: {why}"));
            let (id, secret) = in_use(&desk, in_vault).await;
            assert!(desk.aws.takes(&id, &secret), "{cut:?}");
            assert_eq!(
                (&rotated.new_id, "AKIAOLD"),
                (&id, rotated.old_id.as_str()),
                "{cut:?}"
            );
            assert_eq!(desk.aws.active(), [id], "{cut:?}: one key is left");
            assert_eq!(desk.aws.state.lock().unwrap().keys.len(), 1, "{cut:?}");
            assert_eq!(desk.rotations().get("troy").unwrap(), None, "{cut:?}");
            assert!(!desk.credentials().contains("hatrack-rotation"), "{cut:?}");
        }
        if !was_cut {
            assert!(at > 6, "a rotation makes more calls than {at}");
            return;
        }
    }
}

#[tokio::test]
async fn a_key_of_the_vault_is_never_lost_wherever_its_rotation_is_cut_off() {
    within_a_minute(cut_everywhere(true)).await;
}

#[tokio::test]
async fn a_key_of_a_file_is_never_lost_wherever_its_rotation_is_cut_off() {
    within_a_minute(cut_everywhere(false)).await;
}

async fn within_a_minute(what: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_secs(60), what)
        .await
        .expect("it did not end");
}
