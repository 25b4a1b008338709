//! `hat`: the broker in a terminal.
//!
//! A client of the agent: it decides nothing about sessions and reads no configuration for them. Invariants: exit 0
//! done, 1 refused or failed, 2 wrong usage, 3 input needed that was not given; an error is a sentence or two on
//! standard error, and then nothing is on standard output.

mod ask;
mod code;
mod command;
mod context;
mod failure;
mod interruption;
mod log;
mod options;
mod out;
mod private_folder;
mod proxy_login;
mod role;
mod said;
mod saml_response;
mod sign_in;
mod table;
mod time;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use command::Hat;
use failure::Failure;

fn main() -> ExitCode {
    let result = match Hat::try_parse() {
        Ok(hat) => hat.run(),
        Err(error) => usage(&error),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            out::note(&failure.to_string());
            failure.exit_code()
        }
    }
}

/// What clap found: help and version are no errors, the rest is wrong usage in one sentence.
fn usage(error: &clap::Error) -> Result<ExitCode, Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that has gone away, such as `head`, is no failure.
            let _ = error.print();
            Ok(ExitCode::SUCCESS)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            Ok(Failure::usage("").exit_code())
        }
        _ => {
            let text = error.to_string();
            let first = text.split("\n\n").next().unwrap_or_default();
            let words: Vec<&str> = first.split_whitespace().collect();
            let sentence = words.join(" ");
            let sentence = sentence.strip_prefix("error: ").unwrap_or(&sentence);
            Err(Failure::usage(format!("{sentence}; see --help")))
        }
    }
}
