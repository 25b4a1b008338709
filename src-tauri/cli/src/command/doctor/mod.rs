//! `hat doctor`: why something was denied, and what to add where.

mod given;
mod last;
mod text;

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{DiagnoseRequest, RoleChoice, SessionRef};
use hatrack_core::account::AccountId;
use hatrack_core::view::DenialView;

use self::given::Policies;
use super::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::options::{Given, SwitchArgs};
use crate::{ask, out, role};

/// More than this is no message of AWS's.
const LONGEST_TEXT: u64 = 128 * 1024;

/// The arguments of `hat doctor`. Without any it is about the last denial in the history.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The role, or a profile with keys that goes to the bucket as it is; AWS_PROFILE where left out
    role: Option<String>,
    /// What was wanted behind it: s3://bucket or s3://bucket/key
    place: Option<String>,
    /// The action that was wanted; reading the object, or listing the bucket, where left out
    #[arg(long, value_name = "ACTION", value_parser = action)]
    action: Option<String>,
    /// A file with the message of whatever program was refused, or - for standard input; AWS is not asked to do it again
    #[arg(long, value_name = "FILE")]
    error: Option<PathBuf>,
    /// The account that owns the bucket
    #[arg(long, value_name = "ACCOUNT")]
    bucket_owner: Option<AccountId>,
    #[command(flatten)]
    policies: Policies,
    #[command(flatten)]
    options: SwitchArgs,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    listing: Listing,
}

impl Doctor {
    /// Looks into it, and prints what there is to say.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        if self.names_nothing()
            && let Some((of, denial)) = last::denial(&agent).await?
        {
            return self.ask(&agent, of, Some(denial)).await;
        }
        let of = self.of(context)?;
        self.ask(&agent, of, None).await
    }

    /// Whether it is left to the history what it is about.
    fn names_nothing(&self) -> bool {
        self.role.is_none() && self.place.is_none() && self.error.is_none() && self.action.is_none()
    }

    fn of(&self, context: &Context) -> Result<Option<SessionRef>, Failure> {
        let (role, _) = self.role_and_place()?;
        // A message names the role itself.
        if role.is_none() && self.error.is_some() {
            return Ok(None);
        }
        let choice = role::choose(role.as_deref(), &context.caller, RoleChoice::Typed)?;
        Ok(Some(SessionRef::Role(choice)))
    }

    async fn ask(
        self,
        agent: &Agent,
        of: Option<SessionRef>,
        denial: Option<DenialView>,
    ) -> Result<ExitCode, Failure> {
        let (_, place) = self.role_and_place()?;
        let text = self.error.as_ref().map(read_error).transpose()?;
        let request = DiagnoseRequest {
            of,
            place,
            action: self.action.clone(),
            text,
            denial,
            bucket_owner: self.bucket_owner,
            pasted: self.policies.read()?,
            options: self.options.options()?,
            mfa_code: self.given.code()?,
            allow_endpoint: self.given.allow_endpoint,
        };
        let diagnosis = ask::diagnose(agent, request).await?;
        if self.listing.json {
            out::json(&diagnosis)?;
        } else {
            out::print(&text::told(&diagnosis))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// A place alone is not taken for a role.
    fn role_and_place(&self) -> Result<(Option<String>, Option<String>), Failure> {
        let is_place = |text: &str| text.starts_with("s3://") || text.starts_with("arn:aws:s3:::");
        match (&self.role, &self.place) {
            (Some(first), None) if is_place(first) => Ok((None, Some(first.clone()))),
            (Some(first), Some(_)) if is_place(first) => Err(Failure::usage(
                "the role stands before the place: hat doctor ROLE s3://bucket/key",
            )),
            (role, place) => Ok((role.clone(), place.clone())),
        }
    }
}

fn action(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        Some((service, name)) if !service.is_empty() && !name.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("\"{text}\" is no action; one looks like s3:GetObject")),
    }
}

fn read_error(path: &PathBuf) -> Result<String, Failure> {
    let failed = |why: std::io::Error| {
        Failure::usage(format!("{} cannot be read: {why}; check --error", path.display()))
    };
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        let stdin = std::io::stdin().lock();
        stdin.take(LONGEST_TEXT).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(LONGEST_TEXT).read_to_end(&mut bytes).map_err(failed)?;
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if text.trim().is_empty() {
        return Err(Failure::usage(
            "the message is empty; paste what the program said",
        ));
    }
    Ok(text)
}
