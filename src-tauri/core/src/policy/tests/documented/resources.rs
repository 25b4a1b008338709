//! Boundaries, session policies, roles and buckets.

use super::*;

const BOUNDARY: &str = "Permissions boundaries for IAM entities";
const SESSION: &str = "Session policies";
const ROLE: &str = "arn:aws:iam::111122223333:role/examplerole";
#[test]
fn boundaries_and_session_policies() {
    const SHIRLEY: &str = "arn:aws:iam::111122223333:user/shirley.rodriguez";
    let shirley = || Given {
        identity: Some(may(json!("iam:CreateUser"), json!("*"))),
        boundary: Some(may(json!(["s3:*", "cloudwatch:*", "ec2:*"]), json!("*"))),
        ..Given::default()
    };
    let granted = |principal: &str| json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "s3:*", "Resource": "*" });
    let bounded = |resource: Value, session: Option<Value>| Given {
        boundary: Some(may(json!("ec2:*"), json!("*"))),
        resource: Some(resource),
        session,
        ..Given::default()
    };
    let elsewhere = || Some(may(json!("ec2:*"), json!("*")));
    check(vec![
        row(
            BOUNDARY,
            (SHIRLEY, "iam:CreateUser", "arn:aws:iam::111122223333:user/new"),
            false,
            &[],
            shirley(),
        ),
        row(
            BOUNDARY,
            (SHIRLEY, "s3:ListAllMyBuckets", "*"),
            false,
            &[],
            shirley(),
        ),
        // A resource policy that names the user is not limited by the boundary's implicit deny.
        row(
            BOUNDARY,
            (SHIRLEY, "s3:GetObject", OBJECT),
            true,
            &[],
            bounded(granted(SHIRLEY), None),
        ),
        // One that names the role is, one that names its session is not; the session policy likewise.
        row(
            BOUNDARY,
            (ROLE, "s3:GetObject", OBJECT),
            false,
            &[],
            bounded(granted(ROLE), None),
        ),
        row(
            BOUNDARY,
            (ROLE_SESSION, "s3:GetObject", OBJECT),
            true,
            &[],
            bounded(granted(ROLE_SESSION), None),
        ),
        row(
            SESSION,
            (ROLE_SESSION, "s3:GetObject", OBJECT),
            true,
            &[],
            Given {
                session: elsewhere(),
                resource: Some(granted(ROLE_SESSION)),
                ..Given::default()
            },
        ),
        row(
            SESSION,
            (ROLE_SESSION, "s3:GetObject", OBJECT),
            false,
            &[],
            Given {
                session: elsewhere(),
                resource: Some(granted(ROLE)),
                ..Given::default()
            },
        ),
        row(
            SESSION,
            (ROLE_SESSION, "s3:GetObject", OBJECT),
            false,
            &[],
            Given {
                session: elsewhere(),
                ..identity(may(json!("s3:*"), json!("*")))
            },
        ),
        row(
            SESSION,
            (ROLE_SESSION, "s3:GetObject", OBJECT),
            true,
            &[],
            Given {
                session: Some(may(json!("s3:Get*"), json!("*"))),
                ..identity(may(json!("s3:*"), json!("*")))
            },
        ),
    ]);
}

/// A resource policy that names the user is inside of the policies of a session that the user asked for.
#[test]
fn session_policies_of_a_user() {
    const ANN: &str = "arn:aws:iam::111122223333:user/ann";
    let names_her = || json!({ "Effect": "Allow", "Principal": { "AWS": ANN }, "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*" });
    let inside = |session: Value| Given {
        session: Some(may(session, json!("*"))),
        resource: Some(names_her()),
        ..Given::default()
    };
    let get = (ANN, "s3:GetObject", OBJECT);
    check(vec![
        row(
            SESSION,
            get,
            true,
            &[],
            inside(json!(["s3:GetObject", "s3:PutObject"])),
        ),
        row(SESSION, get, false, &[], inside(json!("s3:ListBucket"))),
    ]);
}

const ARNS: &str = "IAM ARNs";
const RESOURCE: &str = "IAM JSON policy elements: Resource";

#[test]
fn arns_that_leave_parts_out_and_wildcards_in_them() {
    const QUEUE: (&str, &str, &str) = (
        CARLOS,
        "sqs:SendMessage",
        "arn:aws:sqs:us-east-2:111122223333:queue1",
    );
    const TOPIC: (&str, &str, &str) = (CARLOS, "sns:Publish", "arn:aws:sns:us-east-2:111122223333:topic");
    let on = |arn: &str| identity(may(json!("*"), json!(arn)));
    check(vec![
        // As arn:aws:sqs:*:*:*.
        row(ARNS, QUEUE, true, &[], on("arn:aws:sqs")),
        row(ARNS, TOPIC, false, &[], on("arn:aws:sqs")),
        // A * that ends its segment goes on beyond the colon, another does not.
        row(RESOURCE, TOPIC, true, &[], on("arn:aws:sns:us-*:topic")),
        row(RESOURCE, TOPIC, true, &[], on("arn:aws:sns:*-2:*:topic")),
        row(RESOURCE, TOPIC, false, &[], on("arn:aws:sns:u*3:topic")),
    ]);
}

