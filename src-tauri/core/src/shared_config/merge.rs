//! From documents to the shared config: which sections count, what they are called, and what wins.

use super::document::{BLANKS, Document, SectionSpan};
use super::error::ConfigError;
use super::sections::{Ignored, IgnoredWhat, Property, Section, SharedConfig, Value};
use super::source::{FileKind, Place, SourceFile};

const DEFAULT: &str = "default";

impl SharedConfig {
    /// Reads the files as one. Later files win over earlier ones: give the config first, then the credentials.
    ///
    /// # Errors
    /// At the first file that cannot be parsed.
    pub fn parse(files: &[SourceFile]) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        for file in files {
            config.merge(file, &Document::parse(file)?);
        }
        Ok(config)
    }

    /// Takes one file in. Of the same key in the same section the later one wins.
    fn merge(&mut self, file: &SourceFile, document: &Document) {
        let titles: Vec<Title> = document
            .sections
            .iter()
            .map(|s| Title::of(&file.text()[s.name.clone()]))
            .collect();
        let prefixed_default = file.kind == FileKind::Config
            && titles
                .iter()
                .any(|t| t.prefix == Some("profile") && t.name == DEFAULT);
        for (section, title) in document.sections.iter().zip(titles) {
            let at = Place {
                file: file.name.clone(),
                line: section.line,
            };
            match title.belongs(file.kind, prefixed_default) {
                Ok(kind) => self.take(file, section, kind, title.name, at),
                Err(what) => self.ignored.push(Ignored {
                    at,
                    profile: None,
                    what,
                }),
            }
        }
    }

    fn take(&mut self, file: &SourceFile, span: &SectionSpan, kind: Kind, name: &str, at: Place) {
        let sections = match kind {
            Kind::Profile => &mut self.profiles,
            Kind::SsoSession => &mut self.sso_sessions,
            Kind::Services => &mut self.services,
        };
        let section = sections.entry(name, || at);
        take_properties(section, kind, file, span, &mut self.ignored);
    }
}

fn take_properties(
    section: &mut Section,
    kind: Kind,
    file: &SourceFile,
    span: &SectionSpan,
    ignored: &mut Vec<Ignored>,
) {
    for property in &span.properties {
        let at = Place {
            file: file.name.clone(),
            line: property.line,
        };
        let key = file.text()[property.key.clone()].to_ascii_lowercase();
        if is_identifier(&key) {
            let value = Value::of(&key, property.value_in(file.text()));
            section.properties.insert(key, Property { value, at });
        } else {
            let profile = (kind == Kind::Profile).then(|| section.name.clone());
            ignored.push(Ignored {
                at,
                profile,
                what: IgnoredWhat::BadKey(key),
            });
        }
    }
}

/// The sections that are the profile `name` in this file, in its order.
pub(super) fn profile_sections<'a>(
    file: &SourceFile,
    document: &'a Document,
    name: &str,
) -> Vec<&'a SectionSpan> {
    let titles = document
        .sections
        .iter()
        .map(|section| Title::of(&file.text()[section.name.clone()]));
    let prefixed_default = file.kind == FileKind::Config
        && titles
            .clone()
            .any(|t| t.prefix == Some("profile") && t.name == DEFAULT);
    let is_it = |title: &Title<'_>| {
        title.name == name && title.belongs(file.kind, prefixed_default) == Ok(Kind::Profile)
    };
    let both = document.sections.iter().zip(titles);
    both.filter(|(_, title)| is_it(title))
        .map(|(section, _)| section)
        .collect()
}

/// The sections that would be the profile `name` in this file, those too that another one hides, in its order.
pub(super) fn sections_titled<'a>(
    file: &SourceFile,
    document: &'a Document,
    name: &str,
) -> Vec<&'a SectionSpan> {
    let is_it = |section: &&SectionSpan| {
        let title = Title::of(&file.text()[section.name.clone()]);
        let kind = match file.kind {
            FileKind::Config if title.name == DEFAULT => matches!(title.prefix, None | Some("profile")),
            FileKind::Config => title.prefix == Some("profile"),
            FileKind::Credentials => title.prefix.is_none(),
        };
        kind && title.name == name
    };
    document.sections.iter().filter(is_it).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Profile,
    SsoSession,
    Services,
}

/// A header's text taken apart: `[prefix name]` or `[name]`.
struct Title<'a> {
    prefix: Option<&'a str>,
    name: &'a str,
}

impl<'a> Title<'a> {
    fn of(header: &'a str) -> Self {
        let header = header.trim_matches(BLANKS);
        match header.split_once(BLANKS) {
            Some((prefix, name)) => Self {
                prefix: Some(prefix.trim()),
                name: name.trim(),
            },
            None => Self {
                prefix: None,
                name: header.trim(),
            },
        }
    }

    /// What kind of section it opens in a file of that kind, or why it opens none.
    fn belongs(&self, file: FileKind, prefixed_default: bool) -> Result<Kind, IgnoredWhat> {
        let name = || self.name.to_owned();
        match (file, self.prefix) {
            (FileKind::Credentials, Some("profile")) => Err(IgnoredWhat::PrefixInCredentials(name())),
            (FileKind::Credentials, Some(prefix)) => Err(IgnoredWhat::SectionInCredentials(format!(
                "{prefix} {}",
                self.name
            ))),
            (FileKind::Config, None) if self.name != DEFAULT => Err(IgnoredWhat::NoPrefix(name())),
            (FileKind::Config, None) if prefixed_default => Err(IgnoredWhat::DefaultTwice),
            _ if !is_identifier(self.name) => Err(IgnoredWhat::BadName(name())),
            (_, None | Some("profile")) => Ok(Kind::Profile),
            (_, Some("sso-session")) => Ok(Kind::SsoSession),
            (_, Some("services")) => Ok(Kind::Services),
            (_, Some(prefix)) => Err(IgnoredWhat::UnknownSection(format!("{prefix} {}", self.name))),
        }
    }
}

/// Whether AWS's SDK takes `text` as the name of a section or key: letters, digits and `_-/.%@:+` of ASCII.
///
/// An empty text passes, as it does there. A name to be written must not be empty as well.
pub fn is_identifier(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_-/.%@:+".contains(&b))
}
