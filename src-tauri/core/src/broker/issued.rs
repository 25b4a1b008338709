//! What AWS's answers become: sessions.

use super::BrokerError;
use super::journey::Journey;
use super::stop::Stop;
use crate::expiry::Expiry;
use crate::secret::Credentials;
use crate::session::{Origin, Session, SessionKey, SwitchOptions};
use crate::sts::Issued;
use crate::sts_limits::MfaSerial;

impl<'a> Journey<'a> {
    pub(super) fn session_asked_for(self, issued: Issued, chained: bool) -> Result<Session, Stop> {
        let origin = Origin {
            chained,
            ..self.plan.origin.clone()
        };
        self.session(issued, &self.plan.key, origin, true)
    }

    /// The session that shares a code. It is the user's, whichever role it was got for.
    pub(super) fn shared_session(self, issued: Issued, key: &SessionKey) -> Result<Session, Stop> {
        let session = self.session_on_the_way(issued, key, false)?;
        let device = key.user_mfa.as_ref().map(MfaSerial::as_str).unwrap_or_default();
        Ok(Session {
            account: device.split(':').nth(4).and_then(|account| account.parse().ok()),
            ..session
        })
    }

    pub(super) fn session_on_the_way(
        self,
        issued: Issued,
        key: &SessionKey,
        chained: bool,
    ) -> Result<Session, Stop> {
        let origin = Origin {
            role_key: None,
            profile: self.profile_of(key).map(str::to_owned),
            role_name: None,
            source: self.plan.origin.source.clone(),
            chained,
            options: SwitchOptions::default(),
        };
        self.session(issued, key, origin, false)
    }

    fn session(
        self,
        issued: Issued,
        key: &SessionKey,
        origin: Origin,
        listed: bool,
    ) -> Result<Session, Stop> {
        let received = self.broker.clock.now();
        let expiry =
            Expiry::of_answer(issued.expiration, issued.aws_date, received).map_err(BrokerError::from)?;
        let role = key.hops.last().map(|hop| &hop.role);
        Ok(Session {
            id: self.broker.new_session_id(),
            key: key.clone(),
            // An end that was not believed is handed to nobody: who has the keys would never ask again.
            credentials: Credentials {
                expires_at: Some(expiry.at),
                ..issued.credentials
            },
            expiry,
            issued_at: issued.aws_date.unwrap_or(received.wall),
            account: role.map(|role| role.account()).or(self.plan.order.account),
            assumed_role_arn: issued.assumed_role_arn,
            user_id: issued.assumed_role_id,
            region: self.plan.order.region.clone(),
            origin,
            listed,
        })
    }

    /// The profile that describes the last hop of `key`.
    pub(super) fn profile_of(self, key: &SessionKey) -> Option<&'a str> {
        let hops = &self.plan.order.route.hops;
        hops.get(key.hops.len().checked_sub(1)?)?.profile.as_deref()
    }
}
