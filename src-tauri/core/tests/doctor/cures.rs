//! What is to be added, in which form, and what leaves for the window and scripts.

use hatrack_core::account::AccountId;
use hatrack_core::doctor::{
    BucketAsked, CureWay, DiagnosisView, Document, How, Placement, Question, Refusal, Seen, Sight, Who,
    diagnose,
};
use hatrack_core::policy::{Context, Kind, Policy};

use crate::asked::{DENIED, ROLE, USER, allow_assume, denied, own, question};
use crate::world::{A, B};

#[test]
fn a_change_keeps_what_is_there_and_a_sid_stays_unique() {
    let there = "{\n    \"Id\": \"zebra\",\n    \"Version\": \"2012-10-17\",\n    \"Statement\": {\n        \"Sid\": \
                 \"TrustTroy\",\n        \"Effect\": \"Allow\",\n        \"Principal\": {\"Service\": \
                 \"ec2.amazonaws.com\"},\n        \"Action\": \"sts:AssumeRole\"\n    }\n}";
    let mut sight = own(vec![allow_assume(ROLE)]);
    sight.trust = Seen::Known(Document::new("trust", there), How::Read);
    let diagnosis = denied(&question(), &sight);
    let cure = diagnosis.placed(Placement::Trust).unwrap().cure.as_ref().unwrap();
    assert_eq!(cure.way, CureWay::Change);
    let changed = Policy::parse(Kind::Trust, cure.document.as_deref().unwrap()).unwrap();
    let before = Policy::parse(Kind::Trust, there).unwrap();
    assert_eq!(
        (changed.statements().len(), changed.id.as_deref()),
        (2, Some("zebra"))
    );
    assert_eq!(changed.statements()[0].sid, before.statements()[0].sid);
    assert_eq!(changed.statements()[1].sid.as_deref(), Some("TrustTroy2"));
    assert!(
        cure.document
            .as_deref()
            .unwrap()
            .starts_with("{\n  \"Id\": \"zebra\",\n  \"Version\"")
    );
}

#[test]
fn who_is_a_session_is_trusted_as_its_role() {
    let mut question = question();
    question.caller = Some("arn:aws:sts::111122223333:assumed-role/Ops/i-0abc".to_owned());
    let mut sight = Sight::default();
    let cured = |question: &Question, sight: &Sight| {
        let text = DENIED.replace(USER, question.caller.as_deref().unwrap());
        let diagnosis = diagnose(question, Some(&Refusal::read(&text)), sight);
        diagnosis.placed(Placement::Trust).unwrap().cure.clone().unwrap()
    };
    let cure = cured(&question, &sight);
    assert!(
        cure.document
            .as_deref()
            .unwrap()
            .contains("\"arn:aws:iam::111122223333:role/Ops\"")
    );
    assert!(cure.warnings[0].contains("path"));

    sight.caller = Seen::Known(
        Who {
            account: B.parse::<AccountId>().unwrap(),
            arn: "arn:aws:sts::111122223333:assumed-role/Ops/i-0abc".to_owned(),
            role: Some("arn:aws:iam::111122223333:role/team/Ops".parse().unwrap()),
        },
        How::Read,
    );
    let cure = cured(&question, &sight);
    assert!(
        cure.document
            .as_deref()
            .unwrap()
            .contains("\"arn:aws:iam::111122223333:role/team/Ops\"")
    );
    assert!(cure.warnings.is_empty());

    question.caller =
        Some("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/troy".to_owned());
    let cure = cured(&question, &Sight::default());
    let document = cure.document.as_deref().unwrap();
    assert!(
        document.contains("role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Dev_0123456789abcdef"),
        "{document}"
    );
    assert!(!cure.warnings.is_empty());

    question.caller = Some("arn:aws:iam::111122223333:root".to_owned());
    assert!(cured(&question, &Sight::default()).warnings[0].contains("whole account"));
}

