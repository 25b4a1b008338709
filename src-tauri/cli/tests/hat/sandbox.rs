//! `hat sandbox`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{HAT, Ran, eventually};

fn start(dir: &Path) -> Child {
    let mut hat = Command::new(HAT);
    hat.args(["sandbox", "--dir"])
        .arg(dir)
        .args(["--max-life", "20m"]);
    let mut sandbox = hat.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(sandbox.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(Path::new(line.trim_end()), dir);
    sandbox
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
}

#[test]
fn it_prints_its_folder_when_ready_and_ends_its_agent_when_interrupted() {
    for ending in [Signal::INT, Signal::TERM] {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("s");
        let mut sandbox = start(&dir);
        for file in ["config", "credentials", "sandbox.json", "env"] {
            assert!(dir.join(file).is_file(), "{file}");
        }
        let script = format!(
            ". '{}/env'; export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent; \
             '{HAT}' switch stuzio --json && '{HAT}' agent --status --json",
            dir.display()
        );
        let ran = Ran::of(
            Command::new("bash")
                .args(["-c", &script])
                .stdin(Stdio::null())
                .output()
                .unwrap(),
        );
        let mut values = serde_json::Deserializer::from_str(ran.succeeded()).into_iter::<serde_json::Value>();
        assert_eq!(values.next().unwrap().unwrap()["life"], 1200);
        let status = values.next().unwrap().unwrap();
        assert_eq!(status["sandbox"], true);

        signal(&sandbox, ending);
        assert_eq!(sandbox.wait().unwrap().code(), Some(0));
        let agent = Pid::from_raw(i32::try_from(status["pid"].as_u64().unwrap()).unwrap()).unwrap();
        eventually("the end of the agent", || {
            rustix::process::test_kill_process(agent).is_err().then_some(())
        });
    }
}
