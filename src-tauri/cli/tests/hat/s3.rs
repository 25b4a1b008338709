//! `hat s3`.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use hatrack_sandbox::{Options, Shape};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::stage::{Ran, Stage, eventually};

fn names(list: &Value, field: &str) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|entry| entry[field].as_str().unwrap().to_owned())
        .collect()
}

fn files(folder: &Path) -> Vec<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn buckets_prefixes_and_objects_are_listed() {
    let stage = Stage::set();
    let story = stage.story("S13");
    let buckets = stage.json(["s3", "ls", "--role", "stuzio", "--json"]);
    assert!(names(&buckets, "name").contains(&story.bucket));
    let place = format!("s3://{}", story.bucket);
    let top = stage.json(["s3", "ls", &place, "--role", "stuzio", "--json"]);
    assert_eq!(
        (&top["bucket"], &top["region"]),
        (&story.bucket.as_str().into(), &story.region.as_str().into())
    );
    let listed = names(&top["objects"], "key").len() + names(&top["folders"], "prefix").len();
    assert!(listed > 0);
    let shown = stage.run(["s3", "ls", &place, "--role", "stuzio"]);
    assert!(shown.succeeded().starts_with("WRITTEN"));
}

#[test]
fn more_than_a_page_is_listed_whole() {
    let stage = Stage::set();
    let story = stage.story("S13");
    for n in 0..2345 {
        assert!(
            stage
                .admin()
                .put_object(&story.bucket, &format!("many/{n:05}"), "x", "text/plain")
        );
    }
    let place = format!("s3://{}/many/", story.bucket);
    let page = stage.json(["s3", "ls", &place, "--role", "stuzio", "--json"]);
    assert_eq!(
        (page["objects"].as_array().unwrap().len(), &page["next"]),
        (2345, &Value::Null)
    );
}

#[test]
fn an_object_comes_down_to_a_file_a_folder_and_standard_output() {
    let stage = Stage::set();
    let story = stage.story("S13");
    let key = &story.keys[0];
    let bytes = stage.admin().object(&story.bucket, key, u64::MAX).unwrap();
    let place = format!("s3://{}/{key}", story.bucket);
    let folder = stage.folder().join("down");
    fs::create_dir(&folder).unwrap();

    let file = folder.join("mine");
    fs::write(&file, "older").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    stage
        .run(["s3", "cp", &place, file.to_str().unwrap(), "--role", "stuzio"])
        .succeeded();
    assert_eq!(
        (fs::read(&file).unwrap(), files(&folder)),
        (bytes.clone(), vec!["mine".to_owned()])
    );
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    for _ in 0..2 {
        stage
            .run(["s3", "cp", &place, folder.to_str().unwrap(), "--role", "stuzio"])
            .succeeded();
    }
    let mut found = files(&folder);
    found.sort();
    assert_eq!(
        found.len(),
        3,
        "what comes under the bucket's name replaces nothing: {found:?}"
    );

    let out = stage
        .hat(["s3", "cp", &place, "-", "--role", "stuzio"])
        .output()
        .unwrap();
    assert_eq!((out.status.code(), out.stdout), (Some(0), bytes));

    let rows = stage.json(["history", "--json", "--event", "download"]);
    assert_eq!(rows.as_array().unwrap().len(), 4);
    assert_eq!(
        (&rows[0]["outcome"], &rows[0]["account_id"]),
        (&"ok".into(), &"081278057606".into())
    );
}

#[test]
fn a_file_goes_up_and_is_refused_where_the_role_may_not_write() {
    let stage = Stage::set();
    let file = stage.folder().join("up.txt");
    fs::write(&file, "written here").unwrap();
    let file = file.to_str().unwrap();
    let bucket = stage.story("S13").bucket.clone();
    stage
        .run([
            "s3",
            "cp",
            file,
            &format!("s3://{bucket}/in/"),
            "--role",
            "stuzio",
        ])
        .succeeded();
    assert_eq!(
        stage.admin().object(&bucket, "in/up.txt", 100).unwrap(),
        b"written here"
    );

    let closed = format!("s3://{}/up.txt", stage.story("S14").bucket);
    let ran = stage.run(["s3", "cp", file, &closed, "--role", "asi-production"]);
    assert!(ran.failed(1).contains("AccessDenied"));
    let rows = stage.json(["history", "--json", "--event", "upload"]);
    assert_eq!(
        (&rows[0]["outcome"], &rows[1]["outcome"]),
        (&"denied".into(), &"ok".into())
    );
    assert!(rows[0]["request_id"].is_string());
}

