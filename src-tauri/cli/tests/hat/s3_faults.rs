//! `hat s3 cp` on a disk that is full and killed at any moment. `HATRACK_TEST_CRASH_ROUNDS` says how often it is killed.
//!
//! Whatever happened: no wrong byte, nothing under its name before it is whole, and what was stopped goes on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use hatrack_sandbox::{Effect, On, Options, Shape};

use crate::stage::{Ran, Stage};

const MIB: usize = 1024 * 1024;

fn bytes(size: usize, salt: usize) -> Vec<u8> {
    (0..size)
        .map(|n| ((n / 3 + n / 1009 + salt) % 251) as u8)
        .collect()
}

/// What has a name of its own in the folder.
fn named(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with(".hatrack-")).collect();
    names.sort();
    names
}

/// The same command, where no file may be longer than so many KiB: what a disk says that takes no more, wherever it runs.
fn short_of_room(stage: &Stage, arguments: &[&str], kib: usize) -> Ran {
    let hat = stage.hat(arguments);
    let mut limited = Command::new("bash");
    limited
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {kib}; exec \"$@\""))
        .arg("hat")
        .arg(hat.get_program())
        .args(hat.get_args());
    stage.dress(&mut limited);
    Ran::of(limited.output().unwrap())
}

#[test]
fn a_file_that_there_is_no_room_for_is_not_there_and_comes_once_there_is() {
    let stage = Stage::set();
    let bucket = stage.story("S13").bucket.clone();
    let (small, large) = (bytes(100_000, 1), bytes(14 * MIB, 2));
    for (key, bytes) in [("from/a", &small), ("from/b", &large), ("from/c", &small)] {
        assert!(
            stage
                .admin()
                .put_object(&bucket, key, bytes.clone(), "text/plain")
        );
    }
    // The agent runs without the limit.
    stage.run(["s3", "ls", "--role", "stuzio"]).succeeded();

    let folder = stage.folder().join("one");
    fs::create_dir(&folder).unwrap();
    let (place, file) = (format!("s3://{bucket}/from/b"), folder.join("b"));
    let one = ["s3", "cp", &place, file.to_str().unwrap(), "--role", "stuzio"];
    let ran = short_of_room(&stage, &one, 4096);
    assert!(ran.failed(1).contains("could not be"), "{ran:?}");
    assert_eq!(named(&folder), [""; 0]);
    stage.run(one).succeeded();
    assert!(fs::read(&file).unwrap() == large);
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        1,
        "nothing is left beside it"
    );

    let folder = stage.folder().join("all");
    let place = format!("s3://{bucket}/from/");
    let all = [
        "s3",
        "cp",
        &place,
        folder.to_str().unwrap(),
        "-r",
        "--role",
        "stuzio",
    ];
    let ran = short_of_room(&stage, &all, 4096);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for name in named(&folder) {
        assert!(
            name != "b" && fs::read(folder.join(&name)).unwrap() == small,
            "{name}"
        );
    }
    stage.run(all).succeeded();
    assert_eq!(named(&folder), ["a", "b", "c"]);
    assert!(fs::read(folder.join("b")).unwrap() == large);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
}

