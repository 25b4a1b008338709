//! Identity Center's answers, and AWS's texts for each refusal.

use http::StatusCode;
use serde_json::{Value, json};

use crate::state::State;

/// An answer to send.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// Its headers, `content-type` among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Reply {
    /// JSON with a request ID, as each operation gives it.
    pub(crate) fn json(state: &State, status: StatusCode, body: &Value) -> Self {
        Self {
            status,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("x-amzn-requestid", state.keys().uuid()),
                ("cache-control", "no-store".to_owned()),
            ],
            body: body.to_string(),
        }
    }

    /// Sends the browser elsewhere.
    pub(crate) fn redirect(to: String) -> Self {
        Self {
            status: StatusCode::FOUND,
            headers: vec![("location", to), ("cache-control", "no-store".to_owned())],
            body: String::new(),
        }
    }
}

/// A refusal of the OIDC service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidClientMetadata,
    InvalidRedirectUri,
    InvalidScope,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    AuthorizationPending,
    SlowDown,
    ExpiredToken,
    AccessDenied,
}

impl Refusal {
    /// AWS's exception, OAuth's error, and what AWS says.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::InvalidRequest(why) => ("InvalidRequestException", "invalid_request", why),
            Self::InvalidClient => (
                "InvalidClientException",
                "invalid_client",
                "Invalid client provided",
            ),
            Self::InvalidClientMetadata => (
                "InvalidClientMetadataException",
                "invalid_client_metadata",
                "Invalid client metadata provided",
            ),
            Self::InvalidRedirectUri => (
                "InvalidRedirectUriException",
                "invalid_redirect_uri",
                "Invalid redirect URI provided",
            ),
            Self::InvalidScope => ("InvalidScopeException", "invalid_scope", "Invalid scope provided"),
            Self::InvalidGrant => ("InvalidGrantException", "invalid_grant", "Invalid grant provided"),
            Self::UnauthorizedClient => (
                "UnauthorizedClientException",
                "unauthorized_client",
                "Client is not authorized to use this grant type",
            ),
            Self::UnsupportedGrantType => (
                "UnsupportedGrantTypeException",
                "unsupported_grant_type",
                "Unsupported grant type provided",
            ),
            Self::AuthorizationPending => (
                "AuthorizationPendingException",
                "authorization_pending",
                "Authorization is still pending",
            ),
            Self::SlowDown => ("SlowDownException", "slow_down", "Polling too frequently"),
            Self::ExpiredToken => ("ExpiredTokenException", "expired_token", "Expired token provided"),
            Self::AccessDenied => ("AccessDeniedException", "access_denied", "Access denied"),
        }
    }

    pub(super) fn reply(self, state: &State) -> Reply {
        let (exception, error, description) = self.words();
        let status = match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": error, "error_description": description });
        let mut reply = Reply::json(state, status, &body);
        reply.headers.push(("x-amzn-errortype", error_type(exception)));
        reply
    }
}

/// The header's value as AWS sends it: clients cut it at the colon.
pub fn error_type(exception: &str) -> String {
    format!("{exception}:http://internal.amazon.com/coral/com.amazonaws.sso.oidc/")
}

/// What the portal's errors are in the namespace of, in the body's `__type`.
pub const PORTAL_NAMESPACE: &str = "com.amazonaws.switchboard.portal#";
