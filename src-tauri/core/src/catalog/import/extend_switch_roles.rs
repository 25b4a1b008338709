//! The configuration of AWS Extend Switch Roles: an INI file whose sections are roles and the accounts they start from.
//!
//! Source: the extension's README, "Configuration".

use ini::{Ini, ParseOption, Properties};

use super::{Import, ImportFormat, ImportedRole, ImportedStart, MOST_ENTRIES, NotAnImport, Reading, region};
use crate::account::{AccountId, Partition};
use crate::arn::RoleArn;
use crate::catalog::hex_colour::hat_of_hex;
use crate::shared_config::inert;

pub(super) fn read(text: &str) -> Result<Import, NotAnImport> {
    let plain = ParseOption {
        enabled_quote: false,
        enabled_escape: false,
        ..ParseOption::default()
    };
    // The parser's own words may repeat the line, which may hold a secret.
    let ini = Ini::load_from_str_opt(text, plain)
        .map_err(|why| NotAnImport::Form(format!("line {} cannot be read", why.line)))?;
    if ini.len() > MOST_ENTRIES {
        return Err(NotAnImport::Form(format!(
            "it has more than {MOST_ENTRIES} sections"
        )));
    }
    let mut reading = Reading::of(ImportFormat::ExtendSwitchRoles);
    for (section, keys) in ini.iter() {
        let Some(section) = section else { continue };
        let name = section.trim();
        let name = name.strip_prefix("profile ").map_or(name, str::trim);
        match role(&ini, keys) {
            Ok(Some(role)) => drop(reading.take(imported(name, role, keys))),
            // A base account: what roles start from, and nothing to switch to.
            Ok(None) => {}
            Err(why) => reading.refuse(name, why),
        }
    }
    Ok(reading.0)
}

fn imported(name: &str, role: RoleArn, keys: &Properties) -> ImportedRole {
    let start = match get(keys, "source_profile") {
        Some(start) => ImportedStart::Named(start.to_owned()),
        None => ImportedStart::Unsaid,
    };
    ImportedRole {
        name: name.to_owned(),
        role,
        start,
        colour: get(keys, "color").and_then(hat_of_hex),
        region: region(get(keys, "region")),
        external_id: get(keys, "external_id").and_then(|id| id.parse().ok()),
        mfa_serial: get(keys, "mfa_serial").and_then(|serial| serial.parse().ok()),
    }
}

/// The section's role; `None` where the section names none.
fn role(ini: &Ini, keys: &Properties) -> Result<Option<RoleArn>, String> {
    if let Some(arn) = get(keys, "role_arn") {
        return arn
            .parse()
            .map(Some)
            .map_err(|why: crate::arn::NotARoleArn| why.to_string());
    }
    let base = || {
        let base = get(keys, "source_profile")?;
        let prefixed = || ini.section(Some(format!("profile {base}")));
        get(ini.section(Some(base)).or_else(prefixed)?, "target_role_name")
    };
    let (Some(account), Some(name)) = (get(keys, "aws_account_id"), get(keys, "role_name").or_else(base))
    else {
        return Ok(None);
    };
    let account: AccountId = account.parse().map_err(|_| {
        format!(
            "it names its account by the alias \"{}\"; put the 12-digit ID in its place",
            inert(account)
        )
    })?;
    let partition = get(keys, "region").map(Partition::of_region).unwrap_or_default();
    RoleArn::new(partition, account, name)
        .map(Some)
        .map_err(|why| why.to_string())
}

fn get<'a>(keys: &'a Properties, key: &str) -> Option<&'a str> {
    keys.get(key).map(str::trim).filter(|value| !value.is_empty())
}
