//! A diagnosis for people: the request with its placements, what to add, what it is not, what cannot be seen.

use hatrack_core::doctor::{CureView, DiagnosisView, ElsewhereView, PlacementView};
use hatrack_core::shared_config::inert;

/// All of it.
pub fn told(diagnosis: &DiagnosisView) -> String {
    let mut out = format!("{}\n", lines(&diagnosis.headline));
    for advice in &diagnosis.advice {
        out.push_str(&format!("{}\n", lines(advice)));
    }
    out.push_str(&request(diagnosis));
    if !diagnosis.placements.is_empty() {
        out.push('\n');
    }
    for placement in &diagnosis.placements {
        out.push_str(&placed(placement));
    }
    for other in &diagnosis.elsewhere {
        out.push_str(&elsewhere(other));
    }
    let cures = diagnosis
        .placements
        .iter()
        .filter_map(|placement| Some((placement.title.as_str(), placement.cure.as_ref()?)))
        .chain(
            diagnosis
                .elsewhere
                .iter()
                .filter_map(|other| Some((other.title.as_str(), other.cure.as_ref()?))),
        );
    for (title, cure) in cures {
        out.push_str(&what_to_do(title, cure));
    }
    out.push_str(&list("Ruled out", &diagnosis.ruled_out));
    out.push_str(&list("Cannot be seen from here", &diagnosis.unseen));
    out
}

fn request(diagnosis: &DiagnosisView) -> String {
    let request = &diagnosis.request;
    let mut out = String::from("\n");
    let mut line = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.push_str(&format!("  {name:<10} {}\n", inert(value)));
        }
    };
    line("Who", request.caller.as_deref());
    line("Role", request.role.as_deref());
    line("Bucket", request.bucket.as_deref());
    line("Action", Some(&request.action));
    line("On", request.resource.as_deref());
    let said = match (&request.code, &request.message) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (code, message) => code.clone().or_else(|| message.clone()),
    };
    line("AWS says", said.as_deref());
    line("Request", request.request_id.as_deref());
    out
}

/// `  2  Trust policy, in A   likely missing: …`, with its evidence below.
fn placed(placement: &PlacementView) -> String {
    let account = placement
        .account_id
        .map(|id| format!(" ({id})"))
        .unwrap_or_default();
    let note = match placement.note.as_str() {
        "" => String::new(),
        note => format!(": {}", lines(note)),
    };
    let mut out = format!(
        "  {}  {}{account}   {}{note}\n",
        placement.number,
        inert(&placement.title),
        word(&placement.verdict)
    );
    for evidence in &placement.evidence {
        out.push_str(&format!("       {}\n", lines(evidence)));
    }
    out
}

fn elsewhere(other: &ElsewhereView) -> String {
    let mut out = format!("  !  {}   {}\n", inert(&other.title), word(&other.verdict));
    for evidence in &other.evidence {
        out.push_str(&format!("       {}\n", lines(evidence)));
    }
    out
}

fn word(verdict: &str) -> &str {
    match verdict {
        "present" => "present",
        "likely_missing" => "likely missing",
        "missing" => "MISSING",
        "denies" => "DENIES",
        "not_reached" => "not reached",
        "optional" => "not needed here",
        "cant_see" => "can't see",
        other => other,
    }
}

fn what_to_do(title: &str, cure: &CureView) -> String {
    let account = cure
        .account_id
        .map(|id| format!(" in account {id}"))
        .unwrap_or_default();
    let mut out = format!("\n{}: {}{account}\n", inert(title), lines(&cure.title));
    if !cure.place.is_empty() {
        out.push_str(&format!("{}\n", lines(&cure.place)));
    }
    if let Some(document) = &cure.document {
        out.push_str(&marked(document, cure.added_from, cure.added_to));
    }
    for warning in &cure.warnings {
        out.push_str(&format!("Mind: {}\n", lines(warning)));
    }
    if let Some(cli) = &cure.cli {
        out.push_str(&format!("\n{}\n", lines(cli)));
    }
    out
}

/// The document with a plus before each new line; `--json` has it without.
fn marked(document: &str, from: Option<u32>, to: Option<u32>) -> String {
    let is_new = |number: u32| {
        from.zip(to)
            .is_some_and(|(from, to)| (from..=to).contains(&number))
    };
    (1..)
        .zip(document.lines())
        .map(|(number, line)| {
            format!(
                "{} {}\n",
                if is_new(number) { '+' } else { ' ' },
                inert_line(line)
            )
        })
        .collect()
}

fn list(title: &str, sentences: &[String]) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{title}\n");
    for sentence in sentences {
        out.push_str(&format!("  - {}\n", lines(sentence)));
    }
    out
}

/// Line by line, so that what AWS and files say steers no terminal.
fn lines(text: &str) -> String {
    text.lines().map(inert_line).collect::<Vec<_>>().join("\n")
}

fn inert_line(line: &str) -> String {
    line.chars()
        .map(|c| {
            if c.is_control() && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}
