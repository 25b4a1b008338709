//! Objects made in parts that go on after a stop: uploads, and copies of either way.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use futures::stream::{self, StreamExt};
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket::transfer::{
    Journal, Journals, PartSent, SourceFile, UploadBegun, UploadTaken, journal_id, line,
};
use hatrack_core::sts::AwsFailure;

use super::multipart::{Known, Made, Making, Unfinished as Removal, crc_of, whole_crc};
use super::{S3, S3Failure, Stored, Turn, document};

/// Pages of a list that are read at most.
pub(super) const MOST_PAGES: usize = 1000;

/// What an object in parts is made from, and where it is noted how far it is.
pub(super) struct Keeping<'a> {
    /// Without, nothing is left to go on from.
    pub journals: Option<&'a Arc<dyn Journals>>,
    pub id: String,
    /// What it is made from, for people.
    pub path: PathBuf,
    pub source: SourceFile,
    /// Whether S3 makes the parts by itself: then one that it lists is right, noted or not.
    pub by_s3: bool,
}

/// Names what is kept of an object made from `source` and stored so: stored otherwise, it is another.
pub(super) fn id_of(s3: &S3, bucket: &BucketName, key: &str, source: &[u8], stored: &Stored) -> String {
    let endpoint = s3.reach.endpoint.as_deref().unwrap_or_default();
    journal_id(&[
        bucket.as_str().as_bytes(),
        key.as_bytes(),
        source,
        endpoint.as_bytes(),
        stored.told().as_bytes(),
    ])
}

/// What an object in parts begins with.
pub(super) enum Start {
    /// The parts that are missing.
    Held(Held),
    /// Nothing: an earlier run made it, and heard no answer.
    There(Made),
}

/// An object under way: its upload's name, and the parts that S3 has from an earlier run.
pub(super) struct Held {
    pub id: String,
    pub part_size: u64,
    pub parts: Vec<PartSent>,
    removal: Option<Removal>,
    journal: Option<Arc<dyn Journal>>,
    path: PathBuf,
    /// Not before the journal is let go.
    _turn: Option<Turn>,
}

impl Held {
    /// Takes up what an earlier run left, or begins. Of the parts that S3 still has, those count that `same` finds to
    /// be what the source holds.
    pub async fn begin<F>(
        making: &Making<'_>,
        keeping: &Keeping<'_>,
        part_size: u64,
        same: impl Fn(PartSent, u64) -> F,
    ) -> Result<Start, S3Failure>
    where
        F: Future<Output = Result<Option<PartSent>, S3Failure>>,
    {
        let turn = match keeping.journals {
            Some(_) => Some(making.s3.turn(keeping.id.clone()).await),
            None => None,
        };
        let journal = match (keeping.journals, &turn) {
            (Some(journals), Some(turn)) => opened(journals, &keeping.id, &keeping.path, turn).await?,
            _ => None,
        };
        let wrong = |why| kept_badly(&keeping.path, why);
        let left = match &journal {
            Some(journal) => UploadTaken::read(&journal.read().map_err(wrong)?),
            None => None,
        };
        let mut held = Self {
            id: String::new(),
            part_size,
            parts: Vec::new(),
            removal: None,
            journal,
            path: keeping.path.clone(),
            _turn: turn,
        };
        if let Some(left) = left {
            let found = match left.begun.source == keeping.source {
                true => still_there(making, &left, keeping.by_s3, same).await?,
                false => None,
            };
            if let Some(parts) = found {
                if parts.len() != left.parts.len()
                    && let Some(journal) = &held.journal
                {
                    let text = UploadTaken {
                        parts: parts.clone(),
                        begun: left.begun.clone(),
                    };
                    journal.replace(&text.text()).map_err(wrong)?;
                }
                held.id = left.begun.upload_id;
                held.part_size = left.begun.part_size;
                held.parts = parts;
                return Ok(Start::Held(held));
            }
            if left.begun.source == keeping.source
                && let Some(crc) = sum_of(&left)
                && let Ok(Some(made)) = making.found_so_stored(&Known::Crc(crc)).await
            {
                held.finished();
                return Ok(Start::There(making.tagged(made).await?));
            }
            making.unfinished(&left.begun.upload_id).abort().await;
        }
        Ok(Start::Held(held.new_upload(making, keeping).await?))
    }

    async fn new_upload(mut self, making: &Making<'_>, keeping: &Keeping<'_>) -> Result<Self, S3Failure> {
        self.id = making.create().await?;
        let removal = making.unfinished(&self.id);
        let Some(journal) = &self.journal else {
            self.removal = Some(removal);
            return Ok(self);
        };
        let begun = UploadBegun {
            bucket: making.bucket.as_str().to_owned(),
            key: making.key.to_owned(),
            upload_id: self.id.clone(),
            source: keeping.source.clone(),
            part_size: self.part_size,
        };
        if let Err(why) = journal.replace(&line(&begun).unwrap_or_default()) {
            removal.abort().await;
            return Err(kept_badly(&self.path, why));
        }
        // It goes on later.
        removal.let_be();
        Ok(self)
    }

    /// How long part `number` of `total` bytes is.
    pub fn length(&self, number: u32, total: u64) -> u64 {
        let start = u64::from(number.saturating_sub(1)) * self.part_size;
        self.part_size.min(total.saturating_sub(start))
    }

    /// The numbers of the parts.
    pub fn numbers(&self, total: u64) -> std::ops::RangeInclusive<u32> {
        1..=u32::try_from(total.div_ceil(self.part_size)).unwrap_or(u32::MAX)
    }

