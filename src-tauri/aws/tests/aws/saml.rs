//! AssumeRoleWithSAML: what is sent, what comes back, what is refused.

use hatrack_core::secret::Secret;
use hatrack_core::sts::{AssumeRoleWithSaml, AwsFailure, Sts};
use hatrack_core::sts_limits::SessionDuration;

use crate::server::{Answer, Server};
use crate::world::{quick_sts, reach};

fn call() -> AssumeRoleWithSaml {
    AssumeRoleWithSaml {
        role: "arn:aws:iam::123456789012:role/Admin".parse().unwrap(),
        provider: "arn:aws:iam::123456789012:saml-provider/Directory"
            .parse()
            .unwrap(),
        assertion: Secret::new("canary+/="),
        duration: SessionDuration::HOUR,
        policy: Some("{\"Version\": \"2012-10-17\"}".to_owned().try_into().unwrap()),
        policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap()],
    }
}

fn issued() -> Answer {
    let xml = "<AssumeRoleWithSAMLResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
               <AssumeRoleWithSAMLResult><Subject>somebody</Subject>\
               <Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
               <SessionToken>t</SessionToken><Expiration>2026-11-22T12:00:00Z</Expiration></Credentials>\
               <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/Admin/somebody</Arn>\
               <AssumedRoleId>AROA:somebody</AssumedRoleId></AssumedRoleUser></AssumeRoleWithSAMLResult>\
               <ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></AssumeRoleWithSAMLResponse>";
    Answer::new(200, xml)
        .with("content-type", "text/xml")
        .with("x-amzn-requestid", "req-1")
        .with("date", "Sun, 22 Nov 2026 11:00:00 GMT")
}

#[tokio::test]
async fn the_assertion_stands_in_for_a_signature() {
    let server = Server::start(|_, _| issued()).await;
    let got = quick_sts()
        .assume_role_with_saml(&reach(&server.url()), &call())
        .await
        .unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIAEXAMPLE");
    assert_eq!(got.aws_date, Some("2026-11-22T11:00:00Z".parse().unwrap()));
    assert_eq!(got.request_id.as_deref(), Some("req-1"));
    assert_eq!(got.assumed_role_id.as_deref(), Some("AROA:somebody"));
    let asked = &server.asked()[0];
    assert_eq!(asked.header("authorization"), "");
    for part in [
        "Action=AssumeRoleWithSAML",
        "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FAdmin",
        "PrincipalArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Asaml-provider%2FDirectory",
        "SAMLAssertion=canary%2B%2F%3D",
        "DurationSeconds=3600",
        "Policy=%7B",
        "PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess",
    ] {
        assert!(asked.body.contains(part), "{part} in {}", asked.body);
    }
}

#[tokio::test]
async fn b17_b18_a_refusal_is_told_at_once_and_without_the_assertion() {
    for (status, code) in [
        (400, "InvalidIdentityToken"),
        (400, "ExpiredTokenException"),
        (403, "IDPRejectedClaim"),
        (403, "AccessDenied"),
    ] {
        let server = Server::start(move |_, _| {
            let xml = format!(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
                 <Code>{code}</Code><Message>said by AWS</Message></Error><RequestId>req-2</RequestId></ErrorResponse>"
            );
            Answer::new(status, xml).with("content-type", "text/xml")
        })
        .await;
        let failure = quick_sts()
            .assume_role_with_saml(&reach(&server.url()), &call())
            .await
            .unwrap_err();
        assert!(!format!("{failure:?}").contains("canary"));
        let AwsFailure::Refused(refusal) = failure else {
            panic!("{failure}");
        };
        assert_eq!(
            (refusal.code.as_str(), refusal.message.as_str()),
            (code, "said by AWS")
        );
        assert_eq!(refusal.request_id.as_deref(), Some("req-2"));
        assert_eq!(server.asked().len(), 1, "{code} is not tried again");
    }
}
