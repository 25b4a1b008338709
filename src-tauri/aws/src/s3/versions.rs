//! Versions and delete markers, listed on request only.

use aws_sdk_s3::types::EncodingType;
use hatrack_core::bucket::BucketName;
use hatrack_core::listing_view::{VersionMark, VersionPage, VersionView};

use super::browse::{decoded, folder_view, repeats, unquoted};
use super::{S3, S3Failure, document};
use crate::answer::timestamp;

/// What S3 calls a version from before versions were kept.
const UNVERSIONED: &str = "null";

impl S3 {
    /// One page of the versions of what lies below `prefix`; `next` is the page before's [`VersionPage::next`]. With
    /// `by_folder` what lies deeper than the next `/` is named by its folder only.
    pub async fn versions(
        &self,
        bucket: &BucketName,
        prefix: &str,
        by_folder: bool,
        next: Option<&VersionMark>,
    ) -> Result<VersionPage, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:ListBucketVersions", bucket, None, &region);
        let page = self
            .signed(|| async {
                client
                    .list_object_versions()
                    .bucket(bucket.as_str())
                    .prefix(prefix)
                    .set_delimiter(by_folder.then(|| "/".to_owned()))
                    .encoding_type(EncodingType::Url)
                    .set_key_marker(next.map(|mark| mark.key.clone()))
                    .set_version_id_marker(next.and_then(|mark| mark.version_id.clone()))
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let encoded = page.encoding_type() == Some(&EncodingType::Url);
        let plain = |text: &str| if encoded { decoded(text) } else { text.to_owned() };
        let below = |key: &str| key.strip_prefix(prefix).unwrap_or(key).to_owned();
        let mut versions: Vec<VersionView> = page
            .versions()
            .iter()
            .filter_map(|version| {
                let key = plain(version.key()?);
                Some(VersionView {
                    name: below(&key),
                    key,
                    version_id: version.version_id().unwrap_or(UNVERSIONED).to_owned(),
                    latest: version.is_latest() == Some(true),
                    marker: false,
                    size: version
                        .size()
                        .and_then(|size| size.try_into().ok())
                        .unwrap_or_default(),
                    modified_at: version.last_modified().and_then(timestamp),
                    storage_class: version.storage_class().map(|class| class.as_str().to_owned()),
                    etag: version.e_tag().map(unquoted),
                })
            })
            .collect();
        versions.extend(page.delete_markers().iter().filter_map(|marker| {
            let key = plain(marker.key()?);
            Some(VersionView {
                name: below(&key),
                key,
                version_id: marker.version_id().unwrap_or(UNVERSIONED).to_owned(),
                latest: marker.is_latest() == Some(true),
                marker: true,
                size: 0,
                modified_at: marker.last_modified().and_then(timestamp),
                storage_class: None,
                etag: None,
            })
        }));
        // S3 gives versions and markers apart. Of one key the newest is first.
        versions.sort_by(|a, b| {
            let newest_first = (b.latest, b.modified_at).cmp(&(a.latest, a.modified_at));
            a.key.cmp(&b.key).then(newest_first)
        });
        let folders = page.common_prefixes().iter();
        let folders = folders.filter_map(|folder| Some(folder_view(prefix, plain(folder.prefix()?))));
        let following = page
            .next_key_marker()
            .filter(|_| page.is_truncated() == Some(true))
            .map(|key| VersionMark {
                key: plain(key),
                version_id: page.next_version_id_marker().map(str::to_owned),
            });
        if following.is_some() && following.as_ref() == next {
            return Err(repeats(&region));
        }
        Ok(VersionPage {
            folders: folders.collect(),
            versions,
            next: following,
            region,
        })
    }
}
