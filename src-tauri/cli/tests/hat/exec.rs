//! `hat exec`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::UseKind;
use hatrack_core::caller::{CallerContext, Client};
use hatrack_store::home::Home;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::stage::{HAT, Ran, Stage, eventually};

/// What an SDK does: takes the line from `[default]` and gives it to a shell.
const LIKE_AN_SDK: &str = r#"sh -c "$(sed -n 's/^credential_process = //p' "$AWS_CONFIG_FILE")""#;

fn exec(stage: &Stage, role: &str, script: &str) -> Command {
    stage.hat(["exec", role, "--", "bash", "-c", script])
}

fn ran(mut command: Command) -> Ran {
    Ran::of(command.output().unwrap())
}

#[test]
fn the_exit_code_is_the_commands() {
    let stage = Stage::set();
    for code in [0, 1, 7, 255] {
        assert_eq!(
            ran(exec(&stage, "stuzio", &format!("exit {code}"))).code,
            Some(code)
        );
    }
    assert_eq!(ran(exec(&stage, "stuzio", "kill -KILL $$")).code, Some(128 + 9));
    stage
        .run(["exec", "stuzio", "--", "no-such-program-anywhere"])
        .failed(1);
}

#[test]
fn arguments_and_streams_pass_unchanged() {
    let stage = Stage::set();
    let ran = stage.run([
        "exec", "stuzio", "--", "printf", "%s|", "a b", "$(id)", "--json", "-x",
    ]);
    assert_eq!(ran.succeeded(), "a b|$(id)|--json|-x|");
}

#[test]
fn signals_reach_the_command() {
    let stage = Stage::set();
    for (signal, name) in [
        (Signal::TERM, "TERM"),
        (Signal::INT, "INT"),
        (Signal::HUP, "HUP"),
        (Signal::QUIT, "QUIT"),
        (Signal::USR1, "USR1"),
    ] {
        let script = format!("trap 'exit 42' {name}; echo ready; while :; do sleep 0.02; done");
        let mut child = exec(&stage, "stuzio", &script).spawn().unwrap();
        wait_for_line(&mut child);
        kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(42), "{name}");
    }
}

fn wait_for_line(child: &mut Child) {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "ready\n");
}

#[test]
fn a_hostile_default_profile_and_stale_variables_do_not_win() {
    let stage = Stage::set();
    let hostile = "[default]\naws_access_key_id = AKIAWRONGWRONGWRONG1\naws_secret_access_key = wrong\n\
                   aws_session_token = wrong\ncredential_process = /bin/false\nregion = us-west-1\n";
    let credentials = fs::read_to_string(stage.credentials_file()).unwrap();
    fs::write(stage.credentials_file(), format!("{hostile}\n{credentials}")).unwrap();
    let aws = stage.folder().join(".aws");
    fs::create_dir(&aws).unwrap();
    fs::write(aws.join("config"), hostile).unwrap();
    fs::write(aws.join("credentials"), hostile).unwrap();

    let script = format!("env | grep ^AWS_ | sort; cat \"$AWS_CONFIG_FILE\"; echo ----; {LIKE_AN_SDK}");
    let mut command = exec(&stage, "stuzio", &script);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN",
        "AWS_DEFAULT_PROFILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
    ] {
        command.env(name, "wrong");
    }
    let ran = ran(command);
    let (before, printed) = ran.succeeded().split_once("----\n").unwrap();
    assert!(
        !before.contains("wrong") && !before.contains("us-west-1"),
        "{before}"
    );
    let region = &stage.story("S13").region;
    assert!(
        before.contains(&format!("AWS_REGION={region}\n"))
            && before.contains(&format!("\nregion = {region}\n"))
    );
    let printed: Value = serde_json::from_str(printed).unwrap();
    assert_eq!(
        printed["AccessKeyId"],
        stage.json(["sessions", "--json"])[0]["access_key_id"]
    );
    assert_eq!(printed["AccountId"], "081278057606");
}

#[test]
fn the_private_files_are_private_and_go_away() {
    let stage = Stage::set();
    let script = r#"stat -c '%a' "$AWS_CONFIG_FILE" "$AWS_SHARED_CREDENTIALS_FILE" "$(dirname "$AWS_CONFIG_FILE")"
                    stat -c '%s' "$AWS_SHARED_CREDENTIALS_FILE"; echo "$AWS_CONFIG_FILE""#;
    let ran = ran(exec(&stage, "stuzio", script));
    let lines: Vec<&str> = ran.succeeded().lines().collect();
    assert_eq!(lines[..4], ["600", "600", "700", "0"]);
    let file = std::path::Path::new(lines[4]);
    assert!(file.starts_with(stage.home()) && !file.parent().unwrap().exists());
}

