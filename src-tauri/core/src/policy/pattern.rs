//! Text patterns of the policy language: `*` and `?`, policy variables, and their escapes.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Variables and tags" and "Using wildcards".

use std::borrow::Cow;

use super::context::Context;

/// How a text in a policy is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syntax {
    /// `*` and `?` stand for other characters.
    pub wildcards: bool,
    /// `${…}` is replaced. Only in policies of Version 2012-10-17.
    pub variables: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Char(char),
    AnyRun,
    /// A `*` inside a segment of an ARN: it stops at the next colon.
    RunInSegment,
    AnyOne,
    Variable {
        name: String,
        default: Option<String>,
    },
}

/// A text of a policy, read once and matched often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    /// Only those that the shape does not tell: they take much more room than the text, and most are never looked at.
    parts: Vec<Part>,
    shape: Shape,
}

/// What most patterns are, so that most are told apart without walking through their parts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// `*`.
    Everything,
    /// Neither wildcards nor variables.
    Exactly(String),
    /// `text*`.
    Starting(String),
    /// Other wildcards.
    Wild,
    /// With variables.
    Variable,
}

impl Shape {
    fn of(parts: &[Part]) -> Self {
        if parts.iter().any(|part| matches!(part, Part::Variable { .. })) {
            return Self::Variable;
        }
        let (start, open) = match parts {
            [start @ .., Part::AnyRun] => (start, true),
            all => (all, false),
        };
        let literal = start.iter().map(|part| match part {
            Part::Char(c) => Some(*c),
            _ => None,
        });
        match literal.collect::<Option<String>>() {
            Some(text) if open && text.is_empty() => Self::Everything,
            Some(text) if open => Self::Starting(text),
            Some(text) => Self::Exactly(text),
            None => Self::Wild,
        }
    }

    /// The parts, where the shape tells them.
    fn parts(&self) -> Option<Vec<Part>> {
        let (start, open) = match self {
            Self::Everything => ("", true),
            Self::Exactly(text) => (text.as_str(), false),
            Self::Starting(text) => (text.as_str(), true),
            Self::Wild | Self::Variable => return None,
        };
        let run = open.then_some(Part::AnyRun);
        Some(start.chars().map(Part::Char).chain(run).collect())
    }
}

/// A `${` that is not closed, or that names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadVariable;

/// The request has no single value for the variable named, and the policy gives no default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unresolved(pub String);

