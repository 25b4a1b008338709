//! STS over the AWS SDK.
//!
//! Source: AWS STS API Reference; AWS SDKs and Tools Reference Guide, "AWS STS Regional endpoints".

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_sts::config::{BehaviorVersion, Config, IdentityCache, Region, SharedAsyncSleep};
use aws_sdk_sts::operation::RequestId;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use aws_smithy_async::time::SharedTimeSource;
use hatrack_core::console::GetFederationToken;
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts::{
    AssumeRole, AssumeRoleWithSaml, AssumeRoleWithWebIdentity, AwsFailure, CallerIdentity, GetSessionToken,
    Issued, Reach, Sts,
};
use hatrack_core::sts_limits::PolicyArn;
use jiff::Timestamp;

use crate::answer::{Answer, timestamp};
use crate::clients::Clients;
use crate::failure::Asked;
use crate::http::{HttpClients, document_timeouts};
use crate::patience::{Patience, retries};

/// STS, one client for each place it is reached at.
///
/// `Reach::region` may be `aws-global`: then the SDK takes the legacy global endpoint.
#[derive(Debug, Default)]
pub struct AwsSts {
    http: Arc<HttpClients>,
    clients: Clients<Client>,
    timing: Timing,
}

/// The SDK's own clock and its waiting. The SDK needs a wall clock to sign; it corrects it by AWS's answers.
#[derive(Debug, Clone, Default)]
pub struct Timing {
    /// Waits between attempts; `None` for tokio's.
    pub sleep: Option<SharedAsyncSleep>,
    /// The wall clock; `None` for the system's.
    pub time: Option<SharedTimeSource>,
}

impl AwsSts {
    /// STS through `http`.
    pub fn new(http: Arc<HttpClients>) -> Self {
        Self::with_timing(http, Timing::default())
    }

    /// The same with a clock and a way to wait of its own.
    pub fn with_timing(http: Arc<HttpClients>, timing: Timing) -> Self {
        Self {
            http,
            clients: Clients::default(),
            timing,
        }
    }

    /// The client that reaches STS there. It keeps no credentials: they come with each call.
    fn client(&self, reach: &Reach) -> Result<Client, AwsFailure> {
        self.clients.get(&self.http, reach, |http| {
            let mut config = Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new(reach.region.clone()))
                .http_client(http)
                .timeout_config(document_timeouts())
                .retry_config(retries())
                // The SDK's common bucket would let one throttled account use up the tries of all others.
                .retry_partition(
                    RetryPartition::custom("hatrack-sts")
                        .token_bucket(TokenBucket::unlimited())
                        .build(),
                )
                .identity_cache(IdentityCache::no_cache());
            config.set_endpoint_url(reach.endpoint.clone());
            if let Some(sleep) = &self.timing.sleep {
                config.set_sleep_impl(Some(sleep.clone()));
            }
            if let Some(time) = &self.timing.time {
                config.set_time_source(Some(time.clone()));
            }
            Client::from_conf(config.build())
        })
    }
}

/// What one call adds to the client's configuration.
fn with(signer: &Credentials, answer: &Answer, patience: Patience) -> aws_sdk_sts::config::Builder {
    unsigned(answer, patience).credentials_provider(crate::identities::sdk_credentials(signer))
}

/// The same for a call that nobody signs.
fn unsigned(answer: &Answer, patience: Patience) -> aws_sdk_sts::config::Builder {
    Config::builder()
        .interceptor(answer.clone())
        .retry_classifier(patience)
}

fn policies(arns: &[PolicyArn]) -> Option<Vec<PolicyDescriptorType>> {
    let policy = |arn: &PolicyArn| PolicyDescriptorType::builder().arn(arn.as_str()).build();
    (!arns.is_empty()).then(|| arns.iter().map(policy).collect())
}

fn asked(reach: &Reach) -> Asked<'_> {
    Asked {
        service: "STS",
        region: &reach.region,
    }
}

