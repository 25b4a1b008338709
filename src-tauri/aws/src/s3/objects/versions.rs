//! Every version below a prefix, page after page.

use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use hatrack_core::bucket::S3Location;
use hatrack_core::listing_view::{VersionMark, VersionView};

use super::super::{S3, S3Failure};

impl S3 {
    /// Every version and marker whose key begins with that of `prefix`, by key, the newest first. The next page is asked
    /// for when the one before is used up.
    pub fn walk_versions<'a>(
        &'a self,
        prefix: &'a S3Location,
    ) -> impl Stream<Item = Result<VersionView, S3Failure>> + Send + 'a {
        let first: Option<Option<VersionMark>> = Some(None);
        let pages = stream::try_unfold(first, move |mark| async move {
            let Some(mark) = mark else {
                return Ok::<_, S3Failure>(None);
            };
            let page = self
                .versions(&prefix.bucket, &prefix.key, false, mark.as_ref())
                .await?;
            Ok(Some((page.versions, page.next.map(Some))))
        });
        pages
            .map_ok(|found| stream::iter(found).map(Ok::<_, S3Failure>))
            .try_flatten()
    }

    /// The versions of one object, the newest first.
    pub async fn versions_of(&self, place: &S3Location) -> Result<Vec<VersionView>, S3Failure> {
        // Longer keys that begin like this one come after all of its versions.
        let own = self
            .walk_versions(place)
            .try_take_while(|found| std::future::ready(Ok(found.key == place.key)));
        own.try_collect().await
    }
}
