//! All policies together: the decision, and what decided.
//!
//! Source: IAM User Guide, "Policy evaluation logic", with its pages on single-account and cross-account requests.

use super::condition::Operator;
use super::context::{Caller, Request};
use super::document::{Effect, Kind, Policy};
use super::error::Position;
use super::evaluate::evaluate;
use super::principal::Naming;

/// A policy with the name that a finding calls it by.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Its name, or the ARN of what it is attached to.
    pub name: &'a str,
    /// The policy.
    pub policy: &'a Policy,
}

/// What an Allow in the resource's own policy is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceRule {
    /// Within an account either side suffices: S3 and most services.
    EitherSuffices,
    /// The resource policy must allow in any case: a role's trust, a KMS key.
    MustAllow,
}

/// All policies that bear on a request.
#[derive(Debug, Clone)]
pub struct Policies<'a> {
    /// The caller's identity policies, its groups' among them.
    pub identity: Vec<Named<'a>>,
    /// The caller's permissions boundary.
    pub boundary: Option<Named<'a>>,
    /// The session's policies; empty where none were passed. They count as one: any of them may allow.
    pub session: Vec<Named<'a>>,
    /// The resource's policy (bucket policy, trust).
    pub resource: Option<Named<'a>>,
    /// What the resource's policy is needed for.
    pub rule: ResourceRule,
    /// The service control policies of the caller's account, one list for each level from the root of its organization
    /// down to the account; empty for an account in none, or for the management account. Read as [`Kind::Identity`].
    pub service_control: Vec<Vec<Named<'a>>>,
    /// The resource control policies of the resource's account, level by level. Read as [`Kind::Resource`].
    pub resource_control: Vec<Vec<Named<'a>>>,
}

impl Policies<'_> {
    /// No policy at all; the resource's is one of those that need not allow.
    pub fn none() -> Self {
        Self {
            identity: Vec::new(),
            boundary: None,
            session: Vec::new(),
            resource: None,
            rule: ResourceRule::EitherSuffices,
            service_control: Vec::new(),
            resource_control: Vec::new(),
        }
    }
}

/// What one policy says about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A Deny statement applies.
    Denies,
    /// An Allow statement applies and no Deny.
    Allows,
    /// No statement applies.
    Silent,
}

/// Why a statement does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Miss {
    /// It names other callers.
    Principal,
    /// It is about other actions.
    Action,
    /// It is about other resources.
    Resource,
    /// A condition does not hold.
    Condition {
        /// The operator.
        operator: Operator,
        /// The condition context key.
        key: String,
        /// What the policy wants.
        wanted: Vec<String>,
        /// What the request has; `None` where it does not have the key.
        found: Option<Vec<String>>,
        /// It could not be told, so it counts as not holding.
        unclear: bool,
    },
    /// The request has no value for this policy variable.
    Variable(String),
    /// A piece that this evaluator does not know, in words.
    Unknown(String),
}

/// How one statement meets a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementFinding {
    /// Its place in the policy, from 0.
    pub index: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Where it starts in the policy's text.
    pub at: Position,
    /// Allow or Deny.
    pub effect: Effect,
    /// How it names the caller; identity policies speak of their owner itself.
    pub naming: Option<Naming>,
    /// Why it does not apply; empty when it does.
    pub misses: Vec<Miss>,
}

impl StatementFinding {
    /// Whether the statement applies to the request.
    pub fn applies(&self) -> bool {
        self.misses.is_empty()
    }
}

/// How one policy meets a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What the policy is attached to.
    pub kind: Kind,
    /// The policy's name.
    pub name: String,
    /// What it says.
    pub outcome: Outcome,
    /// Its statements.
    pub statements: Vec<StatementFinding>,
}

impl Finding {
    fn first(&self, effect: Effect) -> Option<&StatementFinding> {
        self.statements.iter().find(|s| s.applies() && s.effect == effect)
    }

    /// The narrowest way in which an applying Allow names the caller.
    fn naming(&self) -> Option<Naming> {
        let allows = self
            .statements
            .iter()
            .filter(|s| s.applies() && s.effect == Effect::Allow);
        allows.filter_map(|s| s.naming).max()
    }
}

/// The statement that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedBy {
    /// The kind of its policy.
    pub kind: Kind,
    /// The name of its policy.
    pub policy: String,
    /// Its place in the policy, from 0.
    pub index: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Where it starts in the policy's text.
    pub at: Position,
}

/// Why a request is allowed or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Everything that must allow it does.
    Allowed,
    /// A Deny statement applies.
    ExplicitDeny,
    /// No identity policy of the caller allows it.
    IdentityDoesNotAllow,
    /// The permissions boundary does not allow it.
    BoundaryDoesNotAllow,
    /// The session's policies do not allow it.
    SessionDoesNotAllow,
    /// The resource's policy does not allow it, and must.
    ResourceDoesNotAllow,
    /// The service control policies of some level do not allow it.
    ServiceControlDoesNotAllow,
    /// The resource control policies of some level do not allow it.
    ResourceControlDoesNotAllow,
}

/// The outcome for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the request goes through.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
    /// The statement that decided; `None` for an implicit deny, where none did.
    pub decided_by: Option<DecidedBy>,
    /// What each policy says: identity, boundary, session, resource, service control, resource control, in this order.
    pub findings: Vec<Finding>,
}

