//! Renaming and moving. S3 has neither: the object is copied, the copy is compared, and then the original is deleted.
//!
//! Invariant: at each moment the whole object is at one of the two places, or at both. A failure says which.

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::S3Location;
use hatrack_core::sts::AwsFailure;

use super::super::copy;
use super::super::stored::Encryption;
use super::super::{Found, Guard, S3, S3Failure};
use super::Which;
use super::properties::{headers, size};

const IN_FLIGHT: usize = 16;
const MOST_TOLD: usize = 1000;

/// What becomes what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The object, or the prefix with its slash.
    pub from: S3Location,
    /// What it becomes.
    pub to: S3Location,
    /// Whether what is there already may be replaced.
    pub replace: bool,
}

/// An object that has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Bytes.
    pub bytes: u64,
    /// The new object's version, where its bucket has versions.
    pub version_id: Option<String>,
    /// The delete marker at the old place, where its bucket has versions.
    pub marker: Option<String>,
}

/// What stopped a rename. Nothing is lost.
#[derive(Debug, thiserror::Error)]
pub enum NotMoved {
    /// It is where it was, and only there.
    #[error("{why}; {from} is where it was")]
    Stays {
        /// Where it is.
        from: S3Location,
        /// What happened.
        why: S3Failure,
    },
    /// It is at both places.
    #[error("{why}. It is at both places now, {from} and {to}; delete the one that you do not want")]
    Both {
        /// The original.
        from: S3Location,
        /// The copy, whole.
        to: S3Location,
        /// What happened.
        why: String,
    },
}

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
}

/// A copy that was compared, and what is to be deleted for it.
struct Copied {
    from: S3Location,
    to: S3Location,
    etag: Option<String>,
    bytes: u64,
    version_id: Option<String>,
}

impl S3 {
    /// Renames an object, or moves it to another bucket.
    ///
    /// # Errors
    /// See [`NotMoved`].
    pub async fn rename(&self, rename: &Rename) -> Result<Moved, NotMoved> {
        let copied = self.copied(rename).await?;
        self.finish_rename(copied).await
    }

