//! Endpoints that need the person's leave.

use hatrack_core::broker::{EndpointRules, plan};
use hatrack_core::session::SwitchOptions;

use crate::world::*;

fn rules() -> EndpointRules {
    EndpointRules::default()
}

#[test]
fn awss_own_endpoints_need_no_leave() {
    for url in [
        "https://sts.us-east-1.amazonaws.com",
        "https://sts.amazonaws.com",
        "https://sts.cn-north-1.amazonaws.com.cn",
        "https://sts.eusc-de-east-1.amazonaws.eu",
        "https://vpce-1-2.sts.us-east-1.vpce.amazonaws.com",
        "https://s3.us-east-1.api.aws",
        "https://STS.us-gov-west-1.amazonaws.com.",
        "https://sts-fips.us-west-2.amazonaws.com",
        "https://s3.dualstack.eu-west-1.amazonaws.com",
        "https://s3-fips.dualstack.us-west-2.amazonaws.com",
        "https://s3.amazonaws.com",
        "https://iam.amazonaws.com",
        "https://portal.sso.eu-central-1.amazonaws.com",
        "https://oidc.eu-central-1.amazonaws.com",
        "https://vpce-0a-1b.s3.cn-north-1.vpce.amazonaws.com.cn",
        "https://sts.cn-north-1.api.amazonwebservices.com.cn",
    ] {
        assert_eq!(rules().check(Some(url)), Ok(()), "{url}");
    }
    assert_eq!(rules().check(None), Ok(()));
}

#[test]
fn others_need_leave() {
    for url in [
        "http://sts.us-east-1.amazonaws.com",
        "https://sts.amazonaws.com.evil.example",
        "https://evilamazonaws.com",
        "https://amazonaws.com@evil.example",
        "http://127.0.0.1:4566",
        "http://localhost:4566",
        "http://[::1]:4566",
        "https://minio.example:9000",
        "not a url",
    ] {
        assert!(rules().check(Some(url)).is_err(), "{url}");
    }
}

#[test]
fn hosts_under_awss_domains_that_anyone_can_rent_need_leave() {
    for host in [
        "abc123.execute-api.us-east-1.amazonaws.com",
        "sts.us-east-1.elb.amazonaws.com",
        "sts-1234567890.us-east-1.elb.amazonaws.com",
        "ec2-203-0-113-25.compute-1.amazonaws.com",
        "ec2-203-0-113-25.eu-west-1.compute.amazonaws.com",
        "abc123.lambda-url.us-east-1.on.aws",
        "sts.lambda-url.us-east-1.on.aws",
        // Buckets, one of them called sts.
        "mine.s3.us-east-1.amazonaws.com",
        "sts.s3.amazonaws.com",
        "sts.us-east-1.s3.amazonaws.com",
        "iam.s3.us-east-1.amazonaws.com",
        "us-east-1.s3.amazonaws.com",
        "s3.s3-website-us-east-1.amazonaws.com",
        // Somebody's own service behind an interface endpoint.
        "vpce-1-2.vpce-svc-3.us-east-1.vpce.amazonaws.com",
        "mine.sts.us-east-1.vpce.amazonaws.com",
        "amazonaws.com",
        "aws.dev",
        "mine.aws.dev",
        "stsus-east-1.amazonaws.com",
        "sts.amazonaws.com.amazonaws.com",
    ] {
        let url = format!("https://{host}");
        assert_eq!(rules().check(Some(&url)), Err(url.clone()));
    }
}

#[test]
fn what_is_asked_about_carries_no_name_and_no_password() {
    for url in [
        "https://troy:canary@minio.example:9000",
        "https://troy:canary@minio.example:port",
        "https://troy:can/ary@minio.example",
        "https://troy:canary@[bad",
        "https://troy:ca@canary@[bad",
        "ftp://troy:canary@minio.example",
        "troy:canary@minio.example",
        "troy:canary://x@minio.example",
    ] {
        let shown = rules().check(Some(url)).unwrap_err();
        assert!(
            !shown.contains("canary") && !shown.contains("troy") && !shown.contains("ary"),
            "{url}: {shown}"
        );
    }
}

#[test]
fn leave_is_given_to_scheme_host_and_port() {
    let rules = EndpointRules {
        consented: ["https://minio.example:9000".to_owned()].into(),
        ..rules()
    };
    assert_eq!(rules.check(Some("https://minio.example:9000/path")), Ok(()));
    assert_eq!(
        rules.check(Some("http://minio.example:9000")),
        Err("http://minio.example:9000".to_owned())
    );
    assert!(rules.check(Some("https://minio.example")).is_err());
}

#[test]
fn loopback_is_the_sandboxs_and_nobody_elses() {
    let sandbox = EndpointRules {
        sandbox: true,
        ..rules()
    };
    for url in ["http://127.0.0.1:4566", "http://localhost:1", "http://[::1]:2"] {
        assert_eq!(sandbox.check(Some(url)), Ok(()));
    }
    assert!(sandbox.check(Some("http://10.0.0.1:4566")).is_err());
    assert!(sandbox.check(Some("http://localhost.evil.example")).is_err());
}

#[test]
fn the_callers_endpoint_is_part_of_the_session() {
    let plan_with = |url: &str| {
        let caller = caller(&[("AWS_ENDPOINT_URL_STS", url)]);
        plan(order("stuzio", SwitchOptions::default(), &caller)).unwrap()
    };
    let (one, two) = (plan_with("http://127.0.0.1:1"), plan_with("http://127.0.0.1:2"));
    assert_eq!(one.reach.endpoint.as_deref(), Some("http://127.0.0.1:1"));
    assert_ne!(one.key, two.key);
}
