//! Which files of a folder are in S3 already, so that an upload or a copy of it that was stopped goes on.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{Journal, Journals, journal_id, line, read_lines};
use serde::{Deserialize, Serialize};

use super::super::super::kept::opened;
use super::super::super::{S3, S3Failure, Turn, document, locked};

/// A file that is there. What it was is told by a hash: a folder has many.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    /// Of its name, its size and its version.
    file: String,
    /// The entity tag that it got, unquoted.
    etag: String,
}

/// The journal of one folder, and what it told.
pub struct Sent {
    journal: Option<Arc<dyn Journal>>,
    earlier: Mutex<HashMap<String, String>>,
    /// What this process has sent.
    here: SentHere,
    _turn: Option<Turn>,
}

/// The files of folders that this process has sent, by their names there.
pub type SentHere = Arc<Mutex<HashSet<String>>>;

/// One file or object as it is now: what is sent again is another.
pub fn told(name: &str, size: u64, version: &str) -> String {
    journal_id(&[name.as_bytes(), &size.to_be_bytes(), version.as_bytes()])
}

/// What the journal of a folder is called.
pub fn name_of(s3: &S3, from: &str, to: &S3Location, how: &str) -> String {
    let endpoint = s3.reach.endpoint.as_deref().unwrap_or_default();
    let parts = ["folder", from, to.bucket.as_str(), &to.key, endpoint, how];
    journal_id(&parts.map(str::as_bytes))
}

impl Sent {
    /// What an earlier run noted under this name. Without journals, or while another process has it, nothing is noted.
    pub async fn open(
        s3: &S3,
        journals: Option<&Arc<dyn Journals>>,
        name: String,
        path: &Path,
    ) -> Result<Self, S3Failure> {
        let Some(journals) = journals else {
            return Ok(Self {
                journal: None,
                earlier: Mutex::default(),
                here: Arc::default(),
                _turn: None,
            });
        };
        let here = s3.sent_here(&name);
        let turn = s3.turn(name.clone()).await;
        let journal = opened(journals, &name, path, &turn).await?;
        let mut earlier = HashMap::new();
        if let Some(journal) = &journal {
            let text = journal.read().map_err(|why| failed(path, why))?;
            let (lines, length) = read_lines::<Line>(&text);
            earlier.extend(lines.into_iter().map(|line| (line.file, line.etag)));
            if length < text.len() {
                // Torn: the next line starts on its own.
                let whole = String::from_utf8_lossy(&text[..length]);
                journal.replace(&whole).map_err(|why| failed(path, why))?;
            }
        }
        Ok(Self {
            journal,
            earlier: Mutex::new(earlier),
            here,
            _turn: Some(turn),
        })
    }

    /// Whether S3 has this file from an earlier run, as it was left.
    pub async fn is_there(&self, s3: &S3, file: &str, at: &S3Location) -> Result<bool, S3Failure> {
        let Some(etag) = locked(&self.earlier).remove(file) else {
            return Ok(false);
        };
        let (client, region) = s3.at(&at.bucket).await?;
        let call = s3.call("s3:GetObject", &at.bucket, Some(&at.key), &region);
        let head = s3
            .signed(|| async {
                client
                    .head_object()
                    .bucket(at.bucket.as_str())
                    .key(&at.key)
                    .if_match(format!("\"{etag}\""))
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await;
        match head {
            Ok(_) => Ok(true),
            // Whoever may write need not be allowed to look, and then S3 does not even tell whether it is there. What
            // this process has sent just now is; anything else is sent again.
            Err(S3Failure::Denied(_)) => Ok(locked(&self.here).contains(file)),
            Err(failure) if failure.passes() => Err(failure),
            Err(_) => Ok(false),
        }
    }

    /// S3 has this file.
    pub fn note(&self, file: String, etag: Option<&str>) {
        let (Some(journal), Some(etag)) = (&self.journal, etag) else {
            return;
        };
        let etag = etag.to_owned();
        locked(&self.here).insert(file.clone());
        // One that is not noted is sent again.
        if let Err(why) = journal.append(&line(&Line { file, etag }).unwrap_or_default()) {
            tracing::warn!(%why, "a file of a folder was not noted");
        }
    }

    /// All of it is there, or given up.
    pub fn finished(self) {
        locked(&self.here).clear();
        if let Some(journal) = self.journal
            && let Err(why) = journal.remove()
        {
            tracing::warn!(%why, "the journal of a folder was left behind");
        }
    }
}

fn failed(path: &Path, why: std::io::Error) -> S3Failure {
    S3Failure::Disk {
        path: path.to_owned(),
        doing: "noted as under way",
        why,
    }
}
