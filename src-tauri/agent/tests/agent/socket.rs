//! The socket: who may connect, who owns it, and many clients.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::process::{Command, Stdio};
use std::time::Duration;

use futures::future::join_all;
use hatrack_agent::client::{Agent, AgentError};
use hatrack_agent::protocol::{
    ErrorCode, Event, HandOutOutcome, HandOutRequest, RoleChoice, SessionRef, SwitchRequest,
};
use hatrack_agent::server::{ClaimError, claim};
use hatrack_core::caller::Client;
use hatrack_core::history_view::HistoryQuery;
use hatrack_store::home::Home;

use crate::world::*;

#[tokio::test]
async fn a_client_does_the_whole_job_over_the_socket() {
    let world = World::new().await;
    let _serving = world.serve();
    let agent = world.client().await;
    let mut events = agent.subscribe().await.unwrap();
    let session = switched(
        agent
            .switch(SwitchRequest::of(RoleChoice::Exact("stuzio".into())))
            .await
            .unwrap(),
    );
    assert!(matches!(soon(events.next()).await, Some(Event::Changed { .. })));
    let request = HandOutRequest::of(SessionRef::Id(session.id.clone()));
    let HandOutOutcome::Given(given) = agent.hand_out(request).await.unwrap() else {
        panic!("nothing given");
    };
    assert_eq!(given.credentials.secret_access_key.expose(), "canary-issued-1");
    assert_eq!(agent.sessions().await.unwrap(), std::slice::from_ref(&session));
    assert!(agent.catalog().await.unwrap().roles.len() > 3);
    let window = agent.as_caller(world.caller_as(Client::Window, &[]));
    window.set_favourite("stuzio", true).await.unwrap();
    window.end(SessionRef::Id(session.id)).await.unwrap();
    let rows = agent.history(HistoryQuery::default()).await.unwrap().rows;
    let said: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row.event.as_str(), row.client.as_str()))
        .collect();
    assert_eq!(
        said,
        [("switch_back", "window"), ("hand_out", "hat"), ("switch", "hat")]
    );
    let status = agent.status().await.unwrap();
    assert_eq!(
        (status.sessions, status.subscribers, status.pid),
        (0, 1, std::process::id())
    );
    let refused = agent.renew(hatrack_agent::protocol::RenewRequest {
        session: SessionRef::Id("nothing".into()),
        mfa_code: None,
        duration: None,
        allow_endpoint: false,
    });
    assert_eq!(refused.await.unwrap_err().code(), Some(ErrorCode::NoSuchSession));
}

#[tokio::test]
async fn two_hundred_clients_make_one_call() {
    let world = World::new().await;
    let _serving = world.serve();
    world.sts.close_gate();
    let client = |_| async {
        let request = HandOutRequest::of(SessionRef::Role(RoleChoice::Exact("stuzio".into())));
        world.client().await.hand_out(request).await.unwrap()
    };
    let all = async { tokio::join!(join_all((0..200).map(client)), async { world.sts.open_gate() }).0 };
    let given = soon(all).await;
    assert!(
        given
            .iter()
            .all(|outcome| matches!(outcome, HandOutOutcome::Given(_)))
    );
    assert_eq!(world.sts.calls(), 1);
}

#[tokio::test]
async fn the_socket_and_its_folder_are_this_users_alone() {
    let world = World::new().await;
    let _serving = world.serve();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&world.home.socket()), 0o600);
    assert_eq!(mode(world.home.runtime()), 0o700);
}

/// Only root can become somebody else. First the modes of folder and socket keep the other out; then every mode is
/// opened, so that only the check of the peer is left.
#[tokio::test(flavor = "multi_thread")]
async fn e54_another_users_process_is_refused() {
    use std::os::unix::process::CommandExt;
    let world = World::new().await;
    let _serving = world.serve();
    if !rustix::process::geteuid().is_root() {
        // Past the harness, which keeps what a test that passes says to itself.
        let note = b"\nNOT CHECKED: that another user's process is refused, for want of root\n";
        std::io::Write::write_all(&mut std::io::stderr(), note).unwrap();
        return;
    }
    let open = |path: &std::path::Path| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    };
    let script = r#"
        use IO::Socket::UNIX;
        $SIG{PIPE} = "IGNORE";
        my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "no connection: $!";
        print $s "{\"protocol\":1,\"version\":\"x\"}\n"; $s->flush;
        my $line = <$s>; print defined $line ? "answered" : "closed";
    "#;
    let run = |user: u32| {
        let mut command = Command::new("perl");
        command
            .arg("-e")
            .arg(script)
            .arg(world.home.socket())
            .uid(user)
            .gid(user);
        let output = command.output().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    tokio::task::block_in_place(|| {
        assert_eq!(run(0), "answered");
        // The test's folder is open, so that what keeps the other out is the folder of the socket itself.
        open(world.folder.path());
        assert!(run(65534).starts_with("no connection: Permission denied"));
        let mut folder = world.home.socket();
        while folder.pop() && folder.starts_with(world.folder.path()) {
            open(&folder);
        }
        assert!(
            run(65534).starts_with("no connection: Permission denied"),
            "the socket's own mode"
        );
        open(&world.home.socket());
        assert_eq!((run(0).as_str(), run(65534).as_str()), ("answered", "closed"));
    });
}

