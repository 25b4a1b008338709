//! Transfers of every kind through a sandbox that misbehaves, at points that a seed chooses. `TRANSFER_ROUNDS` says how
//! many.
//!
//! Whatever happened: no wrong byte, nothing under its name before it is whole, and what was stopped goes on and comes
//! to its end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::download::{Destination, Folder};
use hatrack_aws::s3::transfer::{
    Copy, CopyFolder, Download, DownloadFolder, Gauge, Job, Upload, UploadFolder,
};
use hatrack_aws::s3::{
    Guard, NoCredentials, S3, S3Failure, SessionCredentials, Stored, copy, download, upload,
};
use hatrack_core::bucket::transfer::{Journals, Only};
use hatrack_core::secret::Credentials;
use hatrack_sandbox::{Effect, On, Running, Story};
use tokio::sync::Notify;

use crate::download::files;
use crate::faults::Dice;
use crate::folders::InMemory;
use crate::world::{reach, sandbox, session, story};

/// So that a few MB are many parts.
const PART: u64 = 5 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Down,
    Up,
    Across,
    Streamed,
    DownAll,
    UpAll,
    StreamedAll,
}

const KINDS: [Kind; 7] = [
    Kind::Down,
    Kind::Up,
    Kind::Across,
    Kind::Streamed,
    Kind::DownAll,
    Kind::UpAll,
    Kind::StreamedAll,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Reset,
    Disconnect,
    Unavailable,
    WrongByte,
    ShortBody,
    Stall,
    Expired,
    SessionGone,
    Changed,
    Kill,
}

const FAULTS: [Fault; 10] = [
    Fault::Reset,
    Fault::Disconnect,
    Fault::Unavailable,
    Fault::WrongByte,
    Fault::ShortBody,
    Fault::Stall,
    Fault::Expired,
    Fault::SessionGone,
    Fault::Changed,
    Fault::Kill,
];

impl Fault {
    /// What the sandbox does; `None` for what happens on this side.
    fn effect(self) -> Option<Effect> {
        let error = |status, code: &str| Effect::Error {
            status,
            code: code.to_owned(),
            retry_after: None,
        };
        Some(match self {
            Self::Reset => Effect::TruncatedBody,
            Self::Disconnect => Effect::Disconnect,
            Self::Unavailable => error(503, "SlowDown"),
            Self::WrongByte => Effect::WrongByte,
            Self::ShortBody => Effect::ShortBody,
            Self::Stall => Effect::StalledBody,
            Self::Expired | Self::SessionGone => error(400, "ExpiredToken"),
            Self::Changed | Self::Kill => return None,
        })
    }
}

/// Renews, unless a person has to.
struct Owner {
    asked: AtomicU64,
    endpoint: String,
    story: Story,
    gone: AtomicBool,
    sandbox: Arc<Running>,
}

#[async_trait]
impl SessionCredentials for Owner {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        let before = self.asked.fetch_add(1, Ordering::SeqCst);
        if before > 0 && self.gone.load(Ordering::SeqCst) {
            return Err(NoCredentials("a code is needed".into()));
        }
        Ok(session(&self.sandbox, &self.story).await)
    }
}

/// One transfer and everything around it.
struct Round {
    sandbox: Arc<Running>,
    writer: Story,
    reader: Story,
    folder: tempfile::TempDir,
    /// What each name holds in the end.
    meant: BTreeMap<String, Vec<u8>>,
    target: Arc<S3>,
    source: Arc<S3>,
    owners: [Arc<Owner>; 2],
    journals: Arc<dyn Journals>,
    kind: Kind,
}

/// Bytes of which no piece is like another.
fn bytes(dice: &mut Dice, size: u64) -> Vec<u8> {
    let salt = dice.roll(1 << 30);
    let block: Vec<u8> = (0..65_537u64)
        .map(|n| ((n * 31 + n / 7 + salt) % 251) as u8)
        .collect();
    let mut all = Vec::with_capacity(size as usize + block.len() + 8);
    let mut count = salt;
    while all.len() < size as usize {
        all.extend_from_slice(&count.to_le_bytes());
        all.extend_from_slice(&block);
        count += 1;
    }
    all.truncate(size as usize);
    all
}

