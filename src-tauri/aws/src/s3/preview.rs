//! The head of an object, for showing. Never the whole.

use hatrack_core::bucket::BucketName;
use hatrack_core::bucket_view::Preview;

use super::browse::unquoted;
use super::{S3, S3Failure};
use crate::answer::timestamp;

/// How much of an object is read for showing it.
const SHOWN: u64 = 64 * 1024;

impl S3 {
    /// The first 64 KiB of an object, where they are text, and what S3 says of it.
    pub async fn preview(&self, bucket: &BucketName, key: &str) -> Result<Preview, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:GetObject", bucket, Some(key), &region);
        let get = client.get_object().bucket(bucket.as_str()).key(key);
        let answer = match get.clone().range(format!("bytes=0-{}", SHOWN - 1)).send().await {
            // An empty object has no first byte (RFC 9110, 14.1.1).
            Err(error)
                if error
                    .raw_response()
                    .is_some_and(|raw| raw.status().as_u16() == 416) =>
            {
                get.send().await
            }
            other => other,
        };
        let mut head = answer.map_err(|error| archived(call.failed(error), &call.what))?;
        let size = head
            .content_range()
            .and_then(|range| range.rsplit_once('/')?.1.parse().ok())
            .or_else(|| head.content_length().and_then(|n| n.try_into().ok()))
            .unwrap_or_default();
        let mut bytes = Vec::new();
        // A server that ignores the range sends everything; what is beyond the head is not read.
        while (bytes.len() as u64) < SHOWN {
            match head.body.next().await {
                Some(Ok(more)) => bytes.extend_from_slice(&more),
                Some(Err(_)) => {
                    return Err(call.unreachable("the answer broke off"));
                }
                None => break,
            }
        }
        bytes.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
        let truncated = size > bytes.len() as u64;
        let mut metadata: Vec<_> = head.metadata.take().unwrap_or_default().into_iter().collect();
        metadata.sort();
        Ok(Preview {
            key: key.to_owned(),
            size,
            content_type: head.content_type().map(str::to_owned),
            etag: head.e_tag().map(unquoted),
            modified_at: head.last_modified().and_then(timestamp),
            storage_class: head.storage_class().map(|class| class.as_str().to_owned()),
            metadata,
            text: text(&bytes, truncated),
            truncated,
        })
    }
}

/// An object in an archive answers with this state alone.
pub(super) fn archived(failure: S3Failure, what: &str) -> S3Failure {
    match failure {
        S3Failure::Aws(hatrack_core::sts::AwsFailure::Refused(refusal))
            if refusal.code == "InvalidObjectState" =>
        {
            S3Failure::Archived {
                what: what.to_owned(),
                storage_class: "Glacier or Deep Archive".to_owned(),
            }
        }
        other => other,
    }
}

/// The bytes as text, if they are text: UTF-8 without control characters other than those that texts have. Where the
/// object goes on, its last character may be cut.
fn text(bytes: &[u8], truncated: bool) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(wrong) if truncated && wrong.error_len().is_none() => {
            std::str::from_utf8(&bytes[..wrong.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    (!text.contains(odd)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_bytes() {
        assert_eq!(text(b"", false).as_deref(), Some(""));
        assert_eq!(
            text("\u{feff}gr\u{fc}n\r\n\tx".as_bytes(), false).as_deref(),
            Some("gr\u{fc}n\r\n\tx")
        );
        assert_eq!(text(b"PK\x03\x04\0\0", false), None);
        assert_eq!(text(b"\x89PNG\r\n", true), None);
        assert_eq!(text(b"\xff\xfeh\0i\0", false), None);
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_head_is_left_off() {
        let cut = &"ab\u{20ac}".as_bytes()[..4];
        assert_eq!(text(cut, true).as_deref(), Some("ab"));
        assert_eq!(text(cut, false), None);
    }
}
