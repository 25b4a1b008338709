//! The shared config as `hat config` prints it.

use serde_json::{Map, Value as Json, json};

use super::document::BLANKS;
use super::sections::{Section, SharedConfig, Value, is_secret_key};

/// What stands in the place of a secret.
const MASK: &str = "***";

/// `{"profiles": {name: {key: value}}, "sso_sessions": …, "services": …}`.
///
/// Values have the form of AWS's own parser suite: nested ones are `"\nname = value"`. Secrets are `***` unless
/// asked for, nested ones too.
pub fn listing(config: &SharedConfig, show_secrets: bool) -> Json {
    json!({
        "profiles": sections(config.profiles(), show_secrets),
        "sso_sessions": sections(config.sso_sessions(), show_secrets),
        "services": sections(config.services(), show_secrets),
    })
}

fn sections(sections: &[Section], show_secrets: bool) -> Json {
    let by_name = sections.iter().map(|section| {
        let values = section.properties.iter().map(|(key, property)| {
            let text = if show_secrets {
                property.value.expose().to_owned()
            } else {
                shown(&property.value)
            };
            (key.clone(), Json::String(text))
        });
        (section.name.clone(), Json::Object(values.collect()))
    });
    Json::Object(by_name.collect::<Map<_, _>>())
}

fn shown(value: &Value) -> String {
    match value {
        Value::Secret(_) => MASK.to_owned(),
        Value::Plain(text) if text.contains('\n') => {
            text.split('\n').map(mask_nested).collect::<Vec<_>>().join("\n")
        }
        Value::Plain(text) => text.clone(),
    }
}

fn mask_nested(line: &str) -> String {
    match line.split_once('=') {
        Some((name, value)) if is_secret_key(name.trim_matches(BLANKS)) && !value.trim().is_empty() => {
            format!("{name}= {MASK}")
        }
        _ => line.to_owned(),
    }
}