/// A file system of so many MiB, where this user may make one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn of(mib: usize, at: &Path) -> Option<Self> {
        fs::create_dir(at).unwrap();
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "none"])
            .arg(at)
            .stderr(Stdio::null())
            .status();
        made.is_ok_and(|status| status.success())
            .then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: nothing here may keep it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_half_way_stops_a_folder_which_goes_on_once_there_is_room() {
    let stage = Stage::set();
    let Some(disk) = SmallDisk::of(24, &stage.folder().join("disk")) else {
        println!("passed over: only root may make a disk that is full");
        return;
    };
    let bucket = stage.story("S13").bucket.clone();
    let object = bytes(4 * MIB, 3);
    for n in 0..5 {
        let key = format!("from/{n}");
        assert!(
            stage
                .admin()
                .put_object(&bucket, &key, object.clone(), "text/plain")
        );
    }
    let ballast = disk.0.join("ballast");
    fs::write(&ballast, vec![0; 10 * MIB]).unwrap();
    let folder = disk.0.join("down");
    let place = format!("s3://{bucket}/from/");
    let all = [
        "s3",
        "cp",
        &place,
        folder.to_str().unwrap(),
        "-r",
        "--role",
        "stuzio",
    ];
    let ran = stage.run(all);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for name in named(&folder) {
        assert!(fs::read(folder.join(&name)).unwrap() == object, "{name}");
    }
    assert!(named(&folder).len() < 5);
    fs::remove_file(&ballast).unwrap();
    stage.run(all).succeeded();
    assert_eq!(named(&folder), ["0", "1", "2", "3", "4"]);
    for name in named(&folder) {
        assert!(fs::read(folder.join(&name)).unwrap() == object, "{name}");
    }
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        5,
        "nothing is left beside them"
    );
}

/// Numbers that look random, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// What is killed, and where it shows.
struct Case {
    arguments: Vec<String>,
    /// Each name that may be there, with its bytes.
    meant: Vec<(String, Vec<u8>)>,
}

fn rounds() -> u64 {
    let rounds = std::env::var("HATRACK_TEST_CRASH_ROUNDS").ok();
    rounds.and_then(|n| n.parse().ok()).unwrap_or(9)
}

#[test]
fn c67_killed_at_any_moment_no_byte_is_wrong_and_it_goes_on() {
    let stage = Stage::with(Options {
        shape: Shape {
            first_byte: Duration::from_millis(5),
            bytes_per_second: Some(60_000_000),
        },
        ..Default::default()
    });
    let bucket = stage.story("S13").bucket.clone();
    stage.run(["s3", "ls", "--role", "stuzio"]).succeeded();
    let mut dice = Dice(7);
    let mut tally = (0, 0, 0, 0);
    for round in 0..rounds() {
        let case = case(&stage, &bucket, round, &mut dice);
        // Killed once or more, at any moment of its life.
        for _ in 0..=dice.roll(3) {
            // A folder that is whole would come once more, beside what is there.
            if is_over(&stage, &bucket, &case, round) {
                break;
            }
            if dice.roll(4) == 0 {
                let arguments: Vec<&str> = case.arguments.iter().map(String::as_str).collect();
                let ran = short_of_room(&stage, &arguments, 8 + dice.roll(20_000) as usize);
                assert!(matches!(ran.code, Some(0 | 1)), "round {round}: {ran:?}");
                tally.3 += u64::from(ran.code == Some(1));
                continue;
            }
            let mut child = stage
                .hat(&case.arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(dice.roll(900)));
            let over = child.try_wait().unwrap().is_some();
            child.kill().unwrap();
            child.wait().unwrap();
            tally.0 += u64::from(!over);
            tally.1 += u64::from(over);
        }
        if !is_over(&stage, &bucket, &case, round) {
            let ran = stage.run(&case.arguments);
            assert_eq!(ran.code, Some(0), "round {round}: {ran:?}");
        }
        tally.2 += 1;
        let there = whole(&stage, &bucket, &case, round);
        assert_eq!(
            there,
            case.meant.len(),
            "round {round}: told as done, and it is not"
        );
    }
    println!(
        "{} runs of hat killed, {} were over before, {} had no room; {} transfers came to their end, no wrong byte",
        tally.0, tally.1, tally.3, tally.2
    );
}

