//! Profiles written into the shared files.

use std::sync::Arc;

use hatrack_core::broker::{partition_of, region};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::Found;
use hatrack_core::history::event;
use hatrack_core::session::{SessionId, SwitchOptions};
use hatrack_store::aws_files::Locations;
use hatrack_store::vault::{Vault, VaultStatus};

use super::Service;
use super::catalog::find;
use crate::profiles::{ProfileFailure, ProfileOrder, Source};
use crate::protocol::{
    ErrorCode, HandOutOutcome, HandOutRequest, ProfileName, ProfileOutcome, Reply, Request, RoleChoice,
    SessionRef, Topic, WireError, WriteProfile,
};

impl From<ProfileFailure> for WireError {
    fn from(failure: ProfileFailure) -> Self {
        let code = match &failure {
            ProfileFailure::File(_) | ProfileFailure::Journal(_) => ErrorCode::Store,
            ProfileFailure::NoSuchSession => ErrorCode::NoSuchSession,
            _ => ErrorCode::Invalid,
        };
        Self::new(code, failure.to_string())
    }
}

/// An order without its credentials: those of a line are none.
struct Meant {
    order: ProfileOrder,
    options: SwitchOptions,
}

impl Service {
    /// Requests about written profiles; what is none is left to who else answers.
    pub(super) async fn about_profiles(
        self: &Arc<Self>,
        caller: &CallerContext,
        request: Request,
    ) -> Result<Reply, WireError> {
        match request {
            Request::PlanProfile(write) => {
                let meant = self.meant(caller, &write).await?;
                Ok(Reply::ProfilePlan(self.profiles.plan(&meant.order).await?))
            }
            Request::WriteProfile(write) => {
                Ok(Reply::Profile(Box::new(self.write_profile(caller, write).await?)))
            }
            Request::Profiles => Ok(Reply::Profiles(self.profiles.written()?)),
            Request::RemoveProfile { name } => {
                let removed = self.profiles.remove(&name, caller).await?;
                let row = self
                    .profiles
                    .row(&removed, event::PROFILE_REMOVE, caller.client.as_str(), None);
                self.mailbox.write(row);
                self.profiles_changed();
                Ok(Reply::Done)
            }
            other => self.about_mfa(caller, other).await,
        }
    }

    /// Where sessions do not outlive this agent, nobody would see to the end of the keys that it wrote.
    pub async fn leave_no_keys(&self) {
        let sealed = self.vault.get().map(Vault::status) == Some(VaultStatus::Sealed);
        if !sealed && let Err(why) = self.profiles.remove_keys().await {
            tracing::warn!(%why, "keys of a session stay in the shared files");
        }
    }

    async fn write_profile(
        &self,
        caller: &CallerContext,
        write: WriteProfile,
    ) -> Result<ProfileOutcome, WireError> {
        let mut meant = self.meant(caller, &write).await?;
        // Refused before AWS is asked for anything.
        self.profiles.plan(&meant.order).await?;
        if write.keys {
            let request = HandOutRequest {
                options: meant.options,
                mfa_code: write.mfa_code,
                allow_endpoint: write.allow_endpoint,
                quiet: true,
                ..HandOutRequest::of(write.of)
            };
            match self.hand_out(caller, request).await? {
                HandOutOutcome::Given(given) => {
                    let session = given.session.ok_or(ProfileFailure::NoSession)?;
                    meant.order.region = given.region;
                    meant.order.session_id = Some(session.id.clone());
                    meant.order.credentials = Source::Keys {
                        session_id: session.id,
                        credentials: given.credentials,
                        expires_at: session.expires_at,
                    };
                }
                HandOutOutcome::Needs { need } => return Ok(ProfileOutcome::Needs { need }),
                HandOutOutcome::Denied { denial } => return Ok(ProfileOutcome::Denied { denial }),
            }
        }
        let done = self.profiles.write(&meant.order).await;
        let written = self
            .profiles
            .last_row(&meant.order, caller.client.as_str(), done.as_ref().err());
        self.mailbox.write(written);
        let (profile, backed_up) = done?;
        self.profiles_changed();
        Ok(ProfileOutcome::Written { profile, backed_up })
    }

    fn profiles_changed(&self) {
        let topics = [Topic::Catalog, Topic::Sessions, Topic::History];
        self.mailbox.changed(&topics);
    }

    /// What is asked for, before a session is asked for.
    async fn meant(&self, caller: &CallerContext, write: &WriteProfile) -> Result<Meant, WireError> {
        let (choice, options, own, session_id) = match &write.of {
            SessionRef::Id(id) => {
                let found = self.mailbox.find(SessionId(id.clone())).await?;
                let (session, own) = found.ok_or(ProfileFailure::NoSuchSession)?;
                let key = session.origin.role_key.clone();
                let key = key.ok_or(ProfileFailure::NoSuchSession)?;
                let options = session.origin.options.clone();
                (RoleChoice::Key(key), options, own, Some(id.clone()))
            }
            SessionRef::Role(choice) => (choice.clone(), write.options.clone(), caller.clone(), None),
            SessionRef::Typed(text) => {
                let choice = RoleChoice::Exact(text.clone());
                (choice, write.options.clone(), caller.clone(), None)
            }
        };
        let loaded = self.catalogs.of(&own);
        let found = find(&loaded, &own, &choice)?;
        if write.name == ProfileName::Default {
            self.profiles.check_catalog(&loaded.catalog)?;
        }
        let usual = partition_of(super::hand_out::route_of(found)).default_region();
        let settings = super::hand_out::settings_of(found).clone();
        let (role_name, account_id, profile) = match found {
            Found::Role(role) => (
                role.role_name.clone(),
                Some(role.account_id),
                role.profile.clone(),
            ),
            Found::Identity(identity) => {
                let name = identity.profile.clone();
                (name.clone(), identity.account_id, Some(name))
            }
        };
        let order = ProfileOrder {
            name: write.name.clone(),
            role_key: found.key().to_owned(),
            role_name,
            account_id,
            profile,
            session_id,
            region: region(&settings, &own, options.region.as_deref(), usual),
            settings,
            credentials: match write.keys {
                true => Source::planned_keys(),
                false => Source::Process(options.clone()),
            },
            locations: Locations::of_caller(&own),
        };
        Ok(Meant { order, options })
    }
}
