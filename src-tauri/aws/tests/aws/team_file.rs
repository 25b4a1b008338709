//! A team's file from an address, and servers that are not what was named.

use std::path::PathBuf;
use std::sync::Arc;

use hatrack_aws::team_file::{NotFetched, fetch};
use hatrack_core::secret::Secret;
use hatrack_core::sts::{ProxyUrl, Reach};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::server::{Answer, Asked, Server};
use crate::world::reach;

const LARGEST: usize = 1024;

struct Site {
    server: Server,
    reach: Reach,
    _folder: tempfile::TempDir,
}

impl Site {
    async fn answering(answer: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let bundle: PathBuf = folder.path().join("ca.pem");
        std::fs::write(&bundle, cert.pem()).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![cert.der().clone()], key)
                .unwrap();
        let server = Server::start_tls(TlsAcceptor::from(Arc::new(config)), answer).await;
        let reach = Reach {
            ca_bundle: Some(bundle),
            ..reach("http://127.0.0.1:1")
        };
        Self {
            server,
            reach,
            _folder: folder,
        }
    }

    fn url(&self, path: &str) -> Url {
        format!("https://localhost:{}{path}", self.server.port)
            .parse()
            .unwrap()
    }

    async fn fetch(&self) -> Result<String, NotFetched> {
        fetch(&self.url("/team.toml"), &self.reach, LARGEST).await
    }
}

#[tokio::test]
async fn the_file_comes_and_nothing_that_names_the_person_is_sent() {
    let site = Site::answering(|_, _| Answer::new(200, "name = \"t\"\n")).await;
    assert_eq!(site.fetch().await.unwrap(), "name = \"t\"\n");
    let asked = site.server.asked();
    assert_eq!(asked.len(), 1);
    for header in ["authorization", "cookie", "referer", "x-amz-security-token"] {
        assert_eq!(asked[0].header(header), "", "{header}");
    }
}

#[tokio::test]
async fn a_redirect_is_followed_on_the_same_host_only() {
    let site = Site::answering(|n, _| match n {
        0 => Answer::new(302, "").with("location", "/moved/team.toml"),
        _ => Answer::new(200, "here"),
    })
    .await;
    assert_eq!(site.fetch().await.unwrap(), "here");
    for to in [
        "https://example.com/team.toml",
        "http://localhost/team.toml",
        "https://localhost:1/team.toml",
        "file:///etc/passwd",
        "//example.com/team.toml",
    ] {
        let site = Site::answering(move |_, _| Answer::new(301, "").with("location", to)).await;
        let why = site.fetch().await.unwrap_err();
        assert!(matches!(why, NotFetched::Elsewhere { .. }), "{to}: {why}");
        assert_eq!(site.server.asked().len(), 1);
    }
    let round = Site::answering(|_, _| Answer::new(307, "").with("location", "/team.toml")).await;
    assert!(matches!(
        round.fetch().await,
        Err(NotFetched::RoundAndRound { .. })
    ));
    assert_eq!(round.server.asked().len(), 4);
}

#[tokio::test]
async fn b27_a_file_that_is_too_large_or_never_ends_is_given_up() {
    let exact = Site::answering(|_, _| Answer::new(200, vec![b'x'; LARGEST])).await;
    assert_eq!(exact.fetch().await.unwrap().len(), LARGEST);
    let large = Site::answering(|_, _| Answer::new(200, vec![b'x'; LARGEST + 1])).await;
    assert_eq!(large.fetch().await, Err(NotFetched::TooLarge(LARGEST)));
    let endless = Site::answering(|_, _| Answer::new(200, vec![b'x'; 100]).endless()).await;
    assert_eq!(endless.fetch().await, Err(NotFetched::TooLarge(LARGEST)));
    let cut = Site::answering(|_, _| Answer::new(200, vec![b'x'; 100]).cut()).await;
    assert_eq!(cut.fetch().await, Err(NotFetched::TooLarge(LARGEST)));
    let bytes = Site::answering(|_, _| Answer::new(200, vec![0xff, 0xfe])).await;
    assert_eq!(bytes.fetch().await, Err(NotFetched::NoText));
    let gone = Site::answering(|_, _| Answer::new(404, "")).await;
    assert!(matches!(
        gone.fetch().await,
        Err(NotFetched::Status { status: 404, .. })
    ));
}

#[tokio::test]
async fn i81_a_server_that_is_not_trusted_or_has_no_tls_is_not_asked() {
    let site = Site::answering(|_, _| Answer::new(200, "x")).await;
    let stranger = Reach {
        ca_bundle: None,
        ..site.reach.clone()
    };
    let why = fetch(&site.url("/"), &stranger, LARGEST).await.unwrap_err();
    assert!(matches!(why, NotFetched::Unreachable { .. }), "{why}");
    let other_name: Url = format!("https://127.0.0.1:{}/", site.server.port)
        .parse()
        .unwrap();
    assert!(fetch(&other_name, &site.reach, LARGEST).await.is_err());
    let plain = Server::start(|_, _| Answer::new(200, "x")).await;
    let url: Url = plain.url().parse().unwrap();
    assert!(matches!(
        fetch(&url, &site.reach, LARGEST).await,
        Err(NotFetched::Unusable(_))
    ));
    assert!(site.server.asked().is_empty() && plain.asked().is_empty());
}

#[tokio::test]
async fn i79_a_proxy_that_asks_for_a_login_is_named() {
    let proxy = Server::start(|_, _| Answer::new(407, "").with("proxy-authenticate", "Basic realm=x")).await;
    let site = Site::answering(|_, _| Answer::new(200, "x")).await;
    let through = Reach {
        proxy: Some(ProxyUrl(Secret::new(proxy.url()))),
        ..site.reach.clone()
    };
    let url: Url = "https://team.example/team.toml".parse().unwrap();
    let why = fetch(&url, &through, LARGEST).await.unwrap_err();
    let address = format!("127.0.0.1:{}", proxy.port);
    assert_eq!(why, NotFetched::ProxyPassword { proxy: address });
}
