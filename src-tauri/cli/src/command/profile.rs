//! `hat profile`: profiles in the shared files, for tools that know nothing of Hatrack.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{
    ProfileForm, ProfileName, ProfilePlan, SessionRef, WriteProfile, WrittenProfileView,
};
use hatrack_core::shared_config::inert;

use super::Listing;
use super::keys::shown;
use crate::ask;
use crate::code::Terminal;
use crate::context::Context;
use crate::failure::Failure;
use crate::options::{Given, SwitchArgs};
use crate::out;
use crate::role::RoleArg;
use crate::table::Table;

/// The arguments of `hat profile`.
#[derive(Debug, Args)]
pub struct Profile {
    #[command(subcommand)]
    does: Does,
}

#[derive(Debug, Subcommand)]
enum Does {
    /// Write a profile for a role
    ///
    /// Its credential_process line asks `hat`, so that no secret is in the file and the credentials stay fresh. What
    /// changes is shown and asked for first. Switching back removes the profile.
    Write(Box<Write>),
    /// List the profiles that were written
    List(Listing),
    /// Remove a profile that was written
    Remove {
        /// Its name
        name: String,
    },
    /// Bring back what the default profile was before
    RestoreDefault,
}

#[derive(Debug, Args)]
struct Write {
    #[command(flatten)]
    role: RoleArg,
    /// What to call the profile; hatrack-<account>-<role> where left out
    #[arg(long = "as", alias = "name", value_name = "NAME", conflicts_with = "default")]
    name: Option<String>,
    /// Set the default profile; what stands there is kept, and comes back when this is removed
    #[arg(long)]
    default: bool,
    /// Write the session's keys themselves, for tools that run no command; they go when the session ends
    #[arg(long)]
    keys: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    listing: Listing,
    #[command(flatten)]
    options: SwitchArgs,
    #[command(flatten)]
    given: Given,
}

impl Profile {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        match self.does {
            Does::Write(write) => write.run(context, &agent).await?,
            Does::List(listing) => list(&agent, listing).await?,
            Does::Remove { name } => agent.remove_profile(&name).await?,
            Does::RestoreDefault => agent.remove_profile("default").await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Write {
    async fn run(self, context: &Context, agent: &Agent) -> Result<(), Failure> {
        let request = WriteProfile {
            of: SessionRef::Role(self.role.exact(&context.caller)?),
            name: match (self.name, self.default) {
                (Some(name), _) => ProfileName::Named(name),
                (None, true) => ProfileName::Default,
                (None, false) => ProfileName::Own,
            },
            keys: self.keys,
            options: self.options.options()?,
            mfa_code: self.given.code()?,
            allow_endpoint: self.given.allow_endpoint,
        };
        let plan = agent.plan_profile(request.clone()).await?;
        if !self.yes && !plan.ours && !says_yes(&plan)? {
            out::note("the files were left as they are");
            return Ok(());
        }
        let (profile, backed_up) = ask::write_profile(agent, request).await?;
        for backup in backed_up {
            out::note(&format!("the file as it was is kept in {}", inert(&backup)));
        }
        match self.listing.json {
            true => out::json(&profile),
            false => out::print(&format!("{}\n", profile.name)),
        }
    }
}

/// Shows what would change, and asks.
fn says_yes(plan: &ProfilePlan) -> Result<bool, Failure> {
    let none = || Failure::needs_input("writing into the shared files wants a yes; add --yes");
    let mut terminal = Terminal::open().ok_or_else(none)?;
    for line in shown(&plan.changes) {
        terminal.say(&line);
    }
    let question = format!("Write the profile \"{}\" like this? [y/N]", inert(&plan.name));
    Ok(ask::says_yes(&mut terminal, &question))
}

async fn list(agent: &Agent, listing: Listing) -> Result<(), Failure> {
    let profiles = agent.profiles().await?;
    if listing.json {
        return out::json(&profiles);
    }
    let mut table = Table::new(["PROFILE", "ACCOUNT", "ROLE", "HOLDS", "FILE"]);
    for profile in &profiles {
        let account = profile
            .account_id
            .map_or_else(|| "-".to_owned(), |id| id.to_string());
        table.row([
            &inert(&profile.name),
            &account,
            &inert(&profile.role_name),
            &holds(profile),
            &inert(&profile.file),
        ]);
    }
    table.print()
}

fn holds(profile: &WrittenProfileView) -> String {
    match (profile.form, profile.expires_at) {
        (ProfileForm::Process, _) => "a line that asks hat".to_owned(),
        (ProfileForm::Keys, Some(end)) => format!("keys until {}", end.strftime("%H:%M UTC")),
        (ProfileForm::Keys, None) => "keys".to_owned(),
    }
}
