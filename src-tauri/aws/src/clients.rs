//! SDK clients, one for each place that a service is reached at.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::region::Region;
use hatrack_core::sts::{AwsFailure, Reach};

use crate::http::{HttpClients, Stamp, Wire, check_endpoint, document_timeouts, is_outdated};
use crate::patience::retries;
use crate::sts::Timing;

/// The clients of one service. A client is kept because it remembers how wrong this computer's clock is; it is made
/// anew when the CA bundle that it trusts is replaced.
#[derive(Debug)]
pub struct Clients<C>(Mutex<HashMap<Reach, (Option<Stamp>, C)>>);

impl<C> Default for Clients<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C: Clone> Clients<C> {
    /// The client that reaches the service there; `make` makes one that is missing.
    pub fn get(
        &self,
        http: &HttpClients,
        reach: &Reach,
        make: impl FnOnce(SharedHttpClient) -> C,
    ) -> Result<C, AwsFailure> {
        check_endpoint(reach.endpoint.as_deref())?;
        let wire = Wire::to(reach.endpoint.as_deref(), reach);
        let stamp = wire.stamp()?;
        let http = http.client(&wire)?;
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = made.get(reach).filter(|(made_at, _)| *made_at == stamp) {
            return Ok(client.clone());
        }
        made.retain(|other, _| !is_outdated(other.proxy.as_ref(), reach.proxy.as_ref()));
        let client = make(http);
        made.insert(reach.clone(), (stamp, client.clone()));
        Ok(client)
    }
}

/// What the clients of all services that return documents have in common.
pub fn config(reach: &Reach, http: SharedHttpClient, timing: &Timing) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(reach.region.clone()))
        .http_client(http)
        .timeout_config(document_timeouts())
        .retry_config(retries());
    config.set_endpoint_url(reach.endpoint.clone());
    config.set_sleep_impl(timing.sleep.clone());
    config.set_time_source(timing.time.clone());
    config.build()
}

/// The SDK's common bucket would let one throttled place use up the tries of all others.
pub fn partition(name: &'static str) -> RetryPartition {
    RetryPartition::custom(name)
        .token_bucket(TokenBucket::unlimited())
        .build()
}
