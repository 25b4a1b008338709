//! A plan with its sessions open, as a job for the engine.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use hatrack_aws::s3::copy::{self, Way};
use hatrack_aws::s3::download::{self, Destination, Folder};
use hatrack_aws::s3::transfer::{
    Copy, CopyFolder, Download, DownloadFolder, FolderReport, Gauge, Job, Upload, UploadFolder,
};
use hatrack_aws::s3::{Encryption, Guard, S3, S3Failure, Stored, upload};
use hatrack_core::bucket::transfer::{Journals, Only};
use hatrack_core::bucket::{BucketName, S3Location};

use super::plan::{Encrypted, Files, Objects, Plan, StoredAs, What, file_of, last_name, own_name};
use super::several::{Piece, Several};

/// What there is to say when it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Where it is on this computer.
    pub target: Option<PathBuf>,
    /// Files that are there.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that are not there.
    pub failed: u64,
    /// What was left out or could not be taken along.
    pub note: Option<String>,
}

/// Who signs, and where uploads are noted.
pub struct Sides {
    /// Reads, or is the only one.
    pub s3: Arc<S3>,
    /// Writes, where it is another.
    pub writer: Option<Arc<S3>>,
    /// Where is kept what an unfinished upload needs.
    pub journals: Arc<dyn Journals>,
    /// Which of several are there already.
    pub there: Arc<Mutex<BTreeSet<String>>>,
}

/// One of the engine's jobs.
pub enum Work {
    /// One object down.
    Download(Download),
    /// Everything below a prefix down.
    DownloadFolder(DownloadFolder),
    /// One file up.
    Upload(Box<Upload>),
    /// Everything below a folder up.
    UploadFolder(Box<UploadFolder>),
    /// One object across.
    Copy(Box<Copy>),
    /// Everything below a prefix across.
    CopyFolder(Box<CopyFolder>),
    /// Several of one kind.
    Several(Several),
}

impl Work {
    /// Of a plan. Opens the folder that a download goes to, so it may take as long as a disk does.
    pub fn of(plan: &Plan, sides: Sides) -> Result<Self, S3Failure> {
        match &plan.what {
            What::Download {
                bucket,
                objects,
                folder,
            } => {
                // A Downloads folder that was never used may not be there.
                let _ = std::fs::create_dir_all(folder);
                down(bucket, objects, &Folder::open(folder)?, sides)
            }
            What::Upload {
                files,
                bucket,
                prefix,
                replace,
            } => up(files, bucket, prefix, guard(*replace), sides),
            What::Copy {
                bucket,
                objects,
                to_bucket,
                to_prefix,
                stored,
                replace,
                ..
            } => {
                let to = S3Location {
                    bucket: to_bucket.clone(),
                    key: to_prefix.clone(),
                };
                Ok(across(bucket, objects, &to, stored, guard(*replace), sides))
            }
        }
    }
}

fn guard(replace: bool) -> Guard {
    if replace { Guard::Anything } else { Guard::OnlyNew }
}

fn down(bucket: &BucketName, objects: &Objects, folder: &Folder, sides: Sides) -> Result<Work, S3Failure> {
    let order = |key: &str| {
        Ok::<_, S3Failure>(download::Order {
            bucket: bucket.clone(),
            key: key.to_owned(),
            folder: folder.clone(),
            destination: Destination::Below(file_of(key)?),
            resumable: true,
        })
    };
    Ok(match objects {
        Objects::One { key } => Work::Download(Download {
            order: order(key)?,
            s3: sides.s3,
        }),
        Objects::Below { prefix } => Work::DownloadFolder(DownloadFolder {
            from: S3Location {
                bucket: bucket.clone(),
                key: prefix.clone(),
            },
            folder: folder.clone(),
            only: Only::default(),
            s3: sides.s3,
        }),
        Objects::Several { keys } => {
            let pieces = keys.iter().map(|key| {
                let piece = order(key).map(|order| {
                    Piece::Down(Download {
                        s3: Arc::clone(&sides.s3),
                        order,
                    })
                });
                (key.clone(), piece.map_err(|why| why.to_string()))
            });
            Work::Several(Several::new(pieces.collect(), sides.there))
        }
    })
}

fn up(
    files: &Files,
    bucket: &BucketName,
    prefix: &str,
    guard: Guard,
    sides: Sides,
) -> Result<Work, S3Failure> {
    let nameless = |path: &PathBuf| S3Failure::Disk {
        path: path.clone(),
        doing: "named in S3",
        why: std::io::Error::other("its name is no text; give it another"),
    };
    let order = |path: &PathBuf| {
        let name = own_name(path).ok_or_else(|| nameless(path))?;
        Ok::<_, S3Failure>(upload::Order {
            path: path.clone(),
            bucket: bucket.clone(),
            key: format!("{prefix}{name}"),
            stored: Stored::default(),
            guard: guard.clone(),
            journals: Some(Arc::clone(&sides.journals)),
        })
    };
    Ok(match files {
        Files::One { path } => Work::Upload(Box::new(Upload {
            order: order(path)?,
            s3: sides.s3,
        })),
        Files::Below { folder } => {
            let name = own_name(folder).ok_or_else(|| nameless(folder))?;
            Work::UploadFolder(Box::new(UploadFolder {
                folder: folder.clone(),
                to: S3Location {
                    bucket: bucket.clone(),
                    key: format!("{prefix}{name}/"),
                },
                only: Only::default(),
                stored: Stored::default(),
                guard,
                journals: Some(sides.journals),
                s3: sides.s3,
            }))
        }
        Files::Several { paths } => {
            let pieces = paths.iter().map(|path| {
                let piece = order(path).map(|order| {
                    Piece::Up(Box::new(Upload {
                        s3: Arc::clone(&sides.s3),
                        order,
                    }))
                });
                (path.display().to_string(), piece.map_err(|why| why.to_string()))
            });
            Work::Several(Several::new(pieces.collect(), sides.there))
        }
    })
}

