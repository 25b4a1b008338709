//! From a bucket of one session to a bucket of another.
//!
//! S3 copies by itself where the target's session may read the source; else the bytes go through this machine, signed
//! by each session on its own side. Which of the two, and why, is part of the answer. Invariant: the object appears
//! whole or not at all, of one version of the source.

mod server_side;
mod streamed;

pub(super) use server_side::source_header;

use std::path::Path;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{ChecksumMode, ObjectOwnership};
use hatrack_core::bucket::transfer::{Journals, SourceFile};
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::sts::AwsFailure;

use super::browse::unquoted;
use super::download::Integrity;
use super::failure::Call;
use super::kept::{Keeping, id_of};
use super::multipart::{Made, Making};
use super::stored::{Encryption, Guard, Stored};
use super::{Progress, S3, S3Failure, document};

/// What to copy, and how it is stored.
#[derive(Clone)]
pub struct Order {
    /// The object.
    pub from: S3Location,
    /// What it becomes.
    pub to: S3Location,
    /// Its storage class; the source's where left out.
    pub storage_class: Option<String>,
    /// How it is encrypted; the target bucket's way where left out.
    pub encryption: Option<Encryption>,
    /// What it may replace.
    pub guard: Guard,
    /// Where is kept what an unfinished copy needs to go on; without, it leaves nothing.
    pub journals: Option<Arc<dyn Journals>>,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Order")
            .field("from", &self.from)
            .field("to", &self.to)
            .finish_non_exhaustive()
    }
}

/// Which way the bytes went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// S3 copied by itself.
    ServerSide,
    /// Through this machine.
    Streamed {
        /// Why S3 could not.
        why: String,
    },
}

/// Either way as it is noted.
const BY_S3: &str = "by S3";
const STREAMED: &str = "through here";

/// Hears which way the bytes go.
pub type Going<'a> = dyn Fn(&Way) + Send + Sync + 'a;

/// What a copy left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The object's size.
    pub bytes: u64,
    /// Its entity tag, unquoted.
    pub etag: Option<String>,
    /// Its version ID, where the bucket has versions.
    pub version_id: Option<String>,
    /// Which way the bytes went.
    pub way: Way,
    /// Whether they were checked against the source's checksum on the way; S3 does so by itself.
    pub integrity: Integrity,
    /// What could not be taken along, in words for people.
    pub notes: Vec<String>,
}

impl S3 {
    /// Copies an object of `source`'s session to a bucket of this one. Written while it is copied, the source is
    /// copied again, once.
    pub async fn copy_from(
        &self,
        source: &S3,
        order: &Order,
        progress: &Progress<'_>,
    ) -> Result<Copied, S3Failure> {
        self.copy_telling(source, order, progress, &|_| ()).await
    }

    /// The same; `going` hears which way the bytes go, as soon as that is known.
    pub async fn copy_telling(
        &self,
        source: &S3,
        order: &Order,
        progress: &Progress<'_>,
        going: &Going<'_>,
    ) -> Result<Copied, S3Failure> {
        match self.copy_version(source, order, progress, going).await {
            Err(S3Failure::Changed { .. }) if order.guard == Guard::Anything => {
                self.copy_version(source, order, progress, going).await
            }
            done => done,
        }
    }

    async fn copy_version(
        &self,
        source: &S3,
        order: &Order,
        progress: &Progress<'_>,
        going: &Going<'_>,
    ) -> Result<Copied, S3Failure> {
        let mut plan = Plan::make(source, order).await?;
        progress(0, Some(plan.size));
        let (client, region) = self.at(&order.to.bucket).await?;
        let call = self.call("s3:PutObject", &order.to.bucket, Some(&order.to.key), &region);
        let ownership = self.ownership(&client, &order.to.bucket, &call).await;
        plan.stored.for_bucket_owner = ownership.wants_acl();
        let apart = plan.apart(self, source);
        if apart.is_none() {
            going(&Way::ServerSide);
        }
        let refused = match apart {
            Some(why) => why,
            None => match plan.by_s3(self, &client, &call, order, progress, ownership).await {
                Ok(made) => return Ok(plan.copied(made, Way::ServerSide, Integrity::NotOffered)),
                Err(refused) if refused.is_of_access() => of_access(&refused, order),
                // Both conditions fail alike: that of the source, and that of the target.
                Err(S3Failure::Changed { .. })
                    if order.guard != Guard::Anything && !plan.is_still_there(source, order).await? =>
                {
                    return Err(S3Failure::Changed {
                        what: order.from.to_string(),
                    });
                }
                Err(S3Failure::Changed { .. }) if order.guard != Guard::Anything => {
                    return Err(S3Failure::Taken {
                        what: order.to.to_string(),
                    });
                }
                Err(other) => return Err(other),
            },
        };
        going(&Way::Streamed { why: refused.clone() });
        let (made, integrity) = plan
            .through_here(self, source, &client, &call, order, progress, ownership)
            .await?;
        Ok(plan.copied(made, Way::Streamed { why: refused }, integrity))
    }

