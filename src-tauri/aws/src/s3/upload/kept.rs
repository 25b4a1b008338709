//! Uploads in parts that go on after a stop, and those that nobody went on with.

use std::collections::HashMap;
use std::sync::Arc;

use futures::stream::{self, StreamExt};
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket::transfer::{
    Journal, Journals, PartSent, UploadBegun, UploadTaken, journal_id, line,
};
use hatrack_core::sts::AwsFailure;
use jiff::Timestamp;

use super::super::multipart::{Making, Unfinished as Removal};
use super::super::{S3, S3Failure, Turn, document};
use super::Order;
use super::source::Source;
use crate::answer::timestamp;

/// Pages of a list that are read at most.
const MOST_PAGES: usize = 1000;

/// An upload under way: its name, and the parts that S3 has from an earlier run.
pub struct Held {
    pub id: String,
    pub part_size: u64,
    pub parts: Vec<PartSent>,
    removal: Option<Removal>,
    journal: Option<Arc<dyn Journal>>,
    /// Not before the journal is let go.
    _turn: Option<Turn>,
}

impl Held {
    /// Takes up what an earlier run of the order left, or begins.
    pub async fn begin(
        making: &Making<'_>,
        order: &Order,
        source: &Source,
        part_size: u64,
    ) -> Result<Self, S3Failure> {
        let turn = match &order.journals {
            Some(_) => Some(making.s3.turn(id_of(order)).await),
            None => None,
        };
        let journal = match (&order.journals, &turn) {
            (Some(journals), Some(turn)) => opened(journals, order, turn).await?,
            _ => None,
        };
        let left = match &journal {
            Some(journal) => UploadTaken::read(&journal.read().map_err(|why| kept_badly(order, why))?),
            None => None,
        };
        if let Some(left) = left {
            if left.begun.source == source.described()
                && let Some(parts) = still_there(making, &left, source).await?
            {
                let taken = UploadTaken { parts, ..left };
                if let Some(journal) = &journal {
                    journal
                        .replace(&taken.text())
                        .map_err(|why| kept_badly(order, why))?;
                }
                return Ok(Self {
                    id: taken.begun.upload_id,
                    part_size: taken.begun.part_size,
                    parts: taken.parts,
                    removal: None,
                    journal,
                    _turn: turn,
                });
            }
            making.unfinished(&left.begun.upload_id).abort().await;
        }
        let id = making.create().await?;
        let removal = making.unfinished(&id);
        let begun = UploadBegun {
            bucket: order.bucket.as_str().to_owned(),
            key: order.key.clone(),
            upload_id: id.clone(),
            source: source.described(),
            part_size,
        };
        if let Some(journal) = &journal {
            let text = line(&begun).unwrap_or_default();
            journal.replace(&text).map_err(|why| kept_badly(order, why))?;
        }
        let removal = match &journal {
            // It goes on later.
            Some(_) => {
                removal.let_be();
                None
            }
            None => Some(removal),
        };
        Ok(Self {
            id,
            part_size,
            parts: Vec::new(),
            removal,
            journal,
            _turn: turn,
        })
    }

    /// How long part `number` of `total` bytes is.
    pub fn length(&self, number: u32, total: u64) -> u64 {
        let start = u64::from(number.saturating_sub(1)) * self.part_size;
        self.part_size.min(total.saturating_sub(start))
    }

    /// S3 has a part.
    pub async fn note(&self, part: &PartSent) -> Result<(), S3Failure> {
        if let (Some(journal), Some(line)) = (&self.journal, line(part)) {
            // A part that is not noted is sent again.
            if let Err(why) = journal.append(&line) {
                tracing::warn!(%why, "a part of an upload was not noted");
            }
        }
        Ok(())
    }

    /// The object is there.
    pub fn finished(self) {
        if let Some(removal) = self.removal {
            removal.let_be();
        }
        forget(self.journal);
    }

