//! Downloads through whatever goes wrong, at points that a seed chooses. `TRANSFER_ROUNDS` says how many.
//!
//! Whatever happened: no wrong byte, no file under its name before it is whole, and the next try ends it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::download::{Destination, Downloaded, Folder, Order};
use hatrack_aws::s3::{NoCredentials, S3, S3Failure, SessionCredentials};
use hatrack_core::secret::Credentials;
use tokio::sync::Notify;

use crate::download::files;
use crate::server::{Answer, Asked, Server};
use crate::world::{keys, reach};

/// The same numbers for the same seed.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Reset,
    Unavailable,
    WrongByte,
    Changed,
    SessionEnded,
    Kill,
}

const FAULTS: [Fault; 6] = [
    Fault::Reset,
    Fault::Unavailable,
    Fault::WrongByte,
    Fault::Changed,
    Fault::SessionEnded,
    Fault::Kill,
];

/// One object, its versions, and what goes wrong with the requests for it.
struct World {
    versions: [Vec<u8>; 2],
    changed: AtomicBool,
    faults: Mutex<Vec<(usize, Fault)>>,
    seen: AtomicUsize,
    killed: Notify,
}

impl World {
    fn of(dice: &mut Dice) -> Self {
        let size = match dice.roll(4) {
            0 => 13 * 1024 * 1024 + dice.roll(4_000_000),
            _ => dice.roll(2_500_000),
        };
        let bytes = |salt: u64| (0..size).map(|n| ((n * 31 + n / 7 + salt) % 251) as u8).collect();
        let faults = (0..=dice.roll(3)).map(|_| {
            let fault = FAULTS[dice.roll(FAULTS.len() as u64) as usize];
            (dice.roll(4) as usize, fault)
        });
        let faults = faults.collect();
        Self {
            versions: [bytes(1), bytes(2)],
            changed: AtomicBool::new(false),
            faults: Mutex::new(faults),
            seen: AtomicUsize::new(0),
            killed: Notify::new(),
        }
    }

    fn now(&self) -> &[u8] {
        &self.versions[usize::from(self.changed.load(Ordering::SeqCst))]
    }

    fn answer(&self, asked: &Asked) -> Answer {
        if asked.method == "HEAD" {
            return self.head(asked).with("x-amz-bucket-region", "us-east-1");
        }
        let n = self.seen.fetch_add(1, Ordering::SeqCst);
        let fault = {
            let mut faults = self.faults.lock().unwrap();
            let due = faults.iter().position(|(at, _)| *at <= n);
            due.map(|due| faults.remove(due).1)
        };
        let error = |status, code: &str| {
            Answer::new(
                status,
                format!("<Error><Code>{code}</Code><Message>no</Message></Error>"),
            )
        };
        match fault {
            None => self.right(asked, None),
            Some(Fault::Reset) => self.right(asked, None).cut(),
            Some(Fault::Unavailable) => error(503, "SlowDown"),
            Some(Fault::WrongByte) => self.right(asked, Some(n)),
            Some(Fault::SessionEnded) => error(400, "ExpiredToken"),
            Some(Fault::Changed) => {
                self.changed.store(true, Ordering::SeqCst);
                self.right(asked, None)
            }
            Some(Fault::Kill) => {
                self.killed.notify_one();
                self.right(asked, None).cut()
            }
        }
    }

    /// Of the bucket, or of the object as it is now.
    fn head(&self, asked: &Asked) -> Answer {
        if !asked.path.contains("/object") {
            return Answer::new(200, "");
        }
        let bytes = self.now();
        let etag = format!("\"v{}\"", u8::from(self.changed.load(Ordering::SeqCst)));
        let wanted = asked.header("if-match");
        if !wanted.is_empty() && wanted != etag {
            return Answer::new(412, "");
        }
        Answer::head(bytes.len() as u64)
            .with("etag", &etag)
            .with("x-amz-checksum-crc64nvme", &crc(bytes))
    }

    fn right(&self, asked: &Asked, wrong: Option<usize>) -> Answer {
        let bytes = self.now();
        let etag = format!("\"v{}\"", u8::from(self.changed.load(Ordering::SeqCst)));
        let wanted = asked.header("if-match");
        if !wanted.is_empty() && wanted != etag {
            return Answer::new(
                412,
                "<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>",
            );
        }
        let spoiled = |piece: &[u8]| {
            let mut piece = piece.to_vec();
            if let (Some(at), false) = (wrong, piece.is_empty()) {
                let at = at * 7919 % piece.len();
                piece[at] ^= 0x40;
            }
            piece
        };
        let range = asked
            .header("range")
            .strip_prefix("bytes=")
            .and_then(|r| r.split_once('-'));
        match range {
            None => Answer::new(200, spoiled(bytes)).with("x-amz-checksum-crc64nvme", &crc(bytes)),
            Some((first, last)) => {
                let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
                Answer::new(206, spoiled(&bytes[first..=last]))
                    .with("content-range", &format!("bytes {first}-{last}/{}", bytes.len()))
            }
        }
        .with("etag", &etag)
    }
}

