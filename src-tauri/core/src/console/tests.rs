#![allow(clippy::unwrap_used)]
use super::*;
use crate::account::Partition;
use crate::secret::{Credentials, Secret};
use crate::sts_limits::SessionDuration;

const ALL: [(Partition, &str, &str, &str); 4] = [
    (
        Partition::Aws,
        "eu-west-1",
        "signin.aws.amazon.com",
        "console.aws.amazon.com",
    ),
    (
        Partition::AwsCn,
        "cn-north-1",
        "signin.amazonaws.cn",
        "console.amazonaws.cn",
    ),
    (
        Partition::AwsUsGov,
        "us-gov-west-1",
        "signin.amazonaws-us-gov.com",
        "console.amazonaws-us-gov.com",
    ),
    (
        Partition::AwsEusc,
        "eusc-de-east-1",
        "signin.amazonaws-eusc.eu",
        "console.amazonaws-eusc.eu",
    ),
];

fn token() -> SignInToken {
    SignInToken(Secret::new("a+b/c="))
}

#[test]
fn each_partition_signs_in_at_its_own_host_and_leads_to_its_own_console() {
    for (partition, region, sign_in, console) in ALL {
        let page = ConsolePage::service(partition, region, "S3").unwrap();
        assert_eq!(
            page.as_str(),
            format!("https://{console}/s3/home?region={region}")
        );
        assert_eq!(page.label(), "S3");
        let link = login_link(partition, None, &page, &token());
        let expected = format!(
            "https://{sign_in}/federation?Action=login&Destination=https%3A%2F%2F{console}%2Fs3%2Fhome%3Fregion%3D{region}\
             &SigninToken=a%2Bb%2Fc%3D"
        );
        assert_eq!(link.expose(), expected);
        let home = ConsolePage::home(partition, region).unwrap();
        assert_eq!(
            home.as_str(),
            format!("https://{console}/console/home?region={region}")
        );
    }
}

#[test]
fn every_service_of_the_table_has_a_page_in_every_partition() {
    for (partition, region, _, console) in ALL {
        for name in services() {
            let page = ConsolePage::service(partition, region, name).unwrap();
            // Each is a page of the console by its own rule.
            ConsolePage::url(partition, page.as_str()).unwrap();
            assert!(
                page.as_str().starts_with(&format!("https://{console}/")),
                "{name}"
            );
        }
    }
    let mut names: Vec<_> = services().collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), services().count());
    assert!(names.contains(&"s3") && names.contains(&"lambda"));
}

#[test]
fn a_page_elsewhere_is_refused() {
    let aws = Partition::Aws;
    for good in [
        "https://console.aws.amazon.com/s3/buckets/x?region=eu-west-1&tab=objects",
        "https://eu-west-1.console.aws.amazon.com/ec2/home#Instances:",
        "https://123456789012-abcd1234.eu-west-1.console.aws.amazon.com/ec2/home",
    ] {
        assert_eq!(ConsolePage::url(aws, good).unwrap().as_str(), good);
    }
    for bad in [
        "http://console.aws.amazon.com/",
        "https://evil.example/console.aws.amazon.com",
        "https://console.aws.amazon.com.evil.example/",
        "https://evilconsole.aws.amazon.com/",
        "https://console.aws.amazon.com@evil.example/",
        "https://me:word@console.aws.amazon.com/",
        "https://console.aws.amazon.com:8443/",
        "https://console.amazonaws.cn/",
        "https://127.0.0.1/",
        "javascript:alert(1)",
        "console.aws.amazon.com",
        "",
    ] {
        assert!(
            matches!(ConsolePage::url(aws, bad), Err(NotAPage::Elsewhere { .. })),
            "{bad}"
        );
    }
    let told = ConsolePage::url(aws, "https://x.example/?token=canary").unwrap_err();
    assert!(!told.to_string().contains("canary"), "{told}");
    assert!(matches!(
        ConsolePage::home(aws, "evil.example/#"),
        Err(NotAPage::NoRegion(_))
    ));
    assert!(matches!(
        ConsolePage::service(aws, "eu-west-1", "s4"),
        Err(NotAPage::NoSuchService(_))
    ));
}

