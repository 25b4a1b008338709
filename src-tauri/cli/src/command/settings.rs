//! `hat settings`: what the person says about accounts, and taking all that is said from one computer to another.

mod console;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use hatrack_agent::protocol::{Change, ChangeSettings, DescribeAccount, ImportSettings, Set, SetDefaults};
use hatrack_core::account::{AccountId, HatColour};
use hatrack_core::choice::{ProxyChoice, SignInStore};
use hatrack_store::private;

use super::{Listing, roles};
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::said::{DefaultsArgs, text};
use crate::table::Table;

/// The arguments of `hat settings`.
#[derive(Debug, Args)]
pub struct Settings {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write names, hats, notes, defaults, favourites and added roles to one file without secrets
    ///
    /// What is chosen for this computer is not in it: browser, terminal, proxy, where sign-ins are kept, whether keys may
    /// stand in profiles, and whatever was allowed.
    Export(Export),
    /// Take such a file over; nothing that it does not mention is lost
    Import(Import),
    /// Say something about an account
    Account(SetAccount),
    /// Say in which browser console pages open
    Console(console::SetConsole),
    /// Say in which terminal sessions open
    Terminal(terminal::SetTerminal),
    /// Say through which proxy AWS is reached
    Proxy(SetProxy),
    /// Say whether sign-ins are shared with the AWS CLI, through its own cache
    ShareSignIns(ShareSignIns),
    /// Say whether a session's keys may be written into profiles; "no" removes those that were written
    KeysInProfiles(KeysInProfiles),
}

#[derive(Debug, Args)]
struct Export {
    /// The file; standard output where left out
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Import {
    /// The file
    file: PathBuf,
    /// Only show what it would change
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Args)]
struct SetAccount {
    /// Its 12-digit ID
    account: AccountId,
    /// What to call it; an empty text takes it back
    #[arg(long)]
    name: Option<String>,
    /// Its hat; "none" takes it back
    #[arg(long, value_parser = hat)]
    colour: Option<Set<HatColour>>,
    /// Mark it as production, or take the mark back: the window asks once more before a switch to it; hat does not
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    production: Option<bool>,
    /// Whatever is to be remembered; an empty text takes it back
    #[arg(long)]
    notes: Option<String>,
    #[command(flatten)]
    defaults: DefaultsArgs,
}

#[derive(Debug, Args)]
struct SetProxy {
    /// The system's where the environment names none, the environment's alone, or none
    #[arg(value_parser = proxy, value_name = "SYSTEM|ENVIRONMENT|NONE", required_unless_present = "forget_login")]
    choice: Option<ProxyChoice>,
    /// Forget the names and passwords that were given for proxies
    #[arg(long)]
    forget_login: bool,
}

#[derive(Debug, Args)]
struct ShareSignIns {
    /// Without it they are in the vault, and Hatrack's alone
    #[arg(value_parser = yes_or_no, action = clap::ArgAction::Set, value_name = "YES|NO")]
    share: bool,
}

#[derive(Debug, Args)]
struct KeysInProfiles {
    /// Without it profiles get a line that asks hat, and no secret
    #[arg(value_parser = yes_or_no, action = clap::ArgAction::Set, value_name = "YES|NO")]
    allow: bool,
}

impl Settings {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        match self.what {
            What::Export(export) => export.run(context).await,
            What::Import(import) => import.run(context).await,
            What::Account(account) => account.run(context).await,
            What::Console(console) => console.run(context).await,
            What::Terminal(terminal) => terminal.run(context).await,
            What::Proxy(proxy) => proxy.run(context).await,
            What::KeysInProfiles(KeysInProfiles { allow }) => {
                let no_keys_in_profiles = Some(!allow);
                let change = ChangeSettings {
                    no_keys_in_profiles,
                    ..Default::default()
                };
                choose(context, change).await
            }
            What::ShareSignIns(ShareSignIns { share }) => {
                let store = if share {
                    SignInStore::Shared
                } else {
                    SignInStore::Vault
                };
                let sign_ins = Some(store);
                choose(
                    context,
                    ChangeSettings {
                        sign_ins,
                        ..Default::default()
                    },
                )
                .await
            }
        }
    }
}

/// Changes one of the choices, and leaves the others.
async fn choose(context: &Context, change: ChangeSettings) -> Result<ExitCode, Failure> {
    context.agent().await?.change_settings(change).await?;
    Ok(ExitCode::SUCCESS)
}

impl SetProxy {
    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        if self.forget_login {
            match context.agent().await?.forget_proxy_logins().await? {
                0 => out::note("no name and password were given for a proxy"),
                1 => out::note("the name and password of a proxy are forgotten"),
                count => out::note(&format!(
                    "the names and passwords of {count} proxies are forgotten"
                )),
            }
        }
        let Some(choice) = self.choice else {
            return Ok(ExitCode::SUCCESS);
        };
        let proxy = Some(choice);
        choose(
            context,
            ChangeSettings {
                proxy,
                ..Default::default()
            },
        )
        .await
    }
}

impl Export {
    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let text = context.agent().await?.export_settings().await?;
        let Some(file) = self.file else {
            out::print(&text)?;
            return Ok(ExitCode::SUCCESS);
        };
        private::replace(&file, text.as_bytes()).map_err(|why| {
            Failure::refused(format!(
                "{} cannot be written: {why}; check the folder and the free space",
                file.display()
            ))
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        let request = ImportSettings {
            path: self.file,
            dry_run: self.dry_run,
            seen: None,
        };
        let changes = agent.import_settings(request).await?.changes;
        if self.listing.json {
            out::json(&changes)?;
        } else if changes.is_empty() {
            out::note("nothing changes: everything in the file is said here already");
        } else {
            table(&changes).print()?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(changes: &[Change]) -> Table {
    let mut table = Table::new(["OF", "WHAT", "WAS", "BECOMES"]);
    for change in changes {
        let was = change.was.as_deref().unwrap_or("-");
        table.row([&change.of, &change.what, was, &change.becomes]);
    }
    table
}

impl SetAccount {
    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let said = DescribeAccount {
            account_id: self.account,
            name: text(self.name),
            colour: self.colour.unwrap_or_default(),
            production: self.production,
            notes: text(self.notes),
            defaults: SetDefaults::from(self.defaults),
        };
        context.agent().await?.describe_account(said).await?;
        Ok(ExitCode::SUCCESS)
    }
}

fn hat(text: &str) -> Result<Set<HatColour>, String> {
    match text {
        "none" => Ok(Set::Clear),
        text => roles::colour(text).map(Set::To),
    }
}

fn proxy(text: &str) -> Result<ProxyChoice, String> {
    match text {
        "system" => Ok(ProxyChoice::System),
        "environment" => Ok(ProxyChoice::Environment),
        "none" => Ok(ProxyChoice::None),
        _ => Err("say system, environment or none".to_owned()),
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("say yes or no".to_owned()),
    }
}
