//! What lies between here and AWS: certificates, proxies, silence.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hatrack_aws::AwsSts;
use hatrack_core::secret::Secret;
use hatrack_core::sts::{AwsFailure, ProxyUrl, Reach, Sts};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::server::{Answer, Server};
use crate::world::{keys, reach, user};

const WHO: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                   <GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/troy</Arn><UserId>AIDA</UserId>\
                   <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

fn who() -> Answer {
    Answer::new(200, WHO).with("content-type", "text/xml")
}

/// A server whose certificate is its own, for `name`, and that certificate's file.
async fn tls_server(folder: &tempfile::TempDir, name: &str) -> (Server, PathBuf) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let bundle = folder.path().join(format!("{name}.pem"));
    std::fs::write(&bundle, cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
    let server = Server::start_tls(TlsAcceptor::from(Arc::new(config)), |_, _| who()).await;
    (server, bundle)
}

fn tls_reach(server: &Server, host: &str, bundle: Option<PathBuf>) -> Reach {
    Reach {
        ca_bundle: bundle,
        ..reach(&format!("https://{host}:{}", server.port))
    }
}

#[tokio::test]
async fn i78_a_ca_bundle_is_the_only_trust() {
    let folder = tempfile::tempdir().unwrap();
    let (server, bundle) = tls_server(&folder, "localhost").await;
    let sts = AwsSts::new(Arc::default());
    sts.get_caller_identity(&tls_reach(&server, "localhost", Some(bundle.clone())), &user())
        .await
        .unwrap();
    // Without it, with another's, and under another name the server is not trusted.
    let (_, other) = tls_server(&folder, "example.com").await;
    for reach in [
        tls_reach(&server, "localhost", None),
        tls_reach(&server, "localhost", Some(other)),
        tls_reach(&server, "127.0.0.1", Some(bundle)),
    ] {
        let failure = sts.get_caller_identity(&reach, &user()).await.unwrap_err();
        assert!(matches!(failure, AwsFailure::Unreachable { .. }), "{failure:?}");
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn i81_a_certificate_of_another_name_is_refused_and_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (server, bundle) = tls_server(&folder, "sts.eu-west-1.amazonaws.com").await;
    for host in ["localhost", "127.0.0.1"] {
        let failure = AwsSts::new(Arc::default())
            .get_caller_identity(&tls_reach(&server, host, Some(bundle.clone())), &user())
            .await
            .unwrap_err();
        assert!(matches!(failure, AwsFailure::Unreachable { .. }), "{failure:?}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn i78_a_ca_bundle_that_cannot_be_read_stops_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = tls_server(&folder, "localhost").await;
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let bad = [
        folder.path().join("missing.pem"),
        folder.path().to_owned(),
        write("empty.pem", ""),
        write("no.pem", "not a certificate"),
        write(
            "base64.pem",
            "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n",
        ),
        write(
            "der.pem",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ),
    ];
    for bundle in bad {
        let shown = bundle.display().to_string();
        let reach = tls_reach(&server, "localhost", Some(bundle));
        let failure = AwsSts::new(Arc::default())
            .get_caller_identity(&reach, &user())
            .await
            .unwrap_err();
        assert!(
            matches!(&failure, AwsFailure::Unusable(why) if why.contains(&shown)),
            "{failure:?}"
        );
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn i78_a_ca_bundle_that_is_replaced_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (server, right) = tls_server(&folder, "localhost").await;
    let (_, wrong) = tls_server(&folder, "an-other-name.example.com").await;
    let bundle = folder.path().join("bundle.pem");
    std::fs::copy(&wrong, &bundle).unwrap();
    let sts = AwsSts::new(Arc::default());
    let reach = tls_reach(&server, "localhost", Some(bundle.clone()));
    assert!(sts.get_caller_identity(&reach, &user()).await.is_err());
    std::fs::copy(&right, &bundle).unwrap();
    sts.get_caller_identity(&reach, &user()).await.unwrap();
}

fn proxied(proxy: &str, no_proxy: Option<&str>) -> Reach {
    Reach {
        proxy: Some(ProxyUrl(Secret::new(proxy))),
        no_proxy: no_proxy.map(str::to_owned),
        ..reach("https://sts.example.invalid")
    }
}

#[tokio::test]
async fn i79_a_proxy_is_asked_with_its_name_and_password_and_a_407_is_told() {
    let proxy = Server::start(|_, _| Answer::new(407, "").with("proxy-authenticate", "Basic realm=x")).await;
    let url = format!("http://troy:canary%20pass@127.0.0.1:{}", proxy.port);
    let failure = AwsSts::new(Arc::default())
        .get_caller_identity(&proxied(&url, None), &user())
        .await
        .unwrap_err();
    let asked = &proxy.asked()[0];
    assert_eq!(
        (asked.method.as_str(), asked.path.as_str()),
        ("CONNECT", "sts.example.invalid:443")
    );
    // "troy:canary pass"
    assert_eq!(
        asked.header("proxy-authorization"),
        "Basic dHJveTpjYW5hcnkgcGFzcw=="
    );
    let address = format!("127.0.0.1:{}", proxy.port);
    assert!(
        matches!(&failure, AwsFailure::ProxyPassword { proxy } if *proxy == address),
        "{failure:?}"
    );
    let told = format!("{failure} {failure:?}");
    assert!(!told.contains("canary") && !told.contains("dHJveT"), "{told}");
}

#[tokio::test]
async fn i79_a_proxy_that_is_none_is_refused_without_its_text() {
    for url in [
        "http://",
        "ftp://troy:canary@x",
        "http://troy:canary@",
        "::::canary",
    ] {
        let failure = AwsSts::new(Arc::default())
            .get_caller_identity(&proxied(url, None), &user())
            .await
            .unwrap_err();
        assert!(
            matches!(&failure, AwsFailure::Unusable(why) if !why.contains("canary")),
            "{failure:?}"
        );
    }
}

/// A proxy that carries what it is asked to, once it is shown `authorization`. Counts what it carried.
async fn carrying_proxy(authorization: &'static str) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let carried = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&carried);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let counter = Arc::clone(&counter);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                if !head
                    .to_ascii_lowercase()
                    .contains(&authorization.to_ascii_lowercase())
                {
                    let refused =
                        b"HTTP/1.1 407 X\r\nproxy-authenticate: Basic realm=x\r\ncontent-length: 0\r\n\r\n";
                    client.write_all(refused).await.unwrap();
                    return;
                }
                counter.fetch_add(1, Ordering::SeqCst);
                let target = head.split(' ').nth(1).unwrap();
                if head.starts_with("CONNECT ") {
                    let mut server = TcpStream::connect(target).await.unwrap();
                    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
                // The absolute form of plain HTTP (RFC 9112, 3.2.2), answered for whatever host it names.
                assert!(target.starts_with("http://minio.example:9000/"), "{target}");
                let body = WHO;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                client.write_all(answer.as_bytes()).await.unwrap();
            });
        }
    });
    (port, carried)
}

