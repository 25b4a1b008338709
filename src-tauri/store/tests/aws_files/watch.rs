//! Changes are told, however a file is changed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use hatrack_store::aws_files::Watch;

use crate::Place;

/// A second is what is promised; a busy machine gets more before a test fails.
const DEADLINE: Duration = Duration::from_secs(60);

fn watch(files: Vec<PathBuf>) -> (Watch, Receiver<()>) {
    let (told, changes) = channel();
    let watch = Watch::start(files, move || told.send(()).unwrap_or_default()).unwrap();
    (watch, changes)
}

fn expect_change(changes: &Receiver<()>, what: &str) {
    changes
        .recv_timeout(DEADLINE)
        .unwrap_or_else(|_| panic!("not told of {what}"));
    // One burst may be told of twice when it is slow; the next change is not to be mistaken for it.
    while changes.recv_timeout(Duration::from_millis(300)).is_ok() {}
}

#[test]
fn an_edit_a_replacement_and_a_removal_are_told() {
    let place = Place::new();
    let path = place.write(".aws/config", "[default]\n");
    let (_watch, changes) = watch(vec![path.clone()]);
    fs::write(&path, "[default]\nregion = eu-west-1\n").unwrap();
    expect_change(&changes, "an edit");
    let new = place.write(".aws/config.tmp", "[profile new]\n");
    fs::rename(new, &path).unwrap();
    expect_change(&changes, "a replacement");
    fs::write(&path, "[profile newer]\n").unwrap();
    expect_change(&changes, "an edit of the replacement");
    fs::remove_file(&path).unwrap();
    expect_change(&changes, "a removal");
}

#[test]
fn a_file_and_a_folder_that_appear_later_are_told() {
    let place = Place::new();
    let (_watch, changes) = watch(vec![
        place.path("a/b/.aws/config"),
        place.path("a/b/.aws/credentials"),
    ]);
    place.write("a/b/.aws/config", "[default]\n");
    expect_change(&changes, "a file in new folders");
    place.write("a/b/.aws/credentials", "[default]\n");
    expect_change(&changes, "a second file");
    fs::remove_dir_all(place.path("a")).unwrap();
    expect_change(&changes, "the folders' removal");
    place.write("a/b/.aws/config", "[default]\n");
    expect_change(&changes, "the folders made anew");
    fs::rename(place.path("a/b/.aws"), place.path("a/b/aside")).unwrap();
    expect_change(&changes, "the folder moved aside");
    place.write("a/b/.aws/config", "[default]\nregion = x\n");
    expect_change(&changes, "another folder in its place");
}

#[test]
fn a_linked_file_and_a_moved_link_are_told() {
    let place = Place::new();
    let first = place.write("dotfiles/first/config", "[default]\n");
    let second = place.write("dotfiles/second/config", "[default]\nregion = second\n");
    fs::create_dir_all(place.path(".aws")).unwrap();
    let link = place.path(".aws/config");
    symlink("../dotfiles/first/config", &link).unwrap();
    let (_watch, changes) = watch(vec![link.clone()]);
    fs::write(&first, "[default]\nregion = first\n").unwrap();
    expect_change(&changes, "an edit behind the link");
    symlink("../dotfiles/second/config", place.path(".aws/new")).unwrap();
    fs::rename(place.path(".aws/new"), &link).unwrap();
    expect_change(&changes, "the link's new target");
    fs::write(&second, "[default]\nregion = third!\n").unwrap();
    expect_change(&changes, "an edit behind the new target");
}

#[test]
fn a_linked_folder_that_moves_is_told() {
    let place = Place::new();
    place.write("one/config", "[default]\n");
    place.write("two/config", "[default]\nregion = two\n");
    symlink("one", place.path(".aws")).unwrap();
    let (_watch, changes) = watch(vec![place.path(".aws/config")]);
    fs::remove_file(place.path(".aws")).unwrap();
    symlink("two", place.path(".aws")).unwrap();
    expect_change(&changes, "the folder's new target");
    fs::write(place.path("two/config"), "[default]\nregion = edited\n").unwrap();
    expect_change(&changes, "an edit behind it");
}

#[test]
fn reading_and_neighbours_are_not_told() {
    let place = Place::new();
    let path = place.write(".aws/config", "[default]\n");
    let (_watch, changes) = watch(vec![path.clone()]);
    fs::read(&path).unwrap();
    place.write(".aws/other", "x");
    fs::create_dir_all(place.path(".aws/sso/cache")).unwrap();
    let new = place.write(".aws/new", "[default]\nregion = eu-west-1\n");
    assert!(changes.recv_timeout(Duration::from_millis(500)).is_err());
    fs::rename(new, &path).unwrap();
    changes.recv_timeout(DEADLINE).unwrap();
}

#[test]
fn links_in_a_circle_end() {
    let place = Place::new();
    symlink("b", place.path("a")).unwrap();
    symlink("a", place.path("b")).unwrap();
    let (_watch, changes) = watch(vec![place.path("a")]);
    fs::remove_file(place.path("a")).unwrap();
    place.write("a", "[default]\n");
    expect_change(&changes, "the circle's end");
}

#[test]
fn nothing_is_told_after_the_watch_is_dropped() {
    let place = Place::new();
    let path = place.write(".aws/config", "[default]\n");
    let (watch, changes) = watch(vec![path]);
    drop(watch);
    // The thread ends, and with it the sender.
    assert_eq!(
        changes.recv_timeout(DEADLINE),
        Err(std::sync::mpsc::RecvTimeoutError::Disconnected)
    );
}