/// A download, an upload or a folder that is new each time.
fn case(stage: &Stage, bucket: &str, round: u64, dice: &mut Dice) -> Case {
    let size = 13 * MIB + dice.roll(8_000_000) as usize;
    let salt = round as usize;
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (from, to, meant) = match round % 3 {
        0 => {
            let (key, file) = (
                format!("one/{round}"),
                stage.folder().join(format!("one-{round}")),
            );
            let object = bytes(size, salt);
            assert!(
                stage
                    .admin()
                    .put_object(bucket, &key, object.clone(), "text/plain")
            );
            (
                format!("s3://{bucket}/{key}"),
                text(&file),
                vec![(text(&file), object)],
            )
        }
        1 => {
            let (key, file) = (format!("up/{round}"), stage.folder().join(format!("up-{round}")));
            let object = bytes(size + 4 * MIB, salt);
            fs::write(&file, &object).unwrap();
            let place = format!("s3://{bucket}/{key}");
            (text(&file), place.clone(), vec![(place, object)])
        }
        _ => {
            let folder = stage.folder().join(format!("all-{round}"));
            let mut meant = Vec::new();
            for n in 0..60 {
                let size = match n {
                    30 => size,
                    _ => dice.roll(200_000) as usize,
                };
                let object = bytes(size, salt + n);
                let key = format!("all/{round}/{n:02}");
                assert!(
                    stage
                        .admin()
                        .put_object(bucket, &key, object.clone(), "text/plain")
                );
                meant.push((text(&folder.join(format!("{n:02}"))), object));
            }
            (format!("s3://{bucket}/all/{round}/"), text(&folder), meant)
        }
    };
    let mut arguments: Vec<String> = ["s3", "cp", &from, &to, "--role", "stuzio"]
        .map(str::to_owned)
        .into();
    if round % 3 == 2 {
        arguments.push("--recursive".into());
    }
    Case { arguments, meant }
}

/// Whether all of it is there, and nothing to go on from.
fn is_over(stage: &Stage, bucket: &str, case: &Case, round: u64) -> bool {
    let there = whole(stage, bucket, case, round);
    let folder = PathBuf::from(&case.meant[0].0);
    let unfinished = |folder: &Path| {
        let names = fs::read_dir(folder).into_iter().flatten();
        names
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().ends_with(".journal"))
    };
    there == case.meant.len() && !folder.parent().is_some_and(unfinished)
}

/// How many of its names are there; each is whole, and nothing else is.
fn whole(stage: &Stage, bucket: &str, case: &Case, round: u64) -> usize {
    let place = format!("s3://{bucket}/");
    let mut there = 0;
    for (name, bytes) in &case.meant {
        let found = match name.strip_prefix(&place) {
            Some(key) => stage.admin().object(bucket, key, u64::MAX),
            None => fs::read(name).ok(),
        };
        if let Some(found) = found {
            assert!(found == *bytes, "round {round}: {name} is not whole");
            there += 1;
        }
    }
    if round % 3 == 2 {
        let folder = PathBuf::from(&case.meant[0].0);
        let named = named(folder.parent().unwrap()).len();
        assert_eq!(named, there, "round {round}: something came twice");
    }
    there
}

#[test]
fn c45_what_is_written_to_standard_output_is_compared_as_it_passes() {
    let stage = Stage::set();
    let bucket = stage.story("S13").bucket.clone();
    let file = stage.folder().join("file");
    fs::write(&file, bytes(300_000, 5)).unwrap();
    let place = format!("s3://{bucket}/passed");
    stage
        .run(["s3", "cp", file.to_str().unwrap(), &place, "--role", "stuzio"])
        .succeeded();
    let cat = || {
        let out = stage
            .hat(["s3", "cat", &place, "--role", "stuzio"])
            .output()
            .unwrap();
        (
            out.status.code(),
            out.stdout,
            String::from_utf8(out.stderr).unwrap(),
        )
    };
    let (code, out, _) = cat();
    assert!(code == Some(0) && out == fs::read(&file).unwrap());
    // The look has no body to be wrong.
    let read = On::S3Path(format!("/{bucket}/passed"));
    stage.admin().inject(read, 2, Effect::WrongByte);
    let (code, _, why) = cat();
    assert_eq!(code, Some(1), "{why}");
    assert!(why.contains("does not match its CRC64NVME checksum"), "{why}");
}
