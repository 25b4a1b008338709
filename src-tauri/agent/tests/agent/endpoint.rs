//! Endpoints that hand out sessions to programs of this computer.

use std::time::Duration;

use hatrack_agent::protocol::{
    EndRequest, EndpointOutcome, EndpointView, ErrorCode, Event, OpenEndpoint, OpenedEndpoint, Reply,
    Request, RoleChoice, SessionRef, SwitchRequest, Topic, UseOutcome, UseProcess,
};
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts::AwsFailure;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::*;

const MINUTE: Duration = Duration::from_secs(60);

fn of(session: SessionRef) -> OpenEndpoint {
    OpenEndpoint {
        of: session,
        keep: true,
        options: SwitchOptions::default(),
        mfa_code: None,
        allow_endpoint: false,
    }
}

fn role(profile: &str) -> SessionRef {
    SessionRef::Role(RoleChoice::Exact(profile.into()))
}

async fn opened_with(world: &World, request: OpenEndpoint) -> OpenedEndpoint {
    match world.ask(Request::OpenEndpoint(request)).await.unwrap() {
        Reply::Endpoint(EndpointOutcome::Open(opened)) => *opened,
        other => panic!("{other:?}"),
    }
}

async fn opened(world: &World, profile: &str) -> OpenedEndpoint {
    opened_with(world, of(role(profile))).await
}

async fn endpoints(world: &World) -> Vec<EndpointView> {
    match world.ask(Request::Endpoints).await.unwrap() {
        Reply::Endpoints(endpoints) => endpoints,
        other => panic!("{other:?}"),
    }
}

async fn end(world: &World, session_id: &str) {
    let session = SessionRef::Id(session_id.to_owned());
    world.ask(Request::End(EndRequest { session })).await.unwrap();
}

fn host(opened: &OpenedEndpoint) -> &str {
    let address = opened.endpoint.address.strip_prefix("http://").unwrap();
    address.strip_suffix("/credentials").unwrap()
}