    /// It failed: what may go on later stays.
    pub async fn failed(self, making: &Making<'_>, failure: &S3Failure) {
        match (self.removal, &self.journal) {
            (Some(removal), _) => removal.abort().await,
            (None, Some(_)) if failure.passes() => {}
            (None, _) => {
                making.unfinished(&self.id).abort().await;
                forget(self.journal);
            }
        }
    }
}

fn forget(journal: Option<Arc<dyn Journal>>) {
    if let Some(journal) = journal
        && let Err(why) = journal.remove()
    {
        tracing::warn!(%why, "the journal of an upload was left behind");
    }
}

async fn opened(
    journals: &Arc<dyn Journals>,
    order: &Order,
    turn: &Turn,
) -> Result<Option<Arc<dyn Journal>>, S3Failure> {
    let (journals, id, turn) = (Arc::clone(journals), id_of(order), Arc::clone(turn));
    // The turn goes with what is opened: nobody else is told that it is taken while this is on its way.
    let opened = tokio::task::spawn_blocking(move || (journals.open(&id), turn)).await;
    match opened.map(|(journal, _)| journal) {
        Ok(Ok(journal)) => Ok(journal.map(Arc::from)),
        Ok(Err(why)) => Err(kept_badly(order, why)),
        Err(stopped) => Err(kept_badly(order, std::io::Error::other(stopped))),
    }
}

fn id_of(order: &Order) -> String {
    let path = std::path::absolute(&order.path).unwrap_or_else(|_| order.path.clone());
    journal_id(&[
        order.bucket.as_str().as_bytes(),
        order.key.as_bytes(),
        path.as_os_str().as_encoded_bytes(),
    ])
}

fn kept_badly(order: &Order, why: std::io::Error) -> S3Failure {
    S3Failure::Disk {
        path: order.path.clone(),
        doing: "noted as under way",
        why,
    }
}

/// The parts that S3 still has and that are still what the file holds; `None` where there is no such upload any more.
async fn still_there(
    making: &Making<'_>,
    left: &UploadTaken,
    source: &Source,
) -> Result<Option<Vec<PartSent>>, S3Failure> {
    let listed = match listed(making, &left.begun.upload_id).await {
        Ok(listed) => Some(listed),
        Err(S3Failure::Aws(AwsFailure::Refused(refusal))) if refusal.code == "NoSuchUpload" => {
            return Ok(None);
        }
        // Whoever may send parts need not be allowed to list them. What is not there then fails at the end.
        Err(S3Failure::Denied(_)) => None,
        Err(other) => return Err(other),
    };
    let size = left.begun.part_size;
    let mut believed: HashMap<u32, PartSent> = HashMap::new();
    for part in &left.parts {
        let there = listed
            .as_ref()
            .is_none_or(|listed| listed.get(&part.number) == Some(&part.etag));
        if there {
            believed.insert(part.number, part.clone());
        }
    }
    let checked = stream::iter(believed.into_values().map(|part| async move {
        let start = u64::from(part.number.saturating_sub(1)) * size;
        let end = source.size.min(start + size);
        let same = start < end && source.crc(start, end).await? == part.crc;
        Ok::<_, S3Failure>(same.then_some(part))
    }))
    .buffer_unordered(4)
    .collect::<Vec<_>>()
    .await;
    let mut parts = Vec::new();
    for part in checked {
        parts.extend(part?);
    }
    Ok(Some(parts))
}

/// The parts of an upload, by number, with their entity tags.
async fn listed(making: &Making<'_>, id: &str) -> Result<HashMap<u32, String>, S3Failure> {
    let mut found = HashMap::new();
    let mut after = None::<String>;
    for _ in 0..MOST_PAGES {
        let page = making
            .s3
            .signed(|| async {
                making
                    .client
                    .list_parts()
                    .bucket(making.bucket.as_str())
                    .key(making.key)
                    .upload_id(id)
                    .set_part_number_marker(after.clone())
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| making.call.failed(error))
            })
            .await?;
        for part in page.parts() {
            let number = part.part_number().and_then(|n| n.try_into().ok());
            if let (Some(number), Some(etag)) = (number, part.e_tag()) {
                found.insert(number, etag.to_owned());
            }
        }
        match page.next_part_number_marker() {
            Some(next) if page.is_truncated() == Some(true) && Some(next) != after.as_deref() => {
                after = Some(next.to_owned());
            }
            _ => break,
        }
    }
    Ok(found)
}

