//! Bucket names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A bucket's name, or the ARN of an access point, which S3 takes in the same place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BucketName(String);

/// The text is no bucket's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is not a bucket name; one has 3 to 63 small letters, digits, dots and hyphens", .0.escape_debug())]
pub struct NotABucketName(pub String);

impl BucketName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BucketName {
    type Err = NotABucketName;

    /// Takes what S3 takes today, and what us-east-1 took before March 2018: up to 255 characters, capitals and
    /// underscores too (Amazon S3 User Guide, "General purpose bucket naming rules"). S3 has the last word; this
    /// keeps out what would end up as another path or host.
    fn from_str(text: &str) -> Result<Self, NotABucketName> {
        let wrong = || NotABucketName(text.to_owned());
        if text.starts_with("arn:") {
            let whole = text.len() <= 2048
                && text.contains(":accesspoint")
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ":/.-_".contains(c));
            return if whole {
                Ok(Self(text.to_owned()))
            } else {
                Err(wrong())
            };
        }
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
        let shaped = (3..=255).contains(&text.len())
            && text.bytes().all(legal)
            && edge(text.bytes().next())
            && edge(text.bytes().last())
            && !text.contains("..");
        if shaped {
            Ok(Self(text.to_owned()))
        } else {
            Err(wrong())
        }
    }
}

impl TryFrom<String> for BucketName {
    type Error = NotABucketName;

    fn try_from(text: String) -> Result<Self, NotABucketName> {
        text.parse()
    }
}

impl From<BucketName> for String {
    fn from(name: BucketName) -> Self {
        name.0
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
