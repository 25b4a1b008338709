//! The sandbox of a test, and what it tells about its stories.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha1::Sha1;

use crate::app::{Variables, hat};
use crate::desktop::{Desktop, Process, tell_if_failing};

/// A running `hat sandbox`, in a folder of its own.
pub struct World {
    _process: Process,
    _folder: tempfile::TempDir,
    pub told: Value,
}

impl World {
    /// Starts one; `arguments` go to `hat sandbox`.
    pub fn start(desktop: &Desktop, arguments: &[&str]) -> Self {
        let made = tempfile::Builder::new()
            .prefix("hatrack-world-")
            .tempdir()
            .unwrap();
        let folder = made.path().join("sandbox");
        let mut command = desktop.command(hat());
        command
            .args(["sandbox", "--dir"])
            .arg(&folder)
            .args(arguments)
            .stdout(Stdio::piped());
        let mut process = Process::start(&mut command);
        let mut ready = String::new();
        let mut output = BufReader::new(process.0.stdout.take().unwrap());
        output.read_line(&mut ready).unwrap();
        assert!(!ready.trim().is_empty(), "the sandbox said nothing");
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let told = std::fs::read(folder.join("sandbox.json")).unwrap();
        Self {
            _process: process,
            _folder: made,
            told: serde_json::from_slice(&told).unwrap(),
        }
    }

    fn path(&self, name: &str) -> String {
        self.told[name].as_str().unwrap().to_owned()
    }

    /// Hatrack's own files.
    pub fn home(&self) -> PathBuf {
        self.path("home").into()
    }

    /// The variables that lead a program to it. The region is not set: profiles have theirs.
    pub fn variables(&self) -> Variables {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        vec![
            ("AWS_CONFIG_FILE".into(), self.path("config_file")),
            (
                "AWS_SHARED_CREDENTIALS_FILE".into(),
                self.path("credentials_file"),
            ),
            ("AWS_ENDPOINT_URL".into(), self.path("endpoint")),
            ("HATRACK_HOME".into(), text(&self.home())),
        ]
    }

    /// A story by its ID.
    pub fn story(&self, id: &str) -> Story<'_> {
        let stories = self.told["stories"].as_array().unwrap();
        let story = stories.iter().find(|story| story["id"] == id);
        Story(story.unwrap_or_else(|| panic!("the sandbox has no story {id}")))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for log in ["window.log", "agent.log"] {
            tell_if_failing(&self.home().join(log));
        }
    }
}

/// One story.
#[derive(Clone, Copy)]
pub struct Story<'a>(pub &'a Value);

impl Story<'_> {
    pub fn field(&self, name: &str) -> &str {
        self.0[name]
            .as_str()
            .unwrap_or_else(|| panic!("the story has no {name}: {}", self.0))
    }

    pub fn profile(&self) -> &str {
        self.field("profile")
    }

    pub fn role_name(&self) -> &str {
        self.field("role_arn").rsplit('/').next().unwrap()
    }

    pub fn bucket(&self) -> &str {
        self.field("bucket")
    }

    pub fn first_key(&self) -> &str {
        self.0["keys"][0].as_str().unwrap()
    }

    /// What its MFA device shows now.
    pub fn code(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        totp(&base32(self.field("mfa_seed")), now / 30)
    }
}

/// RFC 6238 with SHA-1 and six digits, as virtual MFA devices of AWS have it.
fn totp(seed: &[u8], step: u64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(seed).unwrap();
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let four: [u8; 4] = digest[at..at + 4].try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(four) & 0x7FFF_FFFF) % 1_000_000)
}

/// RFC 4648, section 6.
fn base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for c in text.trim_end_matches('=').bytes() {
        let five = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|known| *known == c)
            .unwrap();
        bits = (bits << 5 | u32::try_from(five).unwrap()) & 0xFFFF;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).unwrap());
        }
    }
    bytes
}

#[test]
fn codes_are_those_of_the_rfc() {
    // RFC 6238, appendix B, SHA-1: eight digits there, of which six are ours.
    let seed = base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_eq!(seed, b"12345678901234567890");
    assert_eq!(totp(&seed, 59 / 30), "287082");
    assert_eq!(totp(&seed, 1_111_111_109 / 30), "081804");
}
