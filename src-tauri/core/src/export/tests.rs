//! Formats whose readers are not at hand, read back by their documented rules. The shells that are at hand read
//! for themselves in `tests/export_shells.rs`.
#![allow(clippy::unwrap_used)]

use jiff::Timestamp;

use super::*;
use crate::secret::{Credentials, Secret};

fn credentials(secret: &str) -> Credentials {
    Credentials {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: Secret::new(secret),
        session_token: Some(Secret::new("IQoJb3JpZ2luX2VjE/+token==")),
        expires_at: Some("2026-11-22T12:00:00.75Z".parse::<Timestamp>().unwrap()),
    }
}

fn text(shell: Shell, secret: &str) -> Result<String, Unquotable> {
    let credentials = credentials(secret);
    let exports = Exports {
        credentials: &credentials,
        region: "eu-west-1",
        role: None,
    };
    export_text(shell, exports).map(|text| text.expose().to_owned())
}

/// What stands between the quotes in the line that sets `AWS_SECRET_ACCESS_KEY`.
fn written(shell: Shell, secret: &str) -> String {
    let text = text(shell, secret).unwrap();
    let line = text
        .lines()
        .find(|line| line.contains("AWS_SECRET_ACCESS_KEY"))
        .unwrap();
    let frame = shell.frame();
    let rest = line
        .strip_prefix(frame.before)
        .unwrap()
        .strip_prefix("AWS_SECRET_ACCESS_KEY")
        .unwrap();
    let rest = rest.strip_prefix(frame.between).unwrap();
    rest.strip_suffix(frame.after).unwrap().to_owned()
}

/// Values that shells act on, each by itself and in company.
const HOSTILE: [&str; 22] = [
    "it's",
    "''",
    "'; rm -rf ~; '",
    "`id`",
    "$(id)",
    "${HOME} $HOME",
    "\u{2019}; calc; \u{2018}",
    "\u{201B}\u{201A}'\u{2019}",
    "back\\slash\\",
    "\\'",
    "a & b | c > d < e ^ f",
    "#{x} ~ * ? [a]",
    "- -n",
    "\u{202E}txt.exe",
    "%PATH%",
    "%COMSPEC:~0,1%",
    "!x! !!",
    "say \"hi\"; calc; \"",
    "\u{201C}; calc; \u{201D}\u{201E}",
    "`\u{2018}$(calc)`\u{2018}",
    "\u{2028}calc\u{2029}",
    "@{x=1} @' <# #> --%",
];

#[test]
fn e61_powershell_reads_each_value_literally() {
    // about_Quoting_Rules: a doubled quote between single quotes is one quote; language specification 2.3.5.2:
    // single-quote-character is U+0027 and U+2018 to U+201B.
    let is_quote = |c: char| matches!(c, '\'' | '\u{2018}'..='\u{201B}');
    for value in HOSTILE {
        let written = written(Shell::PowerShell, value);
        let mut letters = written.chars();
        let mut read = String::new();
        while let Some(c) = letters.next() {
            if is_quote(c) {
                assert!(
                    letters.next().is_some_and(is_quote),
                    "{value}: the string would end early in {written}"
                );
            }
            read.push(c);
        }
        assert_eq!(read, value);
    }
}

#[test]
fn e61_nu_reads_each_value_literally() {
    // The Nushell book, "Working with Strings": in double quotes only the backslash escapes.
    for value in HOSTILE.into_iter().chain(["$\"(id)\"", "\\u{41}", "\\n"]) {
        let written = written(Shell::Nu, value);
        let mut letters = written.chars();
        let mut read = String::new();
        while let Some(c) = letters.next() {
            assert_ne!(c, '"', "{value}: the string would end early in {written}");
            read.push(if c == '\\' { letters.next().unwrap() } else { c });
        }
        assert_eq!(read, value);
    }
}

#[test]
fn e61_cmd_takes_a_value_literally_or_refuses_it() {
    // Microsoft, "cmd": quotes keep these characters literal.
    let kept = "a & b | c > d < e ^ f (g) 'h' `i` $j ; , =";
    assert_eq!(written(Shell::Cmd, kept), kept);
    let literal = |c: char| (c == ' ' || c.is_ascii_graphic()) && !"%!\"".contains(c);
    for value in HOSTILE {
        match text(Shell::Cmd, value) {
            Ok(_) => assert!(
                value.chars().all(literal) && written(Shell::Cmd, value) == value,
                "{value}"
            ),
            Err(refused) => {
                assert!(matches!(refused, Unquotable::Character { .. }) && !value.chars().all(literal))
            }
        }
    }
    for value in [
        "%PATH%",
        "100%",
        "!x!",
        "\"",
        "a\" & calc & \"",
        "\u{2019}",
        "\u{201D}",
        "\u{FF02}",
    ] {
        assert!(
            matches!(
                text(Shell::Cmd, value),
                Err(Unquotable::Character {
                    shell: Shell::Cmd,
                    ..
                })
            ),
            "{value}"
        );
    }
}

#[test]
fn e61_dotenv_refuses_what_its_readers_disagree_about() {
    let plain = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY=EXAMPLEKEY";
    assert_eq!(written(Shell::Dotenv, plain), plain);
    for value in HOSTILE.into_iter().chain(["a b", "a#b", "\"a\"", "%PATH%", "é"]) {
        assert!(
            matches!(text(Shell::Dotenv, value), Err(Unquotable::Character { .. })),
            "{value}"
        );
    }
}