const ASSUME_ROLE: &str = "AssumeRole";

#[test]
fn the_root_user_takes_no_role() {
    let trusts = |who: &str| Given {
        trust: Some(json!({ "Effect": "Allow", "Principal": { "AWS": who }, "Action": "sts:AssumeRole" })),
        ..identity(may(json!("sts:AssumeRole"), json!(ROLE)))
    };
    check(vec![
        row(
            ASSUME_ROLE,
            (HOME, "sts:AssumeRole", ROLE),
            false,
            &[],
            trusts(HOME),
        ),
        row(
            ASSUME_ROLE,
            (CARLOS, "sts:AssumeRole", ROLE),
            true,
            &[],
            trusts(HOME),
        ),
    ]);
}

const EXTERNAL_ID: &str = "Access to AWS accounts owned by third parties";
const SWITCH: &str = "Grant a user permissions to switch roles";

#[test]
fn taking_a_role() {
    const CORP: &str = "arn:aws:iam::111122223333:role/ExampleCorp";
    const THEIR_ROLE: &str = "arn:aws:iam::444455556666:role/UpdateApp";
    let trust = |principal: &str, condition: Value| {
        let mut statement =
            json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "sts:AssumeRole" });
        if condition != json!({}) {
            statement["Condition"] = condition;
        }
        Some(statement)
    };
    let asks = || json!({ "StringEquals": { "sts:ExternalId": "12345" } });
    let assume = || Some(may(json!("sts:AssumeRole"), json!(THEIR_ROLE)));
    let away = |page, who, keys, policies, allowed| Row {
        owner: AWAY,
        ..row(page, (who, "sts:AssumeRole", THEIR_ROLE), allowed, keys, policies)
    };
    check(vec![
        away(
            EXTERNAL_ID,
            CORP,
            &[("sts:ExternalId", &["12345"])],
            Given {
                identity: assume(),
                trust: trust("111122223333", asks()),
                ..Given::default()
            },
            true,
        ),
        away(
            EXTERNAL_ID,
            CORP,
            &[("sts:ExternalId", &["54321"])],
            Given {
                identity: assume(),
                trust: trust("111122223333", asks()),
                ..Given::default()
            },
            false,
        ),
        away(
            EXTERNAL_ID,
            CORP,
            &[],
            Given {
                identity: assume(),
                trust: trust("111122223333", asks()),
                ..Given::default()
            },
            false,
        ),
        away(
            SWITCH,
            CARLOS,
            &[],
            Given {
                identity: assume(),
                trust: trust("111122223333", json!({})),
                ..Given::default()
            },
            true,
        ),
        away(
            SWITCH,
            CARLOS,
            &[],
            Given {
                trust: trust("111122223333", json!({})),
                ..Given::default()
            },
            false,
        ),
        away(
            SWITCH,
            CARLOS,
            &[],
            Given {
                identity: assume(),
                trust: trust("777788889999", json!({})),
                ..Given::default()
            },
            false,
        ),
    ]);
}

const BUCKETS: &str = "Examples of Amazon S3 bucket policies";

#[test]
fn bucket_policies() {
    let with = |statements: Value| Given {
        resource: Some(statements),
        ..identity(may(json!("s3:*"), json!("*")))
    };
    let tls = || {
        with(
            json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::amzn-s3-demo-bucket", "arn:aws:s3:::amzn-s3-demo-bucket/*"],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } } }),
        )
    };
    let addresses = || {
        with(
            json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*",
        "Condition": { "NotIpAddress": { "aws:SourceIp": "192.0.2.0/24" } } }),
        )
    };
    let mfa = || {
        with(
            json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/taxdocuments/*",
        "Condition": { "Null": { "aws:MultiFactorAuthAge": true } } }),
        )
    };
    let public = || Given {
        resource: Some(
            json!({ "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*" }),
        ),
        ..Given::default()
    };
    let get = (CARLOS, "s3:GetObject", OBJECT);
    const TAX: &str = "arn:aws:s3:::amzn-s3-demo-bucket/taxdocuments/a";
    check(vec![
        row(BUCKETS, get, false, &[("aws:SecureTransport", &["false"])], tls()),
        row(BUCKETS, get, true, &[("aws:SecureTransport", &["true"])], tls()),
        row(
            BUCKETS,
            get,
            true,
            &[("aws:SourceIp", &["192.0.2.7"])],
            addresses(),
        ),
        row(
            BUCKETS,
            get,
            false,
            &[("aws:SourceIp", &["198.51.100.7"])],
            addresses(),
        ),
        row(BUCKETS, (CARLOS, "s3:GetObject", TAX), false, &[], mfa()),
        row(
            BUCKETS,
            (CARLOS, "s3:GetObject", TAX),
            true,
            &[("aws:MultiFactorAuthAge", &["60"])],
            mfa(),
        ),
        row(
            BUCKETS,
            ("anonymous", "s3:GetObject", OBJECT),
            true,
            &[],
            public(),
        ),
        row(
            BUCKETS,
            ("anonymous", "s3:PutObject", OBJECT),
            false,
            &[],
            public(),
        ),
    ]);
}
