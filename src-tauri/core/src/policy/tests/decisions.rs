//! All policies together, as "Policy evaluation logic" has it.

use super::*;

const RESOURCE: &str = "arn:aws:s3:::b/k";

/// The policies of a case, by their documents.
#[derive(Default)]
struct Case {
    identity: Vec<Value>,
    boundary: Option<Value>,
    session: Vec<Value>,
    resource: Option<Value>,
    trust: bool,
}

fn allow() -> Value {
    json!({ "Sid": "Yes", "Effect": "Allow", "Action": "*", "Resource": "*" })
}

fn deny() -> Value {
    json!({ "Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*" })
}

/// Allows something else, so that the policy is there and silent.
fn silent() -> Value {
    json!({ "Effect": "Allow", "Action": "ec2:*", "Resource": "*" })
}

fn resource_allow(principal: &str) -> Value {
    json!({ "Sid": "Named", "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "*", "Resource": "*" })
}

fn named(policies: &[Policy]) -> Vec<Named<'_>> {
    policies
        .iter()
        .map(|policy| Named { name: "p", policy })
        .collect()
}

impl Case {
    fn decide(&self, caller: Caller, owner: &str) -> Decision {
        let read = |kind, statements: &Vec<Value>| -> Vec<Policy> {
            statements
                .iter()
                .map(|s| policy(kind, &document(s.clone())))
                .collect()
        };
        let identity = read(Kind::Identity, &self.identity);
        let session = read(Kind::Session, &self.session);
        let boundary = self
            .boundary
            .as_ref()
            .map(|s| policy(Kind::Boundary, &document(s.clone())));
        let mut document_of_resource = self.resource.clone();
        if self.trust
            && let Some(statement) = document_of_resource.as_mut().and_then(Value::as_object_mut)
        {
            statement.remove("Resource");
        }
        let kind = if self.trust { Kind::Trust } else { Kind::Resource };
        let resource = document_of_resource.map(|s| policy(kind, &document(s)));
        let mut request = request(caller, "s3:GetObject", RESOURCE);
        request.resource_account = Some(owner.parse().unwrap());
        decide(
            &request,
            &Policies {
                identity: named(&identity),
                boundary: boundary.as_ref().map(|policy| Named {
                    name: "boundary",
                    policy,
                }),
                session: named(&session),
                resource: resource.as_ref().map(|policy| Named {
                    name: "resource",
                    policy,
                }),
                rule: if self.trust {
                    ResourceRule::MustAllow
                } else {
                    ResourceRule::EitherSuffices
                },
                ..Policies::none()
            },
        )
    }

    fn reason(&self, caller: Caller, owner: &str) -> Reason {
        let decision = self.decide(caller, owner);
        assert_eq!(decision.allowed, decision.reason == Reason::Allowed);
        assert_eq!(
            decision.allowed,
            decision.decided_by.is_some() && decision.reason != Reason::ExplicitDeny
        );
        decision.reason
    }
}

fn user_arn() -> String {
    format!("arn:aws:iam::{OWN}:user/ops/operator")
}

fn role_arn() -> String {
    format!("arn:aws:iam::{OWN}:role/team/Reader")
}

fn session_arn() -> String {
    format!("arn:aws:sts::{OWN}:assumed-role/Reader/one")
}

#[test]
fn nothing_said_is_denied() {
    assert_eq!(Case::default().reason(user(), OWN), Reason::IdentityDoesNotAllow);
    assert_eq!(
        Case::default().reason(user(), OTHER),
        Reason::IdentityDoesNotAllow
    );
    assert_eq!(
        Case::default().reason(Caller::Anonymous, OWN),
        Reason::ResourceDoesNotAllow
    );
}

#[test]
fn within_an_account_either_side_suffices() {
    let identity = Case {
        identity: vec![allow()],
        ..Case::default()
    };
    assert_eq!(identity.reason(user(), OWN), Reason::Allowed);
    let resource = Case {
        resource: Some(resource_allow(&user_arn())),
        ..Case::default()
    };
    assert_eq!(resource.reason(user(), OWN), Reason::Allowed);
    let by = resource.decide(user(), OWN).decided_by.unwrap();
    assert_eq!(
        (by.kind, by.policy.as_str(), by.sid.as_deref()),
        (Kind::Resource, "resource", Some("Named"))
    );
}

#[test]
fn across_accounts_both_sides_are_needed() {
    let both = Case {
        identity: vec![allow()],
        resource: Some(resource_allow(OWN)),
        ..Case::default()
    };
    assert_eq!(both.reason(user(), OTHER), Reason::Allowed);
    let identity = Case {
        identity: vec![allow()],
        ..Case::default()
    };
    assert_eq!(identity.reason(user(), OTHER), Reason::ResourceDoesNotAllow);
    let resource = Case {
        resource: Some(resource_allow(&user_arn())),
        ..Case::default()
    };
    assert_eq!(resource.reason(user(), OTHER), Reason::IdentityDoesNotAllow);
}

#[test]
fn an_explicit_deny_wins_wherever_it_stands() {
    let base = || Case {
        identity: vec![allow()],
        resource: Some(resource_allow(&user_arn())),
        ..Case::default()
    };
    let mut denying =
        json!({ "Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" });
    for (place, case) in [
        (
            "identity",
            Case {
                identity: vec![allow(), deny()],
                ..base()
            },
        ),
        (
            "boundary",
            Case {
                boundary: Some(deny()),
                ..base()
            },
        ),
        (
            "session",
            Case {
                session: vec![deny()],
                ..base()
            },
        ),
        (
            "resource",
            Case {
                resource: Some(denying.take()),
                ..base()
            },
        ),
    ] {
        for owner in [OWN, OTHER] {
            let decision = case.decide(user(), owner);
            assert_eq!(decision.reason, Reason::ExplicitDeny, "{place}");
            assert_eq!(decision.decided_by.unwrap().sid.as_deref(), Some("No"), "{place}");
        }
    }
}

#[test]
fn boundary_and_session_policy_only_take_away() {
    let with = |boundary: Option<Value>, session: Vec<Value>| {
        Case {
            identity: vec![allow()],
            boundary,
            session,
            ..Case::default()
        }
        .reason(role_session(), OWN)
    };
    assert_eq!(with(Some(silent()), vec![]), Reason::BoundaryDoesNotAllow);
    assert_eq!(with(Some(allow()), vec![silent()]), Reason::SessionDoesNotAllow);
    assert_eq!(with(Some(allow()), vec![silent(), allow()]), Reason::Allowed);
    let only = Case {
        boundary: Some(allow()),
        session: vec![allow()],
        ..Case::default()
    };
    assert_eq!(only.reason(role_session(), OWN), Reason::IdentityDoesNotAllow);
}

#[test]
fn what_a_bucket_policy_gives_depends_on_how_it_names_the_caller() {
    let limited = |principal: &str| Case {
        boundary: Some(silent()),
        resource: Some(resource_allow(principal)),
        ..Case::default()
    };
    assert_eq!(limited(&user_arn()).reason(user(), OWN), Reason::Allowed);
    assert_eq!(
        limited(&role_arn()).reason(role_session(), OWN),
        Reason::BoundaryDoesNotAllow
    );
    assert_eq!(
        limited(&session_arn()).reason(role_session(), OWN),
        Reason::Allowed
    );
    assert_eq!(
        limited(OWN).reason(role_session(), OWN),
        Reason::IdentityDoesNotAllow
    );
    let session = |principal: &str| Case {
        session: vec![silent()],
        resource: Some(resource_allow(principal)),
        ..Case::default()
    };
    assert_eq!(
        session(&role_arn()).reason(role_session(), OWN),
        Reason::SessionDoesNotAllow
    );
    assert_eq!(
        session(&session_arn()).reason(role_session(), OWN),
        Reason::Allowed
    );
}

#[test]
fn naming_the_account_leaves_it_to_the_accounts_own_policies() {
    let account = Case {
        resource: Some(resource_allow(OWN)),
        ..Case::default()
    };
    assert_eq!(account.reason(user(), OWN), Reason::IdentityDoesNotAllow);
    let both = Case {
        identity: vec![allow()],
        ..account
    };
    assert_eq!(both.reason(user(), OWN), Reason::Allowed);
    assert_eq!(both.decide(user(), OWN).decided_by.unwrap().kind, Kind::Identity);
}

#[test]
fn trust_must_always_allow() {
    let trust = |identity: Vec<Value>, principal: Option<&str>| Case {
        identity,
        resource: principal.map(resource_allow),
        trust: true,
        ..Case::default()
    };
    // An administrator who is not in the trust policy is denied.
    assert_eq!(
        trust(vec![allow()], None).reason(user(), OWN),
        Reason::ResourceDoesNotAllow
    );
    assert_eq!(
        trust(vec![allow()], Some(OTHER)).reason(user(), OWN),
        Reason::ResourceDoesNotAllow
    );
    // Trust that names the user suffices within the account.
    assert_eq!(
        trust(vec![], Some(&user_arn())).reason(user(), OWN),
        Reason::Allowed
    );
    // Trust that names the account needs an identity policy too.
    assert_eq!(
        trust(vec![], Some(OWN)).reason(user(), OWN),
        Reason::IdentityDoesNotAllow
    );
    assert_eq!(
        trust(vec![allow()], Some(OWN)).reason(user(), OWN),
        Reason::Allowed
    );
    // Across accounts both are needed, however trust names the caller.
    assert_eq!(
        trust(vec![], Some(&user_arn())).reason(user(), OTHER),
        Reason::IdentityDoesNotAllow
    );
    assert_eq!(
        trust(vec![allow()], Some(&user_arn())).reason(user(), OTHER),
        Reason::Allowed
    );
}

#[test]
fn the_root_user_needs_no_identity_policy() {
    let root = || Caller::Root {
        account: OWN.parse().unwrap(),
        arn: format!("arn:aws:iam::{OWN}:root"),
    };
    assert_eq!(
        Case::default().reason(root(), OTHER),
        Reason::ResourceDoesNotAllow
    );
    let decision = Case {
        identity: vec![],
        resource: None,
        ..Case::default()
    }
    .decide(root(), OWN);
    assert!(decision.allowed);
}

#[test]
fn everyone_includes_the_unsigned() {
    let public = Case {
        resource: Some(resource_allow("*")),
        ..Case::default()
    };
    assert_eq!(public.reason(Caller::Anonymous, OWN), Reason::Allowed);
    assert_eq!(public.reason(user(), OWN), Reason::Allowed);
    assert_eq!(public.reason(user(), OTHER), Reason::IdentityDoesNotAllow);
}

#[test]
fn findings_come_in_the_order_of_the_policies() {
    let case = Case {
        identity: vec![allow(), silent()],
        boundary: Some(allow()),
        session: vec![silent()],
        resource: Some(resource_allow(OTHER)),
        trust: false,
    };
    let findings = case.decide(role_session(), OWN).findings;
    let said: Vec<_> = findings.iter().map(|f| (f.kind, f.outcome)).collect();
    assert_eq!(
        said,
        [
            (Kind::Identity, Outcome::Allows),
            (Kind::Identity, Outcome::Silent),
            (Kind::Boundary, Outcome::Allows),
            (Kind::Session, Outcome::Silent),
            (Kind::Resource, Outcome::Silent),
        ]
    );
}
