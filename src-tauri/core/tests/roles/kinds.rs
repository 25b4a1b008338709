//! The kind of a role, and what assuming it takes.

use hatrack_core::role_kind::{Closed, RoleKind, Trust};
use serde_json::{Value, json};

fn read(path: &str, statements: Value) -> Trust {
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    Trust::read(path, &document.to_string()).unwrap()
}

fn allow(principal: Value, action: &str) -> Value {
    json!({ "Effect": "Allow", "Principal": principal, "Action": action })
}

const ACCOUNT: &str = "arn:aws:iam::111122223333:root";

#[test]
fn s8_each_kind_is_told_by_whom_it_lets_in() {
    let saml = "arn:aws:iam::111122223333:saml-provider/Directory";
    let oidc = "arn:aws:iam::111122223333:oidc-provider/token.build.example";
    for (principal, action, kind) in [
        (json!({ "AWS": ACCOUNT }), "sts:AssumeRole", RoleKind::Custom),
        (json!("*"), "sts:AssumeRole", RoleKind::Custom),
        (
            json!({ "Federated": saml }),
            "sts:AssumeRoleWithSAML",
            RoleKind::Saml,
        ),
        (
            json!({ "Federated": oidc }),
            "sts:AssumeRoleWithWebIdentity",
            RoleKind::WebIdentity,
        ),
        (
            json!({ "Federated": "accounts.google.com" }),
            "sts:AssumeRoleWithWebIdentity",
            RoleKind::WebIdentity,
        ),
        (
            json!({ "Service": "rolesanywhere.amazonaws.com" }),
            "sts:AssumeRole",
            RoleKind::RolesAnywhere,
        ),
        (
            json!({ "Service": "lambda.amazonaws.com" }),
            "sts:AssumeRole",
            RoleKind::Service,
        ),
    ] {
        let trust = read("/", json!([allow(principal.clone(), action)]));
        assert_eq!(trust.kind, kind, "{principal}");
        assert_eq!(trust.closed.is_some(), kind == RoleKind::Service, "{principal}");
    }
}

#[test]
fn s8_a_service_linked_role_is_told_by_its_path_and_only_the_service_can_use_it() {
    let statements = json!([allow(
        json!({ "Service": "autoscaling.amazonaws.com" }),
        "sts:AssumeRole"
    )]);
    let trust = read("/aws-service-role/autoscaling.amazonaws.com/", statements);
    assert_eq!(trust.kind, RoleKind::ServiceLinked);
    assert_eq!(
        trust.closed.unwrap().to_string(),
        "only the service can use it (autoscaling.amazonaws.com)"
    );
}

#[test]
fn s8_the_arn_of_a_service_linked_role_suffices() {
    let linked =
        "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForX";
    let why = Closed::by_path(&linked.parse().unwrap()).unwrap();
    assert_eq!(
        why.to_string(),
        "only the service can use it (autoscaling.amazonaws.com)"
    );
    for other in [
        "Reader",
        "team/aws-service-role/x/Reader",
        "aws-service-role-x/Reader",
    ] {
        let role = format!("arn:aws:iam::111122223333:role/{other}").parse().unwrap();
        assert_eq!(Closed::by_path(&role), None, "{other}");
    }
}

#[test]
fn a_permission_sets_role_is_had_at_the_portal() {
    let provider = "arn:aws:iam::111122223333:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE";
    let statements = json!([allow(json!({ "Federated": provider }), "sts:AssumeRoleWithSAML")]);
    let trust = read("/aws-reserved/sso.amazonaws.com/eu-west-1/", statements);
    assert_eq!((trust.kind, trust.closed), (RoleKind::IdentityCenter, None));
}

#[test]
fn a_role_of_several_kinds_is_first_what_people_with_keys_can_assume() {
    let trust = read(
        "/",
        json!([
            allow(json!({ "Service": "ec2.amazonaws.com" }), "sts:AssumeRole"),
            allow(json!({ "AWS": ACCOUNT }), "sts:AssumeRole"),
        ]),
    );
    assert_eq!(trust.kind, RoleKind::Custom);
    assert_eq!(trust.kinds, [RoleKind::Custom, RoleKind::Service]);
    assert_eq!(trust.closed, None);
    assert_eq!(trust.accounts().count(), 1);
}

