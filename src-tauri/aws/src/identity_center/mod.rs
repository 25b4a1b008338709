//! IAM Identity Center over the AWS SDK: sign-in and the access portal.

mod access;
mod listing;
mod oidc;
mod pace;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use hatrack_core::account::AccountId;
use hatrack_core::broker::Given;
use hatrack_core::identity_center::{
    DeviceCode, Grant, IdentityCenter, Poll, Portal, PortalListing, Redirect, Registration, SignInToken,
};
use hatrack_core::secret::Secret;
use hatrack_core::sts::{AwsFailure, Reach};
use url::Url;

use self::access::Access;
use self::oidc::Oidc;
use self::pace::Pacer;
use crate::clients::{Clients, partition};
use crate::failure::Asked;
use crate::http::HttpClients;
use crate::sts::Timing;

/// Identity Center, one client for each place it is reached at.
#[derive(Debug, Default)]
pub struct AwsIdentityCenter {
    http: Arc<HttpClients>,
    oidc: Clients<aws_sdk_ssooidc::Client>,
    portals: Clients<aws_sdk_sso::Client>,
    /// By place and address: what was found about a portal's limit serves its next listing.
    paces: Mutex<HashMap<(Reach, String), Arc<Pacer>>>,
    timing: Timing,
}

impl AwsIdentityCenter {
    /// Identity Center through `http`.
    pub fn new(http: Arc<HttpClients>) -> Self {
        Self::with_timing(http, Timing::default())
    }

    /// The same with a clock and a way to wait of its own. The pace of a listing keeps to tokio's clock.
    pub fn with_timing(http: Arc<HttpClients>, timing: Timing) -> Self {
        Self {
            http,
            timing,
            ..Self::default()
        }
    }

    fn oidc<'a>(&self, reach: &'a Reach) -> Result<Oidc<'a>, AwsFailure> {
        let client = self.oidc.get(&self.http, reach, |http| {
            let config = aws_sdk_ssooidc::config::Builder::from(&self.config(reach, http));
            aws_sdk_ssooidc::Client::from_conf(config.retry_partition(partition("hatrack-sso-oidc")).build())
        })?;
        Ok(Oidc {
            client,
            reach,
            time: self.timing.time.clone().unwrap_or_default(),
        })
    }

    fn access<'a>(&self, reach: &'a Reach, token: &'a Secret) -> Result<Access<'a>, AwsFailure> {
        let client = self.portals.get(&self.http, reach, |http| {
            let config = aws_sdk_sso::config::Builder::from(&self.config(reach, http));
            aws_sdk_sso::Client::from_conf(config.retry_partition(partition("hatrack-sso")).build())
        })?;
        Ok(Access { client, reach, token })
    }

    /// What both services' clients have in common.
    fn config(&self, reach: &Reach, http: SharedHttpClient) -> SdkConfig {
        crate::clients::config(reach, http, &self.timing)
    }

    fn pace(&self, reach: &Reach, portal: &Portal) -> Arc<Pacer> {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (reach.clone(), portal.start_url.clone());
        Arc::clone(paces.entry(key).or_insert_with(|| Arc::new(Pacer::new())))
    }
}

fn asked(reach: &Reach) -> Asked<'_> {
    Asked {
        service: "IAM Identity Center",
        region: &reach.region,
    }
}

#[async_trait]
impl IdentityCenter for AwsIdentityCenter {
    async fn register(
        &self,
        reach: &Reach,
        portal: &Portal,
        grant: Grant,
    ) -> Result<Registration, AwsFailure> {
        self.oidc(reach)?.register(portal, grant).await
    }

    fn page(
        &self,
        reach: &Reach,
        portal: &Portal,
        registration: &Registration,
        redirect: &Redirect,
    ) -> Result<Url, AwsFailure> {
        oidc::page(reach, portal, registration, redirect)
    }

    async fn token_of_code(
        &self,
        reach: &Reach,
        registration: &Registration,
        redirect: &Redirect,
        code: &Secret,
    ) -> Result<SignInToken, AwsFailure> {
        self.oidc(reach)?
            .token_of_code(registration, redirect, code)
            .await
    }

    async fn device_code(
        &self,
        reach: &Reach,
        portal: &Portal,
        registration: &Registration,
    ) -> Result<DeviceCode, AwsFailure> {
        self.oidc(reach)?.device_code(portal, registration).await
    }

    async fn poll(
        &self,
        reach: &Reach,
        registration: &Registration,
        code: &DeviceCode,
    ) -> Result<Poll, AwsFailure> {
        self.oidc(reach)?.poll(registration, code).await
    }

    async fn refresh(
        &self,
        reach: &Reach,
        registration: &Registration,
        refresh_token: &Secret,
    ) -> Result<SignInToken, AwsFailure> {
        self.oidc(reach)?.refresh(registration, refresh_token).await
    }

    async fn listing(
        &self,
        reach: &Reach,
        token: &Secret,
        portal: &Portal,
    ) -> Result<PortalListing, AwsFailure> {
        listing::listing(&self.access(reach, token)?, &self.pace(reach, portal), portal).await
    }

    async fn role_credentials(
        &self,
        reach: &Reach,
        token: &Secret,
        account: AccountId,
        role_name: &str,
    ) -> Result<Given, AwsFailure> {
        self.access(reach, token)?
            .role_credentials(account, role_name)
            .await
    }

    async fn log_out(&self, reach: &Reach, token: &Secret) -> Result<(), AwsFailure> {
        self.access(reach, token)?.log_out().await
    }
}