/// An upload whose parts take room and that nobody has completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The key.
    pub key: String,
    /// S3's name for it.
    pub upload_id: String,
    /// When it was begun.
    pub began_at: Option<Timestamp>,
    /// Whether it was begun here.
    pub ours: bool,
}

impl S3 {
    /// The unfinished uploads of a bucket, with which of them are in `journals`.
    pub async fn unfinished_uploads(
        &self,
        bucket: &BucketName,
        prefix: &str,
        journals: &Arc<dyn Journals>,
    ) -> Result<Vec<Unfinished>, S3Failure> {
        let ours: std::collections::HashSet<String> = kept_by(journals)
            .await
            .into_iter()
            .map(|taken| taken.begun.upload_id)
            .collect();
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:ListBucketMultipartUploads", bucket, None, &region);
        let mut found = Vec::new();
        let (mut key, mut upload) = (None::<String>, None::<String>);
        for _ in 0..MOST_PAGES {
            let page = self
                .signed(|| async {
                    client
                        .list_multipart_uploads()
                        .bucket(bucket.as_str())
                        .prefix(prefix)
                        .set_key_marker(key.clone())
                        .set_upload_id_marker(upload.clone())
                        .customize()
                        .config_override(document())
                        .send()
                        .await
                        .map_err(|error| call.failed(error))
                })
                .await?;
            found.extend(page.uploads().iter().filter_map(|one| {
                let id = one.upload_id()?.to_owned();
                Some(Unfinished {
                    key: one.key()?.to_owned(),
                    began_at: one.initiated().and_then(timestamp),
                    ours: ours.contains(&id),
                    upload_id: id,
                })
            }));
            let next = (page.next_key_marker, page.next_upload_id_marker);
            if page.is_truncated != Some(true) || next == (key.clone(), upload.clone()) {
                break;
            }
            (key, upload) = next;
        }
        Ok(found)
    }

    /// Removes the parts of an unfinished upload.
    pub async fn abort_upload(&self, bucket: &BucketName, upload: &Unfinished) -> Result<(), S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:AbortMultipartUpload", bucket, Some(&upload.key), &region);
        let aborted = self
            .signed(|| async {
                client
                    .abort_multipart_upload()
                    .bucket(bucket.as_str())
                    .key(&upload.key)
                    .upload_id(&upload.upload_id)
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await;
        match aborted {
            // Somebody else did it.
            Err(S3Failure::Aws(AwsFailure::Refused(refusal))) if refusal.code == "NoSuchUpload" => Ok(()),
            other => other.map(drop),
        }
    }

    /// Gives up what an unfinished upload of this order left.
    pub async fn abandon(&self, order: &Order) -> Result<(), S3Failure> {
        let Some(journals) = &order.journals else {
            return Ok(());
        };
        let turn = self.turn(id_of(order)).await;
        let Some(journal) = opened(journals, order, &turn).await? else {
            return Ok(());
        };
        let text = journal.read().map_err(|why| kept_badly(order, why))?;
        if let Some(taken) = UploadTaken::read(&text) {
            let left = Unfinished {
                key: taken.begun.key,
                upload_id: taken.begun.upload_id,
                began_at: None,
                ours: true,
            };
            self.abort_upload(&order.bucket, &left).await?;
        }
        journal.remove().map_err(|why| kept_badly(order, why))
    }
}

async fn kept_by(journals: &Arc<dyn Journals>) -> Vec<UploadTaken> {
    let journals = Arc::clone(journals);
    let all = tokio::task::spawn_blocking(move || journals.all()).await;
    let all = all.ok().and_then(Result::ok).unwrap_or_default();
    all.iter()
        .filter_map(|(_, text)| UploadTaken::read(text))
        .collect()
}