#[test]
fn what_is_not_there_or_makes_no_sense_is_refused() {
    let stage = Stage::set();
    let bucket = &stage.story("S13").bucket;
    let missing = format!("s3://{bucket}/no/such/key");
    stage
        .run(["s3", "cp", &missing, "-", "--role", "stuzio"])
        .failed(1);
    stage
        .run(["s3", "cp", &format!("s3://{bucket}"), "-", "--role", "stuzio"])
        .failed(2);
    stage.run(["s3", "cp", "a", "b", "--role", "stuzio"]).failed(2);
    stage
        .run(["s3", "cp", &missing, &missing, "--role", "stuzio"])
        .failed(2);
    stage
        .run(["s3", "cp", &missing, "no-such-folder/", "--role", "stuzio"])
        .failed(2);
    stage
        .run(["s3", "ls", "https://example.com/x", "--role", "stuzio"])
        .failed(2);
    stage.run(["s3", "ls"]).failed(2);
    let from_device = format!("s3://{bucket}/device");
    stage
        .run(["s3", "cp", "/dev/null", &from_device, "--role", "stuzio"])
        .failed(1);
    assert!(stage.admin().object(bucket, "device", 1).is_none());
}

#[test]
fn c31_a_key_cannot_leave_the_folder() {
    let stage = Stage::set();
    let story = stage.story("S13");
    let folder = stage.folder().join("down");
    fs::create_dir(&folder).unwrap();
    let before = files(stage.folder());
    for key in ["../../x", "a/../../x", "..", "prefix/..", "a/.."] {
        assert!(stage.admin().put_object(&story.bucket, key, "x", "text/plain"));
        let place = format!("s3://{}/{key}", story.bucket);
        let ran = stage.run(["s3", "cp", &place, folder.to_str().unwrap(), "--role", "stuzio"]);
        assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    }
    let inside = files(&folder);
    assert!(inside.iter().all(|name| name.starts_with('x')), "{inside:?}");
    assert_eq!(files(stage.folder()).len(), before.len());
}

/// A sandbox as slow as a far one.
fn far_away() -> Stage {
    Stage::with(Options {
        shape: Shape {
            first_byte: Duration::from_millis(300),
            bytes_per_second: Some(2_000_000),
        },
        ..Default::default()
    })
}

fn interrupt(child: &mut Child) {
    kill_process(
        Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(),
        Signal::INT,
    )
    .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn ctrl_c_during_a_download_leaves_nothing() {
    let stage = far_away();
    let bucket = &stage.story("S13").bucket;
    assert!(stage.admin().put_generated(bucket, "large", 500_000_000));
    let folder = stage.folder().join("down");
    fs::create_dir(&folder).unwrap();
    let target = folder.join("large");
    let place = format!("s3://{bucket}/large");
    let mut child = stage
        .hat(["s3", "cp", &place, target.to_str().unwrap(), "--role", "stuzio"])
        .spawn()
        .unwrap();
    eventually("the first bytes", || (!files(&folder).is_empty()).then_some(()));
    interrupt(&mut child);
    assert_eq!(files(&folder), Vec::<String>::new());
}

#[test]
fn ctrl_c_is_heard_while_the_reader_of_standard_output_does_not_read_on() {
    let stage = Stage::set();
    let bucket = &stage.story("S13").bucket;
    assert!(stage.admin().put_generated(bucket, "large", 2_000_000));
    let place = format!("s3://{bucket}/large");
    let mut child = stage
        .hat(["s3", "cp", &place, "-", "--role", "stuzio"])
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0]).unwrap();
    interrupt(&mut child);
}

#[test]
fn c47_ctrl_c_during_an_upload_leaves_no_parts() {
    let stage = far_away();
    let bucket = &stage.story("S13").bucket;
    let file = stage.folder().join("large");
    fs::File::create(&file).unwrap().set_len(40_000_000).unwrap();
    let place = format!("s3://{bucket}/large");
    let mut child = stage
        .hat(["s3", "cp", file.to_str().unwrap(), &place, "--role", "stuzio"])
        .spawn()
        .unwrap();
    eventually("the first part", || {
        (stage.admin().calls("UploadPart") > 0).then_some(())
    });
    interrupt(&mut child);
    assert_eq!(stage.admin().calls("AbortMultipartUpload"), 1);
    assert!(stage.admin().object(bucket, "large", 1).is_none());
    let rows = stage.json(["history", "--json", "--event", "upload"]);
    assert_eq!(
        (rows.as_array().unwrap().len(), &rows[0]["outcome"]),
        (1, &"failed".into())
    );
}

#[test]
fn a_profile_with_only_keys_signs_with_the_keys_themselves() {
    let stage = Stage::set();
    let ran: Ran = stage.run(["s3", "ls", "--role", &stage.story("S13").identity]);
    // The user's own policies let it only assume the role: S3 says no, and STS was not asked.
    ran.failed(1);
    assert_eq!(stage.admin().calls("GetSessionToken"), 0);
}

#[test]
fn an_object_goes_from_one_roles_bucket_to_anothers() {
    let stage = Stage::set();
    let (from, to) = (
        stage.story("S14").bucket.clone(),
        stage.story("S13").bucket.clone(),
    );
    stage.admin().put_object(&from, "set/a", "theirs", "text/plain");
    let (source, target) = (format!("s3://{from}/set/a"), format!("s3://{to}/in/"));
    let roles = ["--role", "asi-production", "--to-role", "stuzio", "--json"];
    let done = stage.json([&["s3", "cp", &source, &target][..], &roles].concat());
    assert_eq!(
        (&done["to"], &done["way"], &done["bytes"]),
        (&format!("s3://{to}/in/a").into(), &"streamed".into(), &6.into())
    );
    assert!(done["why"].as_str().unwrap().contains("AccessDenied"));
    assert_eq!(stage.admin().object(&to, "in/a", 10).unwrap(), b"theirs");

    let all = format!("s3://{from}/set");
    let done = stage.json([&["s3", "cp", "--recursive", &all, &target][..], &roles].concat());
    assert_eq!((&done["files"], &done["failures"]), (&1.into(), &0.into()));
    let ran = stage.run([
        "s3",
        "cp",
        &source,
        "here",
        "--to-role",
        "stuzio",
        "--role",
        "asi-production",
    ]);
    ran.failed(2);
}

