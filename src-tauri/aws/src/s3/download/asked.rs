//! What S3 says of the object that comes.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::ChecksumMode;
use hatrack_core::bucket::transfer::Version;

use super::super::failure::Call;
use super::super::{S3, S3Failure, document};
use super::{Expected, Order, sums_of};

impl S3 {
    /// The version that was under way, as S3 tells of it now.
    pub(super) async fn version_now(
        &self,
        client: &Client,
        order: &Order,
        noted: &Version,
        call: &Call<'_>,
    ) -> Result<Version, S3Failure> {
        let asked = self
            .signed(|| async {
                client
                    .head_object()
                    .bucket(order.bucket.as_str())
                    .key(&order.key)
                    .set_if_match(noted.etag.clone())
                    .checksum_mode(ChecksumMode::Enabled)
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await;
        let head = match asked {
            // To a HEAD, S3 does not say why it refused; to a GET it does.
            Err(wordless) if wordless.may_be_expired() => {
                self.first_byte(client, order, call).await?;
                return Err(wordless);
            }
            asked => asked?,
        };
        let (sums, composite) = sums_of(&head);
        let size = head.content_length().and_then(|n| u64::try_from(n).ok());
        let version = Version {
            sums,
            composite,
            ..noted.clone()
        };
        // Ranges were summed up with what the journal named: with another sum they are of no use.
        let same = size == Some(noted.size)
            && head.e_tag() == noted.etag.as_deref()
            && Expected::of(&version).range_crc() == Expected::of(noted).range_crc();
        match same {
            true => Ok(version),
            false => Err(S3Failure::Changed {
                what: call.what.clone(),
            }),
        }
    }

    /// Asks for the first byte, for what S3 says where it refuses that.
    async fn first_byte(&self, client: &Client, order: &Order, call: &Call<'_>) -> Result<(), S3Failure> {
        self.signed(|| async {
            client
                .get_object()
                .bucket(order.bucket.as_str())
                .key(&order.key)
                .range("bytes=0-0")
                .send()
                .await
                .map(drop)
                .map_err(|error| call.failed(error))
        })
        .await
    }

    /// The whole object's answer, its body not read yet: its head tells size, version and checksum in one round trip.
    pub(super) async fn open(
        &self,
        client: &Client,
        order: &Order,
        call: &Call<'_>,
    ) -> Result<GetObjectOutput, S3Failure> {
        self.signed(|| async {
            client
                .get_object()
                .bucket(order.bucket.as_str())
                .key(&order.key)
                .customize()
                // Set as a header: as a parameter the SDK would check by itself, and not tell a composite checksum.
                .mutate_request(|request| {
                    request.headers_mut().insert("x-amz-checksum-mode", "ENABLED");
                })
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await
    }
}
