//! Why a profile leads nowhere.

use std::fmt;

use crate::catalog::{Problem, Severity};
use crate::shared_config::{Place, inert};

/// A profile that cannot be resolved. The fault may lie in another section that it uses: the profile it starts from,
/// its `sso-session`, its `services`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unresolved {
    /// The name of the section at fault.
    pub(super) profile: String,
    /// The line at fault.
    pub(super) at: Place,
    /// What is wrong there.
    pub(super) reason: Reason,
}

/// What is wrong with a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// It names a source profile that is nowhere.
    MissingSource(String),
    /// Its sources come back to it.
    Loop(LoopPath),
    /// More hops than Hatrack follows.
    TooLong,
    /// `source_profile` and `credential_source` at once.
    BothSources,
    /// `role_arn` with nothing to start from.
    NoSource,
    /// One half of a key pair.
    HalfKeys(&'static str),
    /// A value that cannot be used.
    BadValue { key: &'static str, why: String },
    /// A `credential_source` that AWS does not know.
    UnknownCredentialSource(String),
    /// `[sso-session name]` is nowhere.
    MissingSsoSession(String),
    /// A key of Identity Center is missing.
    MissingSsoKey(&'static str),
    /// `sso_start_url` or `sso_region` beside `sso_session`.
    SsoKeyTwice(&'static str),
    /// A sign-in without account and role: it gives a token, not credentials.
    SsoTokenOnly,
    /// `web_identity_token_file` without `role_arn`.
    TokenFileWithoutRole,
    /// Its command is `hat`, and the role it names is not in the catalog.
    AliasOfNothing(Option<String>),
    /// Aliases that lead to aliases without end.
    AliasLoop,
    /// Its command asks `hat` for its own keys, and the vault has none.
    NotInVault,
    /// It has settings but no credentials at all.
    NoCredentials,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingSource(name) => write!(
                f,
                "source_profile names \"{}\", and there is no such profile; add it or correct the name",
                inert(name)
            ),
            Self::Loop(path) => write!(
                f,
                "source_profile goes round in a loop: {path}; let one of them start from keys"
            ),
            Self::TooLong => {
                write!(f, "the chain of source_profile has more than {} roles; shorten it", super::MOST_HOPS)
            }
            Self::BothSources => {
                f.write_str("it has both source_profile and credential_source; AWS allows one, so remove the other")
            }
            Self::NoSource => f.write_str(
                "it has role_arn but neither source_profile nor credential_source; say what to start from",
            ),
            Self::HalfKeys(missing) => write!(f, "it has one half of a key pair; add {missing}"),
            Self::BadValue { key, why } => write!(f, "{key} cannot be used: {why}"),
            Self::UnknownCredentialSource(name) => write!(
                f,
                "credential_source is \"{}\"; AWS knows Environment, Ec2InstanceMetadata and EcsContainer",
                inert(name)
            ),
            Self::MissingSsoSession(name) => {
                write!(f, "sso_session names \"{0}\", and there is no [sso-session {0}]; add it", inert(name))
            }
            Self::MissingSsoKey(key) => write!(f, "its Identity Center sign-in lacks {key}; add it"),
            Self::SsoKeyTwice(key) => {
                write!(f, "{key} belongs in the [sso-session] when sso_session is set; remove it from the profile")
            }
            Self::SsoTokenOnly => f.write_str(
                "it signs in to Identity Center without an account and role; \
                 add sso_account_id and sso_role_name to switch to a role with it",
            ),
            Self::TokenFileWithoutRole => {
                f.write_str("it has web_identity_token_file but no role_arn; add the role's ARN")
            }
            Self::AliasOfNothing(Some(role)) => write!(
                f,
                "its command asks hat for \"{}\", which is no exact name in the catalog; correct it",
                inert(role)
            ),
            Self::AliasOfNothing(None) => f.write_str(
                "its command is hat without \"credential-process ROLE\"; name the role, since hat starts no hat",
            ),
            Self::AliasLoop => f.write_str("its command asks hat for a role that leads back to it; name another"),
            Self::NotInVault => f.write_str(
                "its keys should be in Hatrack's vault, and none are there or it is locked; unlock the keyring, or put \
                 a key in with `hat keys add`",
            ),
            Self::NoCredentials => f.write_str(
                "it has no credentials; add keys, a role_arn with source_profile, or another start",
            ),
        }
    }
}

/// The way round a loop, as far as it is told: a long one by its beginning and its end. Every profile of a loop has
/// one, so that a loop of thousands must not cost thousands of names each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LoopPath(Vec<String>);

impl LoopPath {
    /// The way through `names`; the first is also the last.
    pub(super) fn of<'a>(mut names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        const SHOWN: usize = 8;
        if names.len() <= SHOWN {
            return Self(names.map(str::to_owned).collect());
        }
        let mut shown: Vec<String> = names.by_ref().take(SHOWN - 2).map(str::to_owned).collect();
        let end = shown.first().cloned();
        shown.push("…".to_owned());
        shown.extend(end);
        Self(shown)
    }
}

impl fmt::Display for LoopPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" → "))
    }
}

impl Unresolved {
    /// The problem that it makes of `profile`, which is the one at fault or uses it.
    pub(super) fn problem(&self, profile: &str) -> Problem {
        let message = if profile == self.profile {
            format!("Profile \"{profile}\": {}.", self.reason)
        } else {
            format!(
                "Profile \"{profile}\" uses \"{}\", and there {}.",
                self.profile, self.reason
            )
        };
        let severity = if self.reason == Reason::SsoTokenOnly {
            Severity::Note
        } else {
            Severity::Error
        };
        Problem {
            severity,
            file: self.at.file.clone(),
            line: Some(self.at.line),
            profile: Some(profile.to_owned()),
            message,
        }
    }
}
