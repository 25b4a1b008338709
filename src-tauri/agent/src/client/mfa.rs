//! MFA: shared codes, and devices whose secret is in the vault.

use hatrack_core::secret::Secret;
use hatrack_core::sts_limits::MfaSerial;

use super::{Agent, AgentError};
use crate::protocol::{AddTotp, Reply, Request, TotpCode, TotpDevice};

impl Agent {
    /// Forgets the sessions that MFA codes were spent on, and says how many there were.
    pub async fn forget_mfa(&self) -> Result<u32, AgentError> {
        match self.ask(Request::ForgetMfa).await? {
            Reply::Ended { count } => Ok(count),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Leaves a device's secret with Hatrack: base32, or the `otpauth://` address of its QR code.
    pub async fn add_totp(&self, serial: MfaSerial, secret: Secret) -> Result<(), AgentError> {
        self.done(Request::AddTotp(AddTotp { serial, secret })).await
    }

    /// Forgets a device's secret.
    pub async fn remove_totp(&self, serial: MfaSerial) -> Result<(), AgentError> {
        self.done(Request::RemoveTotp { serial }).await
    }

    /// The devices whose secret is in the vault.
    pub async fn totp_devices(&self) -> Result<Vec<TotpDevice>, AgentError> {
        match self.ask(Request::TotpDevices).await? {
            Reply::TotpDevices(devices) => Ok(devices),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// A code of a device whose secret is in the vault. Where the present one is spent, it waits for the next.
    pub async fn totp_code(&self, serial: MfaSerial) -> Result<TotpCode, AgentError> {
        match self.ask(Request::TotpCode { serial }).await? {
            Reply::TotpCode(code) => Ok(code),
            _ => Err(AgentError::Unexpected),
        }
    }
}