fn across(
    bucket: &BucketName,
    objects: &Objects,
    to: &S3Location,
    stored: &StoredAs,
    guard: Guard,
    sides: Sides,
) -> Work {
    let target = sides.writer.unwrap_or_else(|| Arc::clone(&sides.s3));
    let encryption = stored.encryption.clone().map(|with| match with {
        Encrypted::S3 => Encryption::S3,
        Encrypted::Kms { key } => Encryption::Kms(key),
    });
    let below = |name: &str| S3Location {
        bucket: to.bucket.clone(),
        key: format!("{}{name}", to.key),
    };
    let one = |key: &str| Copy {
        source: Arc::clone(&sides.s3),
        target: Arc::clone(&target),
        order: copy::Order {
            from: S3Location {
                bucket: bucket.clone(),
                key: key.to_owned(),
            },
            to: below(last_name(key)),
            storage_class: stored.storage_class.clone(),
            encryption: encryption.clone(),
            guard: guard.clone(),
            journals: Some(Arc::clone(&sides.journals)),
        },
    };
    match objects {
        Objects::One { key } => Work::Copy(Box::new(one(key))),
        Objects::Below { prefix } => Work::CopyFolder(Box::new(CopyFolder {
            source: Arc::clone(&sides.s3),
            target: Arc::clone(&target),
            from: S3Location {
                bucket: bucket.clone(),
                key: prefix.clone(),
            },
            to: match last_name(prefix) {
                "" => to.clone(),
                name => below(&format!("{name}/")),
            },
            storage_class: stored.storage_class.clone(),
            encryption: encryption.clone(),
            guard: guard.clone(),
            only: Only::default(),
            journals: Some(Arc::clone(&sides.journals)),
        })),
        Objects::Several { keys } => {
            let pieces = keys
                .iter()
                .map(|key| (key.clone(), Ok(Piece::Across(Box::new(one(key))))));
            Work::Several(Several::new(pieces.collect(), sides.there))
        }
    }
}

#[async_trait]
impl Job for Work {
    type Report = Report;

    async fn run(&self, gauge: &Gauge) -> Result<Report, S3Failure> {
        Ok(match self {
            Self::Download(job) => {
                let done = job.run(gauge).await?;
                Report {
                    target: Some(job.order.folder.path().join(done.path)),
                    files: 1,
                    bytes: done.bytes,
                    ..Report::default()
                }
            }
            Self::DownloadFolder(job) => Report {
                target: Some(job.folder.path().to_owned()),
                ..Report::of(job.run(gauge).await?)
            },
            Self::Upload(job) => {
                let done = job.run(gauge).await?;
                Report {
                    files: 1,
                    bytes: done.bytes,
                    ..Report::default()
                }
            }
            Self::UploadFolder(job) => Report::of(job.run(gauge).await?),
            Self::Copy(job) => {
                let done = job.run(gauge).await?;
                Report {
                    files: 1,
                    bytes: done.bytes,
                    note: noted(done.notes.first(), &done.way),
                    ..Report::default()
                }
            }
            Self::CopyFolder(job) => Report::of(job.run(gauge).await?),
            Self::Several(job) => job.run(gauge).await?,
        })
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        match self {
            Self::Download(job) => job.discard().await,
            Self::DownloadFolder(job) => job.discard().await,
            Self::Upload(job) => job.discard().await,
            Self::UploadFolder(job) => job.discard().await,
            Self::Copy(job) => job.discard().await,
            Self::CopyFolder(job) => job.discard().await,
            Self::Several(job) => job.discard().await,
        }
    }

    async fn session_back(&self) {
        match self {
            Self::Download(job) => job.session_back().await,
            Self::DownloadFolder(job) => job.session_back().await,
            Self::Upload(job) => job.session_back().await,
            Self::UploadFolder(job) => job.session_back().await,
            Self::Copy(job) => job.session_back().await,
            Self::CopyFolder(job) => job.session_back().await,
            Self::Several(job) => job.session_back().await,
        }
    }
}

/// What a copy leaves to be said.
pub fn noted(note: Option<&String>, way: &Way) -> Option<String> {
    match (note, way) {
        (Some(note), _) => Some(note.clone()),
        (None, Way::Streamed { why }) => Some(format!("went through this computer: {why}")),
        (None, Way::ServerSide) => None,
    }
}

impl Report {
    /// Of a folder.
    fn of(done: FolderReport) -> Self {
        let first = done.troubles.first();
        let left_out = first.map(|first| left_out(done.troubled, done.files, &first.name, &first.why));
        let streamed = done
            .why_streamed
            .map(|why| format!("{} went through this computer: {why}", done.streamed));
        Self {
            target: None,
            files: done.files,
            bytes: done.bytes,
            failed: done.troubled,
            note: left_out.or(done.note).or(streamed),
        }
    }
}

/// What was left out of several, with the first as an example.
pub fn left_out(failed: u64, done: u64, name: &str, why: &str) -> String {
    let all = failed + done;
    format!(
        "{failed} of {all} {} left out: {name}: {why}",
        if failed == 1 { "was" } else { "were" }
    )
}
