//! Doctor: why something was denied, what a policy says, and new access written down.

use hatrack_agent::machine::SystemRandom;
use hatrack_agent::protocol::{
    DiagnoseOutcome, DiagnoseRequest, PastedPolicies, PastedPolicy, RoleChoice, SessionRef,
};
use hatrack_core::doctor::{DiagnosisView, Refusal};
use hatrack_core::policy::compose::{Composed, Wish, compose};
use hatrack_core::policy::explain::explain;
use hatrack_core::policy::lint::{Known, LintKind, lint};
use hatrack_core::policy::{Kind, Policy};

use crate::desk::Desk;
use crate::wire::{CommandError, DiagnosisRequest, GivenPolicies, PolicyCheckView, TextRequest};

type Answer<T> = Result<T, CommandError>;

/// Looks into a refusal: the page brings what AWS said. A refused switch is tried once more where the person asks for it.
pub async fn diagnose(desk: &Desk, request: DiagnosisRequest) -> Answer<DiagnosisView> {
    if request.denial.is_none() && request.text.is_none() {
        return Err(CommandError::new("There is no refusal to look into."));
    }
    let of_switch = of_switch(&request);
    let again = request.again && of_switch && request.text.is_none() && request.role_key.is_some();
    let request = DiagnoseRequest {
        of: request.role_key.map(|key| SessionRef::Role(RoleChoice::Key(key))),
        place: request.place,
        text: request.text,
        denial: request.denial,
        pasted: pasted(request.given, of_switch),
        ..DiagnoseRequest::default()
    };
    let agent = desk.agent().await?;
    if again {
        let anew = DiagnoseRequest {
            denial: None,
            ..request.clone()
        };
        // Where it takes a code or a consent first, what AWS said before is looked into.
        if let DiagnoseOutcome::Diagnosed { diagnosis } = agent.diagnose(anew).await? {
            return Ok(*diagnosis);
        }
    }
    match agent.diagnose(request).await? {
        DiagnoseOutcome::Diagnosed { diagnosis } => Ok(*diagnosis),
        DiagnoseOutcome::Needs { .. } => Err(CommandError::new(
            "The switch needs something of you first. Try it again from Roles.",
        )),
    }
}

/// Whether the refused call is the switch itself.
fn of_switch(request: &DiagnosisRequest) -> bool {
    match (&request.text, &request.denial) {
        (Some(text), _) => Refusal::read(text).is_of_assume_role(),
        (None, Some(denial)) => denial.action.starts_with("sts:AssumeRole"),
        (None, None) => false,
    }
}

/// The one service control policy is of whoever was refused: the caller at the switch, else the role or, without one, the
/// user.
fn pasted(given: GivenPolicies, of_switch: bool) -> PastedPolicies {
    let named = |name: &str, text: Option<String>| {
        text.map(|text| PastedPolicy {
            name: name.to_owned(),
            text,
        })
    };
    let listed = |name, text| named(name, text).into_iter().collect();
    let scps: Vec<PastedPolicy> = listed("the service control policy you gave", given.scp);
    PastedPolicies {
        identity: listed("the policy you gave", given.identity),
        trust: named("the trust policy you gave", given.trust),
        permissions: listed("the permissions you gave", given.permissions),
        bucket_policy: named("the bucket policy you gave", given.bucket_policy),
        scps: if of_switch { Vec::new() } else { scps.clone() },
        caller_scps: scps,
        ..PastedPolicies::default()
    }
}

/// More characters than any policy has.
const LONGEST: usize = 1 << 20;

/// Looks a policy over, and says it in words.
pub async fn check_policy(_: &Desk, request: TextRequest) -> Answer<PolicyCheckView> {
    if request.text.len() > LONGEST {
        return Err(CommandError::new(
            "This text is longer than any policy. Paste one policy alone.",
        ));
    }
    let report = lint(&request.text, None, &Known::default());
    let kind = match report.kind {
        LintKind::Identity => Kind::Identity,
        LintKind::Trust => Kind::Trust,
        LintKind::Resource => Kind::Resource,
    };
    let text = report.mended.as_deref().unwrap_or(&request.text);
    let policy = Policy::parse(kind, text).ok();
    Ok(PolicyCheckView {
        explained: policy.as_ref().map(explain),
        report,
    })
}

/// Writes every placement of a new access, each proven.
pub async fn compose_access(_: &Desk, wish: Wish) -> Answer<Composed> {
    compose(&wish, &SystemRandom).map_err(CommandError::new)
}
