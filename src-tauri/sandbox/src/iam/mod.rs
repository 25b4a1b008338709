//! IAM: users, groups, roles and their policies, which are read and simulated; users' access keys, inline policies and
//! trust policies, which are written too.
//!
//! Source: IAM API Reference; Service Authorization Reference, "AWS Identity and Access Management". Refusals use AWS's
//! texts as recorded.

mod access_keys;
mod attachments;
mod paging;
mod policies;
mod role_policies;
mod roles;
mod simulate;
mod trust;
mod user_policies;
mod users;

use hatrack_core::account::AccountId;
use hatrack_core::policy::ResourceRule;

use crate::query::{Incoming, Parameters, Refusal, Reply, element};
use crate::state::State;
use crate::world::{Asked, NamedPolicy, SessionOf, Signer, World, denied_because};

/// Of its XML.
pub const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
const VERSION: &str = "2010-05-08";

/// A call whose signature was checked.
struct Call<'a> {
    state: &'a State,
    world: &'a World,
    signer: Signer,
    parameters: Parameters,
    region: String,
}

/// Answers an IAM request.
pub fn answer(state: &State, incoming: &Incoming<'_>) -> Reply {
    let action = incoming.action().unwrap_or_default();
    state.count(&action);
    let body = answered(state, incoming, &action);
    let request_id = state.keys().uuid();
    Reply::new(NAMESPACE, &action, body, request_id)
}

fn answered(state: &State, incoming: &Incoming<'_>, action: &str) -> Result<String, Refusal> {
    let (signer, region) = incoming.signer(state, "iam")?;
    // API Reference, "GetSessionToken": such credentials call IAM only if a code was shown for them.
    // "GetFederationToken": they call none of it.
    let bare = |s: &crate::world::Session| match s.of {
        SessionOf::User { .. } => s.mfa_at.is_none(),
        SessionOf::Federated(_) => true,
        SessionOf::Role(_) => false,
    };
    if signer.session.as_ref().is_some_and(bare) {
        return Err(Refusal::invalid_token());
    }
    let world = state.world();
    let call = Call {
        state,
        world: &world,
        signer,
        parameters: incoming.parameters(),
        region,
    };
    match action {
        "GetRole" => roles::get(&call),
        "ListRoles" => roles::list(&call),
        "GetRolePolicy" => roles::policy(&call),
        "ListRolePolicies" => roles::policies(&call, Which::Embedded),
        "ListAttachedRolePolicies" => roles::policies(&call, Which::Attached),
        "GetUser" => users::get(&call),
        "CreateAccessKey" | "UpdateAccessKey" | "DeleteAccessKey" => {
            let (body, change) = match action {
                "CreateAccessKey" => access_keys::create(&call)?,
                "UpdateAccessKey" => access_keys::update(&call)?,
                _ => access_keys::delete(&call)?,
            };
            drop(call);
            drop(world);
            change.apply(&mut state.change());
            Ok(body)
        }
        "PutRolePolicy" | "DeleteRolePolicy" => {
            let change = match action {
                "PutRolePolicy" => role_policies::put(&call)?,
                _ => role_policies::delete(&call)?,
            };
            drop(call);
            drop(world);
            change.apply(&mut state.change());
            Ok(String::new())
        }
        "UpdateAssumeRolePolicy" => {
            let change = trust::update(&call)?;
            drop(call);
            drop(world);
            change.apply(&mut state.change());
            Ok(String::new())
        }
        "PutUserPolicy" | "DeleteUserPolicy" | "PutGroupPolicy" | "DeleteGroupPolicy" => {
            let of = match action {
                "PutUserPolicy" | "DeleteUserPolicy" => user_policies::Of::User,
                _ => user_policies::Of::Group,
            };
            let change = if action.starts_with("Put") {
                user_policies::put(&call, of, action)?
            } else {
                user_policies::delete(&call, of, action)?
            };
            drop(call);
            drop(world);
            change.apply(&mut state.change());
            Ok(String::new())
        }
        "AttachUserPolicy" | "DetachUserPolicy" | "AttachGroupPolicy" | "DetachGroupPolicy"
        | "AttachRolePolicy" | "DetachRolePolicy" => {
            let change = attachments::change(&call, action)?;
            drop(call);
            drop(world);
            change.apply(&mut state.change());
            Ok(String::new())
        }
        "SimulatePrincipalPolicy" => simulate::principal(&call),
        "GetContextKeysForPrincipalPolicy" => simulate::context_keys(&call),
        "ListAccessKeys" => access_keys::list(&call),
        "GetAccessKeyLastUsed" => access_keys::last_used(&call),
        "ListGroupsForUser" => users::groups(&call),
        "GetUserPolicy" => users::policy(&call),
        "ListUserPolicies" => users::policies(&call, Which::Embedded),
        "ListAttachedUserPolicies" => users::policies(&call, Which::Attached),
        "GetGroupPolicy" => users::group_policy(&call),
        "ListGroupPolicies" => users::group_policies(&call, Which::Embedded),
        "ListAttachedGroupPolicies" => users::group_policies(&call, Which::Attached),
        "GetPolicy" => policies::get(&call),
        "GetPolicyVersion" => policies::version(&call),
        "ListAccountAliases" => aliases(&call),
        other => Err(Refusal::invalid_action(other, VERSION)),
    }
}

