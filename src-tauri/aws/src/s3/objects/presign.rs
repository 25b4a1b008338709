//! Links that lend an object for a while.
//!
//! Source: Amazon S3 User Guide, "Sharing objects with presigned URLs": seven days at most, and never longer than the
//! credentials that signed live.

use std::time::Duration;

use aws_sdk_s3::config::{Config, RequestChecksumCalculation};
use aws_sdk_s3::presigning::PresigningConfig;
use hatrack_core::bucket::S3Location;
use hatrack_core::object_view::{LinkLimit, PresignedView};
use hatrack_core::secret::Secret;
use jiff::Timestamp;

use super::super::{S3, S3Failure};

/// S3's longest.
pub const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// What the link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkFor {
    /// Reading the object, or one version of it.
    Get {
        /// The version; `None` for what is there then.
        version_id: Option<String>,
    },
    /// Writing it. Whatever is there then is replaced.
    Put,
}

/// A link. Whoever has it needs no credentials: it is a secret.
#[derive(Debug)]
pub struct Link {
    /// The address.
    pub url: Secret,
    /// All else.
    pub view: PresignedView,
}

impl S3 {
    /// A link that lives for `asked`, or less: see [`PresignedView::limited_by`]. Nothing is sent but what finds the bucket's
    /// region: whether the session may do it shows when the link is used.
    ///
    /// # Errors
    /// Where there is no session to sign with, or it is as good as over.
    pub async fn presigned(
        &self,
        place: &S3Location,
        link: &LinkFor,
        asked: Duration,
    ) -> Result<Link, S3Failure> {
        let (client, region) = self.at(&place.bucket).await?;
        let call = self.call("s3:GetObject", &place.bucket, Some(&place.key), &region);
        let signer = self.signer.current().await?;
        let now = Timestamp::now();
        let left = signer.expires_at.map(|end| {
            let left = end.duration_since(now);
            Duration::try_from(left).unwrap_or_default()
        });
        let (life, limited_by) = life(asked, left);
        if life.is_zero() {
            return Err(S3Failure::Expired { request_id: None });
        }
        let config = PresigningConfig::builder()
            .start_time(now.into())
            .expires_in(life)
            .build()
            .map_err(|_| call.garbled("no link can be made that lives for so long"))?;
        // A sum of the bytes would be one of no bytes: they are not known yet.
        let plain =
            || Config::builder().request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        let (bucket, key) = (place.bucket.as_str(), place.key.as_str());
        let (url, method) = match link {
            LinkFor::Get { version_id } => {
                let request = client
                    .get_object()
                    .bucket(bucket)
                    .key(key)
                    .set_version_id(version_id.clone())
                    .customize()
                    .config_override(plain());
                let made = request.presigned(config).await;
                (made.map_err(|error| call.unsigned(&error))?, "GET")
            }
            LinkFor::Put => {
                let request = client
                    .put_object()
                    .bucket(bucket)
                    .key(key)
                    .customize()
                    .config_override(plain());
                let made = request.presigned(config).await;
                (made.map_err(|error| call.unsigned(&error))?, "PUT")
            }
        };
        let end = now.checked_add(jiff::SignedDuration::from_secs(
            i64::try_from(life.as_secs()).unwrap_or(i64::MAX),
        ));
        Ok(Link {
            url: Secret::new(url.uri()),
            view: PresignedView {
                method: method.to_owned(),
                expires_at: end.unwrap_or(now),
                seconds: u32::try_from(life.as_secs()).unwrap_or(u32::MAX),
                limited_by,
                access_key_id: signer.access_key_id,
            },
        })
    }
}

/// Whole seconds, and what limits them.
fn life(asked: Duration, session: Option<Duration>) -> (Duration, LinkLimit) {
    let (mut life, mut limit) = match asked > WEEK {
        true => (WEEK, LinkLimit::SevenDays),
        false => (asked, LinkLimit::Asked),
    };
    if let Some(left) = session.filter(|left| *left < life) {
        (life, limit) = (left, LinkLimit::Session);
    }
    (Duration::from_secs(life.as_secs()), limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_ends_with_whatever_ends_first() {
        let of = |asked, session: Option<u64>| {
            let (life, limit) = life(Duration::from_secs(asked), session.map(Duration::from_secs));
            (life.as_secs(), limit)
        };
        let week = WEEK.as_secs();
        assert_eq!(of(60, None), (60, LinkLimit::Asked));
        assert_eq!(of(60, Some(60)), (60, LinkLimit::Asked));
        assert_eq!(of(3600, Some(900)), (900, LinkLimit::Session));
        assert_eq!(of(week + 1, None), (week, LinkLimit::SevenDays));
        assert_eq!(of(week + 1, Some(3600)), (3600, LinkLimit::Session));
        assert_eq!(of(60, Some(0)), (0, LinkLimit::Session));
    }
}
