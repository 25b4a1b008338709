//! The port to AWS Organizations, as far as Hatrack reads it.
//!
//! Source: AWS Organizations API Reference.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::secret::Credentials;
use crate::sts::{AwsFailure, Reach};

/// An account of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberAccount {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Whether roles in it can be assumed: one that is suspended or being closed lets nobody in.
    pub active: bool,
}

/// AWS Organizations.
#[async_trait]
pub trait Organizations: Send + Sync {
    /// ListAccounts, all pages. AWS answers only the management account and delegated administrators.
    async fn accounts(&self, reach: &Reach, signer: &Credentials) -> Result<Vec<MemberAccount>, AwsFailure>;
}
