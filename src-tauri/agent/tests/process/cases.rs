//! The cases.

use std::fs;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use hatrack_agent::client::{Agent, AgentError, HatExecutable};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_store::home::Home;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{sleep, timeout};

pub const NAMES: [&str; 6] = [
    "g68_of_many_starters_one_agent_comes",
    "g69_a_killed_agent_is_followed_by_another",
    "told_to_end_it_takes_its_socket_away",
    "stop_ends_it_after_the_answer",
    "one_that_nobody_can_find_ends",
    "it_cannot_be_looked_into_and_has_left_its_terminal",
];

pub fn run(case: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let home = Home::of_environment().unwrap();
    runtime.block_on(async {
        match NAMES.iter().position(|name| *name == case).unwrap() {
            0 => many_starters(&home).await,
            1 => killed(&home).await,
            2 => told_to_end(&home).await,
            3 => stopped(&home).await,
            4 => not_found(&home).await,
            _ => looked_into(&home).await,
        }
        end(&home).await;
    });
}

async fn connect(home: &Home) -> Agent {
    let caller = CallerContext::new(Client::Hat, "/".into(), []);
    let hat = HatExecutable::current().unwrap();
    Agent::connect_or_start(home, caller, hat).await.unwrap()
}

async fn pid(agent: &Agent) -> u32 {
    agent.status().await.unwrap().pid
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), what)
        .await
        .expect("it did not come")
}

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.try_into().unwrap()).unwrap(), signal).unwrap();
}

async fn until_gone(pid: u32) {
    soon(async {
        while is_running(pid) {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// One that ended and waits to be reaped does not run.
fn is_running(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
    !matches!(state, None | Some('Z'))
}

async fn end(home: &Home) {
    let caller = CallerContext::new(Client::Hat, "/".into(), []);
    if let Ok(agent) = Agent::connect(home, caller).await {
        let pid = pid(&agent).await;
        agent.stop().await.unwrap();
        until_gone(pid).await;
    }
}

async fn many_starters(home: &Home) {
    let agents = soon(join_all((0..20).map(|_| connect(home)))).await;
    let pids = join_all(agents.iter().map(pid)).await;
    assert!(pids.iter().all(|one| *one == pids[0]), "{pids:?}");
    assert_ne!(pids[0], std::process::id());
}

async fn killed(home: &Home) {
    let agent = connect(home).await;
    let first = pid(&agent).await;
    signal(first, Signal::KILL);
    until_gone(first).await;
    assert!(home.socket().exists());
    let second = soon(async {
        loop {
            // The request that meets the end of the first agent is lost; the next starts another.
            if let Ok(status) = agent.status().await {
                return status.pid;
            }
        }
    })
    .await;
    assert_ne!(first, second);
}

async fn told_to_end(home: &Home) {
    for told in [Signal::TERM, Signal::INT, Signal::HUP] {
        let agent = connect(home).await;
        let pid = pid(&agent).await;
        signal(pid, told);
        until_gone(pid).await;
        assert!(!home.socket().exists());
    }
}

async fn stopped(home: &Home) {
    let agent = connect(home).await;
    let pid = pid(&agent).await;
    agent.stop().await.unwrap();
    until_gone(pid).await;
    assert!(!home.socket().exists());
    let caller = CallerContext::new(Client::Hat, "/".into(), []);
    assert!(matches!(
        Agent::connect(home, caller).await,
        Err(AgentError::NotRunning)
    ));
}

async fn not_found(home: &Home) {
    let agent = connect(home).await;
    let pid = pid(&agent).await;
    let socket = home.socket();
    fs::remove_file(&socket).unwrap();
    // Somebody else's in its place is not taken away with it.
    fs::write(&socket, "precious").unwrap();
    until_gone(pid).await;
    assert_eq!(fs::read_to_string(&socket).unwrap(), "precious");
    fs::remove_file(&socket).unwrap();
}

async fn looked_into(home: &Home) {
    let agent = connect(home).await;
    let pid = pid(&agent).await;
    let read = |what: &str| fs::read(Path::new("/proc").join(pid.to_string()).join(what)).unwrap();
    let text = |what: &str| String::from_utf8_lossy(&read(what)).into_owned();

    let cores = text("limits");
    let cores = cores
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap()
        .to_owned();
    assert_eq!(cores.split_whitespace().nth(4), Some("0"), "{cores}");
    // What belongs to a process that is not dumpable belongs to root.
    use std::os::unix::fs::MetadataExt;
    assert_eq!(fs::metadata(format!("/proc/{pid}/environ")).unwrap().uid(), 0);
    if rustix::process::geteuid().is_root() {
        assert!(!text("environ").contains("canary-of-the-first-caller"));
    }
    let stat = text("stat");
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    assert_eq!(fields[3], pid.to_string(), "it leads a session of its own");
    assert_eq!(fields[4], "0", "it has no terminal");
}
