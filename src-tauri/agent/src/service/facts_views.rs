//! What was found and read about roles, as people see it.

use std::collections::HashMap;
use std::sync::Arc;

use hatrack_core::arn::RoleArn;
use hatrack_core::catalog::RoleEntry;
use hatrack_core::discovery_view::{FoundView, RoleFactsView, TagView};
use hatrack_core::role_kind::{Closed, RoleKind};
use hatrack_core::route::Identity;
use hatrack_core::sts_limits::SessionDuration;
use jiff::Timestamp;

use crate::role_facts::{Known, Reading, RoleBook};

/// What is known of every role at one moment.
pub(super) struct Facts {
    all: Arc<HashMap<RoleArn, Arc<Known>>>,
    now: Timestamp,
}

impl Facts {
    pub(super) fn of(book: &RoleBook, now: Timestamp) -> Self {
        Self { all: book.all(), now }
    }

    fn known(&self, role: &RoleEntry) -> Option<&Known> {
        self.all.get(role.arn.as_ref()?).map(Arc::as_ref)
    }

    /// The kind: by the trust policy, else by the role's path, else by how one gets it.
    pub(super) fn kind(&self, role: &RoleEntry) -> Option<String> {
        let by_trust = self.known(role).and_then(|known| known.trust.as_ref());
        let by_route = || match (&role.route.identity, role.route.hops.as_slice()) {
            (Identity::IdentityCenter(_), []) => Some(RoleKind::IdentityCenter),
            (Identity::WebIdentity { .. }, []) => Some(RoleKind::WebIdentity),
            (Identity::Saml(_), []) => Some(RoleKind::Saml),
            (Identity::RolesAnywhere(_), []) => Some(RoleKind::RolesAnywhere),
            _ => None,
        };
        by_trust
            .map(|trust| trust.kind)
            .or_else(|| role.arn.as_ref().and_then(RoleKind::by_arn))
            .or_else(by_route)
            .map(|kind| kind.word().to_owned())
    }

    /// Whether AWS has told of it.
    pub(super) fn exists(&self, role: &RoleEntry) -> bool {
        self.known(role).is_some()
    }

    /// Why nobody can switch to it: by its path, or by its trust policy where that was read lately.
    pub(super) fn unusable(&self, role: &RoleEntry) -> Option<String> {
        if let Some(why) = role.arn.as_ref().and_then(Closed::by_path) {
            return Some(why.to_string());
        }
        match self.known(role)?.closed(self.now)? {
            Reading::Lately(why) => Some(why.to_look_at_again(role.account_id)),
            Reading::LongAgo(_) => None,
        }
    }

    pub(super) fn view(&self, role: &RoleEntry) -> Option<RoleFactsView> {
        let known = self.known(role)?;
        let (facts, trust) = (&known.facts, known.trust.as_ref());
        let tag = |(key, value): &(String, String)| TagView {
            key: key.clone(),
            value: value.clone(),
        };
        Some(RoleFactsView {
            read_at: known.read_at,
            path: facts.path.clone(),
            description: facts.description.clone(),
            tags: facts.tags.iter().map(tag).collect(),
            maximum: facts.maximum.map(SessionDuration::seconds),
            trusts: trust.map(|trust| trust.described()).unwrap_or_default(),
            external_id: trust.is_some_and(|trust| trust.external_id.is_some()),
            mfa: trust.is_some_and(|trust| trust.mfa),
            last_used: facts.last_used,
            was_closed: match known.closed(self.now) {
                Some(Reading::LongAgo(why)) => Some(why.to_string()),
                Some(Reading::Lately(_)) | None => None,
            },
        })
    }
}

/// `exists`: whether a session of the role proved it.
pub(super) fn found_view(role: &RoleEntry, exists: bool) -> Option<FoundView> {
    let candidate = role.candidate && !exists;
    (candidate || !role.remarks.is_empty()).then(|| FoundView {
        candidate,
        remarks: role.remarks.clone(),
    })
}