#[tokio::test]
async fn i79_a_proxy_with_the_right_password_carries_tls_that_it_cannot_read() {
    let folder = tempfile::tempdir().unwrap();
    let (server, bundle) = tls_server(&folder, "localhost").await;
    // "troy:canary pass"
    let (port, carried) = carrying_proxy("proxy-authorization: Basic dHJveTpjYW5hcnkgcGFzcw==").await;
    for (login, works) in [("troy:canary%20pass@", true), ("troy:wrong@", false), ("", false)] {
        let reach = Reach {
            proxy: Some(ProxyUrl(Secret::new(format!("http://{login}127.0.0.1:{port}")))),
            ..tls_reach(&server, "localhost", Some(bundle.clone()))
        };
        let answer = AwsSts::new(Arc::default())
            .get_caller_identity(&reach, &user())
            .await;
        match answer {
            Ok(_) => assert!(works, "{login}"),
            Err(failure) => assert!(
                !works && matches!(failure, AwsFailure::ProxyPassword { .. }),
                "{login}: {failure:?}"
            ),
        }
    }
    assert_eq!(carried.load(Ordering::SeqCst), 1);
    assert_eq!(server.asked().len(), 1);
    // The proxy's login is the proxy's alone.
    assert_eq!(server.asked()[0].header("proxy-authorization"), "");
}

