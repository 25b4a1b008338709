//! `hat team`: catalogs that teams publish.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use hatrack_agent::protocol::{AddTeam, TeamView};
use hatrack_store::teams::{FileHash, MinisignKey, TeamTrust};
use jiff::tz::TimeZone;

use super::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::{Table, Tone};
use crate::time::local;

/// The arguments of `hat team`.
#[derive(Debug, Args)]
pub struct Team {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List a team's catalog from now on
    Add(Add),
    /// Show the teams, and what of them waits to be accepted
    List(List),
    /// Get a team's file anew
    Refresh(Refresh),
    /// List a team's catalog no more
    Remove(Remove),
}

#[derive(Debug, Args)]
struct Add {
    /// The team's file: an https address or a path
    location: String,
    #[command(flatten)]
    trust: Trust,
}

/// What makes the file trusted: whoever keeps it says so, by another way than the file itself comes.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Trust {
    /// The file's SHA-256; a changed file waits until you accept it
    #[arg(long, value_name = "HASH")]
    sha256: Option<FileHash>,
    /// The public key of minisign that signs the file; the signature is beside it, with .minisig at its name's end
    #[arg(long, value_name = "KEY")]
    key: Option<MinisignKey>,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Args)]
struct Refresh {
    /// The team; every team where left out
    #[arg(required_unless_present_all = ["all"])]
    name: Option<String>,
    /// Every team
    #[arg(long, conflicts_with_all = ["name", "accept"])]
    all: bool,
    /// Take the changed file of this SHA-256, which `hat team list` shows with what it changes
    #[arg(long, value_name = "HASH")]
    accept: Option<FileHash>,
}

#[derive(Debug, Args)]
struct Remove {
    /// The team
    name: String,
}

impl Team {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        match self.what {
            What::Add(add) => {
                let trust = add.trust.given()?;
                let location = add.location;
                let team = agent.add_team(AddTeam { location, trust }).await?;
                out::note(&format!(
                    "team \"{}\": {} accounts, {} roles",
                    team.name, team.accounts, team.roles
                ));
            }
            What::List(list) => show(&agent.teams().await?, &list.listing)?,
            What::Refresh(refresh) => {
                let names = match refresh.name {
                    Some(name) => vec![name],
                    None => agent.teams().await?.into_iter().map(|team| team.name).collect(),
                };
                let mut failed = None;
                for name in names {
                    // One that fails keeps none of the others from coming.
                    if let Err(why) = agent.refresh_team(&name, refresh.accept).await {
                        failed
                            .replace(why)
                            .iter()
                            .for_each(|why| out::note(&why.to_string()));
                    }
                }
                if let Some(why) = failed {
                    return Err(why.into());
                }
            }
            What::Remove(remove) => agent.remove_team(&remove.name).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Trust {
    fn given(self) -> Result<TeamTrust, Failure> {
        match (self.sha256, self.key) {
            (Some(hash), _) => Ok(TeamTrust::Sha256(hash)),
            (None, Some(key)) => Ok(TeamTrust::Minisign(key)),
            (None, None) => Err(Failure::usage("give --sha256 or --key")),
        }
    }
}

/// The column of the state.
const STATE: usize = 4;

fn show(teams: &[TeamView], listing: &Listing) -> Result<(), Failure> {
    if listing.json {
        return out::json(teams);
    }
    let zone = TimeZone::system();
    let mut table = Table::new(["TEAM", "ROLES", "CAME", "FROM", "STATE"]);
    for team in teams {
        let state = match (&team.offered, &team.error) {
            (Some(offered), _) => format!("changed: {} waits to be accepted", offered.sha256),
            (None, Some(error)) => error.clone(),
            (None, None) => "good".to_owned(),
        };
        let came = local(team.fetched_at, &zone);
        let row = table.row([&team.name, &team.roles.to_string(), &came, &team.location, &state]);
        match (&team.offered, &team.error) {
            (Some(_), _) => row.tone(STATE, Tone::Warn),
            (None, Some(_)) => row.tone(STATE, Tone::Bad),
            (None, None) => {}
        }
    }
    table.print()?;
    for team in teams {
        for line in team.offered.iter().flat_map(|offered| &offered.differences) {
            out::note(&format!("{}: {line}", team.name));
        }
    }
    Ok(())
}
