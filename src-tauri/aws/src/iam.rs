//! IAM over the AWS SDK: what is read, a user's own access keys, and roles' inline policies.
//!
//! Source: IAM API Reference.

mod access_keys;
mod own_policies;
mod role_policies;
mod simulation;

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_iam::Client;
use aws_sdk_iam::config::{Builder, Config};
use hatrack_core::iam::{Iam, OwnPolicies, RoleFacts, Whose};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Reach};
use hatrack_core::sts_limits::SessionDuration;

use crate::answer::{Answer, timestamp};
use crate::clients::{Clients, config, partition};
use crate::failure::Asked;
use crate::http::HttpClients;
use crate::identities::sdk_credentials;
use crate::patience::Patience;
use crate::sts::Timing;

/// IAM, one client for each place it is reached at.
#[derive(Debug, Default)]
pub struct AwsIam {
    http: Arc<HttpClients>,
    clients: Clients<Client>,
    timing: Timing,
}

impl AwsIam {
    /// IAM through `http`.
    pub fn new(http: Arc<HttpClients>) -> Self {
        Self::with_timing(http, Timing::default())
    }

    /// The same with a clock and a way to wait of its own.
    pub fn with_timing(http: Arc<HttpClients>, timing: Timing) -> Self {
        Self {
            http,
            timing,
            ..Self::default()
        }
    }

    fn client(&self, reach: &Reach) -> Result<Client, AwsFailure> {
        self.clients.get(&self.http, reach, |http| {
            let config = config(reach, http, &self.timing);
            let config = Builder::from(&config);
            Client::from_conf(config.retry_partition(partition("hatrack-iam")).build())
        })
    }
}

/// What each call adds to the client's configuration.
fn with(signer: &Credentials) -> Builder {
    Config::builder()
        .interceptor(Answer::default())
        .retry_classifier(Patience::default())
        .credentials_provider(sdk_credentials(signer))
}

fn asked(reach: &Reach) -> Asked<'_> {
    Asked {
        service: "IAM",
        region: &reach.region,
    }
}

#[async_trait]
impl Iam for AwsIam {
    async fn role(&self, reach: &Reach, signer: &Credentials, name: &str) -> Result<RoleFacts, AwsFailure> {
        let output = self
            .client(reach)?
            .get_role()
            .role_name(name)
            .customize()
            .config_override(with(signer))
            .send()
            .await
            .map_err(|error| asked(reach).failed(&error))?;
        let role = output
            .role
            .ok_or_else(|| asked(reach).garbled("it holds no role"))?;
        let arn = role.arn.parse();
        let maximum = role.max_session_duration.and_then(|s| u32::try_from(s).ok());
        let used = role.role_last_used.and_then(|used| used.last_used_date);
        Ok(RoleFacts {
            role: arn.map_err(|_| asked(reach).garbled("its role has no ARN"))?,
            path: role.path,
            maximum: maximum.and_then(|s| SessionDuration::try_from(s).ok()),
            trust: role.assume_role_policy_document.as_deref().map(decoded),
            description: role.description.filter(|text| !text.is_empty()),
            tags: role
                .tags
                .unwrap_or_default()
                .into_iter()
                .map(|tag| (tag.key, tag.value))
                .collect(),
            last_used: used.as_ref().and_then(timestamp),
        })
    }

    async fn own_policies(
        &self,
        reach: &Reach,
        signer: &Credentials,
        whose: &Whose,
    ) -> Result<OwnPolicies, AwsFailure> {
        let reading = own_policies::Reading {
            client: self.client(reach)?,
            reach,
            signer,
        };
        reading.of(whose).await
    }
}

/// IAM gives policy documents percent-encoded (RFC 3986); a `+` in them is a plus.
fn decoded(document: &str) -> String {
    let pair = document
        .replace('&', "%26")
        .replace('=', "%3D")
        .replace('+', "%2B");
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map(|(text, _)| text.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_decoded_once_and_a_plus_stays_one() {
        let written = "%7B%22Sid%22%3A%22a%2Bb+c%2520d%26e%3Df%22%7D";
        assert_eq!(decoded(written), r#"{"Sid":"a+b+c%20d&e=f"}"#);
        assert_eq!(decoded(r#"{"plain": "a=b&c"}"#), r#"{"plain": "a=b&c"}"#);
        assert_eq!(decoded(""), "");
    }
}