#[test]
fn c67_a_killed_download_goes_on_from_there() {
    let stage = far_away();
    let bucket = &stage.story("S13").bucket;
    assert!(stage.admin().put_generated(bucket, "large", 60_000_000));
    let folder = stage.folder().join("down");
    fs::create_dir(&folder).unwrap();
    let target = folder.join("large");
    let place = format!("s3://{bucket}/large");
    let command = [
        "s3",
        "cp",
        &place,
        target.to_str().unwrap(),
        "--role",
        "stuzio",
        "--json",
    ];
    let mut child = stage.hat(command).spawn().unwrap();
    let noted = || {
        let journal = files(&folder)
            .into_iter()
            .find(|name| name.ends_with(".journal"))?;
        let text = fs::read_to_string(folder.join(journal)).ok()?;
        (text.lines().count() > 3).then_some(())
    };
    eventually("the first ranges", noted);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!target.exists());
    let done = stage.json(command);
    assert!(done["resumed_bytes"].as_u64().unwrap() > 0, "{done}");
    assert_eq!(files(&folder), ["large"]);
    assert!(fs::read(&target).unwrap() == stage.admin().object(bucket, "large", u64::MAX).unwrap());
}

#[test]
fn everything_below_a_prefix_is_listed_by_key_by_pattern_and_in_sum() {
    let stage = Stage::set();
    let story = stage.story("S13");
    let mut keys = Vec::new();
    for folder in 0..12 {
        for n in 0..150 {
            let end = if n % 50 == 0 { "gz" } else { "txt" };
            keys.push(format!("deep/{folder:02}/{n:03}.{end}"));
        }
    }
    for key in &keys {
        assert!(stage.admin().put_object(&story.bucket, key, "xy", "text/plain"));
    }
    let place = |key: &str| format!("s3://{}/{key}", story.bucket);
    let ls = |args: &[&str]| {
        let mut all = vec!["s3", "ls", "--role", "stuzio"];
        all.extend(args);
        stage.run(all)
    };
    let listed = stage.json([
        "s3",
        "ls",
        &place("deep/"),
        "--recursive",
        "--role",
        "stuzio",
        "--json",
    ]);
    assert_eq!(names(&listed["objects"], "key"), keys);
    assert_eq!(
        (&listed["bucket"], &listed["next"]),
        (&story.bucket.as_str().into(), &Value::Null)
    );
    let shown = ls(&[&place("deep/"), "--recursive"]);
    assert_eq!(shown.out.lines().count(), keys.len());
    assert!(shown.err.contains("1800 objects, 3600 bytes"), "{}", shown.err);
    let shown = ls(&[&place("deep/0*.gz")]).succeeded().to_owned();
    assert_eq!(shown.lines().count(), 30);
    assert!(shown.lines().all(|line| line.ends_with(".gz")));
    let sum = ls(&[&place("deep/"), "--summary"]).succeeded().to_owned();
    assert_eq!(sum, "1800 objects, 3600 bytes\n");
    let none = stage.json([
        "s3",
        "ls",
        &place("nothing/"),
        "--recursive",
        "--role",
        "stuzio",
        "--json",
    ]);
    assert_eq!(none["objects"], Value::Array(Vec::new()));
    // Brackets are common in keys, and are no pattern there.
    assert_eq!(
        ls(&[&place("deep/[0-9]*.gz"), "--summary"]).succeeded(),
        "0 objects, 0 bytes\n"
    );
}

#[test]
fn versions_are_listed_on_request_and_a_requester_pays_when_told_to() {
    let stage = Stage::set();
    let story = stage.story("S13");
    let admin = stage.admin();
    assert!(admin.set_versioning(&story.bucket, hatrack_sandbox::Versioning::Enabled));
    for text in ["one", "other"] {
        assert!(admin.put_object(&story.bucket, "kept/a", text, "text/plain"));
    }
    let place = format!("s3://{}/kept/", story.bucket);
    let listed = stage.json(["s3", "ls", &place, "--versions", "--role", "stuzio", "--json"]);
    let sizes: Vec<_> = listed["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["size"].as_u64())
        .collect();
    assert_eq!(sizes, [Some(5), Some(3)]);
    // It is told to S3 whoever owns the bucket; to its owner it makes no difference.
    assert!(admin.set_requester_pays(&story.bucket, true));
    let paid = stage.run(["s3", "ls", &place, "--requester-pays", "--role", "stuzio"]);
    assert!(paid.succeeded().lines().any(|line| line.ends_with(" a")));
}
