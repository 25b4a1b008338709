//! The parameters of a query request, and the limits that STS sets on them.
//!
//! Source: API Reference of each action; the messages are those of AWS's request validation.

use std::collections::HashMap;

use super::reply::Refusal;

/// The parameters by name.
#[derive(Debug)]
pub struct Parameters(HashMap<String, String>);

/// The limits on a text parameter.
pub struct Limits {
    /// The name as the API Reference writes it.
    pub name: &'static str,
    /// Shortest and longest, in characters.
    pub length: (usize, usize),
    /// The pattern as AWS's messages quote it.
    pub pattern: &'static str,
    /// The characters that the pattern allows beside ASCII letters, digits and `_`; `None` allows any.
    pub also: Option<&'static str>,
}

impl Parameters {
    pub fn new(pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self(pairs.collect())
    }

    /// A parameter as sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// `PREFIX.member.1SUFFIX`, `PREFIX.member.2SUFFIX`, … until one is missing.
    pub fn members<'a>(&'a self, prefix: &'a str, suffix: &'a str) -> impl Iterator<Item = &'a str> {
        (1..).map_while(move |n| self.get(&format!("{prefix}.member.{n}{suffix}")))
    }

    /// A text within its limits.
    pub fn text(&self, limits: &Limits) -> Result<Option<&str>, Refusal> {
        let Some(value) = self.get(limits.name) else {
            return Ok(None);
        };
        let shown = lower_first(limits.name);
        let constraint = |text: &str| Err(Refusal::constraint(value, &shown, text));
        let length = value.chars().count();
        if length > limits.length.1 {
            return constraint(&format!(
                "Member must have length less than or equal to {}",
                limits.length.1
            ));
        }
        if length < limits.length.0 {
            return constraint(&format!(
                "Member must have length greater than or equal to {}",
                limits.length.0
            ));
        }
        let allowed = |c: char| {
            limits
                .also
                .is_none_or(|also| c.is_ascii_alphanumeric() || c == '_' || also.contains(c))
        };
        if !value.chars().all(allowed) {
            return constraint(&format!(
                "Member must satisfy regular expression pattern: {}",
                limits.pattern
            ));
        }
        Ok(Some(value))
    }

    /// A text that must be there.
    pub fn required(&self, limits: &Limits) -> Result<&str, Refusal> {
        self.text(limits)?
            .ok_or_else(|| Refusal::null(&lower_first(limits.name)))
    }

    /// `DurationSeconds`, within `least..=most`.
    pub fn duration(&self, least: i64, most: i64) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.get("DurationSeconds") else {
            return Ok(None);
        };
        let Ok(seconds) = text.parse::<i64>() else {
            return Err(Refusal::malformed_input());
        };
        let constraint = |bound: &str, limit: i64| {
            let text = format!("Member must have value {bound} than or equal to {limit}");
            Err(Refusal::constraint(
                &seconds.to_string(),
                "durationSeconds",
                &text,
            ))
        };
        match seconds {
            s if s < least => constraint("greater", least),
            s if s > most => constraint("less", most),
            s => Ok(Some(s)),
        }
    }
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|c| c.to_ascii_lowercase())
        .into_iter()
        .chain(chars)
        .collect()
}
