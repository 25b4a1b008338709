//! IAM Roles Anywhere: CreateSession with a certificate from a file. AWS's own helper is not run.
//!
//! Source: IAM Roles Anywhere User Guide, "Get temporary security credentials from IAM Roles Anywhere".

use std::io::Read as _;
use std::path::Path;

use hatrack_aws::roles_anywhere::{Bearer, CreateSession, certificate_until, create_session};
use hatrack_core::broker::{Given, IdentityAsk, IdentityFailure, IdentityRefusal};
use hatrack_core::caller::CallerContext;
use hatrack_core::route::Anywhere;
use hatrack_core::shared_config::inert;
use hatrack_core::sts::{AwsFailure, Reach, Refusal};
use jiff::Timestamp;
use tokio::io::AsyncReadExt;
use zeroize::Zeroizing;

use super::LocalIdentities;

/// A chain of certificates with its key is some thousands of bytes.
const LONGEST_FILE: u64 = 256 * 1024;

impl LocalIdentities {
    /// The session that the certificate becomes.
    pub(super) async fn certified(
        &self,
        anywhere: &Anywhere,
        ask: IdentityAsk<'_>,
    ) -> Result<Given, IdentityFailure> {
        let reach = self.anywhere_reach(anywhere, ask)?;
        let bearer = bearer(anywhere, ask).await?;
        let call = CreateSession {
            trust_anchor_arn: &anywhere.trust_anchor_arn,
            profile_arn: &anywhere.profile_arn,
            role: &anywhere.role,
            duration: Some(ask.options.duration.unwrap_or(anywhere.duration)),
            // Nobody's own choice is not sent: many profiles of Roles Anywhere take none.
            session_name: ask
                .options
                .session_name
                .as_ref()
                .or(anywhere.session_name.as_ref()),
        };
        let now = self.sources.clock.now().wall;
        match create_session(&self.sources.http, &reach, &bearer, &call, now).await {
            Ok(given) => Ok(given),
            Err(AwsFailure::Refused(refusal)) => Err(refused(refusal, anywhere, &bearer, now)),
            Err(other) => Err(IdentityFailure::Aws(other)),
        }
    }

    /// Where Roles Anywhere is reached: by the line, else by the settings of its profile. A certificate's signature
    /// goes there, so an endpoint that is not AWS's wants consent.
    fn anywhere_reach(&self, anywhere: &Anywhere, ask: IdentityAsk<'_>) -> Result<Reach, IdentityFailure> {
        let mut reach = self.reach_by_profile(ask, &anywhere.region, "rolesanywhere");
        if anywhere.endpoint.is_some() {
            reach.endpoint.clone_from(&anywhere.endpoint);
        }
        self.with_consent(reach)
    }
}

/// Until when the certificate is good, for a listing: nothing but the certificate's own file is opened, and what
/// cannot be read is not told.
pub(crate) fn shown_until(anywhere: &Anywhere, caller: &CallerContext) -> Option<Timestamp> {
    let path = caller.working_folder.join(&anywhere.certificate);
    // Before it is opened: a pipe would keep the listing waiting.
    let about = std::fs::metadata(&path).ok()?;
    if !about.is_file() || about.len() > LONGEST_FILE {
        return None;
    }
    let file = std::fs::File::open(path).ok()?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LONGEST_FILE).read_to_end(&mut bytes).ok()?;
    certificate_until(&bytes)
}

/// Read afresh each time: whoever renews a certificate replaces its files.
async fn bearer(anywhere: &Anywhere, ask: IdentityAsk<'_>) -> Result<Bearer, IdentityFailure> {
    let own = |name: &str| ask.caller.working_folder.join(name);
    let certificate = own(&anywhere.certificate);
    let first = read(&certificate).await?;
    let bearer = match &anywhere.private_key {
        None if is_pem(&first) => Bearer::from_pem(&first, &first, b""),
        None => Bearer::from_pkcs12(&first, ""),
        Some(key) => {
            let key = read(&own(key)).await?;
            let between = match &anywhere.intermediates {
                Some(name) => read(&own(name)).await?,
                None => Zeroizing::default(),
            };
            Bearer::from_pem(&first, &key, &between)
        }
    };
    bearer.map_err(|why| {
        IdentityFailure::Missing(format!(
            "the certificate {} cannot be used: {why}",
            shown(&certificate)
        ))
    })
}

fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|window| window == b"-----BEGIN ")
}

async fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, IdentityFailure> {
    let wrong = |why: &dyn std::fmt::Display| {
        IdentityFailure::Missing(format!(
            "the file {} cannot be read: {why}; correct the options of aws_signing_helper in credential_process",
            shown(path)
        ))
    };
    let about = tokio::fs::metadata(path).await.map_err(|why| wrong(&why))?;
    let length = about.len();
    // Before it is opened: a pipe would keep the switch waiting.
    if !about.is_file() {
        return Err(wrong(&"it is no file"));
    }
    if length > LONGEST_FILE {
        return Err(wrong(&"it is too long for a certificate or a key"));
    }
    let file = tokio::fs::File::open(path).await.map_err(|why| wrong(&why))?;
    // Room for all of it from the start: a buffer that grows leaves uncleared copies behind.
    let room = usize::try_from(length).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(room + 1));
    let read = file.take(LONGEST_FILE).read_to_end(&mut bytes).await;
    read.map_err(|why| wrong(&why))?;
    Ok(bytes)
}

fn shown(path: &Path) -> String {
    inert(&path.display().to_string())
}

/// AWS's refusal, with what is known here: when the certificate ends, and what it was shown to.
fn refused(refusal: Refusal, anywhere: &Anywhere, bearer: &Bearer, now: Timestamp) -> IdentityFailure {
    let whose = inert(bearer.subject());
    let summary = match refusal.code.as_str() {
        "AccessDeniedException" if bearer.not_after() <= now => format!(
            "The certificate of {whose} expired on {}; have a new one issued.",
            bearer.not_after().strftime("%Y-%m-%d")
        ),
        "AccessDeniedException" if bearer.not_before() > now => format!(
            "The certificate of {whose} is good only from {}; check this computer's clock too.",
            bearer.not_before().strftime("%Y-%m-%d")
        ),
        "AccessDeniedException" => format!(
            "AWS did not take the certificate of {whose} for {}. Check that the trust anchor is of the authority that \
             issued it, that the Roles Anywhere profile has the role, and that the role's trust policy lets \
             rolesanywhere.amazonaws.com in for this certificate.",
            anywhere.role.role_name()
        ),
        "ResourceNotFoundException" => {
            "AWS knows no such trust anchor or profile of Roles Anywhere in this region.".to_owned()
        }
        _ => String::new(),
    };
    IdentityFailure::Refused(Box::new(IdentityRefusal {
        refusal,
        action: "rolesanywhere:CreateSession",
        resource: Some(anywhere.role.to_string()),
        summary: (!summary.is_empty()).then_some(summary),
    }))
}
