//! Which call gets what.

use hatrack_core::broker::{BrokerError, NotPlanned, Outcome, plan};
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::{SessionDuration, SessionTag, SessionTags};
use hatrack_core::view::NeedView;

use crate::world::*;

#[tokio::test]
async fn a_profiles_own_values_are_sent() {
    let world = World::new();
    let session = world
        .session(&planned("stuzio", SwitchOptions::default()), &[])
        .await;
    let calls = world.calls();
    let call = calls[0].assume();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].signer(), "AKIATROY");
    assert_eq!(call.external_id.as_ref().unwrap().as_str(), "stuzio-acme");
    assert_eq!(call.duration.seconds(), 28800);
    assert_eq!(call.session_name.as_str(), "hatrack-troy");
    assert_eq!(session.region, "eu-west-1");
    assert_eq!(session.account.unwrap().as_str(), "081278057606");
    assert_eq!(session.origin.source, "troy, IAM user keys");
    assert!(!session.origin.chained && session.listed);
    assert_eq!(session.id.to_string().len(), 8);
}

#[tokio::test]
async fn what_is_asked_beats_the_profile() {
    let tags = vec![SessionTag {
        key: "Team".into(),
        value: "blue".into(),
        transitive: true,
    }];
    let options = SwitchOptions {
        duration: Some(900.try_into().unwrap()),
        session_name: Some("asked".parse().unwrap()),
        external_id: Some("other".parse().unwrap()),
        policy: Some(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned().try_into().unwrap()),
        policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap()],
        tags: SessionTags::try_from(tags).unwrap(),
        source_identity: Some("troy".parse().unwrap()),
        region: Some("us-west-2".into()),
    };
    let world = World::new();
    let session = world.session(&planned("stuzio", options.clone()), &[]).await;
    let calls = world.calls();
    let call = calls[0].assume();
    assert_eq!(call.duration.seconds(), 900);
    assert_eq!(Some(&call.session_name), options.session_name.as_ref());
    assert_eq!(call.external_id, options.external_id);
    assert_eq!(call.policy, options.policy);
    assert_eq!(call.policy_arns, options.policy_arns);
    assert_eq!(call.tags, options.tags);
    assert_eq!(call.source_identity, options.source_identity);
    assert_eq!(session.region, "us-west-2");
}

#[tokio::test]
async fn without_a_code_a_guarded_role_is_not_tried() {
    let world = World::new();
    let landed = world
        .go(&planned("guarded", SwitchOptions::default()), None, &[])
        .await;
    let Ok(Outcome::Needs(NeedView::MfaCode {
        serial,
        role_arn,
        refused,
        shared,
    })) = landed.result
    else {
        panic!("{:?}", landed.result);
    };
    assert_eq!(serial, "arn:aws:iam::183438944504:mfa/troy");
    assert_eq!(role_arn.unwrap(), "arn:aws:iam::081278057606:role/Guarded");
    assert_eq!((refused, shared), (None, true));
    assert!(world.calls().is_empty());
}

#[tokio::test]
async fn b19_a_wrong_code_is_asked_for_again_and_never_sent_twice() {
    let world = World::new();
    world.answer(refused(
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code.",
    ));
    let landed = world
        .go(&direct("guarded", SwitchOptions::default()), Some("123456"), &[])
        .await;
    let Ok(Outcome::Needs(NeedView::MfaCode {
        refused: Some(refused),
        ..
    })) = landed.result
    else {
        panic!("{:?}", landed.result);
    };
    assert!(refused.contains("refused-1"), "{refused}");
    assert_eq!(world.calls().len(), 1);
    let (serial, code) = world.calls()[0].assume().mfa.clone().unwrap();
    assert_eq!(
        (serial.as_str(), code.expose()),
        ("arn:aws:iam::183438944504:mfa/troy", "123456")
    );
}

