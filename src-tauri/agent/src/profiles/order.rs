//! A profile to be written: its name, its lines, its files.

use std::path::Path;

use hatrack_core::account::AccountId;
use hatrack_core::catalog::EntrySettings;
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::session::SwitchOptions;
use hatrack_core::shared_config::{FileKind, Section, process_line};
use hatrack_core::written_profile::{DEFAULT, is_name, own_name};
use hatrack_store::aws_files::{Locations, NamedBy};
use hatrack_store::written_profiles::Form;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::ProfileFailure;
use crate::protocol::ProfileName;

pub(super) const PROCESS: &str = "credential_process";
const KEY_ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const TOKEN: &str = "aws_session_token";

/// What is to be written, for whom.
#[derive(Debug, Clone)]
pub struct ProfileOrder {
    /// What it is to be called.
    pub name: ProfileName,
    /// The role, by the catalog's key.
    pub role_key: String,
    /// The role's name, or that of the profile with only keys.
    pub role_name: String,
    /// Its account.
    pub account_id: Option<AccountId>,
    /// The profile that the role is, if it is one.
    pub profile: Option<String>,
    /// The session that it is written for.
    pub session_id: Option<String>,
    /// The region.
    pub region: String,
    /// What the role's own profile says.
    pub settings: EntrySettings,
    /// How it gets its credentials.
    pub credentials: Source,
    /// The files.
    pub locations: Locations,
}

/// How a profile gets its credentials.
#[derive(Debug, Clone)]
pub enum Source {
    /// A line that asks `hat`, with these options.
    Process(SwitchOptions),
    /// These keys, of this session.
    Keys {
        /// The session.
        session_id: String,
        /// They.
        credentials: Credentials,
        /// When AWS stops accepting them.
        expires_at: Timestamp,
    },
}

impl Source {
    /// Keys that are not known yet, to show what is going to be written.
    pub fn planned_keys() -> Self {
        let hidden = || Secret::new("***".to_owned());
        Self::Keys {
            session_id: String::new(),
            credentials: Credentials {
                access_key_id: "ASIA…".to_owned(),
                secret_access_key: hidden(),
                session_token: Some(hidden()),
                expires_at: None,
            },
            expires_at: Timestamp::MAX,
        }
    }
}

/// One line: its key, and the whole of it, with the lines that continue it.
pub(super) type KeyLine = (String, Zeroizing<String>);

impl ProfileOrder {
    /// Its name.
    pub(super) fn profile(&self) -> Result<String, ProfileFailure> {
        match &self.name {
            ProfileName::Own => Ok(own_name(self.account_id, &self.role_name)),
            ProfileName::Default => Ok(DEFAULT.to_owned()),
            ProfileName::Named(name) if is_name(name) => Ok(name.clone()),
            ProfileName::Named(name) => Err(ProfileFailure::BadName(name.clone())),
        }
    }

    /// The file that its lines go into: keys beside other keys.
    pub(super) fn kind(&self) -> FileKind {
        match self.credentials {
            Source::Process(_) => FileKind::Config,
            Source::Keys { .. } => FileKind::Credentials,
        }
    }

    pub(super) fn form(&self) -> Form {
        match &self.credentials {
            Source::Process(_) => Form::Process,
            Source::Keys {
                session_id,
                credentials,
                expires_at,
            } => Form::Keys {
                session_id: session_id.clone(),
                access_key_ids: vec![credentials.access_key_id.clone()],
                expires_at: *expires_at,
            },
        }
    }

