//! The port to IAM Identity Center: sign-in (OIDC) and the access portal.
//!
//! Source: AWS IAM Identity Center OIDC API Reference and Portal API Reference; RFC 7636 (PKCE), RFC 8252 (loopback
//! redirects), RFC 8628 (device codes).

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use url::Url;

use super::{Portal, PortalListing};
use crate::account::AccountId;
use crate::broker::Given;
use crate::secret::Secret;
use crate::sts::{AwsFailure, Reach};

/// What the client is registered as. AWS keeps a registration for about ninety days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Identifies the client.
    pub client_id: String,
    /// Goes with it to every token request.
    pub client_secret: Secret,
    /// When it must be made anew.
    pub expires_at: Timestamp,
}

/// How the person will be brought to the sign-in page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grant {
    /// Authorization code with PKCE, received on a loopback port.
    AuthorizationCode,
    /// Device code, for where no browser can be opened on this machine.
    DeviceCode,
}

/// The two service endpoints of one portal, for one caller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PortalReach {
    /// Sign-in (`sso-oidc`).
    pub oidc: Reach,
    /// The access portal (`sso`).
    pub portal: Reach,
}

/// A sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInToken {
    /// Bears the person's rights at the portal.
    pub access_token: Secret,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Gets the next one without the person; needs a registration with scopes.
    pub refresh_token: Option<Secret>,
}

/// A device code that waits for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// What is polled with.
    pub device_code: Secret,
    /// What the page shows, for the person to compare.
    pub user_code: String,
    /// The page, with the code in it.
    pub page: Url,
    /// The least time between two polls.
    pub interval: Duration,
    /// How long the code lives.
    pub lives: Duration,
}

/// What a poll of a device code found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poll {
    /// The person has not finished.
    Pending,
    /// Poll less often: RFC 8628 adds five seconds.
    SlowDown,
    /// Signed in.
    Token(SignInToken),
}

/// One redirect that is waited for, as the sign-in page is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// `http://127.0.0.1:PORT/oauth/callback`.
    pub uri: Url,
    /// Comes back unchanged.
    pub state: String,
    /// PKCE's verifier; only its SHA-256 goes to the page.
    pub verifier: Secret,
}

/// IAM Identity Center.
#[async_trait]
pub trait IdentityCenter: Send + Sync {
    /// RegisterClient.
    async fn register(
        &self,
        reach: &Reach,
        portal: &Portal,
        grant: Grant,
    ) -> Result<Registration, AwsFailure>;

    /// The page that the person opens to sign in with `redirect`.
    fn page(
        &self,
        reach: &Reach,
        portal: &Portal,
        registration: &Registration,
        redirect: &Redirect,
    ) -> Result<Url, AwsFailure>;

    /// CreateToken with the code that came back to `redirect`.
    async fn token_of_code(
        &self,
        reach: &Reach,
        registration: &Registration,
        redirect: &Redirect,
        code: &Secret,
    ) -> Result<SignInToken, AwsFailure>;

    /// StartDeviceAuthorization.
    async fn device_code(
        &self,
        reach: &Reach,
        portal: &Portal,
        registration: &Registration,
    ) -> Result<DeviceCode, AwsFailure>;

    /// CreateToken with a device code.
    async fn poll(
        &self,
        reach: &Reach,
        registration: &Registration,
        code: &DeviceCode,
    ) -> Result<Poll, AwsFailure>;

    /// CreateToken with a refresh token. A refusal means that the person has to sign in again.
    async fn refresh(
        &self,
        reach: &Reach,
        registration: &Registration,
        refresh_token: &Secret,
    ) -> Result<SignInToken, AwsFailure>;

    /// ListAccounts and ListAccountRoles, all pages of all accounts. Throttling is waited out.
    async fn listing(
        &self,
        reach: &Reach,
        token: &Secret,
        portal: &Portal,
    ) -> Result<PortalListing, AwsFailure>;

    /// GetRoleCredentials. A refusal with status 401 means that the person has to sign in again.
    async fn role_credentials(
        &self,
        reach: &Reach,
        token: &Secret,
        account: AccountId,
        role_name: &str,
    ) -> Result<Given, AwsFailure>;

    /// Logout: the access token is of no use from here on.
    async fn log_out(&self, reach: &Reach, token: &Secret) -> Result<(), AwsFailure>;
}
