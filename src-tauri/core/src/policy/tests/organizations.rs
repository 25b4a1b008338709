//! Service and resource control policies.

use super::*;

fn allow(action: &str) -> Policy {
    policy(
        Kind::Identity,
        &document(json!({ "Effect": "Allow", "Action": action, "Resource": "*" })),
    )
}

fn control(effect: &str, action: &str) -> Policy {
    policy(
        Kind::Resource,
        &document(json!({ "Effect": effect, "Principal": "*", "Action": action, "Resource": "*" })),
    )
}

fn named(policy: &Policy) -> Named<'_> {
    Named {
        name: "control",
        policy,
    }
}

fn decided(caller: Caller, service: &[Vec<&Policy>], resource: &[Vec<&Policy>]) -> Reason {
    let own = allow("s3:*");
    let request = request(caller, "s3:GetObject", "arn:aws:s3:::b/k");
    let policies = Policies {
        identity: vec![named(&own)],
        service_control: service
            .iter()
            .map(|l| l.iter().map(|p| named(p)).collect())
            .collect(),
        resource_control: resource
            .iter()
            .map(|l| l.iter().map(|p| named(p)).collect())
            .collect(),
        ..Policies::none()
    };
    decide(&request, &policies).reason
}

#[test]
fn each_level_of_an_organization_must_allow() {
    let (all, s3, other) = (allow("*"), allow("s3:*"), allow("ec2:*"));
    assert_eq!(decided(user(), &[], &[]), Reason::Allowed);
    assert_eq!(
        decided(user(), &[vec![&all], vec![&other, &s3]], &[]),
        Reason::Allowed
    );
    assert_eq!(
        decided(user(), &[vec![&all], vec![&other]], &[]),
        Reason::ServiceControlDoesNotAllow
    );
    assert_eq!(
        decided(user(), &[vec![&all], vec![]], &[]),
        Reason::ServiceControlDoesNotAllow
    );
    let root = Caller::Root {
        account: OWN.parse().unwrap(),
        arn: format!("arn:aws:iam::{OWN}:root"),
    };
    assert_eq!(
        decided(root, &[vec![&other]], &[]),
        Reason::ServiceControlDoesNotAllow
    );
}

#[test]
fn a_deny_at_any_level_wins() {
    let all = allow("*");
    let deny = policy(
        Kind::Identity,
        &document(json!({ "Effect": "Deny", "Action": "s3:GetObject", "Resource": "*" })),
    );
    assert_eq!(
        decided(user(), &[vec![&all, &deny], vec![&all]], &[]),
        Reason::ExplicitDeny
    );
    let (open, shut) = (control("Allow", "*"), control("Deny", "s3:*"));
    assert_eq!(decided(user(), &[], &[vec![&open]]), Reason::Allowed);
    assert_eq!(decided(user(), &[], &[vec![&open, &shut]]), Reason::ExplicitDeny);
    assert_eq!(
        decided(user(), &[], &[vec![&open], vec![&control("Allow", "sts:*")]]),
        Reason::ResourceControlDoesNotAllow
    );
}