#[async_trait]
impl Sts for AwsSts {
    async fn assume_role(
        &self,
        reach: &Reach,
        signer: &Credentials,
        call: &AssumeRole,
    ) -> Result<Issued, AwsFailure> {
        let client = self.client(reach)?;
        let tags = call.tags.as_slice();
        let transitive: Vec<String> = tags
            .iter()
            .filter(|t| t.transitive)
            .map(|t| t.key.clone())
            .collect();
        let mut tags_sent = Vec::with_capacity(tags.len());
        for tag in tags {
            tags_sent.push(
                Tag::builder()
                    .key(&tag.key)
                    .value(&tag.value)
                    .build()
                    .map_err(unbuildable)?,
            );
        }
        let (serial, code) = call
            .mfa
            .as_ref()
            .map(|(serial, code)| (serial.as_str(), code.expose()))
            .unzip();
        let answer = Answer::default();
        let patience = Patience::of_call(code.is_some());
        let started = Instant::now();
        let output = client
            .assume_role()
            .role_arn(call.role.to_string())
            .role_session_name(call.session_name.as_str())
            .duration_seconds(i32::try_from(call.duration.seconds()).unwrap_or(i32::MAX))
            .set_external_id(call.external_id.as_ref().map(|id| id.as_str().to_owned()))
            .set_serial_number(serial.map(str::to_owned))
            .set_token_code(code.map(str::to_owned))
            .set_policy(call.policy.as_ref().map(|policy| policy.as_str().to_owned()))
            .set_policy_arns(policies(&call.policy_arns))
            .set_tags((!tags_sent.is_empty()).then_some(tags_sent))
            .set_transitive_tag_keys((!transitive.is_empty()).then_some(transitive))
            .set_source_identity(call.source_identity.as_ref().map(|who| who.as_str().to_owned()))
            .customize()
            .config_override(with(signer, &answer, patience))
            .send()
            .await
            .map_err(|error| asked(reach).failed(&error))?;
        let took = started.elapsed();
        let request_id = output.request_id().map(str::to_owned);
        let session = issued(reach, output.credentials(), &answer, request_id, took)?;
        Ok(of_role(session, output.assumed_role_user()))
    }

    async fn assume_role_with_web_identity(
        &self,
        reach: &Reach,
        call: &AssumeRoleWithWebIdentity,
    ) -> Result<Issued, AwsFailure> {
        let client = self.client(reach)?;
        let answer = Answer::default();
        let started = Instant::now();
        let output = client
            .assume_role_with_web_identity()
            .role_arn(call.role.to_string())
            .role_session_name(call.session_name.as_str())
            .duration_seconds(i32::try_from(call.duration.seconds()).unwrap_or(i32::MAX))
            .web_identity_token(call.token.expose())
            .set_policy(call.policy.as_ref().map(|policy| policy.as_str().to_owned()))
            .set_policy_arns(policies(&call.policy_arns))
            .customize()
            .config_override(unsigned(&answer, Patience::default()))
            .send()
            .await
            .map_err(|error| asked(reach).failed(&error))?;
        let took = started.elapsed();
        let request_id = output.request_id().map(str::to_owned);
        let session = issued(reach, output.credentials(), &answer, request_id, took)?;
        Ok(of_role(session, output.assumed_role_user()))
    }

    async fn assume_role_with_saml(
        &self,
        reach: &Reach,
        call: &AssumeRoleWithSaml,
    ) -> Result<Issued, AwsFailure> {
        let client = self.client(reach)?;
        let answer = Answer::default();
        let started = Instant::now();
        let output = client
            .assume_role_with_saml()
            .role_arn(call.role.to_string())
            .principal_arn(call.provider.as_str())
            .saml_assertion(call.assertion.expose())
            .duration_seconds(i32::try_from(call.duration.seconds()).unwrap_or(i32::MAX))
            .set_policy(call.policy.as_ref().map(|policy| policy.as_str().to_owned()))
            .set_policy_arns(policies(&call.policy_arns))
            .customize()
            .config_override(unsigned(&answer, Patience::default()))
            .send()
            .await
            .map_err(|error| asked(reach).failed(&error))?;
        let took = started.elapsed();
        let request_id = output.request_id().map(str::to_owned);
        let session = issued(reach, output.credentials(), &answer, request_id, took)?;
        Ok(of_role(session, output.assumed_role_user()))
    }

    async fn get_session_token(
        &self,
        reach: &Reach,
        signer: &Credentials,
        call: &GetSessionToken,
    ) -> Result<Issued, AwsFailure> {
        let client = self.client(reach)?;
        let (serial, code) = call
            .mfa
            .as_ref()
            .map(|(serial, code)| (serial.as_str(), code.expose()))
            .unzip();
        let answer = Answer::default();
        let patience = Patience::of_call(code.is_some());
        let started = Instant::now();
        let output = client
            .get_session_token()
            .duration_seconds(i32::try_from(call.duration.seconds()).unwrap_or(i32::MAX))
            .set_serial_number(serial.map(str::to_owned))
            .set_token_code(code.map(str::to_owned))
            .customize()
            .config_override(with(signer, &answer, patience))
            .send()
            .await
            .map_err(|error| asked(reach).failed(&error))?;
        let request_id = output.request_id().map(str::to_owned);
        issued(
            reach,
            output.credentials(),
            &answer,
            request_id,
            started.elapsed(),
        )
    }

