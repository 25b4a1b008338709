//! `hat end`: switch back.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::{LeftView, SwitchBack};
use jiff::tz::TimeZone;

use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::role;

/// The arguments of `hat end`.
#[derive(Debug, Args)]
pub struct End {
    /// A session's ID, or a ROLE that has a live session; AWS_PROFILE where left out
    #[arg(conflicts_with = "all")]
    session: Option<String>,
    /// Drop every session
    #[arg(long)]
    all: bool,
}

impl End {
    /// Switches back.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let session = match self.all {
            true => None,
            false => Some(role::session(self.session, &context.caller)?),
        };
        let back = SwitchBack {
            session,
            ..SwitchBack::default()
        };
        let ended = context.agent().await?.switch_back(back).await?;
        for left in &ended.sessions {
            out::note(&told(left));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What was undone, and what stays.
fn told(left: &LeftView) -> String {
    let name = format!("{} / {}", left.account_name, left.role_name);
    let mut told = vec![match &left.valid_until {
        Some(at) => {
            let at = at.to_zoned(TimeZone::system()).strftime("%H:%M");
            format!("switched back from {name}; AWS accepts its credentials until {at}")
        }
        None => format!("{name} had ended, and is listed no more"),
    }];
    told.extend(left.undone.iter().cloned());
    if !left.stays.is_empty() {
        told.push(format!("these still have them: {}", left.stays.join("; ")));
    }
    told.join("; ")
}
