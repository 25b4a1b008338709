//! Conditions, variables, and the elements that leave out.

use super::*;

const CONDITIONS: &str = "IAM JSON policy elements: Condition operators";

fn if_(operator: &str, key: &str, value: Value) -> Given {
    let mut statement = may(json!("iam:*AccessKey*"), json!("*"));
    statement["Condition"][operator][key] = value;
    identity(statement)
}

#[test]
fn condition_operators() {
    const ASK: (&str, &str, &str) = (CARLOS, "iam:ListAccessKeys", CARLOS);
    const JOB: &str = "aws:PrincipalTag/job-category";
    let rows: Vec<(&str, &str, Value, Keys, bool)> = vec![
        (
            "StringEquals",
            JOB,
            json!("iamuser-admin"),
            &[(JOB, &["iamuser-admin"])],
            true,
        ),
        (
            "StringEquals",
            JOB,
            json!("iamuser-admin"),
            &[("aws:principaltag/job-category", &["dev-ops"])],
            false,
        ),
        ("StringEquals", JOB, json!("iamuser-admin"), &[], false),
        (
            "StringLike",
            "s3:prefix",
            json!(["", "home/", "home/${aws:username}/*"]),
            &[("s3:prefix", &["home/carlossalazar/a"])],
            true,
        ),
        (
            "StringLike",
            "s3:prefix",
            json!(["", "home/", "home/${aws:username}/*"]),
            &[("s3:prefix", &["home/mary/a"])],
            false,
        ),
        ("StringNotLike", JOB, json!("iamuser-*"), &[], true),
        (
            "NumericLessThanEquals",
            "s3:max-keys",
            json!("10"),
            &[("s3:max-keys", &["5"])],
            true,
        ),
        (
            "NumericLessThanEquals",
            "s3:max-keys",
            json!("10"),
            &[("s3:max-keys", &["15"])],
            false,
        ),
        ("NumericLessThanEquals", "s3:max-keys", json!("10"), &[], false),
        (
            "DateGreaterThan",
            "aws:TokenIssueTime",
            json!("2020-01-01T00:00:01Z"),
            &[("aws:TokenIssueTime", &["2020-02-01T00:00:00Z"])],
            true,
        ),
        (
            "DateGreaterThan",
            "aws:TokenIssueTime",
            json!("2020-01-01T00:00:01Z"),
            &[],
            false,
        ),
        (
            "Bool",
            "aws:SecureTransport",
            json!("false"),
            &[("aws:SecureTransport", &["true"])],
            false,
        ),
        (
            "Bool",
            "aws:SecureTransport",
            json!("false"),
            &[("aws:SecureTransport", &["false"])],
            true,
        ),
        (
            "BinaryEquals",
            "key",
            json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="),
            &[("key", &["QmluYXJ5VmFsdWVJbkJhc2U2NA=="])],
            true,
        ),
        (
            "BinaryEquals",
            "key",
            json!("QmluYXJ5VmFsdWVJbkJhc2U2NA=="),
            &[("key", &["ASIAIOSFODNN7EXAMPLE"])],
            false,
        ),
        (
            "IpAddress",
            "aws:SourceIp",
            json!("203.0.113.0/24"),
            &[("aws:SourceIp", &["203.0.113.1"])],
            true,
        ),
        (
            "IpAddress",
            "aws:SourceIp",
            json!("203.0.113.0/24"),
            &[("aws:SourceIp", &["198.51.100.1"])],
            false,
        ),
        (
            "IpAddress",
            "aws:SourceIp",
            json!(["203.0.113.0/24", "2001:DB8:1234:5678::/64"]),
            &[("aws:SourceIp", &["2001:DB8:1234:5678::1"])],
            true,
        ),
        (
            "ArnLike",
            "aws:SourceArn",
            json!("arn:aws:sns:REGION:123456789012:TOPIC-ID"),
            &[("aws:SourceArn", &["arn:aws:sns:REGION:123456789012:TOPIC-ID"])],
            true,
        ),
        (
            "ArnEquals",
            "aws:SourceArn",
            json!("arn:aws:sns:*:123456789012:TOPIC-*"),
            &[("aws:SourceArn", &["arn:aws:sns:eu-west-1:123456789012:TOPIC-1"])],
            true,
        ),
        (
            "ArnLike",
            "aws:SourceArn",
            json!("arn:aws:sns:REGION:123456789012:TOPIC-ID"),
            &[("aws:SourceArn", &["arn:aws:sns:REGION:777788889999:TOPIC-ID"])],
            false,
        ),
        (
            "StringLikeIfExists",
            "ec2:InstanceType",
            json!(["t1.*", "t2.*", "m3.*"]),
            &[("ec2:InstanceType", &["t1.micro"])],
            true,
        ),
        (
            "StringLikeIfExists",
            "ec2:InstanceType",
            json!(["t1.*", "t2.*", "m3.*"]),
            &[],
            true,
        ),
        (
            "StringLikeIfExists",
            "ec2:InstanceType",
            json!(["t1.*", "t2.*", "m3.*"]),
            &[("ec2:InstanceType", &["m2.micro"])],
            false,
        ),
        ("Null", "aws:TokenIssueTime", json!("true"), &[], true),
        (
            "Null",
            "aws:TokenIssueTime",
            json!("true"),
            &[("aws:TokenIssueTime", &["2020-02-01T00:00:00Z"])],
            false,
        ),
    ];
    check(
        rows.into_iter()
            .map(|(operator, key, value, keys, allowed)| {
                row(CONDITIONS, ASK, allowed, keys, if_(operator, key, value))
            })
            .collect(),
    );
}

const SETS: &str = "Set operators for multivalued context keys";

