//! Console sign-in: a link, which is a secret.

use hatrack_core::console::BrowserPart;
use hatrack_core::secret::Secret;
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::{SessionDuration, SessionPolicy, TokenCode};
use hatrack_core::view::{DenialView, NeedView};
use serde::{Deserialize, Serialize};

use super::on_wire;
use super::session::SessionRef;

/// Asks for a link that signs a browser in to the console. Switches where no live session serves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsoleRequest {
    /// Whose session.
    pub of: SessionRef,
    /// What is asked of a switch beyond the catalog's own values.
    #[serde(default)]
    pub options: SwitchOptions,
    /// The code the device shows, where one is needed.
    #[serde(with = "on_wire::code", default)]
    pub mfa_code: Option<TokenCode>,
    /// Lets requests be sent to a non-AWS endpoint in this request alone.
    #[serde(default)]
    pub allow_endpoint: bool,
    /// Where it leads.
    #[serde(default)]
    pub page: PageChoice,
    /// For how long one stays signed in (`SessionDuration`).
    #[serde(default)]
    pub stay: Option<SessionDuration>,
    /// A user's keys sign in by GetFederationToken, with these permissions at most.
    #[serde(default)]
    pub federate: Option<SessionPolicy>,
    /// What becomes of the link.
    #[serde(default)]
    pub way: LinkWay,
    /// Instead of the browser that the settings name.
    #[serde(default)]
    pub browser: Option<String>,
    /// Instead of the part of the browser that the settings name.
    #[serde(default)]
    pub part: Option<String>,
    /// A part of the browser for the account alone, whatever the settings say.
    #[serde(default)]
    pub separate: bool,
    /// Signs the browser out first, whatever the settings say.
    #[serde(default)]
    pub log_out_first: bool,
}

impl ConsoleRequest {
    /// To where the console starts, with nothing asked beside.
    pub fn of(of: SessionRef) -> Self {
        Self {
            of,
            options: SwitchOptions::default(),
            mfa_code: None,
            allow_endpoint: false,
            page: PageChoice::default(),
            stay: None,
            federate: None,
            way: LinkWay::default(),
            browser: None,
            part: None,
            separate: false,
            log_out_first: false,
        }
    }
}

/// A page of the console.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageChoice {
    /// Where the console starts.
    #[default]
    Home,
    /// A service's, by its name.
    Service(String),
    /// By its address.
    Url(String),
}

/// What becomes of a link; history tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkWay {
    /// A browser opens it.
    #[default]
    Opened,
    /// It goes to the clipboard.
    Copied,
    /// It is printed.
    Printed,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConsoleOutcome {
    /// A link.
    Ready(Box<ConsoleLink>),
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

/// A link, good for 15 minutes. Whoever has it is signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsoleLink {
    /// The link.
    #[serde(with = "on_wire::secret")]
    pub url: Secret,
    /// What the page is called: "S3".
    pub page: String,
    /// Where it is to be opened.
    pub part: BrowserPart,
    /// What the person should know.
    pub notes: Vec<String>,
}
