//! What kind of role a role is, and what assuming it takes, read from its trust policy and its path.
//!
//! Source: IAM User Guide, "IAM roles", "AWS JSON policy elements: Principal", "Service-linked roles"; IAM Identity
//! Center User Guide, "Referencing permission sets in resource policies".

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::policy::{
    Comparison, Condition, Effect, Kind, Policy, PolicyError, Principal, Principals, Statement,
};

/// The kind of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleKind {
    /// Users, roles and accounts assume it.
    Custom,
    /// Identity Center made it of a permission set: it is had at the access portal.
    IdentityCenter,
    /// Assertions of a SAML provider.
    Saml,
    /// Tokens of an OpenID Connect provider.
    WebIdentity,
    /// Certificates, by IAM Roles Anywhere.
    RolesAnywhere,
    /// AWS services assume it.
    Service,
    /// A service made it for itself.
    ServiceLinked,
}

impl RoleKind {
    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Custom => "Custom",
            Self::IdentityCenter => "Identity Center",
            Self::Saml => "SAML",
            Self::WebIdentity => "Web identity",
            Self::RolesAnywhere => "Roles Anywhere",
            Self::Service => "Service",
            Self::ServiceLinked => "Service-linked",
        }
    }

    /// What a role's ARN alone tells: the paths that only AWS gives, and the name that Identity Center gives its roles.
    pub fn by_arn(role: &RoleArn) -> Option<Self> {
        let named = format!("/{}", role.name_with_path());
        if named.starts_with(SERVICE_LINKED) {
            Some(Self::ServiceLinked)
        } else if named.starts_with(IDENTITY_CENTER) || role.role_name().starts_with("AWSReservedSSO_") {
            Some(Self::IdentityCenter)
        } else {
            None
        }
    }

    /// The stable word for it on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::IdentityCenter => "identity_center",
            Self::Saml => "saml",
            Self::WebIdentity => "web_identity",
            Self::RolesAnywhere => "roles_anywhere",
            Self::Service => "service",
            Self::ServiceLinked => "service_linked",
        }
    }
}

/// Why no person can assume a role, whatever else allows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// Its trust policy names AWS services only.
    #[error("only the service can use it ({})", .0.join(", "))]
    ServiceOnly(Vec<String>),
    /// Whoever it names was deleted, perhaps made again under the same name.
    #[error(
        "its trust policy names only who was deleted ({}); the role's owner has to name them anew",
        .0.join(", ")
    )]
    Deleted(Vec<String>),
    /// No statement of its trust policy allows anything.
    #[error("its trust policy lets nobody in; the role's owner has to change it")]
    Nobody,
}

impl Closed {
    /// What a role's ARN alone tells: the path of a service-linked role names its service, and AWS lets nobody change
    /// its trust policy.
    pub fn by_path(role: &RoleArn) -> Option<Self> {
        let (service, _) = role
            .name_with_path()
            .strip_prefix(SERVICE_LINKED.trim_start_matches('/'))?
            .split_once('/')?;
        Some(Self::ServiceOnly(vec![service.to_owned()]))
    }

    /// The same, and what to do where the trust policy has been changed since it was read. `account`: the role's.
    pub fn to_look_at_again(&self, account: AccountId) -> String {
        format!(
            "{self}. Where that has been changed, find roles with an identity of account {account} (hat discover): this \
             is read again then. An hour after it was read, AWS is asked all the same."
        )
    }
}

/// What a trust policy says.
#[derive(Debug, Clone, PartialEq)]
pub struct Trust {
    /// The kind of the role. Of several, the first in the order of [`RoleKind`].
    pub kind: RoleKind,
    /// Every kind of caller that it lets in.
    pub kinds: Vec<RoleKind>,
    /// Whom it names in its Allow statements, in their order, each once.
    pub principals: Vec<Principal>,
    /// Whether nobody with keys assumes it without an external ID; the ones it takes, as they are written.
    pub external_id: Option<Vec<String>>,
    /// Whether nobody with keys assumes it without an MFA code.
    pub mfa: bool,
    /// Why no person can assume it, where that is certain.
    pub closed: Option<Closed>,
}

