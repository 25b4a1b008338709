//! Long-term access keys: what is known of them, and what the person does with them.

mod ages;
mod rotate;

use std::sync::Arc;

use hatrack_core::access_key::{KeyKept, id_ends};
use hatrack_core::broker::{partition_of, reach, region};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{EntrySettings, Found};
use hatrack_core::history::{event, outcome};
use hatrack_core::history_view::HistoryRow;
use hatrack_core::sts::CallerIdentity;
use hatrack_store::vault::keys::LongTerm;

use super::Service;
use crate::keys::{KeyFailure, Reaches};
use crate::protocol::{AddKey, ErrorCode, ImportKey, Reply, Request, Topic, WireError};

impl From<KeyFailure> for WireError {
    fn from(failure: KeyFailure) -> Self {
        let code = match &failure {
            KeyFailure::NoVault
            | KeyFailure::Locked { .. }
            | KeyFailure::Vault(_)
            | KeyFailure::File(_)
            | KeyFailure::Rotations(_)
            | KeyFailure::NotStored { .. } => ErrorCode::Store,
            KeyFailure::DoesNotWork(_)
            | KeyFailure::NotAsked(_)
            | KeyFailure::WantsCode(_)
            | KeyFailure::Refused(_)
            | KeyFailure::Unclear(_)
            | KeyFailure::NotProven { .. }
            | KeyFailure::NotRetired { .. } => ErrorCode::Aws,
            _ => ErrorCode::Invalid,
        };
        Self::new(code, failure.to_string())
    }
}

impl Service {
    /// Requests about access keys; what is none is left to who else answers.
    pub(super) async fn about_keys(
        self: &Arc<Self>,
        caller: &CallerContext,
        request: Request,
    ) -> Result<Reply, WireError> {
        match request {
            Request::AccessKeys { ask_aws } => Ok(Reply::AccessKeys(self.access_keys(caller, ask_aws).await)),
            Request::AddKey(add) => self.add_key(caller, add).await,
            Request::ImportKey(import) => self.import_key(caller, import).await,
            Request::KeyRemoval { profile } => {
                Ok(Reply::FileChanges(self.keys.removal(&profile, caller).await?))
            }
            Request::RemoveKeyFromFile { profile } => {
                let done = self.keys.take_out(&profile, caller).await;
                self.write_key(event::KEY_REMOVE, &profile, caller, done.as_ref().err());
                let paths = done?.iter().map(|path| path.display().to_string()).collect();
                self.keys_changed();
                Ok(Reply::BackedUp { paths })
            }
            Request::RestoreKey { profile } => {
                let done = self.keys.restore(&profile, caller).await;
                self.write_key(event::KEY_REMOVE, &profile, caller, done.as_ref().err());
                let text = done?;
                self.keys_changed();
                Ok(Reply::Text { text })
            }
            Request::ForgetKey { profile } => {
                let done = self.keys.forget(&profile).await;
                self.write_key(event::KEY_REMOVE, &profile, caller, done.as_ref().err());
                done?;
                self.keys_changed();
                Ok(Reply::Done)
            }
            Request::RotateKey(rotate) => self.rotate_key(caller, rotate).await,
            Request::GiveUpRotation { profile } => self.give_up_rotation(caller, &profile).await,
            other => self.about_profiles(caller, other).await,
        }
    }

    async fn add_key(&self, caller: &CallerContext, add: AddKey) -> Result<Reply, WireError> {
        let key = LongTerm {
            id: add.access_key_id,
            secret: add.secret,
        };
        if key.id.is_empty()
            || !key.id.bytes().all(|b| b.is_ascii_alphanumeric())
            || key.id.starts_with("ASIA")
        {
            let message =
                "that is no ID of a long-term access key; one starts with AKIA and has letters and digits";
            return Err(WireError::new(ErrorCode::Invalid, message));
        }
        // AWS's have letters, digits, + and /. Another server's may have more, but nothing that would end a line.
        let secret = key.secret.expose();
        if secret.is_empty() || !secret.bytes().all(|b| b.is_ascii_graphic()) {
            let message = "that is no secret access key; one has no blanks and only characters of ASCII";
            return Err(WireError::new(ErrorCode::Invalid, message));
        }
        let who = self.checked(&add.profile, &key, caller, add.check).await?;
        let done = self
            .keys
            .add(&add.profile, key.clone(), who.as_ref(), caller)
            .await;
        self.write_key(event::KEY_IMPORT, &add.profile, caller, done.as_ref().err());
        done?;
        self.keys_changed();
        Ok(kept(&key, who))
    }

