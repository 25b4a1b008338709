//! Versions and delete markers.

use hatrack_core::bucket::S3Location;
use hatrack_core::listing_view::{VersionMark, VersionPage};
use jiff::tz::TimeZone;

use super::when;
use crate::command::s3::access::Open;
use crate::failure::Failure;
use crate::out;
use crate::table::Table;

/// Lists every version below a prefix; without `recursive` what lies deeper is named by its folder.
pub async fn list(open: &Open, place: &S3Location, recursive: bool, json: bool) -> Result<(), Failure> {
    let mut whole = page(open, place, recursive, None).await?;
    while let Some(next) = whole.next.take() {
        let more = page(open, place, recursive, Some(&next)).await?;
        whole.folders.extend(more.folders);
        whole.versions.extend(more.versions);
        whole.next = more.next;
    }
    if json {
        out::json(&whole)
    } else {
        table(&whole).print()
    }
}

async fn page(
    open: &Open,
    place: &S3Location,
    recursive: bool,
    next: Option<&VersionMark>,
) -> Result<VersionPage, Failure> {
    let page = open.s3.versions(&place.bucket, &place.key, !recursive, next);
    Ok(page.await?)
}

fn table(page: &VersionPage) -> Table {
    let mut table = Table::new(["WRITTEN", "BYTES", "VERSION", "", "NAME"]);
    let zone = TimeZone::system();
    for folder in &page.folders {
        table.row(["", "", "", "", &folder.name]);
    }
    for version in &page.versions {
        let standing = match (version.marker, version.latest) {
            (true, _) => "deleted",
            (false, true) => "latest",
            (false, false) => "",
        };
        let bytes = if version.marker {
            String::new()
        } else {
            version.size.to_string()
        };
        table.row([
            &when(version.modified_at, &zone),
            &bytes,
            &version.version_id,
            standing,
            &version.name,
        ]);
    }
    table
}
