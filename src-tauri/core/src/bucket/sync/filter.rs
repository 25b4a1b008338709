//! Which names are looked at.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Names by patterns: those that an inclusion matches, or all where there is none, without those that an exclusion
/// matches. What is left out is left out on both sides: it is neither copied nor deleted.
///
/// A pattern without a slash is of the last part of a name (`*.log`); one with a slash is of the whole name, and its
/// `*` stays within one folder (`logs/*.log`, `logs/**`). One that ends in a slash is of all that is in such a folder.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
}

/// The text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is no pattern: {why}; * stands for any part of a name, ** for any folders", pattern.escape_debug())]
pub struct NotAPattern {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub why: String,
}

impl Filter {
    /// From patterns as people write them.
    pub fn new<T: AsRef<str>>(include: &[T], exclude: &[T]) -> Result<Self, NotAPattern> {
        Ok(Self {
            include: match include {
                [] => None,
                some => Some(set(some)?),
            },
            exclude: set(exclude)?,
        })
    }

    /// Whether the name is looked at.
    pub fn takes(&self, name: &str) -> bool {
        let included = self.include.as_ref().is_none_or(|set| set.is_match(name));
        included && !self.exclude.is_match(name)
    }
}

fn set<T: AsRef<str>>(patterns: &[T]) -> Result<GlobSet, NotAPattern> {
    let mut set = GlobSetBuilder::new();
    let mut last = "";
    for pattern in patterns {
        last = pattern.as_ref();
        let whole = whole(last);
        let glob = GlobBuilder::new(&whole)
            .literal_separator(true)
            .backslash_escape(true)
            .build();
        set.add(glob.map_err(|why| wrong(last, &why))?);
    }
    set.build().map_err(|why| wrong(last, &why))
}

/// The pattern of a whole name.
fn whole(pattern: &str) -> String {
    let (body, folder) = match pattern.strip_suffix('/') {
        Some(folder) => (folder, "/**"),
        None => (pattern, ""),
    };
    match body.strip_prefix('/') {
        Some(from_the_top) => format!("{from_the_top}{folder}"),
        None if body.contains('/') => format!("{body}{folder}"),
        None => format!("**/{body}{folder}"),
    }
}

fn wrong(pattern: &str, why: &globset::Error) -> NotAPattern {
    NotAPattern {
        pattern: pattern.to_owned(),
        why: why.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn taken<'a>(include: &[&str], exclude: &[&str], names: &[&'a str]) -> Vec<&'a str> {
        let filter = Filter::new(include, exclude).unwrap();
        names.iter().copied().filter(|name| filter.takes(name)).collect()
    }

    #[test]
    fn patterns_take_names_as_people_mean_them() {
        let names = [
            "a.log",
            "x/a.log",
            "x/y/a.log",
            "x/a.txt",
            "logs/b",
            "y/logs/c/d",
            ".hidden",
        ];
        assert_eq!(taken(&[], &[], &names), names);
        assert_eq!(taken(&["*.log"], &[], &names), ["a.log", "x/a.log", "x/y/a.log"]);
        assert_eq!(taken(&["x/*.log"], &[], &names), ["x/a.log"]);
        assert_eq!(taken(&["x/**"], &["*.txt"], &names), ["x/a.log", "x/y/a.log"]);
        assert_eq!(taken(&["logs/"], &[], &names), ["logs/b", "y/logs/c/d"]);
        assert_eq!(taken(&["/logs/"], &[], &names), ["logs/b"]);
        assert_eq!(taken(&["/*"], &[], &names), ["a.log", ".hidden"]);
        assert_eq!(
            taken(&["*.{log,txt}"], &["x/y/"], &names),
            ["a.log", "x/a.log", "x/a.txt"]
        );
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        let wrong = Filter::new(&["[a"], &[]).unwrap_err();
        assert_eq!(wrong.pattern, "[a");
    }
}
