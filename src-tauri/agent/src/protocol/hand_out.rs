//! Hand-outs: credentials for a client of the same user.

use std::collections::BTreeMap;

use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::TokenCode;
use hatrack_core::view::{DenialView, NeedView, SessionView};
use serde::{Deserialize, Serialize};

use super::in_use::UseKind;
use super::on_wire;
use super::session::SessionRef;

/// Asks for credentials. Switches where no live session serves, and renews first where less life is left than
/// min(10 min, a quarter of its life) or than `min_life`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandOutRequest {
    /// Of what.
    pub of: SessionRef,
    /// What is asked beyond the catalog's own values.
    #[serde(default)]
    pub options: SwitchOptions,
    /// The code the device shows, where one is needed.
    #[serde(with = "on_wire::code", default)]
    pub mfa_code: Option<TokenCode>,
    /// The least life the credentials must have, in seconds.
    #[serde(default)]
    pub min_life: Option<u32>,
    /// How long to wait for a person to give in the window what is needed, in seconds. Only where a window is open.
    #[serde(default)]
    pub wait: u32,
    /// A profile with only keys gives the keys themselves, not a GetSessionToken session (`s3`, `--raw`).
    #[serde(default)]
    pub raw: bool,
    /// The credentials will sign S3 requests: the S3 endpoint must be AWS's or consented to, too.
    #[serde(default)]
    pub for_s3: bool,
    /// Lets requests be signed for a non-AWS endpoint in this request alone (`--allow-endpoint`).
    #[serde(default)]
    pub allow_endpoint: bool,
    /// Said in the history, such as "Copied env for zsh". Without it the hand-out is written as such, at most once
    /// per session and client; with `quiet` not at all.
    #[serde(default)]
    pub detail: Option<String>,
    /// Writes nothing to the history: an S3 client that renews, a preview.
    #[serde(default)]
    pub quiet: bool,
    /// What they are for, for the list of a session's uses.
    #[serde(default)]
    pub purpose: Option<UseKind>,
}

impl HandOutRequest {
    /// With nothing asked beyond the role or session.
    pub fn of(of: SessionRef) -> Self {
        Self {
            of,
            options: SwitchOptions::default(),
            mfa_code: None,
            min_life: None,
            wait: 0,
            raw: false,
            for_s3: false,
            allow_endpoint: false,
            detail: None,
            quiet: false,
            purpose: None,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HandOutOutcome {
    /// Credentials.
    Given(Box<HandOut>),
    /// Something only the person has is needed.
    Needs {
        /// What.
        need: NeedView,
    },
    /// AWS refused.
    Denied {
        /// How.
        denial: DenialView,
    },
}

/// Credentials and what goes with them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandOut {
    /// The catalog's key of the role or profile: names it exactly.
    pub role_key: String,
    /// The session they are of; `None` for a profile's own keys that were passed through.
    pub session: Option<SessionView>,
    /// The credentials.
    #[serde(with = "on_wire::credentials")]
    pub credentials: Credentials,
    /// The region to use: asked for, else the session's.
    pub region: String,
    /// How S3 is reached with them.
    pub s3: S3Reach,
    /// The endpoints that the profile itself configures, for the config that `hat exec` writes.
    #[serde(default)]
    pub endpoints: ProfileEndpoints,
    /// What the person should know, such as a duration that was lowered and why.
    pub notes: Vec<String>,
    /// What the account is called, where it is marked as production: what cannot be taken back is asked once more.
    #[serde(default)]
    pub production: Option<String>,
}

/// How S3 is reached, by the profile's settings and the caller's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3Reach {
    /// An endpoint that is not AWS's own choice.
    pub endpoint: Option<String>,
    /// `addressing_style = path`.
    pub path_style: bool,
    /// The CA bundle: `AWS_CA_BUNDLE`, else the profile's.
    pub ca_bundle: Option<String>,
    /// The proxy: the caller's, else the desktop's. May hold a password.
    #[serde(with = "on_wire::optional_secret", default)]
    pub proxy: Option<Secret>,
    /// What goes around it.
    #[serde(default)]
    pub no_proxy: Option<String>,
}

/// What a profile's `endpoint_url` and `services` section say, without the caller's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileEndpoints {
    /// For every service.
    pub global: Option<String>,
    /// By the service's name in a `services` section.
    pub by_service: BTreeMap<String, String>,
}
