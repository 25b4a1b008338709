//! Where each service is asked in each partition: as a proxy sees it, which is asked for the host by name.

use std::sync::Arc;

use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::{FixedCredentials, S3};
use hatrack_aws::{AwsIam, AwsIdentityCenter, AwsOrganizations, AwsSts};
use hatrack_core::iam::Iam;
use hatrack_core::identity_center::{Grant, IdentityCenter, Portal};
use hatrack_core::organization::Organizations;
use hatrack_core::secret::Secret;
use hatrack_core::sts::{ProxyUrl, Reach, Sts};

use crate::server::{Answer, Server};
use crate::world::{portal, quick, user};

/// The hosts that a region's services are asked at, each once, in the order of the calls.
async fn hosts(region: &str) -> Vec<String> {
    let proxy = Server::start(|_, _| Answer::new(502, "")).await;
    let reach = Reach {
        region: region.to_owned(),
        endpoint: None,
        ca_bundle: None,
        proxy: Some(ProxyUrl(Secret::new(format!("127.0.0.1:{}", proxy.port)))),
        no_proxy: None,
    };
    let http = Arc::new(HttpClients::default());
    let here = Portal {
        region: region.to_owned(),
        ..portal()
    };
    let failed = [
        AwsSts::with_timing(http.clone(), quick())
            .get_caller_identity(&reach, &user())
            .await
            .is_err(),
        AwsIdentityCenter::with_timing(http.clone(), quick())
            .register(&reach, &here, Grant::DeviceCode)
            .await
            .is_err(),
        AwsIdentityCenter::with_timing(http.clone(), quick())
            .listing(&reach, &Secret::new("t"), &here)
            .await
            .is_err(),
        AwsIam::with_timing(http.clone(), quick())
            .role(&reach, &user(), "R")
            .await
            .is_err(),
        AwsOrganizations::with_timing(http.clone(), quick())
            .accounts(&reach, &user())
            .await
            .is_err(),
        S3::new(http.clone(), reach, false, Arc::new(FixedCredentials(user())))
            .page(&"example-bucket".parse().unwrap(), "", None)
            .await
            .is_err(),
    ];
    assert_eq!(failed, [true; 6]);
    let mut hosts: Vec<String> = Vec::new();
    for asked in proxy.asked() {
        assert_eq!(asked.method, "CONNECT");
        let host = asked.path.trim_end_matches(":443").to_owned();
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

#[tokio::test]
async fn b30_every_service_is_asked_where_its_partition_has_it() {
    for (region, expected) in [
        (
            "eu-west-1",
            [
                "sts.eu-west-1.amazonaws.com",
                "oidc.eu-west-1.amazonaws.com",
                "portal.sso.eu-west-1.amazonaws.com",
                "iam.amazonaws.com",
                "organizations.us-east-1.amazonaws.com",
                "example-bucket.s3.eu-west-1.amazonaws.com",
            ],
        ),
        (
            "af-south-1",
            [
                "sts.af-south-1.amazonaws.com",
                "oidc.af-south-1.amazonaws.com",
                "portal.sso.af-south-1.amazonaws.com",
                "iam.amazonaws.com",
                "organizations.us-east-1.amazonaws.com",
                "example-bucket.s3.af-south-1.amazonaws.com",
            ],
        ),
        (
            "cn-north-1",
            [
                "sts.cn-north-1.amazonaws.com.cn",
                "oidc.cn-north-1.amazonaws.com.cn",
                "portal.sso.cn-north-1.amazonaws.com.cn",
                "iam.cn-north-1.amazonaws.com.cn",
                "organizations.cn-northwest-1.amazonaws.com.cn",
                "example-bucket.s3.cn-north-1.amazonaws.com.cn",
            ],
        ),
        (
            "us-gov-west-1",
            [
                "sts.us-gov-west-1.amazonaws.com",
                "oidc.us-gov-west-1.amazonaws.com",
                "portal.sso.us-gov-west-1.amazonaws.com",
                "iam.us-gov.amazonaws.com",
                "organizations.us-gov-west-1.amazonaws.com",
                "example-bucket.s3.us-gov-west-1.amazonaws.com",
            ],
        ),
        (
            "eusc-de-east-1",
            [
                "sts.eusc-de-east-1.amazonaws.eu",
                "oidc.eusc-de-east-1.amazonaws.eu",
                "portal.sso.eusc-de-east-1.amazonaws.eu",
                "iam.eusc-de-east-1.amazonaws.eu",
                "organizations.eusc-de-east-1.amazonaws.eu",
                "example-bucket.s3.eusc-de-east-1.amazonaws.eu",
            ],
        ),
    ] {
        assert_eq!(hosts(region).await, expected, "{region}");
    }
}