    async fn get_caller_identity(
        &self,
        reach: &Reach,
        signer: &Credentials,
    ) -> Result<CallerIdentity, AwsFailure> {
        let output = self
            .client(reach)?
            .get_caller_identity()
            .customize()
            .config_override(with(signer, &Answer::default(), Patience::default()))
            .send()
            .await
            .map_err(|error| asked(reach).failed(&error))?;
        let account = output.account().and_then(|id| id.parse().ok());
        match (account, output.arn(), output.user_id()) {
            (Some(account), Some(arn), Some(user_id)) => Ok(CallerIdentity {
                account,
                arn: arn.to_owned(),
                user_id: user_id.to_owned(),
            }),
            _ => Err(asked(reach).garbled("it says not who the caller is")),
        }
    }
}

impl AwsSts {
    /// DecodeAuthorizationMessage.
    pub(crate) async fn decode_message(
        &self,
        reach: &Reach,
        signer: &Credentials,
        encoded: &str,
    ) -> Result<String, AwsFailure> {
        let output = self
            .client(reach)?
            .decode_authorization_message()
            .encoded_message(encoded)
            .customize()
            .config_override(with(signer, &Answer::default(), Patience::default()))
            .send()
            .await
            .map_err(|error| asked(reach).failed(&error))?;
        output
            .decoded_message
            .ok_or_else(|| asked(reach).garbled("it holds no decoded message"))
    }

    /// GetFederationToken, signed by a user's long-term keys.
    pub(crate) async fn get_federation_token(
        &self,
        reach: &Reach,
        signer: &Credentials,
        call: &GetFederationToken,
    ) -> Result<Issued, AwsFailure> {
        let client = self.client(reach)?;
        let answer = Answer::default();
        let started = Instant::now();
        let output = client
            .get_federation_token()
            .name(call.name.as_str())
            .duration_seconds(i32::try_from(call.duration.seconds()).unwrap_or(i32::MAX))
            .policy(call.policy.as_str())
            .customize()
            .config_override(with(signer, &answer, Patience::default()))
            .send()
            .await
            .map_err(|error| asked(reach).failed(&error))?;
        let request_id = output.request_id().map(str::to_owned);
        let took = started.elapsed();
        issued(reach, output.credentials(), &answer, request_id, took)
    }
}

fn unbuildable(why: impl std::fmt::Display) -> AwsFailure {
    AwsFailure::Unusable(format!("the request to STS could not be made: {why}"))
}

/// A session with the role that the answer names.
fn of_role(session: Issued, user: Option<&aws_sdk_sts::types::AssumedRoleUser>) -> Issued {
    Issued {
        assumed_role_arn: user.map(|user| user.arn().to_owned()),
        assumed_role_id: user.map(|user| user.assumed_role_id().to_owned()),
        ..session
    }
}

/// The credentials of an answer. One without them is a failure whatever its status.
fn issued(
    reach: &Reach,
    credentials: Option<&aws_sdk_sts::types::Credentials>,
    answer: &Answer,
    request_id: Option<String>,
    took: Duration,
) -> Result<Issued, AwsFailure> {
    let given = credentials.ok_or_else(|| asked(reach).garbled("it holds no credentials"))?;
    let parts = [
        given.access_key_id(),
        given.secret_access_key(),
        given.session_token(),
    ];
    if parts.iter().any(|part| part.is_empty()) {
        return Err(asked(reach).garbled("its credentials are incomplete"));
    }
    // The SDK reads an answer without one as the beginning of its time.
    if given.expiration().secs() == 0 {
        return Err(asked(reach).garbled("it says not when its credentials end"));
    }
    // A year that no calendar here holds is read as the last moment that one does; `Expiry` caps it.
    let expiration = timestamp(given.expiration()).unwrap_or(Timestamp::MAX);
    Ok(Issued {
        credentials: Credentials {
            access_key_id: given.access_key_id().to_owned(),
            secret_access_key: Secret::new(given.secret_access_key()),
            session_token: Some(Secret::new(given.session_token())),
            expires_at: Some(expiration),
        },
        expiration,
        aws_date: answer.date(),
        assumed_role_arn: None,
        assumed_role_id: None,
        request_id,
        took,
    })
}
