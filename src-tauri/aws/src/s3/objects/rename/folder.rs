//! A folder moved: all of it is copied before the first original is deleted.

use futures::stream::{self, StreamExt};
use hatrack_core::bucket::S3Location;

use super::super::super::{Found, S3, S3Failure};
use super::super::stop::Stop;
use super::{Copied, NotMoved, Rename, may_be_one};

const IN_FLIGHT: usize = 16;
const MOST_TOLD: usize = 1000;

/// What came of a folder.
#[derive(Debug, Default)]
pub struct FolderMoved {
    /// How many objects are at the new place only.
    pub moved: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many are still, or also, at the old place.
    pub failures: u64,
    /// The first of them, each with its key.
    pub failed: Vec<(String, NotMoved)>,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

impl S3 {
    /// Copies one object of the folder, unless it would come to lie in the folder again: there it could replace another
    /// one that is still to be copied, and would be moved along with the rest.
    async fn copied_out(&self, folder: &Rename, found: &Found) -> Result<Copied, NotMoved> {
        let one = folder.of(found);
        if folder.may_be_in_itself(&one.to) {
            return Err(NotMoved::Stays {
                why: S3Failure::Taken {
                    what: one.to.to_string(),
                },
                from: one.from,
            });
        }
        self.copied(&one).await
    }

    /// Renames everything below a prefix: all is copied first, and only when all of it is there is the first original
    /// deleted. `progress` hears how many are copied, and then how many have moved. Stopped while it copies, nothing is
    /// deleted; later, what has not moved is at both places.
    ///
    /// # Errors
    /// Those of listing, with nothing copied or deleted. What of the copying failed, or was copied before the listing
    /// broke off, is in the answer; then, too, nothing is deleted.
    pub async fn rename_folder(
        &self,
        rename: &Rename,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
        stop: &Stop,
    ) -> Result<FolderMoved, S3Failure> {
        let (copied, mut done, broke) = self.copy_folder(rename, progress, stop).await;
        done.stopped = stop.is_asked();
        let nothing_deleted = match (broke, done.failures > 0) {
            (Some(why), false) if copied.is_empty() => return Err(why),
            (Some(why), _) => Some(format!(
                "the rest of the folder could not be listed, so nothing was deleted: {why}"
            )),
            (None, true) => {
                Some("another object of the folder could not be copied, so nothing was deleted".to_owned())
            }
            (None, false) if done.stopped => {
                Some("it was stopped before the first original was deleted".to_owned())
            }
            (None, false) => None,
        };
        if let Some(why) = nothing_deleted {
            copied.into_iter().for_each(|one| done.at_both(one, &why));
            return Ok(done);
        }
        let total = count(copied.len());
        let mut moves = stream::iter(copied)
            .map(|one| async move {
                let (key, bytes, stopped) = (one.from.key.clone(), one.bytes, stop.is_asked());
                let moved = match stopped {
                    true => Err(one.both("it was stopped before the original was deleted")),
                    false => self.finish_rename(one).await,
                };
                (key, bytes, stopped, moved)
            })
            .buffer_unordered(IN_FLIGHT);
        while let Some((key, bytes, stopped, outcome)) = moves.next().await {
            // Asked to stop when all was under way already, it was not stopped.
            done.stopped |= stopped;
            match outcome {
                Ok(_) => {
                    done.moved += 1;
                    done.bytes += bytes;
                }
                Err(why) => done.failed(key, why),
            }
            progress(total, done.moved);
        }
        Ok(done)
    }

    /// Copies what lies below: what is copied, what is not, and what broke off the listing. Whatever ends it, what is
    /// under way then is waited for, so that it is known.
    async fn copy_folder(
        &self,
        rename: &Rename,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
        stop: &Stop,
    ) -> (Vec<Copied>, FolderMoved, Option<S3Failure>) {
        let (mut copied, mut done, mut broke) = (Vec::new(), FolderMoved::default(), None);
        let copies = self
            .walk(&rename.from, None)
            .take_until(stop.asked())
            .map(|found| async move {
                let found = found?;
                Ok::<_, S3Failure>((found.key.clone(), self.copied_out(rename, &found).await))
            })
            .buffer_unordered(IN_FLIGHT);
        let mut copies = std::pin::pin!(copies);
        while let Some(outcome) = copies.next().await {
            match outcome {
                Ok((_, Ok(one))) => copied.push(one),
                Ok((key, Err(why))) => done.failed(key, why),
                Err(why) => broke = broke.or(Some(why)),
            }
            progress(count(copied.len()), 0);
        }
        (copied, done, broke)
    }
}

impl Rename {
    /// Whether a folder would, or may, move into itself.
    pub fn is_into_itself(&self) -> bool {
        self.may_be_in_itself(&self.to)
    }

    /// Whether a place may lie in the folder that moves. Of the same keys in what may be the same bucket each would come
    /// to lie on itself, which is found out object by object.
    fn may_be_in_itself(&self, place: &S3Location) -> bool {
        place.key.starts_with(&self.from.key)
            && match self.from.bucket == self.to.bucket {
                true => true,
                false => self.from.key != self.to.key && may_be_one(&self.from, &self.to),
            }
    }

    /// One of what lies below.
    fn of(&self, found: &Found) -> Self {
        let rest = found.key.strip_prefix(&self.from.key).unwrap_or(&found.key);
        let place = |bucket: &S3Location, key: String| S3Location {
            bucket: bucket.bucket.clone(),
            key,
        };
        Self {
            from: place(&self.from, found.key.clone()),
            to: place(&self.to, format!("{}{rest}", self.to.key)),
            replace: self.replace,
        }
    }
}

impl FolderMoved {
    fn at_both(&mut self, one: Copied, why: &str) {
        let not = one.both(why);
        self.failed(one.from.key, not);
    }

    fn failed(&mut self, key: String, why: NotMoved) {
        self.failures += 1;
        if self.failed.len() < MOST_TOLD {
            self.failed.push((key, why));
        }
    }
}

fn count(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}
