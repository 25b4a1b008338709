//! `hat keys`: long-term access keys, in files and in the vault.

mod listed;
mod typed;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{FileChange, ImportKey, KeyKept, RotateKey, RotateOutcome, RotationGivenUp};
use hatrack_core::shared_config::{inert, inert_whole};
use hatrack_core::sts_limits::TokenCode;

use super::Listing;
use crate::ask;
use crate::code::Terminal;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat keys`.
#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    does: Does,
}

#[derive(Debug, Subcommand)]
enum Does {
    /// List every long-term access key that is known, and how old it is
    List(List),
    /// Take a profile's key from its file into the vault
    ///
    /// The key is checked first, by GetCallerIdentity. Then it is offered to be removed from the file: a copy of the file
    /// is kept beside it, and a credential_process line takes the key's place, so that the AWS CLI and SDKs work on.
    Import(Import),
    /// Put a key into the vault that is in no file
    ///
    /// The key's ID and secret are read from the terminal without showing the secret, or from standard input: the ID on
    /// the first line, the secret on the second.
    Add(Add),
    /// Put a key of the vault back into its file, and forget it here
    Restore(Name),
    /// Forget a key of the vault
    Remove(Remove),
    /// Replace a key by a new one
    ///
    /// AWS makes a new key; it is stored and waited for until it works; only then the old one is made inactive and
    /// deleted. A rotation that was cut off is finished by the next one. Other profiles with the same key get the new
    /// one too.
    Rotate(Rotate),
}

#[derive(Debug, Args)]
struct List {
    /// Do not ask AWS how old the keys are
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Args)]
struct Name {
    /// The profile
    #[arg(value_name = "NAME")]
    profile: String,
}

#[derive(Debug, Args)]
struct Import {
    /// The profile
    profile: String,
    /// Do not ask AWS whose key it is first
    #[arg(long)]
    no_check: bool,
    /// Leave the key in its file as well
    #[arg(long, conflicts_with = "yes")]
    keep: bool,
    /// Remove the key from its file without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    name: Name,
    /// Do not ask AWS whose key it is first
    #[arg(long)]
    no_check: bool,
}

#[derive(Debug, Args)]
struct Remove {
    #[command(flatten)]
    name: Name,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
struct Rotate {
    #[command(flatten)]
    name: Name,
    /// Leave the old key inactive instead of deleting it
    #[arg(long)]
    keep_old: bool,
    /// The code of the user's MFA device, where a policy wants one
    #[arg(long, value_name = "CODE")]
    mfa_code: Option<TokenCode>,
    /// End a rotation that cannot be finished: the key in use stays
    ///
    /// Nothing is deleted at AWS: what is left there is named.
    #[arg(long, conflicts_with_all = ["keep_old", "mfa_code"])]
    give_up: bool,
}

impl Keys {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        match self.does {
            Does::List(list) => listed::list(&agent, !list.offline, list.listing).await?,
            Does::Import(import) => import.run(&agent).await?,
            Does::Add(add) => {
                let key = typed::read_key(add.name.profile, !add.no_check)?;
                let profile = key.profile.clone();
                let kept = agent.add_key(key).await?;
                out::note(&told(&kept, &profile));
            }
            Does::Restore(Name { profile }) => {
                let file = agent.restore_key(&profile).await?;
                out::note(&format!(
                    "the key of \"{}\" is in {} again, and no longer in the vault",
                    inert(&profile),
                    inert(&file)
                ));
            }
            Does::Remove(remove) => remove.run(&agent).await?,
            Does::Rotate(rotate) => rotate.run(&agent).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    async fn run(self, agent: &Agent) -> Result<(), Failure> {
        let kept = agent
            .import_key(ImportKey {
                profile: self.profile.clone(),
                check: !self.no_check,
            })
            .await?;
        out::note(&told(&kept, &self.profile));
        if self.keep {
            return Ok(());
        }
        let changes = agent.key_removal(&self.profile).await?;
        if !self.yes {
            let Some(mut terminal) = Terminal::open() else {
                out::note("its file still holds it too; add --yes to remove it there, or --keep to leave it");
                return Ok(());
            };
            for line in shown(&changes) {
                terminal.say(&line);
            }
            let question = "Change the file like this, keeping a copy beside it? [y/N]";
            if !ask::says_yes(&mut terminal, question) {
                out::note("the file was left as it is");
                return Ok(());
            }
        }
        for backup in agent.remove_key_from_file(&self.profile).await? {
            out::note(&format!(
                "the file as it was is kept in {}, with the key in it: delete it when all works",
                inert_whole(&backup)
            ));
        }
        Ok(())
    }
}

impl Remove {
    async fn run(self, agent: &Agent) -> Result<(), Failure> {
        let profile = self.name.profile;
        if !self.yes {
            let none = || Failure::needs_input("forgetting a key wants a yes; add --yes");
            let mut terminal = Terminal::open().ok_or_else(none)?;
            let question = format!(
                "Forget the key of \"{}\"? Where no file holds it, it is gone; `hat keys restore` would put it back. [y/N]",
                inert(&profile)
            );
            if !ask::says_yes(&mut terminal, &question) {
                return Ok(());
            }
        }
        Ok(agent.forget_key(&profile).await?)
    }
}

impl Rotate {
    async fn run(self, agent: &Agent) -> Result<(), Failure> {
        if self.give_up {
            let given_up = agent.give_up_rotation(&self.name.profile).await?;
            for line in left(&given_up) {
                out::note(&line);
            }
            return Ok(());
        }
        let request = RotateKey {
            profile: self.name.profile,
            keep_old: self.keep_old,
            mfa_code: self.mfa_code,
        };
        let RotateOutcome::Rotated {
            new_ends,
            old_ends,
            kept_old,
            resumed,
            also,
        } = ask::rotate(agent, request).await?
        else {
            return Err(Failure::refused(
                "the agent gave no answer that can be used; try again",
            ));
        };
        let old = if kept_old { "is inactive" } else { "is deleted" };
        let begun = if resumed {
            " (begun before, and finished now)"
        } else {
            ""
        };
        out::note(&format!(
            "the key …{new_ends} is in use, and the old one …{old_ends} {old}{begun}"
        ));
        for profile in also {
            out::note(&format!(
                "the profile \"{}\" had the same key and has the new one too",
                inert(&profile)
            ));
        }
        Ok(())
    }
}

/// What became of a rotation that was given up.
fn left(given_up: &RotationGivenUp) -> Vec<String> {
    let in_use = inert(&given_up.in_use_ends);
    let mut lines = vec![format!("the rotation is given up; the key …{in_use} is in use")];
    for key in &given_up.left {
        let ends = inert(&key.id_ends);
        let names: Vec<String> = key
            .profiles
            .iter()
            .map(|name| format!("\"{}\"", inert(name)))
            .collect();
        lines.push(match names.is_empty() {
            true => format!("the key …{ends} is left at AWS: delete it there, if nothing uses it"),
            false => format!(
                "the key …{ends} is left at AWS, and still in use by {}",
                names.join(", ")
            ),
        });
    }
    lines
}

fn told(kept: &KeyKept, profile: &str) -> String {
    let whose = match &kept.arn {
        Some(arn) => format!(" of {}", inert(arn)),
        None => String::new(),
    };
    format!(
        "the key …{}{whose} is in the vault as \"{}\"",
        inert(&kept.id_ends),
        inert(profile)
    )
}

/// The change as lines of a diff.
pub fn shown(changes: &[FileChange]) -> Vec<String> {
    let mut lines = Vec::new();
    for change in changes {
        lines.push(inert(&change.file));
        for line in &change.removed {
            lines.push(format!("  - {:>4}  {}", line.line, inert(&line.text)));
        }
        for line in &change.added {
            lines.push(format!("  + {:>4}  {}", line.line, inert_whole(&line.text)));
        }
    }
    lines
}
