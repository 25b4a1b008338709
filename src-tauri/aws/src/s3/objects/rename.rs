//! Renaming and moving. S3 has neither: the object is copied, the copy is compared, and then the original is deleted.
//!
//! Invariant: at each moment the whole object is at one of the two places, or at both. A failure says which.

mod folder;

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::DateTime;
use hatrack_core::bucket::S3Location;
use hatrack_core::sts::AwsFailure;

use super::super::copy;
use super::super::stored::Encryption;
use super::super::{Guard, S3, S3Failure};
use super::deletion::Which;
use super::properties::{headers, size};
use super::stop::Stop;

pub use folder::FolderMoved;

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
    /// It was stopped while it was copied: the original is where it was.
    #[error("it was stopped; {from} is where it was, and {to} may hold a copy")]
    Stopped {
        /// Where it is.
        from: S3Location,
        /// Where it may be too.
        to: S3Location,
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

/// A copy that was compared, and what is to be deleted for it.
struct Copied {
    from: S3Location,
    to: S3Location,
    /// The original as it was before it was copied.
    before: Written,
    /// When the copy was written.
    copied_at: Option<DateTime>,
    bytes: u64,
    version_id: Option<String>,
}

/// What tells one writing of an object from another.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    etag: Option<String>,
    version_id: Option<String>,
    at: Option<DateTime>,
}

impl Written {
    fn of(head: &HeadObjectOutput) -> Self {
        Self {
            etag: head.e_tag().map(str::to_owned),
            version_id: head.version_id().map(str::to_owned),
            at: head.last_modified().copied(),
        }
    }
}

impl S3 {
    /// Renames an object, or moves it to another bucket.
    ///
    /// # Errors
    /// See [`NotMoved`].
    pub async fn rename(&self, rename: &Rename) -> Result<Moved, NotMoved> {
        self.rename_until(rename, &Stop::never()).await
    }

    /// The same; stopped while it copies, nothing is deleted. Once all of it is copied it is moved to its end: of a
    /// DELETE that is under way nobody could say whether it was done.
    ///
    /// # Errors
    /// See [`NotMoved`].
    pub async fn rename_until(&self, rename: &Rename, stop: &Stop) -> Result<Moved, NotMoved> {
        let copied = tokio::select! {
            biased;
            () = stop.asked() => return Err(NotMoved::Stopped {
                from: rename.from.clone(),
                to: rename.to.clone(),
            }),
            copied = self.copied(rename) => copied?,
        };
        self.finish_rename(copied).await
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
            // Within a bucket an object keeps its own; in another, that bucket's way counts.
            encryption: Encryption::of(&before).filter(|_| from.bucket == to.bucket),
            journals: None,
            guard: match replace {
                true => Guard::Anything,
                false => Guard::OnlyNew,
            },
        };
        let done = self.copy_from(self, &order, &|_, _| ()).await.map_err(stays)?;
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
            before: Written::of(&before),
            copied_at: after.last_modified().copied(),
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
        if Written::of(&now) != copied.before {
            return Err(WRITTEN_AGAIN.to_owned());
        }
        if copied.may_be_onto_itself() {
            return Err("the two places may be one under two names, so nothing was deleted".to_owned());
        }
        let (client, region) = self.at(&copied.from.bucket).await.map_err(told)?;
        let bucket = &copied.from.bucket;
        let guarded = Which {
            if_etag: copied.before.etag.clone(),
            ..Which::object(&copied.from.key)
        };
        match self.delete_one(&client, bucket, &region, &guarded).await {
            // A server that knows no conditions; it was looked at just now.
            Err(S3Failure::Aws(AwsFailure::Refused(refusal))) if refusal.status == 501 => {
                let plain = Which::object(&copied.from.key);
                let again = self.delete_one(&client, bucket, &region, &plain).await;
                again.map_err(told)
            }
            Err(S3Failure::Changed { .. }) => Err(WRITTEN_AGAIN.to_owned()),
            done => done.map_err(told),
        }
    }
}

const WRITTEN_AGAIN: &str = "the original was written again while it was copied";

impl Copied {
    fn both(&self, why: &str) -> NotMoved {
        NotMoved::Both {
            from: self.from.clone(),
            to: self.to.clone(),
            why: why.to_owned(),
        }
    }

    /// An access point and its bucket are two names of one place, where the copy is the original. Times and versions
    /// tell, unless both were written within one second.
    fn may_be_onto_itself(&self) -> bool {
        self.from.key == self.to.key
            && self.from.bucket != self.to.bucket
            && may_be_one(&self.from, &self.to)
            && self.before.version_id == self.version_id
            && self.before.at == self.copied_at
    }
}

/// Whether a name is that of an access point, or of its alias (Amazon S3 User Guide, "Access point aliases").
fn is_access_point(name: &str) -> bool {
    name.starts_with("arn:") || name.ends_with("-s3alias") || name.ends_with("--xa-s3")
}

/// Whether the two may be in one bucket: an access point is another name of its own, and does not tell which.
fn may_be_one(one: &S3Location, other: &S3Location) -> bool {
    one.bucket == other.bucket
        || [one, other]
            .iter()
            .any(|place| is_access_point(place.bucket.as_str()))
}