    /// Its lines. `own` is the section of the role's own profile.
    pub(super) fn lines(
        &self,
        hat: &Path,
        home: Option<&Path>,
        own: Option<&Section>,
    ) -> Result<Vec<KeyLine>, ProfileFailure> {
        let mut lines = vec![line("region", &self.region)?];
        if let Some(url) = &self.settings.endpoints.global {
            lines.push(line("endpoint_url", url)?);
        }
        if let Some(services) = own.and_then(|own| own.get("services")) {
            lines.push(line("services", services)?);
        }
        if let Some(bundle) = &self.settings.ca_bundle {
            lines.push(line("ca_bundle", bundle)?);
        }
        if self.settings.s3_path_style {
            lines.push((
                "s3".to_owned(),
                "s3 =\n  addressing_style = path".to_owned().into(),
            ));
        }
        match &self.credentials {
            Source::Process(options) => {
                let command = self.command(hat, home, options)?;
                lines.push((PROCESS.to_owned(), format!("{PROCESS} = {command}").into()));
            }
            Source::Keys { credentials, .. } => lines.extend(key_lines(credentials)),
        }
        Ok(lines)
    }

    /// The command. Who runs it may have another environment, so that it names what is not where AWS's tools look by
    /// themselves.
    fn command(
        &self,
        hat: &Path,
        home: Option<&Path>,
        options: &SwitchOptions,
    ) -> Result<String, ProfileFailure> {
        let mut words = vec![hat.to_string_lossy().into_owned()];
        if let Some(home) = home {
            words.extend(["--home".to_owned(), home.to_string_lossy().into_owned()]);
        }
        let files = [
            ("--config-file", &self.locations.config),
            ("--credentials-file", &self.locations.credentials),
        ];
        for (option, location) in files {
            if location.named_by != NamedBy::Default {
                words.extend([option.to_owned(), location.path.to_string_lossy().into_owned()]);
            }
        }
        words.push("credential-process".to_owned());
        words.extend(option_words(options)?);
        words.extend(["--".to_owned(), self.role_key.clone()]);
        Ok(process_line(words.iter().map(String::as_str))?)
    }
}

/// The lines of a session's keys.
pub(super) fn key_lines(credentials: &Credentials) -> Vec<KeyLine> {
    let token = credentials.session_token.as_ref().map(Secret::expose);
    let lines = [
        (KEY_ID, Some(credentials.access_key_id.as_str())),
        (SECRET, Some(credentials.secret_access_key.expose())),
        (TOKEN, token),
    ];
    let with = lines.into_iter().filter_map(|(key, value)| Some((key, value?)));
    with.map(|(key, value)| (key.to_owned(), Zeroizing::new(format!("{key} = {value}"))))
        .collect()
}

/// The keys of the lines of a session's keys.
pub(super) const KEY_LINES: [&str; 3] = [KEY_ID, SECRET, TOKEN];

/// The options as words of the command's line.
fn option_words(options: &SwitchOptions) -> Result<Vec<String>, ProfileFailure> {
    if options.policy.is_some() {
        return Err(ProfileFailure::Policy);
    }
    let mut words = Vec::new();
    let mut add = |option: &str, value: Option<String>| {
        words.extend(value.map(|value| format!("--{option}={value}")));
    };
    add("duration", options.duration.map(|d| d.seconds().to_string()));
    let name = options.session_name.as_ref();
    add("session-name", name.map(ToString::to_string));
    add(
        "external-id",
        options.external_id.as_ref().map(ToString::to_string),
    );
    for arn in &options.policy_arns {
        add("policy-arn", Some(arn.to_string()));
    }
    for tag in options.tags.as_slice() {
        add("tag", Some(format!("{}={}", tag.key, tag.value)));
        add("transitive", tag.transitive.then(|| tag.key.clone()));
    }
    let source = options.source_identity.as_ref();
    add("source-identity", source.map(ToString::to_string));
    Ok(words)
}

/// A value that stands in a line of its own and ends with it.
fn line(key: &str, value: &str) -> Result<KeyLine, ProfileFailure> {
    let comment = [" #", " ;", "\t#", "\t;"].iter().any(|sign| value.contains(sign));
    if value.chars().any(char::is_control) || comment || value.is_empty() {
        return Err(ProfileFailure::Value(value.to_owned()));
    }
    Ok((key.to_owned(), format!("{key} = {value}").into()))
}
