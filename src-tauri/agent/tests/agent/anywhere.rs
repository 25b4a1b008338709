//! Certificates that become sessions, on the sandbox.

use hatrack_agent::protocol::{ErrorCode, Reply, Request};
use hatrack_core::view::SwitchOutcome;
use jiff::Timestamp;

use crate::stage::{Stage, to};
use crate::world::switched;

#[tokio::test]
async fn s12_each_kind_of_certificate_switches_and_no_command_runs() {
    let stage = Stage::new().await;
    let story = stage.sandbox.manifest().anywhere.clone();
    for profile in [&story.profile, &story.rsa_profile, &story.chain_profile] {
        // No `aws_signing_helper` is on this machine, and nobody was asked for consent.
        let session = switched(stage.switch(to(profile)).await);
        assert_eq!(session.arn.as_deref(), Some(story.role_arn.as_str()));
        assert!(
            (3590..=3600).contains(&session.seconds_left),
            "{}",
            session.seconds_left
        );
        assert!(!session.chained);
    }
    assert_eq!(stage.sandbox.admin().calls("CreateSession"), 3);
    switched(stage.switch(to(&story.profile)).await);
    assert_eq!(
        stage.sandbox.admin().calls("CreateSession"),
        3,
        "a live session serves"
    );
}

#[tokio::test]
async fn s12_the_catalog_shows_the_role_and_how_it_is_reached() {
    let stage = Stage::new().await;
    let story = stage.sandbox.manifest().anywhere.clone();
    let Ok(Reply::Catalog(catalog)) = stage.ask(Request::Catalog).await else {
        panic!("no catalog")
    };
    let role = catalog
        .roles
        .iter()
        .find(|role| role.profile.as_deref() == Some(&*story.profile));
    let role = role.unwrap();
    assert_eq!(role.arn.as_deref(), Some(story.role_arn.as_str()));
    assert_eq!(role.identity.kind, "roles_anywhere");
    let days_left = |profile: &str| {
        let mut roles = catalog.roles.iter();
        let role = roles.find(|role| role.profile.as_deref() == Some(profile));
        let until = role.unwrap().identity.certificate_until.unwrap();
        (until.as_second() - Timestamp::now().as_second()) / 86_400
    };
    assert!((28..=30).contains(&days_left(&story.profile)));
    assert!(days_left(&story.expired_profile) < 0);
}

#[tokio::test]
async fn s12_duration_and_name_are_sent_and_a_policy_is_not_taken() {
    let stage = Stage::new().await;
    let story = stage.sandbox.manifest().anywhere.clone();
    let mut asked = to(&story.profile);
    asked.options.duration = Some(900.try_into().unwrap());
    asked.options.session_name = Some("night-shift".parse().unwrap());
    let session = switched(stage.switch(asked).await);
    assert!(session.life <= 900);
    assert!(session.assumed_role_arn.unwrap().ends_with("/night-shift"));
    let mut policy = to(&story.profile);
    policy.options.policy_arns = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap()];
    let refused = stage.ask(Request::Switch(policy)).await.unwrap_err();
    assert!(refused.message.contains("PolicyArns"), "{}", refused.message);
    assert_eq!(stage.sandbox.admin().calls("CreateSession"), 1);
}

#[tokio::test]
async fn s12_an_expired_certificate_and_a_wrong_anchor_are_said_so() {
    let stage = Stage::new().await;
    let story = stage.sandbox.manifest().anywhere.clone();
    for (profile, told) in [
        (&story.expired_profile, "expired on 20"),
        (&story.untrusted_profile, "trust anchor"),
        (&story.other_profile, "trust policy"),
    ] {
        let outcome = stage.switch(to(profile)).await;
        let SwitchOutcome::Denied { denial } = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(denial.code, "AccessDeniedException");
        assert!(denial.request_id.is_some());
        assert!(format!("{denial:?}").contains(told), "{profile}: {denial:?}");
    }
}

#[tokio::test]
async fn files_that_are_no_certificate_are_named_and_nothing_is_asked() {
    let stage = Stage::new().await;
    let story = stage.sandbox.manifest().anywhere.clone();
    let certificate = story.folder.join(format!("{}.crt", story.profile));
    let key = story.folder.join(format!("{}.key", story.profile));
    let other = std::fs::read(story.folder.join(format!("{}.key", story.other_profile))).unwrap();
    let good = std::fs::read(&key).unwrap();
    for (file, bytes, told) in [
        (&key, Some(other.as_slice()), "not the one of the certificate"),
        (&key, Some(b"canary".as_slice()), "no private key"),
        (&key, None, "cannot be read"),
        (&certificate, Some(b"canary".as_slice()), "no certificate"),
    ] {
        std::fs::write(&key, &good).unwrap();
        match bytes {
            Some(bytes) => std::fs::write(file, bytes).unwrap(),
            None => std::fs::remove_file(file).unwrap(),
        }
        let refused = stage.ask(Request::Switch(to(&story.profile))).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Identity);
        assert!(refused.message.contains(told), "{}", refused.message);
        assert!(!refused.message.contains("canary"));
    }
    assert_eq!(stage.sandbox.admin().calls("CreateSession"), 0);
}