/// The status and the body that a request gets, written as it goes over the wire.
async fn sends(host: &str, request: &str) -> (u16, String) {
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

fn right(opened: &OpenedEndpoint) -> String {
    format!(
        "GET /credentials HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nAccept: application/json\r\n\r\n",
        host(opened),
        opened.token.expose()
    )
}

async fn asks(opened: &OpenedEndpoint) -> (u16, String) {
    sends(host(opened), &right(opened)).await
}

async fn given(opened: &OpenedEndpoint) -> Value {
    let (status, body) = asks(opened).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

async fn is_shut(opened: &OpenedEndpoint) {
    let refused = async {
        while TcpStream::connect(host(opened)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    soon(refused).await;
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
async fn it_follows_its_session_through_renewals() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    given(&opened).await;
    world.clock.pass(51 * MINUTE);
    assert_eq!(given(&opened).await["AccessKeyId"], "ASIA2");
    // After its end, too: a job may have paused.
    world.clock.pass(61 * MINUTE);
    world.service().mailbox.wake();
    assert_eq!(given(&opened).await["AccessKeyId"], "ASIA3");
    let sessions = world.sessions().await;
    assert_eq!((sessions.len(), &sessions[0].id), (1, &opened.session.id));
}

#[tokio::test]
async fn where_a_person_is_needed_it_says_so_at_once() {
    let world = World::new().await;
    world.codes_for_each_role().await;
    // A window listens, and nobody is asked there.
    let listener = world.listen().await;
    let mut request = SwitchRequest::of(RoleChoice::Exact("guarded".into()));
    request.mfa_code = Some("123456".parse().unwrap());
    let session = switched(world.switch_with(request).await);
    let opened = opened_with(&world, of(SessionRef::Id(session.id))).await;
    world.clock.pass(55 * MINUTE);
    // What is left of it is given.
    assert_eq!(given(&opened).await["AccessKeyId"], session.access_key_id);
    world.clock.pass(6 * MINUTE);
    let (status, body) = asks(&opened).await;
    assert_eq!(status, 503, "{body}");
    let failure: Value = serde_json::from_str(&body).unwrap();
    assert!(
        failure["message"].as_str().unwrap().contains("MFA code"),
        "{body}"
    );
    let log = endpoints(&world).await.remove(0);
    assert_eq!(log.uses[0].outcome, UseOutcome::Failed);
    end(&world, &opened.session.id).await;
    loop {
        match soon(listener.next()).await {
            Event::Withdrawn { .. } => break,
            Event::Asked { .. } => panic!("somebody was asked"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn where_aws_cannot_be_reached_the_rest_of_the_session_serves() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    let unreachable = || {
        Err(AwsFailure::Unreachable {
            service: "STS",
            region: "eu-west-1".into(),
            why: "no route".into(),
        })
    };
    world.sts.answers.lock().unwrap().push_back(unreachable());
    world.clock.pass(55 * MINUTE);
    assert_eq!(given(&opened).await["AccessKeyId"], "ASIA1");
    world.sts.answers.lock().unwrap().push_back(unreachable());
    world.sts.answers.lock().unwrap().push_back(unreachable());
    world.clock.pass(6 * MINUTE);
    let (status, body) = asks(&opened).await;
    assert!(status == 503 && body.contains("no route"), "{status} {body}");
    given(&opened).await;
}

#[tokio::test]
async fn it_closes_with_its_session_and_history_tells() {
    let world = World::new().await;
    let opened = opened(&world, "stuzio").await;
    given(&opened).await;
    end(&world, &opened.session.id).await;
    assert!(endpoints(&world).await.is_empty());
    is_shut(&opened).await;
    let rows = world.history().await;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.event.as_str(), row.client.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("switch", "hat"),
            ("endpoint_open", "hat"),
            ("switch_back", "hat"),
            ("endpoint_close", "agent")
        ]
    );
    let closed = rows[3].detail.as_deref().unwrap();
    assert!(
        closed.contains("1 time") && closed.contains("switched back"),
        "{closed}"
    );
    let whole = format!("{rows:?}");
    assert!(
        !whole.contains(opened.token.expose()),
        "the token is in the history"
    );
}

#[tokio::test]
async fn all_close_with_all_sessions_and_with_the_agent() {
    let mut world = World::new().await;
    let first = opened(&world, "stuzio").await;
    let second = opened(&world, "troy").await;
    assert_eq!(endpoints(&world).await.len(), 2);
    world.ask(Request::EndAll).await.unwrap();
    is_shut(&first).await;
    is_shut(&second).await;
    let third = opened(&world, "stuzio").await;
    world.restart().await;
    is_shut(&third).await;
    assert!(endpoints(&world).await.is_empty());
    assert_eq!(world.sessions().await.len(), 1, "the session lives on");
}

#[tokio::test]
async fn it_is_one_for_a_session_and_can_be_closed_by_hand() {
    let world = World::new().await;
    let first = opened(&world, "stuzio").await;
    let by_id = of(SessionRef::Id(first.session.id.clone()));
    let again = opened_with(&world, by_id).await;
    assert_eq!(
        (again.endpoint.address, again.token),
        (first.endpoint.address.clone(), first.token.clone())
    );
    let close = Request::CloseEndpoint {
        session: SessionRef::Id(first.session.id.clone()),
    };
    world.ask(close).await.unwrap();
    is_shut(&first).await;
    let close = Request::CloseEndpoint {
        session: SessionRef::Id(first.session.id.clone()),
    };
    assert_eq!(world.ask(close).await.unwrap_err().code, ErrorCode::NoSuchSession);
    // A new one knows nothing of the old token.
    let anew = opened(&world, "stuzio").await;
    assert_ne!(anew.token, first.token);
    let old = right(&anew).replace(anew.token.expose(), first.token.expose());
    assert_eq!(sends(host(&anew), &old).await.0, 403);
}

#[tokio::test]
async fn it_closes_behind_the_last_that_holds_it_unless_it_is_kept() {
    let world = World::new().await;
    let serving = world.serve();
    let hold = async |id: &str| -> tokio::task::JoinHandle<_> {
        let (id, client) = (id.to_owned(), world.client().await);
        tokio::spawn(async move { client.hold_endpoint(&id).await })
    };
    let mut request = of(role("stuzio"));
    request.keep = false;
    let first = opened_with(&world, request.clone()).await;
    let (one, other) = (hold(&first.session.id).await, hold(&first.session.id).await);
    held_by(&world, 2).await;
    one.abort();
    held_by(&world, 1).await;
    given(&first).await;
    other.abort();
    is_shut(&first).await;

    let again = opened_with(&world, request.clone()).await;
    let waits = hold(&again.session.id).await;
    held_by(&world, 1).await;
    end(&world, &again.session.id).await;
    let told = soon(waits).await.unwrap().unwrap();
    assert!(told.contains("switched back"), "{told}");

    request.keep = true;
    let kept = opened_with(&world, request).await;
    let holds = hold(&kept.session.id).await;
    held_by(&world, 1).await;
    holds.abort();
    held_by(&world, 0).await;
    given(&kept).await;
    drop(serving);
}

/// Waits until so many hold the one endpoint.
async fn held_by(world: &World, holds: u32) {
    let counted = async {
        while endpoints(world).await[0].holds != holds {
            tokio::task::yield_now().await;
        }
    };
    soon(counted).await;
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
