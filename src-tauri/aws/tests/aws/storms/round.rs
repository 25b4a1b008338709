//! One transfer and everything around it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
use hatrack_sandbox::{Running, Story};

use super::{KINDS, Kind};
use crate::download::files;
use crate::faults::Dice;
use crate::in_memory::InMemory;
use crate::world::{reach, sandbox, session, story};

/// So that a few MB are many parts.
const PART: u64 = 5 * 1024 * 1024;

/// Renews, unless a person has to.
pub struct Owner {
    asked: AtomicU64,
    endpoint: String,
    story: Story,
    pub gone: AtomicBool,
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
pub struct Round {
    pub sandbox: Arc<Running>,
    pub writer: Story,
    reader: Story,
    folder: tempfile::TempDir,
    /// What each name holds in the end.
    pub meant: BTreeMap<String, Vec<u8>>,
    pub target: Arc<S3>,
    source: Arc<S3>,
    pub owners: [Arc<Owner>; 2],
    journals: Arc<dyn Journals>,
    pub kind: Kind,
}

/// Bytes of which no piece is like another.
pub fn bytes(dice: &mut Dice, size: u64) -> Vec<u8> {
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
    pub async fn of(dice: &mut Dice) -> Self {
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
    pub fn from(&self) -> &str {
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
    pub async fn run(&self, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<(), Option<S3Failure>> {
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
    pub fn arrived(&self, versions: &BTreeMap<String, Vec<Vec<u8>>>, told: &str) -> usize {
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
