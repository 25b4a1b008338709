//! What is known about a request when policies are evaluated: AWS calls it the request context.
//!
//! Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference for each service's keys.

use std::collections::BTreeMap;

use crate::account::AccountId;

/// The condition context keys of a request. Names ignore case, as AWS's do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    keys: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// A context without any key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key to a single value.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.keys.insert(key.to_lowercase(), vec![value.into()]);
    }

    /// Sets a key to many values (`aws:TagKeys`).
    pub fn set_all(&mut self, key: &str, values: impl IntoIterator<Item = String>) {
        self.keys.insert(key.to_lowercase(), values.into_iter().collect());
    }

    /// Sets a key where there is a value.
    pub fn set_if(&mut self, key: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    /// The values of a key; `None` where the request does not have it.
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.keys.get(&key.to_lowercase()).map(Vec::as_slice)
    }
}

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A request without a signature.
    Anonymous,
    /// The root user of an account.
    Root {
        /// The account.
        account: AccountId,
        /// `arn:aws:iam::ACCOUNT:root`.
        arn: String,
    },
    /// An IAM user, by long-term keys or by GetSessionToken's.
    User {
        /// The user's account.
        account: AccountId,
        /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
        arn: String,
    },
    /// A session of a role.
    RoleSession {
        /// The role's account.
        account: AccountId,
        /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
        role_arn: String,
        /// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`.
        session_arn: String,
    },
    /// An AWS service acting for itself (`ec2.amazonaws.com`).
    Service {
        /// Its name as policies write it.
        name: String,
    },
    /// Somebody who comes with a token of an identity provider: AssumeRoleWithSAML, AssumeRoleWithWebIdentity.
    Federated {
        /// The provider's ARN, or its name (`accounts.google.com`).
        provider: String,
    },
}

impl Caller {
    /// The account that the caller belongs to, where there is one.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Root { account, .. } | Self::User { account, .. } | Self::RoleSession { account, .. } => {
                Some(*account)
            }
            Self::Anonymous | Self::Service { .. } | Self::Federated { .. } => None,
        }
    }

    /// The ARN that AWS shows for the caller in its messages.
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::Root { arn, .. } | Self::User { arn, .. } => Some(arn),
            Self::RoleSession { session_arn, .. } => Some(session_arn),
            Self::Anonymous | Self::Service { .. } | Self::Federated { .. } => None,
        }
    }
}

/// One request to be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who makes it.
    pub caller: Caller,
    /// The action, with its service: `s3:GetObject`.
    pub action: String,
    /// The ARN of the resource, or `*` where the action has none (`s3:ListAllMyBuckets`).
    pub resource: String,
    /// The account that owns the resource; `None` where the resource belongs to the caller by definition.
    pub resource_account: Option<AccountId>,
    /// The condition context keys.
    pub context: Context,
}
