//! Accounts and the partitions they live in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::shared_config::inert;

/// A 12-digit AWS account ID.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct AccountId([u8; 12]);

/// The text is not a 12-digit account ID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is not an account ID; an AWS account ID has 12 digits", inert(.0))]
pub struct NotAnAccountId(pub String);

impl AccountId {
    /// Of 12 digits and nothing else, as ARNs have it.
    pub(crate) fn of_digits(text: &str) -> Option<Self> {
        let digits = <[u8; 12]>::try_from(text.as_bytes()).ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// The 12 digits.
    pub fn as_str(&self) -> &str {
        // The bytes are ASCII digits by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for AccountId {
    type Err = NotAnAccountId;

    /// Takes 12 digits; the dashes of `1234-5678-9012` are allowed, as the console shows them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.replace('-', "");
        Self::of_digits(&digits).ok_or_else(|| NotAnAccountId(text.to_owned()))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for AccountId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// A partition: a group of AWS regions with its own accounts and endpoints.
///
/// Source: IAM User Guide, "IAM identifiers"; AWS Fault Isolation Boundaries, "Partitions".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, TS)]
pub enum Partition {
    /// The commercial regions.
    #[default]
    #[serde(rename = "aws")]
    Aws,
    /// China.
    #[serde(rename = "aws-cn")]
    AwsCn,
    /// GovCloud (US).
    #[serde(rename = "aws-us-gov")]
    AwsUsGov,
    /// The European Sovereign Cloud.
    #[serde(rename = "aws-eusc")]
    AwsEusc,
}

impl Partition {
    /// The name that stands in ARNs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
        }
    }

    /// The partition of a region, by the beginning of its name.
    pub fn of_region(region: &str) -> Self {
        match region.split('-').take(2).collect::<Vec<_>>()[..] {
            ["cn", ..] => Self::AwsCn,
            ["us", "gov"] => Self::AwsUsGov,
            ["eusc", ..] => Self::AwsEusc,
            _ => Self::Aws,
        }
    }

    /// A region that every account of the partition has enabled, for a request that names none.
    pub fn default_region(self) -> &'static str {
        match self {
            Self::Aws => "us-east-1",
            Self::AwsCn => "cn-north-1",
            Self::AwsUsGov => "us-gov-west-1",
            Self::AwsEusc => "eusc-de-east-1",
        }
    }
}

/// The commercial regions that every account has; all others have to be enabled. Other partitions have none to enable.
///
/// Source: AWS Account Management Reference Guide, "Enable or disable AWS Regions in your account".
const ALWAYS_ENABLED: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Whether an account has to enable `region` before anything can be done in it.
pub fn is_opt_in_region(region: &str) -> bool {
    Partition::of_region(region) == Partition::Aws
        && region != "aws-global"
        && !ALWAYS_ENABLED.contains(&region)
}

impl FromStr for Partition {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Aws, Self::AwsCn, Self::AwsUsGov, Self::AwsEusc]
            .into_iter()
            .find(|p| p.as_str() == text)
            .ok_or(())
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The colour of an account's hat, set by the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum HatColour {
    Red,
    Orange,
    Amber,
    Green,
    Teal,
    Blue,
    Pink,
    Slate,
}

impl HatColour {
    /// Every colour, in the order of the picker.
    pub const ALL: [Self; 8] = [
        Self::Red,
        Self::Orange,
        Self::Amber,
        Self::Green,
        Self::Teal,
        Self::Blue,
        Self::Pink,
        Self::Slate,
    ];

    /// Its name, as it is written in files and links.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Amber => "amber",
            Self::Green => "green",
            Self::Teal => "teal",
            Self::Blue => "blue",
            Self::Pink => "pink",
            Self::Slate => "slate",
        }
    }

    /// The colour of an account that nobody has given one: always the same for the same account.
    pub fn for_account(account: AccountId) -> Self {
        let sum: usize = account.0.iter().map(|b| usize::from(b - b'0')).sum();
        Self::ALL[sum % Self::ALL.len()]
    }
}

impl FromStr for HatColour {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|hat| hat.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_has_twelve_digits() {
        assert_eq!(
            "123456789012".parse::<AccountId>().unwrap().to_string(),
            "123456789012"
        );
        assert_eq!(
            "1234-5678-9012".parse::<AccountId>().unwrap().as_str(),
            "123456789012"
        );
        for wrong in [
            "",
            "12345678901",
            "1234567890123",
            "12345678901x",
            "１２３４５６７８９０１２",
        ] {
            assert_eq!(wrong.parse::<AccountId>(), Err(NotAnAccountId(wrong.to_owned())));
        }
    }

    #[test]
    fn an_account_id_is_a_text_on_the_wire() {
        let id: AccountId = serde_json::from_str("\"000011112222\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"000011112222\"");
        assert!(serde_json::from_str::<AccountId>("11112222").is_err());
    }

    #[test]
    fn b30_a_region_tells_its_partition_and_whether_it_has_to_be_enabled() {
        for (region, partition, opt_in) in [
            ("us-east-1", Partition::Aws, false),
            ("eu-west-3", Partition::Aws, false),
            ("aws-global", Partition::Aws, false),
            ("af-south-1", Partition::Aws, true),
            ("eu-south-2", Partition::Aws, true),
            ("il-central-1", Partition::Aws, true),
            ("mx-central-1", Partition::Aws, true),
            ("cn-north-1", Partition::AwsCn, false),
            ("cn-northwest-1", Partition::AwsCn, false),
            ("us-gov-east-1", Partition::AwsUsGov, false),
            ("us-gov-west-1", Partition::AwsUsGov, false),
            ("eusc-de-east-1", Partition::AwsEusc, false),
        ] {
            assert_eq!(Partition::of_region(region), partition, "{region}");
            assert_eq!(is_opt_in_region(region), opt_in, "{region}");
        }
        for partition in [
            Partition::Aws,
            Partition::AwsCn,
            Partition::AwsUsGov,
            Partition::AwsEusc,
        ] {
            let region = partition.default_region();
            assert_eq!(Partition::of_region(region), partition);
            assert!(!is_opt_in_region(region), "{region}");
        }
    }

    #[test]
    fn partitions_read_back_by_their_names() {
        for partition in [
            Partition::Aws,
            Partition::AwsCn,
            Partition::AwsUsGov,
            Partition::AwsEusc,
        ] {
            assert_eq!(partition.as_str().parse(), Ok(partition));
            let wire = serde_json::to_string(&partition).unwrap();
            assert_eq!(wire, format!("\"{partition}\""));
        }
        assert_eq!("aws-mars".parse::<Partition>(), Err(()));
    }
}
