//! Roles as people see them.

use std::collections::HashMap;
use std::sync::Arc;

use hatrack_core::account::{AccountId, HatColour};
use hatrack_core::arn::RoleArn;
use hatrack_core::broker::{default_session_name, region_of, user};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{Accounts, RoleEntry, Source};
use hatrack_core::history::outcome;
use hatrack_core::route::{Hop, Identity};
use hatrack_core::session::Session;
use hatrack_core::sts_limits::SessionDuration;
use hatrack_core::view::{HopView, IdentityView, RoleView};
use hatrack_store::settings::Settings;

use super::catalog::place_view;
use super::facts_views::{Facts, found_view};
use crate::catalogs::Catalogs;
use crate::identities::shown_until;
use crate::sessions::Standing;

/// Builds views of roles for one caller at one moment.
pub(super) struct RoleViews<'a> {
    choices: &'a Settings,
    accounts: Arc<Accounts>,
    facts: Facts,
    standing: &'a Standing,
    caller: &'a CallerContext,
    user: Option<String>,
    /// Live sessions by the role they are of.
    live: HashMap<&'a RoleArn, Vec<&'a Session>>,
}

impl<'a> RoleViews<'a> {
    pub(super) fn new(
        choices: &'a Settings,
        catalogs: &Catalogs,
        facts: Facts,
        standing: &'a Standing,
        caller: &'a CallerContext,
    ) -> Self {
        let mut live: HashMap<&RoleArn, Vec<&Session>> = HashMap::new();
        for session in standing.live.iter().map(Arc::as_ref) {
            if let Some(hop) = session.key.hops.last() {
                live.entry(&hop.role).or_default().push(session);
            }
        }
        Self {
            choices,
            accounts: catalogs.accounts(),
            facts,
            standing,
            caller,
            user: user(caller),
            live,
        }
    }

    pub(super) fn role(&self, role: &RoleEntry) -> RoleView {
        let arn = role.arn.as_ref().map(ToString::to_string);
        let known = role
            .arn
            .as_ref()
            .and_then(|arn| self.choices.role_maximums.get(arn));
        let chained = role.route.is_chained().unwrap_or(false);
        let usual = role.duration.unwrap_or(SessionDuration::HOUR);
        let duration = if chained {
            usual.min(SessionDuration::HOUR)
        } else {
            usual
        };
        let longest = if chained {
            Some(SessionDuration::HOUR)
        } else {
            role.max_duration.or(known.copied())
        };
        let last = role.route.hops.last();
        let last_use = self.standing.last_uses.of(role);
        let was_had = last_use.is_some_and(|last| last.outcome == outcome::OK);
        let exists = was_had || self.facts.exists(role);
        RoleView {
            key: role.key.clone(),
            profile: role.profile.clone(),
            account_id: role.account_id,
            account_name: role.account_name.clone(),
            colour: role.colour,
            role_name: role.role_name.clone(),
            display_name: role.display_name.clone(),
            notes: role.notes.clone(),
            arn,
            partition: role.partition,
            source: match &role.source {
                Source::Portal => format!("Identity Center, {}", role.found_in()),
                Source::Saml => format!("SAML, {}", role.found_in()),
                Source::Team(name) => format!("Team {name}"),
                Source::SharedConfig | Source::Added | Source::Discovered(..) => role.found_in(),
            },
            also_in: role.also_in.clone(),
            defined_at: role.defined_at.as_ref().map(place_view),
            identity: self.identity(role),
            hops: self.hops(role),
            mfa: role.route.mfa_serial().is_some(),
            external_id: last
                .and_then(|hop| hop.external_id.as_ref())
                .map(ToString::to_string),
            chained,
            max_duration: longest.map(SessionDuration::seconds),
            duration: duration.seconds(),
            region: region_of(role, self.caller),
            session_name: match role.usual_session_name(self.user.as_deref()) {
                Some(name) => name.to_string(),
                None => default_session_name(self.user.as_deref()).to_string(),
            },
            said: role
                .keys()
                .find_map(|key| self.choices.roles.get(key))
                .map(|about| about.defaults.clone())
                .unwrap_or_default(),
            production: role.production,
            favourite: role.keys().any(|key| self.choices.favourites.contains(key)),
            auto_renew: self.choices.auto_renew.contains(&role.key),
            last_use: last_use.cloned(),
            unusable: self.facts.unusable(role),
            kind: self.facts.kind(role),
            found: found_view(role, exists),
            facts: self.facts.view(role),
        }
    }

    fn identity(&self, role: &RoleEntry) -> IdentityView {
        let identity = &role.route.identity;
        IdentityView {
            profile: role.route.identity_profile.clone(),
            kind: identity.kind().to_owned(),
            label: identity.label().to_owned(),
            account_id: match identity {
                Identity::IdentityCenter(center) => Some(center.account),
                Identity::Saml(saml) => Some(saml.role.account()),
                _ => None,
            },
            portal: identity.portal_name().map(str::to_owned),
            region: None,
            defined_at: None,
            certificate_until: match identity {
                Identity::RolesAnywhere(anywhere) => shown_until(anywhere, self.caller),
                _ => None,
            },
            in_vault: identity.is_in_vault(),
        }
    }

    fn hops(&self, role: &RoleEntry) -> Vec<HopView> {
        let hops = &role.route.hops;
        hops.iter()
            .enumerate()
            .map(|(at, hop)| {
                let (account_name, colour) = self.account(hop.role.account());
                HopView {
                    arn: hop.role.to_string(),
                    role_name: hop.role.role_name().to_owned(),
                    account_id: hop.role.account(),
                    account_name,
                    colour,
                    mfa_serial: hop.mfa_serial.as_ref().map(ToString::to_string),
                    external_id: hop.external_id.as_ref().map(ToString::to_string),
                    session_id: self.live_session(role, &hops[..=at]),
                }
            })
            .collect()
    }

    fn account(&self, id: AccountId) -> (String, HatColour) {
        let about = self.accounts.get(&id);
        let name = about.and_then(|about| about.name.clone());
        let colour = about.and_then(|about| about.colour);
        (
            name.filter(|name| !name.trim().is_empty())
                .unwrap_or_else(|| id.to_string()),
            colour.unwrap_or_else(|| HatColour::for_account(id)),
        )
    }

    /// The live session that went this way so far, and from the same start.
    fn live_session(&self, role: &RoleEntry, way: &[Hop]) -> Option<String> {
        let sessions = self.live.get(&way.last()?.role)?;
        let same_way = |session: &&&Session| {
            let hops = &session.key.hops;
            let same_start = match &role.route.identity {
                Identity::Keys { access_key_id, .. } => session.key.base == *access_key_id,
                _ => true,
            };
            same_start
                && hops.len() == way.len()
                && hops.iter().zip(way).all(|(had, hop)| had.role == hop.role)
        };
        sessions
            .iter()
            .filter(same_way)
            .max_by_key(|session| session.expiry.deadline)
            .map(|session| session.id.to_string())
    }
}
