//! The list of keys.

use hatrack_agent::client::Agent;
use hatrack_core::access_key::{AccessKeyView, KeyStanding, OLD_AFTER_DAYS};
use hatrack_core::shared_config::inert;

use crate::command::Listing;
use crate::failure::Failure;
use crate::out;
use crate::table::{Table, Tone};

/// The column of the age.
const AGE: usize = 5;

/// Prints it, and warns of old ones.
pub(super) async fn list(agent: &Agent, ask_aws: bool, listing: Listing) -> Result<(), Failure> {
    let keys = agent.access_keys(ask_aws).await?;
    if listing.json {
        return out::json(&keys);
    }
    let mut table = Table::new(["PROFILE", "KEY", "WHERE", "ACCOUNT", "USER", "AGE", "LAST USED"]);
    for key in &keys {
        let account = key.account_id.map_or_else(|| "-".to_owned(), |id| id.to_string());
        let used = key
            .last_used
            .map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%d").to_string());
        let row = table.row([
            &inert(&key.profile),
            &format!("…{}", inert(&key.id_ends)),
            standing(key.standing),
            &account,
            &key.user.as_deref().map_or_else(|| "-".to_owned(), inert),
            &age(key),
            &used,
        ]);
        if key.old {
            row.tone(AGE, Tone::Warn);
        }
    }
    table.print()?;
    for key in &keys {
        warn(key);
    }
    Ok(())
}

fn standing(standing: KeyStanding) -> &'static str {
    match standing {
        KeyStanding::File => "file",
        KeyStanding::Vault => "vault",
        KeyStanding::Both => "file and vault",
    }
}

fn age(key: &AccessKeyView) -> String {
    match key.age_days {
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
        None => "not known".to_owned(),
    }
}

fn warn(key: &AccessKeyView) {
    let profile = inert(&key.profile);
    if key.old {
        out::note(&format!(
            "the key of \"{profile}\" is older than {OLD_AFTER_DAYS} days; `hat keys rotate {profile}` replaces it"
        ));
    }
    if key.unfinished && key.rotating.is_none() {
        out::note(&format!(
            "a rotation of the key of \"{profile}\" was cut off; `hat keys rotate {profile}` finishes it"
        ));
    }
    if let Some(why) = &key.age_unknown {
        out::note(&format!(
            "the age of the key of \"{profile}\" is not known: {}",
            inert(why)
        ));
    }
}