#[tokio::test]
async fn a_plain_endpoint_goes_through_its_proxy_and_loopback_through_none() {
    let (port, carried) = carrying_proxy("").await;
    let proxy = Some(ProxyUrl(Secret::new(format!("127.0.0.1:{port}"))));
    let far = Reach {
        proxy: proxy.clone(),
        ..reach("http://minio.example:9000")
    };
    AwsSts::new(Arc::default())
        .get_caller_identity(&far, &user())
        .await
        .unwrap();
    assert_eq!(carried.load(Ordering::SeqCst), 1);
    let server = Server::start(|_, _| who()).await;
    let here = Reach {
        proxy,
        ..reach(&server.url())
    };
    AwsSts::new(Arc::default())
        .get_caller_identity(&here, &user())
        .await
        .unwrap();
    assert_eq!(carried.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn no_proxy_goes_around_the_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let (server, bundle) = tls_server(&folder, "localhost").await;
    let proxy = Server::start(|_, _| Answer::new(502, "")).await;
    let around = Reach {
        proxy: Some(ProxyUrl(Secret::new(format!("127.0.0.1:{}", proxy.port)))),
        no_proxy: Some("localhost,example.com".into()),
        ..tls_reach(&server, "localhost", Some(bundle))
    };
    AwsSts::new(Arc::default())
        .get_caller_identity(&around, &user())
        .await
        .unwrap();
    assert!(proxy.asked().is_empty());
    let through = Reach {
        no_proxy: None,
        ..around
    };
    assert!(
        AwsSts::new(Arc::default())
            .get_caller_identity(&through, &user())
            .await
            .is_err()
    );
    assert!(!proxy.asked().is_empty());
}

#[tokio::test]
async fn i76_nobody_there_is_told_within_seconds() {
    // A port that was just free: nobody listens on it.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let started = Instant::now();
    let reach = reach(&format!("http://{free}"));
    let failure = AwsSts::new(Arc::default())
        .get_caller_identity(&reach, &user())
        .await
        .unwrap_err();
    assert!(matches!(failure, AwsFailure::Unreachable { .. }), "{failure:?}");
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
#[ignore = "waits for the timeouts, about a minute"]
async fn i80_soak_silence_is_given_up() {
    let server = Server::start(|_, _| Answer::silent()).await;
    let started = Instant::now();
    let failure = AwsSts::new(Arc::default())
        .get_caller_identity(&reach(&server.url()), &user())
        .await
        .unwrap_err();
    assert!(matches!(failure, AwsFailure::Unreachable { .. }), "{failure:?}");
    assert!(started.elapsed() < Duration::from_secs(70));
}

#[tokio::test]
async fn an_endpoint_that_is_none_is_refused() {
    for endpoint in ["", "not a url", "ftp://x"] {
        let failure = AwsSts::new(Arc::default())
            .get_caller_identity(&reach(endpoint), &user())
            .await
            .unwrap_err();
        assert!(matches!(failure, AwsFailure::Unusable(_)), "{failure:?}");
    }
}

#[tokio::test]
async fn no_secret_is_in_what_is_printed() {
    let clients = hatrack_aws::http::HttpClients::default();
    let through = proxied("http://troy:canary@127.0.0.1:1", None);
    clients
        .client(&hatrack_aws::http::Wire::to(None, &through))
        .unwrap();
    let sts = AwsSts::new(Arc::default());
    let _ = sts.get_caller_identity(&through, &keys("AKIA", "canary")).await;
    let told = format!("{clients:?} {sts:?} {through:?}");
    assert!(!told.contains("canary"), "{told}");
}
