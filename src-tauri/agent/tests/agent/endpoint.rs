//! Endpoints that hand out sessions to programs of this computer: who is served there, and who is not.

use std::sync::Arc;
use std::time::Duration;

use hatrack_agent::protocol::{
    EndpointOutcome, EndpointView, ErrorCode, Event, OpenEndpoint, OpenedEndpoint, Reply, Request,
    RoleChoice, SessionRef, Topic, UseOutcome, UseProcess,
};
use hatrack_core::session::SwitchOptions;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::world::*;

pub fn of(session: SessionRef) -> OpenEndpoint {
    OpenEndpoint {
        of: session,
        keep: true,
        options: SwitchOptions::default(),
        mfa_code: None,
        allow_endpoint: false,
    }
}

pub fn role(profile: &str) -> SessionRef {
    SessionRef::Role(RoleChoice::Exact(profile.into()))
}

pub async fn opened_with(world: &World, request: OpenEndpoint) -> OpenedEndpoint {
    match world.ask(Request::OpenEndpoint(request)).await.unwrap() {
        Reply::Endpoint(EndpointOutcome::Open(opened)) => *opened,
        other => panic!("{other:?}"),
    }
}

pub async fn opened(world: &World, profile: &str) -> OpenedEndpoint {
    opened_with(world, of(role(profile))).await
}

pub async fn endpoints(world: &World) -> Vec<EndpointView> {
    match world.ask(Request::Endpoints).await.unwrap() {
        Reply::Endpoints(endpoints) => endpoints,
        other => panic!("{other:?}"),
    }
}

pub fn host(opened: &OpenedEndpoint) -> &str {
    let address = opened.endpoint.address.strip_prefix("http://").unwrap();
    address.strip_suffix("/credentials").unwrap()
}

/// The status and the body that a request gets, written as it goes over the wire.
pub async fn sends(host: &str, request: &str) -> (u16, String) {
    let exchange = async {
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let answer = soon(exchange).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or_default();
    (status.parse().unwrap_or_default(), body.to_owned())
}

pub fn right(opened: &OpenedEndpoint) -> String {
    format!(
        "GET /credentials HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nAccept: application/json\r\n\r\n",
        host(opened),
        opened.token.expose()
    )
}

pub async fn asks(opened: &OpenedEndpoint) -> (u16, String) {
    sends(host(opened), &right(opened)).await
}

pub async fn given(opened: &OpenedEndpoint) -> Value {
    let (status, body) = asks(opened).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

#[tokio::test]
async fn it_gives_what_sdks_expect_and_the_same_session_to_all() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    let port: u16 = host(&opened).strip_prefix("127.0.0.1:").unwrap().parse().unwrap();
    assert!(port >= 1024);
    let token = opened.token.expose();
    assert!(token.len() == 64 && token.chars().all(|c| c.is_ascii_hexdigit()));
    assert_eq!(opened.region, "eu-west-1");
    let first = given(&opened).await;
    assert_eq!(first["AccessKeyId"], "ASIA1");
    for name in ["SecretAccessKey", "Token", "Expiration"] {
        assert!(
            first[name].as_str().is_some_and(|text| !text.is_empty()),
            "{name}"
        );
    }
    assert_eq!(first["AccountId"], "081278057606");
    assert_eq!(given(&opened).await, first);
    assert_eq!(world.sts.calls(), 1);
}

#[tokio::test]
async fn e58_of_twelve_requests_one_is_served() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    let (host, token) = (host(&opened), opened.token.expose());
    let port = host.rsplit(':').next().unwrap();
    let hosted =
        |host: &str| format!("GET /credentials HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n\r\n");
    let with = |header: &str| {
        format!("GET /credentials HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n{header}\r\n\r\n")
    };
    let lined = |line: &str| format!("{line} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n\r\n");
    let authorized =
        |given: &str| format!("GET /credentials HTTP/1.1\r\nHost: {host}\r\nAuthorization: {given}\r\n\r\n");
    let hostile = [
        format!("GET /credentials HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        authorized(&"0".repeat(64)),
        authorized(&format!("{token}0")),
        hosted("evil.example"),
        hosted(&format!("localhost:{port}")),
        with("Origin: http://evil.example"),
        with("Sec-Fetch-Site: cross-site"),
        lined("POST /credentials"),
        lined("OPTIONS /credentials"),
        lined(&format!("GET /credentials?Authorization={token}")),
        lined("GET http://evil.example/credentials"),
    ];
    for request in &hostile {
        let (status, body) = sends(host, request).await;
        assert_eq!(status, 403, "{request}");
        assert!(
            !body.contains("ASIA") && !body.contains(token),
            "{request}: {body}"
        );
    }
    given(&opened).await;
    let log = endpoints(&world).await.remove(0);
    assert_eq!((log.served, log.refused), (1, 11));
    assert_eq!(world.sts.calls(), 1);
}

#[tokio::test]
async fn g5_many_that_ask_at_once_are_all_served_by_one_call() {
    let world = World::new().await;
    let opened = Arc::new(opened(&world, "stuzio").await);
    world.clock.pass(Duration::from_secs(61 * 60));
    let mut askers = JoinSet::new();
    // As many as may be connected at once, less some.
    for _ in 0..120 {
        let opened = opened.clone();
        askers.spawn(async move { given(&opened).await["AccessKeyId"].clone() });
    }
    let keys = soon(askers.join_all()).await;
    assert!(keys.iter().all(|key| key == "ASIA2"), "{keys:?}");
    assert_eq!(world.sts.calls(), 2);
}

#[tokio::test]
async fn requests_that_are_no_http_or_far_too_long_are_turned_away() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    let (host, token) = (host(&opened), opened.token.expose());
    let wrong = [
        "nonsense\r\n\r\n".to_owned(),
        format!("GET /credentials HTTP/1.0\r\nAuthorization: {token}\r\n\r\n"),
        format!(
            "GET /credentials HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\nAuthorization: {token}\r\n\r\n"
        ),
        format!(
            "GET /credentials HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\nAuthorization: x\r\n\r\n"
        ),
        format!(
            "GET /credentials HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\nX: {}\r\n\r\n",
            "x".repeat(9000)
        ),
    ];
    for request in &wrong {
        let (status, body) = sends(host, request).await;
        assert!((400..500).contains(&status), "{status} {request}");
        assert!(!body.contains("ASIA"), "{request}");
    }
    given(&opened).await;
}

