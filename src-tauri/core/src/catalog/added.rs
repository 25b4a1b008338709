//! Roles that the person has added in Hatrack, beside those of the shared config.

use serde::{Deserialize, Serialize};

use super::entry::{EntrySettings, RoleEntry, Source};
use super::{Accounts, Catalog, Problem, Severity};
use crate::arn::RoleArn;
use crate::route::{Hop, Route};
use crate::sts_limits::{ExternalId, MfaSerial, SessionDuration, SessionName};

/// A role from the add-role form: the console's account, role and display name, and what the console cannot keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedRole {
    /// The display name; unique among the added roles.
    pub name: String,
    /// The role.
    pub arn: RoleArn,
    /// The profile to start from: an identity, or a role whose session signs the next hop.
    pub identity_profile: String,
    /// Sent as `ExternalId`.
    #[serde(default)]
    pub external_id: Option<ExternalId>,
    /// The device whose code is needed.
    #[serde(default)]
    pub mfa_serial: Option<MfaSerial>,
    /// Sent as `RoleSessionName`.
    #[serde(default)]
    pub session_name: Option<SessionName>,
    /// Sent as `DurationSeconds`.
    #[serde(default)]
    pub duration: Option<SessionDuration>,
    /// The region that a session starts with; the start's own where it is `None`.
    #[serde(default)]
    pub region: Option<String>,
}

impl AddedRole {
    /// What the catalog calls it.
    pub fn key(&self) -> String {
        format!("added:{}", self.name)
    }
}

/// The name under which problems of added roles are listed in place of a file.
const SETTINGS: &str = "Hatrack's settings";

impl Catalog {
    /// Lists `added` beside the profiles. A start that is not in the catalog makes a problem, not a gap.
    pub(super) fn add(&mut self, added: &[AddedRole], accounts: &Accounts) {
        for role in added {
            match self.base_of(role) {
                Some((base, settings)) if base.hops.len() < super::MOST_HOPS => {
                    let entry = entry(role, base, settings, accounts);
                    self.roles.push(entry);
                }
                _ => self.problems.push(Problem {
                    severity: Severity::Error,
                    file: SETTINGS.into(),
                    line: None,
                    profile: None,
                    message: format!(
                        "The added role \"{}\" starts from profile \"{}\", which cannot be used; \
                         mend the profile or choose another start.",
                        role.name, role.identity_profile
                    ),
                }),
            }
        }
    }

    fn base_of(&self, role: &AddedRole) -> Option<(Route, EntrySettings)> {
        let name = role.identity_profile.as_str();
        let identity = self.identities.iter().find(|i| i.profile == name);
        let of_role = || self.roles.iter().find(|r| r.profile.as_deref() == Some(name));
        identity
            .map(|i| (&i.route, &i.settings))
            .or_else(|| of_role().map(|r| (&r.route, &r.settings)))
            .map(|(route, settings)| (route.clone(), settings.clone()))
    }
}

fn entry(role: &AddedRole, mut route: Route, mut settings: EntrySettings, accounts: &Accounts) -> RoleEntry {
    route.hops.push(Hop {
        role: role.arn.clone(),
        external_id: role.external_id.clone(),
        mfa_serial: role.mfa_serial.clone(),
        session_name: role.session_name.clone(),
        duration: role.duration,
        profile: None,
    });
    settings.region = role.region.clone().or(settings.region);
    RoleEntry {
        key: role.key(),
        profile: None,
        display_name: Some(role.name.clone()),
        session_name: role.session_name.clone(),
        duration: role.duration,
        source: Source::Added,
        defined_at: None,
        ..RoleEntry::of_arn(role.arn.clone(), route, settings, accounts)
    }
}
