//! Who asks, and with which environment.
//!
//! Each request carries its caller's context: the agent's own environment never decides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// Which of Hatrack's faces asks; history remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// The window.
    Window,
    /// The tray menu or a notification.
    Tray,
    /// The command.
    Hat,
    /// The agent by itself: expiry, automatic renewal.
    Agent,
}

impl Client {
    /// The word that history shows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Tray => "tray",
            Self::Hat => "hat",
            Self::Agent => "agent",
        }
    }
}

/// The variables that a request may depend on. Everything else of an environment stays with its process.
///
/// Source: AWS SDKs and Tools Reference Guide, "Environment variables list".
const CARRIED: [&str; 33] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    NESTED,
    "HOME",
    "HOMEDRIVE",
    "HOMEPATH",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "USER",
    "USERNAME",
    "USERPROFILE",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Set for every program that Hatrack runs to get credentials: how deep it is nested.
pub const NESTED: &str = "HATRACK_DEPTH";

/// What a program that is run for credentials (`credential_process`) finds the person's programs, folders and desktop
/// by. Nothing else depends on these.
const FOR_PROGRAMS: [&str; 19] = [
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LOGNAME",
    "PATH",
    "SHELL",
    "SSH_AUTH_SOCK",
    "TMPDIR",
    "TZ",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_CURRENT_DESKTOP",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
];

fn is_carried(name: &str) -> bool {
    CARRIED.contains(&name) || FOR_PROGRAMS.contains(&name) || name.starts_with("AWS_ENDPOINT_URL")
}

/// The caller's part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerContext {
    /// Which face asks.
    pub client: Client,
    /// The folder that relative paths start from.
    pub working_folder: PathBuf,
    /// The carried variables that are set. Some hold secrets, so all are kept as secrets.
    vars: BTreeMap<String, Secret>,
    /// Through what its requests go, where the person has decided that.
    way: Option<Way>,
}

/// Through what a caller's requests go. It holds what the person gave for a proxy, so it stays apart from the variables,
/// which are written out and which programs see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// The proxy for https.
    pub https: Option<Secret>,
    /// The proxy for http.
    pub http: Option<Secret>,
    /// What goes around them, in the form of `NO_PROXY`.
    pub around: Option<String>,
}

impl CallerContext {
    /// Keeps of `environment` what a request may depend on.
    pub fn new(
        client: Client,
        working_folder: PathBuf,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let vars = environment
            .into_iter()
            .filter(|(name, _)| is_carried(name))
            .map(|(name, value)| (name, Secret::new(value)))
            .collect();
        Self {
            client,
            working_folder,
            vars,
            way: None,
        }
    }

    /// The way that the caller's own variables name. What stands first wins, as in the SDKs.
    pub fn own_way(&self) -> Way {
        let first = |names: [&str; 2]| names.iter().find_map(|name| self.var(name));
        Way {
            https: first(["HTTPS_PROXY", "https_proxy"]).map(Secret::new),
            http: first(["HTTP_PROXY", "http_proxy"]).map(Secret::new),
            around: first(["NO_PROXY", "no_proxy"]).map(str::to_owned),
        }
    }

    /// The way that its requests go: the one that was decided, else its own.
    pub fn way(&self) -> Way {
        self.way.clone().unwrap_or_else(|| self.own_way())
    }

    /// The same caller, whose requests go by `way`; by its own with `None`.
    #[must_use]
    pub fn going(mut self, way: Option<Way>) -> Self {
        self.way = way;
        self
    }

    /// The value of a carried variable; an empty one counts as not set, as the SDKs hold it.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars
            .get(name)
            .map(Secret::expose)
            .filter(|value| !value.is_empty())
    }

    /// Every carried variable: for the agent's protocol to write out, and for the programs that are run for credentials.
    pub fn vars(&self) -> impl Iterator<Item = (&str, &str)> {
        self.vars
            .iter()
            .map(|(name, value)| (name.as_str(), value.expose()))
    }

    /// Sets a carried variable, or takes it away; one that is not carried stays away.
    pub fn set(&mut self, name: &str, value: Option<Secret>) {
        match value.filter(|_| is_carried(name)) {
            Some(value) => self.vars.insert(name.to_owned(), value),
            None => self.vars.remove(name),
        };
    }

    /// Whether a program asks that Hatrack itself runs to get credentials: running another for it could go on for ever.
    pub fn is_nested(&self) -> bool {
        self.var(NESTED).is_some_and(|depth| depth != "0")
    }

    /// `AWS_PROFILE`.
    pub fn profile(&self) -> Option<&str> {
        self.var("AWS_PROFILE")
    }

    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub fn region(&self) -> Option<&str> {
        self.var("AWS_REGION").or_else(|| self.var("AWS_DEFAULT_REGION"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(pairs: &[(&str, &str)]) -> CallerContext {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        CallerContext::new(Client::Hat, PathBuf::from("/"), pairs)
    }

    #[test]
    fn only_what_a_request_may_depend_on_is_carried() {
        let context = context(&[
            ("AWS_PROFILE", "rdsadmin"),
            ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"),
            ("PATH", "/usr/bin"),
            ("LS_COLORS", "di=1"),
            ("MY_TOKEN", "canary"),
        ]);
        let names: Vec<&str> = context.vars().map(|(name, _)| name).collect();
        assert_eq!(names, ["AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "PATH"]);
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let context = context(&[
            ("AWS_REGION", ""),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_PROFILE", ""),
        ]);
        assert_eq!((context.region(), context.profile()), (Some("eu-west-1"), None));
    }

    #[test]
    fn printing_a_context_shows_no_value() {
        let context = context(&[
            ("AWS_SECRET_ACCESS_KEY", "canary"),
            ("HTTPS_PROXY", "http://me:canary@proxy"),
        ]);
        assert!(!format!("{context:?}").contains("canary"));
    }
}