#[test]
fn the_profiles_endpoint_goes_along() {
    let stage = Stage::set();
    let ran = ran(exec(&stage, "stuzio", r#"cat "$AWS_CONFIG_FILE""#));
    let config = stage.json(["config"]);
    let endpoint = config["profiles"]["stuzio"]["endpoint_url"].as_str().unwrap();
    assert!(
        ran.succeeded().contains(&format!("endpoint_url = {endpoint}\n")),
        "{ran:?}"
    );
}

#[test]
fn credentials_stay_fresh_while_the_command_runs() {
    let stage = Stage::with(hatrack_sandbox::Options {
        max_life: Some(std::time::Duration::from_secs(3)),
        ..Default::default()
    });
    let script = format!(
        "one() {{ {LIKE_AN_SDK} | sed -n 's/.*\"AccessKeyId\":\"\\([^\"]*\\).*/\\1/p'; }}; \
         first=$(one); for i in $(seq 200); do next=$(one); [ \"$first\" = \"$next\" ] || {{ echo fresh; exit; }}; sleep 0.05; done"
    );
    assert_eq!(ran(exec(&stage, "stuzio", &script)).succeeded(), "fresh\n");
}

#[test]
fn a_start_in_the_environment_serves_though_the_command_cannot_see_it() {
    let stage = Stage::set();
    let start = stage.story("S14").environment.clone().unwrap();
    let script = format!("echo \"[$AWS_ACCESS_KEY_ID]\"; {LIKE_AN_SDK}");
    let mut command = exec(&stage, &start.profile, &script);
    command
        .env("AWS_ACCESS_KEY_ID", &start.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &start.secret_access_key)
        .env("AWS_SESSION_TOKEN", &start.session_token);
    let ran = ran(command);
    let (key, printed) = ran.succeeded().split_once('\n').unwrap();
    assert_eq!(key, "[]");
    let printed: Value = serde_json::from_str(printed).unwrap();
    assert_eq!(printed["AccountId"], "345678901234");
}

#[test]
fn after_a_switch_back_the_command_gets_the_role_anew() {
    let stage = Stage::set();
    let script = format!("'{HAT}' end stuzio && {LIKE_AN_SDK}");
    let printed = ran(exec(&stage, "stuzio", &script)).json();
    assert_eq!(printed["AccountId"], "081278057606");
    assert_eq!(stage.admin().calls("AssumeRole"), 2);
}

#[test]
fn hat_inside_means_the_persons_own_files() {
    let stage = Stage::set();
    let script = format!("'{HAT}' switch asi-production --json");
    assert_eq!(
        ran(exec(&stage, "stuzio", &script)).json()["profile"],
        "asi-production"
    );
}

#[test]
fn options_hold_for_what_the_command_gets() {
    let stage = Stage::set();
    let script = format!("{LIKE_AN_SDK} >/dev/null && '{HAT}' sessions --json");
    let sessions = ran(stage.hat([
        "exec",
        "stuzio",
        "--session-name",
        "at-work",
        "--duration",
        "15m",
        "--",
        "bash",
        "-c",
        &script,
    ]))
    .json();
    assert_eq!(sessions.as_array().unwrap().len(), 1);
    assert_eq!(
        (&sessions[0]["session_name"], &sessions[0]["life"]),
        (&"at-work".into(), &900.into())
    );
}

#[test]
fn nothing_runs_where_there_are_no_credentials() {
    let stage = Stage::set();
    let marker = stage.folder().join("ran");
    let touch = [
        "exec",
        &stage.story("X2").profile,
        "--",
        "touch",
        marker.to_str().unwrap(),
    ];
    stage.run(touch).failed(3);
    assert!(!marker.exists());
}

#[test]
fn a_killed_hat_leaves_no_secret_and_the_next_one_tidies_up() {
    let stage = Stage::set();
    let folders = || {
        let runtime = stage.home().join("run");
        let names = fs::read_dir(runtime)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("exec-")).count()
    };
    let mut child = exec(&stage, "stuzio", "echo ready; sleep 0.3").spawn().unwrap();
    wait_for_line(&mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(folders(), 1);
    let token = stage.json(["credential-process", "stuzio"])["SessionToken"]
        .as_str()
        .unwrap()
        .to_owned();
    for file in stage.files_of_home() {
        let bytes = fs::read(&file).unwrap();
        assert!(
            !String::from_utf8_lossy(&bytes).contains(&token),
            "{}",
            file.display()
        );
    }
    ran(exec(&stage, "stuzio", "true")).succeeded();
    assert_eq!(folders(), 0);
}

#[test]
fn the_agent_knows_that_the_command_runs() {
    let stage = Stage::set();
    let mut command = exec(&stage, "stuzio", "read -r line");
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let runtime = Runtime::new().unwrap();
    let known = || {
        let caller = CallerContext::new(Client::Hat, "/".into(), []);
        let uses = runtime.block_on(async {
            let agent = Agent::connect(&Home::at(stage.home()), caller).await.ok()?;
            agent.uses().await.ok()
        })?;
        uses.into_iter().next()?.uses.into_iter().next()
    };
    let running = eventually("the command", || known().filter(|known| known.running == 1));
    assert_eq!(
        (running.kind, running.what.as_deref()),
        (UseKind::Exec, Some("bash"))
    );
    drop(child.stdin.take());
    child.wait().unwrap();
    eventually("its end", || known().filter(|known| known.running == 0));

    let mut again = command.spawn().unwrap();
    eventually("another", || known().filter(|known| known.running == 1));
    let ended = stage.run(["end", "--all"]);
    assert!(
        ended.err.ends_with("; these still have them: bash, which runs\n"),
        "{ended:?}"
    );
    drop(again.stdin.take());
    again.wait().unwrap();
}
