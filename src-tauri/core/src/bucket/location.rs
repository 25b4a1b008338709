//! Places in S3, as people write and paste them.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use super::{BucketName, NotABucketName};
use crate::account::{AccountId, Partition};

/// A bucket, and a key or prefix in it. `s3://bucket` and `s3://bucket/` both have the empty key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct S3Location {
    /// The bucket.
    pub bucket: BucketName,
    /// The key or prefix; empty for the bucket itself.
    pub key: String,
}

/// The text names no place in S3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnS3Location {
    /// It has none of the known forms.
    #[error("\"{}\" names no place in S3; write s3://bucket/key, or paste a bucket's address or ARN", .0.escape_debug())]
    Form(String),
    /// It names one version of an object, which a location does not.
    #[error("\"{}\" names one version of an object; leave out versionId to take the newest", .0.escape_debug())]
    Version(String),
    /// The bucket's name is none.
    #[error(transparent)]
    Bucket(#[from] NotABucketName),
}

impl S3Location {
    fn new(bucket: &str, key: impl Into<String>) -> Result<Self, NotAnS3Location> {
        Ok(Self {
            bucket: bucket.trim_end().parse()?,
            key: key.into(),
        })
    }
}

impl FromStr for S3Location {
    type Err = NotAnS3Location;

    /// Takes `s3://bucket/key`, `arn:aws:s3:::bucket/key`, the address of a bucket or object (both styles), an address
    /// of the console, and a bare bucket name.
    ///
    /// Keys are taken as they stand from the first two and the last; from addresses they are unescaped. Source: Amazon
    /// S3 User Guide, "Methods for accessing a bucket".
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A key may end in a blank. A line break at the end comes from the clipboard.
        let text = text.trim_start().trim_end_matches(['\r', '\n']);
        let wrong = || NotAnS3Location::Form(text.to_owned());
        if let Some(place) = strip_scheme(text, "s3://") {
            return Self::of_place(place);
        }
        if text.starts_with("arn:") {
            return Self::of_arn(text);
        }
        if strip_scheme(text, "https://")
            .or_else(|| strip_scheme(text, "http://"))
            .is_some()
        {
            let url = Url::parse(text.trim_end()).map_err(|_| wrong())?;
            if url
                .query_pairs()
                .any(|(name, id)| name == "versionId" && !id.is_empty())
            {
                return Err(NotAnS3Location::Version(text.to_owned()));
            }
            return Self::of_address(&url).unwrap_or_else(|| Err(wrong()));
        }
        if text.contains(':') {
            return Err(wrong());
        }
        Self::of_place(text)
    }
}

impl S3Location {
    /// `bucket/key`.
    fn of_place(place: &str) -> Result<Self, NotAnS3Location> {
        // An access point's ARN has slashes of its own: its name is the part after the first.
        if place.starts_with("arn:") {
            return Self::of_arn(place);
        }
        let (bucket, key) = place.split_once('/').unwrap_or((place, ""));
        Self::new(bucket, key)
    }

    fn of_arn(arn: &str) -> Result<Self, NotAnS3Location> {
        let wrong = || NotAnS3Location::Form(arn.to_owned());
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        match parts[..] {
            ["arn", _, "s3", "", "", resource] => Self::of_place(resource),
            ["arn", _, "s3", region, account, resource] if !region.is_empty() && !account.is_empty() => {
                let rest = resource.strip_prefix("accesspoint/").ok_or_else(wrong)?;
                let (name, key) = match rest.split_once("/object/") {
                    Some((name, key)) => (name, key),
                    None => rest.split_once('/').unwrap_or((rest, "")),
                };
                let point = &arn[..arn.len() - rest.len() + name.len()];
                Self::new(point, key)
            }
            _ => Err(wrong()),
        }
    }

