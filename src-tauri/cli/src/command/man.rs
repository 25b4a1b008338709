//! `hat man`: manual pages.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man as Page;

use super::Hat;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat man`.
#[derive(Debug, Args)]
#[command(after_help = "To read one: hat man switch | man -l -")]
pub struct Man {
    /// The command whose page is printed, such as switch or s3 cp; hat's own where left out
    command: Vec<String>,
    /// Write every page into this folder, one file each
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

impl Man {
    /// Prints one page, or writes all.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let hat = built();
        match &self.dir {
            Some(folder) => write_all(&hat, folder)?,
            None => {
                let page = rendered(find(&hat, &self.command)?).map_err(unprinted)?;
                out::print(&String::from_utf8_lossy(&page))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// `hat` with the names of its pages filled in: `hat-s3-cp` for `hat s3 cp`.
fn built() -> Command {
    let mut hat = Hat::command();
    hat.build();
    hat
}

fn find<'a>(hat: &'a Command, words: &[String]) -> Result<&'a Command, Failure> {
    words.iter().try_fold(hat, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            Failure::usage(format!(
                "hat has no command \"{}\"; see hat --help",
                words.join(" ")
            ))
        })
    })
}

fn rendered(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    // A date that is left out would shift what follows it; the version says how old the page is.
    Page::new(command.clone())
        .date(" ")
        .source(format!("hat {}", env!("CARGO_PKG_VERSION")))
        .manual("Hatrack")
        .render(&mut page)?;
    Ok(page)
}

fn write_all(hat: &Command, folder: &Path) -> Result<(), Failure> {
    let failed = |path: &Path, why: io::Error| {
        Failure::refused(format!(
            "{} cannot be written: {why}; check the folder and the free space",
            path.display()
        ))
    };
    fs::create_dir_all(folder).map_err(|why| failed(folder, why))?;
    let mut waiting = vec![hat];
    while let Some(command) = waiting.pop() {
        let mut name = OsString::from(command.get_display_name().unwrap_or_else(|| command.get_name()));
        name.push(".1");
        let path = folder.join(name);
        let page = rendered(command).map_err(unprinted)?;
        fs::write(&path, page).map_err(|why| failed(&path, why))?;
        waiting.extend(command.get_subcommands().filter(|command| !command.is_hide_set()));
    }
    Ok(())
}

fn unprinted(why: io::Error) -> Failure {
    Failure::refused(format!("the page cannot be made: {why}; see hat --help"))
}
