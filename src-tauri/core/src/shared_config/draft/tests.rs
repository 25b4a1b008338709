#![allow(clippy::unwrap_used)]

use super::*;
use crate::shared_config::{FileKind, SharedConfig};

const KEYS: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];

fn file(kind: FileKind, text: &str) -> SourceFile {
    SourceFile::from_text(kind, "~/.aws/credentials", text)
}

fn replaced(kind: FileKind, text: &str, profile: &str) -> String {
    let file = file(kind, text);
    let mut draft = Draft::of(&file).unwrap();
    assert!(draft.replace_lines(
        profile,
        &KEYS,
        &["credential_process = hat credential-process --raw a"]
    ));
    draft.text().to_string()
}

#[test]
fn only_the_lines_of_the_keys_change() {
    let text = "\u{feff}# mine\r\n[a] ; note\r\naws_access_key_id=AKIA1\r\n\r\n# in between\r\nAWS_Secret_Access_Key  =  x/+y ; why\r\nregion = eu-west-1\r\n[b]\r\naws_access_key_id = AKIA2\r\naws_secret_access_key = z\r\n";
    let expected = "\u{feff}# mine\r\n[a] ; note\r\n\r\n# in between\r\ncredential_process = hat credential-process --raw a\r\nregion = eu-west-1\r\n[b]\r\naws_access_key_id = AKIA2\r\naws_secret_access_key = z\r\n";
    assert_eq!(replaced(FileKind::Credentials, text, "a"), expected);
}

#[test]
fn a_last_line_without_an_end_stays_one() {
    let text = "[a]\naws_access_key_id = AKIA1\naws_secret_access_key = x";
    let expected = "[a]\ncredential_process = hat credential-process --raw a";
    assert_eq!(replaced(FileKind::Credentials, text, "a"), expected);
}

#[test]
fn keys_that_stand_twice_go_from_every_section_of_the_profile() {
    let text = "[profile a]\naws_access_key_id = OLD\naws_secret_access_key = o\n[profile b]\nregion = x\n[profile a]\naws_access_key_id = NEW\naws_secret_access_key = n\n";
    let new = replaced(FileKind::Config, text, "a");
    assert_eq!(
        new,
        "[profile a]\n[profile b]\nregion = x\n[profile a]\ncredential_process = hat credential-process --raw a\n"
    );
}

#[test]
fn sections_that_aws_passes_over_are_left_alone() {
    // In the config file `[a]` is no profile, and in the credentials file `[profile a]` is none.
    for (kind, text) in [
        (FileKind::Config, "[a]\naws_access_key_id = AKIA1\n"),
        (FileKind::Credentials, "[profile a]\naws_access_key_id = AKIA1\n"),
    ] {
        let file = file(kind, text);
        let mut draft = Draft::of(&file).unwrap();
        assert!(!draft.replace_lines("a", &KEYS, &[]));
        assert_eq!(*draft.text(), text);
    }
}

#[test]
fn a_value_is_changed_where_it_stands() {
    let text = "[a]\naws_access_key_id   =  AKIA1   # the old one\naws_secret_access_key=x\n";
    let file = file(FileKind::Credentials, text);
    let mut draft = Draft::of(&file).unwrap();
    assert!(draft.set("a", "aws_access_key_id", "AKIA2"));
    assert!(draft.set("a", "aws_secret_access_key", "y"));
    assert!(!draft.set("a", "aws_session_token", "t"));
    let new = draft.text();
    assert_eq!(
        *new,
        "[a]\naws_access_key_id   =  AKIA2   # the old one\naws_secret_access_key=y\n"
    );
}

#[test]
fn a_section_that_was_put_in_goes_without_a_trace() {
    for text in ["", "[a]\nregion = x\n", "[a]\r\nregion = x\r\n"] {
        let before = file(FileKind::Credentials, text);
        let mut draft = Draft::of(&before).unwrap();
        draft.append("hatrack-rotation-a", &["aws_access_key_id = AKIA2"]);
        let with = file(FileKind::Credentials, &draft.text());
        let config = SharedConfig::parse(std::slice::from_ref(&with)).unwrap();
        let section = config.profile("hatrack-rotation-a").unwrap();
        assert_eq!(section.get("aws_access_key_id"), Some("AKIA2"));
        let mut draft = Draft::of(&with).unwrap();
        assert!(draft.remove("hatrack-rotation-a"));
        assert_eq!(*draft.text(), text);
    }
}

#[test]
fn what_stands_between_a_section_that_goes_and_the_next_one_stays() {
    let wait = "[wait]\naws_access_key_id = AKIA2\n";
    for (before, after) in [
        ("[a]\nregion = x\n", "\n# of b\n[b]\nregion = y\n"),
        ("", "# of b\n[b]\nregion = y\n"),
        ("[a]\nregion = x\n", "\n; the end\n"),
    ] {
        let gap = if before.is_empty() { "" } else { "\n" };
        let file = file(FileKind::Credentials, &format!("{before}{gap}{wait}{after}"));
        let mut draft = Draft::of(&file).unwrap();
        assert!(draft.remove("wait"));
        assert_eq!(*draft.text(), format!("{before}{after}"));
    }
}

#[test]
fn lines_go_below_the_header_in_the_files_own_way() {
    for (text, expected) in [
        ("[a]\r\nregion = x\r\n", "[a]\r\nk = v\r\nregion = x\r\n"),
        ("[a]", "[a]\nk = v\n"),
    ] {
        let file = file(FileKind::Credentials, text);
        let mut draft = Draft::of(&file).unwrap();
        assert!(draft.insert("a", &["k = v"]));
        assert_eq!(*draft.text(), expected);
    }
}

#[test]
fn printing_a_draft_shows_no_secret() {
    let file = file(FileKind::Credentials, "[a]\naws_secret_access_key = canary\n");
    let mut draft = Draft::of(&file).unwrap();
    draft.set("a", "aws_secret_access_key", "canary-2");
    assert!(!format!("{draft:?}").contains("canary"));
}
