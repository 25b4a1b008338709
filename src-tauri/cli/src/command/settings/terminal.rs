//! `hat settings terminal`: in which terminal a session opens.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::client::{Terminal, Variables};
use hatrack_agent::protocol::ChangeSettings;
use hatrack_core::shared_config::inert;
use hatrack_core::terminal::{TerminalChoice, TerminalTemplate};

use super::choose;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat settings terminal`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SetTerminal {
    /// gnome-terminal, konsole, kitty, …; "default" for $TERMINAL, else the desktop's own, else the first that is found
    #[arg(value_name = "TERMINAL")]
    name: Option<String>,
    /// A command of your own, as in: kitty {command}
    #[arg(long, value_name = "LINE", value_parser = template)]
    command: Option<TerminalTemplate>,
}

impl SetTerminal {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let terminal = match (self.command, self.name) {
            (Some(template), _) => TerminalChoice::Command { template },
            (None, Some(name)) if name != "default" => known(name)?,
            _ => TerminalChoice::System,
        };
        let change = ChangeSettings {
            terminal: Some(terminal),
            ..ChangeSettings::default()
        };
        choose(context, change).await
    }
}

fn known(name: String) -> Result<TerminalChoice, Failure> {
    let installed = || Terminal::installed(&std::env::vars_os().collect::<Variables>());
    if !Terminal::is_known(&name) {
        let names: Vec<&str> = installed().iter().map(|terminal| terminal.name).collect();
        return Err(Failure::usage(format!(
            "\"{}\" is no terminal that Hatrack knows; give its command (--command), or one that is known and installed: {}",
            inert(&name),
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        )));
    }
    if !installed().iter().any(|terminal| terminal.name == name) {
        out::note(&format!(
            "{name} is not installed here: sessions open in it once it is"
        ));
    }
    Ok(TerminalChoice::Known { name })
}

fn template(text: &str) -> Result<TerminalTemplate, String> {
    TerminalTemplate::try_from(text.to_owned()).map_err(|why| why.to_string())
}
