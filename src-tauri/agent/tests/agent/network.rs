//! What lies between a caller and AWS: a wrong clock, a proxy, a network that wants to be signed in to, no network.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hatrack_agent::protocol::Event;
use hatrack_agent::protocol::{
    ChangeSettings, ErrorCode, GiveProxyLogin, HandOutOutcome, HandOutRequest, Reply, Request, RoleChoice,
    SessionRef, Status, Topic,
};
use hatrack_agent::service::Answered;
use hatrack_core::caller::CallerContext;
use hatrack_core::choice::ProxyChoice;
use hatrack_core::secret::Secret;
use hatrack_core::view::{NeedView, SwitchOutcome};
use hatrack_sandbox::{Effect, On};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::stage::{Stage, to};
use crate::world::soon;

impl Stage {
    async fn status(&self) -> Status {
        match self.ask(Request::Status).await.unwrap() {
            Reply::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }

    /// The caller with more variables.
    pub fn caller_with(&self, more: &[(&str, String)]) -> CallerContext {
        let own: Vec<(String, String)> = self
            .caller
            .vars()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let more = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        CallerContext::new(
            self.caller.client,
            self.caller.working_folder.clone(),
            own.into_iter().chain(more),
        )
    }

    pub async fn ask_as(&self, caller: CallerContext, request: Request) -> Reply {
        match self.agent.service.answer(caller, request).await.unwrap() {
            Answered::Reply(reply) => *reply,
            Answered::Listening(_) => panic!("a subscription"),
        }
    }
}

#[tokio::test]
async fn h72_a_clock_that_is_an_hour_off_switches_and_is_told() {
    for (seconds, way) in [
        (3600, "differ by 1 h; this computer's is behind"),
        (-3600, "differ by 1 h; this computer's is ahead"),
        (300, "differ by 5 min; this computer's is behind"),
    ] {
        let stage = Stage::new().await;
        assert_eq!(stage.status().await.clock_note, None);
        let Ok(Answered::Listening(changes)) = stage
            .agent
            .service
            .answer(stage.caller.clone(), Request::Subscribe)
            .await
        else {
            panic!("no subscription");
        };
        stage.sandbox.admin().set_clock_ahead(seconds);
        let SwitchOutcome::Switched { session, notes } = stage.switch(to(&stage.story("S1").profile)).await
        else {
            panic!("no session");
        };
        // What is left is by AWS's own clock.
        assert!((3590..=3600).contains(&session.seconds_left), "{session:?}");
        let note = stage.status().await.clock_note.unwrap();
        assert!(note.contains(way), "{note}");
        assert!(notes.contains(&note), "{notes:?}");
        loop {
            if let Event::Changed { topics, .. } = soon(changes.next()).await
                && topics.contains(&Topic::Status)
            {
                break;
            }
        }
    }
}

#[tokio::test]
async fn h72_a_right_clock_is_no_news() {
    let stage = Stage::new().await;
    let SwitchOutcome::Switched { notes, .. } = stage.switch(to(&stage.story("S1").profile)).await else {
        panic!("no session");
    };
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(stage.status().await.clock_note, None);
}

/// A proxy that wants "troy" and "canary pass", and carries every host to one server. Counts what it carried.
async fn proxy_to(server: String) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let carried = Arc::new(AtomicUsize::new(0));
    let counter = carried.clone();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (server, counter) = (server.clone(), counter.clone());
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await.unwrap());
                }
                let text = String::from_utf8(head.clone()).unwrap();
                if !text.contains("Basic dHJveTpjYW5hcnkgcGFzcw==") {
                    let refused =
                        b"HTTP/1.1 407 X\r\nproxy-authenticate: Basic realm=x\r\ncontent-length: 0\r\n\r\n";
                    client.write_all(refused).await.unwrap();
                    return;
                }
                counter.fetch_add(1, Ordering::SeqCst);
                let mut server = tokio::net::TcpStream::connect(server).await.unwrap();
                server.write_all(&head).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (port, carried)
}

