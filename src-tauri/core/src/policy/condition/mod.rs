//! The `Condition` element.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued
//! context keys".

mod compare;
mod operator;

use std::fmt;

pub use operator::{Comparison, Operator, Order, Quantifier};

use self::compare::Wanted;
use super::context::Context;
use super::pattern::{Pattern, Syntax};

/// One operator and key of a `Condition`, with the values that it compares with.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    operator: Operator,
    /// The operator as it is written: `ArnEquals` means `ArnLike`, and both may stand in one statement.
    written: String,
    key: String,
    texts: Vec<String>,
    wanted: Vec<Wanted>,
}

/// A value that its operator cannot compare with, such as a word for `NumericEquals`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadValue(pub String);

/// Whether a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holds {
    Yes,
    No,
    /// A variable in the policy has no value in this request: nothing fits it.
    Unresolved,
    /// The request's value is none that the operator can read.
    Unclear,
}

impl Condition {
    pub(super) fn read(
        operator: Operator,
        written: &str,
        key: &str,
        texts: Vec<String>,
        variables: bool,
    ) -> Result<Self, BadValue> {
        let syntax = Syntax {
            wildcards: operator.comparison.has_wildcards(),
            variables: variables && operator.comparison.has_variables(),
        };
        let wanted = texts
            .iter()
            .map(|text| Wanted::read(operator.comparison, text, syntax).ok_or_else(|| BadValue(text.clone())))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            operator,
            written: written.to_owned(),
            key: key.to_owned(),
            texts,
            wanted,
        })
    }

    /// The operator.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The operator's name as the policy has it.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The condition context key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The values as they stand in the policy; any one of them suffices (for a negated operator: none may fit).
    pub fn values(&self) -> &[String] {
        &self.texts
    }

    pub(super) fn holds(&self, context: &Context) -> Holds {
        let present = context.get(&self.key).filter(|values| !values.is_empty());
        if self.operator.comparison == Comparison::Null {
            return Holds::from(self.wanted.contains(&Wanted::Bool(present.is_none())));
        }
        let negated = self.operator.negated;
        let Some(values) = present else {
            return Holds::from(match self.operator.quantifier {
                Some(Quantifier::ForAllValues) => true,
                Some(Quantifier::ForAnyValue) => self.operator.if_exists,
                None => self.operator.if_exists || negated,
            });
        };
        let each = values
            .iter()
            .map(|value| match self.any_wanted_fits(value, context) {
                fits @ (Holds::Unclear | Holds::Unresolved) => fits,
                fits => Holds::from((fits == Holds::Yes) != negated),
            });
        match self.operator.quantifier {
            Some(Quantifier::ForAllValues) => all(each),
            Some(Quantifier::ForAnyValue) => any(each),
            // A plain operator is meant for keys with one value. For several AWS promises nothing; this is
            // the strict reading of an exclusion and the plain reading of a match.
            None if negated => all(each),
            None => any(each),
        }
    }

    fn any_wanted_fits(&self, value: &str, context: &Context) -> Holds {
        any(self.wanted.iter().map(|wanted| wanted.fits(value, context)))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.operator, self.key)
    }
}

impl From<bool> for Holds {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// Doubt stays unless one value settles the matter.
fn any(each: impl Iterator<Item = Holds>) -> Holds {
    settle(each, Holds::Yes, Holds::No)
}

fn all(each: impl Iterator<Item = Holds>) -> Holds {
    settle(each, Holds::No, Holds::Yes)
}

fn settle(each: impl Iterator<Item = Holds>, settled: Holds, otherwise: Holds) -> Holds {
    let mut out = otherwise;
    for one in each {
        match one {
            one if one == settled => return settled,
            Holds::Unclear => out = Holds::Unclear,
            Holds::Unresolved if out != Holds::Unclear => out = Holds::Unresolved,
            _ => {}
        }
    }
    out
}

impl Wanted {
    fn read(comparison: Comparison, text: &str, syntax: Syntax) -> Option<Self> {
        Some(match comparison {
            Comparison::String | Comparison::StringIgnoreCase | Comparison::StringLike => Self::Text {
                pattern: Pattern::read(text, syntax).ok()?,
                comparison,
            },
            // Its six parts are compared one by one: what has fewer can fit nothing.
            Comparison::Arn => {
                let pattern = Pattern::read(text, syntax).ok()?;
                if pattern.arn_parts().is_some_and(|parts| parts < 6) {
                    return None;
                }
                Self::Arn(pattern)
            }
            Comparison::Numeric(order) => Self::Number(compare::Decimal::read(text)?, order),
            Comparison::Date(order) => Self::Date(compare::date(text)?, order),
            Comparison::Bool | Comparison::Null => Self::Bool(compare::boolean(text)?),
            Comparison::Binary => Self::Binary(compare::binary(text)?),
            Comparison::IpAddress => Self::Network(compare::Network::read(text)?),
        })
    }
}
