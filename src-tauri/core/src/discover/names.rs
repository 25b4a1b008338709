//! The names that roles are looked for by in the accounts of an organization.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Partition};
use crate::arn::RoleArn;
use crate::organization::MemberAccount;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// Roles that one's own policies name.
    pub policies: bool,
    /// Roles of these names in the accounts of the organization.
    pub organization: bool,
    /// The names; empty for [`RoleNamePattern::usual`].
    #[serde(default)]
    pub role_names: Vec<RoleNamePattern>,
}

impl Searched {
    /// The names to look for.
    pub fn names(&self) -> Vec<RoleNamePattern> {
        match self.role_names.as_slice() {
            [] => RoleNamePattern::usual(),
            named => named.to_vec(),
        }
    }
}

/// A role's name, in which `{account}` stands for each account's ID and `{name}` for its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleNamePattern(String);

/// No role can have such a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{}\" can be no role's name; one has letters, digits and _+=,.@- up to 64 characters, {{account}} and {{name}} stand \
     for the account",
    crate::shared_config::inert(.0)
)]
pub struct NotARoleNamePattern(String);

/// Characters of a role's name, without its path (IAM User Guide, "IAM and AWS STS quotas").
const LONGEST_NAME: usize = 64;

impl RoleNamePattern {
    /// The roles that AWS itself makes in the accounts of an organization.
    ///
    /// Source: AWS Organizations User Guide, "Accessing member accounts"; AWS Control Tower User Guide, "Roles".
    pub fn usual() -> Vec<Self> {
        ["OrganizationAccountAccessRole", "AWSControlTowerExecution"]
            .map(|name| Self(name.to_owned()))
            .to_vec()
    }

    /// The role of this name in `account`; `None` where the account's name makes one that no role may have.
    pub fn role_in(&self, partition: Partition, account: &MemberAccount) -> Option<RoleArn> {
        self.role_at(partition, account.id, Some(&account.name))
    }

    /// The same of an account that may be known without its `name`: then `None` where the role's name holds that.
    pub fn role_at(&self, partition: Partition, account: AccountId, name: Option<&str>) -> Option<RoleArn> {
        const NAME: &str = "{name}";
        // The name last: what stands in it is nobody's placeholder.
        let with_id = self.0.replace("{account}", account.as_str());
        let full = match name {
            Some(name) => with_id.replace(NAME, name),
            None if with_id.contains(NAME) => return None,
            None => with_id,
        };
        let role = RoleArn::new(partition, account, &full).ok()?;
        (role.role_name().len() <= LONGEST_NAME).then_some(role)
    }
}

impl FromStr for RoleNamePattern {
    type Err = NotARoleNamePattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotARoleNamePattern(text.to_owned());
        let id = "000000000000".parse().map_err(|_| wrong())?;
        let example = MemberAccount {
            id,
            name: "n".to_owned(),
            active: true,
        };
        let pattern = Self(text.trim().to_owned());
        match pattern.role_in(Partition::default(), &example) {
            Some(_) => Ok(pattern),
            None => Err(wrong()),
        }
    }
}

impl TryFrom<String> for RoleNamePattern {
    type Error = NotARoleNamePattern;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RoleNamePattern> for String {
    fn from(pattern: RoleNamePattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for RoleNamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