#[test]
fn e61_json_holds_every_value() {
    for value in HOSTILE
        .into_iter()
        .chain(["\0", "a\nb", "\u{1b}[2J", "\u{7f}", "\"\\\""])
    {
        let json: serde_json::Value = serde_json::from_str(&text(Shell::Json, value).unwrap()).unwrap();
        assert_eq!(json["AWS_SECRET_ACCESS_KEY"], value);
        let names: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            [
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN",
                "AWS_REGION",
                "AWS_DEFAULT_REGION",
                "AWS_CREDENTIAL_EXPIRATION"
            ]
        );
        assert_eq!(json["AWS_CREDENTIAL_EXPIRATION"], "2026-11-22T12:00:00Z");
    }
}

#[test]
fn e61_no_shell_gets_a_character_that_a_terminal_acts_on() {
    for shell in Shell::ALL.into_iter().filter(|shell| *shell != Shell::Json) {
        for value in [
            "a\nb",
            "a\0b",
            "a\rb",
            "a\tb",
            "\u{1b}[201~id\n",
            "\u{3}",
            "\u{7f}",
            "\u{85}",
            "\u{9b}A",
        ] {
            let refused = text(shell, value);
            assert!(
                matches!(refused, Err(Unquotable::Character { .. })),
                "{shell} {value:?}"
            );
        }
    }
}

#[test]
fn a_refusal_names_the_variable_and_never_the_value() {
    let refused = text(Shell::Cmd, "canary%").unwrap_err();
    assert!(matches!(
        &refused,
        Unquotable::Character {
            name: "AWS_SECRET_ACCESS_KEY",
            ..
        }
    ));
    assert!(!format!("{refused} {refused:?}").contains("canary"));
}

#[test]
fn unset_text_names_each_variable_in_each_language() {
    for shell in Shell::ALL.into_iter().filter(|shell| *shell != Shell::Dotenv) {
        let text = unset_text(shell).unwrap();
        for name in [
            "ACCESS_KEY_ID",
            "SECRET_ACCESS_KEY",
            "SESSION_TOKEN",
            "REGION",
            "DEFAULT_REGION",
        ] {
            assert!(text.expose().contains(&format!("AWS_{name}")), "{shell} {name}");
        }
    }
    let json: serde_json::Value = serde_json::from_str(unset_text(Shell::Json).unwrap().expose()).unwrap();
    assert!(json.as_object().unwrap().values().all(serde_json::Value::is_null));
    assert!(matches!(
        unset_text(Shell::Dotenv),
        Err(Unquotable::CannotUnset { shell: Shell::Dotenv })
    ));
}

#[test]
fn long_term_keys_leave_no_token_of_an_older_session_beside_them() {
    let keys = Credentials {
        session_token: None,
        expires_at: None,
        ..credentials("secret")
    };
    let text = export_text(
        Shell::Posix,
        Exports {
            credentials: &keys,
            region: "us-east-1",
            role: None,
        },
    )
    .unwrap();
    let lines: Vec<&str> = text.expose().lines().collect();
    assert!(lines.contains(&"unset AWS_SESSION_TOKEN") && lines.contains(&"unset AWS_CREDENTIAL_EXPIRATION"));
}

#[test]
fn the_preview_is_the_text_with_dots_for_secrets() {
    for shell in Shell::ALL {
        let credentials = credentials("canary-secret/of+36/characters/long");
        let masked = Masked::of_credentials(&credentials, "eu-west-1");
        let shown = preview(shell, &masked).unwrap();
        let secrets = [
            credentials.secret_access_key.expose(),
            credentials.session_token.as_ref().unwrap().expose(),
        ];
        let mut next = secrets.iter();
        let mut text = String::new();
        for line in &shown.lines {
            let value = match (&line.value, line.secret_chars) {
                (Some(value), None) => value.clone(),
                (None, Some(chars)) => {
                    let secret = next.next().unwrap();
                    assert_eq!(secret.chars().count(), chars as usize);
                    (*secret).to_owned()
                }
                _ => String::new(),
            };
            text += &format!(
                "{}{}{}{value}{}\n",
                line.before, line.name, line.between, line.after
            );
        }
        let exports = Exports {
            credentials: &credentials,
            region: "eu-west-1",
            role: None,
        };
        assert_eq!(text, export_text(shell, exports).unwrap().expose(), "{shell}");
        assert!(!format!("{shown:?}").contains("canary"));
    }
}

#[test]
fn printing_an_export_shows_dots() {
    let credentials = credentials("canary");
    let text = export_text(
        Shell::Posix,
        Exports {
            credentials: &credentials,
            region: "r",
            role: None,
        },
    )
    .unwrap();
    assert!(text.expose().contains("canary") && !format!("{text:?}").contains("canary"));
}

#[test]
fn only_what_a_person_types_into_is_told_the_role() {
    for shell in Shell::ALL {
        let credentials = credentials("secret");
        let exports = Exports {
            credentials: &credentials,
            region: "eu-west-1",
            role: Some("acme/Reader"),
        };
        let text = export_text(shell, exports).unwrap();
        let told = !matches!(shell, Shell::Dotenv | Shell::Json);
        assert_eq!(text.expose().contains("acme/Reader"), told, "{shell}");
    }
}
