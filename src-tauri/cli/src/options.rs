//! The options of a switch, shared by every command that may switch.

use std::path::PathBuf;

use clap::Args;
use hatrack_core::session::SwitchOptions;
use hatrack_core::shared_config::inert;
use hatrack_core::sts_limits::{
    ExternalId, PolicyArn, SessionDuration, SessionName, SessionPolicy, SessionTag, SessionTags,
    SourceIdentity, TokenCode,
};

use crate::failure::Failure;

/// What is asked of STS beyond the profile's own values.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Session")]
pub struct SwitchArgs {
    /// How long the session shall last: 1h30m, 45m, 900
    #[arg(long, value_name = "TIME")]
    pub duration: Option<SessionDuration>,
    /// The name that CloudTrail shows (RoleSessionName)
    #[arg(long, value_name = "NAME")]
    pub session_name: Option<SessionName>,
    /// The external ID that the role's trust asks for
    #[arg(long, value_name = "ID")]
    pub external_id: Option<ExternalId>,
    /// The region that exports carry
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub region: Option<String>,
    /// A file with a session policy
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// A managed policy as session policy; may be given several times
    #[arg(long, value_name = "ARN")]
    pub policy_arn: Vec<PolicyArn>,
    /// A session tag; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag)]
    pub tag: Vec<(String, String)>,
    /// The key of a tag that goes on to the next role of a chain
    #[arg(long, value_name = "KEY")]
    pub transitive: Vec<String>,
    /// Who is behind the session, for the whole chain (SourceIdentity)
    #[arg(long, value_name = "NAME")]
    pub source_identity: Option<SourceIdentity>,
}

/// What only the person can give, given in advance.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Session")]
pub struct Given {
    /// The six digits that the MFA device shows
    #[arg(long, value_name = "CODE")]
    pub mfa_code: Option<String>,
    /// Sign requests for an endpoint that is not AWS's, this once
    #[arg(long)]
    pub allow_endpoint: bool,
}

impl Given {
    /// The code, checked here: an error of the argument parser would repeat it.
    pub fn code(&self) -> Result<Option<TokenCode>, Failure> {
        self.mfa_code
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|wrong| Failure::usage(format!("--mfa-code: {wrong}")))
    }
}

impl SwitchArgs {
    /// As the agent takes them.
    pub fn options(&self) -> Result<SwitchOptions, Failure> {
        Ok(SwitchOptions {
            duration: self.duration,
            session_name: self.session_name.clone(),
            external_id: self.external_id.clone(),
            policy: self.session_policy()?,
            policy_arns: self.policy_arn.clone(),
            tags: self.tags()?,
            source_identity: self.source_identity.clone(),
            region: self.region.clone(),
        })
    }

    fn session_policy(&self) -> Result<Option<SessionPolicy>, Failure> {
        let Some(path) = &self.policy else { return Ok(None) };
        let text = std::fs::read_to_string(path).map_err(|why| {
            Failure::usage(format!(
                "{} cannot be read: {why}; check --policy",
                path.display()
            ))
        })?;
        SessionPolicy::try_from(text)
            .map(Some)
            .map_err(|wrong| Failure::usage(format!("{}: {wrong}", path.display())))
    }

    fn tags(&self) -> Result<SessionTags, Failure> {
        if let Some(key) = self
            .transitive
            .iter()
            .find(|key| !self.tag.iter().any(|(k, _)| k == *key))
        {
            return Err(Failure::usage(format!(
                "--transitive {key} names no --tag; add --tag {key}=VALUE"
            )));
        }
        let tags: Vec<SessionTag> = self
            .tag
            .iter()
            .map(|(key, value)| SessionTag {
                key: key.clone(),
                value: value.clone(),
                transitive: self.transitive.contains(key),
            })
            .collect();
        SessionTags::try_from(tags).map_err(Failure::usage)
    }

    /// The same options as words of a command line, for the line that `hat exec` writes.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut add = |option: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("--{option}={value}")))
        };
        add("duration", self.duration.map(|d| d.seconds().to_string()));
        add(
            "session-name",
            self.session_name.as_ref().map(ToString::to_string),
        );
        add("external-id", self.external_id.as_ref().map(ToString::to_string));
        add("region", self.region.clone());
        let policy = self
            .policy
            .as_ref()
            .map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()));
        add("policy", policy.map(|path| path.display().to_string()));
        self.policy_arn
            .iter()
            .for_each(|arn| add("policy-arn", Some(arn.to_string())));
        self.tag
            .iter()
            .for_each(|(key, value)| add("tag", Some(format!("{key}={value}"))));
        self.transitive
            .iter()
            .for_each(|key| add("transitive", Some(key.clone())));
        add(
            "source-identity",
            self.source_identity.as_ref().map(ToString::to_string),
        );
        words
    }
}

/// The name of a region: part of a host's name.
pub fn region(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if text.is_empty() || !text.chars().all(legal) {
        return Err(format!(
            "\"{}\" is no region; one looks like eu-west-1",
            inert(text)
        ));
    }
    Ok(text.to_owned())
}

fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
        None => Err(format!("\"{text}\" is no tag; write it as key=value")),
    }
}
