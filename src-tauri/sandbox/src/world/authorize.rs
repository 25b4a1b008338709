//! Who signs a request, and whether policies let it through.

use std::collections::BTreeMap;

use hatrack_core::account::AccountId;
use hatrack_core::policy::{
    Caller, Context, Decision, Kind, Named, Policies, Policy, Reason, Request, ResourceRule, decide,
};
use hatrack_core::secret::Secret;
use jiff::Timestamp;

use super::World;
use super::account::{NamedPolicy, Role, User};
use super::session::{FederatedUser, RoleSession, Session, SessionOf};

/// Who holds an access key.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The caller as policies see it.
    pub caller: Caller,
    /// The account.
    pub account: AccountId,
    /// The ARN that AWS shows.
    pub arn: String,
    /// `AIDA…` for a user, `AROA…:NAME` for a session of a role.
    pub user_id: String,
    /// The secret access key.
    pub secret: Secret,
    /// The session, where the credentials are temporary.
    pub session: Option<Session>,
    tags: BTreeMap<String, String>,
    username: Option<String>,
}

impl Signer {
    pub(super) fn user(user: &User, secret: &Secret) -> Self {
        Self {
            caller: Caller::User {
                account: user.account,
                arn: user.arn.clone(),
            },
            account: user.account,
            arn: user.arn.clone(),
            user_id: user.id.clone(),
            secret: secret.clone(),
            session: None,
            tags: user.tags.clone(),
            username: Some(user.name.clone()),
        }
    }

    pub(super) fn user_session(user: &User, session: &Session) -> Self {
        Self {
            session: Some(session.clone()),
            ..Self::user(user, &session.secret)
        }
    }

    pub(super) fn federated(user: &User, of: &FederatedUser, session: &Session) -> Self {
        Self {
            arn: of.arn.clone(),
            user_id: of.id.clone(),
            username: None,
            ..Self::user_session(user, session)
        }
    }

    pub(super) fn role_session(role: &Role, of: &RoleSession, session: &Session) -> Self {
        // Session tags override the role's own; keys ignore case.
        let mut tags = role.tags.clone();
        tags.retain(|key, _| !of.tags.keys().any(|own| own.eq_ignore_ascii_case(key)));
        tags.extend(of.tags.clone());
        Self {
            caller: Caller::RoleSession {
                account: role.account,
                role_arn: role.arn.clone(),
                session_arn: of.arn.clone(),
            },
            account: role.account,
            arn: of.arn.clone(),
            user_id: format!("{}:{}", role.id, of.name),
            secret: session.secret.clone(),
            session: Some(session.clone()),
            tags,
            username: None,
        }
    }

    /// The session of a role, if this is one.
    pub fn role(&self) -> Option<&RoleSession> {
        match &self.session.as_ref()?.of {
            SessionOf::Role(of) => Some(of),
            SessionOf::User { .. } | SessionOf::Federated(_) => None,
        }
    }

    /// The guest, if this is one.
    pub fn guest(&self) -> Option<&FederatedUser> {
        match &self.session.as_ref()?.of {
            SessionOf::Federated(of) => Some(of),
            SessionOf::User { .. } | SessionOf::Role(_) => None,
        }
    }

    /// The condition keys that follow from who signs (IAM User Guide, "AWS global condition context keys").
    fn context(&self, now: Timestamp) -> Context {
        let mut context = Context::new();
        let principal = match &self.caller {
            Caller::RoleSession { role_arn, .. } => role_arn,
            _ => &self.arn,
        };
        context.set("aws:PrincipalArn", principal);
        context.set("aws:PrincipalAccount", self.account.as_str());
        context.set(
            "aws:PrincipalType",
            if self.role().is_some() {
                "AssumedRole"
            } else if self.guest().is_some() {
                "FederatedUser"
            } else {
                "User"
            },
        );
        context.set("aws:PrincipalIsAWSService", "false");
        context.set("aws:ViaAWSService", "false");
        context.set("aws:userid", &self.user_id);
        context.set_if("aws:username", self.username.as_ref());
        for (key, value) in &self.tags {
            context.set(&format!("aws:PrincipalTag/{key}"), value);
        }
        if let Some(session) = &self.session {
            context.set("aws:TokenIssueTime", session.issued_at.to_string());
            context.set("aws:MultiFactorAuthPresent", session.mfa_at.is_some().to_string());
            let age = session
                .mfa_at
                .map(|at| (now.as_second() - at.as_second()).to_string());
            context.set_if("aws:MultiFactorAuthAge", age);
        }
        context.set_if(
            "aws:SourceIdentity",
            self.role().and_then(|r| r.source_identity.as_ref()),
        );
        set_surroundings(&mut context, now);
        context
    }
}

