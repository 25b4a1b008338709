//! Denials keep AWS's words.

use std::sync::Arc;

use hatrack_core::broker::{BrokerError, Outcome, plan};
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts::AwsFailure;
use hatrack_core::view::DenialView;

use crate::world::*;

async fn denial(code: &str, message: &str, options: SwitchOptions) -> (DenialView, bool, bool) {
    let world = World::new();
    world.answer(refused(code, message));
    match world.go(&planned("stuzio", options), None, &[]).await.result {
        Ok(Outcome::Denied {
            denial,
            failed,
            over_maximum,
        }) => (*denial, failed, over_maximum),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn b17_access_denied_shows_role_and_request_id_and_claims_nothing() {
    let message = "User: arn:aws:iam::183438944504:user/troy is not authorized to perform: sts:AssumeRole on resource: \
                   arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole";
    let (denial, failed, _) = denial("AccessDenied", message, SwitchOptions::default()).await;
    assert_eq!(denial.code, "AccessDenied");
    assert_eq!(denial.message, message);
    assert_eq!(denial.request_id.as_deref(), Some("refused-1"));
    assert_eq!(denial.action, "sts:AssumeRole");
    assert_eq!(
        denial.resource.as_deref(),
        Some("arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole")
    );
    assert!(!failed);
    assert!(denial.summary.contains("StuzioAcmeConsultantRole") && denial.summary.contains("external ID"));
    assert_eq!(denial.longest_duration, None);
}

#[tokio::test]
async fn b30_a_region_that_has_to_be_enabled_is_named_where_aws_knows_nobody_in_it() {
    for (region, code, named) in [
        ("af-south-1", "InvalidClientTokenId", true),
        ("af-south-1", "RegionDisabledException", true),
        ("af-south-1", "AccessDenied", false),
        ("eu-west-1", "InvalidClientTokenId", false),
        ("cn-north-1", "InvalidClientTokenId", false),
    ] {
        let options = SwitchOptions {
            region: Some(region.to_owned()),
            ..SwitchOptions::default()
        };
        let (denial, _, _) = denial(
            code,
            "The security token included in the request is invalid.",
            options,
        )
        .await;
        let says = denial.summary.contains("has to be enabled");
        assert_eq!(says, named, "{region} {code}: {}", denial.summary);
        assert!(!named || denial.summary.contains(region), "{}", denial.summary);
    }
}

#[tokio::test]
async fn b29_over_the_roles_maximum_offers_what_it_is_known_to_give() {
    let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    let (denial, _, over) = denial("ValidationError", message, SwitchOptions::default()).await;
    assert!(over);
    assert_eq!(denial.longest_duration, Some(3600));

    let world = World::new();
    world.answer(refused("ValidationError", message));
    let plan = planned("stuzio", SwitchOptions::default());
    let known = Some(14400.try_into().unwrap());
    let landed = world.broker.execute(&plan, &caller(&[]), None, &[], known).await;
    let Ok(Outcome::Denied { denial, .. }) = landed.result else {
        panic!("not denied");
    };
    assert_eq!(denial.longest_duration, Some(14400));
}

#[tokio::test]
async fn b29_a_hop_on_the_way_refused_for_its_own_duration_offers_nothing_for_the_last() {
    let world = World::new();
    world.answer(refused(
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ));
    let plan = planned("chained", SwitchOptions::default());
    let landed = world.go(&plan, None, &[]).await;
    let Ok(Outcome::Denied {
        denial, over_maximum, ..
    }) = landed.result
    else {
        panic!("not denied");
    };
    assert!(!over_maximum, "nothing is learnt about the role asked for");
    assert_eq!(denial.longest_duration, None);
    assert!(
        denial.summary.contains("StuzioAcmeConsultantRole") && denial.summary.contains("\"stuzio\""),
        "{}",
        denial.summary
    );
}

#[tokio::test]
async fn b29_that_a_chains_hour_was_the_limit_is_known_from_who_signed() {
    // Planned for long-term keys; when the call is made, the environment holds temporary ones.
    let long_term = caller(&[("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "s")]);
    let temporary = caller(&[("AWS_ACCESS_KEY_ID", "ASIAENV"), ("AWS_SESSION_TOKEN", "t")]);
    let hours = SwitchOptions {
        duration: Some(14400.try_into().unwrap()),
        ..SwitchOptions::default()
    };
    let plan = plan(order("from-environment", hours, &long_term)).unwrap();
    for (caller, chained) in [(&temporary, true), (&long_term, false)] {
        let world = World::new();
        world.answer(refused(
            "ValidationError",
            "DurationSeconds: other words than today's",
        ));
        let known = Some(7200.try_into().unwrap());
        let landed = world.broker.execute(&plan, caller, None, &[], known).await;
        let Ok(Outcome::Denied {
            denial, over_maximum, ..
        }) = landed.result
        else {
            panic!("not denied");
        };
        assert_eq!(denial.longest_duration, chained.then_some(3600));
        assert!(!over_maximum);
        assert_eq!(
            world.calls().len(),
            usize::from(!chained),
            "what is known is not asked"
        );
    }
}

#[tokio::test]
async fn other_validation_errors_offer_no_duration() {
    let (denial, _, over) = denial(
        "ValidationError",
        "1 validation error detected",
        SwitchOptions::default(),
    )
    .await;
    assert!(!over);
    assert_eq!(denial.longest_duration, None);
}

#[tokio::test]
async fn an_expired_start_is_said_and_not_retried() {
    let world = World::new();
    world.answer(refused("ExpiredToken", "expired"));
    let landed = world
        .go(&planned("from-temporary", SwitchOptions::default()), None, &[])
        .await;
    let Ok(Outcome::Denied { denial, .. }) = landed.result else {
        panic!("not denied");
    };
    assert!(denial.summary.contains("ASIATEMP"), "{}", denial.summary);
    assert_eq!(world.calls().len(), 1);
}

#[tokio::test]
async fn b21_a_service_that_cannot_answer_is_a_failure_with_its_request_id() {
    let world = World::new();
    world.answer(Err(AwsFailure::Refused(hatrack_core::sts::Refusal {
        code: "ServiceUnavailable".into(),
        message: String::new(),
        request_id: Some("r".into()),
        status: 503,
    })));
    let landed = world
        .go(&planned("stuzio", SwitchOptions::default()), None, &[])
        .await;
    assert!(matches!(landed.result, Ok(Outcome::Denied { failed: true, .. })));
    assert_eq!(landed.trace.request_id.as_deref(), Some("r"));
}

#[tokio::test]
async fn i77_no_answer_is_an_error_and_no_denial() {
    let world = World::new();
    world.answer(Err(AwsFailure::Garbled {
        service: "STS",
        region: "us-east-1".into(),
        why: "no XML".into(),
    }));
    let landed = world
        .go(&planned("stuzio", SwitchOptions::default()), None, &[])
        .await;
    assert!(matches!(
        landed.result,
        Err(BrokerError::Aws(AwsFailure::Garbled { .. }))
    ));
}

#[tokio::test]
async fn nothing_that_is_printed_holds_a_secret() {
    let world = World::new();
    let plan = planned("guarded", SwitchOptions::default());
    let landed = world.go(&plan, Some("987123"), &[]).await;
    let printed = format!("{plan:?} {landed:?} {:?}", world.calls());
    assert!(!printed.contains("987123") && !printed.contains("\"issued\"") && !printed.contains("\"token\""));
    let session = Arc::new(issued(landed));
    assert!(format!("{session:?}").contains("***"));
}
