//! What a profile is by itself, without its sources: the start of a route.

use std::str::FromStr;

use url::Url;

use super::unresolved::{Reason, Unresolved};
use crate::arn::RoleArn;
use crate::identity_center::{ACCOUNT_ACCESS, IdentityCenterRole, Portal};
use crate::route::{Hop, Identity, ProcessCommand};
use crate::shared_config::{Section, SharedConfig};
use crate::sts_limits::SessionDuration;

/// The value of `key`; an empty one counts as not written.
pub(super) fn get<'a>(section: &'a Section, key: &str) -> Option<&'a str> {
    section.get(key).filter(|value| !value.is_empty())
}

pub(super) fn at_fault(section: &Section, key: &str, reason: Reason) -> Unresolved {
    Unresolved {
        profile: section.name.clone(),
        at: section.place_of(key).clone(),
        reason,
    }
}

/// The value of `key` as a `T`, if it is written.
pub(super) fn parsed<T>(section: &Section, key: &'static str) -> Result<Option<T>, Unresolved>
where
    T: FromStr,
    T::Err: ToString,
{
    get(section, key)
        .map(str::parse)
        .transpose()
        .map_err(|why: T::Err| bad_value(section, key, why))
}

/// The value of `key` cannot be used.
fn bad_value(section: &Section, key: &'static str, why: impl ToString) -> Unresolved {
    let why = why.to_string();
    at_fault(section, key, Reason::BadValue { key, why })
}

/// `duration_seconds`: digits only, unlike what people may type elsewhere.
fn duration(section: &Section) -> Result<Option<SessionDuration>, Unresolved> {
    let key = "duration_seconds";
    let Some(text) = get(section, key) else {
        return Ok(None);
    };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let seconds = text.parse::<u32>().ok().filter(|_| digits);
    let seconds = seconds.ok_or_else(|| bad_value(section, key, "it takes whole seconds, such as 3600"))?;
    let duration = SessionDuration::try_from(seconds).map_err(|why| bad_value(section, key, why))?;
    Ok(Some(duration))
}

/// Whether a profile says how its role is assumed by other credentials. A web identity token is a start instead.
pub(super) fn has_hop(profile: &Section) -> bool {
    get(profile, "role_arn").is_some() && get(profile, "web_identity_token_file").is_none()
}

/// The AssumeRole that a profile asks for.
pub(super) fn hop(profile: &Section) -> Result<Hop, Unresolved> {
    let role = parsed::<RoleArn>(profile, "role_arn")?;
    Ok(Hop {
        role: role.ok_or_else(|| at_fault(profile, "role_arn", Reason::NoCredentials))?,
        external_id: parsed(profile, "external_id")?,
        mfa_serial: parsed(profile, "mfa_serial")?,
        session_name: parsed(profile, "role_session_name")?,
        duration: duration(profile)?,
        profile: Some(profile.name.clone()),
    })
}

/// What a profile starts from.
pub(super) enum Start {
    /// An identity.
    Identity(Identity),
    /// A profile whose command is `hat`: the role it names, if it does.
    Alias(Option<String>),
}

/// The start that a profile is by itself. Where it is several, the order is that of AWS's SDK: `credential_source`,
/// web identity, Identity Center, console sign-in, `credential_process`, keys.
pub(super) fn start(config: &SharedConfig, profile: &Section) -> Result<Start, Unresolved> {
    if let Some(source) = get(profile, "credential_source") {
        return named_source(profile, source).map(Start::Identity);
    }
    if let Some(identity) = web_identity(profile)? {
        return Ok(Start::Identity(identity));
    }
    if let Some(role) = identity_center(config, profile)? {
        return Ok(Start::Identity(Identity::IdentityCenter(role)));
    }
    if let Some(arn) = get(profile, "login_session") {
        return Ok(Start::Identity(Identity::LoginSession { arn: arn.to_owned() }));
    }
    if let Some(line) = get(profile, "credential_process") {
        let command = ProcessCommand::new(line);
        if let Some(anywhere) = command.anywhere() {
            return Ok(Start::Identity(Identity::RolesAnywhere(Box::new(anywhere))));
        }
        return Ok(match command.hat_role() {
            Some(alias) => Start::Alias(alias.role),
            None => Start::Identity(Identity::CredentialProcess {
                profile: profile.name.clone(),
                command,
            }),
        });
    }
    match keys(profile)? {
        Some(identity) => Ok(Start::Identity(identity)),
        None => Err(Unresolved {
            profile: profile.name.clone(),
            at: profile.at.clone(),
            reason: Reason::NoCredentials,
        }),
    }
}

/// The keys written in the profile.
pub(super) fn keys(profile: &Section) -> Result<Option<Identity>, Unresolved> {
    let secret = |key: &str| profile.secret(key).filter(|value| !value.expose().is_empty());
    let (id, secret_key, token) = (
        get(profile, "aws_access_key_id"),
        secret("aws_secret_access_key"),
        secret("aws_session_token"),
    );
    match (id, secret_key) {
        (Some(id), Some(_)) => Ok(Some(Identity::Keys {
            profile: profile.name.clone(),
            access_key_id: id.to_owned(),
            temporary: token.is_some(),
            in_vault: false,
        })),
        (Some(_), None) => Err(at_fault(
            profile,
            "aws_access_key_id",
            Reason::HalfKeys("aws_secret_access_key"),
        )),
        (None, Some(_)) => Err(at_fault(
            profile,
            "aws_secret_access_key",
            Reason::HalfKeys("aws_access_key_id"),
        )),
        (None, None) if token.is_some() => Err(at_fault(
            profile,
            "aws_session_token",
            Reason::HalfKeys("aws_access_key_id"),
        )),
        (None, None) => Ok(None),
    }
}

fn named_source(profile: &Section, source: &str) -> Result<Identity, Unresolved> {
    // The SDK compares these names without regard to case.
    match source.to_ascii_lowercase().as_str() {
        "environment" => Ok(Identity::Environment),
        "ec2instancemetadata" => Ok(Identity::Ec2InstanceMetadata),
        "ecscontainer" => Ok(Identity::EcsContainer),
        _ => {
            let reason = Reason::UnknownCredentialSource(source.to_owned());
            Err(at_fault(profile, "credential_source", reason))
        }
    }
}

fn web_identity(profile: &Section) -> Result<Option<Identity>, Unresolved> {
    let Some(token_file) = get(profile, "web_identity_token_file") else {
        return Ok(None);
    };
    let role_arn = parsed::<RoleArn>(profile, "role_arn")?
        .ok_or_else(|| at_fault(profile, "web_identity_token_file", Reason::TokenFileWithoutRole))?;
    let session_name = parsed(profile, "role_session_name")?;
    Ok(Some(Identity::WebIdentity {
        role_arn,
        token_file: token_file.to_owned(),
        session_name,
    }))
}

const SSO_KEYS: [&str; 5] = [
    "sso_session",
    "sso_account_id",
    "sso_role_name",
    "sso_start_url",
    "sso_region",
];

fn identity_center(
    config: &SharedConfig,
    profile: &Section,
) -> Result<Option<IdentityCenterRole>, Unresolved> {
    let Some(first) = SSO_KEYS.into_iter().find(|key| get(profile, key).is_some()) else {
        return Ok(None);
    };
    let session = get(profile, "sso_session");
    let portal = match session {
        None => profile,
        Some(name) => {
            if let Some(key) = ["sso_start_url", "sso_region"]
                .into_iter()
                .find(|k| get(profile, k).is_some())
            {
                return Err(at_fault(profile, key, Reason::SsoKeyTwice(key)));
            }
            let missing = || at_fault(profile, "sso_session", Reason::MissingSsoSession(name.to_owned()));
            config.sso_session(name).ok_or_else(missing)?
        }
    };
    let portal = self::portal(session, portal, profile)?;
    let lacks = |key| at_fault(profile, first, Reason::MissingSsoKey(key));
    let role_name = get(profile, "sso_role_name");
    match (parsed(profile, "sso_account_id")?, role_name) {
        (Some(account), Some(role_name)) => Ok(Some(IdentityCenterRole {
            portal,
            account,
            role_name: role_name.to_owned(),
        })),
        (Some(_), None) => Err(lacks("sso_role_name")),
        (None, Some(_)) => Err(lacks("sso_account_id")),
        (None, None) => Err(at_fault(profile, first, Reason::SsoTokenOnly)),
    }
}

/// The portal that `section` describes; `asked_by` names it. The two are one in the older form.
pub(super) fn portal(
    session: Option<&str>,
    section: &Section,
    asked_by: &Section,
) -> Result<Portal, Unresolved> {
    let first = SSO_KEYS
        .into_iter()
        .find(|key| get(asked_by, key).is_some())
        .unwrap_or("sso_start_url");
    let lacks = |key| at_fault(section, first, Reason::MissingSsoKey(key));
    let region = get(section, "sso_region").ok_or_else(|| lacks("sso_region"))?;
    let start_url = get(section, "sso_start_url").ok_or_else(|| lacks("sso_start_url"))?;
    check_start_url(section, start_url)?;
    check_region(section, "sso_region", region)?;
    Ok(Portal {
        session: session.map(str::to_owned),
        start_url: start_url.to_owned(),
        region: region.to_owned(),
        scopes: session.map(|_| scopes(section)).unwrap_or_default(),
    })
}

/// `sso_registration_scopes`, which the AWS CLI takes for [`ACCOUNT_ACCESS`] where it is not written.
fn scopes(portal: &Section) -> Vec<String> {
    let written = get(portal, "sso_registration_scopes").unwrap_or(ACCOUNT_ACCESS);
    let scopes = written
        .split(',')
        .map(str::trim)
        .filter(|scope| !scope.is_empty());
    scopes.map(str::to_owned).collect()
}

/// A sign-in page is opened in a browser and given a token: only `https`, or `http` on this machine.
fn check_start_url(portal: &Section, start_url: &str) -> Result<(), Unresolved> {
    let key = "sso_start_url";
    let local = |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match Url::parse(start_url) {
        Ok(url) if url.scheme() == "https" && url.has_host() => Ok(()),
        Ok(url) if url.scheme() == "http" && local(&url) => Ok(()),
        _ => Err(bad_value(portal, key, "a sign-in address starts with https://")),
    }
}

/// A region becomes part of a host's name, so it has to be a host label.
pub(super) fn check_region(section: &Section, key: &'static str, region: &str) -> Result<(), Unresolved> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if region.len() <= 63 && region.bytes().all(legal) && !region.starts_with('-') && !region.ends_with('-') {
        return Ok(());
    }
    let why = "a region has letters, digits and dashes, such as eu-west-1";
    Err(bad_value(section, key, why))
}
