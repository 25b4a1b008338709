//! Everything below a prefix, or what matches a pattern: written as it comes, as there may be millions.

use std::io::{self, BufWriter, Write};

use hatrack_aws::s3::{Listed, Scan};
use hatrack_core::bucket::pattern::is_glob;
use hatrack_core::bucket::{KeyPattern, S3Location};
use hatrack_core::shared_config::inert;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::when;
use crate::command::s3::access::Open;
use crate::failure::Failure;
use crate::out;

/// How much was found.
#[derive(Debug, Default, Serialize)]
struct Total {
    objects: u64,
    bytes: u64,
}

/// Lists in the order of keys; `summary` prints the total alone.
pub async fn list(open: &Open, place: &S3Location, json: bool, summary: bool) -> Result<(), Failure> {
    let pattern = match is_glob(&place.key) {
        true => KeyPattern::whole(&place.key).map_err(Failure::usage)?,
        false => KeyPattern::every(&place.key),
    };
    let scan = Scan::new(open.s3.clone(), place.bucket.clone(), pattern.prefix());
    let mut scan = if summary { scan } else { scan.in_order() };
    let mut total = Total::default();
    let mut paper = Paper::new(json, place.key.clone());
    while let Some(found) = scan.next().await {
        for object in found?.into_iter().filter(|object| pattern.takes(&object.key)) {
            total.objects += 1;
            total.bytes += object.size;
            if !summary && paper.object(object).is_err() {
                return paper.end().or_else(out::unless_gone);
            }
        }
        // Who waits for it sees the first page at once.
        if let Err(gone) = paper.end() {
            return out::unless_gone(gone);
        }
    }
    if summary && json {
        return out::json(&total);
    }
    let said = format!("{} objects, {} bytes", total.objects, total.bytes);
    if summary {
        return out::print(&format!("{said}\n"));
    }
    if json {
        let region = open.s3.region(&place.bucket).await?;
        paper
            .head(place.bucket.as_str(), &region)
            .or_else(out::unless_gone)?;
    }
    paper.end().or_else(out::unless_gone)?;
    if !json {
        out::note(&said);
    }
    Ok(())
}

/// Standard output, with a line for each object. JSON has the form that a prefix's page has.
struct Paper {
    out: BufWriter<io::Stdout>,
    json: bool,
    prefix: String,
    zone: TimeZone,
    any: bool,
}

impl Paper {
    fn new(json: bool, prefix: String) -> Self {
        Self {
            out: BufWriter::with_capacity(64 * 1024, io::stdout()),
            json,
            prefix,
            zone: TimeZone::system(),
            any: false,
        }
    }

    fn object(&mut self, object: Listed) -> io::Result<()> {
        if !self.json {
            let at = when(object.modified_at, &self.zone);
            return writeln!(self.out, "{at:<16}  {:>14}  {}", object.size, inert(&object.key));
        }
        let before = if self.any { ",\n" } else { "{\"objects\":[\n" };
        self.any = true;
        self.out.write_all(before.as_bytes())?;
        let prefix = self.prefix.clone();
        serde_json::to_writer(&mut self.out, &object.view(&prefix)).map_err(io::Error::from)
    }

    /// What stands beside the objects.
    fn head(&mut self, bucket: &str, region: &str) -> io::Result<()> {
        if !self.any {
            self.out.write_all(b"{\"objects\":[")?;
        }
        let rest = serde_json::json!({
            "bucket": bucket,
            "region": region,
            "prefix": self.prefix,
            "folders": [],
            "next": null,
        });
        let rest = rest.to_string();
        writeln!(self.out, "\n],{}", rest.trim_start_matches('{'))
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