#[test]
fn the_view_keeps_the_contract() {
    let mut question = question();
    question
        .account_names
        .insert(A.parse().unwrap(), "Acme".to_owned());
    let diagnosis = denied(&question, &own(vec![allow_assume(ROLE)]));
    let view = DiagnosisView::of(&diagnosis, &question);
    let json = serde_json::to_value(&view).unwrap();
    for field in ["kind", "request", "placements", "ruled_out", "unseen"] {
        assert!(json.get(field).is_some(), "{field}");
    }
    let placements: Vec<(&str, &str)> = json["placements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["placement"].as_str().unwrap(), p["verdict"].as_str().unwrap()))
        .collect();
    assert_eq!(
        placements,
        [
            ("assume_role", "present"),
            ("trust", "likely_missing"),
            ("permissions", "not_reached"),
            ("bucket_policy", "not_reached")
        ]
    );
    assert_eq!(json["account_a"]["name"], "Acme");
    let strong: Vec<&str> = view
        .request
        .message_parts
        .iter()
        .filter(|p| p.strong)
        .map(|p| p.text.as_str())
        .collect();
    assert_eq!(strong, [USER, "sts:AssumeRole", ROLE]);
    let whole: String = view
        .request
        .message_parts
        .iter()
        .map(|p| p.text.as_str())
        .collect();
    assert_eq!(Some(whole), view.request.message);
    let cure = view.placements[1].cure.as_ref().unwrap();
    assert!(
        cure.cli
            .as_deref()
            .unwrap()
            .contains("aws iam update-assume-role-policy --role-name Reader")
    );
    assert!(
        cure.cli
            .as_deref()
            .unwrap()
            .starts_with("# This replaces the whole policy.")
    );
    assert!(cure.terraform.as_deref().unwrap().contains("assume_role_policy"));
    assert!(
        cure.cloudformation
            .as_deref()
            .unwrap()
            .contains("AssumeRolePolicyDocument")
    );
    let back: DiagnosisView = serde_json::from_value(json).unwrap();
    assert_eq!(back, view);
}

#[test]
fn a_key_that_policies_read_as_a_pattern_is_allowed_alone() {
    for place in [
        "s3://example-bucket/*",
        "s3://example-bucket/what?/${aws:username}",
    ] {
        let mut question = question();
        question.bucket = BucketAsked::read(place);
        question.action = Some("s3:GetObject".to_owned());
        let key = place.strip_prefix("s3://").unwrap();
        let refused = format!(
            "User: arn:aws:sts::444455556666:assumed-role/Reader/x is not authorized to perform: s3:GetObject on \
             resource: \"arn:aws:s3:::{key}\" because no identity-based policy allows the s3:GetObject action"
        );
        question.switched = Some(true);
        let diagnosis = diagnose(&question, Some(&Refusal::read(&refused)), &Sight::default());
        let cure = diagnosis.placed(Placement::Permissions).unwrap().cure.as_ref();
        let text = cure.unwrap().document.as_deref().unwrap();
        let policy = Policy::parse(Kind::Identity, text).unwrap();
        let allowed = |resource: &str| {
            let patterns = policy.statements()[0].resources.as_ref().unwrap().patterns();
            patterns.iter().any(|p| p.takes(resource, &Context::new()))
        };
        assert!(allowed(&format!("arn:aws:s3:::{key}")), "{text}");
        for other in ["other", "whatX/troy", "what?/"] {
            assert!(
                !allowed(&format!("arn:aws:s3:::example-bucket/{other}")),
                "{text}"
            );
        }
    }
}

#[test]
fn a_new_policy_does_not_take_the_name_of_another() {
    let named = |role: &str, key: &str| {
        let mut question = question();
        question.role = Some(role.parse().unwrap());
        question.bucket = BucketAsked::read(key);
        let text = DENIED.replace(ROLE, role);
        let diagnosis = diagnose(&question, Some(&Refusal::read(&text)), &Sight::default());
        let cli = |placement| {
            let cure = diagnosis.placed(placement).unwrap().cure.as_ref();
            cure.and_then(|cure| cure.cli.clone())
        };
        cli(Placement::AssumeRole).unwrap()
    };
    let one = named(ROLE, "s3://example-bucket/one.csv");
    let name = |cli: &str| {
        cli.split("--policy-name ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    let other = named(
        "arn:aws:iam::777788889999:role/Reader",
        "s3://example-bucket/one.csv",
    );
    assert_ne!(name(&one), name(&other));
    assert_eq!(name(&one), name(&named(ROLE, "s3://example-bucket/two.csv")));
}
