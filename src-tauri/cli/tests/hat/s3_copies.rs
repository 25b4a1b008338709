//! `hat s3 cp` with its options, `hat s3 cat`, `hat s3 uploads`, and all of them killed half-way.

use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use hatrack_sandbox::{Options, Shape};
use serde_json::Value;

use crate::stage::{Stage, eventually};

fn seeded(stage: &Stage) -> String {
    let bucket = stage.story("S13").bucket.clone();
    for key in [
        "logs/1.gz",
        "logs/2.txt",
        "logs/deep/3.gz",
        "logs/secret.gz",
        "x*y",
    ] {
        assert!(
            stage
                .admin()
                .put_object(&bucket, key, key.to_owned(), "text/plain")
        );
    }
    bucket
}

fn below(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => left.push(path),
                false => found.push(path.strip_prefix(folder).unwrap().display().to_string()),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_pattern_and_what_is_left_out_say_which_objects_come() {
    let stage = Stage::set();
    let bucket = seeded(&stage);
    let folder = stage.folder().join("down");
    let to = folder.to_str().unwrap();
    let place = |key: &str| format!("s3://{bucket}/{key}");
    let cp = |args: &[&str]| {
        let mut all = vec!["s3", "cp", "--role", "stuzio", "--json"];
        all.extend(args);
        stage.json(all)
    };
    let would = cp(&[&place("logs/*.gz"), to, "--exclude", "secret*", "--dry-run"]);
    let froms: Vec<&str> = would
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["from"].as_str().unwrap())
        .collect();
    assert_eq!(froms, [place("logs/1.gz"), place("logs/deep/3.gz")]);
    assert!(!folder.exists(), "a dry run made something");

    let done = cp(&[&place("logs/*.gz"), to, "--exclude", "secret*"]);
    assert_eq!((&done["files"], &done["failures"]), (&2.into(), &0.into()));
    assert_eq!(below(&folder), ["1.gz", "deep/3.gz"]);

    let more = stage.folder().join("more");
    cp(&[
        &place("logs/"),
        more.to_str().unwrap(),
        "--recursive",
        "--include",
        "*.txt",
    ]);
    assert_eq!(below(&more), ["2.txt"]);
    // And up again, without what is left out.
    let done = cp(&[to, &place("up/"), "--recursive", "--exclude", "deep/"]);
    assert_eq!(done["files"], 1);
    assert!(stage.admin().object(&bucket, "up/1.gz", 10).is_some());

    let one = stage.folder().join("literal");
    cp(&[&place("x*y"), one.to_str().unwrap(), "--literal"]);
    assert_eq!(fs::read(one).unwrap(), b"x*y");
    for wrong in [
        &["--include", "*.gz"][..],
        &["--storage-class", "STANDARD_IA"],
        &["--if-unchanged", "abc"],
    ] {
        let object = place("logs/1.gz");
        let all = [&["s3", "cp", &object, "here", "--role", "stuzio"][..], wrong].concat();
        stage.run(all).failed(2);
    }
}

#[test]
fn what_is_there_is_replaced_only_as_far_as_that_was_meant() {
    let stage = Stage::set();
    let bucket = seeded(&stage);
    let file = stage.folder().join("file");
    fs::write(&file, "newer").unwrap();
    let (file, place) = (file.to_str().unwrap(), format!("s3://{bucket}/logs/1.gz"));
    let cp = |more: &[&str]| {
        let all = [&["s3", "cp", file, &place, "--role", "stuzio"][..], more].concat();
        stage.run(all)
    };
    let text = || stage.admin().object(&bucket, "logs/1.gz", 100).unwrap();
    assert!(cp(&["--no-overwrite"]).failed(1).contains("is there already"));
    cp(&["--if-unchanged", "0123456789abcdef0123456789abcdef"]).failed(1);
    assert_eq!(text(), b"logs/1.gz");

    // In an account that is marked as production it is asked once more; nobody is there to be asked.
    stage
        .run(["settings", "account", "081278057606", "--production", "yes"])
        .succeeded();
    let asked = cp(&[]);
    assert!(asked.failed(3).contains("marked as production"), "{asked:?}");
    assert_eq!(text(), b"logs/1.gz");
    let fresh = format!("s3://{bucket}/fresh");
    stage
        .run(["s3", "cp", file, &fresh, "--role", "stuzio"])
        .succeeded();
    let done = stage.json(["s3", "cp", file, &place, "--role", "stuzio", "--yes", "--json"]);
    assert_eq!(text(), b"newer");

    fs::write(file, "newest").unwrap();
    cp(&["--yes", "--if-unchanged", done["etag"].as_str().unwrap()]).succeeded();
    assert_eq!(text(), b"newest");
    let target = stage.folder().join("mine");
    fs::write(&target, "mine").unwrap();
    let target = target.to_str().unwrap();
    stage
        .run(["s3", "cp", &place, target, "--role", "stuzio", "--no-overwrite"])
        .failed(1);
    assert_eq!(fs::read(target).unwrap(), b"mine");
}

