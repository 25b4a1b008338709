//! Keys of the Key Management Service.

use hatrack_core::account::AccountId;
use hatrack_core::policy::Policy;

/// A KMS key.
#[derive(Debug, Clone)]
pub struct KmsKey {
    /// The account.
    pub account: AccountId,
    /// The key policy, without which nobody may use the key.
    pub policy: Policy,
    /// Whether it can be used.
    pub enabled: bool,
}
