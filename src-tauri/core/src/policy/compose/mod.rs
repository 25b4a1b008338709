//! New access across accounts, written down for every place at once.
//!
//! Invariant: nothing is given out that was not proven by [`super::decide`]: what is wished for is allowed, and what
//! goes beyond it is not. Sources: IAM User Guide, "Delegate access across AWS accounts using IAM roles", "Access to
//! AWS accounts owned by third parties"; Amazon S3 User Guide, "Bucket policies".

mod caller;
mod documents;
mod prove;
mod trust;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::document::Kind;
use super::explain::{LineExplained, explain_lines};
use super::lint::{Measure, measure};
use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::broker::Random;

pub use trust::RoleTrust;

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "case", rename_all = "snake_case")]
pub enum Wish {
    /// Between two accounts of the same people.
    OwnAccounts(RoleWish),
    /// For another company, with an external ID.
    ThirdParty(RoleWish),
    /// For a machine: its service hands it a role, which takes the other account's.
    Machine(MachineWish),
    /// Without a role: the bucket policy names who comes.
    DirectBucket(DirectWish),
    /// A trust policy alone, for a role of this kind.
    Trust(RoleTrust),
}

/// What may be done in a bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct BucketAccess {
    /// The bucket's name.
    pub bucket: String,
    /// Only keys that start so (`reports/`); everything where empty.
    pub prefix: String,
    /// Objects may be written.
    pub write: bool,
    /// Objects may be deleted.
    pub delete: bool,
}

/// Access by a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoleWish {
    /// Who takes the role: the ARN of a user or role, or an account ID for whomever its own policies let.
    pub caller: String,
    /// The role, in the account that owns the bucket.
    #[ts(type = "string")]
    pub role: RoleArn,
    /// What it may do.
    pub access: BucketAccess,
    /// Whether an MFA code must have been given.
    #[serde(default)]
    pub mfa: bool,
    /// For a third party; made up where there is none.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Whether the bucket policy names the role too.
    #[serde(default)]
    pub bucket_policy: bool,
}

/// The services that hand a role to a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Machine {
    /// An EC2 instance, by its instance profile.
    Ec2,
    /// An ECS task.
    Ecs,
    /// A Lambda function.
    Lambda,
}

/// Access by a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MachineWish {
    /// What it is.
    pub machine: Machine,
    /// The role that its service hands to it.
    #[ts(type = "string")]
    pub own_role: RoleArn,
    /// The role that it takes with that, in the account that owns the bucket.
    #[ts(type = "string")]
    pub role: RoleArn,
    /// What it may do.
    pub access: BucketAccess,
    /// Whether the bucket policy names the role too.
    #[serde(default)]
    pub bucket_policy: bool,
}

/// Access by a bucket policy alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DirectWish {
    /// Users and roles, by ARN.
    pub callers: Vec<String>,
    /// The account that owns the bucket.
    pub owner: AccountId,
    /// What they may do.
    pub access: BucketAccess,
}

/// Where a document goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ComposedPlace")]
pub enum Place {
    /// 1: the caller's own policy.
    Allow,
    /// 2: the role's trust policy.
    Trust,
    /// 3: the role's permissions.
    Permissions,
    /// 4: the bucket policy.
    BucketPolicy,
    /// The trust policy of the machine's own role.
    MachineTrust,
}

/// A document, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Placed {
    /// Which of the placements.
    pub place: Place,
    /// The account it goes to; `None` where that was not said.
    pub account: Option<AccountId>,
    /// What it is attached to: "the trust policy of the role Reader".
    pub goes_to: String,
    /// Why it is needed.
    pub why: String,
    /// The policy.
    pub document: String,
    /// How large it is, and what AWS takes.
    pub size: Measure,
    /// What its lines say.
    pub lines: Vec<LineExplained>,
}

/// A request that was tried against the documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Proof {
    /// What was asked, in words.
    pub asked: String,
    /// Whether it was allowed, as it had to be.
    pub allowed: bool,
}

