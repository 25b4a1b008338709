//! Users and their groups, in the caller's own account.

use super::{About, CREATED, Call, Which, boundary, paging};
use crate::query::{Refusal, element};
use crate::world::{Group, User};

pub(super) fn get(call: &Call<'_>) -> Result<String, Refusal> {
    let user = allowed(call, "GetUser")?;
    let inside = [
        element("Path", "/"),
        element("UserName", &user.name),
        element("UserId", &user.id),
        element("Arn", &user.arn),
        element("CreateDate", CREATED),
        boundary(user.account, user.boundary.as_ref()),
    ]
    .concat();
    Ok(format!("<User>{inside}</User>"))
}

pub(super) fn groups(call: &Call<'_>) -> Result<String, Refusal> {
    let user = allowed(call, "ListGroupsForUser")?;
    let own = user
        .groups
        .iter()
        .filter_map(|arn| Some((arn, call.world.groups.get(arn)?)));
    let members: Vec<String> = own
        .map(|(arn, group)| {
            let inside = [
                element("Path", "/"),
                element("GroupName", &group.name),
                element("GroupId", &group.id),
                element("Arn", arn),
                element("CreateDate", CREATED),
            ]
            .concat();
            format!("<member>{inside}</member>")
        })
        .collect();
    paging::page(&call.parameters, "Groups", &members)
}

pub(super) fn policy(call: &Call<'_>) -> Result<String, Refusal> {
    let user = allowed(call, "GetUserPolicy")?;
    call.embedded(("User", &user.name), &user.policies)
}

pub(super) fn policies(call: &Call<'_>, which: Which) -> Result<String, Refusal> {
    let user = allowed(
        call,
        match which {
            Which::Embedded => "ListUserPolicies",
            Which::Attached => "ListAttachedUserPolicies",
        },
    )?;
    call.listed(&user.policies, which)
}

pub(super) fn group_policy(call: &Call<'_>) -> Result<String, Refusal> {
    let group = allowed_group(call, "GetGroupPolicy")?;
    call.embedded(("Group", &group.name), &group.policies)
}

pub(super) fn group_policies(call: &Call<'_>, which: Which) -> Result<String, Refusal> {
    let group = allowed_group(
        call,
        match which {
            Which::Embedded => "ListGroupPolicies",
            Which::Attached => "ListAttachedGroupPolicies",
        },
    )?;
    call.listed(&group.policies, which)
}

/// The user of the call; of GetUser without a name, whoever signs.
pub(super) fn allowed<'a>(call: &'a Call<'_>, action: &str) -> Result<&'a User, Refusal> {
    let own = call.signer.arn.split_once(":user/").map(|(_, name)| name);
    let name = match call.parameters.get("UserName") {
        Some(name) => name,
        None if action == "GetUser" => own.ok_or_else(|| {
            Refusal::validation("Must specify userName when calling with non-User credentials")
        })?,
        None => call.required("UserName")?,
    };
    let mut all = call.world.users.values().filter(|u| u.account == call.account());
    let found = all.find(|user| user.name == name);
    let absent = format!("arn:aws:iam::{}:user/{name}", call.account());
    call.authorize(
        action,
        &About {
            arn: found.map_or(&absent, |user| &user.arn),
            shown: &format!("user {name}"),
        },
    )?;
    found.ok_or_else(|| Refusal::no_such_entity(format!("The user with name {name} cannot be found.")))
}

pub(super) fn allowed_group<'a>(call: &'a Call<'_>, action: &str) -> Result<&'a Group, Refusal> {
    let name = call.required("GroupName")?;
    let arn = format!("arn:aws:iam::{}:group/{name}", call.account());
    call.authorize(
        action,
        &About {
            arn: &arn,
            shown: &format!("group {name}"),
        },
    )?;
    let found = call.world.groups.get(&arn);
    found.ok_or_else(|| Refusal::no_such_entity(format!("The group with name {name} cannot be found.")))
}