impl Pattern {
    pub(super) fn read(text: &str, syntax: Syntax) -> Result<Self, BadVariable> {
        let mut parts = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if syntax.variables && rest.starts_with("${") {
                let end = rest.find('}').ok_or(BadVariable)?;
                parts.push(read_variable(&rest[2..end])?);
                rest = &rest[end + 1..];
                continue;
            }
            parts.push(match c {
                '*' if syntax.wildcards => Part::AnyRun,
                '?' if syntax.wildcards => Part::AnyOne,
                c => Part::Char(c),
            });
            rest = &rest[c.len_utf8()..];
        }
        let shape = Shape::of(&parts);
        if !matches!(shape, Shape::Wild | Shape::Variable) {
            parts = Vec::new();
        }
        Ok(Self {
            text: text.to_owned(),
            parts,
            shape,
        })
    }

    /// As [`Self::read`], for what is compared in lower case. The text stays as it is written.
    pub(super) fn read_lower(text: &str, syntax: Syntax) -> Result<Self, BadVariable> {
        let lower = Self::read(&text.to_lowercase(), syntax)?;
        Ok(Self {
            text: text.to_owned(),
            ..lower
        })
    }

    /// As [`Self::read`], for the ARN of a resource, which `meant` has in full where `text` leaves parts out. A `*` goes
    /// over colons only where it ends its segment.
    ///
    /// Source: IAM User Guide, "IAM JSON policy elements: Resource".
    pub(super) fn read_resource(text: &str, meant: &str, syntax: Syntax) -> Result<Self, BadVariable> {
        let mut whole = Self::read(meant, syntax)?;
        let mut colons = 0;
        for at in 0..whole.parts.len() {
            let next = whole.parts[at..].iter().find(|p| **p != Part::AnyRun);
            let ends = matches!(next, None | Some(Part::Char(':')));
            match &whole.parts[at] {
                Part::Char(':') => colons += 1,
                Part::AnyRun if !ends && (1..ARN_COMPONENTS - 1).contains(&colons) => {
                    whole.parts[at] = Part::RunInSegment;
                }
                _ => {}
            }
        }
        text.clone_into(&mut whole.text);
        Ok(whole)
    }

    /// How many parts of an ARN this has, its variables' own colons left out; `None` where a variable may bring more.
    pub(super) fn arn_parts(&self) -> Option<usize> {
        let open = self.shape == Shape::Variable;
        let colons = self.parts().iter().filter(|p| **p == Part::Char(':')).count();
        (!open || colons + 1 >= ARN_COMPONENTS).then_some(colons + 1)
    }

    fn parts(&self) -> Cow<'_, [Part]> {
        self.shape
            .parts()
            .map_or(Cow::Borrowed(self.parts.as_slice()), Cow::Owned)
    }

    /// The text as it stands in the policy.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether `subject` fits. One whose variables have no value in `context` fits nothing.
    pub fn takes(&self, subject: &str, context: &Context) -> bool {
        self.fits(subject, context).unwrap_or(false)
    }

    /// The one text that fits; `None` where there are wildcards, or variables without a value in `context`.
    pub fn only_text(&self, context: &Context) -> Option<String> {
        let parts = self.resolved(context).ok()?;
        parts
            .into_iter()
            .map(|part| match part {
                Part::Char(c) => Some(c),
                _ => None,
            })
            .collect()
    }

    /// Whether every text that fits `other` fits this too. `false` where that is not certain.
    pub fn covers(&self, other: &Self) -> bool {
        let (own, others) = (self.parts(), other.parts());
        let plain = |parts: &[Part]| {
            parts
                .iter()
                .all(|part| matches!(part, Part::Char(_) | Part::AnyRun | Part::RunInSegment))
        };
        // No name has the character that stands for the other's `*`, so that no letter here takes it.
        let as_text = |part: &Part| match part {
            Part::Char(c) => *c,
            _ => '\0',
        };
        // What `*` here takes of the other's text it takes of anything that the other's `*` stands for.
        let over_all = !own.contains(&Part::RunInSegment);
        over_all
            && plain(&own)
            && plain(&others)
            && glob(&own, &others.iter().map(as_text).collect::<String>())
    }

    /// Whether `subject` fits, with the variables taken from `context`. Case counts.
    pub(super) fn fits(&self, subject: &str, context: &Context) -> Result<bool, Unresolved> {
        Ok(match &self.shape {
            Shape::Everything => true,
            Shape::Exactly(text) => text == subject,
            Shape::Starting(text) => subject.starts_with(text),
            Shape::Wild => glob(&self.parts, subject),
            Shape::Variable => glob(&self.resolved(context)?, subject),
        })
    }

    /// As [`Self::fits`], ignoring case.
    pub(super) fn fits_ignoring_case(&self, subject: &str, context: &Context) -> Result<bool, Unresolved> {
        let lower: Vec<Part> = self
            .resolved(context)?
            .into_iter()
            .flat_map(|part| match part {
                Part::Char(c) => c.to_lowercase().map(Part::Char).collect(),
                other => vec![other],
            })
            .collect();
        Ok(glob(&lower, &subject.to_lowercase()))
    }

    /// As [`Self::fits`] for ARNs, whose six components are compared one by one, so that a `*` in one of them
    /// cannot swallow a colon that ends it.
    pub(super) fn fits_arn(&self, subject: &str, context: &Context) -> Result<bool, Unresolved> {
        let pattern = self.resolved(context)?;
        let pattern = components(&pattern, |part| *part == Part::Char(':'));
        let subject: Vec<char> = subject.chars().collect();
        let subject = components(&subject, |c| *c == ':');
        Ok(pattern.len() == ARN_COMPONENTS
            && subject.len() == ARN_COMPONENTS
            && pattern
                .iter()
                .zip(&subject)
                .all(|(p, s)| glob(p, &s.iter().collect::<String>())))
    }

    /// Values that come from the request stand for themselves: a `*` in a user name is no wildcard.
    fn resolved(&self, context: &Context) -> Result<Vec<Part>, Unresolved> {
        let parts = self.parts();
        let mut out = Vec::with_capacity(parts.len());
        for part in parts.iter() {
            match part {
                Part::Variable { name, default } => {
                    let value = match context.get(name) {
                        Some([one]) => one,
                        _ => default.as_ref().ok_or_else(|| Unresolved(name.clone()))?,
                    };
                    out.extend(value.chars().map(Part::Char));
                }
                other => out.push(other.clone()),
            }
        }
        Ok(out)
    }
}

