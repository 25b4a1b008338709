//! Wildcards and policy variables in `Action` and `Resource`.

use super::*;

fn allows(
    version: &str,
    element: &str,
    value: Value,
    action: &str,
    resource: &str,
    keys: &[(&str, &str)],
) -> bool {
    let mut statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let fields = statement.as_object_mut().unwrap();
    fields.remove(element.trim_start_matches("Not"));
    fields.insert(element.to_owned(), value);
    let read = policy(
        Kind::Identity,
        &json!({ "Version": version, "Statement": statement }),
    );
    let mut request = request(user(), action, resource);
    keys.iter().for_each(|(k, v)| request.context.set(k, *v));
    evaluate(&read, "p", &request).outcome == Outcome::Allows
}

fn action(pattern: &str, action: &str) -> bool {
    allows(
        "2012-10-17",
        "Action",
        json!(pattern),
        action,
        "arn:aws:s3:::b/k",
        &[],
    )
}

fn resource(pattern: &str, arn: &str, keys: &[(&str, &str)]) -> bool {
    allows(
        "2012-10-17",
        "Resource",
        json!(pattern),
        "s3:GetObject",
        arn,
        keys,
    )
}

#[test]
fn actions_ignore_case_and_take_wildcards() {
    assert!(action("*", "s3:GetObject"));
    assert!(action("S3:GETobject", "s3:GetObject"));
    assert!(action("s3:Get*", "s3:GetObjectAcl"));
    assert!(action("s3:*Object", "s3:PutObject"));
    assert!(action("s3:?etObject", "s3:GetObject"));
    assert!(!action("s3:GetObject", "s3:GetObjectAcl"));
    assert!(!action("s3:Get", "s3:GetObject"));
    assert!(!action("sts:*", "s3:GetObject"));
}

#[test]
fn not_action_and_not_resource_are_the_rest() {
    let not_action = |a| {
        allows(
            "2012-10-17",
            "NotAction",
            json!(["s3:Put*", "iam:*"]),
            a,
            "arn:aws:s3:::b/k",
            &[],
        )
    };
    assert!(not_action("s3:GetObject"));
    assert!(!not_action("s3:PutObject"));
    let not_resource = |r| {
        allows(
            "2012-10-17",
            "NotResource",
            json!("arn:aws:s3:::b/*"),
            "s3:GetObject",
            r,
            &[],
        )
    };
    assert!(not_resource("arn:aws:s3:::c/k"));
    assert!(!not_resource("arn:aws:s3:::b/k"));
}

#[test]
fn resources_keep_case_and_take_wildcards_across_slashes() {
    assert!(resource("arn:aws:s3:::b/*", "arn:aws:s3:::b/deep/er/key", &[]));
    assert!(!resource("arn:aws:s3:::b/*", "arn:aws:s3:::b", &[]));
    assert!(!resource("arn:aws:s3:::B/*", "arn:aws:s3:::b/k", &[]));
    assert!(resource("arn:aws:s3:::b/?.txt", "arn:aws:s3:::b/\u{e9}.txt", &[]));
    assert!(resource("arn:*", "arn:aws:s3:::b/k", &[]));
}

#[test]
fn variables_come_from_the_request_and_stand_for_themselves() {
    let home = "arn:aws:s3:::b/home/${aws:username}/*";
    assert!(resource(
        home,
        "arn:aws:s3:::b/home/troy/x",
        &[("aws:username", "troy")]
    ));
    assert!(!resource(
        home,
        "arn:aws:s3:::b/home/troy/x",
        &[("aws:username", "*")]
    ));
    assert!(resource(
        home,
        "arn:aws:s3:::b/home/*/x",
        &[("aws:username", "*")]
    ));
    assert!(resource(
        "arn:aws:s3:::b/${AWS:UserName}",
        "arn:aws:s3:::b/troy",
        &[("aws:username", "troy")]
    ));
}

#[test]
fn a_variable_without_a_value_fits_nothing_unless_it_has_a_default() {
    assert!(!resource(
        "arn:aws:s3:::b/${aws:username}*",
        "arn:aws:s3:::b/",
        &[]
    ));
    assert!(resource(
        "arn:aws:s3:::b/${aws:username, 'guest'}/x",
        "arn:aws:s3:::b/guest/x",
        &[]
    ));
    assert!(!resource(
        "arn:aws:s3:::b/${aws:username, 'guest'}/x",
        "arn:aws:s3:::b/guest/x",
        &[("aws:username", "troy")]
    ));
}

#[test]
fn escapes_are_the_characters_themselves() {
    assert!(resource("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/*", &[]));
    assert!(!resource("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/x", &[]));
    assert!(resource("arn:aws:s3:::b/${?}${$}", "arn:aws:s3:::b/?$", &[]));
}

#[test]
fn the_old_version_knows_no_variables() {
    let old = |r| {
        let keys = &[("aws:username", "troy")];
        allows(
            "2008-10-17",
            "Resource",
            json!("arn:aws:s3:::b/${aws:username}"),
            "s3:GetObject",
            r,
            keys,
        )
    };
    assert!(!old("arn:aws:s3:::b/troy"));
    assert!(old("arn:aws:s3:::b/${aws:username}"));
}

#[test]
fn a_deny_with_an_unresolved_variable_denies_only_the_rest() {
    let outcome = |element: &str, pattern: &str| {
        let mut statement = json!({ "Effect": "Deny", "Action": "*" });
        statement[element] = json!(pattern);
        let request = request(role_session(), "s3:GetObject", "arn:aws:s3:::b/k");
        evaluate(&policy(Kind::Identity, &document(statement)), "p", &request).outcome
    };
    assert_eq!(
        outcome("Resource", "arn:aws:s3:::b/${aws:username}"),
        Outcome::Silent
    );
    assert_eq!(
        outcome("NotResource", "arn:aws:s3:::b/${aws:username}"),
        Outcome::Denies
    );
}

#[test]
fn many_wildcards_do_not_take_forever() {
    let pattern = format!("arn:aws:s3:::{}b", "*a".repeat(200));
    assert!(!resource(
        &pattern,
        &format!("arn:aws:s3:::{}", "a".repeat(4000)),
        &[]
    ));
}
