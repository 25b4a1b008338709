//! A provider as the person names it, and as an account of AWS knows it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::account::Partition;
use crate::catalog::RegionName;
use crate::shared_config::inert;

/// An identity provider that the person signs in at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SamlProvider {
    /// What the person calls it, and what `hat login` takes.
    pub name: String,
    /// The page where a sign-in starts: the provider's own, which sends the browser on to AWS.
    pub start_url: String,
    /// The region whose STS is asked, where it is not the caller's own.
    #[serde(default)]
    pub region: Option<String>,
}

/// What was given is no provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAProvider {
    /// The name.
    #[error(
        "a SAML provider's name has 1 to 64 characters, no colon and none that cannot be shown; choose another"
    )]
    Name,
    /// The address.
    #[error("\"{}\" is no address of a sign-in page; one looks like https://login.example.com/aws", inert(.0))]
    Address(String),
    /// The region.
    #[error("{0}")]
    Region(String),
}

impl SamlProvider {
    /// Checks what the person typed. An `http` address is one: whether it may be opened is asked when it is.
    ///
    /// # Errors
    /// See [`NotAProvider`].
    pub fn new(name: &str, start_url: &str, region: Option<&str>) -> Result<Self, NotAProvider> {
        let (name, start_url) = (name.trim(), start_url.trim());
        // A name stands in keys and in command lines.
        let legal = |name: &str| {
            (1..=64).contains(&name.chars().count())
                && inert(name) == name
                && !name.contains(':')
                && !name.starts_with('-')
        };
        if !legal(name) {
            return Err(NotAProvider::Name);
        }
        let url = Url::parse(start_url).ok().filter(|url| {
            matches!(url.scheme(), "https" | "http")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
        });
        let url = url.ok_or_else(|| {
            let shown = crate::broker::Endpoint::shown(start_url);
            NotAProvider::Address(shown)
        })?;
        let region = region.map(str::trim).filter(|region| !region.is_empty());
        if let Some(region) = region {
            let checked: Result<RegionName, _> = region.parse();
            checked.map_err(|why| NotAProvider::Region(why.to_string()))?;
        }
        Ok(Self {
            name: name.to_owned(),
            start_url: url.into(),
            region: region.map(str::to_owned),
        })
    }
}

/// The ARN of a SAML provider in IAM: `arn:PARTITION:iam::ACCOUNT:saml-provider/NAME`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SamlProviderArn(String);

/// The text is not such an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "that is not the ARN of a SAML provider; one looks like arn:aws:iam::123456789012:saml-provider/Name"
)]
pub struct NotASamlProviderArn;

/// STS: `PrincipalArn` takes 20 to 2048 characters.
const LONGEST_ARN: usize = 2048;

impl FromStr for SamlProviderArn {
    type Err = NotASamlProviderArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts[..] else {
            return Err(NotASamlProviderArn);
        };
        let name = resource
            .strip_prefix("saml-provider/")
            .ok_or(NotASamlProviderArn)?;
        let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let good = text.len() <= LONGEST_ARN
            && partition.parse::<Partition>().is_ok()
            && crate::account::AccountId::of_digits(account).is_some()
            && !name.is_empty()
            && name.chars().all(legal);
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotASamlProviderArn)
        }
    }
}

impl SamlProviderArn {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SamlProviderArn {
    type Error = NotASamlProviderArn;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<SamlProviderArn> for String {
    fn from(arn: SamlProviderArn) -> Self {
        arn.0
    }
}

impl fmt::Display for SamlProviderArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SamlProviderArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