const ARN_COMPONENTS: usize = 6;

/// Splits at the first five separators: the last component keeps its colons.
fn components<T>(all: &[T], is_separator: impl Fn(&T) -> bool) -> Vec<&[T]> {
    all.splitn(ARN_COMPONENTS, is_separator).collect()
}

fn read_variable(inside: &str) -> Result<Part, BadVariable> {
    if let "*" | "?" | "$" = inside {
        return Ok(Part::Char(inside.chars().next().ok_or(BadVariable)?));
    }
    let (name, default) = match inside.split_once(',') {
        None => (inside.trim(), None),
        Some((name, default)) => {
            let default = default.trim();
            let bare = default
                .strip_prefix('\'')
                .and_then(|d| d.strip_suffix('\''))
                .ok_or(BadVariable)?;
            (name.trim(), Some(bare.to_owned()))
        }
    };
    if name.is_empty() || name.contains(['$', '{', '*', '?']) {
        return Err(BadVariable);
    }
    Ok(Part::Variable {
        name: name.to_owned(),
        default,
    })
}

/// Linear in practice: on a mismatch only the latest `*` takes one more character.
fn glob(pattern: &[Part], subject: &str) -> bool {
    let subject: Vec<char> = subject.chars().collect();
    if pattern.contains(&Part::RunInSegment) {
        return glob_by_segments(pattern, &subject);
    }
    let (mut p, mut s) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while s < subject.len() {
        match pattern.get(p) {
            Some(Part::AnyRun) => {
                retry = Some((p, s));
                p += 1;
                continue;
            }
            Some(Part::AnyOne) => {
                p += 1;
                s += 1;
                continue;
            }
            Some(Part::Char(c)) if *c == subject[s] => {
                p += 1;
                s += 1;
                continue;
            }
            _ => {}
        }
        let Some((star, taken)) = retry else { return false };
        retry = Some((star, taken + 1));
        p = star + 1;
        s = taken + 1;
    }
    pattern[p..].iter().all(|part| *part == Part::AnyRun)
}

/// With runs that stop at a colon the latest `*` alone does not decide: which lengths of the subject the pattern's start
/// can fit is kept instead.
fn glob_by_segments(pattern: &[Part], subject: &[char]) -> bool {
    let mut fits = vec![false; subject.len() + 1];
    fits[0] = true;
    for part in pattern {
        let mut next = vec![false; subject.len() + 1];
        match part {
            Part::AnyRun | Part::RunInSegment => {
                let over_colons = *part == Part::AnyRun;
                for at in 0..=subject.len() {
                    let goes_on = at > 0 && next[at - 1] && (over_colons || subject[at - 1] != ':');
                    next[at] = fits[at] || goes_on;
                }
            }
            one => {
                for (at, c) in subject.iter().enumerate() {
                    next[at + 1] = fits[at] && (*one == Part::AnyOne || *one == Part::Char(*c));
                }
            }
        }
        fits = next;
    }
    fits[subject.len()]
}
