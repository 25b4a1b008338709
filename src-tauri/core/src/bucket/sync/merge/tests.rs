#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

fn file(name: &str, size: u64, second: i64) -> Item {
    Item::File(Entry {
        name: name.into(),
        size,
        modified: Some(Timestamp::from_second(second).unwrap()),
        etag: None,
        archived: None,
    })
}

fn unreadable(name: &str) -> Item {
    Item::Aside {
        name: name.into(),
        why: Aside::Unreadable("Permission denied".into()),
    }
}

/// All decisions on two listings, in order.
fn merged(ends: Ends, source: Vec<Item>, target: Vec<Item>) -> Result<Vec<Decision>, Unordered> {
    let mut merge = Merge::new(ends, By::Time);
    let (mut source, mut target) = (source.into_iter().peekable(), target.into_iter().peekable());
    let mut decisions = Vec::new();
    while let Some(turn) = turn(source.peek(), target.peek()) {
        let (one, other) = match turn {
            Turn::Source => (source.next(), None),
            Turn::Target => (None, target.next()),
            Turn::Both => (source.next(), target.next()),
        };
        decisions.extend(merge.take(one, other)?);
    }
    Ok(decisions)
}

fn kinds(ends: Ends, source: Vec<Item>, target: Vec<Item>) -> Vec<(String, Kind)> {
    let decisions = merged(ends, source, target).unwrap();
    decisions
        .into_iter()
        .map(|decision| match decision {
            Decision::Step(step) => (step.name, step.kind),
            Decision::Compare(_) => panic!("nothing was asked to be compared"),
        })
        .collect()
}

fn said(expected: &[(&str, Kind)]) -> Vec<(String, Kind)> {
    expected
        .iter()
        .map(|(name, kind)| ((*name).to_owned(), *kind))
        .collect()
}

#[test]
fn what_is_new_changed_same_and_missing_is_told_apart() {
    let source = vec![file("a", 1, 1), file("b", 1, 9), file("c", 2, 1), file("d", 1, 1)];
    let target = vec![file("b", 1, 5), file("c", 1, 5), file("d", 1, 5), file("e", 1, 5)];
    assert_eq!(
        kinds(Ends::Across, source, target),
        said(&[
            ("a", Kind::New),
            ("b", Kind::Changed),
            ("c", Kind::Changed),
            ("d", Kind::Same),
            ("e", Kind::Missing)
        ])
    );
}

#[test]
fn what_would_replace_something_newer_is_marked() {
    let decisions = merged(
        Ends::Across,
        vec![file("a", 1, 5), file("b", 1, 9)],
        vec![file("a", 2, 9), file("b", 2, 5)],
    );
    let marks: Vec<bool> = decisions
        .unwrap()
        .into_iter()
        .map(|decision| matches!(decision, Decision::Step(Step { over_newer: true, .. })))
        .collect();
    assert_eq!(marks, [true, false]);
}

#[test]
fn a_list_out_of_order_is_refused_on_either_side() {
    let wrong = || vec![file("b", 1, 1), file("a", 1, 1)];
    for (source, target) in [(wrong(), vec![]), (vec![], wrong())] {
        let refused = merged(Ends::Across, source, target).unwrap_err();
        assert_eq!((refused.last.as_str(), refused.next.as_str()), ("b", "a"));
    }
    let twice = vec![file("a", 1, 1), file("a", 1, 1)];
    assert!(merged(Ends::Across, twice, vec![]).is_err());
}

#[test]
fn what_the_source_does_not_show_is_not_missing() {
    let source = vec![unreadable("a"), file("b", 1, 1)];
    let target = vec![
        file("a!", 1, 1),
        file("a/x", 1, 1),
        file("a/y/z", 1, 1),
        file("a0", 1, 1),
    ];
    assert_eq!(
        kinds(Ends::Up, source, target),
        said(&[
            ("a", Kind::Skipped),
            ("a!", Kind::Missing),
            ("a/x", Kind::Skipped),
            ("a/y/z", Kind::Skipped),
            ("a0", Kind::Missing),
            ("b", Kind::New)
        ])
    );
}

#[test]
fn c39_a_name_that_is_a_file_and_a_folder_is_in_conflict_on_a_disk_only() {
    let keys = || vec![file("a", 1, 1), file("a!", 1, 1), file("a/b", 1, 1)];
    let down = Ends::Down(FileRules::Unix);
    assert_eq!(
        kinds(down, keys(), vec![]),
        said(&[("a", Kind::New), ("a!", Kind::New), ("a/b", Kind::Conflict)])
    );
    assert_eq!(
        kinds(Ends::Across, keys(), vec![]),
        said(&[("a", Kind::New), ("a!", Kind::New), ("a/b", Kind::New)])
    );
    let folder = vec![Item::Folder("a".into()), file("a/b", 1, 1)];
    assert_eq!(
        kinds(down, vec![file("a", 1, 1)], folder),
        said(&[("a", Kind::Conflict), ("a/b", Kind::Missing)])
    );
    // Deleting the file first would make room, but nothing is deleted before all is copied.
    assert_eq!(
        kinds(down, vec![file("a/b", 1, 1)], vec![file("a", 1, 1)]),
        said(&[("a", Kind::Missing), ("a/b", Kind::Conflict)])
    );
}

