//! `hat s3 mkdir`: a folder that nothing lies in yet.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::RecordRequest;
use hatrack_core::bucket::S3Location;
use hatrack_core::history::{event, outcome};

use super::access::Access;
use super::cp::Stopped;
use crate::context::Context;
use crate::failure::Failure;

/// The arguments of `hat s3 mkdir`.
#[derive(Debug, Args)]
pub struct Mkdir {
    /// s3://BUCKET/FOLDER/
    place: String,
    #[command(flatten)]
    access: Access,
}

impl Mkdir {
    /// Makes it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let place: S3Location = self.place.parse().map_err(Failure::usage)?;
        if place.key.is_empty() {
            return Err(Failure::usage(format!(
                "{place} is a bucket; add a folder's name"
            )));
        }
        let open = self.access.open(context).await?;
        let mut row = RecordRequest {
            event: event::NEW_FOLDER.to_owned(),
            outcome: outcome::OK.to_owned(),
            detail: Some(place.to_string()),
            ..RecordRequest::default()
        };
        let made = open.s3.new_folder(&place).await.map_err(Stopped::S3);
        if let Err(stopped) = &made {
            stopped.tell(&mut row);
        }
        open.record(row).await;
        made?;
        Ok(ExitCode::SUCCESS)
    }
}
