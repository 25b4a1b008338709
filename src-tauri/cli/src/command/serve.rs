//! `hat serve`: an endpoint on this computer that SDKs get a session's credentials from.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{EndpointUse, EndpointView, OpenEndpoint, OpenedEndpoint, UseOutcome};
use hatrack_core::export::{EndpointExports, Shell, endpoint_text, endpoint_unset_text, prompt_name};
use hatrack_core::shared_config::inert;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::Listing;
use super::env::shell_in_use;
use crate::ask;
use crate::context::Context;
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::options::{Given, SwitchArgs};
use crate::out;
use crate::role::{self, RoleArg};
use crate::table::{Table, Tone};
use crate::time::local;

/// The arguments of `hat serve`.
#[derive(Debug, Args)]
#[command(after_help = USE)]
pub struct Serve {
    #[command(flatten)]
    role: RoleArg,
    /// bash, zsh, fish, powershell, cmd, nu, dotenv or json; the shell in use where left out
    #[arg(long, value_name = "SHELL")]
    shell: Option<Shell>,
    /// Come back at once; the endpoint stays open until --stop, or until its session is dropped
    #[arg(long)]
    detach: bool,
    /// List who has asked at the open endpoints, or at that of ROLE
    #[arg(long, conflicts_with_all = ["detach", "stop", "unset"])]
    log: bool,
    /// Close the endpoint of ROLE
    #[arg(long, conflicts_with_all = ["detach", "unset"])]
    stop: bool,
    /// Print what undoes the exports
    #[arg(long, conflicts_with = "detach")]
    unset: bool,
    #[command(flatten)]
    listing: Listing,
    #[command(flatten)]
    options: SwitchArgs,
    #[command(flatten)]
    given: Given,
}

const USE: &str = "\
Serves until interrupted. Programs of this computer that have the two variables get the session's
credentials, renewed for as long as that needs no person.

In the background: eval \"$(hat serve ROLE --detach)\"
To undo:           hat serve ROLE --stop; eval \"$(hat serve --unset)\"";

/// The column of what came of a request.
const OUTCOME: usize = 1;

impl Serve {
    /// Opens the endpoint and waits, or does what else was asked.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let shell = self.shell.unwrap_or_else(shell_in_use);
        if self.unset {
            out::print(endpoint_unset_text(shell).map_err(Failure::usage)?.expose())?;
            return Ok(ExitCode::SUCCESS);
        }
        let agent = context.agent().await?;
        if self.log {
            self.print_log(context, &agent).await?;
        } else if self.stop {
            agent
                .close_endpoint(role::session(self.role.role, &context.caller)?)
                .await?;
        } else {
            // Until it is open an interruption ends this as any program: a code may be asked for at the terminal.
            let opened = self.open(context, &agent).await?;
            let mut interrupted = Interruption::listen()
                .map_err(|why| Failure::refused(format!("signals cannot be caught: {why}; try again")))?;
            self.print(shell, &opened)?;
            if !self.detach {
                return stay(&agent, &opened, &mut interrupted).await;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn open(&self, context: &Context, agent: &Agent) -> Result<OpenedEndpoint, Failure> {
        let request = OpenEndpoint {
            of: role::session(self.role.role.clone(), &context.caller)?,
            keep: self.detach,
            options: self.options.options()?,
            mfa_code: self.given.code()?,
            allow_endpoint: self.given.allow_endpoint,
        };
        let opened = ask::open_endpoint(agent, request).await?;
        opened.notes.iter().for_each(|note| out::note(note));
        Ok(opened)
    }

    fn print(&self, shell: Shell, opened: &OpenedEndpoint) -> Result<(), Failure> {
        let role = prompt_name(&opened.session);
        let exports = EndpointExports {
            address: &opened.endpoint.address,
            token: &opened.token,
            region: &opened.region,
            role: Some(&role),
        };
        let text = endpoint_text(shell, exports).map_err(Failure::refused)?;
        out::print(text.expose())
    }

    async fn print_log(self, context: &Context, agent: &Agent) -> Result<(), Failure> {
        let mut endpoints = agent.endpoints().await?;
        if let Some(named) = &self.role.role {
            let meant = sessions_named(agent, context, named).await?;
            endpoints.retain(|endpoint| meant.contains(&endpoint.session_id));
        }
        if self.listing.json {
            let logs: Vec<_> = endpoints.iter().map(Log::of).collect();
            return out::json(&logs);
        }
        table(&endpoints).print()
    }
}

/// Keeps the endpoint open until somebody ends that.
async fn stay(
    agent: &Agent,
    opened: &OpenedEndpoint,
    interrupted: &mut Interruption,
) -> Result<ExitCode, Failure> {
    let session = &opened.session;
    out::note(&format!(
        "serving {}/{} at {} until interrupted",
        inert(&session.account_name),
        inert(&session.role_name),
        opened.endpoint.address
    ));
    tokio::select! {
        closed = agent.hold_endpoint(&session.id) => {
            Err(Failure::refused(format!("the endpoint is closed: {}", closed?)))
        }
        () = interrupted.come() => Ok(ExitCode::SUCCESS),
    }
}

/// The sessions meant by what was typed: that with this ID, or all of a ROLE.
async fn sessions_named(agent: &Agent, context: &Context, named: &str) -> Result<Vec<String>, Failure> {
    let sessions = agent.sessions().await?;
    if sessions.iter().any(|session| session.id == named) {
        return Ok(vec![named.to_owned()]);
    }
    let choice = RoleArg {
        role: Some(named.to_owned()),
    };
    let key = agent.key_of(choice.typed(&context.caller)?).await?;
    let of_role = sessions
        .into_iter()
        .filter(|session| session.role_key.as_ref() == Some(&key));
    Ok(of_role.map(|session| session.id).collect())
}

/// An endpoint's log, for scripts.
#[derive(Serialize)]
struct Log<'a> {
    session: &'a str,
    address: &'a str,
    opened_at: jiff::Timestamp,
    holds: u32,
    served: u32,
    refused: u32,
    uses: &'a [EndpointUse],
}

impl<'a> Log<'a> {
    fn of(endpoint: &'a EndpointView) -> Self {
        Self {
            session: &endpoint.session_id,
            address: &endpoint.address,
            opened_at: endpoint.opened_at,
            holds: endpoint.holds,
            served: endpoint.served,
            refused: endpoint.refused,
            uses: &endpoint.uses,
        }
    }
}

fn table(endpoints: &[EndpointView]) -> Table {
    let mut table = Table::new(["AT", "OUTCOME", "PROCESS", "SESSION", "WHY"]);
    let zone = TimeZone::system();
    let mut uses: Vec<_> = endpoints
        .iter()
        .flat_map(|endpoint| endpoint.uses.iter().map(|used| (used, &endpoint.session_id)))
        .collect();
    uses.sort_by_key(|(used, _)| used.at);
    for (used, session) in uses {
        let (outcome, tone) = match used.outcome {
            UseOutcome::Served => ("served", Tone::Plain),
            UseOutcome::Refused => ("refused", Tone::Bad),
            UseOutcome::Failed => ("failed", Tone::Bad),
        };
        let row = table.row([
            &local(used.at, &zone),
            outcome,
            &inert(&used.process.label()),
            session,
            used.why.as_deref().unwrap_or("-"),
        ]);
        row.tone(OUTCOME, tone);
    }
    table
}
