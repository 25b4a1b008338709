//! EC2's instance metadata service, version 2: every answer needs a token, and a token needs a PUT.

use std::sync::PoisonError;

use http::{HeaderMap, Method, StatusCode};
use serde_json::json;

use super::{Reply, session, written};
use crate::state::State;
use crate::world::Machine;

const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const TOKEN: &str = "x-aws-ec2-metadata-token";
const LONGEST_TTL: i64 = 21_600;
const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials";
const REGION: &str = "us-east-1";

pub(super) fn answer(state: &State, method: &Method, path: &str, headers: &HeaderMap) -> Reply {
    let Some(machine) = state.world().instance.clone() else {
        return Reply::text(StatusCode::NOT_FOUND, "");
    };
    match (method, path) {
        (&Method::PUT, "/latest/api/token") => {
            state.count("MetadataToken");
            token(state, headers)
        }
        (&Method::GET, path) if has_token(state, headers) => {
            state.count("Metadata");
            read(state, &machine, path)
        }
        (&Method::GET, _) => Reply::text(StatusCode::UNAUTHORIZED, ""),
        _ => Reply::text(StatusCode::METHOD_NOT_ALLOWED, ""),
    }
}

fn token(state: &State, headers: &HeaderMap) -> Reply {
    // What came through a proxy comes from elsewhere.
    if headers.contains_key("x-forwarded-for") {
        return Reply::text(StatusCode::FORBIDDEN, "");
    }
    let seconds = headers.get(TTL).and_then(|v| v.to_str().ok()?.parse().ok());
    let Some(seconds) = seconds.filter(|s| (1..=LONGEST_TTL).contains(s)) else {
        return Reply::text(StatusCode::BAD_REQUEST, "");
    };
    let now = state.now();
    let token = state.keys().opaque(40);
    let ends = now
        .checked_add(jiff::SignedDuration::from_secs(seconds))
        .unwrap_or(now);
    let mut tokens = state
        .metadata
        .tokens
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    tokens.retain(|_, ends| *ends > now);
    tokens.insert(token.clone(), ends);
    let mut reply = Reply::text(StatusCode::OK, token);
    reply.headers.push((TTL, seconds.to_string()));
    reply
}

fn has_token(state: &State, headers: &HeaderMap) -> bool {
    let token = headers.get(TOKEN).and_then(|v| v.to_str().ok());
    let tokens = state
        .metadata
        .tokens
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let ends = token.and_then(|token| tokens.get(token));
    ends.is_some_and(|ends| *ends > state.now())
}

fn read(state: &State, machine: &Machine, path: &str) -> Reply {
    let absent = || Reply::text(StatusCode::NOT_FOUND, "");
    let role = machine.role_arn.rsplit('/').next().unwrap_or_default();
    match path.trim_end_matches('/') {
        CREDENTIALS => Reply::text(StatusCode::OK, role),
        "/latest/meta-data/instance-id" => Reply::text(StatusCode::OK, &machine.session_name),
        "/latest/meta-data/placement/region" => Reply::text(StatusCode::OK, REGION),
        path if path.strip_prefix(CREDENTIALS).and_then(|p| p.strip_prefix('/')) == Some(role) => {
            let Some(session) = session(state, machine) else {
                return absent();
            };
            let document = json!({
                "Code": "Success",
                "LastUpdated": written(session.issued_at),
                "Type": "AWS-HMAC",
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret.expose(),
                "Token": session.token.expose(),
                "Expiration": written(session.expires_at),
            });
            // EC2 itself calls this plain text.
            Reply::text(StatusCode::OK, document.to_string())
        }
        _ => absent(),
    }
}
