//! What AWS itself names, and what can stand in the way outside the four placements.

use hatrack_core::doctor::{
    Cause, How, OtherPlace, Placement, PublicAccess, Question, Refusal, Seen, Sight, Verdict, diagnose,
};

use crate::asked::{ROLE, USER, question, verdicts};
use crate::world::{A, document};

#[test]
fn what_aws_names_is_proof() {
    let refused = |because: &str| {
        Refusal::read(&format!(
            "User: arn:aws:sts::444455556666:assumed-role/Reader/troy is not authorized to perform: s3:PutObject on resource: \
             \"arn:aws:s3:::example-bucket/one.csv\" {because}"
        ))
    };
    let diagnosis = diagnose(
        &question(),
        Some(&refused(
            "because no identity-based policy allows the s3:PutObject action",
        )),
        &Sight::default(),
    );
    assert_eq!(
        verdicts(&diagnosis),
        [
            Verdict::Present,
            Verdict::Present,
            Verdict::Missing,
            Verdict::CantSee
        ]
    );
    let mut of_acme = question();
    of_acme.bucket.as_mut().unwrap().owner = Some(A.parse().unwrap());
    let refusal = refused("because no identity-based policy allows the s3:PutObject action");
    let same = diagnose(&of_acme, Some(&refusal), &Sight::default());
    assert_eq!(
        same.placed(Placement::BucketPolicy).unwrap().verdict,
        Verdict::Optional
    );
    let cure = diagnosis
        .placed(Placement::Permissions)
        .unwrap()
        .cure
        .as_ref()
        .unwrap();
    assert!(
        cure.document
            .as_deref()
            .unwrap()
            .contains("\"Action\": \"s3:PutObject\"")
    );
    assert!(
        cure.document
            .as_deref()
            .unwrap()
            .contains("arn:aws:s3:::example-bucket/one.csv")
    );

    let diagnosis = diagnose(
        &question(),
        Some(&refused("with an explicit deny in a resource-based policy")),
        &Sight::default(),
    );
    assert_eq!(
        diagnosis.placed(Placement::BucketPolicy).unwrap().verdict,
        Verdict::Denies
    );
    assert_eq!(
        diagnosis.placed(Placement::Permissions).unwrap().verdict,
        Verdict::CantSee
    );
    assert_eq!(diagnosis.cause, Cause::ExplicitDeny);

    for (because, place) in [
        (
            "with an explicit deny in a service control policy",
            OtherPlace::ServiceControlPolicy,
        ),
        (
            "because no permissions boundary allows the s3:PutObject action",
            OtherPlace::Boundary,
        ),
        (
            "because no session policy allows the s3:PutObject action",
            OtherPlace::SessionPolicy,
        ),
        (
            "because no VPC endpoint policy allows the s3:PutObject action",
            OtherPlace::EndpointPolicy,
        ),
    ] {
        let diagnosis = diagnose(&question(), Some(&refused(because)), &Sight::default());
        assert_eq!(diagnosis.cause, Cause::Limit, "{because}");
        assert_eq!(diagnosis.elsewhere[0].place, place);
        assert!(
            diagnosis
                .placements
                .iter()
                .all(|p| !matches!(p.verdict, Verdict::Missing | Verdict::LikelyMissing))
        );
    }
}

#[test]
fn a_decoded_message_tells_what_was_asked_and_that_it_is_denied() {
    let refusal = Refusal::read(
        "UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: \
         rHU-pVHMSckD0OAc5l3r9-gKN1XZjZ2X9J3w0fZ31licaTpAVwlD9ix3fLSAB",
    );
    assert!(refusal.encoded.is_some());
    let decoded = |deny: bool| Sight {
        decoded: Seen::Known(
            format!(
                "{{\"allowed\":false,\"explicitDeny\":{deny},\"matchedStatements\":{{\"items\":[{{\"sourcePolicyId\":\
                 \"NoLaunches\"}}]}},\"context\":{{\"principal\":{{\"arn\":\"{USER}\"}},\"action\":\
                 \"ec2:RunInstances\",\"resource\":\"arn:aws:ec2:eu-west-1:111122223333:instance/*\"}}}}"
            ),
            How::Read,
        ),
        ..Sight::default()
    };
    let none = Question::default();
    let diagnosis = diagnose(&none, Some(&refusal), &decoded(true));
    assert_eq!(diagnosis.cause, Cause::ExplicitDeny);
    assert_eq!(
        (diagnosis.action.as_str(), diagnosis.caller.as_deref()),
        ("ec2:RunInstances", Some(USER))
    );
    let diagnosis = diagnose(&none, Some(&refusal), &decoded(false));
    assert_ne!(diagnosis.cause, Cause::ExplicitDeny);
    assert_eq!(diagnosis.action, "ec2:RunInstances");
}

#[test]
fn a_public_bucket_that_is_kept_to_its_account_is_said() {
    let mut question = question();
    question.switched = Some(true);
    question.bucket.as_mut().unwrap().owner = Some("777788889999".parse().unwrap());
    let block = |restrict| Sight {
        bucket_policy: Seen::Known(
            document(
                "public",
                "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\
                 \"arn:aws:s3:::example-bucket/*\"}",
            ),
            How::Read,
        ),
        public_access: Seen::Known(
            PublicAccess {
                restrict_public_buckets: restrict,
                ignore_public_acls: true,
                block_public_policy: false,
            },
            How::Read,
        ),
        ..Sight::default()
    };
    let refusal =
        Refusal::read("An error occurred (AccessDenied) when calling the GetObject operation: Access Denied");
    let diagnosis = diagnose(&question, Some(&refusal), &block(true));
    assert_eq!(diagnosis.elsewhere[0].place, OtherPlace::PublicAccessBlock);
    assert!(
        diagnose(&question, Some(&refusal), &block(false))
            .elsewhere
            .is_empty()
    );
}

#[test]
fn a_key_that_s3_may_not_use_is_the_keys_or_the_roles_matter() {
    let refused = |because: &str| {
        Refusal::read(&format!(
            "User: arn:aws:sts::444455556666:assumed-role/Reader/troy is not authorized to perform: kms:Decrypt on resource: \
             arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab {because}"
        ))
    };
    let diagnosis = diagnose(
        &question(),
        Some(&refused(
            "because no identity-based policy allows the kms:Decrypt action",
        )),
        &Sight::default(),
    );
    let placed = diagnosis.placed(Placement::Permissions).unwrap();
    assert_eq!(placed.verdict, Verdict::Missing);
    assert!(
        placed
            .cure
            .as_ref()
            .unwrap()
            .document
            .as_deref()
            .unwrap()
            .contains("kms:Decrypt")
    );

    let diagnosis = diagnose(
        &question(),
        Some(&refused(
            "because no resource-based policy allows the kms:Decrypt action",
        )),
        &Sight::default(),
    );
    assert_eq!(diagnosis.cause, Cause::Key);
    let other = &diagnosis.elsewhere[0];
    assert_eq!(
        (other.place, other.verdict),
        (OtherPlace::KeyPolicy, Verdict::Missing)
    );
    assert!(
        other
            .cure
            .as_ref()
            .unwrap()
            .document
            .as_deref()
            .unwrap()
            .contains(ROLE)
    );
}
