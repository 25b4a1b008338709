//! Temporary credentials, as STS's answers show them.

use jiff::Timestamp;

use crate::query::element;
use crate::state::State;
use crate::world::SessionOf;

/// The `AssumedRoleUser` element.
pub(super) fn assumed_role_user(arn: &str, role_id: &str, session_name: &str) -> String {
    let user = [
        element("Arn", arn),
        element("AssumedRoleId", &format!("{role_id}:{session_name}")),
    ];
    format!("<AssumedRoleUser>{}</AssumedRoleUser>", user.concat())
}

/// Issues a session and gives its `Credentials` element.
pub(super) fn issue(state: &State, seconds: i64, mfa_at: Option<Timestamp>, of: SessionOf) -> String {
    let session = crate::issue::issue(state, seconds, mfa_at, of);
    [
        "<Credentials>".to_owned(),
        element("AccessKeyId", &session.access_key_id),
        element("SecretAccessKey", session.secret.expose()),
        element("SessionToken", session.token.expose()),
        element("Expiration", &session.expires_at.to_string()),
        "</Credentials>".to_owned(),
    ]
    .concat()
}
