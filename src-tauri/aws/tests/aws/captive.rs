//! Networks that answer in AWS's place: every client says so, and none takes it for a broken answer.

use std::io::Write as _;
use std::sync::Arc;

use hatrack_aws::http::HttpClients;
use hatrack_aws::identities::{ProofKey, Refresh, refresh};
use hatrack_aws::s3::S3Failure;
use hatrack_aws::team_file::{NotFetched, fetch};
use hatrack_aws::{AwsIam, AwsIdentityCenter, AwsOrganizations, AwsSts};
use hatrack_core::iam::Iam;
use hatrack_core::identity_center::{Grant, IdentityCenter};
use hatrack_core::organization::Organizations;
use hatrack_core::secret::Secret;
use hatrack_core::sts::{AwsFailure, Reach, Sts};
use jiff::Timestamp;

use crate::server::{Answer, Server};
use crate::world::{portal, quick, reach, s3_with, user};

const PAGE: &str = "<!DOCTYPE html><html><body>Welcome to the Wi-Fi of Hotel canary</body></html>";

/// What such networks answer, and the host that they name.
fn answers() -> [(Answer, Option<&'static str>); 4] {
    let page = |status| Answer::new(status, PAGE).with("content-type", "text/html; charset=utf-8");
    [
        (page(200), None),
        (
            page(302).with("location", "http://portal.example/?canary"),
            Some("portal.example"),
        ),
        (page(511), None),
        (
            Answer::new(307, "").with("location", "https://portal.example/"),
            Some("portal.example"),
        ),
    ]
}

/// Every client asked once at `reach`: its name and what it said.
async fn every_client(reach: &Reach) -> Vec<(&'static str, AwsFailure)> {
    let http = Arc::new(HttpClients::default());
    let sts = AwsSts::with_timing(http.clone(), quick());
    let center = AwsIdentityCenter::with_timing(http.clone(), quick());
    let iam = AwsIam::with_timing(http.clone(), quick());
    let organizations = AwsOrganizations::with_timing(http.clone(), quick());
    let key = ProofKey::from_pem(include_str!("certificates/sec1.key")).unwrap();
    let renewal = Refresh {
        client_id: "arn:aws:signin:::devtools/same-device",
        refresh_token: &Secret::new("canary"),
        key: &key,
        now: Timestamp::now(),
        id: [0; 16],
    };
    let s3 = s3_with(reach.endpoint.as_deref().unwrap(), user());
    let bucket = "example-bucket".parse().unwrap();
    let of_s3 = match s3.page(&bucket, "", None).await.unwrap_err() {
        S3Failure::Aws(failure) => failure,
        other => panic!("{other:?}"),
    };
    vec![
        ("S3", of_s3),
        ("STS", sts.get_caller_identity(reach, &user()).await.unwrap_err()),
        ("IAM", iam.role(reach, &user(), "R").await.unwrap_err()),
        (
            "Organizations",
            organizations.accounts(reach, &user()).await.unwrap_err(),
        ),
        (
            "sign-in",
            center
                .register(reach, &portal(), Grant::DeviceCode)
                .await
                .unwrap_err(),
        ),
        (
            "the portal",
            center
                .listing(reach, &Secret::new("canary"), &portal())
                .await
                .unwrap_err(),
        ),
        (
            "console sign-in",
            refresh(&http, reach, &renewal).await.unwrap_err(),
        ),
    ]
}

#[tokio::test]
async fn i77_every_client_says_that_the_network_asks_for_a_sign_in() {
    for (answer, leads_to) in answers() {
        let shown = format!("{answer:?}");
        let server = Server::start(move |_, _| answer.clone()).await;
        for (client, failure) in every_client(&reach(&server.url())).await {
            let AwsFailure::CaptivePortal { portal, .. } = &failure else {
                panic!("{client}, {shown}: {failure:?}");
            };
            assert_eq!(portal.as_deref(), leads_to, "{client}, {shown}");
            let told = failure.to_string();
            assert!(told.contains("asks for a sign-in first"), "{told}");
            assert!(!told.contains("canary"), "{told}");
        }
        // Nobody is asked twice: the page stays until the person has signed in.
        assert_eq!(server.asked().len(), 7, "{shown}");
    }
}

/// A network that lets plain HTTP through to its page only, and holds up its own certificate for the rest.
fn network_without_tls() -> (u16, std::thread::JoinHandle<()>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut first = [0; 1];
            std::io::Read::read_exact(&mut stream, &mut first).unwrap();
            match first[0] {
                // A TLS handshake begins with this.
                0x16 => drop(stream),
                b'!' => return,
                _ => {
                    let answer =
                        "HTTP/1.1 302 Found\r\nlocation: http://portal.example/\r\ncontent-length: 0\r\n\r\n";
                    stream.write_all(answer.as_bytes()).unwrap();
                    // Until the client has read it.
                    let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
                }
            }
        }
    });
    (port, serving)
}

#[tokio::test]
async fn i77_a_network_that_breaks_tls_is_recognised_by_what_it_says_without() {
    let (port, serving) = network_without_tls();
    let sts = AwsSts::with_timing(Arc::default(), quick());
    let failure = sts
        .get_caller_identity(&reach(&format!("https://localhost:{port}")), &user())
        .await
        .unwrap_err();
    assert!(
        matches!(&failure, AwsFailure::CaptivePortal { portal: Some(portal), .. } if portal == "portal.example"),
        "{failure:?}"
    );
    std::net::TcpStream::connect(("127.0.0.1", port))
        .unwrap()
        .write_all(b"!")
        .unwrap();
    serving.join().unwrap();
}

#[tokio::test]
async fn i77_a_team_s_file_does_not_come_through_a_network_that_breaks_tls() {
    let (port, serving) = network_without_tls();
    let url = format!("https://localhost:{port}/team.toml").parse().unwrap();
    let why = fetch(&url, &reach("http://127.0.0.1:1"), 1024).await.unwrap_err();
    assert_eq!(why, NotFetched::CaptivePortal);
    std::net::TcpStream::connect(("127.0.0.1", port))
        .unwrap()
        .write_all(b"!")
        .unwrap();
    serving.join().unwrap();
}
