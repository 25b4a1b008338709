//! Diagnoses of the stories' refusals: verdicts, what is said, and what is to be added.

use hatrack_core::doctor::{
    BucketAsked, Cause, CureTarget, CureWay, How, Placement, Refusal, Seen, Sent, Sight, SimulatedOutcome,
    Simulation, Verdict, diagnose,
};

use crate::asked::{DENIED, ROLE, USER, allow_assume, denied, own, question, verdicts};
use crate::world::{B, document};

#[test]
fn with_ones_own_side_in_place_the_trust_is_the_likely_one() {
    let mut question = question();
    question.sent = Sent {
        known: true,
        external_id: Some("acme-2026".to_owned()),
        mfa: Some(true),
        ..Sent::default()
    };
    let diagnosis = denied(&question, &own(vec![allow_assume(ROLE)]));
    assert_eq!(
        verdicts(&diagnosis),
        [
            Verdict::Present,
            Verdict::LikelyMissing,
            Verdict::NotReached,
            Verdict::NotReached
        ]
    );
    let cure = diagnosis.placed(Placement::Trust).unwrap().cure.as_ref().unwrap();
    assert_eq!(cure.way, CureWay::AddStatement);
    assert_eq!(
        cure.target,
        Some(CureTarget::Trust {
            role: "Reader".to_owned()
        })
    );
    let expected = "{\n  \"Sid\": \"TrustTroy\",\n  \"Effect\": \"Allow\",\n  \"Principal\": { \"AWS\": \
                    \"arn:aws:iam::111122223333:user/troy\" },\n  \"Action\": \"sts:AssumeRole\",\n  \"Condition\": {\n    \
                    \"StringEquals\": { \"sts:ExternalId\": \"acme-2026\" },\n    \"Bool\": { \
                    \"aws:MultiFactorAuthPresent\": \"true\" }\n  }\n}";
    assert_eq!(cure.statement.as_deref(), Some(expected));
    let document = cure.document.as_deref().unwrap();
    let (from, to) = cure.added.unwrap();
    let added: Vec<&str> = document
        .lines()
        .skip(from as usize - 1)
        .take((to - from + 1) as usize)
        .collect();
    assert_eq!(added.first().map(|l| l.trim()), Some("{"));
    assert_eq!(added.last().map(|l| l.trim()), Some("}"));
    assert_eq!(added.len(), expected.lines().count());
    assert!(
        cure.message
            .as_deref()
            .unwrap()
            .contains("in account 444455556666")
    );
    assert!(
        diagnosis
            .ruled_out
            .iter()
            .any(|r| r == "External ID sent: acme-2026")
    );
    assert!(
        diagnosis
            .unseen
            .iter()
            .any(|u| u.contains("trust policy in account 444455556666"))
    );
}

#[test]
fn with_nothing_to_be_seen_nobody_is_accused_and_both_cures_are_given() {
    let diagnosis = denied(&question(), &Sight::default());
    assert_eq!(verdicts(&diagnosis)[..2], [Verdict::CantSee, Verdict::CantSee]);
    assert_eq!(diagnosis.cause, Cause::Unclear);
    assert!(diagnosis.placements[..2].iter().all(|p| p.cure.is_some()));
    assert!(diagnosis.placements[2..].iter().all(|p| p.cure.is_none()));
}

#[test]
fn a_simulation_is_as_good_as_the_documents() {
    let simulation = |outcome| Sight {
        simulations: vec![Simulation {
            principal: USER.to_owned(),
            action: "sts:AssumeRole".to_owned(),
            resource: ROLE.to_owned(),
            outcome,
            matched: vec!["AcmeSwitch".to_owned()],
            missing_context: Vec::new(),
        }],
        ..Sight::default()
    };
    let diagnosis = denied(&question(), &simulation(SimulatedOutcome::Allowed));
    assert_eq!(
        verdicts(&diagnosis)[..2],
        [Verdict::Present, Verdict::LikelyMissing]
    );
    let diagnosis = denied(&question(), &simulation(SimulatedOutcome::ImplicitDeny));
    assert_eq!(verdicts(&diagnosis)[..2], [Verdict::Missing, Verdict::CantSee]);
    let diagnosis = denied(&question(), &simulation(SimulatedOutcome::ExplicitDeny));
    assert_eq!(verdicts(&diagnosis)[..2], [Verdict::Denies, Verdict::CantSee]);
    assert_eq!(diagnosis.cause, Cause::ExplicitDeny);
    assert_eq!(diagnosis.placements[0].cure.as_ref().unwrap().document, None);
}

#[test]
fn a_name_that_is_almost_the_allowed_one_is_said() {
    let mut question = question();
    question.role = Some(
        "arn:aws:iam::444455556666:role/readonly-asi-production-bucket-role"
            .parse()
            .unwrap(),
    );
    let allowed = "arn:aws:iam::444455556666:role/readonly-asi-production-bucket";
    let text = DENIED.replace("role/Reader", "role/readonly-asi-production-bucket-role");
    let diagnosis = diagnose(
        &question,
        Some(&Refusal::read(&text)),
        &own(vec![allow_assume(allowed)]),
    );
    assert_eq!(diagnosis.cause, Cause::RoleName);
    assert_eq!(
        diagnosis.headline,
        "The role readonly-asi-production-bucket-role may not exist; a policy of yours names \
         readonly-asi-production-bucket"
    );
}

