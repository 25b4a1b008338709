//! A start at IAM Roles Anywhere, as AWS's documentation has it written: the command line of AWS's own helper.
//!
//! Source: IAM Roles Anywhere User Guide, "Get temporary security credentials from IAM Roles Anywhere" (the options of
//! `aws_signing_helper credential-process`).

use serde::{Deserialize, Serialize};

use super::ProcessCommand;
use crate::arn::RoleArn;
use crate::sts_limits::{SessionDuration, SessionName};

/// A certificate and what it is to become.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Anywhere {
    /// The file with the certificate: PEM, or PKCS #12 where there is no `private_key`.
    pub certificate: String,
    /// The file with its key.
    pub private_key: Option<String>,
    /// The file with the certificates that lead from it to the trust anchor.
    pub intermediates: Option<String>,
    /// The trust anchor's ARN.
    pub trust_anchor_arn: String,
    /// The ARN of Roles Anywhere's own profile.
    pub profile_arn: String,
    /// The role.
    pub role: RoleArn,
    /// The region: that of the trust anchor, unless the line names one.
    pub region: String,
    /// The service's address, where the line names one.
    pub endpoint: Option<String>,
    /// How long the session shall live.
    pub duration: SessionDuration,
    /// The session's name, where the line has one.
    pub session_name: Option<SessionName>,
}

impl ProcessCommand {
    /// What the line asks of Roles Anywhere, if it is `aws_signing_helper credential-process` with files for its
    /// certificate and key, and every option of it is understood. Else it stays a command.
    pub fn anywhere(&self) -> Option<Anywhere> {
        let words = self.arguments().ok()?;
        let (program, rest) = words.split_first()?;
        let (verb, options) = rest.split_first()?;
        let program = program.rsplit(['/', '\\']).next()?;
        let name = program.strip_suffix(".exe").unwrap_or(program);
        if name != "aws_signing_helper" || verb != "credential-process" {
            return None;
        }
        Options::read(options)?.understood()
    }
}

/// The options of the helper that name files and ARNs. Those for hardware, for a system's certificate store and for
/// skipping TLS checks are the helper's alone.
#[derive(Default)]
struct Options<'a> {
    certificate: Option<&'a str>,
    private_key: Option<&'a str>,
    intermediates: Option<&'a str>,
    trust_anchor_arn: Option<&'a str>,
    profile_arn: Option<&'a str>,
    role_arn: Option<&'a str>,
    region: Option<&'a str>,
    endpoint: Option<&'a str>,
    session_duration: Option<&'a str>,
    role_session_name: Option<&'a str>,
}

impl<'a> Options<'a> {
    /// `--name value` and `--name=value`; an option that is not known, or comes twice, is not understood.
    fn read(words: &'a [String]) -> Option<Self> {
        let mut read = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let option = word.strip_prefix("--")?;
            // Hatrack goes through the caller's proxy in any case.
            if option == "with-proxy" || option == "with-proxy=true" {
                continue;
            }
            let (name, value) = match option.split_once('=') {
                Some((name, value)) => (name, value),
                None => (option, words.next()?.as_str()),
            };
            let slot = match name {
                "certificate" => &mut read.certificate,
                "private-key" => &mut read.private_key,
                "intermediates" => &mut read.intermediates,
                "trust-anchor-arn" => &mut read.trust_anchor_arn,
                "profile-arn" => &mut read.profile_arn,
                "role-arn" => &mut read.role_arn,
                "region" => &mut read.region,
                "endpoint" => &mut read.endpoint,
                "session-duration" => &mut read.session_duration,
                "role-session-name" => &mut read.role_session_name,
                _ => return None,
            };
            if slot.replace(value).is_some() || value.is_empty() {
                return None;
            }
        }
        Some(read)
    }

    fn understood(self) -> Option<Anywhere> {
        let files = [self.certificate, self.private_key, self.intermediates];
        // `pkcs11:` and `handle:` name keys in hardware.
        let is_file = |name: &str| !name.starts_with("pkcs11:") && !name.starts_with("handle:");
        if !files.into_iter().flatten().all(is_file) {
            return None;
        }
        let anchor = self.trust_anchor_arn?;
        let of_anchor = region_of(anchor, "trust-anchor")?;
        // The helper refuses an anchor and a profile of two regions.
        if region_of(self.profile_arn?, "profile")? != of_anchor {
            return None;
        }
        let duration = match self.session_duration {
            Some(text) => SessionDuration::try_from(text.parse::<u32>().ok()?).ok()?,
            None => SessionDuration::HOUR,
        };
        let session_name = self.role_session_name.map(str::parse).transpose().ok()?;
        Some(Anywhere {
            certificate: self.certificate?.to_owned(),
            private_key: self.private_key.map(str::to_owned),
            intermediates: self.intermediates.map(str::to_owned),
            trust_anchor_arn: anchor.to_owned(),
            profile_arn: self.profile_arn?.to_owned(),
            role: self.role_arn?.parse().ok()?,
            region: self.region.unwrap_or(of_anchor).to_owned(),
            endpoint: self.endpoint.map(str::to_owned),
            duration,
            session_name,
        })
    }
}

/// The region of `arn:PARTITION:rolesanywhere:REGION:ACCOUNT:KIND/ID`.
fn region_of<'a>(arn: &'a str, kind: &str) -> Option<&'a str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "rolesanywhere", region, _, resource] = parts[..] else {
        return None;
    };
    let (found, id) = resource.split_once('/')?;
    (found == kind && !id.is_empty() && !region.is_empty()).then_some(region)
}