#[test]
fn a_principal_with_an_action_that_is_not_its_own_opens_nothing() {
    let saml = "arn:aws:iam::111122223333:saml-provider/Directory";
    let trust = read(
        "/",
        json!([allow(json!({ "Federated": saml }), "sts:AssumeRole")]),
    );
    assert_eq!(trust.closed, Some(Closed::Nobody));
    let tags = read("/", json!([allow(json!({ "AWS": ACCOUNT }), "sts:TagSession")]));
    assert_eq!(tags.closed, Some(Closed::Nobody));
}

#[test]
fn who_was_deleted_lets_nobody_in() {
    let trust = read(
        "/",
        json!([allow(json!({ "AWS": "AIDAEXAMPLEEXAMPLE12" }), "sts:AssumeRole")]),
    );
    assert_eq!(
        trust.closed,
        Some(Closed::Deleted(vec!["AIDAEXAMPLEEXAMPLE12".to_owned()]))
    );
}

#[test]
fn what_is_not_understood_is_never_said_to_be_closed() {
    let mut statement = allow(json!({ "Service": "lambda.amazonaws.com" }), "sts:AssumeRole");
    statement["Principal"]["AWS"] = json!("arn:aws:iam::111122223333:team/future");
    assert_eq!(read("/", json!([statement])).closed, None);
}

#[test]
fn s2_an_external_id_is_needed_where_every_way_in_asks_for_one() {
    let with = |operator: &str| {
        let mut statement = allow(json!({ "AWS": ACCOUNT }), "sts:AssumeRole");
        statement["Condition"] = json!({ operator: { "sts:ExternalId": ["one", "two"] } });
        statement
    };
    let wanted = Some(vec!["one".to_owned(), "two".to_owned()]);
    assert_eq!(read("/", json!([with("StringEquals")])).external_id, wanted);
    assert_eq!(read("/", json!([with("StringLike")])).external_id, wanted);
    assert_eq!(read("/", json!([with("StringEqualsIfExists")])).external_id, None);
    assert_eq!(read("/", json!([with("StringNotEquals")])).external_id, None);
    let also = allow(json!({ "AWS": ACCOUNT }), "sts:AssumeRole");
    assert_eq!(read("/", json!([with("StringEquals"), also])).external_id, None);
}

#[test]
fn a_code_is_needed_by_condition_or_by_a_deny() {
    let with = |operator: &str, key: &str, value: &str| {
        let mut statement = allow(json!({ "AWS": ACCOUNT }), "sts:AssumeRole");
        statement["Condition"] = json!({ operator: { key: value } });
        statement
    };
    let present = "aws:MultiFactorAuthPresent";
    assert!(read("/", json!([with("Bool", present, "true")])).mfa);
    assert!(
        read(
            "/",
            json!([with("NumericLessThan", "aws:MultiFactorAuthAge", "3600")])
        )
        .mfa
    );
    // Long-term keys do not have the key at all.
    assert!(!read("/", json!([with("BoolIfExists", present, "true")])).mfa);
    assert!(!read("/", json!([with("Bool", present, "false")])).mfa);
    let plain = allow(json!({ "AWS": ACCOUNT }), "sts:AssumeRole");
    assert!(!read("/", json!([plain])).mfa);
    let mut deny = with("BoolIfExists", present, "false");
    deny["Effect"] = json!("Deny");
    assert!(read("/", json!([plain, deny])).mfa);
    deny["Principal"] = json!("*");
    assert!(read("/", json!([plain, deny])).mfa);
    // Somebody else's Deny keeps nobody else out; neither is it certain what one with an unknown piece does.
    let mut other = deny.clone();
    other["Principal"] = json!({ "AWS": "arn:aws:iam::111122223333:user/troy" });
    assert!(!read("/", json!([plain, other])).mfa);
    deny["Condition"]["StringSoundsLike"] = json!({ "aws:username": "troi" });
    assert!(!read("/", json!([plain, deny])).mfa);
}

#[test]
fn what_is_no_policy_is_an_error() {
    for text in ["", "{", "[]", "{\"Version\": \"2012-10-17\"}", "null"] {
        assert!(Trust::read("/", text).is_err(), "{text}");
    }
}