#[tokio::test]
async fn e56_a_thousand_that_say_nothing_keep_nobody_out() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    let mut silent = Vec::new();
    for number in 0..1000 {
        let stream = TcpStream::connect(host(&opened)).await.unwrap();
        // Some are let go meanwhile, so that this process has files left.
        if number % 4 == 0 {
            silent.push(stream);
        }
    }
    given(&opened).await;
}

#[tokio::test]
async fn listeners_are_told_of_uses_and_the_log_says_who_asked() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    let listener = world.listen().await;
    given(&opened).await;
    let told = async {
        loop {
            if let Event::Changed { topics, .. } = listener.next().await
                && topics.contains(&Topic::Endpoints)
            {
                return;
            }
        }
    };
    soon(told).await;
    let log = endpoints(&world).await.remove(0);
    assert_eq!((log.served, log.refused, log.uses.len()), (1, 0, 1));
    let used = &log.uses[0];
    assert_eq!((used.outcome, used.why.as_deref()), (UseOutcome::Served, None));
    if cfg!(target_os = "linux") {
        let UseProcess::Known { pid, program } = &used.process else {
            panic!("{used:?}");
        };
        assert_eq!(*pid, std::process::id());
        let own = std::env::current_exe().unwrap();
        assert_eq!(own.file_name().unwrap().to_string_lossy(), *program);
    }
}

#[tokio::test]
async fn keys_as_they_are_have_no_endpoint_and_unknown_sessions_none_either() {
    let world = World::new().await;
    let refused = world.ask(Request::OpenEndpoint(of(role("temporary")))).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Invalid);
    let nothing = of(SessionRef::Id("nothing".into()));
    let refused = world.ask(Request::OpenEndpoint(nothing)).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::NoSuchSession);
    let session = world.session("stuzio").await;
    let session_id = session.id;
    let closed = world.ask(Request::EndpointAccess { session_id }).await;
    assert_eq!(closed.unwrap_err().code, ErrorCode::NoSuchSession);
    assert!(matches!(
        world.ask(Request::OpenEndpoint(of(role("guarded")))).await,
        Ok(Reply::Endpoint(EndpointOutcome::Needs { .. }))
    ));
}

#[tokio::test]
async fn a_default_profile_that_sdks_take_first_is_told() {
    let world = World::new().await;
    assert!(opened(&world, "stuzio").await.notes.is_empty());
    let keys = "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = canary\n";
    let world = World::with_config(&format!("{CONFIG}\n{keys}")).await;
    let notes = opened(&world, "stuzio").await.notes;
    assert!(notes.len() == 1 && notes[0].contains("AWS_PROFILE"), "{notes:?}");
}
