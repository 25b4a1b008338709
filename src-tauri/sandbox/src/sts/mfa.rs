//! MFA codes in STS calls.

use jiff::Timestamp;

use super::Call;
use crate::query::{Limits, Refusal};
use crate::world::{SessionOf, Signer};

const SERIAL: Limits = Limits {
    name: "SerialNumber",
    length: (9, 256),
    pattern: "[\\w+=/:,.@-]*",
    also: Some("+=/:,.@-"),
};
const CODE: Limits = Limits {
    name: "TokenCode",
    length: (6, 6),
    pattern: "[\\d]*",
    also: None,
};

/// Takes the code of the call, if it has one: when the person showed it.
///
/// A code counts only where a user's own long-term keys sign, and once.
pub(super) fn take(call: &Call<'_>) -> Result<Option<Timestamp>, Refusal> {
    let serial = call.parameters.text(&SERIAL)?;
    let code = call.parameters.text(&CODE)?;
    let (serial, code) = match (serial, code) {
        (None, None) => return Ok(None),
        (Some(serial), Some(code)) => (serial, code),
        (Some(_), None) => {
            return Err(Refusal::denied(
                "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. ",
            ));
        }
        (None, Some(_)) => {
            return Err(Refusal::denied(
                "MultiFactorAuthentication failed, must provide MFA serial number. ",
            ));
        }
    };
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        let constraint = "Member must satisfy regular expression pattern: [\\d]*";
        return Err(Refusal::constraint(code, "tokenCode", constraint));
    }
    let unable = || {
        Refusal::denied(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number \
             is valid and associated with this user.",
        )
    };
    let user = user_arn(&call.signer).ok_or_else(unable)?;
    let now = call.state.now();
    let mut world = call.state.change();
    let devices = world
        .users
        .get_mut(user)
        .map(|u| u.mfa.as_mut_slice())
        .unwrap_or_default();
    let device = devices
        .iter_mut()
        .find(|d| d.serial == serial)
        .ok_or_else(unable)?;
    if device.take(code, now) {
        Ok(Some(now))
    } else {
        Err(Refusal::denied(
            "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
        ))
    }
}

fn user_arn(signer: &Signer) -> Option<&str> {
    match signer.session.as_ref().map(|s| &s.of) {
        None => Some(&signer.arn),
        Some(SessionOf::User { .. } | SessionOf::Role(_) | SessionOf::Federated(_)) => None,
    }
}