impl Round {
    async fn of(dice: &mut Dice) -> Self {
        let sandbox = Arc::new(sandbox().await);
        let (writer, reader) = (story(&sandbox, "S13"), story(&sandbox, "S14"));
        let kind = KINDS[dice.roll(KINDS.len() as u64) as usize];
        let many = matches!(kind, Kind::DownAll | Kind::UpAll | Kind::StreamedAll);
        let mut meant = BTreeMap::new();
        if many {
            for n in 0..12 {
                let size = dice.roll(60_000);
                meant.insert(format!("d{}/{n:02}", n % 3), bytes(dice, size));
            }
        }
        let size = match dice.roll(3) {
            0 => 16 * 1024 * 1024 + 1 + dice.roll(4_000_000),
            _ => dice.roll(300_000),
        };
        meant.insert("object".to_owned(), bytes(dice, size));
        let owner = |story: &Story| {
            Arc::new(Owner {
                asked: AtomicU64::new(0),
                endpoint: sandbox.endpoint().to_owned(),
                story: story.clone(),
                gone: AtomicBool::new(false),
                sandbox: Arc::clone(&sandbox),
            })
        };
        let owners = [owner(&writer), owner(&reader)];
        let s3 = |owner: &Arc<Owner>| {
            let s3 = S3::new(
                // What stalls after it was sent is waited out in seconds, not in minutes.
                Arc::new(HttpClients::default().with_patience(Duration::from_secs(5))),
                reach(&owner.endpoint),
                false,
                Arc::clone(owner) as Arc<dyn SessionCredentials>,
            );
            Arc::new(s3.with_parts_of(PART))
        };
        let (target, other) = (s3(&owners[0]), s3(&owners[1]));
        let source = match kind {
            Kind::Streamed | Kind::StreamedAll => other,
            _ => Arc::clone(&target),
        };
        let round = Self {
            folder: tempfile::tempdir().unwrap(),
            journals: Arc::new(InMemory::default()),
            sandbox,
            writer,
            reader,
            meant,
            target,
            source,
            owners,
            kind,
        };
        round.set_out();
        round
    }

    /// Puts what is transferred where it is taken from.
    fn set_out(&self) {
        for (name, bytes) in &self.meant {
            match self.kind {
                Kind::Up | Kind::UpAll => {
                    let path = self.local().join(name);
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(path, bytes).unwrap();
                }
                _ => {
                    let put = self.sandbox.admin().put_object(
                        self.from(),
                        &format!("from/{name}"),
                        bytes.clone(),
                        "text/plain",
                    );
                    assert!(put);
                }
            }
        }
    }

    fn local(&self) -> PathBuf {
        self.folder.path().join("local")
    }

    /// The bucket that is read.
    fn from(&self) -> &str {
        match self.kind {
            Kind::Streamed | Kind::StreamedAll => &self.reader.bucket,
            _ => &self.writer.bucket,
        }
    }

