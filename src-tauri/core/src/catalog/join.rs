//! One row for each role and way to it, wherever it was found.
//!
//! The same role by another way stays a row of its own: it is another session. The shared config's word counts most,
//! then that of a role added in Hatrack, then the team's, then a portal's, then what was found.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::entry::{RoleEntry, RoleSettings, Source};
use super::{Catalog, Defaults, EndpointOverrides, FoundBy};
use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::route::Identity;
use crate::sts_limits::{ExternalId, MfaSerial};

/// What makes a way the same: what signs, what STS is sent that decides about access, and where.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Way<'a> {
    start: Start<'a>,
    hops: Vec<(&'a RoleArn, Option<&'a ExternalId>, Option<&'a MfaSerial>)>,
    /// `None` where STS has no part in it.
    endpoints: Option<&'a EndpointOverrides>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Start<'a> {
    /// Two portals of one address are one: a role in both is the same role.
    Center(&'a str, AccountId, &'a str),
    Other(&'a Identity),
}

impl<'a> Way<'a> {
    fn of(role: &'a RoleEntry) -> Self {
        let hops = &role.route.hops;
        let (start, by_sts) = match &role.route.identity {
            Identity::IdentityCenter(center) => {
                let address = center.portal.start_url.trim_end_matches(['/', '#']);
                let start = Start::Center(address, center.account, &center.role_name);
                (start, !hops.is_empty())
            }
            other => (Start::Other(other), true),
        };
        Self {
            start,
            hops: hops
                .iter()
                .map(|hop| (&hop.role, hop.external_id.as_ref(), hop.mfa_serial.as_ref()))
                .collect(),
            endpoints: by_sts.then_some(&role.settings.endpoints),
        }
    }

    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// Whether both lead to the same role by the same way.
pub(super) fn leads_alike(one: &RoleEntry, other: &RoleEntry) -> bool {
    Way::of(one) == Way::of(other)
}

/// The rows by their ways.
#[derive(Debug, Default)]
pub(super) struct Rows(HashMap<u64, Vec<usize>>);

impl Rows {
    pub(super) fn of(catalog: &Catalog) -> Self {
        let mut rows = Self::default();
        for (at, role) in catalog.roles.iter().enumerate() {
            rows.0.entry(Way::of(role).fingerprint()).or_default().push(at);
        }
        rows
    }
}

impl Catalog {
    /// Lists `role`, or makes it one with the row that leads the same way.
    pub(super) fn join(&mut self, rows: &mut Rows, role: RoleEntry) {
        self.joined(rows, role);
    }

    /// The same, and which row it is.
    pub(super) fn joined(&mut self, rows: &mut Rows, role: RoleEntry) -> usize {
        let way = Way::of(&role);
        let alike = rows.0.entry(way.fingerprint()).or_default();
        match alike.iter().find(|at| Way::of(&self.roles[**at]) == way) {
            Some(at) => {
                let at = *at;
                self.roles[at].take_in(role);
                at
            }
            None => {
                alike.push(self.roles.len());
                self.roles.push(role);
                self.roles.len() - 1
            }
        }
    }

    /// Gives each role what the person says of it and of its account.
    pub(super) fn settle(&mut self, said: &HashMap<String, RoleSettings>, accounts: &super::Accounts) {
        for role in &mut self.roles {
            let own = role
                .keys()
                .find_map(|key| said.get(key))
                .cloned()
                .unwrap_or_default();
            role.notes = own.notes;
            role.display_name = own.name.or(role.display_name.take());
            let of_account = accounts.get(&role.account_id).map(|about| &about.defaults);
            let defaults = own.defaults.or(of_account.unwrap_or(&Defaults::default()));
            role.start_with(defaults.or(&role.suggested));
        }
    }
}

impl RoleEntry {
    /// Its key, then the keys of the rows that became this one.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        [self.key.as_str()]
            .into_iter()
            .chain(self.other_keys.iter().map(String::as_str))
    }

    /// What people call the place that it was found in.
    pub fn found_in(&self) -> String {
        match &self.source {
            Source::SharedConfig => match &self.defined_at {
                Some(at) => at.file.to_string(),
                None => "~/.aws/config".to_owned(),
            },
            Source::Added => "Hatrack".to_owned(),
            Source::Team(name) => name.clone(),
            Source::Portal | Source::Saml => self.route.identity_profile.clone(),
            Source::Discovered(FoundBy::Policies, start) => format!("Policies of {start}"),
            Source::Discovered(FoundBy::Organization, start) => format!("Organization of {start}"),
        }
    }

    /// Makes `other`, which leads the same way, part of this row. The row of the higher source stays.
    pub(super) fn take_in(&mut self, mut other: Self) {
        if other.source < self.source {
            std::mem::swap(self, &mut other);
        }
        self.learn_from(&other);
        self.other_keys.push(other.key);
        self.other_keys.extend(other.other_keys);
        self.display_name = self.display_name.take().or(other.display_name);
        self.suggested = std::mem::take(&mut self.suggested).or(&other.suggested);
        if other.source == Source::Added {
            // Both are the person's own words: what the one leaves out the other says.
            self.duration = self.duration.or(other.duration);
            self.settings.region = self.settings.region.take().or(other.own_region.clone());
        }
    }

    /// Takes over where `other`, which is of the same role, was found, and what is known of it there.
    pub(super) fn learn_from(&mut self, other: &Self) {
        let places = [other.found_in()].into_iter().chain(other.also_in.clone());
        self.also_in.extend(places);
        let mut seen = std::collections::HashSet::from([self.found_in()]);
        self.also_in.retain(|place| seen.insert(place.clone()));
        self.candidate &= other.candidate;
        for remark in &other.remarks {
            if !self.remarks.contains(remark) {
                self.remarks.push(remark.clone());
            }
        }
    }

    /// Fills in what the profile leaves out. Only an AssumeRole takes a duration and a name.
    fn start_with(&mut self, defaults: Defaults) {
        if self.settings.region.is_none() {
            self.settings.region = defaults.region.map(String::from);
        }
        let Some(last) = self.route.hops.last_mut() else {
            return;
        };
        self.duration = self.duration.or(defaults.duration);
        last.duration = self.duration;
        if self.session_name.is_none() {
            self.name_template = defaults.session_name;
        }
    }
}
