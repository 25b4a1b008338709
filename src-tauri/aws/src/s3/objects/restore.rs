//! Restoring what rests in an archive.

use aws_sdk_s3::types::{GlacierJobParameters, RestoreRequest, Tier as SdkTier};
use hatrack_core::bucket::S3Location;

use super::super::{S3, S3Failure, document};

/// How fast, and at what price. Source: S3 User Guide, "Understanding archive retrieval options".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Within minutes; not from Deep Archive.
    Expedited,
    /// Within 3 to 5 hours; 12 from Deep Archive.
    Standard,
    /// Within 5 to 12 hours; 48 from Deep Archive. The cheapest.
    Bulk,
}

impl S3 {
    /// Asks for a copy of an archived object that can be read for `days` days. It comes later:
    /// [`S3::properties`] tells when it is there. Of one that is there, the days begin anew.
    ///
    /// # Errors
    /// S3's, such as a restore that is under way ([`S3Failure::hint`]).
    pub async fn restore(
        &self,
        place: &S3Location,
        version_id: Option<&str>,
        days: u16,
        tier: Tier,
    ) -> Result<(), S3Failure> {
        let (client, region) = self.at(&place.bucket).await?;
        let call = self.call("s3:RestoreObject", &place.bucket, Some(&place.key), &region);
        let tier = match tier {
            Tier::Expedited => SdkTier::Expedited,
            Tier::Standard => SdkTier::Standard,
            Tier::Bulk => SdkTier::Bulk,
        };
        let job = GlacierJobParameters::builder().tier(tier).build();
        let request = RestoreRequest::builder()
            .days(i32::from(days))
            .glacier_job_parameters(job.map_err(|_| call.garbled("the request could not be made"))?)
            .build();
        self.signed(|| async {
            client
                .restore_object()
                .bucket(place.bucket.as_str())
                .key(&place.key)
                .set_version_id(version_id.map(str::to_owned))
                .restore_request(request.clone())
                .customize()
                .config_override(document())
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await?;
        Ok(())
    }
}
