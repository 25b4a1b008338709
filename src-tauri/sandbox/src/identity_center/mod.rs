//! IAM Identity Center: client registration and tokens (OIDC), the pages a person sees, and the access portal.
//!
//! Source: AWS IAM Identity Center OIDC API Reference and Portal API Reference; RFC 6749, RFC 7636 (PKCE), RFC 8252
//! (loopback redirects), RFC 8628 (device codes). Refusals use AWS's texts as recorded.

mod authorize;
mod device_page;
pub(crate) mod html;
mod oidc;
mod portal;
mod rate_limit;
mod reply;
mod sign_ins;
mod token;

use http::{HeaderMap, Method};
use url::form_urlencoded;

use crate::service::Service;
use crate::state::State;

pub use rate_limit::RateLimit;
pub use reply::{PORTAL_NAMESPACE, Reply, error_type};
pub use sign_ins::SignIns;

/// What is asked of Identity Center: AWS's operations, and the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `RegisterClient`.
    RegisterClient,
    /// `StartDeviceAuthorization`.
    StartDeviceAuthorization,
    /// `CreateToken`.
    CreateToken,
    /// The page on which a person allows a client to sign in, to be shown.
    Authorize,
    /// The same, answered.
    AnswerAuthorize,
    /// The page on which a person allows a device to sign in, to be shown.
    Device,
    /// The same, answered.
    AnswerDevice,
    /// The page behind a start URL.
    Start,
    /// `ListAccounts`.
    ListAccounts,
    /// `ListAccountRoles`.
    ListAccountRoles,
    /// `GetRoleCredentials`.
    GetRoleCredentials,
    /// `Logout`.
    Logout,
}

impl Operation {
    /// The operation that a request asks for, if it is one of these.
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        Some(match (method.as_str(), path) {
            ("POST", "/client/register") => Self::RegisterClient,
            ("POST", "/device_authorization") => Self::StartDeviceAuthorization,
            ("POST", "/token") => Self::CreateToken,
            ("GET", "/authorize") => Self::Authorize,
            ("POST", "/authorize") => Self::AnswerAuthorize,
            ("GET", "/device") => Self::Device,
            ("POST", "/device") => Self::AnswerDevice,
            ("GET", "/assignment/accounts") => Self::ListAccounts,
            ("GET", "/assignment/roles") => Self::ListAccountRoles,
            ("GET", "/federation/credentials") => Self::GetRoleCredentials,
            ("POST", "/logout") => Self::Logout,
            ("GET", path) if path.ends_with("/start") => Self::Start,
            _ => return None,
        })
    }

    /// AWS's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RegisterClient => "RegisterClient",
            Self::StartDeviceAuthorization => "StartDeviceAuthorization",
            Self::CreateToken => "CreateToken",
            Self::Authorize => "Authorize",
            Self::AnswerAuthorize => "AnswerAuthorize",
            Self::Device => "Device",
            Self::AnswerDevice => "AnswerDevice",
            Self::Start => "Start",
            Self::ListAccounts => "ListAccounts",
            Self::ListAccountRoles => "ListAccountRoles",
            Self::GetRoleCredentials => "GetRoleCredentials",
            Self::Logout => "Logout",
        }
    }

    /// Whose it is.
    pub fn service(self) -> Service {
        match self {
            Self::ListAccounts | Self::ListAccountRoles | Self::GetRoleCredentials | Self::Logout => {
                Service::Portal
            }
            _ => Service::SignIn,
        }
    }
}

/// A request as it came.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// What is asked.
    pub operation: Operation,
    /// The path.
    pub path: &'a str,
    /// The query.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
}

/// Answers a request.
pub fn answer(state: &State, incoming: &Incoming<'_>) -> Reply {
    state.count(incoming.operation.name());
    let form = || Fields::read(incoming.body);
    let query = || Fields::read(incoming.query.as_bytes());
    match incoming.operation {
        Operation::RegisterClient => oidc::finish(state, oidc::register(state, incoming.body)),
        Operation::StartDeviceAuthorization => {
            oidc::finish(state, oidc::start_device_authorization(state, incoming.body))
        }
        Operation::CreateToken => oidc::finish(state, token::create(state, incoming.body)),
        Operation::Authorize => authorize::show(state, &query()),
        Operation::AnswerAuthorize => authorize::answer(state, &form()),
        Operation::Device => device_page::show(state, &query()),
        Operation::AnswerDevice => device_page::answer(state, &form()),
        Operation::Start => html::start(state, incoming.path),
        Operation::ListAccounts
        | Operation::ListAccountRoles
        | Operation::GetRoleCredentials
        | Operation::Logout => portal::answer(state, incoming, &query()),
    }
}

/// The fields of a query or a form.
#[derive(Debug)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// Whether a field is there, with a value or without.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
    }

    /// The fields of a page's address, answered as a person would.
    pub(crate) fn answered(page: &url::Url, user: Option<&str>, allow: bool) -> Self {
        let mut fields: Vec<_> = page.query_pairs().into_owned().collect();
        fields.extend(user.map(|name| ("user".to_owned(), name.to_owned())));
        let decision = if allow { "allow" } else { "deny" };
        fields.push(("decision".to_owned(), decision.to_owned()));
        Self(fields)
    }
}

/// Answers one of the two pages as a person in front of a browser would: where the browser is sent, if anywhere.
pub(crate) fn answer_page(state: &State, page: &url::Url, user: Option<&str>, allow: bool) -> Option<String> {
    let fields = Fields::answered(page, user, allow);
    let reply = match page.path() {
        "/authorize" => authorize::answer(state, &fields),
        "/device" => device_page::answer(state, &fields),
        _ => return None,
    };
    let location = reply.headers.into_iter().find(|(name, _)| *name == "location");
    location.map(|(_, to)| to)
}
