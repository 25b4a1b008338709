//! A policy, read.

use super::condition::Condition;
use super::context::Context;
use super::error::{PolicyError, Position};
use super::pattern::Pattern;
use super::principal::Principals;
use super::services::Services;

/// What a policy is attached to; decides which elements it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Attached to a user, group or role.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// Passed along with AssumeRole.
    Session,
    /// A role's trust policy: with principals, without resources.
    Trust,
    /// Attached to a bucket, key or another resource.
    Resource,
}

impl Kind {
    pub(super) fn described(self) -> &'static str {
        match self {
            Self::Identity => "an identity policy",
            Self::Boundary => "a permissions boundary",
            Self::Session => "a session policy",
            Self::Trust => "a trust policy",
            Self::Resource => "a resource policy",
        }
    }

    pub(super) fn has_principal(self) -> bool {
        matches!(self, Self::Trust | Self::Resource)
    }
}

/// The version of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 2008-10-17, which a policy without `Version` has too: policy variables are plain text in it.
    V2008,
    /// 2012-10-17.
    V2012,
}

/// What a statement does to a request that it fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Allows it, unless something else denies it.
    Allow,
    /// Denies it, whatever else allows it.
    Deny,
}

/// A piece of a statement that this evaluator does not know. The statement then fails closed: as an Allow it never
/// applies; as a Deny the piece is taken to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Where it stands.
    pub at: Position,
    /// What it is, in words: `condition operator "StringSoundsLike"`.
    pub what: String,
}

/// `Action`/`NotAction`, `Resource`/`NotResource`: what a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matches {
    /// The plain element: one of these must fit.
    AnyOf(Vec<Pattern>),
    /// The `Not` element: none of these may fit.
    NoneOf(Vec<Pattern>),
}

impl Matches {
    /// The patterns, whichever way they count.
    pub fn patterns(&self) -> &[Pattern] {
        match self {
            Self::AnyOf(patterns) | Self::NoneOf(patterns) => patterns,
        }
    }
}

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Where it starts.
    pub at: Position,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Whom it speaks of; only in trust and resource policies.
    pub principals: Option<Principals>,
    /// Which actions.
    pub actions: Matches,
    /// Which resources; not in trust policies.
    pub resources: Option<Matches>,
    /// All of them must hold.
    pub conditions: Vec<Condition>,
    /// What could not be understood.
    pub unknown: Vec<Unknown>,
}

impl Statement {
    /// Whether it speaks of an action (`sts:AssumeRole`), whatever the resource and the conditions.
    pub fn is_about(&self, action: &str) -> bool {
        let action = action.to_lowercase();
        let named = |patterns: &[Pattern]| patterns.iter().any(|p| p.takes(&action, &Context::new()));
        match &self.actions {
            Matches::AnyOf(patterns) => named(patterns),
            Matches::NoneOf(patterns) => !named(patterns),
        }
    }
}

/// A policy document.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What it is attached to.
    pub kind: Kind,
    /// The version of its language.
    pub version: Version,
    /// Its `Id`.
    pub id: Option<String>,
    pub(super) statements: Vec<Statement>,
    /// Elements of the document itself that could not be understood. Each statement then fails closed.
    pub unknown: Vec<Unknown>,
    pub(super) services: Services,
}

impl Policy {
    /// Reads a policy document as AWS writes it: JSON, each list of one also as the bare value.
    ///
    /// # Errors
    /// The text is no JSON, or no policy of this kind; the error knows the place. What merely is not known (a new
    /// condition operator, say) is no error: see [`Unknown`].
    pub fn parse(kind: Kind, text: &str) -> Result<Self, PolicyError> {
        super::parse::policy(kind, text)
    }

    /// Its statements, in their order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Everything in it that could not be understood.
    pub fn unknowns(&self) -> impl Iterator<Item = &Unknown> {
        self.unknown
            .iter()
            .chain(self.statements.iter().flat_map(|s| &s.unknown))
    }
}
