//! Doctor: why something was denied, what a policy says, and new access written down.

use hatrack_agent::machine::SystemRandom;
use hatrack_agent::protocol::{
    DiagnoseOutcome, DiagnoseRequest, PastedPolicies, PastedPolicy, RoleChoice, SessionRef,
};
use hatrack_core::doctor::DiagnosisView;
use hatrack_core::policy::compose::{Composed, Wish, compose};
use hatrack_core::policy::explain::explain;
use hatrack_core::policy::lint::{Known, LintKind, lint};
use hatrack_core::policy::{Kind, Policy};

use crate::desk::Desk;
use crate::wire::{CommandError, DiagnosisRequest, GivenPolicies, PolicyCheckView, TextRequest};

type Answer<T> = Result<T, CommandError>;

/// Looks into a refusal. Nothing is tried: the page brings what AWS said.
pub async fn diagnose(desk: &Desk, request: DiagnosisRequest) -> Answer<DiagnosisView> {
    if request.denial.is_none() && request.text.is_none() {
        return Err(CommandError::new("There is no refusal to look into."));
    }
    let request = DiagnoseRequest {
        of: request.role_key.map(|key| SessionRef::Role(RoleChoice::Key(key))),
        place: request.place,
        text: request.text,
        denial: request.denial,
        pasted: pasted(request.given),
        ..DiagnoseRequest::default()
    };
    match desk.agent().await?.diagnose(request).await? {
        DiagnoseOutcome::Diagnosed { diagnosis } => Ok(*diagnosis),
        DiagnoseOutcome::Needs { .. } => Err(CommandError::new(
            "The switch needs something of you first. Try it again from Roles.",
        )),
    }
}

fn pasted(given: GivenPolicies) -> PastedPolicies {
    let named = |name: &str, text: Option<String>| {
        text.map(|text| PastedPolicy {
            name: name.to_owned(),
            text,
        })
    };
    let listed = |name, text| named(name, text).into_iter().collect();
    PastedPolicies {
        identity: listed("the policy you gave", given.identity),
        trust: named("the trust policy you gave", given.trust),
        permissions: listed("the permissions you gave", given.permissions),
        bucket_policy: named("the bucket policy you gave", given.bucket_policy),
        scps: listed("the service control policy you gave", given.scp),
        ..PastedPolicies::default()
    }
}

/// Looks a policy over, and says it in words.
pub async fn check_policy(_: &Desk, request: TextRequest) -> Answer<PolicyCheckView> {
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
