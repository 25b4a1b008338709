//! `hat man`.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::stage::{HAT, Ran};

fn hat(arguments: &[&str]) -> Ran {
    Ran::of(Command::new(HAT).args(arguments).output().unwrap())
}

#[test]
fn each_command_has_a_page_that_names_its_options() {
    let page = hat(&["man", "switch"]);
    assert!(
        page.succeeded().contains(".TH hat-switch 1 \" \" \"hat "),
        "{page:?}"
    );
    assert!(page.out.contains(r"\-\-duration") && page.out.contains("1h30m"));
    assert!(hat(&["man", "s3", "cp"]).succeeded().contains(r"hat\-s3\-cp"));
    let own = hat(&["man"]);
    assert!(own.succeeded().contains("Exit codes") && own.out.contains(r"hat\-credential\-process(1)"));
    hat(&["man", "no-such-command"]).failed(2);
    hat(&["man", "switch", "--dir", "/nonexistent"]).failed(2);
}

#[test]
fn all_pages_are_written_and_no_page_refers_to_one_that_is_not_there() {
    let made = tempfile::tempdir().unwrap();
    let folder = made.path().join("man1");
    assert_eq!(hat(&["man", "--dir", folder.to_str().unwrap()]).succeeded(), "");
    let pages: BTreeSet<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        pages.contains("hat.1") && pages.contains("hat-s3-cp.1"),
        "{pages:?}"
    );
    let mut referred = 0;
    for page in &pages {
        let text = fs::read_to_string(folder.join(page)).unwrap();
        let name = page.strip_suffix(".1").unwrap();
        assert!(text.contains(&format!(".TH {name} 1 ")), "{page}");
        for other in text.lines().filter_map(|line| line.strip_suffix("(1)")) {
            assert!(
                pages.contains(&format!("{}.1", other.replace('\\', ""))),
                "{page} refers to {other}"
            );
            referred += 1;
        }
    }
    assert!(referred + 1 >= pages.len());
    hat(&["man", "--dir", "/proc/nowhere"]).failed(1);
}
