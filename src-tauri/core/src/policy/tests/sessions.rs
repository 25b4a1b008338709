//! Sessions of users, the root user, and which finding is the near one.

use super::*;

fn bucket(principal: Value) -> Policy {
    let statement = json!({ "Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*" });
    policy(Kind::Resource, &document(statement))
}

fn named(policy: &Policy) -> Named<'_> {
    Named { name: "p", policy }
}

#[test]
fn a_grant_to_a_user_stays_inside_the_policies_of_its_session() {
    let lists = json!({ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*" });
    let session = policy(Kind::Session, &document(lists.clone()));
    let boundary = policy(Kind::Boundary, &document(lists));
    let arn = user().arn().unwrap().to_owned();
    for principal in [json!({ "AWS": arn }), json!("*")] {
        let bucket = bucket(principal);
        let reason = |caller: Caller, session: Option<&Policy>, action: &str| {
            let policies = Policies {
                boundary: Some(named(&boundary)),
                session: session.map(named).into_iter().collect(),
                resource: Some(named(&bucket)),
                ..Policies::none()
            };
            decide(&request(caller, action, "arn:aws:s3:::b"), &policies).reason
        };
        assert_eq!(reason(user(), None, "s3:GetObject"), Reason::Allowed);
        assert_eq!(
            reason(user(), Some(&session), "s3:GetObject"),
            Reason::SessionDoesNotAllow
        );
        assert_eq!(reason(user(), Some(&session), "s3:ListBucket"), Reason::Allowed);
    }
}

#[test]
fn a_deny_on_a_guest_reaches_it_and_nobody_else() {
    let guest = format!("arn:aws:sts::{OWN}:federated-user/guest");
    let statements = json!([{ "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*" },
        { "Effect": "Deny", "Principal": { "AWS": guest }, "Action": "s3:*", "Resource": "*" }]);
    let bucket = policy(Kind::Resource, &document(statements));
    let ask = |principal: Option<&str>| {
        let mut asked = request(user(), "s3:GetObject", "arn:aws:s3:::b/k");
        asked.context.set_if("aws:PrincipalArn", principal);
        evaluate(&bucket, "p", &asked).outcome
    };
    assert_eq!(ask(Some(&guest)), Outcome::Denies);
    assert_eq!(ask(user().arn()), Outcome::Allows);
    assert_eq!(ask(None), Outcome::Allows);
}

#[test]
fn the_root_user_takes_no_role() {
    let statement = json!({ "Effect": "Allow", "Principal": { "AWS": OWN }, "Action": "sts:AssumeRole" });
    let trust = policy(Kind::Trust, &document(statement));
    let policies = Policies {
        resource: Some(named(&trust)),
        rule: ResourceRule::MustAllow,
        ..Policies::none()
    };
    let root = Caller::read(OWN).unwrap();
    let decision = decide(
        &request(root, "sts:AssumeRole", "arn:aws:iam::111122223333:role/r"),
        &policies,
    );
    assert_eq!(decision.reason, Reason::IdentityDoesNotAllow);
}

#[test]
fn what_an_organization_says_is_never_the_near_one() {
    let own = policy(
        Kind::Identity,
        &document(json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/other*" })),
    );
    let level = policy(
        Kind::Identity,
        &document(json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" },
            { "Effect": "Allow", "Action": "*", "Resource": "*",
              "Condition": { "StringEquals": { "aws:RequestedRegion": "eu-west-1" } } }])),
    );
    let policies = Policies {
        identity: vec![Named {
            name: "own",
            policy: &own,
        }],
        service_control: vec![vec![Named {
            name: "scp",
            policy: &level,
        }]],
        ..Policies::none()
    };
    let decision = decide(&request(user(), "s3:GetObject", "arn:aws:s3:::b/k"), &policies);
    assert_eq!(decision.reason, Reason::IdentityDoesNotAllow);
    assert_eq!(decision.nearly().unwrap().policy.name, "own");
    let sorts: Vec<Sort> = decision.findings.iter().map(|f| f.sort).collect();
    assert_eq!(sorts, [Sort::Identity, Sort::ServiceControl]);
}

#[test]
fn each_request_has_the_keys_that_follow_from_its_caller() {
    let has = |caller: &str, key: &str| {
        let context = Caller::read(caller).unwrap().context();
        context.get(key).map(|values| values.join(","))
    };
    let yes = |text: &str| Some(text.to_owned());
    for caller in [
        OWN,
        "arn:aws:iam::111122223333:role/r",
        "ec2.amazonaws.com",
        "anonymous",
    ] {
        assert_eq!(has(caller, "aws:SecureTransport"), yes("true"), "{caller}");
        assert_eq!(has(caller, "aws:ViaAWSService"), yes("false"), "{caller}");
    }
    assert_eq!(
        has("arn:aws:iam::111122223333:user/u", "aws:PrincipalIsAWSService"),
        yes("false")
    );
    assert_eq!(has("ec2.amazonaws.com", "aws:PrincipalIsAWSService"), yes("true"));
    assert_eq!(
        has("ec2.amazonaws.com", "aws:PrincipalServiceName"),
        yes("ec2.amazonaws.com")
    );
    // Requests without a signature do not have it.
    assert_eq!(has("anonymous", "aws:PrincipalIsAWSService"), None);
}
