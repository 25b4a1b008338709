//! Denials and policies as people paste them: what they leave open accuses nobody, and no cure is for somebody else.

use hatrack_core::doctor::{
    Cure, CureTarget, Diagnosis, Document, How, OtherPlace, Placement, PublicAccess, Question, Refusal,
    Reported, Seen, Sight, Verdict, diagnose,
};

use crate::asked::{DENIED, ROLE, USER, own, question};
use crate::world::document;

const KEY: &str = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn of_session(role: &str, because: &str) -> Refusal {
    Refusal::read(&format!(
        "User: arn:aws:sts::111122223333:assumed-role/{role}/me is not authorized to perform: s3:GetObject on resource: \
         \"arn:aws:s3:::example-bucket/one.csv\" because no {because} policy allows the s3:GetObject action"
    ))
}

fn cure_of(diagnosis: &Diagnosis, placement: Placement) -> Cure {
    diagnosis.placed(placement).unwrap().cure.clone().unwrap()
}

fn other(diagnosis: &Diagnosis, place: OtherPlace) -> Option<Verdict> {
    let found = diagnosis.elsewhere.iter().find(|e| e.place == place);
    found.map(|e| e.verdict)
}

#[test]
fn a_permission_sets_role_is_changed_by_its_set_and_named_by_a_condition() {
    const NAME: &str = "AWSReservedSSO_Dev_0123456789abcdef";
    let none = Question::default();
    let diagnosis = diagnose(
        &none,
        Some(&of_session(NAME, "identity-based")),
        &Sight::default(),
    );
    let cure = cure_of(&diagnosis, Placement::Permissions);
    assert!(cure.place.contains("Permission sets"), "{}", cure.place);
    assert!(cure.warnings.iter().any(|w| w.contains("permission set")));

    let diagnosis = diagnose(
        &none,
        Some(&of_session(NAME, "resource-based")),
        &Sight::default(),
    );
    let cure = cure_of(&diagnosis, Placement::BucketPolicy);
    let statement = cure.statement.unwrap();
    assert!(
        statement.contains("arn:aws:iam::111122223333:root"),
        "{statement}"
    );
    assert!(statement.contains(&format!("role/aws-reserved/sso.amazonaws.com/*{NAME}")));
    assert!(!cure.message.unwrap().contains(&format!(":role/{NAME}")));
}

#[test]
fn a_sessions_role_may_have_a_path_that_its_arn_does_not_show() {
    let refusal = of_session("Reader", "resource-based");
    let diagnosis = diagnose(&Question::default(), Some(&refusal), &Sight::default());
    let cure = cure_of(&diagnosis, Placement::BucketPolicy);
    assert!(
        cure.warnings.iter().any(|w| w.contains("path")),
        "{:?}",
        cure.warnings
    );

    // The catalog knows the path.
    let known = Question {
        known_roles: vec!["arn:aws:iam::111122223333:role/team/Reader".parse().unwrap()],
        ..Question::default()
    };
    let cure = cure_of(
        &diagnose(&known, Some(&refusal), &Sight::default()),
        Placement::BucketPolicy,
    );
    assert!(cure.statement.unwrap().contains(":role/team/Reader"));
    assert!(cure.warnings.is_empty(), "{:?}", cure.warnings);
}

#[test]
fn a_key_that_aws_does_not_name_is_the_one_that_was_seen_or_each() {
    let refused = |because: &str| {
        Refusal::read(&format!(
            "User: arn:aws:sts::444455556666:assumed-role/Reader/troy is not authorized to perform: kms:Decrypt on the \
             resource associated with this ciphertext because no {because} policy allows the kms:Decrypt action"
        ))
    };
    let seen = Sight {
        key: Some(KEY.to_owned()),
        ..Sight::default()
    };
    let permissions = |sight: &Sight| {
        let diagnosis = diagnose(&question(), Some(&refused("identity-based")), sight);
        cure_of(&diagnosis, Placement::Permissions)
    };
    let cure = permissions(&seen);
    assert!(cure.statement.unwrap().contains(KEY));
    let cure = permissions(&Sight::default());
    let statement = cure.statement.unwrap();
    assert!(statement.contains("\"Resource\": \"*\""), "{statement}");
    assert!(cure.warnings.iter().any(|w| w.contains("Narrow")));

    let diagnosis = diagnose(&question(), Some(&refused("resource-based")), &seen);
    let target = diagnosis.elsewhere[0].cure.as_ref().unwrap().target.clone();
    assert_eq!(target, Some(CureTarget::Key { key: KEY.to_owned() }));
}

fn given(name: &str, statement: &str) -> Seen<Vec<Vec<Document>>> {
    Seen::Known(
        vec![vec![document(name, statement)]],
        How::Pasted(name.to_owned()),
    )
}

const DENIES_EC2: &str = r#"{"Effect":"Deny","Action":"ec2:*","Resource":"*"}"#;
const ALLOWS_EC2: &str = r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#;
const DENIES_SWITCH: &str = r#"{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}"#;

#[test]
fn a_given_limit_that_only_denies_stands_beside_one_that_allows() {
    let said = |scps: Seen<Vec<Vec<Document>>>| {
        let sight = Sight {
            caller_scps: scps,
            ..own(vec![])
        };
        let diagnosis = diagnose(&question(), Some(&Refusal::read(DENIED)), &sight);
        other(&diagnosis, OtherPlace::ServiceControlPolicy)
    };
    assert_eq!(said(given("scp.json", DENIES_EC2)), None);
    assert_eq!(said(given("scp.json", DENIES_SWITCH)), Some(Verdict::Denies));
    // Another of its level may allow it.
    assert_eq!(said(given("scp.json", ALLOWS_EC2)), Some(Verdict::LikelyMissing));
    let two = Seen::Known(
        vec![
            vec![document("one", ALLOWS_EC2)],
            vec![document(
                "two",
                r#"{"Effect":"Allow","Action":"sts:*","Resource":"*"}"#,
            )],
        ],
        How::Pasted("one, two".to_owned()),
    );
    assert_eq!(said(two), None);
    // Levels that AWS itself told are known to be levels.
    let read = Seen::Known(vec![vec![document("p-1", ALLOWS_EC2)]], How::Read);
    assert_eq!(said(read), Some(Verdict::Missing));
}

