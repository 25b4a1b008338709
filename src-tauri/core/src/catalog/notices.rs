//! What AWS's tools would pass over in silence, said with its file and line.

use std::collections::HashMap;

use super::known_keys::{Unknown, unknown};
use super::near::distance;
use super::start::get;
use super::{Place, Problem, Severity};
use crate::shared_config::{Ignored, IgnoredWhat, Section, SharedConfig, inert};

/// Sections and keys without effect, and references that lead nowhere but break nothing.
pub(super) fn notices(config: &SharedConfig) -> Vec<Problem> {
    let passed_over = config
        .ignored()
        .iter()
        .filter(|section| !is_of_the_cli(&section.what));
    let mut problems: Vec<Problem> = passed_over.map(ignored).collect();
    let mut seen = HashMap::new();
    for profile in config.profiles() {
        problems.extend(unknown_keys(profile, &mut seen));
        problems.extend(missing_services(config, profile));
    }
    problems
}

/// Sections of the AWS CLI's own that stand without a prefix.
fn is_of_the_cli(what: &IgnoredWhat) -> bool {
    matches!(what, IgnoredWhat::NoPrefix(name) if ["plugins", "preview"].contains(&name.as_str()))
}

fn problem(severity: Severity, at: &Place, profile: Option<&str>, message: String) -> Problem {
    Problem {
        severity,
        file: at.file.clone(),
        line: Some(at.line),
        profile: profile.map(str::to_owned),
        message,
    }
}

fn ignored(ignored: &Ignored) -> Problem {
    let message = match &ignored.what {
        IgnoredWhat::NoPrefix(name) => {
            let name = inert(name);
            format!("[{name}] is passed over: in the config file a profile is written [profile {name}].")
        }
        IgnoredWhat::PrefixInCredentials(name) => {
            let name = inert(name);
            format!("[profile {name}] is passed over: in the credentials file it is written [{name}].")
        }
        IgnoredWhat::SectionInCredentials(name) => {
            format!("[{}] is passed over: it belongs in the config file.", inert(name))
        }
        IgnoredWhat::BadName(name) => format!(
            "Section \"{}\" is passed over: names take letters, digits and _ - / . % @ : + only.",
            inert(name)
        ),
        IgnoredWhat::DefaultTwice => {
            "[default] is passed over, because [profile default] stands beside it and wins.".to_owned()
        }
        IgnoredWhat::UnknownSection(name) => unknown_section(name),
        IgnoredWhat::BadKey(key) => format!(
            "The key \"{}\" is passed over: keys take letters, digits and _ - / . % @ : + only.",
            inert(key)
        ),
    };
    problem(
        Severity::Warning,
        &ignored.at,
        ignored.profile.as_deref(),
        message,
    )
}

fn unknown_section(name: &str) -> String {
    let kind = name.split(' ').next().unwrap_or_default();
    let near = ["profile", "sso-session", "services"]
        .into_iter()
        .find(|k| distance(kind, k, 2).is_some());
    match near {
        Some(meant) => {
            format!(
                "[{}] is passed over: \"{}\" may be meant for \"{meant}\".",
                inert(name),
                inert(kind)
            )
        }
        None => format!(
            "[{}] is passed over: AWS knows no such kind of section.",
            inert(name)
        ),
    }
}

/// A key that may be a slip is named in every profile. One that is like none is a tool's own, and the same few
/// come again in each of thousands of profiles: it is named once.
fn unknown_keys<'a>(
    profile: &'a Section,
    seen: &mut HashMap<&'a str, Option<Unknown>>,
) -> impl Iterator<Item = Problem> {
    profile.properties.iter().filter_map(move |(key, property)| {
        let (first, unknown) = match seen.get(key.as_str()) {
            Some(known) => (false, *known),
            None => (true, *seen.entry(key).or_insert_with(|| unknown(key))),
        };
        let unknown = unknown?;
        // It may be as long as a line.
        let key = inert(key);
        let (severity, message) = match unknown {
            Unknown::Almost(known) => (
                Severity::Warning,
                format!("AWS knows no key \"{key}\" and passes it over; \"{known}\" may be meant."),
            ),
            Unknown::LikeNone if first => (
                Severity::Note,
                format!(
                    "AWS knows no key \"{key}\" and passes it over, here and in other profiles that have it."
                ),
            ),
            Unknown::LikeNone => return None,
        };
        Some(problem(severity, &property.at, Some(&profile.name), message))
    })
}

fn missing_services(config: &SharedConfig, profile: &Section) -> Option<Problem> {
    let name = get(profile, "services").filter(|name| config.service_section(name).is_none())?;
    let name = inert(name);
    let message =
        format!("services names \"{name}\", and there is no [services {name}]; AWS's endpoints are used.");
    Some(problem(
        Severity::Warning,
        profile.place_of("services"),
        Some(&profile.name),
        message,
    ))
}