    async fn import_key(&self, caller: &CallerContext, import: ImportKey) -> Result<Reply, WireError> {
        let found = self.keys.importable(&import.profile, caller)?;
        let who = self
            .checked(&import.profile, &found.key, caller, import.check)
            .await?;
        let done = self.keys.import(&import.profile, who.as_ref(), caller).await;
        self.write_key(event::KEY_IMPORT, &import.profile, caller, done.as_ref().err());
        done?;
        self.keys_changed();
        Ok(kept(&found.key, who))
    }

    /// Whose the key is, where that is to be asked.
    async fn checked(
        &self,
        profile: &str,
        key: &LongTerm,
        caller: &CallerContext,
        check: bool,
    ) -> Result<Option<CallerIdentity>, WireError> {
        if !check {
            return Ok(None);
        }
        let reaches = self.allowed_reaches(profile, caller)?;
        Ok(Some(self.keys.whose(key, &reaches.sts).await?))
    }

    /// Where STS and IAM are reached for a profile.
    pub(super) fn reaches(&self, profile: &str, caller: &CallerContext) -> Reaches {
        let loaded = self.catalogs.of(caller);
        let (settings, usual) = match loaded.catalog.by_key(profile) {
            Some(Found::Identity(entry)) => (
                entry.settings.clone(),
                partition_of(&entry.route).default_region(),
            ),
            Some(Found::Role(entry)) => (
                entry.settings.clone(),
                partition_of(&entry.route).default_region(),
            ),
            None => (EntrySettings::default(), "us-east-1"),
        };
        let region = region(&settings, caller, None, usual);
        Reaches {
            sts: reach(&settings, caller, &region, "sts"),
            iam: reach(&settings, caller, &region, "iam"),
        }
    }

    /// The same, where the person has allowed the endpoints.
    pub(super) fn allowed_reaches(
        &self,
        profile: &str,
        caller: &CallerContext,
    ) -> Result<Reaches, WireError> {
        let reaches = self.reaches(profile, caller);
        let rules = self.endpoint_rules(false);
        for reach in [&reaches.sts, &reaches.iam] {
            if let Err(endpoint) = rules.check(reach.endpoint.as_deref()) {
                let message = format!(
                    "{endpoint} is not an endpoint of AWS and was never used before; switch to a role of this profile first \
                     to allow it"
                );
                return Err(WireError::new(ErrorCode::Invalid, message));
            }
        }
        Ok(reaches)
    }

    pub(super) fn keys_changed(&self) {
        self.mailbox
            .changed(&[Topic::Catalog, Topic::Settings, Topic::History]);
    }

    /// What history says of a key: the profile tells which. A failure may name a key's ID, which is no secret.
    pub(super) fn write_key(
        &self,
        what: &'static str,
        profile: &str,
        caller: &CallerContext,
        failure: Option<&KeyFailure>,
    ) {
        let known = self.keys.known();
        let about = known.get(profile);
        self.mailbox.write(HistoryRow {
            id: 0,
            at: self.clock.now().wall,
            event: what.to_owned(),
            outcome: if failure.is_none() {
                outcome::OK
            } else {
                outcome::FAILED
            }
            .to_owned(),
            account_id: about.and_then(|known| known.key.account),
            account_name: None,
            role_name: None,
            arn: about.and_then(|known| known.user_arn.clone()),
            profile: Some(profile.to_owned()),
            session_id: None,
            duration_s: None,
            call_ms: None,
            request_id: None,
            error: failure.map(ToString::to_string),
            client: caller.client.as_str().to_owned(),
            detail: None,
        });
    }
}

fn kept(key: &LongTerm, who: Option<CallerIdentity>) -> Reply {
    Reply::KeyKept(KeyKept {
        id_ends: id_ends(&key.id),
        account_id: who.as_ref().map(|who| who.account),
        arn: who.map(|who| who.arn),
    })
}
