//! What the agent has from outside.

use std::sync::Arc;

use hatrack_aws::http::HttpClients;
use hatrack_aws::{AwsConsole, AwsEyes, AwsIam, AwsIdentityCenter, AwsOrganizations, AwsSts};
use hatrack_core::access_key::AccessKeys;
use hatrack_core::console::ConsoleSignIn;
use hatrack_core::doctor::Eyes;
use hatrack_core::expiry::Clock;
use hatrack_core::iam::Iam;
use hatrack_core::identity_center::IdentityCenter;
use hatrack_core::organization::Organizations;
use hatrack_core::revoke::RolePolicies;
use hatrack_core::sts::Sts;
use hatrack_store::vault::Keyring;

/// What the agent has from outside: tests give others.
#[derive(Clone)]
pub struct Outside {
    /// STS.
    pub sts: Arc<dyn Sts>,
    /// IAM Identity Center.
    pub center: Arc<dyn IdentityCenter>,
    /// IAM's reads.
    pub iam: Arc<dyn Iam>,
    /// IAM's access keys.
    pub access_keys: Arc<dyn AccessKeys>,
    /// Roles' inline policies.
    pub role_policies: Arc<dyn RolePolicies>,
    /// AWS Organizations.
    pub organizations: Arc<dyn Organizations>,
    /// What Doctor sees by.
    pub eyes: Arc<dyn Eyes>,
    /// The console's sign-in.
    pub console: Arc<dyn ConsoleSignIn>,
    /// What they and all other calls to AWS go through.
    pub http: Arc<HttpClients>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where the vault's key is.
    pub keyring: Arc<dyn Keyring>,
}

impl Outside {
    /// AWS through `http`, by this clock and with this keyring.
    pub fn aws(http: Arc<HttpClients>, clock: Arc<dyn Clock>, keyring: Arc<dyn Keyring>) -> Self {
        let iam = Arc::new(AwsIam::new(http.clone()));
        Self {
            sts: Arc::new(AwsSts::new(http.clone())),
            center: Arc::new(AwsIdentityCenter::new(http.clone())),
            iam: iam.clone(),
            access_keys: iam.clone(),
            role_policies: iam,
            organizations: Arc::new(AwsOrganizations::new(http.clone())),
            eyes: Arc::new(AwsEyes::new(http.clone())),
            console: Arc::new(AwsConsole::new(http.clone())),
            http,
            clock,
            keyring,
        }
    }
}