#[test]
fn a_bucket_that_is_almost_the_allowed_one_is_said() {
    let mut question = question();
    question.bucket = BucketAsked::read("s3://com.stuzio.projectx/plan.txt");
    question.switched = Some(true);
    let sight = Sight {
        permissions: Seen::Known(
            vec![document(
                "StuzioAcme",
                "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::com.stuzio.project-x\",\
                 \"arn:aws:s3:::com.stuzio.project-x/*\"]}",
            )],
            How::Pasted("stuzio.json".to_owned()),
        ),
        ..Sight::default()
    };
    for text in [
        "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
        "An error occurred (NoSuchBucket) when calling the GetObject operation: The specified bucket does not exist",
    ] {
        let diagnosis = diagnose(&question, Some(&Refusal::read(text)), &sight);
        assert_eq!(diagnosis.cause, Cause::BucketName, "{diagnosis:#?}");
        assert!(
            diagnosis.headline.contains("com.stuzio.project-x"),
            "{}",
            diagnosis.headline
        );
    }
}

#[test]
fn an_external_id_that_the_trust_asks_for_is_named_and_nothing_is_added() {
    let mut question = question();
    question.sent.known = true;
    let mut sight = own(vec![allow_assume(ROLE)]);
    sight.trust = Seen::Known(
        document(
            "trust",
            &format!(
                "{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::{B}:root\"}},\"Action\":\"sts:AssumeRole\",\
                 \"Condition\":{{\"StringEquals\":{{\"sts:ExternalId\":\"acme-2026\"}}}}}}"
            ),
        ),
        How::Read,
    );
    let diagnosis = denied(&question, &sight);
    assert_eq!(diagnosis.cause, Cause::ExternalId);
    assert_eq!(
        diagnosis.headline,
        "The role asks for an external ID, and none was sent"
    );
    let cure = diagnosis.placed(Placement::Trust).unwrap().cure.as_ref().unwrap();
    assert_eq!((cure.way, cure.document.as_deref()), (CureWay::Do, None));
    // Of a pasted message it is not known what was sent.
    question.sent.known = false;
    let diagnosis = denied(&question, &sight);
    assert_eq!(
        diagnosis.placed(Placement::Trust).unwrap().verdict,
        Verdict::LikelyMissing
    );
}

#[test]
fn a_condition_that_cannot_be_known_accuses_nobody() {
    let statement = format!(
        "{{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"{ROLE}\",\"Condition\":{{\"IpAddress\":\
         {{\"aws:SourceIp\":\"192.0.2.0/24\"}}}}}}"
    );
    let diagnosis = denied(&question(), &own(vec![document("office", &statement)]));
    assert_eq!(verdicts(&diagnosis)[..2], [Verdict::CantSee, Verdict::CantSee]);
    assert!(
        diagnosis.placements[0]
            .evidence
            .iter()
            .any(|e| e.contains("aws:SourceIp"))
    );
}

#[test]
fn refusals_of_another_kind_accuse_no_policy() {
    for (text, cause) in [
        ("ExpiredToken: The provided token has expired.", Cause::Expired),
        (
            "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.",
            Cause::Credentials,
        ),
        (
            "SignatureDoesNotMatch: Signature expired: 1 is now earlier than 2",
            Cause::Clock,
        ),
        (
            "PermanentRedirect: The bucket you are attempting to access must be addressed",
            Cause::Region,
        ),
        ("Throttling: Rate exceeded", Cause::Throttled),
        ("NoSuchKey: The specified key does not exist.", Cause::NotThere),
        (
            "AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code.",
            Cause::Mfa,
        ),
        ("what is this", Cause::Unclear),
    ] {
        let diagnosis = diagnose(&question(), Some(&Refusal::read(text)), &Sight::default());
        assert_eq!(diagnosis.cause, cause, "{text}");
        assert!(diagnosis.placements.iter().all(|p| p.cure.is_none()
            && !matches!(
                p.verdict,
                Verdict::Missing | Verdict::LikelyMissing | Verdict::Denies
            )));
        assert!(!diagnosis.headline.is_empty() && !diagnosis.advice.is_empty());
    }
}

#[test]
fn nothing_is_added_to_a_role_that_does_not_exist() {
    let sight = Sight {
        role: Seen::Absent(How::Read),
        ..own(vec![allow_assume(ROLE)])
    };
    let diagnosis = denied(&question(), &sight);
    assert_eq!(diagnosis.cause, Cause::RoleName);
    assert_eq!(diagnosis.headline, "The role Reader does not exist");
    assert_eq!(diagnosis.placed(Placement::Trust).unwrap().cure, None);
}
