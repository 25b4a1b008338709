//! What a session starts with where neither the request nor the profile says.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::AccountId;
use crate::broker::default_session_name;
use crate::shared_config::inert;
use crate::sts_limits::{OutOfLimits, SessionDuration, SessionName};

/// Duration, region and session name of the sessions of a role or account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Defaults {
    /// The duration to ask for.
    pub duration: Option<SessionDuration>,
    /// The region.
    pub region: Option<RegionName>,
    /// The session name to send.
    pub session_name: Option<SessionNameTemplate>,
}

impl Defaults {
    /// These, and `other`'s where these say nothing.
    pub fn or(self, other: &Self) -> Self {
        Self {
            duration: self.duration.or(other.duration),
            region: self.region.or_else(|| other.region.clone()),
            session_name: self.session_name.or_else(|| other.session_name.clone()),
        }
    }
}

/// A region's name: a part of a host's name, and so nothing that could lead to another host.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct RegionName(String);

/// The text is no region's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is no region; a region has letters, digits and dashes, such as eu-west-1", inert(.0))]
pub struct NotARegionName(pub String);

impl RegionName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RegionName {
    type Err = NotARegionName;

    fn from_str(text: &str) -> Result<Self, NotARegionName> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let is_label = (1..=63).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-');
        if is_label && text.bytes().all(legal) {
            return Ok(Self(text.to_owned()));
        }
        Err(NotARegionName(text.to_owned()))
    }
}

impl TryFrom<String> for RegionName {
    type Error = NotARegionName;

    fn try_from(text: String) -> Result<Self, NotARegionName> {
        text.parse()
    }
}

impl From<RegionName> for String {
    fn from(name: RegionName) -> Self {
        name.0
    }
}

impl fmt::Display for RegionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A session name with places to fill in: `{user}`, `{account}` and `{role}`.
///
/// What stands between the places is what STS takes in a session name, so that every filling gives one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct SessionNameTemplate(String);

/// The text is no template of a session name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATemplate {
    /// A brace that opens or closes no place that is known.
    #[error("\"{}\" has a brace that belongs to none of {{user}}, {{account}} and {{role}}", inert(.0))]
    Brace(String),
    /// STS would not take it.
    #[error(transparent)]
    Limits(#[from] OutOfLimits),
}

impl SessionNameTemplate {
    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The session name for this user, account and role. What STS does not take becomes a dash, and what is too long is
    /// cut.
    pub fn fill(&self, user: Option<&str>, account: AccountId, role_name: &str) -> SessionName {
        // Whoever has no name is called as in the name that is sent where nobody has chosen one.
        let nobody = default_session_name(None);
        let user = user.filter(|user| !user.is_empty()).unwrap_or(nobody.as_str());
        // The names that are put in may have braces of their own: each is put in once, at its place.
        let mut name = String::new();
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            name.push_str(before);
            let (place, after) = after.split_once('}').unwrap_or((after, ""));
            match place {
                "user" => name.push_str(user),
                "account" => name.push_str(account.as_str()),
                _ => name.push_str(role_name),
            }
            rest = after;
        }
        name.push_str(rest);
        SessionName::made_of(&name)
    }
}

impl FromStr for SessionNameTemplate {
    type Err = NotATemplate;

    fn from_str(text: &str) -> Result<Self, NotATemplate> {
        // Two characters, the least that each place becomes.
        let filled = ["{user}", "{account}", "{role}"]
            .iter()
            .fold(text.to_owned(), |text, place| text.replace(place, "xx"));
        if filled.contains(['{', '}']) {
            return Err(NotATemplate::Brace(text.to_owned()));
        }
        filled.parse::<SessionName>()?;
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for SessionNameTemplate {
    type Error = NotATemplate;

    fn try_from(text: String) -> Result<Self, NotATemplate> {
        text.parse()
    }
}

impl From<SessionNameTemplate> for String {
    fn from(template: SessionNameTemplate) -> Self {
        template.0
    }
}

impl fmt::Display for SessionNameTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_in_and_gives_what_sts_takes() {
        let fill = |template: &str, user: Option<&str>, role: &str| {
            let template: SessionNameTemplate = template.parse().unwrap();
            let name = template
                .fill(user, "081278057606".parse().unwrap(), role)
                .to_string();
            assert_eq!(name.parse::<SessionName>().unwrap().to_string(), name);
            name
        };
        assert_eq!(
            fill("{user}@{account}.{role}", Some("troy"), "Reader"),
            "troy@081278057606.Reader"
        );
        assert_eq!(fill("ci", Some("troy"), "Reader"), "ci");
        assert_eq!(fill("{user}", None, "Reader"), "hatrack");
        assert_eq!(fill("{user}-{role}", Some("{role} ü"), "R"), "-role----R");
        assert_eq!(fill("{role}{role}", Some("troy"), &"r".repeat(64)).len(), 64);
    }

    #[test]
    fn b29_what_sts_would_refuse_is_no_template() {
        for wrong in [
            "",
            "x",
            "a b",
            "{user",
            "user}",
            "{email}",
            "{{user}}",
            "{}",
            "a\n{user}",
            "é-{user}",
        ] {
            assert!(wrong.parse::<SessionNameTemplate>().is_err(), "{wrong}");
        }
        assert!("x".repeat(65).parse::<SessionNameTemplate>().is_err());
    }

    #[test]
    fn a_region_is_a_part_of_a_hosts_name() {
        assert_eq!("eu-west-1".parse::<RegionName>().unwrap().as_str(), "eu-west-1");
        for wrong in ["", "a.b", "evil.example/", "-a", "a-", "a b", "a\n", "é"] {
            assert!(wrong.parse::<RegionName>().is_err(), "{wrong}");
        }
    }
}
