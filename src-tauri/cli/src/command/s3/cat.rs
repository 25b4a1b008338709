//! `hat s3 cat`: objects to standard output, as they come.

use std::io::{self, Write};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Duration, Instant};

use clap::Args;
use futures::{StreamExt, TryStreamExt};
use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::download::Passing;
use hatrack_aws::s3::{ObjectRef, S3Failure};
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{Only, Range, split_glob};
use hatrack_core::history::{event, outcome};

use super::access::{Access, Open};
use super::cp::Stopped;
use crate::context::Context;
use crate::failure::Failure;
use crate::interruption::Interruption;

/// How often a connection may break without bringing a byte.
const MOST_BREAKS: u32 = 4;
/// Before it is taken up; longer each time that it brought nothing.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The arguments of `hat s3 cat`.
#[derive(Debug, Args)]
pub struct Cat {
    /// s3://BUCKET/KEY or a pattern such as s3://BUCKET/logs/*.gz, one after the other
    #[arg(required = true)]
    places: Vec<String>,
    /// Only these bytes of each: 0-99, 100- or, of the end, -100
    #[arg(long, value_name = "FIRST-LAST", allow_hyphen_values = true)]
    range: Option<Part>,
    /// Take the keys as they are written, with their * and ?
    #[arg(long)]
    literal: bool,
    #[command(flatten)]
    access: Access,
}

/// Some bytes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    From(u64),
    Between(u64, u64),
    Last(u64),
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{}\" is no range; write 0-99, 100- or -100",
                text.escape_debug()
            )
        };
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
        match (first, last) {
            ("", last) => Ok(Self::Last(number(last)?)),
            (first, "") => Ok(Self::From(number(first)?)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last)
                    .then_some(Self::Between(first, last))
                    .ok_or_else(wrong)
            }
        }
    }
}

impl Part {
    /// Of an object of so many bytes; empty where it has none of them.
    fn of(self, size: u64) -> Range {
        let (start, end) = match self {
            Self::From(first) => (first, size),
            Self::Between(first, last) => (first, last.saturating_add(1)),
            Self::Last(count) => (size.saturating_sub(count), size),
        };
        Range {
            start: start.min(size),
            end: end.min(size),
        }
    }
}

/// Why it goes no further.
enum Halt {
    /// The reader has seen enough.
    Enough,
    Failed(Stopped),
}

impl From<S3Failure> for Halt {
    fn from(failure: S3Failure) -> Self {
        Self::Failed(failure.into())
    }
}

