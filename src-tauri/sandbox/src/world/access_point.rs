//! S3 access points.

use hatrack_core::account::AccountId;
use hatrack_core::policy::Policy;

/// Another name of a bucket, with a policy of its own.
#[derive(Debug, Clone)]
pub struct AccessPoint {
    /// Its name, unique in its account and region.
    pub name: String,
    /// The account that owns it.
    pub account: AccountId,
    /// Its region, the bucket's.
    pub region: String,
    /// The name by which it stands where a bucket's may: `NAME-…-s3alias`.
    pub alias: String,
    /// The bucket.
    pub bucket: String,
    /// Its policy.
    pub policy: Option<Policy>,
}

impl AccessPoint {
    /// Its ARN.
    pub fn arn(&self) -> String {
        format!(
            "arn:aws:s3:{}:{}:accesspoint/{}",
            self.region, self.account, self.name
        )
    }

    /// The first label of its host name: `NAME-ACCOUNT`.
    pub fn label(&self) -> String {
        format!("{}-{}", self.name, self.account)
    }
}
