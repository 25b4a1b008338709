#![allow(clippy::unwrap_used)]
use super::*;

fn role(text: &str) -> RoleArn {
    text.parse().unwrap()
}

fn before(text: &str) -> RevokesBefore {
    RevokesBefore::at(text.parse().unwrap())
}

#[test]
fn the_policy_is_the_one_that_the_console_writes() {
    let golden = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Deny",
      "Action": [
        "*"
      ],
      "Resource": [
        "*"
      ],
      "Condition": {
        "DateLessThan": {
          "aws:TokenIssueTime": "2026-01-02T03:04:07Z"
        }
      }
    }
  ]
}"#;
    let written = before("2026-01-02T03:04:07Z").document();
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(read(&written), read(golden));
    assert_eq!(
        Standing::of(Some(&written)),
        Standing::Revokes(before("2026-01-02T03:04:07Z"))
    );
}

#[test]
fn what_was_issued_until_aws_answered_is_older_than_the_time_written() {
    // AWS said 03:04:05 and may have meant up to 03:04:05.999.
    let written = RevokesBefore::of_date("2026-01-02T03:04:05Z".parse().unwrap());
    assert_eq!(written.time().to_string(), "2026-01-02T03:04:07Z");
    assert!(written.covers("2026-01-02T03:04:05.999Z".parse().unwrap()));
    assert!(written.covers("2026-01-02T03:04:06Z".parse().unwrap()));
    assert!(!written.covers("2026-01-02T03:04:07Z".parse().unwrap()));
}

#[test]
fn a_policy_of_awss_form_is_known_and_anything_else_is_left_alone() {
    let time = r#""Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-02T03:04:05.678Z"}}"#;
    let taken = [
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":["*"],"Resource":["*"],{time}}}]}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":{{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*",{time}}}}}"#),
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":["2026-01-02T03:04:05.678Z"]}}}]}"#.to_owned(),
    ];
    for text in taken {
        let standing = Standing::of(Some(&text));
        assert_eq!(
            standing,
            Standing::Revokes(before("2026-01-02T03:04:05.678Z")),
            "{text}"
        );
    }
    let deny = format!(r#""Effect":"Deny","Action":"*","Resource":"*",{time}"#);
    let other = [
        "".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "not json".to_owned(),
        format!(r#"{{"Version":"2008-10-17","Statement":[{{{deny}}}]}}"#),
        format!(r#"{{"Version":"2012-10-17","Id":"x","Statement":[{{{deny}}}]}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":[{{{deny}}},{{{deny}}}]}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"NotAction":"a:b",{deny}}}]}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*",{time}}}]}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":"s3:*","Resource":"*",{time}}}]}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":["*","s3:*"],"Resource":"*",{time}}}]}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::b",{time}}}]}}"#),
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#.to_owned(),
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"soon"}}}]}"#.to_owned(),
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-02T03:04:05Z"},"Bool":{"aws:SecureTransport":"true"}}}]}"#.to_owned(),
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:TokenIssueTime":"2026-01-02T03:04:05Z"}}}]}"#.to_owned(),
    ];
    for text in other {
        assert_eq!(Standing::of(Some(&text)), Standing::Other, "{text}");
    }
    assert_eq!(Standing::of(None), Standing::Nothing);
}

#[test]
fn roles_that_nobody_can_change_are_refused_by_their_arn() {
    for arn in [
        "arn:aws:iam::111122223333:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport",
        "arn:aws-cn:iam::111122223333:role/AWSServiceRoleForSupport",
    ] {
        assert!(
            matches!(may_be_revoked(&role(arn)), Err(NotRevocable::ServiceLinked(_))),
            "{arn}"
        );
    }
    for arn in [
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
        "arn:aws-us-gov:iam::111122223333:role/AWSReservedSSO_Admin_0123456789abcdef",
    ] {
        assert!(
            matches!(may_be_revoked(&role(arn)), Err(NotRevocable::IdentityCenter(_))),
            "{arn}"
        );
    }
    for arn in [
        "arn:aws:iam::111122223333:role/Reader",
        "arn:aws:iam::111122223333:role/service-role/codebuild",
        "arn:aws:iam::111122223333:role/team/MyAWSReservedSSO_Reader",
    ] {
        assert_eq!(may_be_revoked(&role(arn)), Ok(()), "{arn}");
    }
}