/// The condition keys that every request has.
fn set_surroundings(context: &mut Context, now: Timestamp) {
    context.set("aws:CurrentTime", now.to_string());
    context.set("aws:EpochTime", now.as_second().to_string());
    // The sandbox stands for AWS's HTTPS endpoints, though loopback itself is plain HTTP.
    context.set("aws:SecureTransport", "true");
    context.set("aws:SourceIp", "127.0.0.1");
}

/// What a signer asks for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The action: `s3:GetObject`.
    pub action: &'a str,
    /// The resource's ARN, or `*`.
    pub resource: &'a str,
    /// The account that owns the resource.
    pub owner: Option<AccountId>,
    /// The resource's own policy.
    pub resource_policy: Option<&'a Policy>,
    /// What that policy is needed for.
    pub rule: ResourceRule,
    /// The region that the request is signed for.
    pub region: &'a str,
    /// Condition keys of the request itself.
    pub keys: &'a [(String, Vec<String>)],
}

/// A request that nobody makes, by a principal's own policies.
#[derive(Debug)]
pub struct Simulated<'a> {
    /// Whose policies.
    pub caller: &'a Caller,
    /// The condition keys that are to be taken for granted; there are no others.
    pub context: &'a Context,
    /// The action.
    pub action: &'a str,
    /// The resource's ARN, or `*`.
    pub resource: &'a str,
    /// A resource policy to take into account.
    pub resource_policy: Option<&'a Policy>,
}

impl World {
    /// A user or a role as one that could make a request.
    pub fn principal(&self, arn: &str) -> Option<Caller> {
        if let Some(user) = self.users.get(arn) {
            return Some(Caller::User {
                account: user.account,
                arn: user.arn.clone(),
            });
        }
        let role = self.roles.get(arn)?;
        Some(Caller::RoleSession {
            account: role.account,
            role_arn: role.arn.clone(),
            session_arn: role.session("simulated").arn,
        })
    }

    /// The identity policies of a caller.
    pub fn policies_of(&self, caller: &Caller) -> Vec<&Policy> {
        let (identity, _) = self.attached(caller);
        identity.into_iter().map(|named| named.policy).collect()
    }

    /// Decides a request that nobody makes: by identity policies, the boundary and the resource policy that is given
    /// (IAM API Reference, "SimulatePrincipalPolicy").
    pub fn simulate(&self, simulated: &Simulated<'_>) -> Decision {
        let (identity, boundary) = self.attached(simulated.caller);
        let request = Request {
            caller: simulated.caller.clone(),
            action: simulated.action.to_owned(),
            resource: simulated.resource.to_owned(),
            resource_account: simulated.caller.account(),
            context: simulated.context.clone(),
        };
        let policies = Policies {
            identity,
            boundary,
            session: Vec::new(),
            resource: simulated.resource_policy.map(|policy| Named {
                name: simulated.resource,
                policy,
            }),
            ..Policies::none()
        };
        decide(&request, &policies)
    }

    /// Decides a request by every policy that bears on it.
    pub fn decide(&self, signer: &Signer, asked: &Asked<'_>, now: Timestamp) -> Decision {
        let policies = signer.role().map(|role| &role.policies);
        let policies = policies.or_else(|| signer.guest().map(|guest| &guest.policies));
        let session = policies.map(|all| named(all)).unwrap_or_default();
        self.judge(signer.caller.clone(), signer.context(now), session, asked)
    }

