//! All policies together: the decision, and what decided.
//!
//! Source: IAM User Guide, "Policy evaluation logic", with its pages on single-account and cross-account requests.

use super::condition::Operator;
use super::context::Request;
use super::document::{Effect, Kind, Policy};
use super::error::Position;
use super::evaluate::evaluate;
use super::principal::Naming;
use super::ruling::{Ruling, rule};

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

    /// All of them, in the order in which a decision lists them.
    fn iter(&self) -> impl Iterator<Item = (Sort, &Named<'_>)> {
        let own = self.identity.iter().map(|p| (Sort::Identity, p));
        let service_control = self.service_control.iter().flatten();
        let resource_control = self.resource_control.iter().flatten();
        own.chain(self.boundary.iter().map(|p| (Sort::Boundary, p)))
            .chain(self.session.iter().map(|p| (Sort::Session, p)))
            .chain(self.resource.iter().map(|p| (Sort::Resource, p)))
            .chain(service_control.map(|p| (Sort::ServiceControl, p)))
            .chain(resource_control.map(|p| (Sort::ResourceControl, p)))
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

/// What a policy is to a request. Service control policies are read as identity policies and resource control policies
/// as resource policies, so the kind alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// A policy of the caller.
    Identity,
    /// The caller's permissions boundary.
    Boundary,
    /// A session policy.
    Session,
    /// The resource's own policy, a role's trust among them.
    Resource,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
}

impl From<Kind> for Sort {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Identity => Self::Identity,
            Kind::Boundary => Self::Boundary,
            Kind::Session => Self::Session,
            Kind::Trust | Kind::Resource => Self::Resource,
        }
    }
}

/// How one policy meets a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is to the request.
    pub sort: Sort,
    /// What the policy is attached to.
    pub kind: Kind,
    /// The policy's name.
    pub name: String,
    /// What it says.
    pub outcome: Outcome,
    /// Its statements.
    pub statements: Vec<StatementFinding>,
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

/// Decides a request, and tells of each policy how it meets it.
pub fn decide(request: &Request, policies: &Policies<'_>) -> Decision {
    let Ruling { reason, decided_by } = rule(request, policies);
    Decision {
        allowed: reason == Reason::Allowed,
        reason,
        decided_by,
        findings: policies
            .iter()
            .map(|(sort, named)| Finding {
                sort,
                ..evaluate(named.policy, named.name, request)
            })
            .collect(),
    }
}
