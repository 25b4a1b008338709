//! Roles. One is found by its name in the caller's own account; other accounts' roles cannot be read.

use super::{About, CREATED, Call, Which, boundary, encoded, paging};
use crate::query::{Refusal, element};
use crate::world::Role;

pub(super) fn get(call: &Call<'_>) -> Result<String, Refusal> {
    let role = allowed(call, "GetRole")?;
    Ok(format!("<Role>{}</Role>", described(role, Detail::All)))
}

pub(super) fn list(call: &Call<'_>) -> Result<String, Refusal> {
    let prefix = call.parameters.get("PathPrefix").unwrap_or("/");
    let arn = format!("arn:aws:iam::{}:role{prefix}", call.account());
    call.authorize(
        "ListRoles",
        &About {
            arn: &arn,
            shown: &arn,
        },
    )?;
    let mut roles: Vec<&Role> = call
        .world
        .roles
        .values()
        .filter(|role| role.account == call.account() && role.path().starts_with(prefix))
        .collect();
    roles.sort_by(|a, b| a.name.cmp(&b.name));
    let members: Vec<String> = roles
        .into_iter()
        .map(|role| format!("<member>{}</member>", described(role, Detail::Listed)))
        .collect();
    paging::page(&call.parameters, "Roles", &members)
}

pub(super) fn policy(call: &Call<'_>) -> Result<String, Refusal> {
    let role = allowed(call, "GetRolePolicy")?;
    call.embedded(("Role", &role.name), &role.policies)
}

pub(super) fn policies(call: &Call<'_>, which: Which) -> Result<String, Refusal> {
    let role = allowed(
        call,
        match which {
            Which::Embedded => "ListRolePolicies",
            Which::Attached => "ListAttachedRolePolicies",
        },
    )?;
    call.listed(&role.policies, which)
}

/// The role of the call. Whether it exists is told only to who may look.
pub(super) fn allowed<'a>(call: &'a Call<'_>, action: &str) -> Result<&'a Role, Refusal> {
    let name = call.required("RoleName")?;
    let mut own = call.world.roles.values().filter(|r| r.account == call.account());
    let found = own.find(|role| role.name == name);
    let absent = format!("arn:aws:iam::{}:role/{name}", call.account());
    call.authorize(
        action,
        &About {
            arn: found.map_or(&absent, |role| &role.arn),
            shown: &format!("role {name}"),
        },
    )?;
    found.ok_or_else(|| Refusal::no_such_entity(format!("The role with name {name} cannot be found.")))
}

/// GetRole tells more than ListRoles (API Reference, "ListRoles").
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    All,
    Listed,
}

fn described(role: &Role, detail: Detail) -> String {
    let mut out = [
        element("Path", role.path()),
        element("RoleName", &role.name),
        element("RoleId", &role.id),
        element("Arn", &role.arn),
        element("CreateDate", CREATED),
        element("AssumeRolePolicyDocument", &encoded(&role.trust.text)),
        element("MaxSessionDuration", &role.max_session_seconds.to_string()),
    ]
    .concat();
    if detail == Detail::Listed {
        return out;
    }
    let tags: String = role
        .tags
        .iter()
        .map(|(key, value)| {
            let tag = [element("Key", key), element("Value", value)].concat();
            format!("<member>{tag}</member>")
        })
        .collect();
    if !tags.is_empty() {
        out.push_str(&format!("<Tags>{tags}</Tags>"));
    }
    out.push_str(&boundary(role.account, role.boundary.as_ref()));
    // AWS gives the element empty for a role that was not used in the last 400 days.
    out.push_str("<RoleLastUsed></RoleLastUsed>");
    out
}
