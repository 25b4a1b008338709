//! What policies would say: SimulatePrincipalPolicy, and the condition keys that they name.
//!
//! Source: IAM API Reference, "SimulatePrincipalPolicy" and "GetContextKeysForPrincipalPolicy".

use std::collections::BTreeSet;

use hatrack_core::policy::{Caller, Context, Decision, Kind, Miss, Policy, Reason};

use super::{About, Call, paging};
use crate::query::{Refusal, element};
use crate::world::Simulated;

pub(super) fn principal(call: &Call<'_>) -> Result<String, Refusal> {
    let (caller, source) = source(call, "SimulatePrincipalPolicy")?;
    let actions: Vec<&str> = call.parameters.members("ActionNames", "").collect();
    if actions.is_empty() {
        return Err(Refusal::null("actionNames"));
    }
    let mut resources: Vec<&str> = call.parameters.members("ResourceArns", "").collect();
    if resources.is_empty() {
        resources.push("*");
    }
    if call.parameters.get("ResourcePolicy").is_some() && matches!(caller, Caller::RoleSession { .. }) {
        return Err(Refusal::invalid_input(
            "Resource policies are not simulated for roles.".to_owned(),
        ));
    }
    let resource_policy = match call.parameters.get("ResourcePolicy") {
        None => None,
        Some(text) => Some(
            Policy::parse(Kind::Resource, text)
                .map_err(|error| Refusal::invalid_input(format!("Invalid Resource Policy: {error}")))?,
        ),
    };
    let context = entries(call);
    let mut members = Vec::new();
    for action in &actions {
        for resource in &resources {
            let decision = call.world.simulate(&Simulated {
                caller: &caller,
                context: &context,
                action,
                resource,
                resource_policy: resource_policy.as_ref(),
            });
            let told = told(action, resource, &decision, &source);
            members.push(format!("<member>{told}</member>"));
        }
    }
    paging::page(&call.parameters, "EvaluationResults", &members)
}

pub(super) fn context_keys(call: &Call<'_>) -> Result<String, Refusal> {
    let (caller, _) = source(call, "GetContextKeysForPrincipalPolicy")?;
    let policies = call.world.policies_of(&caller);
    let statements = policies.iter().flat_map(|policy| policy.statements());
    let keys: BTreeSet<&str> = statements
        .flat_map(|statement| statement.conditions.iter().map(|condition| condition.key()))
        .collect();
    let members: String = keys.into_iter().map(|key| element("member", key)).collect();
    Ok(format!("<ContextKeyNames>{members}</ContextKeyNames>"))
}

/// Whose policies are asked about. Only those of the caller's own account are found.
fn source(call: &Call<'_>, action: &str) -> Result<(Caller, String), Refusal> {
    let arn = call.required("PolicySourceArn")?;
    call.authorize(action, &About { arn, shown: arn })?;
    let caller = call.world.principal(arn);
    let caller = caller.filter(|caller| caller.account() == Some(call.account()));
    let caller = caller.ok_or_else(|| Refusal::no_such_entity(format!("ARN {arn} cannot be found.")))?;
    Ok((caller, arn.to_owned()))
}

fn entries(call: &Call<'_>) -> Context {
    let mut context = Context::new();
    for n in 1.. {
        let prefix = format!("ContextEntries.member.{n}.");
        let Some(name) = call.parameters.get(&format!("{prefix}ContextKeyName")) else {
            break;
        };
        let list = format!("{prefix}ContextKeyValues");
        let values: Vec<String> = call.parameters.members(&list, "").map(str::to_owned).collect();
        context.set_all(name, values);
    }
    context
}

fn told(action: &str, resource: &str, decision: &Decision, source: &str) -> String {
    let word = match decision.reason {
        Reason::Allowed => "allowed",
        Reason::ExplicitDeny => "explicitDeny",
        _ => "implicitDeny",
    };
    let mut out = [
        element("EvalActionName", action),
        element("EvalResourceName", resource),
        element("EvalDecision", word),
    ]
    .concat();
    let matched: String = decision
        .decided_by
        .iter()
        .map(|by| {
            let position = |name: &str| {
                let at = [
                    element("Line", &by.at.line.to_string()),
                    element("Column", &by.at.column.to_string()),
                ]
                .concat();
                format!("<{name}>{at}</{name}>")
            };
            let kind = match source.split_once(":user/") {
                Some(_) => "user",
                None => "role",
            };
            let inside = [
                element("SourcePolicyId", &format!("{kind}_{}", by.policy)),
                element("SourcePolicyType", "IAM Policy"),
                position("StartPosition"),
                position("EndPosition"),
            ]
            .concat();
            format!("<member>{inside}</member>")
        })
        .collect();
    out.push_str(&format!("<MatchedStatements>{matched}</MatchedStatements>"));
    let missing: String = missing_keys(decision)
        .into_iter()
        .map(|key| element("member", key))
        .collect();
    out.push_str(&format!("<MissingContextValues>{missing}</MissingContextValues>"));
    if let Some(boundary) = decision.findings.iter().find(|f| f.kind == Kind::Boundary) {
        let allows = boundary.outcome == hatrack_core::policy::Outcome::Allows;
        let allowed = element(
            "AllowedByPermissionsBoundary",
            if allows { "true" } else { "false" },
        );
        out.push_str(&format!(
            "<PermissionsBoundaryDecisionDetail>{allowed}</PermissionsBoundaryDecisionDetail>"
        ));
    }
    out
}

/// The keys that a statement wanted and nobody gave.
fn missing_keys(decision: &Decision) -> BTreeSet<&str> {
    let statements = decision.findings.iter().flat_map(|finding| &finding.statements);
    let misses = statements.flat_map(|statement| &statement.misses);
    misses
        .filter_map(|miss| match miss {
            Miss::Condition { key, found: None, .. } => Some(key.as_str()),
            _ => None,
        })
        .collect()
}