#[test]
fn objects_are_written_to_standard_output_whole_in_part_and_one_after_the_other() {
    let stage = Stage::set();
    let bucket = seeded(&stage);
    let place = |key: &str| format!("s3://{bucket}/{key}");
    let cat = |args: &[&str]| {
        let mut all = vec!["s3", "cat", "--role", "stuzio"];
        all.extend(args);
        let out = stage.hat(all).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap())
    };
    let (one, two) = (place("logs/1.gz"), place("logs/2.txt"));
    assert_eq!(cat(&[&one, &two]), (Some(0), "logs/1.gzlogs/2.txt".into()));
    assert_eq!(cat(&[&one, "--range", "5-"]), (Some(0), "1.gz".into()));
    assert_eq!(cat(&[&one, "--range", "-2"]), (Some(0), "gz".into()));
    assert_eq!(cat(&[&one, &two, "--range", "0-3"]), (Some(0), "logslogs".into()));
    assert_eq!(cat(&[&place("logs/*.txt")]), (Some(0), "logs/2.txt".into()));
    assert_eq!(cat(&[&place("x*y"), "--literal"]), (Some(0), "x*y".into()));
    assert_eq!(cat(&[&place("nothing*")]).0, Some(1));
    assert_eq!(cat(&[&place("none")]).0, Some(1));
    assert_eq!(cat(&[&format!("s3://{bucket}")]).0, Some(2));
    assert_eq!(cat(&[&one, "--range", "b"]).0, Some(2));
}

#[test]
fn a_reader_that_has_seen_enough_ends_it() {
    let stage = Stage::set();
    let bucket = stage.story("S13").bucket.clone();
    // More than could ever be written in the time that this test has.
    assert!(stage.admin().put_generated(&bucket, "endless", 1 << 50));
    let place = format!("s3://{bucket}/endless");
    let mut child = stage
        .hat(["s3", "cat", &place, "--role", "stuzio"])
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut first = vec![0; 100_000];
    out.read_exact(&mut first).unwrap();
    assert!(first == stage.admin().object(&bucket, "endless", 100_000).unwrap());
    drop(out);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A sandbox as slow as a far one.
fn far_away() -> Stage {
    Stage::with(Options {
        shape: Shape {
            first_byte: Duration::from_millis(100),
            bytes_per_second: Some(4_000_000),
        },
        ..Default::default()
    })
}

#[test]
fn c47_a_killed_upload_is_listed_goes_on_and_another_is_cleaned_up() {
    let stage = far_away();
    let bucket = stage.story("S13").bucket.clone();
    let file = stage.folder().join("large");
    let bytes: Vec<u8> = (0..40_000_000u32).map(|n| (n % 247) as u8).collect();
    fs::write(&file, &bytes).unwrap();
    let (file, place) = (file.to_str().unwrap(), format!("s3://{bucket}/large"));
    let command = ["s3", "cp", file, &place, "--role", "stuzio", "--json"];
    let killed = |command: &[&str], parts: u64| {
        let mut child = stage.hat(command).stdout(Stdio::null()).spawn().unwrap();
        eventually("a part", || {
            (stage.admin().calls("UploadPart") > parts).then_some(())
        });
        child.kill().unwrap();
        child.wait().unwrap();
    };
    killed(&command, 1);
    assert!(stage.admin().object(&bucket, "large", 1).is_none());
    let place_all = format!("s3://{bucket}");
    let listed = |more: &[&str]| {
        let all = [
            &["s3", "uploads", &place_all, "--role", "stuzio", "--json"][..],
            more,
        ]
        .concat();
        stage.json(all)
    };
    let left = listed(&[]);
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
    assert_eq!(
        (&left[0]["key"], &left[0]["ours"], &left[0]["aborted"]),
        (&"large".into(), &true.into(), &false.into())
    );
    stage.json(command);
    assert!(stage.admin().object(&bucket, "large", u64::MAX).unwrap() == bytes);
    assert_eq!(listed(&[]), Value::Array(Vec::new()));

    let other = format!("s3://{bucket}/other");
    killed(
        &["s3", "cp", file, &other, "--role", "stuzio"],
        stage.admin().calls("UploadPart") + 1,
    );
    assert_eq!(
        listed(&["--older-than", "1d", "--abort"]),
        Value::Array(Vec::new())
    );
    assert_eq!(listed(&["--abort"])[0]["aborted"], true);
    assert_eq!(listed(&[]), Value::Array(Vec::new()));
    let rows = stage.json(["history", "--json", "--event", "delete"]);
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
}

#[test]
fn c67_a_killed_folder_download_goes_on_and_nothing_comes_twice() {
    let stage = far_away();
    let bucket = stage.story("S13").bucket.clone();
    for n in 0..400 {
        let text = format!("{n}").repeat(500);
        assert!(
            stage
                .admin()
                .put_object(&bucket, &format!("tree/{n:03}"), text, "text/plain")
        );
    }
    let folder = stage.folder().join("down");
    let from = format!("s3://{bucket}/tree/");
    let command = [
        "s3",
        "cp",
        "--recursive",
        &from,
        folder.to_str().unwrap(),
        "--role",
        "stuzio",
        "--json",
    ];
    for files in [20, 150] {
        let mut child = stage.hat(command).stdout(Stdio::null()).spawn().unwrap();
        eventually("some files", || {
            (folder.is_dir() && below(&folder).len() > files).then_some(())
        });
        child.kill().unwrap();
        child.wait().unwrap();
        // What has its name is whole.
        for name in below(&folder).iter().filter(|name| !name.contains(".hatrack-")) {
            let n: u32 = name.parse().unwrap();
            assert_eq!(
                fs::read_to_string(folder.join(name)).unwrap(),
                format!("{n}").repeat(500)
            );
        }
    }
    let done = stage.json(command);
    assert_eq!((&done["files"], &done["failures"]), (&400.into(), &0.into()));
    let found = below(&folder);
    let named: Vec<_> = found.iter().filter(|name| !name.contains(".hatrack-")).collect();
    assert_eq!(named.len(), 400, "{named:?}");
}
