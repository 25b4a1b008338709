//! Real shells read the export lines: bash, zsh, dash, ksh, fish. `make setup` installs zsh, fish and ksh.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use hatrack_core::export::{Exports, Shell, export_text, unset_text};
use hatrack_core::secret::{Credentials, Secret};
use proptest::prelude::*;

/// Each with the options that keep the person's own start-up files out.
const SHELLS: [(&str, &[&str], Shell); 6] = [
    ("sh", &[], Shell::Posix),
    ("bash", &["--norc"], Shell::Posix),
    ("dash", &[], Shell::Posix),
    ("ksh", &[], Shell::Posix),
    ("zsh", &["-f"], Shell::Posix),
    ("fish", &["--no-config"], Shell::Fish),
];

const NAMES: [&str; 9] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
];

/// Runs `script` on standard input, as a person's paste would be, with stale variables set before.
fn run(program: &str, options: &[&str], script: &str) -> String {
    run_in("C.UTF-8", program, options, script)
}

fn run_in(locale: &str, program: &str, options: &[&str], script: &str) -> String {
    let mut child = Command::new(program)
        .args(options)
        .env_clear()
        .envs([
            ("PATH", std::env::var("PATH").unwrap().as_str()),
            ("HOME", "/nonexistent"),
            ("LC_ALL", locale),
            ("AWS_PROFILE", "stale"),
            ("AWS_DEFAULT_PROFILE", "stale"),
            ("AWS_SECURITY_TOKEN", "stale"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; make setup installs it"));
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.is_empty(),
        "{program}: {} {errors}",
        output.status
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The environment that a program started after `script` sees, as far as it concerns AWS.
fn environment_after(program: &str, options: &[&str], script: &str) -> BTreeMap<String, String> {
    let out = run(program, options, &format!("{script}\nenv -0\n"));
    out.split('\0')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| NAMES.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn credentials(secret: &str) -> Credentials {
    Credentials {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: Secret::new(secret),
        session_token: Some(Secret::new("IQoJb3JpZ2luX2VjE/+token==")),
        expires_at: Some("2026-11-22T12:00:00Z".parse().unwrap()),
    }
}

fn script(shell: Shell, secret: &str) -> String {
    let credentials = credentials(secret);
    let exports = Exports {
        credentials: &credentials,
        region: "eu-west-1",
        role: None,
    };
    export_text(shell, exports).unwrap().expose().to_owned()
}

const HOSTILE: [&str; 32] = [
    "plain/Secret+Key=",
    "it's",
    "'",
    "''''",
    "a''b",
    "'; touch /tmp/hatrack-was-here; '",
    "`id`",
    "$(id)",
    "${HOME}",
    "$HOME",
    "%PATH%",
    "!!",
    "a!b!c",
    "^a^b",
    "a & b && c | d > e < f",
    "\\",
    "\\'",
    "trailing\\",
    "\u{2019}; id; \u{2018}",
    "#no comment ~ * ? [x] {a,b}",
    "\"double\"",
    "\u{202E}\u{1F3A9} ß",
    "!-1 !?a !$ !{x}",
    "it's!!'!x",
    "$'\\x41' $\"x\" $((1+1)) $[1]",
    "<(id) =(id) =ls",
    "\u{2018}\u{201A}\u{201B}\u{201C}\u{201D}\u{201E}",
    "\u{2028}id\u{2029}\u{A0}",
    "-n -- -e",
    "%s %d %%",
    "(x) {a..c} [[ ]] ((1))",
    "\\u2019 \\x27 \\047",
];

#[test]
fn e61_real_shells_read_each_value_literally() {
    for (program, options, shell) in SHELLS {
        for value in HOSTILE {
            let seen = environment_after(program, options, &script(shell, value));
            assert_eq!(seen["AWS_SECRET_ACCESS_KEY"], value, "{program}");
        }
    }
}

#[test]
fn e61_an_exclamation_mark_is_no_event_of_the_history() {
    // Bash looks for them at a terminal only, or where it is told to.
    let watchful = "set -o history\nset -o histexpand\ntrue\n";
    for value in HOSTILE {
        let seen = environment_after(
            "bash",
            &["--norc"],
            &format!("{watchful}{}", script(Shell::Posix, value)),
        );
        assert_eq!(seen["AWS_SECRET_ACCESS_KEY"], value);
    }
}

#[test]
fn e61_where_letters_are_bytes_each_value_is_the_same() {
    for (program, options, shell) in SHELLS {
        for value in HOSTILE {
            let script = format!("{}env -0\n", script(shell, value));
            let out = run_in("C", program, options, &script);
            let wanted = format!("AWS_SECRET_ACCESS_KEY={value}\0");
            assert!(out.contains(&wanted), "{program}: {value}");
        }
    }
}

#[test]
fn an_export_sets_both_regions_and_drops_stale_profiles() {
    for (program, options, shell) in SHELLS {
        let seen = environment_after(program, options, &script(shell, "secret"));
        let wanted: BTreeMap<String, String> = [
            ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjE/+token=="),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_CREDENTIAL_EXPIRATION", "2026-11-22T12:00:00Z"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        assert_eq!(seen, wanted, "{program}");
    }
}

#[test]
fn unset_text_takes_everything_back() {
    for (program, options, shell) in SHELLS {
        let both = script(shell, "secret") + unset_text(shell).unwrap().expose();
        assert_eq!(
            environment_after(program, options, &both),
            BTreeMap::new(),
            "{program}"
        );
        // With nothing set, it is no error either.
        environment_after(program, options, unset_text(shell).unwrap().expose());
    }
}

#[test]
fn zsh_with_doubled_quotes_reads_the_same() {
    for value in HOSTILE {
        let script = format!("setopt RC_QUOTES\n{}", script(Shell::Posix, value));
        assert_eq!(
            environment_after("zsh", &["-f"], &script)["AWS_SECRET_ACCESS_KEY"],
            value
        );
    }
}

/// Any text without control characters, leaning to what shells act on.
fn value() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        "'\"`$\\!%^&|;<>(){}[]*?~# =\u{2018}\u{2019}"
            .chars()
            .collect::<Vec<_>>(),
    );
    let any = any::<char>().prop_filter("control characters are refused", |c| !c.is_control());
    prop::collection::vec(prop_oneof![3 => special, 1 => any], 0..24).prop_map(String::from_iter)
}

/// Reads many values in one run of the shell: each is exported, and printed before the next.
fn reads_back(program: &str, options: &[&str], shell: Shell, values: &[String]) {
    let mut batch = String::new();
    for value in values {
        batch += &script(shell, value);
        batch += "printf '%s\\0' \"$AWS_SECRET_ACCESS_KEY\"\n";
    }
    let out = run(program, options, &batch);
    let read: Vec<&str> = out.strip_suffix('\0').unwrap_or(&out).split('\0').collect();
    assert_eq!(read, values, "{program}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_reads_back_from_sh_and_fish(values in prop::collection::vec(value(), 1..64)) {
        reads_back("sh", &[], Shell::Posix, &values);
        reads_back("fish", &["--no-config"], Shell::Fish, &values);
    }
}
