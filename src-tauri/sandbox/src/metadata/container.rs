//! The credentials endpoint beside a container, as ECS and EKS Pod Identity have it.

use http::{HeaderMap, Method, StatusCode, header};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::{Reply, session, written};
use crate::state::State;

/// Where it is, on the metadata port.
pub const PATH: &str = "/v1/credentials";

pub(super) fn answer(state: &State, method: &Method, headers: &HeaderMap) -> Reply {
    let refused =
        |status, code: &str, message: &str| Reply::json(status, &json!({ "code": code, "message": message }));
    if method != Method::GET {
        return refused(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "Use GET.");
    }
    let Some(container) = state.world().container.clone() else {
        return refused(StatusCode::NOT_FOUND, "NoCredentials", "The task has no role.");
    };
    let token = headers.get(header::AUTHORIZATION).map(|v| v.as_bytes());
    let fits = |token: &[u8]| bool::from(token.ct_eq(container.token.expose().as_bytes()));
    if !token.is_some_and(fits) {
        let message = "The Authorization header does not have the container's token.";
        return refused(StatusCode::UNAUTHORIZED, "AccessDenied", message);
    }
    match session(state, &container.machine) {
        Some(session) => Reply::json(
            StatusCode::OK,
            &json!({
                "RoleArn": container.machine.role_arn,
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret.expose(),
                "Token": session.token.expose(),
                "Expiration": written(session.expires_at),
            }),
        ),
        None => refused(StatusCode::NOT_FOUND, "NoCredentials", "The task has no role."),
    }
}
