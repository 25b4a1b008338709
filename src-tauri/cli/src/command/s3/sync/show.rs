//! A plan and its outcome, in words.

use hatrack_aws::s3::sync::{Plan, SyncReport};
use hatrack_core::bucket::sync::{Change, Count, Kind, Step, Tally};

use super::super::meter::size;

/// So many names of each kind are shown.
const SHOWN: usize = 20;

/// How far the comparison is.
pub fn compared(tally: &Tally) -> String {
    let all: u64 = Kind::ALL.into_iter().map(|kind| tally.of(kind).count).sum();
    format!("compared {all}, {} to copy", tally.copied().count)
}

/// The plan.
pub fn plan(plan: &Plan, deletes: bool) -> String {
    let mut text = format!("{} to {}\n", plan.route().source(), plan.route().target());
    for kind in Kind::ALL {
        let count = plan.tally().of(kind);
        if count.count == 0 {
            continue;
        }
        text.push_str(&format!(
            "\n{}\n",
            head(kind, count, plan.tally().over_newer(), deletes)
        ));
        for step in plan.first(kind).iter().take(SHOWN) {
            text.push_str(&format!("  {}\n", line(step)));
        }
        let more = count.count.saturating_sub(SHOWN as u64);
        if more > 0 && kind != Kind::Same {
            text.push_str(&format!("  … and {more} more; --json lists them all\n"));
        }
    }
    text
}

fn head(kind: Kind, of: Count, over_newer: u64, deletes: bool) -> String {
    let (n, bytes) = (of.count, size(of.bytes));
    match kind {
        Kind::New => format!("New: {n} ({bytes})"),
        Kind::Changed if over_newer > 0 => {
            format!(
                "Changed: {n} ({bytes}); {over_newer} of them are newer at the target and would be replaced"
            )
        }
        Kind::Changed => format!("Changed: {n} ({bytes})"),
        Kind::Missing if deletes => format!("Only at the target, to be deleted: {n} ({bytes})"),
        Kind::Missing => format!("Only at the target: {n} ({bytes}); kept, --delete deletes them"),
        Kind::Conflict => format!("In conflict, left alone: {n}"),
        Kind::Skipped => format!("Skipped: {n}"),
        Kind::Same => format!("The same: {n} ({bytes})"),
    }
}

fn line(step: &Step) -> String {
    let name = step.name.escape_debug();
    match (&step.why, step.change) {
        (Some(why), _) => format!("{name}: {why}"),
        (None, Some(change)) => {
            let newer = if step.over_newer { ", over a newer one" } else { "" };
            format!("{name} ({}, {}{newer})", size(step.size), changed(change))
        }
        (None, None) => format!("{name} ({})", size(step.size)),
    }
}

fn changed(change: Change) -> &'static str {
    match change {
        Change::Size => "another size",
        Change::Newer => "written later",
        Change::Content => "other bytes",
        Change::Unknown => "cannot be compared",
    }
}

/// What doing it means, after "this would".
pub fn act(plan: &Plan, deletes: bool) -> String {
    let tally = plan.tally();
    let (new, changed, missing) = (
        tally.of(Kind::New),
        tally.of(Kind::Changed),
        tally.of(Kind::Missing),
    );
    let mut acts = Vec::new();
    if new.count > 0 {
        acts.push(format!("write {}", objects(new.count)));
    }
    if changed.count > 0 {
        acts.push(format!("replace {}", objects(changed.count)));
    }
    if deletes && missing.count > 0 {
        acts.push(format!("delete {}", objects(missing.count)));
    }
    format!("{} at {}", acts.join(" and "), plan.route().target())
}

fn objects(n: u64) -> String {
    match n {
        1 => "1 object".to_owned(),
        n => format!("{n} objects"),
    }
}

/// What a job of AWS's will do.
pub fn handed_over(role: &str, class: Option<&str>) -> String {
    let class = class.unwrap_or("STANDARD");
    format!(
        "\nS3 Batch Operations copies them as {role}, into the storage class {class}, whatever the target holds by then. \
         Objects over 5 GiB are copied from here.\n"
    )
}

/// Of a whole report.
pub fn done(report: &SyncReport) -> String {
    did(report.copied, report.bytes, report.deleted)
}

/// `3 copied (1.2 MB), 1 deleted`
pub fn did(copied: u64, bytes: u64, deleted: u64) -> String {
    let mut text = format!("{copied} copied ({})", size(bytes));
    if deleted > 0 {
        text.push_str(&format!(", {deleted} deleted"));
    }
    text
}
