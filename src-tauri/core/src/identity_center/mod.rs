//! IAM Identity Center: what one signs in to, and what a sign-in lists.
//!
//! Source: IAM Identity Center User Guide, "Configuring the AWS CLI to use IAM Identity Center"; AWS SDKs and Tools
//! Reference Guide, "IAM Identity Center credential provider".

mod service;

pub use service::{
    DeviceCode, Grant, IdentityCenter, Poll, PortalReach, Redirect, Registration, SignInToken,
};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::account::AccountId;

/// Lets the portal's accounts and roles be read, and the sign-in be refreshed.
pub const ACCOUNT_ACCESS: &str = "sso:account:access";

/// An organisation's access portal, as the shared config names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Portal {
    /// The `[sso-session …]`; `None` for the older form, which has the address in the profile.
    pub session: Option<String>,
    /// The portal's address, checked to be `https`, or on this machine.
    pub start_url: String,
    /// The region of the Identity Center instance.
    pub region: String,
    /// `sso_registration_scopes`; empty for the older form, whose sign-in cannot be refreshed.
    #[serde(default)]
    pub scopes: Vec<String>,
}

impl Portal {
    /// What the AWS CLI derives the name of the token's file from: the session's name, else the address.
    pub fn cache_name(&self) -> &str {
        self.session.as_deref().unwrap_or(&self.start_url)
    }

    /// What people call it, and what `hat login` takes: the session's name, else the address.
    pub fn name(&self) -> &str {
        self.cache_name()
    }
}

/// Whether a start address is on a host that AWS gives to portals and to nobody else.
///
/// Source: IAM Identity Center User Guide, "Using the AWS access portal" and its pages on other partitions.
pub fn is_portal_of_aws(start_url: &str) -> bool {
    let Ok(url) = Url::parse(start_url) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let under = |suffix: &str| host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'));
    // `ID.portal.eu-west-1.app.aws`, `ID.eu-west-1.portal.amazonaws.com`
    let newer = [
        "app.aws",
        "app.amazonwebservices.com.cn",
        "app.amazonwebservices.eu",
    ];
    let regional = [
        "portal.amazonaws.com",
        "portal.amazonaws.com.cn",
        "portal.amazonaws.eu",
    ];
    url.scheme() == "https"
        && (["awsapps.com", "awsapps.cn"].into_iter().any(under)
            || regional.into_iter().any(under)
            || (host.contains(".portal.") && newer.into_iter().any(under)))
}

/// An account and role that a sign-in gives.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IdentityCenterRole {
    /// Where one signs in.
    pub portal: Portal,
    /// The account.
    pub account: AccountId,
    /// The permission set's role name.
    pub role_name: String,
}

/// What one sign-in gives: all its accounts, and the roles in each. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalListing {
    /// Where.
    pub portal: Portal,
    /// The accounts, in the portal's order.
    pub accounts: Vec<PortalAccount>,
}

/// An account of a portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalAccount {
    /// The account.
    pub id: AccountId,
    /// Its name in the organisation.
    pub name: Option<String>,
    /// The permission sets' role names.
    pub roles: Vec<String>,
}