    fn down(&self) -> PathBuf {
        let path = self.folder.path().join("down");
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    /// One run; what came of it, in a word. `files` that are not there are told as a failure.
    async fn run(&self, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<(), Option<S3Failure>> {
        let gauge = Gauge::default();
        let (s3, bucket) = (Arc::clone(&self.target), self.writer.bucket.clone());
        let place = |key: &str| format!("s3://{bucket}/{key}").parse().unwrap();
        let from = |key: &str| format!("s3://{}/{key}", self.from()).parse().unwrap();
        let all_there = |report: hatrack_aws::s3::transfer::FolderReport| match report.troubled {
            0 => Ok(()),
            _ => Err(None),
        };
        match self.kind {
            Kind::Down => {
                let order = download::Order {
                    bucket: bucket.parse().unwrap(),
                    key: "from/object".into(),
                    folder: Folder::open(&self.down()).unwrap(),
                    destination: Destination::Exact("object".into()),
                    resumable: true,
                };
                let job = Download { s3, order };
                let done = job.s3.fetch(&job.order, &|done, _| progress(done)).await;
                done.map(drop).map_err(Some)
            }
            Kind::Up => {
                let order = upload::Order {
                    path: self.local().join("object"),
                    bucket: bucket.parse().unwrap(),
                    key: "to/object".into(),
                    stored: Stored::default(),
                    guard: Guard::Anything,
                    journals: Some(Arc::clone(&self.journals)),
                };
                let job = Upload { s3, order };
                let done = job.s3.send(&job.order, &|done, _| progress(done)).await;
                done.map(drop).map_err(Some)
            }
            Kind::Across | Kind::Streamed => {
                let order = copy::Order {
                    from: from("from/object"),
                    to: place("to/object"),
                    storage_class: None,
                    encryption: None,
                    guard: Guard::Anything,
                    journals: Some(Arc::clone(&self.journals)),
                };
                let job = Copy {
                    source: Arc::clone(&self.source),
                    target: s3,
                    order,
                };
                let moved = |done: u64, _| progress(done);
                let done = job.target.copy_from(&job.source, &job.order, &moved).await;
                done.map(drop).map_err(Some)
            }
            Kind::DownAll => {
                let job = DownloadFolder {
                    s3,
                    from: place("from/"),
                    folder: Folder::open(&self.down()).unwrap(),
                    only: Only::default(),
                };
                all_there(job.run(&gauge).await.map_err(Some)?)
            }
            Kind::UpAll => {
                let job = UploadFolder {
                    s3,
                    folder: self.local(),
                    to: place("to/"),
                    only: Only::default(),
                    stored: Stored::default(),
                    guard: Guard::Anything,
                    journals: Some(Arc::clone(&self.journals)),
                };
                all_there(job.run(&gauge).await.map_err(Some)?)
            }
            Kind::StreamedAll => {
                let job = CopyFolder {
                    source: Arc::clone(&self.source),
                    target: s3,
                    from: from("from/"),
                    to: place("to/"),
                    storage_class: None,
                    encryption: None,
                    guard: Guard::Anything,
                    only: Only::default(),
                    journals: Some(Arc::clone(&self.journals)),
                };
                all_there(job.run(&gauge).await.map_err(Some)?)
            }
        }
    }

    /// What is there under its name: of each, one of the versions that ever were.
    fn arrived(&self, versions: &BTreeMap<String, Vec<Vec<u8>>>, told: &str) -> usize {
        let found: BTreeMap<String, Vec<u8>> = match self.kind {
            Kind::Down | Kind::DownAll => files(&self.down())
                .into_iter()
                .filter(|(name, _)| !name.contains(".hatrack-"))
                .collect(),
            _ => self
                .meant
                .keys()
                .filter_map(|name| {
                    let key = format!("to/{name}");
                    let stored = self.sandbox.admin().object(&self.writer.bucket, &key, u64::MAX)?;
                    Some((name.clone(), stored))
                })
                .collect(),
        };
        for (name, bytes) in &found {
            let known = versions.get(name);
            assert!(
                known.is_some_and(|known| known.contains(bytes)),
                "{told}: {name} is not what was sent, or came twice"
            );
        }
        found.len()
    }
}

/// What was seen, for the printout.
#[derive(Default)]
struct Tally(Mutex<BTreeMap<String, u64>>);

impl Tally {
    fn add(&self, what: String) {
        *self.0.lock().unwrap().entry(what).or_default() += 1;
    }
}

async fn round(seed: u64, tally: Arc<Tally>) {
    let mut dice = Dice::of(seed);
    let round = Round::of(&mut dice).await;
    let mut versions: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for (name, bytes) in &round.meant {
        versions.insert(name.clone(), vec![bytes.clone()]);
    }
    let faults: Vec<Fault> = (0..=dice.roll(3))
        .map(|_| FAULTS[dice.roll(FAULTS.len() as u64) as usize])
        .collect();
    let told = format!("seed {seed}, {:?}, {faults:?}", round.kind);
    let killed = Notify::new();
    let mut kill_at = None;
    for fault in &faults {
        let after = dice.roll(3);
        let read = On::S3Path(format!("/{}/from/", round.from()));
        let written = On::S3Path(format!("/{}/to/", round.writer.bucket));
        let on = match round.kind {
            Kind::Down | Kind::DownAll => read,
            Kind::Up | Kind::UpAll | Kind::Across => written,
            Kind::Streamed | Kind::StreamedAll if dice.roll(2) == 0 => read,
            Kind::Streamed | Kind::StreamedAll => written,
        };
        match (fault.effect(), fault) {
            (Some(effect), _) => {
                // The ones before it are answered rightly, a little late.
                round
                    .sandbox
                    .admin()
                    .inject(on.clone(), after, Effect::Delay(Duration::from_millis(1)));
                round.sandbox.admin().inject(on, 1, effect);
            }
            // A folder that is gone on with keeps what it has, and brings the other version beside it.
            (None, Fault::Changed) if !matches!(round.kind, Kind::Up | Kind::UpAll | Kind::DownAll) => {
                let size = dice.roll(200_000);
                let other = bytes(&mut dice, size);
                versions.get_mut("object").unwrap().push(other.clone());
                round
                    .sandbox
                    .admin()
                    .change_object_after(round.from(), "from/object", after + 1, other);
            }
            (None, _) => kill_at = Some(dice.roll(20_000_000)),
        }
    }
    let gone = faults.contains(&Fault::SessionGone);
    for owner in &round.owners {
        owner.gone.store(gone, Ordering::SeqCst);
    }
    let moved = AtomicU64::new(0);
    // Each fault stops one run at most; two more are not disturbed.
    for attempt in 0..faults.len() + 3 {
        let progress = |done: u64| {
            moved.fetch_max(done, Ordering::Relaxed);
            if attempt == 0 && kill_at.is_some_and(|at| done >= at) {
                killed.notify_one();
            }
        };
        let done = tokio::select! {
            done = round.run(&progress) => Some(done),
            () = killed.notified() => None,
            // A folder tells no progress here: it is killed when it has had time to begin.
            () = tokio::time::sleep(Duration::from_millis(200)), if attempt == 0
                && kill_at.is_some()
                && matches!(round.kind, Kind::DownAll | Kind::UpAll | Kind::StreamedAll) => None,
        };
        // Aborts behind a run that was dropped must not meet the next.
        round.target.settled().await;
        let there = round.arrived(&versions, &told);
        let ending = match done {
            Some(Ok(())) => {
                assert_eq!(there, round.meant.len(), "{told}: told as done, and it is not");
                for fault in &faults {
                    tally.add(format!("{fault:?}: came to its end in run {}", attempt + 1));
                }
                tally.add(format!("{:?}: whole", round.kind));
                return;
            }
            None => "killed".to_owned(),
            Some(Err(Some(failure))) if failure.passes() => "stopped, kept".to_owned(),
            Some(Err(Some(_))) => "failed".to_owned(),
            Some(Err(None)) => "some failed".to_owned(),
        };
        tally.add(format!("runs: {ending}"));
        if gone {
            // The person brings a session.
            for owner in &round.owners {
                owner.gone.store(false, Ordering::SeqCst);
            }
        }
    }
    panic!("{told}: it never came to its end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c45_c46_c47_c67_transfers_of_every_kind_come_to_their_end_whole() {
    let rounds = std::env::var("TRANSFER_ROUNDS").ok();
    let rounds: u64 = rounds.and_then(|n| n.parse().ok()).unwrap_or(50);
    let tally = Arc::new(Tally::default());
    let mut left = 1..=rounds;
    let mut running = tokio::task::JoinSet::new();
    loop {
        // A few at once: a stall and a 503 are waited out.
        while running.len() < 6
            && let Some(seed) = left.next()
        {
            running.spawn(round(seed, Arc::clone(&tally)));
        }
        match running.join_next().await {
            Some(done) => done.unwrap(),
            None => break,
        }
    }
    for (what, count) in tally.0.lock().unwrap().iter() {
        println!("{count:6} {what}");
    }
    println!("{rounds} transfers of every kind, no wrong byte");
}
