//! Which of the names in a folder are transferred.

use crate::bucket::pattern::first_sign;
use crate::bucket::sync::{Filter, NotAPattern};
use crate::bucket::{KeyPattern, NotAKeyPattern};

/// Names below a prefix or a folder: all, or those that patterns take.
#[derive(Debug, Clone, Default)]
pub struct Only {
    glob: Option<KeyPattern>,
    filter: Option<Filter>,
    told: String,
}

impl Only {
    /// Those that `include` and `exclude` take ([`Filter`]).
    ///
    /// # Errors
    /// One of them is no pattern.
    pub fn of(include: &[String], exclude: &[String]) -> Result<Self, NotAPattern> {
        if include.is_empty() && exclude.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self {
            glob: None,
            filter: Some(Filter::new(include, exclude)?),
            told: format!("{include:?} {exclude:?}"),
        })
    }

    /// Of these, those whose whole name a glob takes ([`KeyPattern::whole`]).
    ///
    /// # Errors
    /// It is no glob.
    pub fn and_glob(self, glob: &str) -> Result<Self, NotAKeyPattern> {
        Ok(Self {
            glob: Some(KeyPattern::whole(glob)?),
            told: format!("{} {glob:?}", self.told),
            ..self
        })
    }

    /// Whether the name, below the prefix or the folder, is transferred.
    pub fn takes(&self, name: &str) -> bool {
        let by_glob = self.glob.as_ref().is_none_or(|glob| glob.takes(name));
        by_glob && self.filter.as_ref().is_none_or(|filter| filter.takes(name))
    }

    /// The same text for the same patterns; empty where all is taken.
    pub fn told(&self) -> &str {
        &self.told
    }
}

/// Splits a key with a glob into the prefix that is listed and the glob below it: `logs/2026-*/x` into `logs/` and
/// `2026-*/x`. `None` where there is no glob.
pub fn split_glob(key: &str) -> Option<(&str, &str)> {
    let sign = first_sign(key)?;
    let folder = key[..sign].rfind('/').map_or(0, |slash| slash + 1);
    Some(key.split_at(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_and_patterns_narrow_each_other() {
        let only = Only::of(&[], &["secret*".to_owned()]).unwrap();
        let only = only.and_glob("*.gz").unwrap();
        let names = ["a.gz", "x/a.gz", "a.txt", "secret.gz"];
        let taken: Vec<_> = names.into_iter().filter(|name| only.takes(name)).collect();
        assert_eq!(taken, ["a.gz", "x/a.gz"]);
        assert!(Only::default().takes("anything") && Only::default().told().is_empty());
        assert_ne!(only.told(), Only::default().and_glob("*.gz").unwrap().told());
    }

    #[test]
    fn an_address_is_split_before_the_name_with_the_first_sign() {
        assert_eq!(split_glob("logs/2026-*/x"), Some(("logs/", "2026-*/x")));
        assert_eq!(split_glob("*.gz"), Some(("", "*.gz")));
        assert_eq!(split_glob("logs/a.gz"), None);
        assert_eq!(split_glob("report[1].csv"), None);
    }
}