/// A caller whose AWS is by a name that only the proxy knows, by plain HTTP.
pub async fn behind_proxy() -> (Stage, u16, Arc<AtomicUsize>) {
    let stage = Stage::new().await;
    let server = stage.sandbox.endpoint().trim_start_matches("http://").to_owned();
    let (port, carried) = proxy_to(server).await;
    (stage, port, carried)
}

pub fn far() -> (&'static str, String) {
    ("AWS_ENDPOINT_URL", "http://aws.example:4566".to_owned())
}

pub fn asked(stage: &Stage) -> Request {
    let mut switch = to(&stage.story("S1").profile);
    switch.allow_endpoint = true;
    Request::Switch(switch)
}

pub fn proxy_asks(reply: &Reply) -> Option<&str> {
    match reply {
        Reply::Switch(SwitchOutcome::Needs {
            need: NeedView::ProxyPassword { proxy },
        }) => Some(proxy),
        _ => None,
    }
}

#[tokio::test]
async fn i79_a_proxy_that_asks_is_a_need_and_its_login_serves_from_then_on() {
    let (stage, port, carried) = behind_proxy().await;
    let address = format!("127.0.0.1:{port}");
    let caller = stage.caller_with(&[far(), ("HTTP_PROXY", address.clone())]);
    let reply = stage.ask_as(caller.clone(), asked(&stage)).await;
    assert_eq!(proxy_asks(&reply), Some(address.as_str()), "{reply:?}");
    let give = |name: &str, password: &str| {
        Request::GiveProxyLogin(GiveProxyLogin {
            proxy: address.clone(),
            name: name.to_owned(),
            password: Secret::new(password),
        })
    };
    // A wrong one is asked for again; the call has reached nobody meanwhile.
    stage.ask(give("troy", "canary wrong")).await.unwrap();
    let reply = stage.ask_as(caller.clone(), asked(&stage)).await;
    assert_eq!(proxy_asks(&reply), Some(address.as_str()), "{reply:?}");
    assert_eq!(stage.sandbox.admin().calls("AssumeRole"), 0);
    stage.ask(give("troy", "canary pass")).await.unwrap();
    let reply = stage.ask_as(caller.clone(), asked(&stage)).await;
    assert!(
        matches!(reply, Reply::Switch(SwitchOutcome::Switched { .. })),
        "{reply:?}"
    );
    assert!(carried.load(Ordering::SeqCst) > 0);
    assert_eq!(stage.sandbox.admin().calls("AssumeRole"), 1);
    // The password is on disk sealed, if at all.
    for entry in walk(stage.folder.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        let holds = bytes.windows(6).any(|window| window == b"canary");
        assert!(!holds, "{}", entry.display());
    }
}

/// Every file under a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn i79_a_login_that_could_not_be_sent_is_refused() {
    let stage = Stage::new().await;
    for (proxy, name, password) in [
        ("", "troy", "p"),
        ("proxy.example", "troy", "p"),
        ("http://proxy.example:1", "troy", "p"),
        ("troy:canary@proxy.example:1", "troy", "p"),
        ("proxy.example:3128", "", "p"),
        ("proxy.example:3128", "tr:oy", "p"),
        ("proxy.example:3128", "troy", "p\r\nx: y"),
    ] {
        let login = GiveProxyLogin {
            proxy: proxy.to_owned(),
            name: name.to_owned(),
            password: Secret::new(password),
        };
        let refused = stage.ask(Request::GiveProxyLogin(login)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid, "{proxy} {name}");
    }
}