    /// Decides a request that nobody signs: a token of this identity provider stands behind it.
    pub fn decide_federated(&self, provider_arn: &str, asked: &Asked<'_>, now: Timestamp) -> Decision {
        let caller = Caller::Federated {
            provider: provider_arn.to_owned(),
        };
        let mut context = Context::new();
        context.set("aws:FederatedProvider", provider_arn);
        set_surroundings(&mut context, now);
        self.judge(caller, context, Vec::new(), asked)
    }

    /// Decides a request of an AWS service.
    pub fn decide_service(&self, name: &str, asked: &Asked<'_>, now: Timestamp) -> Decision {
        let caller = Caller::Service {
            name: name.to_owned(),
        };
        let mut context = Context::new();
        context.set("aws:PrincipalIsAWSService", "true");
        context.set("aws:PrincipalServiceName", name);
        set_surroundings(&mut context, now);
        self.judge(caller, context, Vec::new(), asked)
    }

    fn judge(
        &self,
        caller: Caller,
        mut context: Context,
        session: Vec<Named<'_>>,
        asked: &Asked<'_>,
    ) -> Decision {
        context.set("aws:RequestedRegion", asked.region);
        context.set_if("aws:ResourceAccount", asked.owner.map(|id| id.to_string()));
        for (key, values) in asked.keys {
            context.set_all(key, values.iter().cloned());
        }
        let request = Request {
            caller,
            action: asked.action.to_owned(),
            resource: asked.resource.to_owned(),
            resource_account: asked.owner,
            context,
        };
        let (identity, boundary) = self.attached(&request.caller);
        let policies = Policies {
            identity,
            boundary,
            session,
            resource: asked.resource_policy.map(|policy| Named {
                name: asked.resource,
                policy,
            }),
            rule: asked.rule,
            ..Policies::none()
        };
        decide(&request, &policies)
    }

    /// The identity policies and the boundary of a caller.
    fn attached(&self, caller: &Caller) -> (Vec<Named<'_>>, Option<Named<'_>>) {
        match caller {
            Caller::User { arn, .. } => {
                let Some(user) = self.users.get(arn) else {
                    return (Vec::new(), None);
                };
                let mut all = named(&user.policies);
                all.extend(
                    user.groups
                        .iter()
                        .filter_map(|g| self.groups.get(g))
                        .flat_map(|g| named(&g.policies)),
                );
                (all, user.boundary.as_ref().map(as_named))
            }
            Caller::RoleSession { role_arn, .. } => {
                let Some(role) = self.roles.get(role_arn) else {
                    return (Vec::new(), None);
                };
                (named(&role.policies), role.boundary.as_ref().map(as_named))
            }
            _ => (Vec::new(), None),
        }
    }
}

fn as_named(policy: &NamedPolicy) -> Named<'_> {
    Named {
        name: &policy.name,
        policy: &policy.document.policy,
    }
}

fn named(policies: &[NamedPolicy]) -> Vec<Named<'_>> {
    policies.iter().map(as_named).collect()
}

/// How AWS ends an access denied message within one account (IAM User Guide, "Troubleshoot access denied error
/// messages"). Across accounts it does not say.
pub fn denied_because(decision: &Decision, action: &str) -> String {
    let kind = |kind| match kind {
        Kind::Identity => "an identity-based policy",
        Kind::Boundary => "a permissions boundary",
        Kind::Session => "a session policy",
        Kind::Trust | Kind::Resource => "a resource-based policy",
    };
    let none = |what| format!("because no {what} policy allows the {action} action");
    match decision.reason {
        Reason::Allowed => String::new(),
        Reason::ExplicitDeny => {
            let by = decision.decided_by.as_ref().map_or(Kind::Identity, |by| by.kind);
            format!("with an explicit deny in {}", kind(by))
        }
        Reason::IdentityDoesNotAllow => none("identity-based"),
        Reason::SessionDoesNotAllow => none("session"),
        Reason::ResourceDoesNotAllow => none("resource-based"),
        Reason::ServiceControlDoesNotAllow => none("service control"),
        Reason::ResourceControlDoesNotAllow => none("resource control"),
        Reason::BoundaryDoesNotAllow => {
            format!("because no permissions boundary allows the {action} action")
        }
    }
}
