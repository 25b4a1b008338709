//! Links that name a role to switch to: the console's, and `hatrack://` ones of our own.
//!
//! A link never acts: it gives the role, and the person decides whether to keep it.
//!
//! Source: IAM User Guide, "Switch from a user to an IAM role (console)"; sign-in hosts by partition as in AWS Sign-In
//! User Guide, "AWS Sign-In endpoints".

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::hex_colour::hat_of_hex;
use crate::account::{AccountId, HatColour, Partition};
use crate::arn::{NotARoleArn, RoleArn};
use crate::shared_config::inert;
use crate::sts_limits::{ExternalId, OutOfLimits};

/// A role as a link names it. What it starts from is not in it: that is the person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchLink {
    /// The role.
    pub role: RoleArn,
    /// What to call it.
    pub display_name: Option<String>,
    /// The account's hat.
    pub colour: Option<HatColour>,
    /// Sent as `ExternalId`; links of our own only, the console knows none.
    pub external_id: Option<ExternalId>,
}

/// Why a text is no link to a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotASwitchLink {
    /// It has neither form.
    #[error(
        "\"{}\" is no switch-role link; one starts with https://signin.aws.amazon.com/switchrole? or hatrack://switch?",
        inert(.0)
    )]
    Form(String),
    /// Something that it has to say is missing.
    #[error("the link names no {0}; ask whoever sent it for one that does")]
    Missing(&'static str),
    /// One thing is said twice, so that readers could differ in what it means.
    #[error("the link says \"{}\" twice; ask whoever sent it for one that says it once", inert(.0))]
    Twice(String),
    /// One of ours says something that this version does not know.
    #[error("the link says \"{}\", which this version does not know; use a newer Hatrack, or add the role by hand", inert(.0))]
    Unknown(String),
    /// The console takes an account's alias; which account that is, only AWS knows.
    #[error("the link names the account by its alias \"{}\"; put its 12-digit ID in the alias's place", inert(.0))]
    Alias(String),
    /// What is given as the role's name is none.
    #[error("the link's role cannot be used: {0}")]
    Role(#[from] NotARoleArn),
    /// The external ID is none.
    #[error("the link's external ID cannot be used: {0}")]
    ExternalId(#[from] OutOfLimits),
    /// The display name, hat or partition cannot be used.
    #[error("the link's {what} \"{}\" cannot be used; correct it or leave it out", inert(.text))]
    Value {
        /// Which.
        what: &'static str,
        /// As it stands there.
        text: String,
    },
}

/// A link longer than this is no person's: role names and external IDs end before it.
const LONGEST: usize = 4096;

impl FromStr for SwitchLink {
    type Err = NotASwitchLink;

    /// Takes the console's links of every partition, and `hatrack://switch?account=…&role=…`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let wrong = || NotASwitchLink::Form(text.to_owned());
        if text.len() > LONGEST {
            return Err(wrong());
        }
        let url = Url::parse(text).map_err(|_| wrong())?;
        let bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
        match url.scheme() {
            "https" if bare => Self::of_console(&url, partition_of_host(&url).ok_or_else(wrong)?),
            "hatrack" if bare && url.host_str() == Some("switch") && matches!(url.path(), "" | "/") => {
                Self::of_ours(&url)
            }
            _ => Err(wrong()),
        }
    }
}

impl SwitchLink {
    fn of_console(url: &Url, partition: Partition) -> Result<Self, NotASwitchLink> {
        if url.path().trim_end_matches('/') != "/switchrole" {
            return Err(NotASwitchLink::Form(url.as_str().to_owned()));
        }
        let mut said = said(url)?;
        Ok(Self {
            role: role(&mut said, "roleName", partition)?,
            display_name: display_name(said.remove("displayName"))?,
            colour: said.remove("color").and_then(|text| hat_of_hex(&text)),
            external_id: None,
        })
    }

    fn of_ours(url: &Url) -> Result<Self, NotASwitchLink> {
        let mut said = said(url)?;
        let partition = match said.remove("partition") {
            Some(text) => text.parse().map_err(|()| NotASwitchLink::Value {
                what: "partition",
                text,
            })?,
            None => Partition::default(),
        };
        let colour = said.remove("colour").map(colour).transpose()?;
        let link = Self {
            role: role(&mut said, "role", partition)?,
            display_name: display_name(said.remove("name"))?,
            colour,
            external_id: said.remove("external_id").map(|id| id.parse()).transpose()?,
        };
        // A link that is only half understood would not be the one that was sent.
        match said.into_keys().min() {
            Some(unknown) => Err(NotASwitchLink::Unknown(unknown)),
            None => Ok(link),
        }
    }

    /// The console's own link to this role, for whoever has no Hatrack. It loses the external ID, for which the
    /// console has no place.
    pub fn for_console(&self) -> String {
        let host = match self.role.partition() {
            Partition::Aws => "signin.aws.amazon.com",
            Partition::AwsCn => "signin.amazonaws.cn",
            Partition::AwsUsGov => "signin.amazonaws-us-gov.com",
            Partition::AwsEusc => "signin.amazonaws-eusc.eu",
        };
        let (account, name) = (self.role.account(), self.display_name.as_deref());
        let pairs = [
            ("account", Some(account.as_str())),
            ("roleName", Some(self.role.name_with_path())),
            ("displayName", name),
        ];
        format!("https://{host}/switchrole?{}", query(&pairs))
    }
}

impl fmt::Display for SwitchLink {
    /// As a `hatrack://` link.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (account, partition) = (self.role.account(), self.role.partition());
        let colour = self.colour.map(HatColour::as_str);
        let pairs = [
            ("account", Some(account.as_str())),
            ("role", Some(self.role.name_with_path())),
            (
                "partition",
                Some(partition.as_str()).filter(|_| partition != Partition::default()),
            ),
            ("name", self.display_name.as_deref()),
            ("colour", colour),
            ("external_id", self.external_id.as_ref().map(ExternalId::as_str)),
        ];
        write!(f, "hatrack://switch?{}", query(&pairs))
    }
}