    /// Gives up what an unfinished copy of this order left.
    pub async fn abandon_copy(&self, order: &Order) -> Result<(), S3Failure> {
        let from = order.from.to_string();
        for way in [BY_S3, STREAMED] {
            let id = kept_as(self, order, way);
            self.give_up(order.journals.as_ref(), id, Path::new(&from))
                .await?;
        }
        Ok(())
    }

    /// Whose the objects of the target bucket are, as far as this session may know.
    async fn ownership(&self, client: &Client, bucket: &BucketName, call: &Call<'_>) -> Ownership {
        let asked = self
            .signed(|| async {
                client
                    .get_bucket_ownership_controls()
                    .bucket(bucket.as_str())
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await;
        match asked {
            Ok(answer) => {
                let rules = answer.ownership_controls().map(|controls| controls.rules());
                match rules
                    .and_then(|rules| rules.first())
                    .map(|rule| rule.object_ownership())
                {
                    Some(ObjectOwnership::BucketOwnerEnforced) => Ownership::Enforced,
                    Some(_) => Ownership::Lists,
                    None => Ownership::Unknown,
                }
            }
            // Made before April 2023 and never changed: the one who writes owns.
            Err(S3Failure::Aws(AwsFailure::Refused(refusal)))
                if refusal.code == "OwnershipControlsNotFoundError" =>
            {
                Ownership::Lists
            }
            Err(_) => Ownership::Unknown,
        }
    }
}

/// Whether what is written into the bucket is its writer's, unless an access control list gives it to the owner.
pub(super) async fn takes_acl(s3: &S3, bucket: &BucketName) -> bool {
    let Ok((client, region)) = s3.at(bucket).await else {
        return false;
    };
    let call = s3.call("s3:GetBucketOwnershipControls", bucket, None, &region);
    s3.ownership(&client, bucket, &call).await == Ownership::Lists
}

/// An unfinished copy goes on the way it began.
fn kept_as(target: &S3, order: &Order, way: &str) -> String {
    let stored = Stored {
        storage_class: order.storage_class.clone(),
        encryption: order.encryption.clone(),
        ..Stored::default()
    };
    let source = format!("{} {way}", order.from);
    id_of(
        target,
        &order.to.bucket,
        &order.to.key,
        source.as_bytes(),
        &stored,
    )
}

/// Why S3 did not copy by itself. It does not say which side it refused: where it is the target's, the streamed copy is
/// refused too and says so.
fn of_access(refused: &S3Failure, order: &Order) -> String {
    let said = match refused {
        S3Failure::Denied(denial) => {
            let request = denial.request_id.as_ref().map(|id| format!(", request {id}"));
            format!("{}{}", denial.code, request.unwrap_or_default())
        }
        other => other.to_string(),
    };
    format!(
        "the role that writes may not read {} or not write {} in one copy ({said})",
        order.from, order.to
    )
}

/// Who owns what is written into a bucket (Amazon S3 User Guide, "Controlling ownership of objects").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ownership {
    /// The bucket's owner: access control lists are off.
    Enforced,
    /// By access control list: the bucket's owner has to be given control.
    Lists,
    /// The session may not ask.
    Unknown,
}

impl Ownership {
    /// With lists off, S3 takes this one list all the same.
    fn wants_acl(self) -> bool {
        self != Self::Enforced
    }
}

impl S3Failure {
    /// Whether the session may not do it: another way may be open. KMS says so with a code of its own at times.
    fn is_of_access(&self) -> bool {
        match self {
            Self::Denied(_) => true,
            Self::Aws(AwsFailure::Refused(refusal)) => {
                refusal.code.starts_with("KMS.") || refusal.code == "NotImplemented"
            }
            // S3 says so of a source that this session cannot know of.
            Self::NotFound { .. } => true,
            _ => false,
        }
    }
}

/// What is known of the source before anything moves.
struct Plan {
    size: u64,
    etag: Option<String>,
    version: HeadObjectOutput,
    stored: Stored,
    notes: Vec<String>,
    /// `None` where they could not be read.
    tags_known: bool,
}

/// What S3 says of the source, of the version `etag` where one is given.
async fn head(
    source: &S3,
    client: &Client,
    region: &str,
    order: &Order,
    etag: Option<String>,
) -> Result<HeadObjectOutput, S3Failure> {
    let call = source.call("s3:GetObject", &order.from.bucket, Some(&order.from.key), region);
    let asked = source
        .signed(|| async {
            client
                .head_object()
                .bucket(order.from.bucket.as_str())
                .key(&order.from.key)
                .checksum_mode(ChecksumMode::Enabled)
                .set_if_match(etag.clone())
                .customize()
                .config_override(document())
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await;
    let Err(wordless) = &asked else {
        return asked;
    };
    if !wordless.may_be_expired() {
        return asked;
    }
    // To a HEAD, S3 does not say why it refused; to a GET it does.
    let first = source
        .signed(|| async {
            client
                .get_object()
                .bucket(order.from.bucket.as_str())
                .key(&order.from.key)
                .range("bytes=0-0")
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await;
    first.and(asked)
}

impl Plan {
    async fn make(source: &S3, order: &Order) -> Result<Self, S3Failure> {
        let (client, region) = source.at(&order.from.bucket).await?;
        let head = head(source, &client, &region, order, None).await?;
        let call = source.call("s3:GetObject", &order.from.bucket, Some(&order.from.key), &region);
        let size = head.content_length().and_then(|n| n.try_into().ok());
        let size = size.ok_or_else(|| call.garbled("it does not say how long the object is"))?;
        let mut stored = Stored::of(&head);
        if order.storage_class.is_some() {
            stored.storage_class = order.storage_class.clone();
        }
        stored.encryption = order.encryption.clone();
        let mut plan = Self {
            size,
            etag: head.e_tag().map(str::to_owned),
            version: head,
            stored,
            notes: Vec::new(),
            tags_known: true,
        };
        plan.read_tags(source, &client, order, &region).await?;
        Ok(plan)
    }

    /// Whether the source is the version that was seen.
    async fn is_still_there(&self, source: &S3, order: &Order) -> Result<bool, S3Failure> {
        let (client, region) = source.at(&order.from.bucket).await?;
        match head(source, &client, &region, order, self.etag.clone()).await {
            Ok(_) => Ok(true),
            Err(S3Failure::Changed { .. } | S3Failure::NotFound { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    async fn read_tags(
        &mut self,
        source: &S3,
        client: &Client,
        order: &Order,
        region: &str,
    ) -> Result<(), S3Failure> {
        let call = source.call(
            "s3:GetObjectTagging",
            &order.from.bucket,
            Some(&order.from.key),
            region,
        );
        let asked = source
            .signed(|| async {
                client
                    .get_object_tagging()
                    .bucket(order.from.bucket.as_str())
                    .key(&order.from.key)
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await;
        match asked {
            Ok(answer) => {
                let pairs = answer.tag_set().iter();
                self.stored.tags = pairs
                    .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
                    .collect();
                Ok(())
            }
            Err(S3Failure::Denied(denial)) => {
                self.tags_known = false;
                let request = denial
                    .request_id
                    .map(|id| format!(", request {id}"))
                    .unwrap_or_default();
                self.notes.push(format!(
                    "tags were not copied, if there are any: s3:GetObjectTagging on {} is not allowed ({}{request})",
                    order.from, denial.code
                ));
                Ok(())
            }
            // A server that knows no tags has none.
            Err(S3Failure::Aws(AwsFailure::Refused(_)) | S3Failure::NotFound { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Why S3 cannot copy by itself, where that is known beforehand.
    fn apart(&self, target: &S3, source: &S3) -> Option<String> {
        if target.reach.endpoint != source.reach.endpoint {
            return Some("the two buckets are on different servers".to_owned());
        }
        (target.partition() != source.partition())
            .then(|| "S3 does not copy from one partition of AWS to another".to_owned())
    }

    fn making<'a>(
        &'a self,
        s3: &'a S3,
        client: &'a Client,
        call: &'a Call<'a>,
        order: &'a Order,
    ) -> Making<'a> {
        Making {
            s3,
            client,
            bucket: &order.to.bucket,
            key: &order.to.key,
            call,
            stored: &self.stored,
            guard: &order.guard,
        }
    }

    /// What an unfinished copy of this version is noted as.
    fn keeping<'a>(&self, target: &S3, order: &'a Order, way: &str) -> Keeping<'a> {
        let modified = self.version.last_modified();
        Keeping {
            // Without a name for the version, nothing tells whether the parts are of it.
            journals: order.journals.as_ref().filter(|_| self.etag.is_some()),
            id: kept_as(target, order, way),
            path: order.from.to_string().into(),
            source: SourceFile {
                path: order.from.to_string(),
                size: self.size,
                modified: modified.map(|at| at.as_nanos()).unwrap_or_default(),
                etag: self.etag.clone(),
            },
            by_s3: way == BY_S3,
        }
    }

    fn copied(self, made: Made, way: Way, integrity: Integrity) -> Copied {
        Copied {
            bytes: self.size,
            etag: made.etag.as_deref().map(unquoted),
            version_id: made.version_id,
            way,
            integrity,
            notes: self.notes,
        }
    }
}
