//! `hat policy explain`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hatrack_core::policy::explain::{Explanation, LineExplained, explain, explain_lines};
use hatrack_core::policy::lint::{Known, LintKind, lint};
use hatrack_core::policy::{Kind, Policy};
use hatrack_core::shared_config::inert_whole;
use serde::Serialize;

use super::{KindOption, input, word};
use crate::command::Listing;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat policy explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The policy; - is standard input
    file: PathBuf,
    /// What it is attached to, where its elements do not tell
    #[arg(long, value_enum)]
    kind: Option<KindOption>,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Serialize)]
struct Explained {
    file: String,
    kind: &'static str,
    #[serde(flatten)]
    explanation: Explanation,
    lines: Vec<LineExplained>,
}

impl Explain {
    /// Prints it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let text = input::read(&self.file)?;
        let report = lint(&text, self.kind.map(Into::into), &Known::default());
        let kind = match (self.kind, report.kind) {
            (Some(kind), _) => kind.into(),
            (None, LintKind::Trust) => Kind::Trust,
            (None, LintKind::Resource) => Kind::Resource,
            (None, LintKind::Identity) => Kind::Identity,
        };
        if report.mended.is_some() {
            let name = self.file.display();
            out::note(&format!(
                "{name} is told as hat policy lint --mend {name} prints it"
            ));
        }
        let text = report.mended.as_deref().unwrap_or(&text);
        let name = self.file.display();
        let wrong = |fault| Failure::refused(format!("{name}: {fault}; see hat policy lint {name}"));
        let policy = Policy::parse(kind, text).map_err(wrong)?;
        let explained = Explained {
            file: self.file.display().to_string(),
            kind: word(kind),
            explanation: explain(&policy),
            lines: explain_lines(text, kind).map_err(wrong)?,
        };
        if self.listing.json {
            out::json(&explained)?;
        } else {
            out::print(&told(&explained.explanation))?;
            let found = report.findings.len();
            if found > 0 {
                let things = if found == 1 { "thing" } else { "things" };
                out::note(&format!(
                    "hat policy lint finds {found} {things} to look at in {name}"
                ));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn told(explanation: &Explanation) -> String {
    let mut text = format!("{}\n", inert_whole(&explanation.summary));
    for (i, statement) in explanation.statements.iter().enumerate() {
        let sid = statement.sid.as_ref().filter(|sid| !sid.is_empty());
        let name = sid
            .map(|sid| format!(" \"{}\"", inert_whole(sid)))
            .unwrap_or_default();
        let _ = writeln!(text, "\n{}.{name} (line {})", i + 1, statement.line);
        let _ = writeln!(text, "   {}", inert_whole(&statement.sentence));
        for condition in &statement.conditions {
            let _ = writeln!(text, "   - {}", inert_whole(condition));
        }
        for unknown in &statement.unknown {
            let _ = writeln!(text, "   {}", inert_whole(unknown));
        }
    }
    text
}
