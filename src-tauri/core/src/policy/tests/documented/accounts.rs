//! Within an account, across accounts, under an organization.

use super::*;

const SINGLE: &str = "Policy evaluation for requests within a single account";

fn carlos_policy() -> Value {
    json!([
        may(json!(["s3:GetBucketLocation", "s3:GetAccountPublicAccessBlock", "s3:ListAccessPoints", "s3:ListAllMyBuckets"]), json!("arn:aws:s3:::*")),
        may(json!("s3:*"), json!(["arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar/*", "arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar"])),
        { "Sid": "DenyS3Logs", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*log*" },
    ])
}

fn carlos_bucket(name: &str) -> Value {
    json!({ "Effect": "Allow", "Principal": { "AWS": CARLOS }, "Action": "s3:*",
        "Resource": [format!("arn:aws:s3:::{name}/*"), format!("arn:aws:s3:::{name}")] })
}

#[test]
fn within_an_account() {
    let with_bucket = |name: &str| Given {
        resource: Some(carlos_bucket(name)),
        ..identity(carlos_policy())
    };
    const LOGS: (&str, &str, &str) = (
        CARLOS,
        "s3:PutObject",
        "arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar-logs/a",
    );
    const OWN: (&str, &str, &str) = (
        CARLOS,
        "s3:PutObject",
        "arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar/a",
    );
    check(vec![
        // The bucket policy allows it, the user's own Deny on *log* wins.
        row(
            SINGLE,
            LOGS,
            false,
            &[],
            with_bucket("amzn-s3-demo-bucket-carlossalazar-logs"),
        ),
        row(
            SINGLE,
            OWN,
            true,
            &[],
            with_bucket("amzn-s3-demo-bucket-carlossalazar"),
        ),
        // One side suffices.
        row(SINGLE, OWN, true, &[], identity(carlos_policy())),
        row(
            SINGLE,
            OWN,
            true,
            &[],
            Given {
                resource: Some(carlos_bucket("amzn-s3-demo-bucket-carlossalazar")),
                ..Given::default()
            },
        ),
        row(
            SINGLE,
            (CARLOS, "s3:PutObject", "arn:aws:s3:::another/a"),
            false,
            &[],
            identity(carlos_policy()),
        ),
        row(SINGLE, OWN, false, &[], Given::default()),
    ]);
}

const CROSS: &str = "Cross-account policy evaluation logic";

#[test]
fn across_accounts() {
    const ASK: (&str, &str, &str) = (
        CARLOS,
        "s3:PutObject",
        "arn:aws:s3:::amzn-s3-demo-bucket-production/a",
    );
    let own = || {
        may(
            json!("s3:*"),
            json!([
                "arn:aws:s3:::amzn-s3-demo-bucket-production/*",
                "arn:aws:s3:::amzn-s3-demo-bucket-production"
            ]),
        )
    };
    let away = |identity: Option<Value>, resource: Option<Value>, allowed| Row {
        owner: AWAY,
        ..row(
            CROSS,
            ASK,
            allowed,
            &[],
            Given {
                identity,
                resource,
                ..Given::default()
            },
        )
    };
    let theirs = || carlos_bucket("amzn-s3-demo-bucket-production");
    let denies = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*" });
    check(vec![
        away(Some(own()), Some(theirs()), true),
        away(Some(own()), None, false),
        away(None, Some(theirs()), false),
        away(Some(own()), Some(denies), false),
        // Their policy names the whole account: its own policies decide.
        away(
            Some(own()),
            Some(
                json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": "s3:*", "Resource": "*" }),
            ),
            true,
        ),
    ]);
}

const SCP: &str = "SCP evaluation";
const RCP: &str = "RCP evaluation";

#[test]
fn policies_of_an_organization() {
    let full = || may(json!("*"), json!("*"));
    let only_s3 = || may(json!("s3:*"), json!("*"));
    let deny = || json!([full(), { "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*" }]);
    let open = |mut statement: Value| {
        statement["Principal"] = json!("*");
        statement
    };
    let under = |scp: Vec<Value>| Given {
        scp,
        ..identity(full())
    };
    let inside = |rcp: Vec<Value>| Given {
        rcp,
        ..identity(full())
    };
    let organization = || {
        json!([open(full()), { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
        "Condition": { "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-example" }, "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } } }])
    };
    let ask = |action| (CARLOS, action, OBJECT);
    check(vec![
        row(SCP, ask("s3:GetObject"), true, &[], under(vec![full(), full()])),
        // Each level must allow: an allow at the root alone is not enough.
        row(
            SCP,
            ask("s3:GetObject"),
            true,
            &[],
            under(vec![full(), only_s3()]),
        ),
        row(
            SCP,
            ask("ec2:RunInstances"),
            false,
            &[],
            under(vec![full(), only_s3()]),
        ),
        row(
            SCP,
            ask("s3:DeleteObject"),
            false,
            &[],
            under(vec![deny(), full()]),
        ),
        // It grants nothing by itself.
        row(
            SCP,
            ask("s3:GetObject"),
            false,
            &[],
            Given {
                scp: vec![full()],
                ..Given::default()
            },
        ),
        row(
            RCP,
            ask("s3:GetObject"),
            true,
            &[("aws:PrincipalOrgID", &["o-example"])],
            inside(vec![organization()]),
        ),
        row(
            RCP,
            ask("s3:GetObject"),
            false,
            &[("aws:PrincipalOrgID", &["o-other"])],
            inside(vec![organization()]),
        ),
    ]);
}
