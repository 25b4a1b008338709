//! What is wrong, or doubtful, in a policy that somebody pasted.
//!
//! Invariants: each finding stands at a line and a column of the text; an error is what AWS refuses or what can never
//! do what it says; a warning is what most likely does not do what was meant; a note is true and worth knowing.
//! Sources: IAM User Guide, "Grammar of the IAM JSON policy language" and the pages on its elements; IAM Access
//! Analyzer, "Policy check reference", for what AWS itself finds.

mod actions;
mod conditions;
mod principals;
mod resources;
mod size;
mod text;
pub(in crate::policy) mod view;

use serde::Serialize;
use ts_rs::TS;

use crate::account::AccountId;

pub(super) use principals::open_owner;
pub use size::{Measure, measure};

use super::document::{Kind, Policy};
use super::error::{Fault, PolicyError, Position};
use super::json;
use view::Statement;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// AWS refuses it, or it can never do what it says.
    Error,
    /// It most likely does not do what was meant, or opens more.
    Warning,
    /// It is right, and worth knowing.
    Note,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Quotes as word processors and web pages write them, and other damage of copying.
    PastedCharacter,
    /// The text is no JSON.
    Json,
    /// The JSON is no policy.
    Grammar,
    /// The version of the policy language.
    Version,
    /// The statement's name.
    Sid,
    /// An action that AWS's list does not have.
    UnknownAction,
    /// An ARN that is written wrongly.
    ArnForm,
    /// Bucket against objects.
    BucketOrObjects,
    /// A session where its role is meant.
    SessionOrRole,
    /// `:root`, which means the account.
    AccountPrincipal,
    /// A principal that was deleted.
    DeletedPrincipal,
    /// A principal that AWS does not take, or that nobody is.
    Principal,
    /// Everyone may.
    Public,
    /// Another company without an external ID.
    ExternalId,
    /// The trust policy does not look at what an identity provider says.
    ProviderClaims,
    /// A wildcard that gives much.
    Wildcard,
    /// A condition that does not do what it seems to.
    Condition,
    /// The policy is larger than AWS takes.
    TooLarge,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct LintFinding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub check: Check,
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// What is wrong, in a sentence.
    pub what: String,
    /// What to do, in a sentence.
    pub advice: Option<String>,
}

/// What kind of policy a text was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LintKind {
    /// An identity policy, a boundary, a session policy, or a policy of an organization.
    Identity,
    /// A role's trust policy.
    Trust,
    /// A bucket's or another resource's.
    Resource,
}

/// All that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct LintReport {
    /// What it was read as.
    pub kind: LintKind,
    /// The findings in the order of the text.
    pub findings: Vec<LintFinding>,
    /// The text with the damage of copying mended, where there was some and all of it could be mended.
    pub mended: Option<String>,
    /// How large it is, and what AWS takes.
    pub size: Measure,
}

impl LintReport {
    /// Whether AWS would refuse it, or a part of it can never work.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|f| f.severity == Severity::Error)
    }
}

/// What is known beside the text.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The accounts that belong to the same people: others are third parties. Empty where that is not known.
    pub own_accounts: Vec<AccountId>,
}

/// Looks a policy over. `kind`: what it is attached to; `None` tells by its elements.
pub fn lint(text: &str, kind: Option<Kind>, known: &Known) -> LintReport {
    let mut found = Found::default();
    let mended = text::look(text, &mut found);
    let text = mended.as_deref().unwrap_or(text);
    let tree = match json::read(text) {
        Ok(tree) => Some(tree),
        Err(error) => {
            found.fault(&error);
            None
        }
    };
    let kind = kind.unwrap_or_else(|| tree.as_ref().map_or(Kind::Identity, view::kind_of));
    if let Some(tree) = &tree {
        match Policy::parse(kind, text) {
            Ok(policy) => found.unknown(&policy),
            Err(error) => found.fault(&error),
        }
        view::document(tree, kind, &mut found);
        for statement in view::statements(tree) {
            look_over(&statement, kind, known, &mut found);
        }
    }
    let size = match &tree {
        Some(tree) if kind == Kind::Resource => {
            size::of_resource(text, &view::statements(tree).collect::<Vec<_>>())
        }
        _ => measure(text, kind),
    };
    size::look(&size, kind, &mut found);
    let mut findings = found.0;
    findings.sort_by_key(|f| (f.line, f.column, f.severity));
    findings.dedup();
    let kind = match kind {
        Kind::Trust => LintKind::Trust,
        Kind::Resource => LintKind::Resource,
        _ => LintKind::Identity,
    };
    LintReport {
        kind,
        findings,
        mended,
        size,
    }
}

fn look_over(statement: &Statement, kind: Kind, known: &Known, found: &mut Found) {
    view::sid(statement, kind, found);
    actions::look(statement, kind, found);
    resources::look(statement, kind, found);
    principals::look(statement, kind, known, found);
    conditions::look(statement, found);
}

/// The findings as they come.
#[derive(Default)]
struct Found(Vec<LintFinding>);

impl Found {
    fn add(&mut self, severity: Severity, check: Check, at: Position, what: String, advice: &str) {
        self.0.push(LintFinding {
            severity,
            check,
            line: at.line,
            column: at.column,
            what,
            advice: (!advice.is_empty()).then(|| advice.to_owned()),
        });
    }

    fn error(&mut self, check: Check, at: Position, what: String, advice: &str) {
        self.add(Severity::Error, check, at, what, advice);
    }

    fn warning(&mut self, check: Check, at: Position, what: String, advice: &str) {
        self.add(Severity::Warning, check, at, what, advice);
    }

    fn note(&mut self, check: Check, at: Position, what: String, advice: &str) {
        self.add(Severity::Note, check, at, what, advice);
    }

    /// What keeps the text from being a policy.
    fn fault(&mut self, error: &PolicyError) {
        let json = matches!(
            error.fault,
            Fault::UnexpectedEnd
                | Fault::UnexpectedCharacter { .. }
                | Fault::TypographicQuote(_)
                | Fault::ControlCharacter
                | Fault::BadEscape
                | Fault::BadNumber
                | Fault::TooDeep
                | Fault::DuplicateName(_)
        );
        let check = if json { Check::Json } else { Check::Grammar };
        let mut what = error.fault.to_string();
        if let Some(first) = what.get(..1) {
            what = format!("{}{}", first.to_uppercase(), &what[1..]);
        }
        self.error(check, error.at, format!("{what}."), "");
    }

    /// What the policy says that AWS does not know. Actions, resources and principals have checks of their own, which
    /// say more.
    fn unknown(&mut self, policy: &Policy) {
        for unknown in policy.unknowns() {
            let own = ["action ", "resource ", "principal ", "\"NotPrincipal\""];
            if own.iter().any(|word| unknown.what.starts_with(word)) {
                continue;
            }
            let of_arn = unknown
                .what
                .rsplit(" for ")
                .next()
                .is_some_and(|o| o.contains("Arn"));
            if unknown.what.starts_with("value ") && of_arn {
                let what = format!("This is no whole ARN, so it fits none: {}.", unknown.what);
                let advice = "Write all six parts, with * where any will do.";
                self.warning(Check::ArnForm, unknown.at, what, advice);
                continue;
            }
            let advice = view::meant(&unknown.what);
            let what = format!("AWS does not know this: {}.", unknown.what);
            self.error(Check::Grammar, unknown.at, what, &advice);
        }
    }
}