const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";
const SERVICE_LINKED: &str = "/aws-service-role/";
const IDENTITY_CENTER: &str = "/aws-reserved/sso.amazonaws.com/";

impl Trust {
    /// Reads the trust policy of a role with this path (`/`, `/aws-service-role/…/`).
    ///
    /// # Errors
    /// The document is no trust policy.
    pub fn read(path: &str, document: &str) -> Result<Self, PolicyError> {
        Ok(Self::of(path, &Policy::parse(Kind::Trust, document)?))
    }

    /// The same of a policy that has been read.
    pub fn of(path: &str, policy: &Policy) -> Self {
        let allows: Vec<&Statement> = of(policy, Effect::Allow).collect();
        let mut principals: Vec<Principal> = Vec::new();
        for named in allows.iter().flat_map(|s| named(s)) {
            if !principals.contains(named) {
                principals.push(named.clone());
            }
        }
        let mut kinds: Vec<RoleKind> = allows.iter().flat_map(|s| kinds_of(s)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let closed = closed(policy, &allows, &kinds, &principals);
        let kind = if path.starts_with(SERVICE_LINKED) {
            RoleKind::ServiceLinked
        } else if path.starts_with(IDENTITY_CENTER) {
            RoleKind::IdentityCenter
        } else {
            kinds.first().copied().unwrap_or(RoleKind::Custom)
        };
        Self {
            kind,
            external_id: external_id(&allows),
            mfa: needs_mfa(policy, &allows),
            closed,
            principals,
            kinds,
        }
    }

    /// Whom it lets in, for people, one each.
    pub fn described(&self) -> Vec<String> {
        self.principals.iter().map(described).collect()
    }

    /// The accounts whose own policies decide who of them assumes the role.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.principals.iter().filter_map(|principal| match principal {
            Principal::Account(account) => Some(*account),
            _ => None,
        })
    }
}

fn described(principal: &Principal) -> String {
    match principal {
        Principal::Everyone => "everyone".to_owned(),
        Principal::Account(account) => format!("account {account}, as its policies allow"),
        Principal::User(arn) | Principal::Role(arn) => arn.clone(),
        Principal::RoleSession(arn) => format!("session {arn}"),
        Principal::FederatedUser(arn) => format!("federated user {arn}"),
        Principal::DeletedId(id) => format!("{id}, who was deleted"),
        Principal::Service(name) => format!("service {name}"),
        Principal::Federated(provider) => format!("identity provider {provider}"),
        Principal::CanonicalUser(id) => format!("canonical user {id}"),
    }
}

const BY_KEYS: &str = "sts:AssumeRole";
const BY_SAML: &str = "sts:AssumeRoleWithSAML";
const BY_TOKEN: &str = "sts:AssumeRoleWithWebIdentity";

/// The statements that let somebody in, or keep somebody out.
fn of(policy: &Policy, effect: Effect) -> impl Iterator<Item = &Statement> {
    let about = |s: &&Statement| {
        [BY_KEYS, BY_SAML, BY_TOKEN]
            .iter()
            .any(|action| s.is_about(action))
    };
    policy
        .statements()
        .iter()
        .filter(move |s| s.effect == effect)
        .filter(about)
}

fn named(statement: &Statement) -> &[Principal] {
    match &statement.principals {
        Some(Principals::Are(listed)) => listed,
        _ => &[],
    }
}

fn kinds_of(statement: &Statement) -> Vec<RoleKind> {
    let all_but = matches!(statement.principals, Some(Principals::AreNot(_)));
    let mut kinds: Vec<RoleKind> = named(statement)
        .iter()
        .filter_map(|principal| match principal {
            Principal::Service(name) if name == ROLES_ANYWHERE => Some(RoleKind::RolesAnywhere),
            Principal::Service(_) => Some(RoleKind::Service),
            Principal::Federated(provider) if provider.contains(":saml-provider/") => Some(RoleKind::Saml),
            Principal::Federated(_) => Some(RoleKind::WebIdentity),
            Principal::DeletedId(_) | Principal::CanonicalUser(_) => None,
            _ => Some(RoleKind::Custom),
        })
        .collect();
    if all_but {
        kinds.push(RoleKind::Custom);
    }
    kinds.retain(|kind| {
        statement.is_about(match kind {
            RoleKind::Saml => BY_SAML,
            RoleKind::WebIdentity => BY_TOKEN,
            _ => BY_KEYS,
        })
    });
    kinds
}

