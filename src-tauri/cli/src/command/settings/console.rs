//! `hat settings console`: in which browser console pages open.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::client::Browser;
use hatrack_agent::protocol::ChangeSettings;
use hatrack_core::account::AccountId;
use hatrack_core::console::{NotAPart, is_part_name};

use super::{choose, yes_or_no};
use crate::context::Context;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat settings console`.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct SetConsole {
    /// firefox, chromium, chrome, edge, brave or vivaldi; "default" for the desktop's own
    #[arg(long, value_name = "BROWSER")]
    browser: Option<String>,
    /// Give each account a container of Firefox, or a profile of Chromium and its kin, to itself
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    separate: Option<bool>,
    /// Sign the browser out of the console before each sign-in
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    log_out_first: Option<bool>,
    /// The container or profile of one account, by a name of its own; without a name it has none
    #[arg(long, value_name = "ACCOUNT=NAME", value_parser = part)]
    part: Vec<(AccountId, Option<String>)>,
}

impl SetConsole {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let mut console = context.agent().await?.settings().await?.console;
        if let Some(browser) = self.browser {
            if browser != "default" && Browser::named(&browser).is_none() {
                out::note(&format!(
                    "{browser} is not installed here, or not known: console pages open once it is; known and installed: {}",
                    installed()
                ));
            }
            console.browser = Some(browser).filter(|browser| browser != "default");
        }
        console.separate = self.separate.unwrap_or(console.separate);
        console.log_out_first = self.log_out_first.unwrap_or(console.log_out_first);
        for (account, name) in self.part {
            match name {
                Some(name) => drop(console.parts.insert(account, name)),
                None => drop(console.parts.remove(&account)),
            }
        }
        let console = Some(console);
        choose(
            context,
            ChangeSettings {
                console,
                ..ChangeSettings::default()
            },
        )
        .await
    }
}

fn installed() -> String {
    let names: Vec<&str> = Browser::installed().iter().map(|browser| browser.name).collect();
    match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(", "),
    }
}

fn part(text: &str) -> Result<(AccountId, Option<String>), String> {
    let (account, name) = text
        .split_once('=')
        .ok_or_else(|| "write it as ACCOUNT=NAME".to_owned())?;
    let account = account.parse().map_err(|why| format!("{why}"))?;
    match name {
        "" => Ok((account, None)),
        name if is_part_name(name) => Ok((account, Some(name.to_owned()))),
        name => Err(NotAPart(name.to_owned()).to_string()),
    }
}