impl Serialize for SwitchLink {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SwitchLink {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// The partition whose sign-in page this host is; a region may stand before it. `None` for every other host.
fn partition_of_host(url: &Url) -> Option<Partition> {
    let Some(Host::Domain(host)) = url.host() else {
        return None;
    };
    let hosts = [
        ("signin.aws.amazon.com", Partition::Aws),
        ("signin.amazonaws.cn", Partition::AwsCn),
        ("signin.amazonaws-us-gov.com", Partition::AwsUsGov),
        ("signin.amazonaws-eusc.eu", Partition::AwsEusc),
    ];
    hosts.into_iter().find_map(|(own, partition)| {
        let before = host.strip_suffix(own)?;
        let is_its_region = |region: &str| {
            region.ends_with(|c: char| c.is_ascii_digit())
                && !region.contains('.')
                && Partition::of_region(region) == partition
        };
        (before.is_empty() || before.strip_suffix('.').is_some_and(is_its_region)).then_some(partition)
    })
}

/// What the link says, each thing once.
fn said(url: &Url) -> Result<HashMap<String, String>, NotASwitchLink> {
    let mut said = HashMap::new();
    for (name, value) in url.query_pairs() {
        let name = name.into_owned();
        if said.contains_key(&name) {
            return Err(NotASwitchLink::Twice(name));
        }
        said.insert(name, value.into_owned());
    }
    Ok(said)
}

fn role(
    said: &mut HashMap<String, String>,
    name: &'static str,
    partition: Partition,
) -> Result<RoleArn, NotASwitchLink> {
    let mut take = |name| {
        said.remove(name)
            .filter(|value: &String| !value.trim().is_empty())
    };
    let account = take("account").ok_or(NotASwitchLink::Missing("account"))?;
    let role = take(name).ok_or(NotASwitchLink::Missing("role"))?;
    let account: AccountId = account
        .trim()
        .parse()
        .map_err(|_| NotASwitchLink::Alias(account.clone()))?;
    // In a query a plus sign stands for a blank. No role's name has a blank, and some have a plus sign.
    Ok(RoleArn::new(partition, account, &role.trim().replace(' ', "+"))?)
}

fn display_name(text: Option<String>) -> Result<Option<String>, NotASwitchLink> {
    let Some(text) = text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    // What is changed when made inert could pass itself off as another name.
    if inert(&text) != text || text.contains('\u{fffd}') {
        let what = "display name";
        return Err(NotASwitchLink::Value { what, text });
    }
    Ok(Some(text))
}

fn colour(text: String) -> Result<HatColour, NotASwitchLink> {
    text.parse()
        .map_err(|()| NotASwitchLink::Value { what: "colour", text })
}

fn query(pairs: &[(&str, Option<&str>)]) -> String {
    let given = pairs.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(given)
        .finish()
}