/// Everything that is to be put in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Composed {
    /// The documents in the order in which they are put in place.
    pub placements: Vec<Placed>,
    /// What was tried.
    pub proofs: Vec<Proof>,
    /// The external ID, made up or given.
    pub external_id: Option<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// Why nothing was composed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComposed {
    /// Neither an account ID nor the ARN of a user or role.
    #[error("\"{0}\" is neither the ARN of a user or role nor an account ID; a caller is one of these")]
    Caller(String),
    /// No bucket has such a name.
    #[error("\"{0}\" is no bucket name; it has 3 to 63 small letters, digits, dots and hyphens")]
    Bucket(String),
    /// A prefix with a wildcard or a variable would open more than itself.
    #[error("the prefix \"{0}\" has one of * ? $ in it; give the start of the keys as it is")]
    Prefix(String),
    /// STS does not take it.
    #[error("\"{0}\" is no external ID; it has 2 to 1224 letters, digits or characters of _+=,.@:/-")]
    ExternalId(String),
    /// An MFA code is asked of whom none can be asked.
    #[error(
        "a role's session carries no MFA code, so {0} could never take a role that asks for one; name users, or leave out the MFA code"
    )]
    Mfa(String),
    /// No way leads from one partition to another.
    #[error(
        "{caller} is in the partition {theirs} and {what} in {ours}; AWS lets nobody in from another partition"
    )]
    Partition {
        /// Who comes.
        caller: String,
        /// The caller's partition.
        theirs: String,
        /// What it is to reach.
        what: String,
        /// Its partition.
        ours: String,
    },
    /// The subject fits tokens of strangers.
    #[error(
        "the subject \"{0}\" fits repositories of others on GitHub; write the owner out: repo:OWNER/REPOSITORY:*"
    )]
    Subject(String),
    /// Nobody was named.
    #[error("nobody is named; name at least one user or role")]
    Nobody,
    /// What an identity provider, a service or an anchor is called by has another form.
    #[error("\"{given}\" is no {what}; one looks like {like}")]
    Form {
        /// What was given.
        given: String,
        /// What it should be.
        what: &'static str,
        /// An example.
        like: &'static str,
    },
    /// Only AWS writes the trust policy of a service-linked role.
    #[error(
        "{0} makes its service-linked role itself, and nobody can write its trust policy; ask for it with: aws iam create-service-linked-role --aws-service-name {0}"
    )]
    ServiceLinked(String),
    /// A document is larger than AWS takes.
    #[error("{goes_to} would have {used} characters of {limit}; {advice}")]
    TooLarge {
        /// Where it would go.
        goes_to: String,
        /// How large it is.
        used: u32,
        /// What AWS takes.
        limit: u32,
        /// What to do.
        advice: &'static str,
    },
    /// A proof failed: these wishes do not go together.
    #[error("what was composed does not hold: {0}; please report this")]
    NotProven(String),
}

/// Writes all placements for a wish.
///
/// # Errors
/// The wish cannot be met; the error says why and what to do.
pub fn compose(wish: &Wish, random: &dyn Random) -> Result<Composed, NotComposed> {
    let composed = match wish {
        Wish::OwnAccounts(wish) => documents::by_role(wish, wish.external_id.clone())?,
        Wish::ThirdParty(wish) => {
            let id = wish.external_id.clone().unwrap_or_else(|| external_id(random));
            documents::by_role(wish, Some(id))?
        }
        Wish::Machine(wish) => documents::by_machine(wish)?,
        Wish::DirectBucket(wish) => documents::direct(wish)?,
        Wish::Trust(wish) => trust::of_kind(wish)?,
    };
    for placed in &composed.placements {
        if placed.size.too_large() {
            return Err(NotComposed::TooLarge {
                goes_to: placed.goes_to.clone(),
                used: placed.size.used,
                limit: placed.size.limit,
                advice: match placed.place {
                    Place::BucketPolicy => {
                        "let the callers take one role instead, which the policy names once"
                    }
                    _ => "name fewer resources, by a common start",
                },
            });
        }
    }
    Ok(composed)
}

/// 128 random bits: nobody guesses it, and no two third parties have the same.
pub fn external_id(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    hex::encode(bytes)
}

/// A document that has its size counted and its lines explained.
fn placed(
    place: Place,
    account: Option<AccountId>,
    goes_to: String,
    why: &str,
    document: String,
) -> Result<Placed, NotComposed> {
    let kind = kind(place);
    let lines =
        explain_lines(&document, kind).map_err(|e| NotComposed::NotProven(format!("{goes_to}: {e}")))?;
    Ok(Placed {
        place,
        account,
        goes_to,
        why: why.to_owned(),
        size: measure(&document, kind),
        document,
        lines,
    })
}

fn kind(place: Place) -> Kind {
    match place {
        Place::Allow | Place::Permissions => Kind::Identity,
        Place::Trust | Place::MachineTrust => Kind::Trust,
        Place::BucketPolicy => Kind::Resource,
    }
}
