//! A folder that nothing lies in yet: an object of no bytes whose key ends in a slash.

use aws_sdk_s3::primitives::ByteStream;
use hatrack_core::bucket::S3Location;

use super::super::multipart::Making;
use super::super::{Guard, S3, S3Failure, Stored};

impl S3 {
    /// Makes it; `place` names it with or without the slash.
    ///
    /// # Errors
    /// [`S3Failure::Taken`] where it is there already.
    pub async fn new_folder(&self, place: &S3Location) -> Result<S3Location, S3Failure> {
        let key = match place.key.ends_with('/') {
            true => place.key.clone(),
            false => format!("{}/", place.key),
        };
        let made = S3Location {
            bucket: place.bucket.clone(),
            key: key.clone(),
        };
        // One that is there has the same bytes: S3's refusal would be taken for a lost answer of ours.
        if self.head(&made, None).await.is_ok() {
            return Err(S3Failure::Taken {
                what: made.to_string(),
            });
        }
        let (client, region) = self.at(&place.bucket).await?;
        let call = self.call("s3:PutObject", &place.bucket, Some(&key), &region);
        let making = Making {
            s3: self,
            client: &client,
            bucket: &place.bucket,
            key: &key,
            call: &call,
            stored: &Stored::default(),
            guard: &Guard::OnlyNew,
        };
        match making.whole(|| ByteStream::from_static(b""), 0).await {
            Ok(_) => Ok(made),
            Err(S3Failure::Changed { what }) => Err(S3Failure::Taken { what }),
            Err(other) => Err(other),
        }
    }
}
