//! What to add, where, and in whose words: the smallest JSON for the right place.

mod document;
mod json;
mod message;
mod render;
mod statement;

use crate::account::AccountId;

pub(super) use self::document::{change, fresh};
pub(super) use self::json::Json;
pub(super) use self::message::{Ask, message};
pub(super) use self::render::renderings;
pub(super) use self::statement::{
    Trusted, allow_action, allow_assume, allow_in_bucket, allow_key_use, assume_actions, sid_of,
    trust_caller, trusted_principal,
};

/// How a cure's document is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CureWay {
    /// It is the whole new document, made of the one that is there.
    Change,
    /// It is a document of its own to add: an embedded policy, or the first policy of a bucket.
    Add,
    /// There is one already that could not be seen: the statement belongs into it.
    AddStatement,
    /// Nothing is to be pasted; the title says what to do.
    Do,
}

/// What a cure's document is put on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CureTarget {
    /// An embedded policy of a user.
    User {
        /// The user's name.
        name: String,
        /// The policy's.
        policy: String,
    },
    /// An embedded policy of a role.
    Role {
        /// The role's name, without its path.
        name: String,
        /// The policy's.
        policy: String,
    },
    /// A role's trust policy.
    Trust {
        /// The role's name, without its path.
        role: String,
    },
    /// A bucket's policy.
    Bucket {
        /// The bucket.
        name: String,
    },
    /// A KMS key's policy.
    Key {
        /// The key's ARN.
        key: String,
    },
}

/// One thing to do, by one administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cure {
    /// What to do: "Add this to the trust policy".
    pub title: String,
    /// Where in the console, and who may do it.
    pub place: String,
    /// The account whose administrator does it.
    pub account: Option<AccountId>,
    /// How the document is meant.
    pub way: CureWay,
    /// What the document is put on.
    pub target: Option<CureTarget>,
    /// The JSON document.
    pub document: Option<String>,
    /// The lines of it that are new, from 1, the last included.
    pub added: Option<(u32, u32)>,
    /// The new statement alone.
    pub statement: Option<String>,
    /// The AWS CLI's command.
    pub cli: Option<String>,
    /// The same for Terraform.
    pub terraform: Option<String>,
    /// The same for CloudFormation.
    pub cloudformation: Option<String>,
    /// A message to the administrator of that account.
    pub message: Option<String>,
    /// Where it opens more than was asked for, or where care is needed.
    pub warnings: Vec<String>,
}

impl Cure {
    /// Something to do where there is nothing to paste.
    pub(super) fn to_do(
        title: impl Into<String>,
        place: impl Into<String>,
        account: Option<AccountId>,
    ) -> Self {
        Self {
            title: title.into(),
            place: place.into(),
            account,
            way: CureWay::Do,
            target: None,
            document: None,
            added: None,
            statement: None,
            cli: None,
            terraform: None,
            cloudformation: None,
            message: None,
            warnings: Vec::new(),
        }
    }
}