#[test]
fn a_stay_is_asked_for_only_where_aws_takes_one() {
    let eight = SessionDuration::try_from(28800).unwrap();
    let of = |seconds| Ok(Some(SessionDuration::try_from(seconds).unwrap()));
    assert_eq!(stay(Rights::Role, None, 3600), of(3600));
    assert_eq!(stay(Rights::Role, Some(eight), 3600), of(28800));
    assert_eq!(stay(Rights::Role, None, 90_000), of(43200));
    assert_eq!(stay(Rights::Role, None, 60), Ok(None), "shorter than AWS takes");
    assert_eq!(stay(Rights::Chained, None, 3600), Ok(None));
    assert_eq!(stay(Rights::Chained, Some(eight), 3600), Err(NotTaken::Chained));
    assert_eq!(stay(Rights::Unknown, None, 3600), Ok(None));
    assert_eq!(stay(Rights::Unknown, Some(eight), 3600), Err(NotTaken::Unknown));
    assert_eq!(stay(Rights::Federated, Some(eight), 28800), Ok(None));
}

#[test]
fn the_session_goes_into_the_query_and_into_nothing_that_is_printed() {
    let mut credentials = Credentials {
        access_key_id: "ASIA1".to_owned(),
        secret_access_key: Secret::new("canary/+="),
        session_token: Some(Secret::new("canary\"token")),
        expires_at: None,
    };
    let document = session_document(&credentials).unwrap();
    let read: serde_json::Value = serde_json::from_str(document.expose()).unwrap();
    assert_eq!(
        read,
        serde_json::json!({"sessionId": "ASIA1", "sessionKey": "canary/+=", "sessionToken": "canary\"token"})
    );
    let query = token_query(&document, Some(SessionDuration::HOUR));
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.expose().as_bytes())
        .into_owned()
        .collect();
    assert_eq!(
        pairs,
        [
            ("Action".to_owned(), "getSigninToken".to_owned()),
            ("SessionDuration".to_owned(), "3600".to_owned()),
            ("Session".to_owned(), document.expose().to_owned()),
        ]
    );
    assert!(!token_query(&document, None).expose().contains("SessionDuration"));
    assert!(!format!("{document:?}{query:?}{:?}", token()).contains("canary"));
    credentials.session_token = None;
    assert_eq!(session_document(&credentials), None);
}

#[test]
fn a_browser_is_signed_out_first_where_that_is_documented() {
    let page = ConsolePage::home(Partition::Aws, "eu-west-1").unwrap();
    let link = login_link(Partition::Aws, None, &page, &token());
    let first = logged_out_first(Partition::Aws, None, &link).unwrap();
    let url = url::Url::parse(first.expose()).unwrap();
    assert_eq!(url.host_str(), Some("us-east-1.signin.aws.amazon.com"));
    let back = url
        .query_pairs()
        .find(|(name, _)| name == "redirect_uri")
        .unwrap()
        .1;
    assert_eq!(back, link.expose());
    assert_eq!(logged_out_first(Partition::AwsCn, None, &link), None);
}

#[test]
fn an_account_has_its_own_part_of_the_browser_when_that_is_chosen() {
    let account = "081278057606".parse().unwrap();
    let mut choices = ConsoleChoices::default();
    assert_eq!(choices.part_for(Some(account)), BrowserPart::default());
    choices.separate = true;
    let part = choices.part_for(Some(account)).part.unwrap();
    assert!(is_part_name(&part), "{part}");
    assert_eq!(choices.part_for(None).part, None);
    choices.parts.insert(account, "Work".to_owned());
    assert_eq!(choices.part_for(Some(account)).part.as_deref(), Some("Work"));
    for bad in ["", "../x", "a/b", "-x", " x", "x\n", "a=b&c", &"x".repeat(61)] {
        assert!(!is_part_name(bad), "{bad}");
    }
}