/// Whether it is certain that no person gets in. What could not be read may name anybody.
fn closed(
    policy: &Policy,
    allows: &[&Statement],
    kinds: &[RoleKind],
    principals: &[Principal],
) -> Option<Closed> {
    let doubtful = policy.unknowns().next().is_some();
    if doubtful || kinds.iter().any(|kind| *kind != RoleKind::Service) {
        return None;
    }
    let services = principals.iter().filter_map(|p| match p {
        Principal::Service(name) => Some(name.clone()),
        _ => None,
    });
    let deleted = principals.iter().filter_map(|p| match p {
        Principal::DeletedId(id) => Some(id.clone()),
        _ => None,
    });
    let (services, deleted): (Vec<_>, Vec<_>) = (services.collect(), deleted.collect());
    Some(if !kinds.is_empty() {
        Closed::ServiceOnly(services)
    } else if allows.is_empty() || deleted.is_empty() {
        Closed::Nobody
    } else {
        Closed::Deleted(deleted)
    })
}

/// The statements by which somebody with keys gets in.
fn by_keys<'a>(allows: &'a [&Statement]) -> impl Iterator<Item = &'a Statement> {
    allows
        .iter()
        .copied()
        .filter(|statement| kinds_of(statement).contains(&RoleKind::Custom))
}

/// An external ID is needed where each way in asks for one.
fn external_id(allows: &[&Statement]) -> Option<Vec<String>> {
    let mut taken = Vec::new();
    let mut ways = 0;
    for statement in by_keys(allows) {
        ways += 1;
        let wanted = statement
            .conditions
            .iter()
            .find(|c| is(c, "sts:ExternalId") && wants_a_value(c))?;
        taken.extend(wanted.values().iter().cloned());
    }
    (ways > 0).then_some(taken)
}

fn is(condition: &Condition, key: &str) -> bool {
    condition.key().eq_ignore_ascii_case(key)
}

/// Whether a request without the key fails.
pub(crate) fn wants_a_value(condition: &Condition) -> bool {
    let operator = condition.operator();
    match operator.comparison {
        Comparison::Null => condition.values().iter().any(|v| v.eq_ignore_ascii_case("false")),
        _ => !operator.negated && !operator.if_exists && operator.quantifier.is_none(),
    }
}

/// A code is needed where each way in asks for one, or where a Deny stands against all who show none.
fn needs_mfa(policy: &Policy, allows: &[&Statement]) -> bool {
    const PRESENT: &str = "aws:MultiFactorAuthPresent";
    const AGE: &str = "aws:MultiFactorAuthAge";
    let says = |c: &Condition, word: &str| c.values().iter().all(|v| v.eq_ignore_ascii_case(word));
    let asks = |statement: &Statement| {
        statement.conditions.iter().any(|c| {
            (is(c, PRESENT) && says(c, "true") && wants_a_value(c)) || (is(c, AGE) && wants_a_value(c))
        })
    };
    let whom: Vec<&Principal> = by_keys(allows).flat_map(named).collect();
    let keeps_out = |statement: &Statement| {
        let listed = named(statement);
        let all = listed.contains(&Principal::Everyone) || whom.iter().all(|p| listed.contains(p));
        let [only] = statement.conditions.as_slice() else {
            return false;
        };
        all && statement.unknown.is_empty()
            && is(only, PRESENT)
            && says(only, "false")
            && only.operator().comparison == Comparison::Bool
    };
    let mut ways = by_keys(allows).peekable();
    let every_way = ways.peek().is_some() && ways.all(asks);
    every_way || of(policy, Effect::Deny).any(keeps_out)
}
