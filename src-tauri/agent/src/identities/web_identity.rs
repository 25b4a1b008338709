//! AssumeRoleWithWebIdentity with a token from a file.
//!
//! Source: AWS STS API Reference, "AssumeRoleWithWebIdentity"; AWS SDKs and Tools Reference Guide, "Assume role
//! credential provider".

use std::path::Path;

use hatrack_core::arn::RoleArn;
use hatrack_core::broker::{Given, IdentityAsk, IdentityFailure, IdentityRefusal};
use hatrack_core::secret::Secret;
use hatrack_core::shared_config::inert;
use hatrack_core::sts::{AssumeRoleWithWebIdentity, AwsFailure, Issued, Refusal};
use hatrack_core::sts_limits::SessionDuration;
use tokio::io::AsyncReadExt;
use zeroize::Zeroizing;

use super::LocalIdentities;

/// STS takes a token of 20,000 characters at most.
const LONGEST_TOKEN: usize = 20_000;

impl LocalIdentities {
    /// The session of `role` that the token in `file` is exchanged for.
    pub(super) async fn exchanged(
        &self,
        role: &RoleArn,
        file: &str,
        ask: IdentityAsk<'_>,
    ) -> Result<Given, IdentityFailure> {
        // A relative path is the caller's, whose folder it starts from.
        let path = ask.caller.working_folder.join(file);
        let call = AssumeRoleWithWebIdentity {
            role: role.clone(),
            session_name: ask.session_name(),
            duration: ask.options.duration.unwrap_or(SessionDuration::HOUR),
            token: token(&path).await?,
            policy: ask.options.policy.clone(),
            policy_arns: ask.options.policy_arns.clone(),
        };
        let sts = &self.sources.sts;
        match sts.assume_role_with_web_identity(ask.reach, &call).await {
            Ok(issued) => Ok(given(issued)),
            Err(AwsFailure::Refused(refusal)) => Err(refused(refusal, role, &path)),
            Err(other) => Err(IdentityFailure::Aws(other)),
        }
    }
}

fn given(issued: Issued) -> Given {
    Given {
        credentials: issued.credentials,
        aws_date: issued.aws_date,
        assumed_role_arn: issued.assumed_role_arn,
        assumed_role_id: issued.assumed_role_id,
        request_id: issued.request_id,
        took: Some(issued.took),
    }
}

/// Read afresh each time: whoever writes the file replaces the token before it expires.
async fn token(path: &Path) -> Result<Secret, IdentityFailure> {
    let wrong = |why: &dyn std::fmt::Display| {
        IdentityFailure::Missing(format!(
            "the web identity token file {} cannot be used: {why}; have the token written there, or correct \
             web_identity_token_file",
            shown(path)
        ))
    };
    let file = tokio::fs::File::open(path).await.map_err(|why| wrong(&why))?;
    // Room for the longest and one more, from the start: a buffer that grows leaves uncleared copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST_TOKEN + 1));
    let most = u64::try_from(LONGEST_TOKEN + 1).unwrap_or(u64::MAX);
    let read = file.take(most).read_to_end(&mut bytes).await;
    read.map_err(|why| wrong(&why))?;
    if bytes.len() > LONGEST_TOKEN {
        return Err(wrong(&format_args!(
            "it holds more than {LONGEST_TOKEN} characters"
        )));
    }
    // A token has no blanks; an editor leaves a line's end behind it.
    match std::str::from_utf8(&bytes).map(str::trim) {
        Ok("") => Err(wrong(&"it is empty")),
        Ok(token) => Ok(Secret::new(token)),
        Err(_) => Err(wrong(&"it holds no text")),
    }
}

fn shown(path: &Path) -> String {
    inert(&path.display().to_string())
}

fn refused(refusal: Refusal, role: &RoleArn, path: &Path) -> IdentityFailure {
    let token = format!("the token in {}", shown(path));
    let summary = match refusal.code.as_str() {
        "InvalidIdentityToken" => Some(format!(
            "AWS could not validate {token}: it is cut off, signed by another provider, or account {} has no identity \
             provider in IAM for its issuer and audience.",
            role.account()
        )),
        "ExpiredTokenException" => Some(format!(
            "AWS says that {token} has expired; have a fresh one written."
        )),
        "IDPRejectedClaim" => Some(format!(
            "The identity provider did not stand by {token}; it may have been withdrawn. Have a fresh one written."
        )),
        "IDPCommunicationError" => Some(
            "AWS could not reach the identity provider to check the token; try again in a minute.".to_owned(),
        ),
        "AccessDenied" => Some(format!(
            "AWS denied the exchange of {token} for {}. Check that the role exists, and that its trust policy names the \
             identity provider, and the token's audience and subject.",
            role.role_name()
        )),
        _ => None,
    };
    IdentityFailure::Refused(Box::new(IdentityRefusal {
        refusal,
        action: "sts:AssumeRoleWithWebIdentity",
        resource: Some(role.to_string()),
        summary,
    }))
}
