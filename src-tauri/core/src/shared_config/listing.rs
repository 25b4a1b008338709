//! The shared config as `hat config` prints it.

use serde_json::{Map, Value as Json, json};

use super::sections::{Section, SharedConfig};

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
                property.value.masked()
            };
            (key.clone(), Json::String(text))
        });
        (section.name.clone(), Json::Object(values.collect()))
    });
    Json::Object(by_name.collect::<Map<_, _>>())
}
