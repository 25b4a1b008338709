use proptest::prelude::*;

use super::*;
use crate::shared_config::{FileKind, SharedConfig, SourceFile};

const OURS: [&str; 2] = [
    "region = eu-west-1",
    "credential_process = /usr/bin/hat credential-process -- a",
];
const KEYS: [&str; 2] = ["region", "credential_process"];

fn file(text: &str) -> SourceFile {
    SourceFile::from_text(FileKind::Config, "~/.aws/config", text)
}

fn put(text: &str, profile: &str) -> (String, Put) {
    let file = file(text);
    let mut draft = Draft::of(&file).unwrap();
    let put = draft.put(profile, &format!("profile {profile}"), &OURS);
    (draft.text().to_string(), put)
}

fn taken_back(text: &str, profile: &str, put: Put) -> String {
    let file = file(text);
    let mut draft = Draft::of(&file).unwrap();
    assert!(draft.take_back(profile, &KEYS, put));
    draft.text().to_string()
}

/// Files of sections, comments, blank lines and both kinds of line end, with or without one at the end.
fn any_file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("[default]".to_owned()),
        "\\[profile [a-c]\\]( ; note)?",
        "# [a-z ]{0,8}",
        Just(String::new()),
        "[x-z]{1,3}[ \t]{0,2}=[ \t]{0,2}[a-z0-9;#]{0,6}",
    ];
    let lines = prop::collection::vec((line, prop_oneof![Just("\n"), Just("\r\n")]), 0..12);
    (lines, any::<bool>(), any::<bool>()).prop_map(|(lines, mark, ended)| {
        let mut text = if mark {
            "\u{feff}".to_owned()
        } else {
            String::new()
        };
        // A property stands below a section.
        text.push_str("[profile first]\n");
        for (line, end) in &lines {
            text.push_str(line);
            text.push_str(end);
        }
        let length = text.trim_end_matches(['\r', '\n']).len();
        if !ended {
            text.truncate(length);
        }
        text
    })
}

proptest! {
    #[test]
    fn what_was_put_is_taken_back_and_every_other_byte_stays(text in any_file(), profile in "[a-d]") {
        let (new, how) = put(&text, &profile);
        let meant = SharedConfig::parse(&[file(&new)]).unwrap();
        let section = meant.profile(&profile).unwrap();
        prop_assert_eq!(section.get("region"), Some("eu-west-1"));
        prop_assert_eq!(taken_back(&new, &profile, how), text);
    }

    #[test]
    fn what_others_added_since_stays(text in any_file(), more in "(\n|# mine\n){0,2}\\[profile z\\]\nq = 1\n") {
        let (new, how) = put(&text, "own");
        // Their lines begin on a line of their own, whatever the file ended in.
        let ended = if how.unended { text + "\n" } else { text };
        prop_assert_eq!(taken_back(&format!("{new}{more}"), "own", how), format!("{ended}{more}"));
    }

    #[test]
    fn a_default_that_was_set_aside_comes_back_byte_for_byte(text in any_file()) {
        let old = file(&text);
        let mut draft = Draft::of(&old).unwrap();
        let headers = draft.rename("default", |_| "profile aside".to_owned());
        let between = file(&draft.text());
        let hidden = SharedConfig::parse(std::slice::from_ref(&between)).unwrap();
        prop_assert!(hidden.profile("default").is_none());
        let mut draft = Draft::of(&between).unwrap();
        draft.rename("aside", |place| headers[place].clone());
        prop_assert_eq!(draft.text().to_string(), text);
    }
}

#[test]
fn a_section_that_somebody_uses_since_keeps_its_header() {
    let (new, how) = put("[profile b]\n", "own");
    let text = format!("{new}output = json\n");
    assert_eq!(
        taken_back(&text, "own", how),
        "[profile b]\n\n[profile own]\noutput = json\n"
    );
}

#[test]
fn a_default_that_another_hides_is_set_aside_with_it() {
    let old = file("[default]\naws_access_key_id = A\n[profile default] ; mine\nregion = x\n");
    let mut draft = Draft::of(&old).unwrap();
    assert_eq!(
        draft.rename("default", |_| "profile aside".to_owned()),
        ["default", "profile default"]
    );
    assert_eq!(
        *draft.text(),
        "[profile aside]\naws_access_key_id = A\n[profile aside] ; mine\nregion = x\n"
    );
}

#[test]
fn what_is_shown_has_no_secret_and_the_lines_of_the_file() {
    let old = file("[profile a]\nx = 1");
    let mut draft = Draft::of(&old).unwrap();
    draft.append(
        "own",
        &["aws_access_key_id = A", "aws_secret_access_key = canary"],
    );
    let [change] = &draft.shown()[..] else {
        panic!("{:?}", draft.shown())
    };
    assert_eq!((change.line, change.removed.len()), (3, 0));
    assert_eq!(
        change.added,
        [
            "",
            "[own]",
            "aws_access_key_id = A",
            "aws_secret_access_key = ***"
        ]
    );
    let mut draft = Draft::of(&old).unwrap();
    draft.rename("a", |_| "profile b".to_owned());
    let [change] = &draft.shown()[..] else {
        panic!("{:?}", draft.shown())
    };
    assert_eq!(change.line, 1);
    assert_eq!(
        (&change.removed[0], &change.added[0]),
        (&"[profile a]".to_owned(), &"[profile b]".to_owned())
    );
}
