//! Of the statements that did not apply, the one that came nearest.

use super::decision::{Decision, Finding, Miss, Reason, Sort, StatementFinding};
use super::document::Effect;

/// A statement that would have allowed the request, had it not missed in these points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearly<'a> {
    /// Its policy.
    pub policy: &'a Finding,
    /// The statement, with what it misses.
    pub statement: &'a StatementFinding,
}

impl Decision {
    /// The Allow that missed by the least, in a policy of the sort that had to allow and did not. `None` where the
    /// request is allowed or a Deny decided, and where no Allow is about the action.
    pub fn nearly(&self) -> Option<Nearly<'_>> {
        let wanted = match self.reason {
            Reason::Allowed | Reason::ExplicitDeny => return None,
            // A level of an organization most often allows everything: what a narrower one leaves out is no near miss.
            Reason::ServiceControlDoesNotAllow | Reason::ResourceControlDoesNotAllow => return None,
            Reason::IdentityDoesNotAllow => Sort::Identity,
            Reason::BoundaryDoesNotAllow => Sort::Boundary,
            Reason::SessionDoesNotAllow => Sort::Session,
            Reason::ResourceDoesNotAllow => Sort::Resource,
        };
        let of = |finding: &&Finding| finding.sort == wanted;
        let statements = self.findings.iter().filter(of).flat_map(|policy| {
            policy
                .statements
                .iter()
                .map(move |statement| Nearly { policy, statement })
        });
        statements
            .filter(|n| n.statement.effect == Effect::Allow && !n.statement.applies())
            .filter(|n| !n.statement.misses.contains(&Miss::Action))
            .min_by_key(|n| n.statement.misses.iter().map(weight).sum::<u32>())
    }
}

/// A condition is nearer than a name, a name of a resource nearer than one of a caller.
fn weight(miss: &Miss) -> u32 {
    match miss {
        Miss::Condition { .. } | Miss::Variable(_) | Miss::Unknown(_) => 1,
        Miss::Resource => 3,
        Miss::Principal => 4,
        Miss::Action => 9,
    }
}
