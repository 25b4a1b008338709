//! `credential_source = Ec2InstanceMetadata`: the instance profile's role, by IMDSv2 and nothing older.
//!
//! Source: Amazon EC2 User Guide, "Use the Instance Metadata Service to access instance metadata".

use hatrack_core::broker::IdentityFailure;
use hatrack_core::caller::CallerContext;
use hatrack_core::secret::Credentials;

use super::document::{self, NotCredentials};
use super::fetch::{Fetched, NoAnswer, fetch};

const IPV4: &str = "http://169.254.169.254";
const IPV6: &str = "http://[fd00:ec2::254]";
const ROLES: &str = "latest/meta-data/iam/security-credentials/";
/// The token serves the three requests that follow at once.
const TOKEN_SECONDS: &str = "60";

/// The credentials of this instance's role.
pub async fn credentials(caller: &CallerContext) -> Result<Credentials, IdentityFailure> {
    let base = endpoint(caller)?;
    let token = fetch(
        "PUT",
        &format!("{base}/latest/api/token"),
        &[("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS)],
    )
    .await;
    let token = match token {
        Ok(Fetched { status: 200, body }) => body,
        Ok(Fetched { status: 403, .. }) => {
            return Err(IdentityFailure::Missing(
                "the instance metadata service is switched off for this instance; switch it on, or use other \
                 credentials"
                    .to_owned(),
            ));
        }
        Ok(Fetched { status, .. }) => return Err(garbled(status)),
        Err(why) => return Err(silent(&base, why)),
    };
    let roles = get(&base, ROLES, &token).await?;
    // A second line would be a second role, which EC2 does not have.
    let role = roles.body.lines().next().map(str::trim).unwrap_or_default();
    match roles.status {
        200 if is_role_name(role) => {}
        200 | 404 => {
            return Err(IdentityFailure::Missing(
                "no role is attached to this instance; attach an instance profile to it".to_owned(),
            ));
        }
        status => return Err(garbled(status)),
    }
    let answer = get(&base, &format!("{ROLES}{role}"), &token).await?;
    if answer.status != 200 {
        return Err(garbled(answer.status));
    }
    document::credentials(&answer.body).map_err(|why| match why {
        NotCredentials::Refused(said) => IdentityFailure::Missing(format!(
            "the instance's role {role} gives no credentials: {said}; check that the role still exists and that EC2 \
             may assume it"
        )),
        NotCredentials::Garbled => garbled(200),
    })
}

/// The service's address, without a slash at its end.
fn endpoint(caller: &CallerContext) -> Result<String, IdentityFailure> {
    let is = |name: &str, word: &str| {
        caller
            .var(name)
            .is_some_and(|value| value.eq_ignore_ascii_case(word))
    };
    if is("AWS_EC2_METADATA_DISABLED", "true") {
        return Err(IdentityFailure::Missing(
            "AWS_EC2_METADATA_DISABLED is set; unset it to use this instance's role".to_owned(),
        ));
    }
    if let Some(named) = caller.var("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
        return Ok(named.trim_end_matches('/').to_owned());
    }
    let ipv6 = is("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv6");
    Ok(if ipv6 { IPV6 } else { IPV4 }.to_owned())
}

async fn get(base: &str, path: &str, token: &str) -> Result<Fetched, IdentityFailure> {
    fetch(
        "GET",
        &format!("{base}/{path}"),
        &[("x-aws-ec2-metadata-token", token)],
    )
    .await
    .map_err(|why| silent(base, why))
}

/// IAM's own limits: what comes from the network is put into a path.
fn is_role_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b))
}

fn silent(base: &str, why: NoAnswer) -> IdentityFailure {
    IdentityFailure::Unreachable(match why {
        NoAnswer::Silent => format!(
            "no instance metadata service answers at {base}; this is no EC2 instance, or a container on one whose hop \
             limit is 1"
        ),
        NoAnswer::Unsendable => {
            format!("{base} is no address of a metadata service; correct AWS_EC2_METADATA_SERVICE_ENDPOINT")
        }
        NoAnswer::Garbled => format!("what answers at {base} is not the instance metadata service"),
    })
}

fn garbled(status: u16) -> IdentityFailure {
    IdentityFailure::Unreachable(format!(
        "the instance metadata service gave an answer that is none of its own (HTTP {status})"
    ))
}
