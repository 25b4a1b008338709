//! Roles that the person has added in Hatrack, beside those of the shared config.

use serde::{Deserialize, Serialize};

use super::entry::{EntrySettings, RoleEntry, Source};
use super::join::{Rows, leads_alike};
use super::{Accounts, Catalog, Problem, Severity};
use crate::arn::RoleArn;
use crate::route::{Hop, Route};
use crate::shared_config::inert;
use crate::sts_limits::{ExternalId, MfaSerial, SessionDuration};

/// A role from the add-role form: the console's account, role and display name, and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedRole {
    /// The role.
    pub role: RoleArn,
    /// The name to show instead of the role's own.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The profile to start from: an identity, or a role whose session signs the next hop.
    pub source_profile: String,
    /// Sent as `ExternalId`.
    #[serde(default)]
    pub external_id: Option<ExternalId>,
    /// The device whose code is asked for.
    #[serde(default)]
    pub mfa_serial: Option<MfaSerial>,
    /// The duration to ask for.
    #[serde(default)]
    pub duration: Option<SessionDuration>,
    /// The region that a session starts with; the start's own where it is `None`.
    #[serde(default)]
    pub region: Option<String>,
}

impl AddedRole {
    /// What the catalog calls it: the same for as long as it leads the same way, whatever it is named.
    pub fn key(&self) -> String {
        format!("added:{}:{}", self.source_profile, self.role)
    }

    fn name(&self) -> &str {
        self.display_name
            .as_deref()
            .unwrap_or_else(|| self.role.role_name())
    }
}

/// The name under which problems of added roles are listed in place of a file.
const SETTINGS: &str = "Hatrack's settings";

impl Catalog {
    /// Lists `added` beside the profiles. A start that is not in the catalog makes a problem, not a gap.
    pub(super) fn add(&mut self, rows: &mut Rows, added: &[AddedRole], accounts: &Accounts) {
        for role in added {
            match self.base_of(&role.source_profile) {
                Some((base, settings)) if base.hops.len() < super::MOST_HOPS => {
                    let entry = entry(role, base, settings, accounts);
                    self.join(rows, entry);
                }
                _ => self.problems.push(Problem {
                    severity: Severity::Error,
                    file: SETTINGS.into(),
                    line: None,
                    profile: None,
                    message: format!(
                        "The added role \"{}\" starts from profile \"{}\", which cannot be used; \
                         mend the profile or choose another start.",
                        inert(role.name()),
                        inert(&role.source_profile)
                    ),
                }),
            }
        }
    }

    /// The row that leads the same way as `role` would.
    pub(super) fn same_way(&self, role: &AddedRole) -> Option<&RoleEntry> {
        let (base, settings) = self.base_of(&role.source_profile)?;
        let entry = entry(role, base, settings, &Accounts::default());
        let by_key = || {
            self.roles
                .iter()
                .find(|row| row.keys().any(|key| key == entry.key))
        };
        let alike = |row: &&RoleEntry| row.arn == entry.arn && leads_alike(row, &entry);
        self.roles.iter().find(alike).or_else(by_key)
    }

    /// The route and settings of what is called `name`: an identity, or a role by its profile or key.
    pub(super) fn base_of(&self, name: &str) -> Option<(Route, EntrySettings)> {
        let identity = self.identities.iter().find(|i| i.profile == name);
        let of_role = || {
            let by_name =
                |r: &&RoleEntry| r.profile.as_deref() == Some(name) || r.keys().any(|key| key == name);
            self.roles.iter().find(by_name)
        };
        identity
            .map(|i| (&i.route, &i.settings))
            .or_else(|| of_role().map(|r| (&r.route, &r.settings)))
            .map(|(route, settings)| (route.clone(), settings.clone()))
    }
}

fn entry(role: &AddedRole, mut route: Route, mut settings: EntrySettings, accounts: &Accounts) -> RoleEntry {
    route.hops.push(Hop {
        role: role.role.clone(),
        external_id: role.external_id.clone(),
        mfa_serial: role.mfa_serial.clone(),
        session_name: None,
        duration: role.duration,
        profile: None,
    });
    settings.region = role.region.clone().or(settings.region);
    RoleEntry {
        key: role.key(),
        profile: None,
        display_name: role.display_name.clone(),
        source: Source::Added,
        own_region: role.region.clone(),
        defined_at: None,
        ..RoleEntry::of_arn(role.role.clone(), route, settings, accounts)
    }
}
