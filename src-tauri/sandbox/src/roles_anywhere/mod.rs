//! IAM Roles Anywhere: CreateSession, by which a certificate becomes a session of a role.
//!
//! Source: IAM Roles Anywhere User Guide, "The IAM Roles Anywhere authentication signing process", "CreateSession API"
//! and "Trust model". AWS publishes few of its refusals' texts; those known are used, the rest is in their manner.

mod certificate;
mod signature;

use hatrack_core::policy::ResourceRule;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use self::certificate::Certificate;
use crate::auth::SignedRequest;
use crate::issue::issue;
use crate::json_reply::{JsonRefusal, JsonReply};
use crate::state::State;
use crate::world::{Asked, Role, RoleSession, SessionOf, World};

/// Where sessions are made.
pub const PATH: &str = "/sessions";
/// Who assumes the role.
const PRINCIPAL: &str = "rolesanywhere.amazonaws.com";

/// Whether a request is signed by a certificate.
pub fn is_signed_by_certificate(headers: &http::HeaderMap) -> bool {
    let header = headers
        .get(http::header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok());
    header.is_some_and(|text| text.starts_with(signature::PREFIX))
}

/// Answers CreateSession.
pub fn answer(state: &State, request: &SignedRequest<'_>) -> JsonReply {
    state.count("CreateSession");
    JsonReply::new(state, StatusCode::CREATED, session(state, request))
}

/// AWS takes the ARNs from the query or from the body.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Asking {
    duration_seconds: Option<i64>,
    profile_arn: Option<String>,
    role_arn: Option<String>,
    trust_anchor_arn: Option<String>,
    role_session_name: Option<String>,
}

impl Asking {
    fn read(request: &SignedRequest<'_>) -> Result<Self, JsonRefusal> {
        let mut asking: Self =
            serde_json::from_slice(request.body).map_err(|_| invalid("Unable to parse the request body"))?;
        for (name, value) in form_urlencoded::parse(request.query.as_bytes()).into_owned() {
            match name.as_str() {
                "profileArn" => asking.profile_arn = Some(value),
                "roleArn" => asking.role_arn = Some(value),
                "trustAnchorArn" => asking.trust_anchor_arn = Some(value),
                _ => {}
            }
        }
        Ok(asking)
    }
}

fn invalid(message: impl Into<String>) -> JsonRefusal {
    JsonRefusal::bad("ValidationException", message)
}

fn denied(message: impl Into<String>) -> JsonRefusal {
    JsonRefusal::forbidden("AccessDeniedException", message)
}

fn missing(message: &str) -> JsonRefusal {
    JsonRefusal(
        StatusCode::NOT_FOUND,
        "ResourceNotFoundException",
        message.to_owned(),
    )
}

fn session(state: &State, request: &SignedRequest<'_>) -> Result<Value, JsonRefusal> {
    let certificate = Certificate::of(request.headers)?;
    signature::verify(request, &certificate, state.now())?;
    let asking = Asking::read(request)?;
    let given = |value: &Option<String>, name: &str| {
        value
            .clone()
            .ok_or_else(|| invalid(format!("{name} is required")))
    };
    let anchor_arn = given(&asking.trust_anchor_arn, "trustAnchorArn")?;
    let profile_arn = given(&asking.profile_arn, "profileArn")?;
    let role_arn = given(&asking.role_arn, "roleArn")?;
    let (role, seconds, name) = {
        let world = state.world();
        let anchor = world.trust_anchors.get(&anchor_arn);
        let anchor = anchor.ok_or_else(|| missing("Trust anchor not found"))?;
        certificate.chains_to(anchor, state.now())?;
        let profile = world.anywhere_profiles.get(&profile_arn);
        let profile = profile.ok_or_else(|| missing("Profile not found"))?;
        if !profile.roles.contains(&role_arn) {
            return Err(denied(format!("Role {role_arn} is not in the profile")));
        }
        let name = match &asking.role_session_name {
            None => certificate.serial_hex(),
            Some(name) if profile.takes_session_names => name.clone(),
            Some(_) => {
                return Err(denied("The profile does not accept custom role session names"));
            }
        };
        let role = authorized_role(state, &world, &role_arn, &anchor_arn, &certificate)?;
        let seconds = asking.duration_seconds.unwrap_or(profile.duration_seconds);
        (role, seconds, name)
    };
    if !(900..=43_200).contains(&seconds) {
        return Err(invalid("durationSeconds must be between 900 and 43200"));
    }
    if seconds > role.max_session_seconds {
        return Err(denied(format!(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for the role {role_arn}"
        )));
    }
    Ok(issued(state, &role, &certificate, &name, seconds))
}

/// The role, if its trust policy lets Roles Anywhere in with what the certificate says.
fn authorized_role(
    state: &State,
    world: &World,
    role_arn: &str,
    anchor_arn: &str,
    certificate: &Certificate,
) -> Result<Role, JsonRefusal> {
    let refused = || denied(format!("Unable to assume role for {role_arn}"));
    let role = world.roles.get(role_arn).ok_or_else(refused)?;
    let account = anchor_arn.split(':').nth(4).unwrap_or_default().to_owned();
    let mut keys = vec![
        ("aws:SourceArn".to_owned(), vec![anchor_arn.to_owned()]),
        ("aws:SourceAccount".to_owned(), vec![account]),
        (
            "sts:SourceIdentity".to_owned(),
            vec![certificate.source_identity()],
        ),
    ];
    for (key, value) in certificate.attributes() {
        for of in ["aws:PrincipalTag", "aws:RequestTag"] {
            keys.push((format!("{of}/{key}"), vec![value.clone()]));
        }
    }
    for action in ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] {
        let asked = Asked {
            action,
            resource: role_arn,
            owner: Some(role.account),
            resource_policy: Some(&role.trust.policy),
            rule: ResourceRule::MustAllow,
            region: "us-east-1",
            keys: &keys,
        };
        if !world.decide_service(PRINCIPAL, &asked, state.now()).allowed {
            return Err(refused());
        }
    }
    Ok(role.clone())
}

fn issued(state: &State, role: &Role, certificate: &Certificate, name: &str, seconds: i64) -> Value {
    let session = RoleSession {
        tags: certificate.attributes().into_iter().collect(),
        source_identity: Some(certificate.source_identity()),
        ..role.session(name)
    };
    let arn = session.arn.clone();
    let issued = issue(state, seconds, None, SessionOf::Role(session));
    json!({
        "credentialSet": [{
            "assumedRoleUser": { "arn": arn, "assumedRoleId": format!("{}:{name}", role.id) },
            "credentials": {
                "accessKeyId": issued.access_key_id,
                "secretAccessKey": issued.secret.expose(),
                "sessionToken": issued.token.expose(),
                "expiration": issued.expires_at.to_string(),
            },
            "packedPolicySize": 10,
            "roleArn": role.arn,
            "sourceIdentity": certificate.source_identity(),
        }],
        "subjectArn": format!("arn:aws:rolesanywhere:us-east-1:{}:subject/{}", role.account, certificate.serial_hex()),
    })
}