#[test]
fn c43_what_stands_in_the_way_is_no_place_to_write() {
    let link = Item::Aside {
        name: "a".into(),
        why: Aside::NoFile,
    };
    assert_eq!(
        kinds(
            Ends::Down(FileRules::Unix),
            vec![file("a", 1, 1), file("a/b", 1, 1)],
            vec![link]
        ),
        said(&[("a", Kind::Conflict), ("a/b", Kind::Conflict)])
    );
}

#[test]
fn c31_to_c37_names_that_cannot_be_here_are_skipped() {
    let keys = vec![
        file("../x", 1, 1),
        file("a//b", 1, 1),
        file("good", 1, 1),
        file("stand-in/", 0, 1),
    ];
    assert_eq!(
        kinds(Ends::Down(FileRules::Unix), keys, vec![]),
        said(&[
            ("../x", Kind::Skipped),
            ("a//b", Kind::Skipped),
            ("good", Kind::New)
        ])
    );
    let keys = vec![file("a:b", 1, 1), file("nul", 1, 1)];
    assert_eq!(
        kinds(Ends::Down(FileRules::Windows), keys, vec![]),
        said(&[("a:b", Kind::Skipped), ("nul", Kind::Skipped)])
    );
}

#[test]
fn c40_names_that_meet_here_are_in_conflict() {
    let keys = || vec![file("A/x", 1, 1), file("B", 1, 1), file("a/x", 1, 1)];
    let second = |rules| kinds(Ends::Down(rules), keys(), vec![])[2].1;
    assert_eq!(second(FileRules::Unix), Kind::New);
    assert_eq!(second(FileRules::MacOs), Kind::Conflict);
    assert_eq!(second(FileRules::Windows), Kind::Conflict);
}

#[test]
fn what_is_archived_is_skipped() {
    let Item::File(entry) = file("a", 1, 9) else {
        panic!("a file")
    };
    let archived = Item::File(Entry {
        archived: Some("DEEP_ARCHIVE".into()),
        ..entry
    });
    let decisions = merged(Ends::Across, vec![archived], vec![file("a", 1, 1)]).unwrap();
    let Decision::Step(step) = &decisions[0] else {
        panic!("{decisions:?}")
    };
    assert_eq!(step.kind, Kind::Skipped);
    assert!(step.why.as_deref().unwrap().contains("DEEP_ARCHIVE"));
}

fn names() -> impl Strategy<Value = BTreeMap<String, u64>> {
    prop::collection::btree_map("[ab!/]{1,4}", 0u64..3, 0..24)
}

fn listing(of: &BTreeMap<String, u64>) -> Vec<Item> {
    of.iter().map(|(name, size)| file(name, *size, 1)).collect()
}

proptest! {
    /// Between two buckets each name is decided by what the two have of it, and by nothing else.
    #[test]
    fn a_merge_says_of_each_name_what_a_look_at_both_maps_says(source in names(), target in names()) {
        let found: BTreeMap<String, Kind> =
            kinds(Ends::Across, listing(&source), listing(&target)).into_iter().collect();
        let all: BTreeSet<&String> = source.keys().chain(target.keys()).collect();
        prop_assert_eq!(found.len(), all.len());
        for name in all {
            let expected = match (source.get(name), target.get(name)) {
                (Some(one), Some(other)) if one == other => Kind::Same,
                (Some(_), Some(_)) => Kind::Changed,
                (Some(_), None) => Kind::New,
                _ => Kind::Missing,
            };
            prop_assert_eq!(found[name], expected, "{}", name);
        }
    }

    /// Whatever the keys, the files of a plan can all be on one disk, and each is below the folder.
    #[test]
    fn what_comes_down_fits_on_a_disk(source in names(), target in names()) {
        let honest = |(name, _): &(&String, &u64)| local_path(name, "", FileRules::Unix).is_ok();
        let target: BTreeMap<String, u64> =
            target.iter().filter(honest).map(|(name, size)| (name.clone(), *size)).collect();
        let found = kinds(Ends::Down(FileRules::Unix), listing(&source), listing(&target));
        let files: BTreeSet<String> =
            found.into_iter().filter(|(_, kind)| kind.is_copied() || *kind == Kind::Same).map(|(name, _)| name).collect();
        for name in &files {
            prop_assert!(local_path(name, "", FileRules::Unix).unwrap().components().join("/") == *name);
            let parts: Vec<&str> = name.split('/').collect();
            for end in 1..parts.len() {
                prop_assert!(!files.contains(&parts[..end].join("/")), "{} is a file and a folder", name);
            }
        }
    }
}
