//! MFA devices whose secret the person has left in the vault.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use hatrack_agent::devices::{DeviceFailure, Devices};
use hatrack_agent::protocol::{AddTotp, ErrorCode, Reply, Request, SetFlag, TotpDevice};
use hatrack_core::broker::{CodeSource, SpentCodes};
use hatrack_core::expiry::{Clock, Moment};
use hatrack_core::secret::Secret;
use hatrack_core::sts_limits::MfaSerial;
use hatrack_core::view::{NeedView, SwitchOutcome};
use hatrack_sandbox::totp;
use hatrack_store::vault::Vault;

use crate::stage::{Stage, to};
use crate::world::*;

const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn serial() -> MfaSerial {
    "arn:aws:iam::183438944504:mfa/troy".parse().unwrap()
}

fn add(serial: &MfaSerial, secret: &str) -> Request {
    Request::AddTotp(AddTotp {
        serial: serial.clone(),
        secret: Secret::new(secret),
    })
}

async fn listed(world: &World) -> Vec<TotpDevice> {
    match world.ask(Request::TotpDevices).await.unwrap() {
        Reply::TotpDevices(devices) => devices,
        other => panic!("{other:?}"),
    }
}

fn asks_for_code(outcome: &SwitchOutcome) -> bool {
    matches!(
        outcome,
        SwitchOutcome::Needs {
            need: NeedView::MfaCode { .. }
        }
    )
}

/// X2 on the sandbox: nobody types a code.
#[tokio::test]
async fn x2_a_device_in_the_vault_answers_for_the_person() {
    let stage = Stage::new().await;
    let story = stage.story("X2");
    let serial: MfaSerial = story.mfa_serial.as_deref().unwrap().parse().unwrap();
    let address = format!(
        "otpauth://totp/AWS:keeper?secret={}&issuer=AWS",
        story.mfa_seed.as_deref().unwrap()
    );
    stage.ask(add(&serial, &address)).await.unwrap();
    switched(stage.switch(to(&story.profile)).await);
    switched(stage.switch(to(&story.also[0])).await);
    assert_eq!(stage.sandbox.admin().calls("GetSessionToken"), 1);
}

/// The code is of AWS's time, as the first answer told it, not of this computer's.
#[tokio::test]
async fn h72_a_device_in_the_vault_counts_by_aws_s_clock() {
    for seconds in [3600, -3600] {
        let stage = Stage::new().await;
        stage.sandbox.admin().set_clock_ahead(seconds);
        let story = stage.story("X2");
        let serial: MfaSerial = story.mfa_serial.as_deref().unwrap().parse().unwrap();
        stage
            .ask(add(&serial, story.mfa_seed.as_deref().unwrap()))
            .await
            .unwrap();
        switched(stage.switch(to(&stage.story("S1").profile)).await);
        switched(stage.switch(to(&story.profile)).await);
        assert_eq!(stage.sandbox.admin().calls("GetSessionToken"), 1, "{seconds}");
    }
}

#[tokio::test]
async fn a_device_is_kept_sealed_until_it_is_removed() {
    let mut world = World::new().await;
    assert!(asks_for_code(&world.switch("guarded").await));
    world.ask(add(&serial(), SEED)).await.unwrap();
    world.restart().await;
    let devices = listed(&world).await;
    assert_eq!((devices.len(), &devices[0].serial), (1, &serial()));
    assert_eq!(devices[0].added_at, epoch());
    assert_eq!(files_with(world.folder.path(), SEED), Vec::<String>::new());
    let session = world.session("guarded").await;
    assert!(!session.renew_needs_code);

    let remove = || Request::RemoveTotp { serial: serial() };
    world.ask(remove()).await.unwrap();
    assert!(listed(&world).await.is_empty());
    world.ask(Request::EndAll).await.unwrap();
    assert!(asks_for_code(&world.switch("guarded").await));
    assert_eq!(world.ask(remove()).await.unwrap_err().code, ErrorCode::Invalid);
}

pub fn files_with(folder: &std::path::Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if let Ok(bytes) = std::fs::read(&path)
            && String::from_utf8_lossy(&bytes).contains(text)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn without_a_keyring_no_secret_is_taken() {
    let world = World::without_keyring().await;
    let refused = world.ask(add(&serial(), SEED)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Store);
    assert!(refused.message.contains("keyring"), "{refused}");
    assert!(listed(&world).await.is_empty());
    assert!(asks_for_code(&world.switch("guarded").await));
}

#[tokio::test]
async fn what_is_no_secret_is_refused_and_not_repeated() {
    let world = World::new().await;
    let refused = world.ask(add(&serial(), "canary 0189")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(!refused.message.contains("canary"));
    assert!(!format!("{:?}", add(&serial(), SEED)).contains(SEED));
}

#[tokio::test]
async fn a_role_whose_device_is_here_can_renew_itself() {
    let world = World::new().await;
    let flag = || {
        Request::SetAutoRenew(SetFlag {
            role_key: "guarded".into(),
            on: true,
        })
    };
    assert!(world.ask(flag()).await.is_err());
    world.ask(add(&serial(), SEED)).await.unwrap();
    world.ask(flag()).await.unwrap();
    assert!(world.session("guarded").await.auto_renew);
}

/// Devices in a vault of their own, and what was sent so far.
async fn devices(folder: &std::path::Path) -> (Devices, SpentCodes, Arc<HandClock>) {
    let keyring = Arc::new(TestKeyring(Some(Mutex::default())));
    let vault = Vault::with_keyring(folder.join("vault"), keyring, Duration::from_secs(5)).await;
    let slot = Arc::new(OnceLock::from(vault));
    let (spent, clock) = (SpentCodes::default(), Arc::new(HandClock::new()));
    let passing = clock.clone();
    let pause = Arc::new(move |time| -> futures::future::BoxFuture<'static, ()> {
        passing.pass(time);
        Box::pin(std::future::ready(()))
    });
    let devices = Devices::new(slot, clock.clone(), spent.clone(), pause);
    devices.add(serial(), &Secret::new(SEED)).await.unwrap();
    (devices, spent, clock)
}

fn shown_at(now: Moment, later: Duration) -> String {
    totp(SEED, now.wall + later).unwrap()
}

#[tokio::test]
async fn where_the_present_code_is_spent_the_next_half_minute_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let (devices, spent, clock) = devices(folder.path()).await;
    clock.pass(Duration::from_secs(12));
    let now = clock.now();
    let first = devices.code(&serial(), &spent).await.unwrap();
    assert_eq!(first.expose(), shown_at(now, Duration::ZERO));
    assert!(spent.spend(&serial(), &first, now.boot));
    let second = devices.code(&serial(), &spent).await.unwrap();
    assert_eq!(second.expose(), shown_at(now, Duration::from_secs(18)));
    assert_eq!(clock.now().wall, now.wall + Duration::from_secs(18));
}

#[tokio::test]
async fn a_code_that_was_shown_is_not_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let (devices, spent, clock) = devices(folder.path()).await;
    let (shown, left) = devices.show(&serial()).await.unwrap();
    assert_eq!(left, 30);
    assert!(spent.is_spent(&serial(), &shown, clock.now().boot));
    let (next, _) = devices.show(&serial()).await.unwrap();
    assert_ne!(next, shown);
    let other = "GAHT12345678".parse().unwrap();
    assert!(matches!(
        devices.show(&other).await,
        Err(DeviceFailure::Unknown(_))
    ));
}
