//! An account that is marked as production: what cannot be taken back is asked once more.

use clap::Args;
use hatrack_core::shared_config::inert;

use super::access::Open;
use crate::ask::says_yes;
use crate::code::Terminal;
use crate::failure::Failure;

/// Whether the person has meant it beforehand.
#[derive(Debug, Clone, Copy, Args)]
pub struct Meant {
    /// Do not ask, not even for an account that is marked as production
    #[arg(long)]
    pub yes: bool,
}

impl Meant {
    /// Asks at the terminal before `act` ("delete 3 objects below s3://bucket/x/") where the role of `open` is of an
    /// account that is marked as production. Nothing is asked elsewhere.
    ///
    /// # Errors
    /// The person did not say yes, or nobody is there to be asked (exit 3).
    pub fn agreed(self, open: &Open, act: &str) -> Result<(), Failure> {
        let Some(account) = open.production.as_deref().filter(|_| !self.yes) else {
            return Ok(());
        };
        let account = inert(account);
        let Some(mut terminal) = Terminal::open() else {
            return Err(Failure::needs_input(format!(
                "{account} is marked as production, and this would {act}; add --yes if you mean it"
            )));
        };
        terminal.say(&format!("{account} is marked as production. This would {act}."));
        match says_yes(&mut terminal, &format!("Do it in {account} all the same? [y/N]")) {
            true => Ok(()),
            false => Err(Failure::refused("nothing was changed")),
        }
    }
}