#[tokio::test]
async fn no_code_goes_where_temporary_credentials_sign() {
    let world = World::new();
    let options = SwitchOptions::default();
    let session = world.session(&planned("from-temporary", options), &[]).await;
    assert!(world.calls()[0].assume().mfa.is_none());
    assert!(session.origin.chained);
    assert_eq!(session.key.hops[0].mfa_serial, None);
}

#[tokio::test]
async fn a_profile_with_only_keys_gets_a_session_token() {
    let world = World::new();
    let session = world
        .session(&planned("troy", SwitchOptions::default()), &[])
        .await;
    let Call::Token(call, signer) = &world.calls()[0] else {
        panic!("no GetSessionToken");
    };
    assert_eq!((call.duration.seconds(), signer.as_str()), (43200, "AKIATROY"));
    assert!(call.mfa.is_none() && session.key.hops.is_empty() && !session.origin.chained);

    let plan = planned("with-device", SwitchOptions::default());
    assert!(matches!(
        world.go(&plan, None, &[]).await.result,
        Ok(Outcome::Needs(_))
    ));
    let session = issued(world.go(&plan, Some("654321"), &[]).await);
    assert!(session.key.user_mfa.is_some());
}

#[test]
fn what_a_session_token_does_not_take_is_refused_before_the_call() {
    let named = SwitchOptions {
        session_name: Some("named".parse().unwrap()),
        ..SwitchOptions::default()
    };
    let refused = try_plan("troy", named).unwrap_err();
    assert!(matches!(
        refused,
        NotPlanned::Impossible(BrokerError::NotTaken {
            what: "RoleSessionName",
            ..
        })
    ));
    assert!(matches!(
        try_plan("temporary", SwitchOptions::default()).unwrap_err(),
        NotPlanned::Impossible(BrokerError::AlreadyTemporary { .. })
    ));
}

#[tokio::test]
async fn the_environments_token_decides_whether_a_switch_is_chained() {
    let hours = SwitchOptions {
        duration: Some(SessionDuration::LONGEST),
        ..SwitchOptions::default()
    };
    let long_term = caller(&[("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "s")]);
    let plan_of = |caller| plan(order("from-environment", hours.clone(), &caller));
    assert_eq!(plan_of(long_term).unwrap().key.base, "AKIAENV");
    let temporary = caller(&[("AWS_ACCESS_KEY_ID", "ASIAENV"), ("AWS_SESSION_TOKEN", "t")]);
    assert!(matches!(plan_of(temporary).unwrap_err(), NotPlanned::Refused(_)));
}

#[test]
fn a_users_name_becomes_a_session_name_that_sts_takes() {
    use hatrack_core::broker::default_session_name;
    for (user, name) in [
        (Some("troy"), "hatrack-troy"),
        (Some("O'Brien Żółć"), "hatrack-O-Brien-----"),
        (Some(""), "hatrack"),
        (None, "hatrack"),
    ] {
        assert_eq!(default_session_name(user).as_str(), name);
    }
    let long = default_session_name(Some(&"x".repeat(100)));
    assert_eq!(long.as_str().len(), 64);
}

#[tokio::test]
async fn b23_an_expiration_in_the_past_is_invalid_and_a_far_one_is_capped() {
    let world = World::new();
    let plan = planned("stuzio", SwitchOptions::default());
    *world.sts.expires_in.lock().unwrap() = Some(-1);
    let landed = world.go(&plan, None, &[]).await;
    assert!(matches!(landed.result, Err(BrokerError::AlreadyExpired(_))));

    let far = at("9999-12-30T22:00:00Z").duration_since(start().wall).as_secs();
    *world.sts.expires_in.lock().unwrap() = Some(far);
    let session = world.session(&plan, &[]).await;
    assert_eq!(session.expiry.left(start().boot).as_secs(), 36 * 3600);
    let end = at("2026-11-24T00:00:00Z");
    assert_eq!(
        (session.expiry.at, session.credentials.expires_at),
        (end, Some(end))
    );
}
