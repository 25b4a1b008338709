//! What leaves the core of a diagnosis: for `hat doctor --json` and the window. As in `view`, nothing here can hold a
//! secret.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::AccountId;

use super::cure::{Cure, CureTarget, CureWay};
use super::question::Question;
use super::verdict::{Diagnosis, Elsewhere, Placed};

/// A diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiagnosisView {
    /// The cause: `missing_placement`, `explicit_deny`, `external_id`, `mfa`, `condition`, `role_name`, `bucket_name`,
    /// `key`, `limit`, `expired`, `credentials`, `clock`, `region`, `not_there`, `duration`, `bad_policy`, `throttled`,
    /// `nothing_found`, `unclear`.
    pub kind: String,
    /// In one sentence.
    pub headline: String,
    /// What to do, in a few more.
    pub advice: Vec<String>,
    /// What was asked, and what AWS said.
    pub request: DoctorRequestView,
    /// Account B, where the person is.
    pub account_b: Option<DoctorAccountView>,
    /// Account A, which owns the role.
    pub account_a: Option<DoctorAccountView>,
    /// The placements in their order: four by way of a role, two without one.
    pub placements: Vec<PlacementView>,
    /// What else stands in the way.
    pub elsewhere: Vec<ElsewhereView>,
    /// What it is not, and how that is known.
    pub ruled_out: Vec<String>,
    /// What cannot be seen from here.
    pub unseen: Vec<String>,
}

/// An account in the drawing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DoctorAccountView {
    /// Its ID.
    pub id: AccountId,
    /// Its name, where one is known.
    pub name: Option<String>,
}

/// What was asked, and what AWS said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DoctorRequestView {
    /// Who asked, by ARN.
    pub caller: Option<String>,
    /// The action.
    pub action: String,
    /// What it was asked of.
    pub resource: Option<String>,
    /// The role's ARN.
    pub role: Option<String>,
    /// The bucket's name.
    pub bucket: Option<String>,
    /// AWS's error code.
    pub code: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// AWS's message.
    pub message: Option<String>,
    /// The same in pieces, some of which are to be emphasised.
    pub message_parts: Vec<MessagePartView>,
    /// AWS's request ID.
    pub request_id: Option<String>,
}

/// A piece of AWS's message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessagePartView {
    /// The words.
    pub text: String,
    /// Whether they are a name or an action.
    pub strong: bool,
}

/// One placement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlacementView {
    /// `assume_role`, `trust`, `permissions`, `bucket_policy`.
    pub placement: String,
    /// Its number in the drawing, from 1.
    pub number: u32,
    /// For people: "Trust policy, in A".
    pub title: String,
    /// The account that it belongs to.
    pub account_id: Option<AccountId>,
    /// `present`, `likely_missing`, `missing`, `denies`, `not_reached`, `optional`, `cant_see`.
    pub verdict: String,
    /// In one line.
    pub note: String,
    /// How it is known, a sentence each.
    pub evidence: Vec<String>,
    /// What to add.
    pub cure: Option<CureView>,
}

/// Something outside the placements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ElsewhereView {
    /// `key_policy`, `boundary`, `session_policy`, `service_control_policy`, `resource_control_policy`,
    /// `endpoint_policy`, `public_access_block`.
    pub place: String,
    /// For people.
    pub title: String,
    /// The account that it belongs to.
    pub account_id: Option<AccountId>,
    /// As of a placement.
    pub verdict: String,
    /// How it is known.
    pub evidence: Vec<String>,
    /// What to change.
    pub cure: Option<CureView>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CureView {
    /// What to do.
    pub title: String,
    /// Where in the console, and who may.
    pub place: String,
    /// Whose administrator does it.
    pub account_id: Option<AccountId>,
    /// `change`: the document is the whole new policy; `add`: it is a policy of its own; `add_statement`: there is a policy
    /// that could not be seen, into which the statement goes; `do`: nothing to paste.
    pub way: String,
    /// What it is put on: `user`, `role`, `trust`, `bucket`, `key`.
    pub target: Option<String>,
    /// The name of that: the user's, the role's, the bucket's, the key's ARN.
    pub target_name: Option<String>,
    /// The name of the embedded policy, for a user's or a role's.
    pub policy_name: Option<String>,
    /// The JSON document.
    pub document: Option<String>,
    /// The first of its new lines, from 1.
    pub added_from: Option<u32>,
    /// The last of its new lines.
    pub added_to: Option<u32>,
    /// The new statement alone.
    pub statement: Option<String>,
    /// The AWS CLI's command.
    pub cli: Option<String>,
    /// For Terraform.
    pub terraform: Option<String>,
    /// For CloudFormation.
    pub cloudformation: Option<String>,
    /// A message to the administrator.
    pub message: Option<String>,
    /// Where it opens more than was asked for.
    pub warnings: Vec<String>,
}

