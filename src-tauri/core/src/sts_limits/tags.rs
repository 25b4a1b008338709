//! Session tags.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{OutOfLimits, refuse};

/// STS: at most fifty tags in one request.
pub const MOST_TAGS: usize = 50;

/// A session tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct SessionTag {
    /// 1 to 128 characters; keys are compared without regard to case.
    pub key: String,
    /// At most 256 characters.
    pub value: String,
    /// Whether the tag passes on to the next role of a chain.
    pub transitive: bool,
}

/// The tags of one request, checked together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "Vec<SessionTag>", into = "Vec<SessionTag>")]
#[ts(as = "Vec<SessionTag>")]
pub struct SessionTags(Vec<SessionTag>);

impl SessionTags {
    /// The tags, in the order given.
    pub fn as_slice(&self) -> &[SessionTag] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<SessionTag>> for SessionTags {
    type Error = OutOfLimits;

    fn try_from(tags: Vec<SessionTag>) -> Result<Self, OutOfLimits> {
        if tags.len() > MOST_TAGS {
            return refuse(
                "Tags",
                format!("takes at most {MOST_TAGS} tags, not {}", tags.len()),
            );
        }
        for (i, tag) in tags.iter().enumerate() {
            check_tag(tag)?;
            if tags[..i]
                .iter()
                .any(|earlier| earlier.key.to_lowercase() == tag.key.to_lowercase())
            {
                return refuse(
                    "Tags",
                    format!("takes each key once, and \"{}\" comes twice", tag.key),
                );
            }
        }
        Ok(Self(tags))
    }
}

impl From<SessionTags> for Vec<SessionTag> {
    fn from(tags: SessionTags) -> Vec<SessionTag> {
        tags.0
    }
}

/// STS's pattern for tags is `[\p{L}\p{Z}\p{N}_.:/=+\-@]`.
fn check_tag(tag: &SessionTag) -> Result<(), OutOfLimits> {
    let legal =
        |c: char| c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c);
    let (key, value) = (tag.key.chars().count(), tag.value.chars().count());
    if !(1..=128).contains(&key) {
        return refuse("Tags", format!("takes keys of 1 to 128 characters, not {key}"));
    }
    if value > 256 {
        return refuse(
            "Tags",
            format!("takes values of at most 256 characters, not {value}"),
        );
    }
    if tag.key.to_ascii_lowercase().starts_with("aws:") {
        return refuse(
            "Tags",
            "does not take keys that start with aws:, which are AWS's own",
        );
    }
    match tag.key.chars().chain(tag.value.chars()).find(|c| !legal(*c)) {
        Some(c) => refuse(
            "Tags",
            format!("does not take the character {}", c.escape_debug()),
        ),
        None => Ok(()),
    }
}
