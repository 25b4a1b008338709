//! The agent as a process: started by many at once, killed, told to end, looked into.
//!
//! This program is its own `hat`: with the arguments `agent --foreground` it is the agent. Each case runs in a process
//! of its own, whose environment names a home of its own. The listing is what `cargo nextest` asks of a harness.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod cases;

use std::process::{Command, ExitCode};

use hatrack_agent::run::{Options, run};
use hatrack_store::home::Home;

const CASE: &str = "HATRACK_TEST_CASE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["agent", "--foreground"] {
        return agent();
    }
    if let Ok(case) = std::env::var(CASE) {
        cases::run(&case);
        return ExitCode::SUCCESS;
    }
    let names = cases::NAMES.iter().filter(|name| {
        let mut filters = arguments
            .iter()
            .filter(|argument| !argument.starts_with('-'))
            .peekable();
        filters.peek().is_none() || filters.any(|filter| name.contains(filter.as_str()))
    });
    if arguments.iter().any(|argument| argument == "--list") {
        // What is listed as ignored is listed apart, and nothing is.
        if !arguments.iter().any(|argument| argument == "--ignored") {
            cases::NAMES.iter().for_each(|name| println!("{name}: test"));
        }
        return ExitCode::SUCCESS;
    }
    let failed = names.filter(|name| !passes(name)).count();
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn agent() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let home = Home::of_environment().unwrap();
    match runtime.block_on(run(&home, Options::default())) {
        Ok(_) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn passes(name: &str) -> bool {
    let home = tempfile::tempdir().unwrap();
    let passed = Command::new(std::env::current_exe().unwrap())
        .env(CASE, name)
        .env("HATRACK_HOME", home.path())
        .env("AWS_SECRET_ACCESS_KEY", "canary-of-the-first-caller")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .status()
        .unwrap()
        .success();
    println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
    passed
}