fn crc(bytes: &[u8]) -> String {
    use base64::Engine;
    let sum = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, bytes);
    base64::engine::general_purpose::STANDARD.encode(sum.to_be_bytes())
}

/// A new session each time it is asked.
#[derive(Default)]
struct Sessions(AtomicU64);

#[async_trait]
impl SessionCredentials for Sessions {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        Ok(keys(&format!("ASIA{n:016}"), "canary-secret-access-key"))
    }
}

/// One run; `None` if it was killed.
async fn attempt(world: &World, s3: &S3, order: &Order) -> Option<Result<Downloaded, S3Failure>> {
    tokio::select! {
        done = s3.fetch(order, &|_, _| {}) => Some(done),
        () = world.killed.notified() => None,
    }
}

/// The file under its own name, if it is there.
fn named(folder: &Path) -> Option<Vec<u8>> {
    let all = files(folder);
    assert!(
        all.keys()
            .all(|name| name == "file" || name.starts_with(".hatrack-")),
        "{:?}",
        all.keys()
    );
    all.get("file").cloned()
}

async fn round(seed: u64) {
    let mut dice = Dice::of(seed);
    let world = Arc::new(World::of(&mut dice));
    let planned = world.faults.lock().unwrap().clone();
    let serving = Arc::clone(&world);
    let server = Server::start(move |_, asked| serving.answer(asked)).await;
    let s3 = S3::new(
        Arc::new(HttpClients::default()),
        reach(&server.url()),
        false,
        Arc::new(Sessions::default()),
    );
    let folder = tempfile::tempdir().unwrap();
    let order = Order {
        bucket: "example-bucket".parse().unwrap(),
        key: "object".into(),
        folder: Folder::open(folder.path()).unwrap(),
        destination: Destination::Exact("file".into()),
        resumable: true,
    };
    // Each fault stops one run at most; the one after the last is not disturbed.
    for _ in 0..=planned.len() {
        let done = attempt(&world, &s3, &order).await;
        match (done, named(folder.path())) {
            (Some(Ok(_)), Some(bytes)) => {
                assert!(
                    world.versions.contains(&bytes),
                    "seed {seed}: {planned:?}: a wrong byte"
                );
                assert_eq!(files(folder.path()).len(), 1, "seed {seed}: {planned:?}");
                return;
            }
            (Some(Err(_)) | None, None) => {}
            (done, named) => panic!("seed {seed}: {planned:?}: {done:?}, file: {}", named.is_some()),
        }
    }
    panic!("seed {seed}: {planned:?}: it never came to its end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c45_c46_c67_whatever_goes_wrong_no_wrong_byte_and_the_next_try_ends_it() {
    let rounds = std::env::var("TRANSFER_ROUNDS").ok();
    let rounds: u64 = rounds.and_then(|n| n.parse().ok()).unwrap_or(50);
    let mut left = 1..=rounds;
    let mut running = tokio::task::JoinSet::new();
    loop {
        // A few at once: what a 503 is waited out for is no work.
        while running.len() < 8
            && let Some(seed) = left.next()
        {
            running.spawn(round(seed));
        }
        match running.join_next().await {
            Some(done) => done.unwrap(),
            None => break,
        }
    }
    println!("{rounds} transfers, no wrong byte");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn c63_a_disk_that_is_too_full_is_told_before_the_first_byte() {
    let folder = tempfile::tempdir().unwrap();
    let found = rustix::fs::statvfs(folder.path()).unwrap();
    let size = (found.f_bavail * found.f_frsize) * 2 + (1 << 30);
    let sandbox = crate::world::sandbox().await;
    let story = crate::world::story(&sandbox, "S13");
    let s3 = crate::world::s3(&sandbox, &story).await;
    sandbox.admin().put_generated(&story.bucket, "huge", size);
    let order = Order {
        bucket: story.bucket.parse().unwrap(),
        key: "huge".into(),
        folder: Folder::open(folder.path()).unwrap(),
        destination: Destination::Exact("file".into()),
        resumable: true,
    };
    let failure = s3.fetch(&order, &|_, _| panic!("bytes moved")).await.unwrap_err();
    assert!(matches!(failure, S3Failure::Disk { .. }), "{failure:?}");
    assert!(files(folder.path()).is_empty());
    sandbox.shutdown().await;
}