/// A desktop whose proxy is set by hand: a `gsettings` of its own, first on the caller's PATH.
fn desktop(stage: &Stage, port: u16) -> Vec<(&'static str, String)> {
    let bin = stage.folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let program = bin.join("gsettings");
    let script = format!(
        "#!/bin/sh\n\
         [ \"$*\" = 'list-recursively org.gnome.system.proxy' ] || exit 1\n\
         echo \"org.gnome.system.proxy mode 'manual'\"\n\
         echo \"org.gnome.system.proxy ignore-hosts ['localhost']\"\n\
         echo \"org.gnome.system.proxy.http host '127.0.0.1'\"\n\
         echo \"org.gnome.system.proxy.http port {port}\"\n"
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    vec![
        ("PATH", format!("{}:/usr/bin:/bin", bin.display())),
        ("XDG_CURRENT_DESKTOP", "GNOME".to_owned()),
    ]
}

#[tokio::test]
async fn the_desktop_s_proxy_is_used_where_the_environment_names_none_and_the_person_wants_it() {
    let (stage, port, _) = behind_proxy().await;
    let mut vars = desktop(&stage, port);
    vars.push(far());
    let system = format!("127.0.0.1:{port}");
    let reply = stage.ask_as(stage.caller_with(&vars), asked(&stage)).await;
    assert_eq!(proxy_asks(&reply), Some(system.as_str()), "{reply:?}");
    // The environment's goes before it.
    let (other, _) = proxy_to("127.0.0.1:1".to_owned()).await;
    let named = [
        vars.clone(),
        vec![("http_proxy", format!("http://127.0.0.1:{other}"))],
    ]
    .concat();
    let reply = stage.ask_as(stage.caller_with(&named), asked(&stage)).await;
    let address = format!("127.0.0.1:{other}");
    assert_eq!(proxy_asks(&reply), Some(address.as_str()), "{reply:?}");
    for (choice, by_desktop, by_name) in [
        (ProxyChoice::Environment, false, true),
        (ProxyChoice::None, false, false),
        (ProxyChoice::System, true, true),
    ] {
        let settings = ChangeSettings {
            proxy: Some(choice),
            ..ChangeSettings::default()
        };
        stage.ask(Request::SetSettings(settings)).await.unwrap();
        for (vars, asks) in [(&vars, by_desktop), (&named, by_name)] {
            let answer = stage
                .agent
                .service
                .answer(stage.caller_with(vars), asked(&stage))
                .await;
            // Without a proxy nobody knows the name.
            let asked = matches!(&answer, Ok(Answered::Reply(reply)) if proxy_asks(reply).is_some());
            assert_eq!(asked, asks, "{choice:?}");
            assert_eq!(answer.is_ok(), asks, "{choice:?}");
        }
    }
}

#[tokio::test]
async fn a_hand_out_says_how_s3_is_reached() {
    let stage = Stage::new().await;
    let caller = stage.caller_with(&[
        ("HTTP_PROXY", "proxy.example:3128".to_owned()),
        ("NO_PROXY", "127.0.0.1".to_owned()),
    ]);
    let of = SessionRef::Role(RoleChoice::Exact(stage.story("S1").profile));
    let reply = stage
        .ask_as(caller, Request::HandOut(HandOutRequest::of(of)))
        .await;
    let Reply::HandOut(HandOutOutcome::Given(given)) = reply else {
        panic!("{reply:?}");
    };
    assert_eq!(given.s3.proxy.unwrap().expose(), "proxy.example:3128");
    assert_eq!(given.s3.no_proxy.as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn i77_a_network_that_wants_a_sign_in_is_named_in_the_failure_of_a_switch() {
    let stage = Stage::new().await;
    stage.sandbox.admin().inject(
        On::Sts,
        1,
        Effect::Respond {
            status: 200,
            content_type: "text/html".to_owned(),
            body: "<html>canary</html>".into(),
        },
    );
    let request = Request::Switch(to(&stage.story("S1").profile));
    let failed = stage.ask(request).await.unwrap_err();
    assert_eq!(failed.code, ErrorCode::Aws);
    assert!(
        failed.message.contains("this network asks for a sign-in first"),
        "{failed}"
    );
    assert!(!failed.message.contains("canary"), "{failed}");
}