/// Which of somebody's policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Embedded,
    Attached,
}

/// What a call is about, as IAM authorizes it and as its refusals call it.
struct About<'a> {
    /// The ARN that policies are matched with.
    arn: &'a str,
    /// `role Reader`, `user troy`; AWS names most of IAM's resources so.
    shown: &'a str,
}

impl Call<'_> {
    fn account(&self) -> AccountId {
        self.signer.account
    }

    /// A parameter that must be there.
    fn required(&self, name: &str) -> Result<&str, Refusal> {
        let mut shown = name.to_owned();
        shown[..1].make_ascii_lowercase();
        self.parameters.get(name).ok_or_else(|| Refusal::null(&shown))
    }

    /// Whether policies let the signer call `iam:ACTION` here.
    fn authorize(&self, action: &str, about: &About<'_>) -> Result<(), Refusal> {
        let action = format!("iam:{action}");
        let asked = Asked {
            action: &action,
            resource: about.arn,
            owner: Some(self.account()),
            resource_policy: None,
            rule: ResourceRule::EitherSuffices,
            region: &self.region,
            keys: &[],
        };
        let decision = self.world.decide(&self.signer, &asked, self.state.now());
        if decision.allowed {
            return Ok(());
        }
        Err(Refusal::denied(format!(
            "User: {} is not authorized to perform: {action} on resource: {} {}",
            self.signer.arn,
            about.shown,
            denied_because(&decision, &action)
        )))
    }

    /// `PolicyName`'s document among somebody's embedded policies.
    fn embedded(&self, whose: (&str, &str), of: &[NamedPolicy]) -> Result<String, Refusal> {
        let (kind, name) = whose;
        let wanted = self.required("PolicyName")?;
        let found = of.iter().find(|p| p.name == wanted && p.managed.is_none());
        let found = found.ok_or_else(|| {
            Refusal::no_such_entity(format!(
                "The {} policy with name {wanted} cannot be found.",
                kind.to_lowercase()
            ))
        })?;
        Ok([
            element(&format!("{kind}Name"), name),
            element("PolicyName", wanted),
            element("PolicyDocument", &encoded(&found.document.text)),
        ]
        .concat())
    }

    /// The names of somebody's embedded policies, or what is attached, a page of them.
    fn listed(&self, of: &[NamedPolicy], which: Which) -> Result<String, Refusal> {
        let members: Vec<String> = match which {
            Which::Embedded => of
                .iter()
                .filter(|p| p.managed.is_none())
                .map(|p| element("member", &p.name))
                .collect(),
            Which::Attached => of
                .iter()
                .filter_map(|p| Some((p, p.managed.as_deref()?)))
                .map(|(p, arn)| {
                    let inside = [element("PolicyName", &p.name), element("PolicyArn", arn)].concat();
                    format!("<member>{inside}</member>")
                })
                .collect(),
        };
        let list = match which {
            Which::Embedded => "PolicyNames",
            Which::Attached => "AttachedPolicies",
        };
        paging::page(&self.parameters, list, &members)
    }
}

/// IAM gives policy documents percent-encoded (RFC 3986).
fn encoded(document: &str) -> String {
    url::form_urlencoded::byte_serialize(document.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// A permissions boundary as GetRole and GetUser tell it.
fn boundary(account: AccountId, boundary: Option<&NamedPolicy>) -> String {
    let Some(boundary) = boundary else {
        return String::new();
    };
    let usual = format!("arn:aws:iam::{account}:policy/{}", boundary.name);
    let arn = boundary.managed.as_deref().unwrap_or(&usual);
    let inside = [
        element("PermissionsBoundaryType", "Policy"),
        element("PermissionsBoundaryArn", arn),
    ]
    .concat();
    format!("<PermissionsBoundary>{inside}</PermissionsBoundary>")
}

/// When everything was made: the sandbox keeps no such dates.
const CREATED: &str = "2024-01-15T09:30:00Z";

/// A sandbox's account has no alias but the one that its name makes.
fn aliases(call: &Call<'_>) -> Result<String, Refusal> {
    call.authorize("ListAccountAliases", &About { arn: "*", shown: "*" })?;
    let name = call.world.accounts.get(&call.account());
    let alias = name.map(|name| {
        let dashed: String = name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .collect();
        element("member", &dashed)
    });
    let members: Vec<String> = alias.into_iter().collect();
    paging::page(&call.parameters, "AccountAliases", &members)
}
