//! `hat policy lint`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use hatrack_core::account::AccountId;
use hatrack_core::policy::lint::{Known, LintReport, Severity, lint};
use hatrack_core::shared_config::inert_whole;
use serde::Serialize;

use super::{KindOption, input};
use crate::command::Listing;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat policy lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// The policies; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What they are attached to, where their elements do not tell
    #[arg(long, value_enum)]
    kind: Option<KindOption>,
    /// An account that is yours: others are third parties
    #[arg(long, value_name = "ACCOUNT")]
    own_account: Vec<AccountId>,
    /// Print the text with pasted quotes and the like mended, instead of the findings
    #[arg(long, conflicts_with = "json")]
    mend: bool,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Serialize)]
struct Linted {
    file: String,
    #[serde(flatten)]
    report: LintReport,
}

impl Lint {
    /// Prints what it finds.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let known = Known {
            own_accounts: self.own_account.clone(),
        };
        let mut all = Vec::new();
        for file in &self.files {
            let text = input::read(file)?;
            let report = lint(&text, self.kind.map(Into::into), &known);
            if self.mend {
                out::print(report.mended.as_deref().unwrap_or(&text))?;
            }
            all.push(Linted {
                file: file.display().to_string(),
                report,
            });
        }
        let errors = all.iter().any(|one| match self.mend {
            true => one
                .report
                .findings
                .iter()
                .any(|f| f.severity == Severity::Error && !of_pasting(f)),
            false => one.report.has_errors(),
        });
        if self.listing.json {
            out::json(&all)?;
        } else if !self.mend {
            out::print(&told(&all))?;
        }
        Ok(if errors {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn of_pasting(finding: &hatrack_core::policy::lint::LintFinding) -> bool {
    finding.check == hatrack_core::policy::lint::Check::PastedCharacter
}

fn told(all: &[Linted]) -> String {
    let mut text = String::new();
    for one in all {
        let file = inert_whole(&one.file);
        for finding in &one.report.findings {
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            let what = inert_whole(&finding.what);
            let _ = writeln!(
                text,
                "{file}:{}:{}: {severity}: {what}",
                finding.line, finding.column
            );
            if let Some(advice) = &finding.advice {
                let _ = writeln!(text, "    {}", inert_whole(advice));
            }
        }
        if one.report.findings.is_empty() {
            let _ = writeln!(text, "{file}: nothing found");
        }
        if one.report.mended.is_some() {
            let _ = writeln!(
                text,
                "    hat policy lint --mend {} prints the mended text",
                quoted(&one.file)
            );
        }
    }
    text
}

/// A file's name as a shell takes it.
fn quoted(file: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if Path::new(file).as_os_str().is_empty() || !file.chars().all(plain) {
        return format!("'{}'", inert_whole(file).replace('\'', "'\\''"));
    }
    file.to_owned()
}
