//! Users' own access keys.

use async_trait::async_trait;
use aws_sdk_iam::config::{Builder, Config};
use aws_sdk_iam::types::StatusType;
use hatrack_core::access_key::{AccessKeys, KeyStatus, ListedKey};
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts::{AwsFailure, Reach};
use jiff::Timestamp;

use super::{AwsIam, asked, with};
use crate::answer::{Answer, timestamp};
use crate::identities::sdk_credentials;
use crate::pages::Pages;
use crate::patience::Patience;

/// For a call that is sent once: had a first one made a key, a second would make another.
fn once(signer: &Credentials) -> Builder {
    Config::builder()
        .interceptor(Answer::default())
        .retry_classifier(Patience::of_call(true))
        .credentials_provider(sdk_credentials(signer))
}

#[async_trait]
impl AccessKeys for AwsIam {
    async fn list(&self, reach: &Reach, signer: &Credentials) -> Result<Vec<ListedKey>, AwsFailure> {
        let client = self.client(reach)?;
        let (mut pages, mut all) = (Pages::default(), Vec::new());
        loop {
            let call = client.list_access_keys().set_marker(pages.next.clone());
            let sent = call.customize().config_override(with(signer)).send().await;
            let page = sent.map_err(|error| asked(reach).failed(&error))?;
            all.extend(page.access_key_metadata.into_iter().filter_map(|key| {
                Some(ListedKey {
                    id: key.access_key_id?,
                    status: match key.status? {
                        StatusType::Active => KeyStatus::Active,
                        _ => KeyStatus::Inactive,
                    },
                    created_at: key.create_date.as_ref().and_then(timestamp),
                })
            }));
            let marker = page.marker.filter(|_| page.is_truncated);
            if !pages.turn(marker).map_err(|why| asked(reach).garbled(why))? {
                return Ok(all);
            }
        }
    }

    async fn last_used(
        &self,
        reach: &Reach,
        signer: &Credentials,
        id: &str,
    ) -> Result<Option<Timestamp>, AwsFailure> {
        let call = self.client(reach)?.get_access_key_last_used().access_key_id(id);
        let sent = call.customize().config_override(with(signer)).send().await;
        let output = sent.map_err(|error| asked(reach).failed(&error))?;
        let used = output.access_key_last_used;
        Ok(used
            .and_then(|used| used.last_used_date)
            .as_ref()
            .and_then(timestamp))
    }

    async fn create(&self, reach: &Reach, signer: &Credentials) -> Result<Credentials, AwsFailure> {
        let call = self.client(reach)?.create_access_key();
        let sent = call.customize().config_override(once(signer)).send().await;
        let output = sent.map_err(|error| asked(reach).failed(&error))?;
        let key = output
            .access_key
            .ok_or_else(|| asked(reach).garbled("it holds no key"))?;
        Ok(Credentials {
            access_key_id: key.access_key_id,
            secret_access_key: Secret::new(key.secret_access_key),
            session_token: None,
            expires_at: None,
        })
    }

    async fn set_status(
        &self,
        reach: &Reach,
        signer: &Credentials,
        id: &str,
        status: KeyStatus,
    ) -> Result<(), AwsFailure> {
        let status = match status {
            KeyStatus::Active => StatusType::Active,
            KeyStatus::Inactive => StatusType::Inactive,
        };
        let client = self.client(reach)?;
        let call = client.update_access_key().access_key_id(id).status(status);
        let sent = call.customize().config_override(with(signer)).send().await;
        sent.map(|_| ()).map_err(|error| asked(reach).failed(&error))
    }

    async fn delete(&self, reach: &Reach, signer: &Credentials, id: &str) -> Result<(), AwsFailure> {
        let call = self.client(reach)?.delete_access_key().access_key_id(id);
        let sent = call.customize().config_override(with(signer)).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => match asked(reach).failed(&error) {
                AwsFailure::Refused(refusal) if refusal.code == "NoSuchEntity" => Ok(()),
                failure => Err(failure),
            },
        }
    }
}
