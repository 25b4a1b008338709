//! The form of a sign-in's file.

use std::io;

use hatrack_core::identity_center::{Grant, Portal, Registration, SignInToken};
use hatrack_core::secret::Secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::StoredToken;
use crate::in_the_clear::InTheClear;

/// The AWS CLI's fields, in its order. What other tools add is not kept, as the CLI does not keep it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    start_url: Option<String>,
    region: Option<String>,
    access_token: InTheClear,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<InTheClear>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<InTheClear>,
}

/// The sign-in in `bytes`, or why they hold none for this portal. Never repeats a part of them.
pub fn parse(bytes: &[u8], portal: &Portal) -> Result<StoredToken, &'static str> {
    let written: Written =
        serde_json::from_slice(bytes).map_err(|_| "it is torn, or not in the AWS CLI's form")?;
    let is = |found: &Option<String>, expected: &str| {
        // Tools that give neither go by the name alone.
        found
            .as_deref()
            .is_none_or(|found| plain(found) == plain(expected))
    };
    if !is(&written.start_url, &portal.start_url) || !is(&written.region, &portal.region) {
        return Err("it is for another portal or region than the profile names");
    }
    if written.access_token.0.expose().is_empty() {
        return Err("it holds no token");
    }
    let expires_at = time(&written.expires_at).ok_or("it does not say when the sign-in ends")?;
    let registration_ends = written.registration_expires_at.as_deref().and_then(time);
    Ok(StoredToken {
        token: SignInToken {
            access_token: written.access_token.0,
            expires_at,
            refresh_token: written.refresh_token.map(|InTheClear(token)| token),
        },
        registration: match (written.client_id, written.client_secret, registration_ends) {
            (Some(client_id), Some(InTheClear(client_secret)), Some(expires_at)) => Some(Registration {
                client_id,
                client_secret,
                expires_at,
            }),
            _ => None,
        },
    })
}

/// The file's bytes.
pub fn write(stored: &StoredToken, portal: &Portal) -> io::Result<Zeroizing<Vec<u8>>> {
    let clear = |secret: &Secret| InTheClear(secret.clone());
    let registration = stored.registration.as_ref();
    json(&Written {
        start_url: Some(portal.start_url.clone()),
        region: Some(portal.region.clone()),
        access_token: clear(&stored.token.access_token),
        expires_at: text(stored.token.expires_at),
        client_id: registration.map(|client| client.client_id.clone()),
        client_secret: registration.map(|client| clear(&client.client_secret)),
        registration_expires_at: registration.map(|client| text(client.expires_at)),
        refresh_token: stored.token.refresh_token.as_ref().map(clear),
    })
}

/// The fields of the AWS CLI's own file of a registration.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnlyRegistration {
    client_id: String,
    client_secret: InTheClear,
    expires_at: String,
}

/// The registration in `bytes`.
pub fn parse_registration(bytes: &[u8]) -> Option<Registration> {
    let written: OnlyRegistration = serde_json::from_slice(bytes).ok()?;
    Some(Registration {
        client_id: written.client_id,
        client_secret: written.client_secret.0,
        expires_at: time(&written.expires_at)?,
    })
}

/// The file of a registration.
pub fn write_registration(registration: &Registration) -> io::Result<Zeroizing<Vec<u8>>> {
    json(&OnlyRegistration {
        client_id: registration.client_id.clone(),
        client_secret: InTheClear(registration.client_secret.clone()),
        expires_at: text(registration.expires_at),
    })
}

/// What names a registration: all that it was made for.
pub fn registration_name(portal: &Portal, grant: Grant) -> String {
    serde_json::json!({
        "tool": "hatrack",
        "grant": match grant {
            Grant::AuthorizationCode => "authorization_code",
            Grant::DeviceCode => "device_code",
        },
        "portal": portal,
    })
    .to_string()
}

fn json(written: &impl Serialize) -> io::Result<Zeroizing<Vec<u8>>> {
    // Sized before writing: a buffer that grows leaves copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(32 * 1024));
    serde_json::to_writer(&mut *bytes, written)?;
    Ok(bytes)
}

/// A portal's address without what people add to its end and no portal looks at.
fn plain(url: &str) -> &str {
    url.trim_end_matches(['/', '#'])
}

/// The CLI's form: whole seconds, `Z`.
fn text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// RFC 3339, with fractions or not; older tools write `UTC` for `Z`.
fn time(text: &str) -> Option<Timestamp> {
    match text.strip_suffix("UTC") {
        Some(bare) => format!("{}Z", bare.trim_end()).parse().ok(),
        None => text.parse().ok(),
    }
}