impl Cat {
    /// Writes them.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let places: Result<Vec<S3Location>, _> = self.places.iter().map(|place| place.parse()).collect();
        let places = places.map_err(Failure::usage)?;
        if let Some(place) = places.iter().find(|place| place.key.is_empty()) {
            return Err(Failure::usage(format!("{place} names no object; add its key")));
        }
        let open = self.access.open(context).await?;
        let mut interrupted = Interruption::listen()
            .map_err(|why| Failure::refused(format!("signals cannot be caught: {why}; try again")))?;
        for place in &places {
            let began = Instant::now();
            let done = tokio::select! {
                done = self.all_of(&open, place) => done,
                () = interrupted.come() => Err(Halt::Failed(Failure::refused("interrupted").into())),
            };
            open.record(row(place, &done, began)).await;
            match done {
                Ok(()) => {}
                Err(Halt::Enough) => break,
                Err(Halt::Failed(stopped)) => return Err(stopped.into()),
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The object, or those that a pattern takes.
    async fn all_of(&self, open: &Open, place: &S3Location) -> Result<(), Halt> {
        let Some((prefix, glob)) = split_glob(&place.key).filter(|_| !self.literal) else {
            return self.one(open, place).await;
        };
        let below = S3Location {
            bucket: place.bucket.clone(),
            key: prefix.to_owned(),
        };
        let only = Only::default().and_glob(glob);
        let only = only.map_err(|why| Halt::Failed(Failure::usage(why).into()))?;
        let mut found = std::pin::pin!(open.s3.walk(&below, None));
        let mut none = true;
        while let Some(found) = found.try_next().await? {
            let name = found.key.strip_prefix(prefix).unwrap_or(&found.key);
            // The stand-in for a folder holds nothing.
            if !only.takes(name) || name.ends_with('/') {
                continue;
            }
            none = false;
            let key = found.key;
            let bucket = place.bucket.clone();
            self.one(open, &S3Location { bucket, key }).await?;
        }
        match none {
            true => Err(Halt::Failed(
                Failure::refused(format!("no object is meant by {place}")).into(),
            )),
            false => Ok(()),
        }
    }

    async fn one(&self, open: &Open, place: &S3Location) -> Result<(), Halt> {
        let object = ObjectRef {
            bucket: place.bucket.clone(),
            key: place.key.clone(),
            version_id: None,
        };
        let (head, mut passing) = open.s3.passing(&object).await?;
        let mut left = self.range.unwrap_or(Part::From(0)).of(head.size);
        let mut breaks = 0;
        while left.start < left.end {
            let before = left.start;
            let failure = match open.s3.bytes_of(&object, head.etag.as_deref(), left).await {
                Ok(mut bytes) => loop {
                    match bytes.next().await {
                        Some(Ok(bytes)) => {
                            left.start += bytes.len() as u64;
                            passing.pass(&bytes);
                            written(bytes).await?;
                        }
                        Some(Err(failure)) => break Some(failure),
                        None => break None,
                    }
                },
                Err(failure) => Some(failure),
            };
            breaks = if left.start > before { 0 } else { breaks + 1 };
            match failure {
                // Taken up where it broke.
                Some(failure) if breaks > MOST_BREAKS || !failure.passes() => return Err(failure.into()),
                Some(_) => tokio::time::sleep(FIRST_PAUSE * (1 << breaks)).await,
                None => {}
            }
        }
        match self.range {
            // A part of the bytes has no checksum.
            Some(_) => Ok(()),
            None => compared(passing),
        }
    }
}

/// Says so where what was written is not what was stored.
fn compared(passing: Passing) -> Result<(), Halt> {
    match passing.end() {
        Ok(_) => Ok(()),
        Err(S3Failure::Corrupt { what, algorithm }) => Err(Halt::Failed(
            Failure::refused(format!(
                "what was written of {what} does not match its {algorithm} checksum; do not use it, and try again"
            ))
            .into(),
        )),
        Err(other) => Err(other.into()),
    }
}

/// Writes bytes where a slow reader holds nobody up.
async fn written(bytes: impl AsRef<[u8]> + Send + 'static) -> Result<(), Halt> {
    let writing = tokio::task::spawn_blocking(move || {
        let mut out = io::stdout().lock();
        out.write_all(bytes.as_ref()).and_then(|()| out.flush())
    });
    match writing
        .await
        .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
    {
        Ok(()) => Ok(()),
        Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Err(Halt::Enough),
        Err(why) => Err(Halt::Failed(
            Failure::refused(format!(
                "standard output could not be written: {why}; free space or use another file"
            ))
            .into(),
        )),
    }
}

fn row(place: &S3Location, done: &Result<(), Halt>, began: Instant) -> RecordRequest {
    let mut row = RecordRequest {
        event: event::DOWNLOAD.to_owned(),
        outcome: outcome::OK.to_owned(),
        detail: Some(place.to_string()),
        call_ms: u32::try_from(began.elapsed().as_millis()).ok(),
        ..RecordRequest::default()
    };
    if let Err(Halt::Failed(stopped)) = done {
        stopped.tell(&mut row);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_of_the_bytes_that_are_there() {
        let of = |text: &str, size| {
            let range = text.parse::<Part>().unwrap().of(size);
            (range.start, range.end)
        };
        assert_eq!(of("0-99", 1000), (0, 100));
        assert_eq!(of("0-99", 10), (0, 10));
        assert_eq!(of("100-", 1000), (100, 1000));
        assert_eq!(of("-100", 1000), (900, 1000));
        assert_eq!(of("-100", 10), (0, 10));
        assert_eq!(of("5-", 3), (3, 3));
        for wrong in ["", "-", "5", "9-1", "a-b"] {
            assert!(wrong.parse::<Part>().is_err(), "{wrong}");
        }
    }
}
