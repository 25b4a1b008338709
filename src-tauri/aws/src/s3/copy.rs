//! From a bucket of one session to a bucket of another.
//!
//! S3 copies by itself where the target's session may read the source; else the bytes go through this machine, signed
//! by each session on its own side. Which of the two, and why, is part of the answer. Invariant: the object appears
//! whole or not at all, of one version of the source.

mod plan;
mod server_side;
mod streamed;

pub(super) use server_side::source_header;

use std::path::Path;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::ObjectOwnership;
use hatrack_core::bucket::transfer::Journals;
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::sts::AwsFailure;

use self::plan::Plan;
use super::download::Integrity;
use super::failure::Call;
use super::kept::id_of;
use super::multipart::Known;
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

    /// What is there already, if it is what the order copies: a copy may have been made and stopped before the answer
    /// came.
    ///
    /// # Errors
    /// S3's, of either side.
    pub(super) async fn copied_before(
        &self,
        source: &S3,
        order: &Order,
    ) -> Result<Option<Copied>, S3Failure> {
        let plan = Plan::make(source, order).await?;
        let (client, region) = self.at(&order.to.bucket).await?;
        let call = self.call("s3:GetObject", &order.to.bucket, Some(&order.to.key), &region);
        let known = Known::source(&plan.version, plan.size);
        let Some(made) = plan.making(self, &client, &call, order).found(&known).await? else {
            return Ok(None);
        };
        let way = match plan.apart(self, source) {
            Some(why) => Way::Streamed { why },
            None => Way::ServerSide,
        };
        Ok(Some(plan.copied(made, way, Integrity::NotOffered)))
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
