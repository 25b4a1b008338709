//! What the window's own wire has for MFA devices.
//!
//! Invariant: a device's secret comes in through the page, once, and nothing gives it back. A code goes out only where
//! the person has asked to see it.

use hatrack_core::sts_limits::MfaSerial;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The devices that answer for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DevicesView {
    /// Those whose secret is in the vault.
    pub totp: Vec<TotpDeviceView>,
    /// Those that are an account on a YubiKey.
    pub yubikeys: Vec<YubikeyView>,
}

/// A device whose secret is in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TotpDeviceView {
    /// Its serial or ARN.
    pub serial: MfaSerial,
    /// When its secret was added.
    #[ts(type = "string")]
    pub added_at: Timestamp,
}

/// A device that is an OATH account on a YubiKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct YubikeyView {
    /// Its serial or ARN.
    pub serial: MfaSerial,
    /// The account, as `ykman oath accounts list` shows it.
    pub account: String,
}

/// Leaves a device's secret in the vault. No `Debug`: it would show the secret.
#[derive(Deserialize, TS)]
pub struct AddTotpRequest {
    /// The device's serial or ARN.
    pub serial: String,
    /// Base32, or the `otpauth://` address of its QR code.
    pub secret: String,
}

/// Names a device.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct DeviceRequest {
    /// Its serial or ARN.
    pub serial: String,
}

/// Has the codes of a device read from a YubiKey, or typed again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct YubikeyRequest {
    /// The device's serial or ARN.
    pub serial: String,
    /// The OATH account on the key; `None` forgets it.
    pub account: Option<String>,
}

/// A code for the person to use elsewhere. No `Debug`: it would show it.
#[derive(Serialize, TS)]
pub struct TotpCodeView {
    /// The six digits.
    pub code: String,
    /// Seconds until the device shows another.
    pub seconds_left: u32,
}

/// A code that the person sees and wants copied.
#[derive(Deserialize, TS)]
pub struct CodeRequest {
    /// The six digits.
    pub code: String,
}
