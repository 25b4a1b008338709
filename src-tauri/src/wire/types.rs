//! What only the window's own wire has: its requests, and the few replies that the core does not know.
//!
//! Invariant: no reply here can hold a secret but one, the code of a device that the person asked to see
//! (`wire::devices`). Secrets that come in are what the person has typed or pasted: an MFA code, the secret of a device
//! where it is added (`wire::devices`), a SAML response (`wire::sign_in`), a proxy's password (`wire::network`).

use hatrack_core::account::{AccountId, HatColour, Partition};
use hatrack_core::choice::{ProxyChoice, SignInStore};
use hatrack_core::export::Shell;
use hatrack_core::history_view::HistoryQuery;
use hatrack_core::session::CodeUse;
use hatrack_core::sts_limits::MfaSerial;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the program stands.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct AppStatus {
    /// Of the program.
    pub version: String,
    /// Whether this window works on the miniature AWS.
    pub sandbox: bool,
    /// Where sessions rest.
    pub keyring: KeyringState,
    /// How wrong this computer's clock is, and what to do; `None` where it is right.
    pub clock_note: Option<String>,
    /// Whether a tray shows the icon; where none does, closing the window does not hide it.
    pub tray_host: bool,
    /// Whether the agent answers.
    pub agent: AgentState,
    /// Why it does not, if so.
    pub agent_error: Option<String>,
    /// The system.
    pub platform: Platform,
    /// What quitting does with live sessions.
    pub quit_choice: QuitSetting,
    /// What an MFA code is spent on.
    pub codes: CodeUse,
    /// Through which proxy AWS is reached.
    pub proxy: ProxyChoice,
    /// Where sign-ins are kept.
    pub sign_ins: SignInStore,
    /// Whether a session's keys may be written into profiles.
    pub keys_in_profiles: bool,
    /// The MFA devices whose codes come from a YubiKey.
    pub yubikeys: Vec<MfaSerial>,
}

/// Where sessions rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyringState {
    /// Sealed by a key in the system's keyring.
    Ok,
    /// There is no keyring: in memory only.
    MemoryOnly,
    /// The keyring is locked.
    Locked,
}

/// Whether the agent answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum AgentState {
    Ok,
    Unreachable,
}

/// The system, where the page shows its keys and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Platform {
    Linux,
    Macos,
    Windows,
}

impl Platform {
    /// The one that this is built for.
    pub const HERE: Self = if cfg!(target_os = "macos") {
        Self::Macos
    } else if cfg!(target_os = "windows") {
        Self::Windows
    } else {
        Self::Linux
    };
}

/// What quitting does with live sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuitChoice {
    /// They live on in the agent.
    Keep,
    /// They are ended first.
    EndAll,
}

/// What the person wants quitting to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum QuitSetting {
    #[default]
    Ask,
    Keep,
    EndAll,
}

/// A switch.
#[derive(Deserialize, TS)]
#[allow(missing_docs)]
pub struct SwitchRequest {
    pub role_key: String,
    pub duration: Option<u32>,
    pub region: Option<String>,
    pub session_name: Option<String>,
    pub external_id: Option<String>,
    pub mfa_code: Option<String>,
}

/// A renewal.
#[derive(Deserialize, TS)]
#[allow(missing_docs)]
pub struct RenewRequest {
    pub session_id: String,
    pub mfa_code: Option<String>,
    pub duration: Option<u32>,
}

/// Names a session.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct SessionRequest {
    pub session_id: String,
}

/// Names a role.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct RoleRequest {
    pub role_key: String,
}

/// Turns something of a role on or off.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct RoleSwitchRequest {
    pub role_key: String,
    pub on: bool,
}

/// Names and colours an account.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct AccountRequest {
    pub account_id: AccountId,
    pub name: Option<String>,
    pub colour: Option<HatColour>,
    /// Whether it is marked as production; `None` leaves that as it is.
    pub production: Option<bool>,
}

/// The add-role form.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct AddRoleRequest {
    pub account_id: AccountId,
    pub role_name: String,
    pub partition: Partition,
    pub display_name: Option<String>,
    pub colour: Option<HatColour>,
    pub identity_profile: String,
    pub external_id: Option<String>,
    pub mfa_serial: Option<String>,
    pub region: Option<String>,
    /// Whether it replaces one of the same start and ARN with other details; else that is the code `already_there`.
    pub replace: bool,
    /// Whether the colour is the person's own choice, and not a link's.
    pub recolour: bool,
}

/// An export of a session.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct EnvRequest {
    pub session_id: String,
    pub shell: Shell,
}

/// An endpoint that the person lets requests be signed for.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct EndpointRequest {
    pub endpoint: String,
}

/// Text without a secret, for the clipboard.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct TextRequest {
    pub text: String,
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Copied {
    /// Seconds until the clipboard is cleared.
    pub clears_in_s: u32,
    /// For people: "env for bash and zsh".
    pub what: String,
}

/// A page of the history.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct HistoryRequest {
    pub query: HistoryQuery,
}

/// A page of a prefix.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct ObjectsRequest {
    pub session_id: String,
    pub bucket: String,
    pub prefix: String,
    pub next: Option<String>,
}

/// Names an object.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct ObjectRequest {
    pub session_id: String,
    pub bucket: String,
    pub key: String,
}

/// What quitting does from now on.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct QuitSettingRequest {
    pub choice: QuitSetting,
}

/// Sets what an MFA code is spent on.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct CodeUseRequest {
    pub codes: CodeUse,
}

/// Quits.
#[derive(Debug, Deserialize, TS)]
pub struct QuitRequest {
    /// What to do with live sessions.
    pub choice: QuitChoice,
    /// Whether to do so from now on without asking.
    pub remember: bool,
}

/// Why a command failed: what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CommandError {
    /// For people.
    pub message: String,
    /// Only where the page branches on it.
    pub code: Option<String>,
}

impl CommandError {
    /// An error that the page only shows.
    pub fn new(message: impl std::fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            code: None,
        }
    }
}

/// What changed. The page refetches; nothing else crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Topic {
    Catalog,
    Sessions,
    History,
    Settings,
    Status,
    Transfers,
    Portals,
    Discoveries,
    Endpoints,
    Terminals,
    Uses,
}

/// Pushed as `changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Changed {
    /// What to fetch again.
    pub topics: Vec<Topic>,
    /// Grows with each change.
    #[ts(type = "number")]
    pub revision: u64,
}

/// Where the tray or a notification sends the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Place {
    Roles,
    Sessions,
    Buckets,
    History,
    Doctor,
}

/// Pushed as `navigate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Navigate {
    /// The view to show.
    pub view: Place,
    /// Its session.
    pub session_id: Option<String>,
    /// Its role.
    pub role_key: Option<String>,
    /// Whether to ask for an MFA code at once: to renew the session, or to switch to the role.
    pub ask_mfa: bool,
}

/// Pushed as `quit_asked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct QuitAsked {}

/// How a notice looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum NoticeLevel {
    Info,
    Warn,
    Bad,
}

/// Pushed as `notice`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Notice {
    /// How it looks.
    pub level: NoticeLevel,
    /// What happened and what to do.
    pub message: String,
}
