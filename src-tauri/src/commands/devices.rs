//! MFA devices that answer for the person: their secret in the vault, or a YubiKey.

use std::process::Stdio;

use hatrack_agent::client::{is_yubikey_account, yubikey_code as code_of_key};
use hatrack_agent::protocol::ChangeSettings;
use hatrack_core::secret::Secret;
use hatrack_core::sts_limits::{MfaSerial, TokenCode};

use super::exports::on_own_thread;
use crate::clipboard::STAYS;
use crate::desk::Desk;
use crate::wire::{
    AddTotpRequest, CodeRequest, CommandError, Copied, DeviceRequest, DevicesView, TotpCodeView,
    TotpDeviceView, YubikeyRequest, YubikeyView,
};

type Answer<T> = Result<T, CommandError>;

#[allow(missing_docs)]
pub async fn devices(desk: &Desk) -> Answer<DevicesView> {
    let agent = desk.agent().await?;
    let totp = agent.totp_devices().await?.into_iter();
    let yubikeys = agent.settings().await?.yubikeys.into_iter();
    Ok(DevicesView {
        totp: totp
            .map(|device| TotpDeviceView {
                serial: device.serial,
                added_at: device.added_at,
            })
            .collect(),
        yubikeys: yubikeys
            .map(|(serial, account)| YubikeyView { serial, account })
            .collect(),
    })
}

fn serial(text: &str) -> Answer<MfaSerial> {
    Ok(text.trim().parse()?)
}

/// Leaves a device's secret in the vault.
pub async fn add_totp(desk: &Desk, request: AddTotpRequest) -> Answer<()> {
    let secret = Secret::new(request.secret);
    let serial = serial(&request.serial)?;
    Ok(desk.agent().await?.add_totp(serial, secret).await?)
}

/// Forgets a device's secret.
pub async fn remove_totp(desk: &Desk, request: DeviceRequest) -> Answer<()> {
    Ok(desk.agent().await?.remove_totp(serial(&request.serial)?).await?)
}

/// A code for the person to use elsewhere.
pub async fn totp_code(desk: &Desk, request: DeviceRequest) -> Answer<TotpCodeView> {
    let shown = desk.agent().await?.totp_code(serial(&request.serial)?).await?;
    Ok(TotpCodeView {
        code: shown.code.expose().to_owned(),
        seconds_left: u32::try_from(shown.seconds_left).unwrap_or(u32::MAX),
    })
}

/// Copies a code that the page shows, as a secret.
pub async fn copy_code(desk: &Desk, request: CodeRequest) -> Answer<Copied> {
    let code: TokenCode = Secret::new(request.code).expose().parse()?;
    let clipboard = desk.clipboard().clone();
    on_own_thread(move || clipboard.copy_secret(code.expose(), STAYS)).await?;
    Ok(Copied {
        clears_in_s: u32::try_from(STAYS.as_secs()).unwrap_or(u32::MAX),
        what: "the code".to_owned(),
    })
}

/// Has the codes of a device read from a YubiKey, or typed again.
pub async fn set_yubikey(desk: &Desk, request: YubikeyRequest) -> Answer<()> {
    let serial = serial(&request.serial)?;
    let account = match request.account.as_deref().map(str::trim) {
        Some(account) if is_yubikey_account(account) => Some(account.to_owned()),
        Some(_) => {
            return Err(CommandError::new(
                "That is no name of an OATH account. `ykman oath accounts list` lists those on your key.",
            ));
        }
        None => None,
    };
    let change = ChangeSettings {
        yubikeys: [(serial, account)].into(),
        ..Default::default()
    };
    Ok(desk.agent().await?.change_settings(change).await?)
}

/// The code that a YubiKey has for a device, once the person has touched it.
pub async fn yubikey_code(desk: &Desk, request: DeviceRequest) -> Answer<String> {
    let keys = desk.agent().await?.settings().await?.yubikeys;
    let serial = serial(&request.serial)?;
    let account = keys.get(&serial);
    let account = account.ok_or_else(|| CommandError::new("That device is no YubiKey. Type its code."))?;
    let asking = code_of_key(account, Stdio::null());
    let code = desk.yubikey_runs().run(serial, asking).await;
    let code = code.ok_or_else(|| CommandError::new("The YubiKey is no longer asked."))?;
    let code = code.map_err(|why| CommandError::new(format!("No code from the YubiKey: {why}.")))?;
    Ok(code.expose().to_owned())
}

/// Nobody waits for the code of a YubiKey any more.
pub async fn cancel_yubikey_code(desk: &Desk, request: DeviceRequest) -> Answer<()> {
    desk.yubikey_runs().give_up(&serial(&request.serial)?);
    Ok(())
}

/// Ends the sessions that codes were spent on, and says how many there were.
pub async fn forget_mfa(desk: &Desk) -> Answer<u32> {
    Ok(desk.agent().await?.forget_mfa().await?)
}
