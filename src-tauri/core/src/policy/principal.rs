//! `Principal` and `NotPrincipal`: whom a trust or bucket policy speaks of.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal" and "… NotPrincipal".

use crate::account::AccountId;

use super::context::Caller;

/// One entry of a `Principal` element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// `"*"` or `{"AWS": "*"}`: everyone, signed or not.
    Everyone,
    /// `arn:aws:iam::ACCOUNT:root` or the bare account ID: the account, which then decides by its own policies.
    Account(AccountId),
    /// A user's ARN.
    User(String),
    /// A role's ARN: each of its sessions.
    Role(String),
    /// An assumed-role session's ARN.
    RoleSession(String),
    /// A federated user session's ARN (GetFederationToken).
    FederatedUser(String),
    /// `AIDA…`, `AROA…`: what AWS shows when the user or role was deleted. It matches nobody any more.
    DeletedId(String),
    /// An AWS service.
    Service(String),
    /// An identity provider: the ARN of a SAML or OIDC provider, or a public one's name.
    Federated(String),
    /// An S3 canonical user ID.
    CanonicalUser(String),
}

/// How narrowly a statement names the caller. What an Allow is worth within one account depends on it.
///
/// Source: IAM User Guide, "Policy evaluation for requests within a single account".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// By its account, which must still allow it by a policy of its own.
    Account,
    /// As everyone.
    Everyone,
    /// As the role whose session it is.
    Role,
    /// As itself: the user, the session, the service, the provider.
    Itself,
}

impl Principal {
    /// Reads an entry under `"AWS"`. `None` if it is none that AWS knows (wildcards inside ARNs, for one).
    pub(super) fn aws(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everyone);
        }
        if let Some(account) = AccountId::of_digits(text) {
            return Some(Self::Account(account));
        }
        if ["AIDA", "AROA"].iter().any(|p| text.starts_with(p))
            && text.len() >= 16
            && text.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return Some(Self::DeletedId(text.to_owned()));
        }
        if text.contains(['*', '?']) {
            return None;
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", _, service, "", account, resource] = parts[..] else {
            return None;
        };
        let account = AccountId::of_digits(account)?;
        let whole = text.to_owned();
        match (
            service,
            resource.split_once('/').map_or(resource, |(kind, _)| kind),
        ) {
            ("iam", "root") if resource == "root" => Some(Self::Account(account)),
            ("iam", "user") => Some(Self::User(whole)),
            ("iam", "role") => Some(Self::Role(whole)),
            ("sts", "assumed-role") => Some(Self::RoleSession(whole)),
            ("sts", "federated-user") => Some(Self::FederatedUser(whole)),
            _ => None,
        }
    }

    /// How this entry names the caller, if it does.
    pub(super) fn names(&self, caller: &Caller) -> Option<Naming> {
        let if_ = |hit: bool, naming| hit.then_some(naming);
        match (self, caller) {
            (Self::Everyone, _) => Some(Naming::Everyone),
            (Self::Account(id), Caller::Root { account, .. }) => if_(id == account, Naming::Itself),
            (Self::Account(id), Caller::User { account, .. } | Caller::RoleSession { account, .. }) => {
                if_(id == account, Naming::Account)
            }
            (Self::User(named), Caller::User { arn, .. }) => if_(named == arn, Naming::Itself),
            (Self::Role(named), Caller::RoleSession { role_arn, .. }) => if_(named == role_arn, Naming::Role),
            (Self::RoleSession(named), Caller::RoleSession { session_arn, .. }) => {
                if_(named == session_arn, Naming::Itself)
            }
            (Self::Service(named), Caller::Service { name }) => if_(named == name, Naming::Itself),
            (Self::Federated(named), Caller::Federated { provider }) => {
                if_(named == provider, Naming::Itself)
            }
            _ => None,
        }
    }
}

/// The `Principal` or `NotPrincipal` of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principals {
    /// `Principal`.
    Are(Vec<Principal>),
    /// `NotPrincipal`.
    AreNot(Vec<Principal>),
}

impl Principals {
    /// How the statement names the caller, if it speaks of it. With several entries the narrowest counts.
    pub(super) fn name(&self, caller: &Caller) -> Option<Naming> {
        match self {
            Self::Are(listed) => listed.iter().filter_map(|p| p.names(caller)).max(),
            Self::AreNot(listed) => (!exempts(listed, caller)).then_some(Naming::Everyone),
        }
    }
}

/// Whether a `NotPrincipal` list leaves the caller out. AWS compares every ARN that the request stands for, so
/// the account must be listed beside the user, and beside a session both its role and its account.
fn exempts(listed: &[Principal], caller: &Caller) -> bool {
    let has = |wanted: &Principal| listed.contains(wanted) || listed.contains(&Principal::Everyone);
    match caller {
        Caller::Anonymous => listed.contains(&Principal::Everyone),
        Caller::Root { account, .. } => has(&Principal::Account(*account)),
        Caller::User { account, arn } => {
            has(&Principal::Account(*account)) && has(&Principal::User(arn.clone()))
        }
        Caller::RoleSession {
            account,
            role_arn,
            session_arn,
        } => {
            has(&Principal::Account(*account))
                && has(&Principal::Role(role_arn.clone()))
                && has(&Principal::RoleSession(session_arn.clone()))
        }
        Caller::Service { name } => has(&Principal::Service(name.clone())),
        Caller::Federated { provider } => has(&Principal::Federated(provider.clone())),
    }
}
