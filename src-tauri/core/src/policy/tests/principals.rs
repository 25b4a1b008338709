//! Whom a statement speaks of.

use super::*;

fn naming(principal: Value, caller: Caller) -> Option<Naming> {
    let statement = json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" });
    let request = request(caller, "sts:AssumeRole", "arn:aws:iam::444455556666:role/R");
    evaluate(&policy(Kind::Trust, &document(statement)), "trust", &request).statements[0].naming
}

fn root() -> Caller {
    Caller::Root {
        account: OWN.parse().unwrap(),
        arn: format!("arn:aws:iam::{OWN}:root"),
    }
}

#[test]
fn each_form_names_whom_it_should() {
    let account = json!({ "AWS": OWN });
    let account_arn = json!({ "AWS": format!("arn:aws:iam::{OWN}:root") });
    for form in [account, account_arn] {
        assert_eq!(naming(form.clone(), user()), Some(Naming::Account));
        assert_eq!(naming(form.clone(), role_session()), Some(Naming::Account));
        assert_eq!(naming(form, root()), Some(Naming::Itself));
    }
    assert_eq!(
        naming(
            json!({ "AWS": format!("arn:aws:iam::{OWN}:user/ops/operator") }),
            user()
        ),
        Some(Naming::Itself)
    );
    assert_eq!(
        naming(
            json!({ "AWS": format!("arn:aws:iam::{OWN}:user/operator") }),
            user()
        ),
        None
    );
    let role = json!({ "AWS": format!("arn:aws:iam::{OWN}:role/team/Reader") });
    assert_eq!(naming(role.clone(), role_session()), Some(Naming::Role));
    assert_eq!(naming(role, user()), None);
    let session = json!({ "AWS": format!("arn:aws:sts::{OWN}:assumed-role/Reader/one") });
    assert_eq!(naming(session, role_session()), Some(Naming::Itself));
    let another = json!({ "AWS": format!("arn:aws:sts::{OWN}:assumed-role/Reader/two") });
    assert_eq!(naming(another, role_session()), None);
    assert_eq!(naming(json!("*"), user()), Some(Naming::Everyone));
    assert_eq!(
        naming(json!({ "AWS": "*" }), Caller::Anonymous),
        Some(Naming::Everyone)
    );
    assert_eq!(naming(json!({ "AWS": OTHER }), user()), None);
}

#[test]
fn what_only_looks_like_an_account_names_nobody() {
    let (first, rest) = OWN.split_at(4);
    for form in [
        format!("{first}-{rest}"),
        format!("arn:aws:iam::{first}-{rest}:root"),
        format!("arn:aws:iam::{OWN}:root/team"),
    ] {
        assert_eq!(naming(json!({ "AWS": form }), user()), None, "{form}");
    }
}

#[test]
fn services_and_providers() {
    let service = Caller::Service {
        name: "ec2.amazonaws.com".to_owned(),
    };
    assert_eq!(
        naming(
            json!({ "Service": ["x.amazonaws.com", "ec2.amazonaws.com"] }),
            service
        ),
        Some(Naming::Itself)
    );
    assert_eq!(naming(json!({ "Service": "ec2.amazonaws.com" }), user()), None);
    let provider = "arn:aws:iam::111122223333:saml-provider/idp".to_owned();
    let federated = Caller::Federated {
        provider: provider.clone(),
    };
    assert_eq!(
        naming(json!({ "Federated": provider }), federated),
        Some(Naming::Itself)
    );
    assert_eq!(
        naming(json!({ "CanonicalUser": "79a59df900b949e5" }), user()),
        None
    );
}

#[test]
fn the_narrowest_of_several_counts() {
    let listed = json!({ "AWS": ["*", OWN, format!("arn:aws:iam::{OWN}:user/ops/operator")] });
    assert_eq!(naming(listed, user()), Some(Naming::Itself));
}

#[test]
fn a_deleted_user_matches_nobody() {
    let read = policy(
        Kind::Trust,
        &document(
            json!({ "Effect": "Allow", "Principal": { "AWS": "AIDAJQABLZS4A3QDU576Q" }, "Action": "sts:AssumeRole" }),
        ),
    );
    assert_eq!(
        read.statements[0].principals,
        Some(Principals::Are(vec![Principal::DeletedId(
            "AIDAJQABLZS4A3QDU576Q".to_owned()
        )]))
    );
    assert_eq!(read.unknowns().count(), 0);
    assert_eq!(naming(json!({ "AWS": "AIDAJQABLZS4A3QDU576Q" }), user()), None);
}

#[test]
fn wildcards_inside_an_arn_are_no_principal() {
    for principal in [
        json!({ "AWS": format!("arn:aws:iam::{OWN}:user/*") }),
        json!({ "AWS": "someone" }),
        json!({ "Robots": "*" }),
        json!("operator"),
    ] {
        let statement = json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" });
        let read = policy(Kind::Trust, &document(statement.clone()));
        assert_eq!(read.unknowns().count(), 1, "{statement}");
    }
}

#[test]
fn not_principal_spares_only_who_is_listed_in_full() {
    let outcome = |listed: Value, caller: Caller| {
        let statement =
            json!({ "Effect": "Deny", "NotPrincipal": { "AWS": listed }, "Action": "s3:*", "Resource": "*" });
        let request = request(caller, "s3:GetObject", "arn:aws:s3:::b/k");
        evaluate(&policy(Kind::Resource, &document(statement)), "bucket", &request).outcome
    };
    let user_arn = format!("arn:aws:iam::{OWN}:user/ops/operator");
    let role_arn = format!("arn:aws:iam::{OWN}:role/team/Reader");
    let session_arn = format!("arn:aws:sts::{OWN}:assumed-role/Reader/one");
    assert_eq!(outcome(json!([OWN, user_arn]), user()), Outcome::Silent);
    assert_eq!(outcome(json!([user_arn]), user()), Outcome::Denies);
    assert_eq!(outcome(json!([OWN, role_arn]), role_session()), Outcome::Denies);
    assert_eq!(
        outcome(json!([OWN, role_arn, session_arn]), role_session()),
        Outcome::Silent
    );
    assert_eq!(outcome(json!([OWN]), Caller::Anonymous), Outcome::Denies);
}

#[test]
fn not_principal_never_allows() {
    let statement =
        json!({ "Effect": "Allow", "NotPrincipal": { "AWS": OTHER }, "Action": "s3:*", "Resource": "*" });
    let request = request(user(), "s3:GetObject", "arn:aws:s3:::b/k");
    let finding = evaluate(&policy(Kind::Resource, &document(statement)), "bucket", &request);
    assert_eq!(finding.outcome, Outcome::Silent);
}
