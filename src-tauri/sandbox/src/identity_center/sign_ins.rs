//! What Identity Center remembers: registered clients, codes that wait, and tokens.

use std::collections::HashMap;
use std::fmt;

use hatrack_core::secret::Secret;
use jiff::Timestamp;
use url::Url;

/// Lets the portal's accounts and roles be read, and the sign-in be refreshed.
pub const ACCOUNT_ACCESS: &str = "sso:account:access";

/// How a client may ask for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// `authorization_code`.
    AuthorizationCode,
    /// `urn:ietf:params:oauth:grant-type:device_code`.
    DeviceCode,
    /// `refresh_token`.
    RefreshToken,
}

impl GrantType {
    /// Reads OAuth's name for it.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "authorization_code" => Some(Self::AuthorizationCode),
            "urn:ietf:params:oauth:grant-type:device_code" => Some(Self::DeviceCode),
            "refresh_token" => Some(Self::RefreshToken),
            _ => None,
        }
    }
}

/// A registered client.
#[derive(Debug, Clone)]
pub struct Client {
    /// What it calls itself; people see it.
    pub name: String,
    /// Goes with each of its requests.
    pub secret: Secret,
    /// What it may ask for.
    pub scopes: Vec<String>,
    /// How it may ask.
    pub grants: Vec<GrantType>,
    /// Where the sign-in page may send the browser, without ports.
    pub redirects: Vec<Url>,
    /// The access portal that it was registered for, by its path.
    pub start_path: Option<String>,
    /// When it must register anew.
    pub expires_at: Timestamp,
}

/// A user of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The organisation, by the path of its access portal.
    pub start_path: String,
    /// The user name.
    pub user: String,
}

/// An authorization code.
#[derive(Debug)]
pub struct Code {
    /// The client that it was given to.
    pub client_id: String,
    /// Where the browser was sent with it.
    pub redirect: Url,
    /// `code_challenge`.
    pub challenge: String,
    /// Who allowed it.
    pub who: Who,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

/// What a person said to a device's request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Yes, as this user.
    Allowed(Who),
    /// No.
    Denied,
}

/// A device code.
#[derive(Debug)]
pub struct Device {
    /// The client that it was given to.
    pub client_id: String,
    /// What the page shows.
    pub user_code: String,
    /// The organisation, by the path of its access portal.
    pub start_path: String,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
    /// When it was last asked for.
    pub polled_at: Option<Timestamp>,
    /// What the person said, once that is known.
    pub answer: Option<Answer>,
}

/// A sign-in, from the page to the logout; all its tokens go when it does.
#[derive(Debug)]
pub struct SignIn {
    /// Whose it is.
    pub who: Who,
    /// The client that got it.
    pub client_id: String,
    /// When it cannot be refreshed any more.
    pub expires_at: Timestamp,
}

/// An access token.
#[derive(Debug)]
pub struct AccessToken {
    /// The sign-in's number.
    pub sign_in: u64,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

/// Everything remembered. The keys of the maps are themselves secrets, apart from the clients' IDs.
#[derive(Default)]
pub struct SignIns {
    /// Clients by ID.
    pub clients: HashMap<String, Client>,
    /// Authorization codes.
    pub codes: HashMap<String, Code>,
    /// Device codes.
    pub devices: HashMap<String, Device>,
    /// Sign-ins by number.
    pub sign_ins: HashMap<u64, SignIn>,
    /// Access tokens.
    pub access_tokens: HashMap<String, AccessToken>,
    /// Refresh tokens, each with its sign-in's number.
    pub refresh_tokens: HashMap<String, u64>,
    count: u64,
}

impl fmt::Debug for SignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIns")
            .field("clients", &self.clients.len())
            .field("sign_ins", &self.sign_ins.len())
            .finish_non_exhaustive()
    }
}

impl SignIns {
    /// Keeps a new sign-in, and gives its number.
    pub fn begin(&mut self, sign_in: SignIn) -> u64 {
        self.count += 1;
        self.sign_ins.insert(self.count, sign_in);
        self.count
    }

    /// Whose access token this is, if it is good now.
    pub fn bearer(&self, token: &str, now: Timestamp) -> Option<&Who> {
        let access = self.access_tokens.get(token).filter(|t| t.expires_at > now)?;
        self.sign_ins.get(&access.sign_in).map(|sign_in| &sign_in.who)
    }

    /// Ends the sign-in of an access token, and with it each of its tokens.
    pub fn end(&mut self, token: &str) {
        if let Some(access) = self.access_tokens.remove(token) {
            self.sign_ins.remove(&access.sign_in);
            self.access_tokens.retain(|_, t| t.sign_in != access.sign_in);
            self.refresh_tokens.retain(|_, number| *number != access.sign_in);
        }
    }

    /// Drops what has expired: a sandbox may run for days.
    pub fn forget_the_expired(&mut self, now: Timestamp) {
        self.codes.retain(|_, code| code.expires_at > now);
        self.sign_ins.retain(|_, sign_in| sign_in.expires_at > now);
        self.access_tokens.retain(|_, token| token.expires_at > now);
        let sign_ins = &self.sign_ins;
        self.refresh_tokens
            .retain(|_, number| sign_ins.contains_key(number));
        // One that expired lately is still told so.
        let lately = now.as_second() - 3600;
        self.devices.retain(|_, d| d.expires_at.as_second() > lately);
    }

    /// The device that shows this user code, if it still waits.
    pub fn waiting(&self, user_code: &str, now: Timestamp) -> Option<&Device> {
        self.devices
            .values()
            .find(|device| device.waits_for(user_code, now))
    }

    /// Notes what a person said to the device that shows this user code. Whether one waited.
    pub fn answer(&mut self, user_code: &str, answer: Answer, now: Timestamp) -> bool {
        let mut devices = self.devices.values_mut();
        let Some(device) = devices.find(|device| device.waits_for(user_code, now)) else {
            return false;
        };
        device.answer = Some(answer);
        true
    }
}

impl Device {
    /// People leave out the dash and use either case.
    fn waits_for(&self, user_code: &str, now: Timestamp) -> bool {
        let plain = |code: &str| code.replace('-', "").to_ascii_uppercase();
        self.answer.is_none() && self.expires_at > now && plain(&self.user_code) == plain(user_code.trim())
    }
}