    /// The numbers of those that S3 does not have yet.
    pub fn missing(&self, total: u64) -> impl Iterator<Item = u32> + Send + use<> {
        let there: HashSet<u32> = self.parts.iter().map(|part| part.number).collect();
        self.numbers(total).filter(move |number| !there.contains(number))
    }

    /// Bytes that S3 has from an earlier run.
    pub fn resumed(&self, total: u64) -> u64 {
        self.parts
            .iter()
            .map(|part| self.length(part.number, total))
            .sum()
    }

    /// S3 has a part.
    pub fn note(&self, part: &PartSent) {
        if let (Some(journal), Some(line)) = (&self.journal, line(part)) {
            // A part that is not noted is sent again.
            if let Err(why) = journal.append(&line) {
                tracing::warn!(%why, "a part of an upload was not noted");
            }
        }
    }

    /// The object is there.
    pub fn finished(self) {
        if let Some(removal) = self.removal {
            removal.let_be();
        }
        forget(self.journal);
    }

    /// It failed: what may go on later stays, and what could not be removed stays known.
    pub async fn failed(self, making: &Making<'_>, failure: &S3Failure) {
        match (self.removal, &self.journal) {
            (Some(removal), _) => removal.abort().await,
            (None, Some(_)) if failure.passes() => {}
            (None, _) => {
                if making.unfinished(&self.id).removed().await.is_ok() {
                    forget(self.journal);
                }
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

pub(super) async fn opened(
    journals: &Arc<dyn Journals>,
    id: &str,
    path: &std::path::Path,
    turn: &Turn,
) -> Result<Option<Arc<dyn Journal>>, S3Failure> {
    let (journals, id, turn) = (Arc::clone(journals), id.to_owned(), Arc::clone(turn));
    // The turn goes with what is opened: nobody else is told that it is taken while this is on its way.
    let opened = tokio::task::spawn_blocking(move || (journals.open(&id), turn)).await;
    match opened.map(|(journal, _)| journal) {
        Ok(Ok(journal)) => Ok(journal.map(Arc::from)),
        Ok(Err(why)) => Err(kept_badly(path, why)),
        Err(stopped) => Err(kept_badly(path, std::io::Error::other(stopped))),
    }
}

pub(super) fn kept_badly(path: &std::path::Path, why: std::io::Error) -> S3Failure {
    S3Failure::Disk {
        path: path.to_owned(),
        doing: "noted as under way",
        why,
    }
}

/// The CRC of the whole object, where all of its parts were sent.
fn sum_of(left: &UploadTaken) -> Option<u64> {
    let (size, total) = (left.begun.part_size.max(1), left.begun.source.size);
    // A part that was sent again counts as it was sent last.
    let last: HashMap<u32, PartSent> = left
        .parts
        .iter()
        .map(|part| (part.number, part.clone()))
        .collect();
    let mut all = 1..=u32::try_from(total.div_ceil(size)).ok()?;
    if !all.all(|number| last.contains_key(&number)) {
        return None;
    }
    let parts: Vec<PartSent> = last.into_values().collect();
    whole_crc(&parts, size, total)
}

/// The parts that S3 still has and that are still what the source holds; `None` where there is no such upload any more.
async fn still_there<F>(
    making: &Making<'_>,
    left: &UploadTaken,
    by_s3: bool,
    same: impl Fn(PartSent, u64) -> F,
) -> Result<Option<Vec<PartSent>>, S3Failure>
where
    F: Future<Output = Result<Option<PartSent>, S3Failure>>,
{
    let listed = match listed(making, &left.begun.upload_id).await {
        Ok(listed) => Some(listed),
        Err(S3Failure::Aws(AwsFailure::Refused(refusal))) if refusal.code == "NoSuchUpload" => {
            return Ok(None);
        }
        // Whoever may send parts need not be allowed to list them. What is not there then fails at the end.
        Err(S3Failure::Denied(_)) => None,
        Err(other) => return Err(other),
    };
    let mut believed: HashMap<u32, PartSent> = HashMap::new();
    for part in &left.parts {
        let there = listed.as_ref().is_none_or(|listed| {
            listed
                .get(&part.number)
                .is_some_and(|there| there.0.etag == part.etag)
        });
        if there {
            believed.insert(part.number, part.clone());
        }
    }
    let (size, total) = (left.begun.part_size, left.begun.source.size);
    for (number, (part, length)) in listed.filter(|_| by_s3).unwrap_or_default() {
        let start = u64::from(number.saturating_sub(1)) * size;
        if length == size.min(total.saturating_sub(start)) {
            believed.entry(number).or_insert(part);
        }
    }
    let checked = stream::iter(believed.into_values().map(|part| same(part, size)))
        .buffer_unordered(4)
        .collect::<Vec<_>>()
        .await;
    let mut parts = Vec::new();
    for part in checked {
        parts.extend(part?);
    }
    Ok(Some(parts))
}

/// The parts of an upload, by number, with their lengths.
async fn listed(making: &Making<'_>, id: &str) -> Result<HashMap<u32, (PartSent, u64)>, S3Failure> {
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
                let told = PartSent {
                    number,
                    etag: etag.to_owned(),
                    crc: part.checksum_crc64_nvme().and_then(crc_of),
                    source_crc: None,
                };
                let length = part.size().and_then(|size| size.try_into().ok());
                found.insert(number, (told, length.unwrap_or_default()));
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
