//! MFA devices whose secret is in the vault.

use hatrack_core::caller::CallerContext;
use hatrack_core::secret::Secret;

use super::Service;
use crate::devices::DeviceFailure;
use crate::protocol::{ErrorCode, Reply, Request, Topic, TotpCode, TotpDevice, WireError};
use crate::sessions::Ending;

impl From<DeviceFailure> for WireError {
    fn from(failure: DeviceFailure) -> Self {
        let code = match failure {
            DeviceFailure::Seed(_) | DeviceFailure::Unknown(_) => ErrorCode::Invalid,
            DeviceFailure::NoVault | DeviceFailure::Vault(_) => ErrorCode::Store,
            DeviceFailure::Busy(_) => ErrorCode::Identity,
        };
        Self::new(code, failure.to_string())
    }
}

impl Service {
    /// Requests about MFA; what is none is left to who else answers.
    pub(super) async fn about_mfa(
        &self,
        caller: &CallerContext,
        request: Request,
    ) -> Result<Reply, WireError> {
        match request {
            Request::ForgetMfa => Ok(Reply::Ended {
                count: self.mailbox.end(Ending::OfCodes, caller.client).await?,
            }),
            Request::AddTotp(add) => {
                self.devices.add(add.serial, &add.secret).await?;
                Ok(self.devices_changed())
            }
            Request::RemoveTotp { serial } => {
                self.devices.remove(&serial).await?;
                Ok(self.devices_changed())
            }
            Request::TotpDevices => {
                let device = |(serial, added_at)| TotpDevice { serial, added_at };
                Ok(Reply::TotpDevices(
                    self.devices.list().into_iter().map(device).collect(),
                ))
            }
            Request::TotpCode { serial } => {
                let (code, seconds_left) = self.devices.show(&serial).await?;
                Ok(Reply::TotpCode(TotpCode {
                    code: Secret::new(code.expose()),
                    seconds_left,
                }))
            }
            other => self.about_sign_ins(caller, other).await,
        }
    }

    /// Which sessions can be renewed without the person has changed with the devices.
    fn devices_changed(&self) -> Reply {
        self.mailbox.changed(&[Topic::Settings, Topic::Sessions]);
        Reply::Done
    }
}