    /// `None` where the host is not S3's.
    fn of_address(url: &Url) -> Option<Result<Self, NotAnS3Location>> {
        let Some(Host::Domain(host)) = url.host() else {
            return None;
        };
        let host = host.to_ascii_lowercase();
        let is_at = |console: &str| {
            host.strip_suffix(console)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if CONSOLES.into_iter().any(is_at) {
            return Self::of_console(url);
        }
        let host = host.strip_suffix(".cn").unwrap_or(&host);
        let before = host
            .strip_suffix(".amazonaws.com")
            .or_else(|| host.strip_suffix(".amazonaws.eu"))?;
        let path = unescaped(url.path().strip_prefix('/').unwrap_or(url.path()))?;
        // The service's own label is the last one that starts with "s3": buckets may be called "s3.something".
        let labels: Vec<&str> = before.split('.').collect();
        let service = labels.iter().rposition(|label| label.starts_with("s3"))?;
        if is_access_points(labels[service]) {
            let (region, point) = (labels.last()?, labels[..service].join("."));
            return Some(Self::new(&access_point(&point, region)?, path));
        }
        // The others that start so are no place of objects, and what stands before them is no bucket.
        if !is_service(labels[service]) {
            return None;
        }
        match labels[..service].join(".") {
            bucket if !bucket.is_empty() => Some(Self::new(&bucket, path)),
            _ => Some(Self::of_place(&path)),
        }
    }

    /// `…/s3/buckets/NAME?prefix=P` and `…/s3/object/NAME?prefix=KEY`.
    fn of_console(url: &Url) -> Option<Result<Self, NotAnS3Location>> {
        let segments: Vec<&str> = url.path_segments()?.collect();
        let ["s3", "buckets" | "object", bucket, ..] = segments[..] else {
            return None;
        };
        let prefix = url.query_pairs().find(|(name, _)| name == "prefix");
        Some(Self::new(
            bucket,
            prefix.map(|(_, value)| value.into_owned()).unwrap_or_default(),
        ))
    }
}

/// The console's hosts in each partition; a region may stand before them.
const CONSOLES: [&str; 3] = [
    "console.aws.amazon.com",
    "console.amazonaws.cn",
    "console.amazonaws-us-gov.com",
];

/// `s3`, `s3-eu-west-1` (the older form), `s3-accelerate`, `s3-website-eu-west-1`; not `s3-control` and the like.
fn is_service(label: &str) -> bool {
    let Some(rest) = label.strip_prefix("s3-") else {
        return label == "s3";
    };
    let region = ["website-", "fips-"]
        .iter()
        .find_map(|form| rest.strip_prefix(form));
    let region = region.unwrap_or(rest);
    matches!(rest, "accelerate" | "fips" | "website")
        || (region.contains('-') && region.ends_with(|c: char| c.is_ascii_digit()))
}

fn is_access_points(label: &str) -> bool {
    matches!(label, "s3-accesspoint" | "s3-accesspoint-fips")
}

/// The ARN of an access point, from `NAME-ACCOUNT`. Amazon S3 User Guide, "Referencing access points".
fn access_point(point: &str, region: &str) -> Option<String> {
    let (name, account) = point.rsplit_once('-')?;
    let account: AccountId = account.parse().ok()?;
    let partition = Partition::of_region(region).as_str();
    Some(format!(
        "arn:{partition}:s3:{region}:{account}:accesspoint/{name}"
    ))
}

fn strip_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let head = text.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
}