impl DiagnosisView {
    /// Of a diagnosis, with the names that the question knows of the accounts.
    pub fn of(diagnosis: &Diagnosis, question: &Question) -> Self {
        let account = |id: Option<AccountId>| {
            id.map(|id| DoctorAccountView {
                id,
                name: question.account_names.get(&id).cloned(),
            })
        };
        let by_role = diagnosis.placements.len() > 2;
        Self {
            kind: diagnosis.cause.name().to_owned(),
            headline: diagnosis.headline.clone(),
            advice: diagnosis.advice.clone(),
            request: request(diagnosis),
            account_b: account(diagnosis.account_b),
            account_a: account(diagnosis.account_a),
            placements: (1..)
                .zip(&diagnosis.placements)
                .map(|(number, placed)| placement(number, placed, by_role))
                .collect(),
            elsewhere: diagnosis.elsewhere.iter().map(elsewhere).collect(),
            ruled_out: diagnosis.ruled_out.clone(),
            unseen: diagnosis.unseen.clone(),
        }
    }
}

fn request(diagnosis: &Diagnosis) -> DoctorRequestView {
    let refusal = diagnosis.refusal.as_ref();
    let message = refusal.map(|r| r.message.clone()).filter(|m| !m.is_empty());
    let names: Vec<&str> = refusal
        .iter()
        .flat_map(|r| [r.caller.as_deref(), r.action.as_deref(), r.resource.as_deref()])
        .flatten()
        .collect();
    DoctorRequestView {
        caller: diagnosis.caller.clone(),
        action: diagnosis.action.clone(),
        resource: diagnosis.resource.clone(),
        role: diagnosis.role.clone(),
        bucket: diagnosis.bucket.clone(),
        code: refusal.and_then(|r| r.code.clone()),
        status: refusal.and_then(|r| r.status),
        message_parts: message.as_deref().map(|m| parts(m, &names)).unwrap_or_default(),
        message,
        request_id: refusal.and_then(|r| r.request_id.clone()),
    }
}

/// The message cut at the names in it; each name once, where it first stands behind the one before.
fn parts(message: &str, names: &[&str]) -> Vec<MessagePartView> {
    let mut parts = Vec::new();
    let mut push = |text: &str, strong| {
        if !text.is_empty() {
            parts.push(MessagePartView {
                text: text.to_owned(),
                strong,
            });
        }
    };
    let mut rest = message;
    for name in names.iter().filter(|name| !name.is_empty()) {
        if let Some((before, after)) = rest.split_once(name) {
            push(before, false);
            push(name, true);
            rest = after;
        }
    }
    push(rest, false);
    parts
}

fn placement(number: u32, placed: &Placed, by_role: bool) -> PlacementView {
    PlacementView {
        placement: placed.placement.name().to_owned(),
        number,
        title: placed.placement.title(by_role).to_owned(),
        account_id: placed.account,
        verdict: placed.verdict.name().to_owned(),
        note: placed.note.clone(),
        evidence: placed.evidence.clone(),
        cure: placed.cure.as_ref().map(cure),
    }
}

fn elsewhere(other: &Elsewhere) -> ElsewhereView {
    ElsewhereView {
        place: other.place.name().to_owned(),
        title: other.place.title().to_owned(),
        account_id: other.account,
        verdict: other.verdict.name().to_owned(),
        evidence: other.evidence.clone(),
        cure: other.cure.as_ref().map(cure),
    }
}

fn cure(cure: &Cure) -> CureView {
    let way = match cure.way {
        CureWay::Change => "change",
        CureWay::Add => "add",
        CureWay::AddStatement => "add_statement",
        CureWay::Do => "do",
    };
    let (target, name, policy) = match &cure.target {
        None => (None, None, None),
        Some(CureTarget::User { name, policy }) => (Some("user"), Some(name), Some(policy)),
        Some(CureTarget::Role { name, policy }) => (Some("role"), Some(name), Some(policy)),
        Some(CureTarget::Trust { role }) => (Some("trust"), Some(role), None),
        Some(CureTarget::Bucket { name }) => (Some("bucket"), Some(name), None),
        Some(CureTarget::Key { key }) => (Some("key"), Some(key), None),
    };
    CureView {
        title: cure.title.clone(),
        place: cure.place.clone(),
        account_id: cure.account,
        way: way.to_owned(),
        target: target.map(str::to_owned),
        target_name: name.cloned(),
        policy_name: policy.cloned(),
        document: cure.document.clone(),
        added_from: cure.added.map(|(from, _)| from),
        added_to: cure.added.map(|(_, to)| to),
        statement: cure.statement.clone(),
        cli: cure.cli.clone(),
        terraform: cure.terraform.clone(),
        cloudformation: cure.cloudformation.clone(),
        message: cure.message.clone(),
        warnings: cure.warnings.clone(),
    }
}
