//! What a switch through the agent takes beyond the SDK's AssumeRole, in turns in one process on one server.
//!
//! Reads what to do as JSON from standard input, prints the medians in milliseconds as JSON. Each round has a session
//! name of its own, so that each switch is a call to STS; the agent writes vault and history as always.

#![allow(clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_sdk_sts::config::{BehaviorVersion, Region};
use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{RoleChoice, SwitchRequest};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::view::SwitchOutcome;
use hatrack_store::home::Home;
use serde::Deserialize;

#[derive(Deserialize)]
struct Task {
    endpoint: String,
    profile: String,
    role_arn: String,
    access_key_id: String,
    secret_access_key: String,
    rounds: usize,
}

#[tokio::main]
async fn main() {
    let task: Task = serde_json::from_reader(std::io::stdin()).expect("a task on standard input");
    let sdk = sdk(&task);
    let agent = agent().await;
    let (mut bare, mut switched) = (Vec::new(), Vec::new());
    for round in 0..=task.rounds {
        let one = timed(assume(&sdk, &task.role_arn, round)).await;
        let other = timed(switch(&agent, &task.profile, round)).await;
        // The first round opens connections.
        if round > 0 {
            bare.push(one);
            switched.push(other);
        }
    }
    println!(
        "{{\"bare_ms\": {:.3}, \"switch_ms\": {:.3}}}",
        median_ms(bare),
        median_ms(switched)
    );
}

fn sdk(task: &Task) -> aws_sdk_sts::Client {
    let keys = Credentials::new(&task.access_key_id, &task.secret_access_key, None, None, "bench");
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(&task.endpoint)
        .credentials_provider(keys)
        .http_client(http);
    aws_sdk_sts::Client::from_conf(config.build())
}

async fn agent() -> Agent {
    let folder = std::env::current_dir().expect("a working folder");
    let caller = CallerContext::new(Client::Hat, folder, std::env::vars());
    let home = Home::of_environment().expect("a home");
    Agent::connect(&home, caller).await.expect("a running agent")
}

async fn assume(sdk: &aws_sdk_sts::Client, role_arn: &str, round: usize) {
    let call = sdk
        .assume_role()
        .role_arn(role_arn)
        .role_session_name(format!("bare-{round}"));
    call.send().await.expect("AssumeRole");
}

async fn switch(agent: &Agent, profile: &str, round: usize) {
    let mut request = SwitchRequest::of(RoleChoice::Exact(profile.to_owned()));
    request.options.session_name = Some(format!("switch-{round}").parse().expect("a session name"));
    let outcome = agent.switch(request).await.expect("an answer");
    assert!(
        matches!(outcome, SwitchOutcome::Switched { .. }),
        "not a session: {outcome:?}"
    );
}

async fn timed(work: impl Future<Output = ()>) -> Duration {
    let began = Instant::now();
    work.await;
    began.elapsed()
}

fn median_ms(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}
