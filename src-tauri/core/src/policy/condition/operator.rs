//! The names of the condition operators.

use std::cmp::Ordering;
use std::fmt;

use crate::policy::actions::nearest;

/// A condition operator, taken apart: `ForAllValues:StringNotLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`.
    pub quantifier: Option<Quantifier>,
    /// What is compared, and how.
    pub comparison: Comparison,
    /// The `Not` form: it holds where the plain one does not.
    pub negated: bool,
    /// The `IfExists` form: it holds where the request does not have the key.
    pub if_exists: bool,
}

/// How an operator treats a key with many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// Every value of the request must fit; a request without the key fits.
    ForAllValues,
    /// One value of the request must fit.
    ForAnyValue,
}

/// What an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `StringEquals`.
    String,
    /// `StringEqualsIgnoreCase`.
    StringIgnoreCase,
    /// `StringLike`: with wildcards.
    StringLike,
    /// `NumericEquals`, `NumericLessThan`, …
    Numeric(Order),
    /// `DateEquals`, `DateLessThan`, …
    Date(Order),
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    Binary,
    /// `IpAddress`.
    IpAddress,
    /// `ArnEquals` and `ArnLike`, which mean the same.
    Arn,
    /// `Null`: whether the request has the key.
    Null,
}

/// Which order satisfies a numeric or date operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(super) fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Comparison {
    pub(super) fn has_wildcards(self) -> bool {
        matches!(self, Self::StringLike | Self::Arn)
    }

    /// IAM User Guide, "Where you can use policy variables": string and ARN operators only.
    pub(super) fn has_variables(self) -> bool {
        matches!(
            self,
            Self::String | Self::StringIgnoreCase | Self::StringLike | Self::Arn
        )
    }
}

/// Every plain operator name. Case counts, as AWS's policy grammar writes them.
const NAMES: [(&str, Comparison, bool); 25] = [
    ("StringEquals", Comparison::String, false),
    ("StringNotEquals", Comparison::String, true),
    ("StringEqualsIgnoreCase", Comparison::StringIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Comparison::StringIgnoreCase, true),
    ("StringLike", Comparison::StringLike, false),
    ("StringNotLike", Comparison::StringLike, true),
    ("NumericEquals", Comparison::Numeric(Order::Equal), false),
    ("NumericNotEquals", Comparison::Numeric(Order::Equal), true),
    ("NumericLessThan", Comparison::Numeric(Order::Less), false),
    (
        "NumericLessThanEquals",
        Comparison::Numeric(Order::LessOrEqual),
        false,
    ),
    ("NumericGreaterThan", Comparison::Numeric(Order::Greater), false),
    (
        "NumericGreaterThanEquals",
        Comparison::Numeric(Order::GreaterOrEqual),
        false,
    ),
    ("DateEquals", Comparison::Date(Order::Equal), false),
    ("DateNotEquals", Comparison::Date(Order::Equal), true),
    ("DateLessThan", Comparison::Date(Order::Less), false),
    ("DateLessThanEquals", Comparison::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Comparison::Date(Order::Greater), false),
    (
        "DateGreaterThanEquals",
        Comparison::Date(Order::GreaterOrEqual),
        false,
    ),
    ("Bool", Comparison::Bool, false),
    ("BinaryEquals", Comparison::Binary, false),
    ("IpAddress", Comparison::IpAddress, false),
    ("NotIpAddress", Comparison::IpAddress, true),
    ("ArnLike", Comparison::Arn, false),
    ("ArnNotLike", Comparison::Arn, true),
    ("Null", Comparison::Null, false),
];

/// Names that mean the same as another.
const SAME: [(&str, &str); 2] = [("ArnEquals", "ArnLike"), ("ArnNotEquals", "ArnNotLike")];

impl Operator {
    /// Reads an operator's name. `None` if AWS has no such operator.
    pub fn read(text: &str) -> Option<Self> {
        let (quantifier, rest) = match text.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(Quantifier::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(Quantifier::ForAnyValue), rest),
            Some(_) => return None,
            None => (None, text),
        };
        let (name, if_exists) = rest
            .strip_suffix("IfExists")
            .map_or((rest, false), |name| (name, true));
        let name = SAME
            .iter()
            .find(|(other, _)| *other == name)
            .map_or(name, |(_, plain)| plain);
        let (_, comparison, negated) = *NAMES.iter().find(|(known, ..)| *known == name)?;
        // `Null` asks for existence itself: AWS has neither `NullIfExists` nor a set form of it.
        if comparison == Comparison::Null && (if_exists || quantifier.is_some()) {
            return None;
        }
        Some(Self {
            quantifier,
            comparison,
            negated,
            if_exists,
        })
    }
}

impl Operator {
    /// The operator that a wrong name is almost, with the quantifier and suffix that were written.
    pub(in crate::policy) fn nearest(text: &str) -> Option<String> {
        let (quantifier, rest) = text.rsplit_once(':').map_or(("", text), |(q, rest)| (q, rest));
        let (name, suffix) = rest
            .strip_suffix("IfExists")
            .map_or((rest, ""), |name| (name, "IfExists"));
        let known = NAMES
            .iter()
            .map(|(known, ..)| *known)
            .chain(SAME.iter().map(|(same, _)| *same));
        let near = nearest(name, known)?;
        let quantifier = match quantifier {
            "" => String::new(),
            some => format!("{}:", nearest(some, ["ForAllValues", "ForAnyValue"].into_iter())?),
        };
        Some(format!("{quantifier}{near}{suffix}")).filter(|near| near != text)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.quantifier {
            Some(Quantifier::ForAllValues) => "ForAllValues:",
            Some(Quantifier::ForAnyValue) => "ForAnyValue:",
            None => "",
        })?;
        let name = NAMES
            .iter()
            .find(|(_, c, negated)| (*c, *negated) == (self.comparison, self.negated));
        f.write_str(name.map_or("", |(name, ..)| name))?;
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}