/// RFC 3986, 2.1. `None` where the bytes are no UTF-8, which a key always is.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, ..] => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|hex| u8::from_str_radix(hex, 16).ok()),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &rest[3..] } else { tail };
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for S3Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn place(text: &str) -> (String, String) {
        let found: S3Location = text.parse().unwrap_or_else(|why| panic!("{text}: {why}"));
        (found.bucket.to_string(), found.key)
    }

    #[test]
    fn every_way_to_write_a_place_is_read() {
        let cases = [
            (
                "s3://com.stuzio.project-x/a/b.txt",
                "com.stuzio.project-x",
                "a/b.txt",
            ),
            ("S3://example-bucket", "example-bucket", ""),
            ("s3://example-bucket//a", "example-bucket", "/a"),
            ("example-bucket/logs/", "example-bucket", "logs/"),
            (" example-bucket \n", "example-bucket", ""),
            (
                "s3://example-bucket/ends in a blank ",
                "example-bucket",
                "ends in a blank ",
            ),
            (
                "s3://example-bucket/pasted.txt\r\n",
                "example-bucket",
                "pasted.txt",
            ),
            (
                "s3://example-bucket/100%25 a+b?c#d",
                "example-bucket",
                "100%25 a+b?c#d",
            ),
            ("arn:aws:s3:::example-bucket/a:b", "example-bucket", "a:b"),
            ("arn:aws-cn:s3:::example-bucket", "example-bucket", ""),
            (
                "https://example-bucket.s3.eu-west-1.amazonaws.com/a%20b%2Bc",
                "example-bucket",
                "a b+c",
            ),
            (
                "https://com.stuzio.project-x.s3.amazonaws.com/",
                "com.stuzio.project-x",
                "",
            ),
            (
                "https://s3.eu-west-1.amazonaws.com/example-bucket/a",
                "example-bucket",
                "a",
            ),
            (
                "https://s3-eu-west-1.amazonaws.com/example-bucket/a",
                "example-bucket",
                "a",
            ),
            (
                "https://example-bucket.s3.dualstack.eu-west-1.amazonaws.com/a",
                "example-bucket",
                "a",
            ),
            (
                "https://example-bucket.s3.cn-north-1.amazonaws.com.cn/a",
                "example-bucket",
                "a",
            ),
            (
                "https://s3.console.aws.amazon.com/s3/buckets/example-bucket?region=eu-west-1&prefix=a%2Fb/",
                "example-bucket",
                "a/b/",
            ),
            (
                "https://eu-west-1.console.aws.amazon.com/s3/object/example-bucket?prefix=a.txt",
                "example-bucket",
                "a.txt",
            ),
            (
                "https://console.amazonaws.cn/s3/buckets/example-bucket?prefix=a/",
                "example-bucket",
                "a/",
            ),
            (
                "https://us-gov-west-1.console.amazonaws-us-gov.com/s3/buckets/example-bucket",
                "example-bucket",
                "",
            ),
        ];
        for (text, bucket, key) in cases {
            assert_eq!(place(text), (bucket.to_owned(), key.to_owned()), "{text}");
        }
        let point = "arn:aws:s3:eu-west-1:081278057606:accesspoint/readers";
        assert_eq!(
            place(&format!("{point}/object/a/b")),
            (point.to_owned(), "a/b".to_owned())
        );
        assert_eq!(
            place(&format!("s3://{point}/a/b")),
            (point.to_owned(), "a/b".to_owned())
        );
    }

    #[test]
    fn the_host_of_an_access_point_is_no_bucket() {
        for (host, partition, region) in [
            ("s3-accesspoint.eu-west-1.amazonaws.com", "aws", "eu-west-1"),
            (
                "s3-accesspoint.dualstack.eu-west-1.amazonaws.com",
                "aws",
                "eu-west-1",
            ),
            (
                "s3-accesspoint.cn-north-1.amazonaws.com.cn",
                "aws-cn",
                "cn-north-1",
            ),
        ] {
            let point = format!("arn:{partition}:s3:{region}:081278057606:accesspoint/my-readers");
            assert_eq!(
                place(&format!("https://my-readers-081278057606.{host}/a%20b")),
                (point, "a b".to_owned())
            );
        }
        for host in [
            "readers.s3-accesspoint.eu-west-1.amazonaws.com",
            "readers-081278057606.s3-object-lambda.eu-west-1.amazonaws.com",
            "081278057606.s3-control.eu-west-1.amazonaws.com",
            "readers-081278057606.s3-outposts.eu-west-1.amazonaws.com",
            "example.accesspoint.s3-global.amazonaws.com",
            "example--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com",
            "s3.s3-control.eu-west-1.amazonaws.com",
        ] {
            let read = format!("https://{host}/a").parse::<S3Location>();
            assert!(matches!(read, Err(NotAnS3Location::Form(_))), "{host}: {read:?}");
        }
    }

    #[test]
    fn a_version_is_not_left_out_unsaid() {
        for text in [
            "https://example-bucket.s3.eu-west-1.amazonaws.com/a?versionId=3sL4kqtJlcpXroDTDmJ",
            "https://s3.console.aws.amazon.com/s3/object/example-bucket?prefix=a&versionId=null",
        ] {
            let read = text.parse::<S3Location>();
            assert!(matches!(read, Err(NotAnS3Location::Version(_))), "{read:?}");
        }
        let empty = "https://example-bucket.s3.amazonaws.com/a?versionId=";
        assert_eq!(place(empty).1, "a");
    }

    #[test]
    fn what_names_no_place_is_refused() {
        for text in [
            "",
            "s3://",
            "s3:///key",
            "https://example.com/bucket/key",
            "https://example-bucket.s3.amazonaws.com.evil.example/a",
            "arn:aws:iam::081278057606:role/Reader",
            "file:///etc/passwd",
            "s3://../etc",
            "s3://a b/c",
            "s3://-bucket/c",
        ] {
            assert!(text.parse::<S3Location>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_reads_back_as_it_is_shown() {
        let place: S3Location = "s3://example-bucket/a//b/ c?#%20 ".parse().unwrap();
        assert_eq!(place.to_string().parse::<S3Location>().unwrap(), place);
    }
}