/// Decides a request.
pub fn decide(request: &Request, policies: &Policies<'_>) -> Decision {
    let all = |list: &[Named<'_>]| -> Vec<Finding> {
        list.iter()
            .map(|named| evaluate(named.policy, named.name, request))
            .collect()
    };
    let findings = Findings {
        identity: all(&policies.identity),
        boundary: policies
            .boundary
            .map(|named| evaluate(named.policy, named.name, request)),
        session: all(&policies.session),
        resource: policies
            .resource
            .map(|named| evaluate(named.policy, named.name, request)),
        service_control: policies.service_control.iter().map(|level| all(level)).collect(),
        resource_control: policies.resource_control.iter().map(|level| all(level)).collect(),
    };
    let (reason, decided_by) = findings.judge(request, policies.rule);
    Decision {
        allowed: reason == Reason::Allowed,
        reason,
        decided_by,
        findings: findings.into_list(),
    }
}

struct Findings {
    identity: Vec<Finding>,
    boundary: Option<Finding>,
    session: Vec<Finding>,
    resource: Option<Finding>,
    service_control: Vec<Vec<Finding>>,
    resource_control: Vec<Vec<Finding>>,
}

impl Findings {
    fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.identity
            .iter()
            .chain(&self.boundary)
            .chain(&self.session)
            .chain(&self.resource)
            .chain(self.service_control.iter().flatten())
            .chain(self.resource_control.iter().flatten())
    }

    fn into_list(self) -> Vec<Finding> {
        let Self {
            identity,
            boundary,
            session,
            resource,
            service_control,
            resource_control,
        } = self;
        identity
            .into_iter()
            .chain(boundary)
            .chain(session)
            .chain(resource)
            .chain(service_control.into_iter().flatten())
            .chain(resource_control.into_iter().flatten())
            .collect()
    }

    fn judge(&self, request: &Request, rule: ResourceRule) -> (Reason, Option<DecidedBy>) {
        if let Some(by) = self.iter().find_map(|f| by(f, Effect::Deny)) {
            return (Reason::ExplicitDeny, Some(by));
        }
        if let Some(reason) = self.organizations(request) {
            return (reason, None);
        }
        let naming = self.resource.as_ref().and_then(Finding::naming);
        let resource_allow = || self.resource.as_ref().and_then(|f| by(f, Effect::Allow));
        let missing = match (request.caller.account(), request.resource_account) {
            // Nobody's identity policies stand behind the caller: the resource alone decides.
            (None, _) => naming.is_none().then_some(Reason::ResourceDoesNotAllow),
            (Some(own), Some(other)) if own != other => {
                let resource = naming.is_none().then_some(Reason::ResourceDoesNotAllow);
                self.own_side(request).or(resource)
            }
            (Some(_), _) => self.same_account(request, naming, rule),
        };
        match missing {
            Some(reason) => (reason, None),
            None => {
                let identity = || self.identity.iter().find_map(|f| by(f, Effect::Allow));
                let by = if naming > Some(Naming::Account) {
                    resource_allow().or_else(identity)
                } else {
                    identity().or_else(resource_allow)
                };
                (Reason::Allowed, by)
            }
        }
    }

    /// What the organizations leave out. Each level must allow by a policy of its own; one who has no account (a
    /// service, an identity provider's user) is under no service control policy.
    ///
    /// Source: AWS Organizations User Guide, "SCP evaluation" and "RCP evaluation".
    fn organizations(&self, request: &Request) -> Option<Reason> {
        let shut = |levels: &[Vec<Finding>]| levels.iter().any(|level| !allows(level));
        if shut(&self.resource_control) {
            return Some(Reason::ResourceControlDoesNotAllow);
        }
        let under = request.caller.account().is_some();
        (under && shut(&self.service_control)).then_some(Reason::ServiceControlDoesNotAllow)
    }

    fn same_account(&self, request: &Request, naming: Option<Naming>, rule: ResourceRule) -> Option<Reason> {
        let own_side = self.own_side(request);
        if own_side.is_none() && (rule == ResourceRule::EitherSuffices || naming.is_some()) {
            return None;
        }
        let role = matches!(request.caller, Caller::RoleSession { .. });
        match naming {
            None if rule == ResourceRule::MustAllow => Some(Reason::ResourceDoesNotAllow),
            None | Some(Naming::Account) => own_side,
            Some(Naming::Itself) => None,
            // A grant to the role, not to the session, stays inside its boundary and session policies. For "*"
            // the User Guide does not say; the narrower reading fails closed.
            Some(Naming::Role | Naming::Everyone) if role => self.limits(),
            Some(Naming::Role | Naming::Everyone) => None,
        }
    }

    /// What is missing on the caller's side. The root user needs no identity policy.
    fn own_side(&self, request: &Request) -> Option<Reason> {
        let root = matches!(request.caller, Caller::Root { .. });
        if !root && !allows(&self.identity) {
            return Some(Reason::IdentityDoesNotAllow);
        }
        self.limits()
    }

    /// What the limits on the caller leave out.
    fn limits(&self) -> Option<Reason> {
        if self
            .boundary
            .as_ref()
            .is_some_and(|f| f.outcome != Outcome::Allows)
        {
            return Some(Reason::BoundaryDoesNotAllow);
        }
        (!self.session.is_empty() && !allows(&self.session)).then_some(Reason::SessionDoesNotAllow)
    }
}

fn allows(findings: &[Finding]) -> bool {
    findings.iter().any(|f| f.outcome == Outcome::Allows)
}

fn by(finding: &Finding, effect: Effect) -> Option<DecidedBy> {
    finding.first(effect).map(|statement| DecidedBy {
        kind: finding.kind,
        policy: finding.name.clone(),
        index: statement.index,
        sid: statement.sid.clone(),
        at: statement.at,
    })
}