#[tokio::test]
async fn e59_a_stale_socket_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    drop(std::os::unix::net::UnixListener::bind(home.socket()).unwrap());
    assert!(home.socket().exists());
    let claimed = claim(&home).unwrap();
    tokio::net::UnixStream::connect(home.socket()).await.unwrap();
    drop(claimed);
    assert!(!home.socket().exists());
}

#[tokio::test]
async fn e59_a_link_or_a_file_in_the_sockets_place_is_refused_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    let target = folder.path().join("elsewhere.sock");
    let listening = std::os::unix::net::UnixListener::bind(&target).unwrap();
    std::os::unix::fs::symlink(&target, home.socket()).unwrap();
    assert!(matches!(claim(&home), Err(ClaimError::InTheWay { .. })));
    let caller = caller(folder.path(), Client::Hat, &[]);
    assert!(matches!(
        Agent::connect(&home, caller.clone()).await,
        Err(AgentError::NotOurs { .. })
    ));
    assert!(
        std::fs::symlink_metadata(&target)
            .unwrap()
            .file_type()
            .is_socket()
    );
    drop(listening);

    std::fs::remove_file(home.socket()).unwrap();
    std::fs::write(home.socket(), "precious").unwrap();
    assert!(matches!(claim(&home), Err(ClaimError::InTheWay { .. })));
    assert!(matches!(
        Agent::connect(&home, caller).await,
        Err(AgentError::NotOurs { .. })
    ));
    assert_eq!(std::fs::read_to_string(home.socket()).unwrap(), "precious");
}

#[tokio::test]
async fn g68_of_many_at_once_one_owns_the_home() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    let runtime = tokio::runtime::Handle::current();
    let claims: Vec<_> = std::thread::scope(|scope| {
        let claim_it = || {
            let _inside = runtime.enter();
            claim(&home)
        };
        let all: Vec<_> = (0..16).map(|_| scope.spawn(claim_it)).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(claims.iter().filter(|claim| claim.is_ok()).count(), 1);
    assert!(
        claims
            .iter()
            .flat_map(|claim| claim.as_ref().err())
            .all(|why| matches!(why, ClaimError::Owned))
    );
    // The owner's socket is there, whatever the others tried.
    tokio::net::UnixStream::connect(home.socket()).await.unwrap();
}

const HELPER_HOME: &str = "HATRACK_TEST_CLAIM";

/// Not a test: the process that the next one kills.
#[tokio::test]
#[ignore = "run by g69"]
async fn helper_that_claims_and_waits() {
    let home = Home::at(std::path::Path::new(&std::env::var(HELPER_HOME).unwrap()));
    let _claimed = claim(&home).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn g69_a_killed_owners_lock_is_released() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["socket::helper_that_claims_and_waits", "--exact", "--ignored"])
        .env(HELPER_HOME, folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    soon(async {
        while tokio::net::UnixStream::connect(home.socket()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert!(matches!(claim(&home), Err(ClaimError::Owned)));
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(home.socket().exists(), "it had no time to remove its socket");
    let _claimed = claim(&home).unwrap();
    tokio::net::UnixStream::connect(home.socket()).await.unwrap();
}

#[tokio::test]
async fn a_client_hears_that_no_agent_runs() {
    let folder = tempfile::tempdir().unwrap();
    let caller = caller(folder.path(), Client::Hat, &[]);
    let nobody = Agent::connect(&Home::at(folder.path()), caller).await;
    assert!(matches!(nobody, Err(AgentError::NotRunning)));
}

#[tokio::test]
async fn a_client_connects_again_to_the_next_agent() {
    let mut world = World::new().await;
    let serving = world.serve();
    let agent = world.client().await;
    agent.sessions().await.unwrap();
    drop(serving);
    world.restart().await;
    let _serving = world.serve();
    soon(async {
        // The end of the first is heard of beside the next request, which may still be lost with it.
        while agent.sessions().await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
