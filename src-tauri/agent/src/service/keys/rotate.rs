//! A rotation on request: with a code where policies want one, and to its end even if nobody waits for it any more.

use std::sync::Arc;

use hatrack_core::access_key::{RotateOutcome, id_ends};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{Found, IdentityEntry};
use hatrack_core::history::event;
use hatrack_core::route::Identity;
use hatrack_core::secret::Credentials;
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::{MfaSerial, TokenCode};
use hatrack_core::view::NeedView;

use crate::keys::KeyFailure;
use crate::protocol::{ErrorCode, Reply, RotateKey, Topic, WireError};
use crate::service::Service;
use crate::service::switch::{Ready, wire};
use crate::sessions::{Fare, Served};

/// What signs for IAM where a code is wanted.
enum Session {
    /// A session that a code was shown for.
    Got(Credentials),
    /// Something only the person has is needed.
    Needs(NeedView),
}

impl Service {
    pub(super) async fn rotate_key(
        self: &Arc<Self>,
        caller: &CallerContext,
        request: RotateKey,
    ) -> Result<Reply, WireError> {
        let (service, caller) = (self.clone(), caller.clone());
        // Beside the request: a client that goes away leaves no rotation half-done.
        let task = tokio::spawn(async move { service.rotate(&caller, request).await });
        let done = task.await;
        let stopped = |why| WireError::new(ErrorCode::Stopping, format!("the rotation was stopped: {why}"));
        Ok(Reply::KeyRotation(done.map_err(stopped)??))
    }

    async fn rotate(&self, caller: &CallerContext, request: RotateKey) -> Result<RotateOutcome, WireError> {
        let profile = &request.profile;
        let reaches = self.allowed_reaches(profile, caller)?;
        let serial = self.device_of(profile, caller);
        let told = |_| self.mailbox.changed(&[Topic::Settings]);
        let mut session = match (&serial, &request.mfa_code) {
            (Some(serial), Some(code)) => {
                match self
                    .session_with_code(profile, serial, Some(code), caller)
                    .await?
                {
                    Session::Got(session) => Some(session),
                    Session::Needs(need) => return Ok(RotateOutcome::Needs { need }),
                }
            }
            _ => None,
        };
        let outcome = loop {
            let signs = (session.as_ref(), serial.is_some());
            let done = self
                .keys
                .rotate(profile, caller, &reaches, signs, request.keep_old, &told)
                .await;
            match (done, &serial) {
                // Without a code first: most policies want none, and one that is spent is gone for half a minute.
                (Err(KeyFailure::WantsCode(_)), Some(serial)) if session.is_none() => {
                    match self.session_with_code(profile, serial, None, caller).await? {
                        Session::Got(got) => session = Some(got),
                        Session::Needs(need) => return Ok(RotateOutcome::Needs { need }),
                    }
                }
                (done, _) => break done,
            }
        };
        self.write_key(event::KEY_ROTATE, profile, caller, outcome.as_ref().err());
        self.keys_changed();
        let rotated = outcome?;
        Ok(RotateOutcome::Rotated {
            new_ends: id_ends(&rotated.new_id),
            old_ends: id_ends(&rotated.old_id),
            kept_old: rotated.kept_old,
            resumed: rotated.resumed,
            also: rotated.also,
        })
    }

    pub(super) async fn give_up_rotation(
        &self,
        caller: &CallerContext,
        profile: &str,
    ) -> Result<Reply, WireError> {
        let reaches = self.allowed_reaches(profile, caller)?;
        let done = self.keys.give_up(profile, caller, &reaches).await;
        self.write_key(event::KEY_GIVE_UP, profile, caller, done.as_ref().err());
        self.keys_changed();
        Ok(Reply::RotationGivenUp(done?))
    }

    /// The device of the profile's user: its own, else that which all the roles have that start from it.
    fn device_of(&self, profile: &str, caller: &CallerContext) -> Option<MfaSerial> {
        let loaded = self.catalogs.of(caller);
        let own = match loaded.catalog.by_key(profile) {
            Some(Found::Identity(entry)) => entry.route.identity_mfa_serial.clone(),
            _ => None,
        };
        let of_roles = || {
            let from_it = loaded
                .catalog
                .roles
                .iter()
                .filter(|role| role.route.identity_profile == profile);
            let mut serials = from_it.filter_map(|role| role.route.mfa_serial());
            let first = serials.next()?;
            serials.all(|serial| serial == first).then(|| first.clone())
        };
        own.or_else(of_roles)
    }

    /// The GetSessionToken session of the profile's user that a code was shown for: one that lives, or a new one.
    async fn session_with_code(
        &self,
        profile: &str,
        serial: &MfaSerial,
        code: Option<&TokenCode>,
        caller: &CallerContext,
    ) -> Result<Session, WireError> {
        let entry = {
            let loaded = self.catalogs.of(caller);
            match loaded.catalog.by_key(profile) {
                Some(Found::Identity(entry)) if matches!(entry.route.identity, Identity::Keys { .. }) => {
                    entry.clone()
                }
                _ => return Err(KeyFailure::Unknown(profile.to_owned()).into()),
            }
        };
        let mut with_device = IdentityEntry { ..entry };
        with_device.route.identity_mfa_serial = Some(serial.clone());
        let rules = self.endpoint_rules(false);
        let found = Found::Identity(&with_device);
        let plan = match self.ready(found, caller, SwitchOptions::default(), &rules)? {
            Ready::Planned(plan) => plan,
            Ready::Needs(need) => return Ok(Session::Needs(need)),
            Ready::Refused(denial) => return Err(WireError::new(ErrorCode::Aws, denial.summary)),
        };
        let fare = Fare {
            plan,
            caller: caller.clone(),
            code: code.cloned(),
            min_life: None,
            renews: None,
        };
        match self.mailbox.serve(fare).await? {
            Served::Session { session, .. } => Ok(Session::Got(session.credentials.clone())),
            Served::Needs(need) => Ok(Session::Needs(need)),
            Served::Denied(denial) => Err(WireError::new(ErrorCode::Aws, denial.summary)),
            Served::Failed(error) => Err(wire(&error)),
        }
    }
}
