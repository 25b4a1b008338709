//! `hat console`: sign in to the AWS console as a role.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::client::{NotOpened, open_secret};
use hatrack_agent::protocol::{ConsoleLink, ConsoleRequest, LinkWay, PageChoice};
use hatrack_core::shared_config::inert;
use hatrack_core::sts_limits::{SessionDuration, SessionPolicy};

use crate::ask;
use crate::context::Context;
use crate::failure::Failure;
use crate::options::{Given, SwitchArgs};
use crate::out;
use crate::role::{self, RoleArg};

/// The arguments of `hat console`.
#[derive(Debug, Args)]
pub struct Console {
    #[command(flatten)]
    role: RoleArg,
    /// The service whose page opens: s3, ec2, lambda, …
    #[arg(long, value_name = "SERVICE", conflicts_with = "url")]
    service: Option<String>,
    /// The page that opens, by its address
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// How long to stay signed in: 8h, 90m. Not for a role that is reached by a chain
    #[arg(long, value_name = "TIME")]
    stay: Option<SessionDuration>,
    /// Sign a user's keys in by GetFederationToken, with at most the permissions in this file
    #[arg(long, value_name = "POLICY")]
    federate: Option<std::path::PathBuf>,
    /// Print the link instead of opening it: whoever has it within 15 minutes is signed in
    #[arg(long)]
    print: bool,
    /// firefox, chromium, chrome, edge, brave or vivaldi
    #[arg(long, value_name = "BROWSER")]
    browser: Option<String>,
    /// The container of Firefox, or the profile of Chromium and its kin, to open it in
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// Open it in a part of the browser that the account has to itself
    #[arg(long)]
    separate: bool,
    /// Sign the browser out of the console first
    #[arg(long)]
    log_out_first: bool,
    #[command(flatten)]
    options: SwitchArgs,
    #[command(flatten)]
    given: Given,
}

impl Console {
    /// Opens the page, or prints the link.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let request = ConsoleRequest {
            options: self.options.options()?,
            mfa_code: self.given.code()?,
            allow_endpoint: self.given.allow_endpoint,
            page: match (&self.service, &self.url) {
                (Some(service), _) => PageChoice::Service(service.clone()),
                (None, Some(url)) => PageChoice::Url(url.clone()),
                (None, None) => PageChoice::Home,
            },
            stay: self.stay,
            federate: self.federate.as_deref().map(policy_in).transpose()?,
            way: match self.print {
                true => LinkWay::Printed,
                false => LinkWay::Opened,
            },
            browser: self.browser.clone(),
            part: self.part.clone(),
            separate: self.separate,
            log_out_first: self.log_out_first,
            ..ConsoleRequest::of(role::session(self.role.role, &context.caller)?)
        };
        let link = ask::console(&context.agent().await?, request).await?;
        link.notes.iter().for_each(|note| out::note(note));
        match self.print {
            true => out::print(&format!("{}\n", link.url.expose()))?,
            false => open(&link).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn open(link: &ConsoleLink) -> Result<(), Failure> {
    out::note(&format!("opening {} in the browser", inert(&link.page)));
    open_secret(&link.url, &link.part)
        .await
        .map_err(|why: NotOpened| Failure::refused(why))
}

fn policy_in(path: &std::path::Path) -> Result<SessionPolicy, Failure> {
    let text = std::fs::read_to_string(path).map_err(|why| {
        Failure::usage(format!(
            "{} cannot be read: {why}; check --federate",
            path.display()
        ))
    })?;
    SessionPolicy::try_from(text).map_err(|wrong| Failure::usage(format!("{}: {wrong}", path.display())))
}
