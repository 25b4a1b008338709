//! `hat s3 ls`: buckets, or what is below a prefix.

mod below;
mod versions;

use std::process::ExitCode;

use clap::Args;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::pattern::is_glob;
use hatrack_core::bucket_view::{BucketView, ObjectPage};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::access::{Access, Open};
use crate::command::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::Table;
use crate::time::local;

/// The arguments of `hat s3 ls`.
#[derive(Debug, Args)]
pub struct Ls {
    /// s3://BUCKET/PREFIX, or a pattern such as s3://BUCKET/logs/*.gz; every bucket where left out
    place: Option<String>,
    /// List everything below the prefix, many lists at once
    #[arg(long, short)]
    recursive: bool,
    /// List old versions and delete markers too
    #[arg(long)]
    versions: bool,
    /// Print only how many objects there are below the prefix, and their bytes
    #[arg(long, conflicts_with = "versions")]
    summary: bool,
    /// Pay for the requests, where the bucket's owner does not
    #[arg(long)]
    requester_pays: bool,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    listing: Listing,
}

impl Ls {
    /// Lists.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let place = self
            .place
            .as_deref()
            .map(str::parse::<S3Location>)
            .transpose()
            .map_err(Failure::usage)?;
        let open = self.access.open(context).await?;
        match place {
            Some(place) => self.below(&open, &place).await?,
            None => {
                let list = open.s3.buckets().await?;
                if let Some(denial) = list.denied {
                    return Err(denial.into());
                }
                if self.listing.json {
                    out::json(&list.buckets)?
                } else {
                    buckets(&list.buckets).print()?
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What is below a place.
    async fn below(&self, open: &Open, place: &S3Location) -> Result<(), Failure> {
        open.s3.pay_for(&place.bucket, self.requester_pays);
        let json = self.listing.json;
        if self.versions {
            return versions::list(open, place, self.recursive, json).await;
        }
        if self.recursive || self.summary || is_glob(&place.key) {
            return below::list(open, place, json, self.summary).await;
        }
        let whole = whole(open, place).await?;
        if json {
            out::json(&whole)
        } else {
            objects(&whole).print()
        }
    }
}

/// Every page of one prefix as one.
async fn whole(open: &Open, place: &S3Location) -> Result<ObjectPage, Failure> {
    let mut whole = open.s3.page(&place.bucket, &place.key, None).await?;
    while let Some(next) = whole.next.take() {
        let page = open.s3.page(&place.bucket, &place.key, Some(&next)).await?;
        whole.folders.extend(page.folders);
        whole.objects.extend(page.objects);
        whole.next = page.next;
    }
    Ok(whole)
}

fn buckets(buckets: &[BucketView]) -> Table {
    let mut table = Table::new(["MADE", "REGION", "BUCKET"]);
    let zone = TimeZone::system();
    for bucket in buckets {
        table.row([
            &when(bucket.created_at, &zone),
            bucket.region.as_deref().unwrap_or_default(),
            &bucket.name,
        ]);
    }
    table
}

fn objects(page: &ObjectPage) -> Table {
    let mut table = Table::new(["WRITTEN", "BYTES", "NAME"]);
    let zone = TimeZone::system();
    for folder in &page.folders {
        table.row(["", "", &folder.name]);
    }
    for object in &page.objects {
        table.row([
            &when(object.modified_at, &zone),
            &object.size.to_string(),
            &object.name,
        ]);
    }
    table
}

fn when(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map(|at| local(at, zone)).unwrap_or_default()
}