    /// Copies one object of the folder, unless it would come to lie in the folder again: there it could replace another
    /// one that is still to be copied, and would be moved along with the rest.
    async fn copied_out(&self, folder: &Rename, found: &Found) -> Result<Copied, NotMoved> {
        let one = folder.of(found);
        if one.to.bucket == folder.from.bucket && one.to.key.starts_with(&folder.from.key) {
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
    /// deleted. `progress` hears how many are copied, and then how many have moved.
    ///
    /// # Errors
    /// Those of listing, with nothing deleted. What of the copying failed is in the answer; then, too, nothing is deleted.
    pub async fn rename_folder(
        &self,
        rename: &Rename,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<FolderMoved, S3Failure> {
        let (mut copied, mut done) = (Vec::new(), FolderMoved::default());
        {
            let copies = self
                .walk(&rename.from, None)
                .map_ok(|found| async move { Ok((found.key.clone(), self.copied_out(rename, &found).await)) })
                .try_buffer_unordered(IN_FLIGHT);
            let mut copies = std::pin::pin!(copies);
            while let Some((key, outcome)) = copies.try_next().await? {
                match outcome {
                    Ok(one) => copied.push(one),
                    Err(why) => done.failed(key, why),
                }
                progress(count(copied.len()), 0);
            }
        }
        if done.failures > 0 {
            for one in copied {
                let key = one.from.key.clone();
                let why =
                    "another object of the folder could not be copied, so nothing was deleted".to_owned();
                done.failed(
                    key,
                    NotMoved::Both {
                        from: one.from,
                        to: one.to,
                        why,
                    },
                );
            }
            return Ok(done);
        }
        let total = count(copied.len());
        let mut moves = stream::iter(copied)
            .map(|one| async move {
                let (key, bytes) = (one.from.key.clone(), one.bytes);
                (key, bytes, self.finish_rename(one).await)
            })
            .buffer_unordered(IN_FLIGHT);
        while let Some((key, bytes, outcome)) = moves.next().await {
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

    /// The copy, compared with what was there before it.
    async fn copied(&self, rename: &Rename) -> Result<Copied, NotMoved> {
        let Rename { from, to, replace } = rename;
        let stays = |why| NotMoved::Stays {
            from: from.clone(),
            why,
        };
        let before = self.head(from, None).await.map_err(stays)?;
        // Not every server knows the condition that the copy is made on.
        if !replace && self.head(to, None).await.is_ok() {
            return Err(stays(S3Failure::Taken { what: to.to_string() }));
        }
        let order = copy::Order {
            from: from.clone(),
            to: to.clone(),
            storage_class: None,
            encryption: (from.bucket == to.bucket).then(|| encryption(&before)).flatten(),
            journals: None,
            guard: match replace {
                true => Guard::Anything,
                false => Guard::OnlyNew,
            },
        };
        let done = match self.copy_from(self, &order, &|_, _| ()).await {
            Ok(done) => done,
            // Only the target is written on a condition of ours.
            Err(S3Failure::Changed { .. }) if !replace => {
                return Err(stays(S3Failure::Taken { what: to.to_string() }));
            }
            Err(other) => return Err(stays(other)),
        };
        let both = |why: String| NotMoved::Both {
            from: from.clone(),
            to: to.clone(),
            why,
        };
        // Something could not be taken along: the original has it still.
        if let Some(note) = done.notes.first() {
            return Err(both(note.clone()));
        }
        let after = self.head(to, done.version_id.as_deref()).await;
        let after = after.map_err(|why| both(format!("the copy could not be looked at: {why}")))?;
        let same = |head: &HeadObjectOutput| (size(head), headers(head).metadata, headers(head).content_type);
        if same(&after) != same(&before) {
            return Err(both("the copy is not the same as the original".to_owned()));
        }
        Ok(Copied {
            from: from.clone(),
            to: to.clone(),
            etag: before.e_tag,
            bytes: done.bytes,
            version_id: done.version_id,
        })
    }

    /// Deletes the original, if it is still what was copied.
    async fn finish_rename(&self, copied: Copied) -> Result<Moved, NotMoved> {
        match self.delete_original(&copied).await {
            Ok(marker) => Ok(Moved {
                bytes: copied.bytes,
                version_id: copied.version_id,
                marker,
            }),
            Err(why) => Err(NotMoved::Both {
                from: copied.from,
                to: copied.to,
                why,
            }),
        }
    }

    async fn delete_original(&self, copied: &Copied) -> Result<Option<String>, String> {
        let told = |why: S3Failure| format!("the original could not be deleted: {why}");
        let now = self.head(&copied.from, None).await.map_err(told)?;
        if now.e_tag != copied.etag {
            return Err("the original was written again while it was copied".to_owned());
        }
        let (client, region) = self.at(&copied.from.bucket).await.map_err(told)?;
        let which = Which {
            key: copied.from.key.clone(),
            version_id: None,
        };
        let bucket = &copied.from.bucket;
        let etag = copied.etag.as_deref();
        match self.delete_one(&client, bucket, &region, &which, etag).await {
            // A server that knows no conditions; it was looked at just now.
            Err(S3Failure::Aws(AwsFailure::Refused(refusal))) if refusal.status == 501 => {
                let again = self.delete_one(&client, bucket, &region, &which, None).await;
                again.map_err(told)
            }
            Err(S3Failure::Changed { .. }) => {
                Err("the original was written again while it was copied".to_owned())
            }
            done => done.map_err(told),
        }
    }
}

impl Rename {
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

/// Within a bucket an object keeps its own; in another, that bucket's way counts.
fn encryption(head: &HeadObjectOutput) -> Option<Encryption> {
    match head.server_side_encryption()?.as_str() {
        "AES256" => Some(Encryption::S3),
        "aws:kms" => Some(Encryption::Kms(head.ssekms_key_id().map(str::to_owned))),
        _ => None,
    }
}