fn public(statements: &str, served: Option<bool>) -> Option<Verdict> {
    let mut question = question();
    question.switched = Some(true);
    question.served = served;
    question.bucket.as_mut().unwrap().owner = Some("777788889999".parse().unwrap());
    let sight = Sight {
        bucket_policy: Seen::Known(document("public", statements), How::Read),
        public_access: Seen::Known(
            PublicAccess {
                restrict_public_buckets: true,
                ignore_public_acls: true,
                block_public_policy: false,
            },
            How::Read,
        ),
        ..Sight::default()
    };
    let refusal =
        Refusal::read("An error occurred (AccessDenied) when calling the GetObject operation: Access Denied");
    let refusal = (served != Some(true)).then_some(refusal);
    other(
        &diagnose(&question, refusal.as_ref(), &sight),
        OtherPlace::PublicAccessBlock,
    )
}

#[test]
fn a_bucket_is_public_by_a_statement_for_everyone_without_conditions() {
    let allow = |principal: &str, more: &str| {
        format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::example-bucket/*"{more}}}"#
        )
    };
    let everyone = allow("\"*\"", "");
    let fixed = allow(
        "\"*\"",
        r#","Condition":{"StringEquals":{"aws:PrincipalAccount":"444455556666"}}"#,
    );
    let named = allow(&format!("{{\"AWS\":\"{ROLE}\"}}"), "");
    assert_eq!(public(&everyone, None), Some(Verdict::Denies));
    assert_eq!(public(&fixed, None), None);
    assert_eq!(public(&named, None), None);
    // Naming the role beside it does not make the bucket less public.
    assert_eq!(
        public(&format!("{everyone},{named}"), None),
        Some(Verdict::Denies)
    );
    assert_eq!(public(&everyone, Some(true)), None);
}

#[test]
fn a_copy_that_was_refused_may_have_been_refused_the_reading() {
    let refusal = Refusal::of(&Reported {
        code: Some("AccessDenied".to_owned()),
        message: Some("Access Denied".to_owned()),
        status: Some(403),
        operation: Some("CopyObject".to_owned()),
        ..Reported::default()
    });
    let mut question = question();
    question.switched = Some(true);
    assert_ne!(
        diagnose(&question, Some(&refusal), &Sight::default()).action,
        "s3:PutObject"
    );
}

#[test]
fn a_message_claims_nothing_that_was_not_seen() {
    let refusal =
        Refusal::read("An error occurred (AccessDenied) when calling the GetObject operation: Access Denied");
    let mut question = question();
    question.switched = Some(true);
    question.bucket.as_mut().unwrap().owner = Some("444455556666".parse().unwrap());
    let sight = Sight {
        bucket_policy: Seen::Absent(How::Read),
        ..Sight::default()
    };
    let diagnosis = diagnose(&question, Some(&refusal), &sight);
    let placed = diagnosis.placed(Placement::Permissions).unwrap();
    assert_eq!(placed.verdict, Verdict::LikelyMissing);
    let message = placed.cure.as_ref().unwrap().message.as_deref().unwrap();
    assert!(!message.contains("in place"), "{message}");
}

#[test]
fn a_new_policy_where_the_others_could_not_be_read_is_looked_for_first() {
    let cli = |sight: &Sight| {
        let mut question = question();
        question.caller = Some(USER.to_owned());
        let refusal = format!("{DENIED} because no identity-based policy allows the sts:AssumeRole action");
        let diagnosis = diagnose(&question, Some(&Refusal::read(&refusal)), sight);
        cure_of(&diagnosis, Placement::AssumeRole).cli.unwrap()
    };
    let unseen = cli(&Sight::default());
    assert!(unseen.starts_with("# "), "{unseen}");
    assert!(
        unseen.contains("aws iam get-user-policy --user-name troy --policy-name "),
        "{unseen}"
    );
    assert!(!cli(&own(vec![])).contains("get-user-policy"));
}

#[test]
fn a_token_of_another_provider_is_trusted_as_such() {
    for (operation, principal) in [
        ("AssumeRoleWithWebIdentity", "web identity"),
        ("AssumeRoleWithSAML", "SAML"),
    ] {
        let refusal = Refusal::read(&format!(
            "An error occurred (AccessDenied) when calling the {operation} operation: Not authorized to perform \
             sts:{operation}"
        ));
        let diagnosis = diagnose(&question(), Some(&refusal), &Sight::default());
        assert_eq!(diagnosis.action, format!("sts:{operation}"));
        // The token stands for the caller: no policy of anybody's has to allow the switch.
        assert_eq!(
            diagnosis.placed(Placement::AssumeRole).unwrap().verdict,
            Verdict::Optional
        );
        let trust = diagnosis.placed(Placement::Trust).unwrap();
        assert_eq!(trust.verdict, Verdict::LikelyMissing);
        let cure = trust.cure.as_ref().unwrap();
        assert!(cure.document.is_none(), "{:?}", cure.document);
        assert!(cure.title.contains(&format!("sts:{operation}")), "{}", cure.title);
        assert!(cure.place.contains(principal), "{}", cure.place);
    }
}
