//! A user's own access keys.
//!
//! Source: IAM API Reference; IAM User Guide, "Manage access keys for IAM users": two of them at most.

use jiff::Timestamp;

use super::{About, CREATED, Call, paging};
use crate::query::{Refusal, element};
use crate::world::{AccessKey, User};

const MOST: usize = 2;

pub(super) fn list(call: &Call<'_>) -> Result<String, Refusal> {
    let user = whose(call, "ListAccessKeys")?;
    let members: Vec<String> = keys_of(call, user)
        .into_iter()
        .map(|(id, key)| {
            let inside = [
                element("UserName", &user.name),
                element("AccessKeyId", id),
                element("Status", status(key)),
                element("CreateDate", &created(key)),
            ]
            .concat();
            format!("<member>{inside}</member>")
        })
        .collect();
    paging::page(&call.parameters, "AccessKeyMetadata", &members)
}

pub(super) fn last_used(call: &Call<'_>) -> Result<String, Refusal> {
    let id = call.required("AccessKeyId")?;
    let key = call.world.access_keys.get(id);
    let user = key.and_then(|key| call.world.users.get(&key.user_arn));
    let user = user.filter(|user| user.account == call.account());
    call.authorize(
        "GetAccessKeyLastUsed",
        &About {
            arn: user.map_or("*", |user| &user.arn),
            shown: &format!("access key {id}"),
        },
    )?;
    let (Some(key), Some(user)) = (key, user) else {
        return Err(no_such_key(id));
    };
    let used = match &key.last_used {
        Some((at, service)) => [
            element("LastUsedDate", &seconds(*at)),
            element("ServiceName", service),
            element("Region", "us-east-1"),
        ]
        .concat(),
        None => [element("ServiceName", "N/A"), element("Region", "N/A")].concat(),
    };
    let name = element("UserName", &user.name);
    Ok(format!("{name}<AccessKeyLastUsed>{used}</AccessKeyLastUsed>"))
}

/// Makes a key; it is in the world once `made` has been put there.
pub(super) fn create(call: &Call<'_>) -> Result<(String, Change), Refusal> {
    let user = whose(call, "CreateAccessKey")?;
    if keys_of(call, user).len() >= MOST {
        return Err(Refusal::limit_exceeded(format!(
            "Cannot exceed quota for AccessKeysPerUser: {MOST}"
        )));
    }
    let (id, secret) = {
        let mut keys = call.state.keys();
        (keys.id("AKIA"), keys.secret())
    };
    let key = AccessKey {
        secret: hatrack_core::secret::Secret::new(secret.clone()),
        user_arn: user.arn.clone(),
        created_at: Some(call.state.now()),
        active: true,
        last_used: None,
        unknown_for: call.state.new_keys_unknown_for(),
    };
    let inside = [
        element("UserName", &user.name),
        element("AccessKeyId", &id),
        element("Status", status(&key)),
        element("SecretAccessKey", &secret),
        element("CreateDate", &created(&key)),
    ]
    .concat();
    let body = format!("<AccessKey>{inside}</AccessKey>");
    Ok((body, Change::Made(id, Box::new(key))))
}

pub(super) fn update(call: &Call<'_>) -> Result<(String, Change), Refusal> {
    let id = own_key(call, "UpdateAccessKey")?;
    let active = match call.required("Status")? {
        "Active" => true,
        "Inactive" => false,
        other => {
            let rule = "Member must satisfy enum value set: [Active, Inactive]";
            return Err(Refusal::constraint(other, "status", rule));
        }
    };
    Ok((String::new(), Change::Status(id, active)))
}

pub(super) fn delete(call: &Call<'_>) -> Result<(String, Change), Refusal> {
    let id = own_key(call, "DeleteAccessKey")?;
    Ok((String::new(), Change::Gone(id)))
}

/// What a call does to the world.
pub(super) enum Change {
    Made(String, Box<AccessKey>),
    Status(String, bool),
    Gone(String),
}

impl Change {
    pub(super) fn apply(self, world: &mut crate::world::World) {
        match self {
            Self::Made(id, key) => drop(world.access_keys.insert(id, *key)),
            Self::Status(id, active) => {
                if let Some(key) = world.access_keys.get_mut(&id) {
                    key.active = active;
                }
            }
            Self::Gone(id) => drop(world.access_keys.remove(&id)),
        }
    }
}

/// The key of the call, which has to be the user's.
fn own_key(call: &Call<'_>, action: &str) -> Result<String, Refusal> {
    let user = whose(call, action)?;
    let id = call.required("AccessKeyId")?;
    match call.world.access_keys.get(id) {
        Some(key) if key.user_arn == user.arn => Ok(id.to_owned()),
        _ => Err(no_such_key(id)),
    }
}

/// The user of the call: the one named, else whoever signs.
fn whose<'a>(call: &'a Call<'_>, action: &str) -> Result<&'a User, Refusal> {
    let own = call.signer.arn.split_once(":user/").map(|(_, name)| name);
    let name =
        call.parameters.get("UserName").or(own).ok_or_else(|| {
            Refusal::validation("Must specify userName when calling with non-User credentials")
        })?;
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

fn keys_of<'a>(call: &'a Call<'_>, user: &User) -> Vec<(&'a String, &'a AccessKey)> {
    let all = call.world.access_keys.iter();
    let mut own: Vec<_> = all.filter(|(_, key)| key.user_arn == user.arn).collect();
    own.sort_by_key(|(id, key)| (key.created_at, *id));
    own
}

fn no_such_key(id: &str) -> Refusal {
    Refusal::no_such_entity(format!("The Access Key with id {id} cannot be found."))
}

fn status(key: &AccessKey) -> &'static str {
    if key.active { "Active" } else { "Inactive" }
}

fn created(key: &AccessKey) -> String {
    key.created_at.map_or_else(|| CREATED.to_owned(), seconds)
}

fn seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
