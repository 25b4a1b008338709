//! Amazon Resource Names, as far as Hatrack needs to take them apart.
//!
//! Source: IAM User Guide, "Identify AWS resources with ARNs" and "IAM identifiers".

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::{AccountId, Partition};
use crate::shared_config::inert;

/// The ARN of an IAM role: `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct RoleArn {
    partition: Partition,
    account: AccountId,
    /// With its path, without the leading `role/`: `team/Reader`.
    resource: String,
}

/// The text is not the ARN of an IAM role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is not a role ARN; one looks like arn:aws:iam::123456789012:role/Name", inert(.0))]
pub struct NotARoleArn(pub String);

/// STS: `RoleArn` takes 20 to 2048 characters.
const LONGEST_ARN: usize = 2048;

impl RoleArn {
    /// The ARN of the role `name`, which may carry a path (`team/Reader`).
    pub fn new(partition: Partition, account: AccountId, name: &str) -> Result<Self, NotARoleArn> {
        format!("arn:{partition}:iam::{account}:role/{}", name.trim_matches('/')).parse()
    }

    /// The partition the role lives in.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The account that owns the role.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The role's name without its path: what `assumed-role` ARNs show.
    pub fn role_name(&self) -> &str {
        self.resource.rsplit('/').next().unwrap_or(&self.resource)
    }

    /// The role's name with its path, if it has one.
    pub fn name_with_path(&self) -> &str {
        &self.resource
    }
}

impl FromStr for RoleArn {
    type Err = NotARoleArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotARoleArn(text.to_owned());
        if text.len() > LONGEST_ARN {
            return Err(wrong());
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts[..] else {
            return Err(wrong());
        };
        let name = resource.strip_prefix("role/").ok_or_else(wrong)?;
        let legal = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-/".contains(c);
        if name.is_empty() || name.split('/').any(str::is_empty) || !name.chars().all(legal) {
            return Err(wrong());
        }
        Ok(Self {
            partition: partition.parse().map_err(|()| wrong())?,
            account: AccountId::of_digits(account).ok_or_else(wrong)?,
            resource: name.to_owned(),
        })
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "arn:{}:iam::{}:role/{}",
            self.partition, self.account, self.resource
        )
    }
}

impl fmt::Debug for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for RoleArn {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RoleArn {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_arn_reads_back_as_written() {
        for text in [
            "arn:aws:iam::123456789012:role/Reader",
            "arn:aws-cn:iam::123456789012:role/team/a/Reader",
            "arn:aws-us-gov:iam::123456789012:role/r_e+a=d,e.r@x-y",
        ] {
            let arn: RoleArn = text.parse().unwrap();
            assert_eq!(arn.to_string(), text);
        }
        let arn: RoleArn = "arn:aws:iam::123456789012:role/team/Reader".parse().unwrap();
        assert_eq!((arn.role_name(), arn.name_with_path()), ("Reader", "team/Reader"));
    }

    #[test]
    fn what_is_no_role_is_refused() {
        for text in [
            "",
            "Reader",
            "arn:aws:iam::123456789012:user/troy",
            "arn:aws:iam::12345678901:role/Reader",
            "arn:aws:iam::1234-5678-9012:role/Reader",
            "arn:aws:iam:us-east-1:123456789012:role/Reader",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role//Reader",
            "arn:aws:iam::123456789012:role/Rea der",
            "arn:mars:iam::123456789012:role/Reader",
            "arn:aws:sts::123456789012:assumed-role/Reader/troy",
        ] {
            assert!(text.parse::<RoleArn>().is_err(), "{text}");
        }
    }
}
