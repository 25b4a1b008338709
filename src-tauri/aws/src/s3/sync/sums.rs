//! Whether two hold the same bytes, by the checksums that S3 keeps.

use std::path::PathBuf;

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ChecksumMode;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::sync::Entry;
use hatrack_core::bucket::transfer::Version;

use super::super::download::{Algorithm, Expected, blocking, disk_failed, sums_of};
use super::super::{S3, S3Failure, document};
use super::Route;

impl Route {
    /// Compares two of one name and size. `None` where S3 keeps no checksum that could be compared: none at all, or one
    /// made of parts that the other does not have.
    pub(super) async fn same(&self, source: &Entry, target: &Entry) -> Result<Option<bool>, S3Failure> {
        match self {
            Self::Down { s3, from, to } => {
                s3.same_as_file(&at(from, &source.name), to.join(&target.name))
                    .await
            }
            Self::Up { from, s3, to, .. } => {
                s3.same_as_file(&at(to, &target.name), from.join(&source.name))
                    .await
            }
            Self::Across {
                source: reading,
                from,
                target: writing,
                to,
                ..
            } => {
                let (from, to) = (at(from, &source.name), at(to, &target.name));
                let (one, other) = tokio::try_join!(reading.kept_sums(&from), writing.kept_sums(&to))?;
                Ok(same(&one, &other))
            }
        }
    }
}

pub(super) fn at(place: &S3Location, name: &str) -> S3Location {
    S3Location {
        bucket: place.bucket.clone(),
        key: format!("{}{name}", place.key),
    }
}

impl S3 {
    async fn kept_sums(&self, place: &S3Location) -> Result<HeadObjectOutput, S3Failure> {
        let (client, region) = self.at(&place.bucket).await?;
        let call = self.call("s3:GetObject", &place.bucket, Some(&place.key), &region);
        self.signed(|| async {
            client
                .head_object()
                .bucket(place.bucket.as_str())
                .key(&place.key)
                .checksum_mode(ChecksumMode::Enabled)
                .customize()
                .config_override(document())
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await
    }

    async fn same_as_file(&self, place: &S3Location, path: PathBuf) -> Result<Option<bool>, S3Failure> {
        let head = self.kept_sums(place).await?;
        let (sums, composite) = sums_of(&head);
        let version = Version {
            bucket: place.bucket.as_str().to_owned(),
            key: place.key.clone(),
            size: 0,
            etag: None,
            version_id: None,
            sums,
            composite,
        };
        let (algorithm, expected) = match Expected::of(&version) {
            Expected::Crc(_, crc, sum) => {
                let algorithm = Algorithm::Crc(crc);
                (algorithm, algorithm.crc_bytes(sum))
            }
            Expected::Sha(_, algorithm, sum) => (algorithm, sum),
            Expected::Composite(_) | Expected::None | Expected::Unreadable(_) => return Ok(None),
        };
        let found = blocking(move || {
            let file = std::fs::File::open(&path).map_err(|why| disk_failed(&path, "read", why))?;
            let length = file
                .metadata()
                .map_err(|why| disk_failed(&path, "read", why))?
                .len();
            Ok(algorithm.of_range(&file, 0, length))
        });
        Ok(Some(found.await? == Some(expected)))
    }
}

fn same(one: &HeadObjectOutput, other: &HeadObjectOutput) -> Option<bool> {
    let ((sums, in_parts), (others, others_in_parts)) = (sums_of(one), sums_of(other));
    let both = sums.iter().filter_map(|(name, sum)| {
        let (_, other) = others.iter().find(|(other, _)| other == name)?;
        Some((sum, other))
    });
    let composite = in_parts || others_in_parts;
    // Of differing parts a checksum differs though the bytes may not.
    both.map(|(sum, other)| {
        (
            sum == other,
            composite || sum.contains('-') || other.contains('-'),
        )
    })
    .find(|(equal, in_parts)| *equal || !in_parts)
    .map(|(equal, _)| equal)
}
