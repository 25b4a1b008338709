//! `hat s3 presign`: a link that lends an object.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::objects::LinkFor;
use hatrack_core::bucket::S3Location;
use hatrack_core::history::{event, outcome};
use hatrack_core::object_view::{LinkLimit, PresignedView};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo};
use serde::Serialize;

use super::access::Access;
use crate::command::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::time::local;

/// The arguments of `hat s3 presign`.
#[derive(Debug, Args)]
pub struct Presign {
    /// s3://BUCKET/KEY
    place: String,
    /// A link that uploads: whoever has it writes the object
    #[arg(long, conflicts_with = "version_id")]
    put: bool,
    /// How long it lives: 90s, 15m, 12h, 7d at most, and no longer than the session
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = life)]
    expires_in: Duration,
    /// This version, not what is there when the link is used
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    listing: Listing,
}

/// With stable field names.
#[derive(Debug, Serialize)]
struct Made<'a> {
    url: &'a str,
    method: &'a str,
    expires_at: String,
    seconds: u32,
    /// `asked`, `session`, `seven_days`.
    limited_by: LinkLimit,
    access_key_id: &'a str,
}

impl Presign {
    /// Makes the link and prints it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let place: S3Location = self.place.parse().map_err(Failure::usage)?;
        if place.key.is_empty() {
            return Err(Failure::usage(format!("{place} names no object; add its key")));
        }
        let link = match self.put {
            true => LinkFor::Put,
            false => LinkFor::Get {
                version_id: self.version_id.clone(),
            },
        };
        let open = self.access.open(context).await?;
        let made = open.s3.presigned(&place, &link, self.expires_in).await;
        let mut row = RecordRequest {
            event: event::PRESIGN.to_owned(),
            outcome: outcome::OK.to_owned(),
            detail: Some(format!("{place} ({})", if self.put { "PUT" } else { "GET" })),
            ..RecordRequest::default()
        };
        if let Err(why) = &made {
            row.outcome = outcome::FAILED.to_owned();
            row.error = Some(why.to_string());
        }
        open.record(row).await;
        let made = made?;
        let view = &made.view;
        if self.listing.json {
            out::json(&Made {
                url: made.url.expose(),
                method: &view.method,
                expires_at: view.expires_at.to_string(),
                seconds: view.seconds,
                limited_by: view.limited_by,
                access_key_id: &view.access_key_id,
            })?;
        } else {
            out::print(&format!("{}\n", made.url.expose()))?;
            out::note(&said(view));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn said(view: &PresignedView) -> String {
    let until = local(view.expires_at, &TimeZone::system());
    let why = match view.limited_by {
        LinkLimit::Asked => "",
        LinkLimit::Session => ", when the session ends that signed it",
        LinkLimit::SevenDays => ", as S3 lets no link live longer than seven days",
    };
    format!("works until {until}{why}; whoever has it needs nothing else")
}

/// `90s`, `15m`, `12h`, `7d`, or seconds.
fn life(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!(
            "\"{}\" is no duration; write 90s, 15m, 12h or 7d",
            text.escape_debug()
        )
    };
    if let Ok(seconds) = text.parse() {
        return positive(Duration::from_secs(seconds)).ok_or_else(wrong);
    }
    let span: Span = text.parse().map_err(|_| wrong())?;
    let exact = span.to_duration(SpanRelativeTo::days_are_24_hours());
    let duration = exact.ok().and_then(|exact| Duration::try_from(exact).ok());
    duration.and_then(positive).ok_or_else(wrong)
}

fn positive(duration: Duration) -> Option<Duration> {
    (duration.as_secs() > 0).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_written_as_elsewhere() {
        let seconds = |text| life(text).map(|life| life.as_secs()).ok();
        assert_eq!(seconds("90"), Some(90));
        assert_eq!(seconds("90s"), Some(90));
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("7d"), Some(604_800));
        for wrong in ["", "0", "0s", "-1h", "1 year ago", "tomorrow"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