#[test]
fn sets_of_values() {
    const ASK: (&str, &str, &str) = (CARLOS, "iam:ListAccessKeys", CARLOS);
    let rows: Vec<(&str, Value, Keys, bool)> = vec![
        (
            "ForAllValues:StringEquals",
            json!(["environment", "webserver"]),
            &[("aws:TagKeys", &["environment"])],
            true,
        ),
        (
            "ForAllValues:StringEquals",
            json!(["environment", "webserver"]),
            &[("aws:TagKeys", &["environment", "cost-center"])],
            false,
        ),
        // A request without the key holds.
        (
            "ForAllValues:StringEquals",
            json!(["environment", "webserver"]),
            &[],
            true,
        ),
        (
            "ForAnyValue:StringEquals",
            json!(["environment", "webserver"]),
            &[("aws:TagKeys", &["webserver", "cost-center"])],
            true,
        ),
        (
            "ForAnyValue:StringEquals",
            json!(["environment", "webserver"]),
            &[("aws:TagKeys", &["cost-center"])],
            false,
        ),
        (
            "ForAnyValue:StringEquals",
            json!(["environment", "webserver"]),
            &[],
            false,
        ),
        (
            "ForAllValues:StringLike",
            json!("key1*"),
            &[("aws:TagKeys", &["key1:legal", "key1:hr"])],
            true,
        ),
        (
            "ForAllValues:StringLike",
            json!("key1*"),
            &[("aws:TagKeys", &["key1:legal", "key2:hr"])],
            false,
        ),
        (
            "ForAnyValue:StringNotEquals",
            json!(["a"]),
            &[("aws:TagKeys", &["a", "b"])],
            true,
        ),
        (
            "ForAllValues:StringNotEquals",
            json!(["a"]),
            &[("aws:TagKeys", &["a", "b"])],
            false,
        ),
    ];
    check(
        rows.into_iter()
            .map(|(operator, value, keys, allowed)| {
                row(SETS, ASK, allowed, keys, if_(operator, "aws:TagKeys", value))
            })
            .collect(),
    );
}

const VARIABLES: &str = "IAM policy elements: Variables and tags";

#[test]
fn policy_variables() {
    let home = || {
        identity(may(
            json!("s3:GetObject"),
            json!("arn:aws:s3:::amzn-s3-demo-bucket/${aws:username}/*"),
        ))
    };
    let team = || {
        identity(may(
            json!("s3:GetObject"),
            json!("arn:aws:s3:::amzn-s3-demo-bucket-${aws:PrincipalTag/team, 'company-wide'}/*"),
        ))
    };
    let star = || {
        identity(may(
            json!("s3:GetObject"),
            json!("arn:aws:s3:::amzn-s3-demo-bucket/a${*}b"),
        ))
    };
    let get = |object| (CARLOS, "s3:GetObject", object);
    check(vec![
        row(
            VARIABLES,
            get("arn:aws:s3:::amzn-s3-demo-bucket/carlossalazar/a"),
            true,
            &[],
            home(),
        ),
        row(
            VARIABLES,
            get("arn:aws:s3:::amzn-s3-demo-bucket/mary/a"),
            false,
            &[],
            home(),
        ),
        // A role's session has no user name: nothing fits.
        row(
            VARIABLES,
            (
                ROLE_SESSION,
                "s3:GetObject",
                "arn:aws:s3:::amzn-s3-demo-bucket//a",
            ),
            false,
            &[],
            home(),
        ),
        row(
            VARIABLES,
            get("arn:aws:s3:::amzn-s3-demo-bucket-yellow/a"),
            true,
            &[("aws:PrincipalTag/team", &["yellow"])],
            team(),
        ),
        row(
            VARIABLES,
            get("arn:aws:s3:::amzn-s3-demo-bucket-company-wide/a"),
            true,
            &[],
            team(),
        ),
        row(
            VARIABLES,
            get("arn:aws:s3:::amzn-s3-demo-bucket-yellow/a"),
            false,
            &[],
            team(),
        ),
        row(
            VARIABLES,
            get("arn:aws:s3:::amzn-s3-demo-bucket/a*b"),
            true,
            &[],
            star(),
        ),
        row(
            VARIABLES,
            get("arn:aws:s3:::amzn-s3-demo-bucket/axb"),
            false,
            &[],
            star(),
        ),
    ]);
}

const NOT: &str = "IAM JSON policy elements: NotAction, NotResource and NotPrincipal";

#[test]
fn elements_that_leave_out() {
    let not_action = || identity(json!({ "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" }));
    let without_mfa = || {
        identity(json!([may(json!("*"), json!("*")),
        { "Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": { "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } } }]))
    };
    let not_resource = || {
        identity(json!([may(json!("s3:*"), json!("*")),
        { "Effect": "Deny", "Action": "s3:*", "NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"] }]))
    };
    let get = |object| (CARLOS, "s3:GetObject", object);
    check(vec![
        row(NOT, (CARLOS, "ec2:RunInstances", "*"), true, &[], not_action()),
        row(NOT, (CARLOS, "iam:CreateUser", "*"), false, &[], not_action()),
        row(NOT, (CARLOS, "ec2:RunInstances", "*"), false, &[], without_mfa()),
        row(
            NOT,
            (CARLOS, "ec2:RunInstances", "*"),
            true,
            &[("aws:MultiFactorAuthPresent", &["true"])],
            without_mfa(),
        ),
        row(NOT, (CARLOS, "iam:ListUsers", "*"), true, &[], without_mfa()),
        row(
            NOT,
            get("arn:aws:s3:::HRBucket/Payroll/a"),
            true,
            &[],
            not_resource(),
        ),
        row(NOT, get("arn:aws:s3:::HRBucket/a"), false, &[], not_resource()),
    ]);
}
