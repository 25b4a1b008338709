//! Sessions as people see them.

use hatrack_core::account::HatColour;
use hatrack_core::session::Session;
use hatrack_core::view::SessionView;

use super::codes::device;
use super::keeper::{Held, Keeper};
use super::rows::seconds;

impl Keeper {
    /// Every session that people see, the one that ends first first.
    pub(super) fn views(&self) -> Vec<SessionView> {
        let mut held: Vec<&Held> = self.held.iter().filter(|held| held.session.listed).collect();
        held.sort_by_key(|held| (held.session.expiry.deadline, held.session.id.clone()));
        held.into_iter().map(|held| self.view(held)).collect()
    }

    pub(super) fn view(&self, held: &Held) -> SessionView {
        let Held { session, .. } = held;
        let now = self.now().boot;
        let last = session.key.hops.last();
        let settings = self.wiring.choices.now();
        let said = session.account.and_then(|id| settings.accounts.get(&id));
        let colour = said
            .and_then(|about| about.colour)
            .or_else(|| session.account.map(HatColour::for_account));
        // A second that has begun still counts: 0 means ended.
        let left = session.expiry.left(now);
        let seconds_left = seconds(left) + u32::from(left.subsec_nanos() > 0);
        SessionView {
            id: session.id.to_string(),
            role_key: session.origin.role_key.clone(),
            profile: session.origin.profile.clone(),
            arn: last.map(|hop| hop.role.to_string()),
            account_id: session.account,
            account_name: session
                .account
                .map(|id| self.account_name(id))
                .unwrap_or_default(),
            colour: colour.unwrap_or(HatColour::Slate),
            role_name: last
                .map(|hop| hop.role.role_name().to_owned())
                .or_else(|| session.origin.role_name.clone())
                .or_else(|| session.origin.profile.clone())
                .unwrap_or_default(),
            assumed_role_arn: session.assumed_role_arn.clone(),
            user_id: session.user_id.clone(),
            access_key_id: session.credentials.access_key_id.clone(),
            issued_at: session.issued_at,
            expires_at: session.expiry.at,
            seconds_left,
            life: seconds(session.expiry.life),
            region: session.region.clone(),
            source: session.origin.source.clone(),
            session_name: last.map(|hop| hop.session_name.to_string()),
            mfa_serial: device(session).map(ToString::to_string),
            external_id: last
                .and_then(|hop| hop.external_id.as_ref())
                .map(ToString::to_string),
            hops: session.key.hops.iter().map(|hop| hop.role.to_string()).collect(),
            chained: session.origin.chained,
            auto_renew: self.is_renewed_by_itself(session),
            renew_needs_code: self.renewal_asks_for_code(session),
            renew_error: held.renew_error.clone(),
            token_chars: session
                .credentials
                .session_token
                .as_ref()
                .map_or(0, |token| token.chars().try_into().unwrap_or(u32::MAX)),
            revoked: self.wiring.revocations.cover(session),
        }
    }

    /// Whether a hop on the way to the session's role is live: then its renewal starts there.
    pub(super) fn has_live_hop(&self, session: &Session) -> bool {
        let now = self.now().boot;
        let hops = &session.key.hops;
        self.held.iter().any(|held| {
            let key = &held.session.key;
            !key.hops.is_empty()
                && key.hops.len() < hops.len()
                && hops.starts_with(&key.hops)
                && key.base == session.key.base
                && key.endpoint == session.key.endpoint
                && !held.session.expiry.has_passed(now)
        })
    }
}
