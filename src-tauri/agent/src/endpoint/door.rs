//! What a request has to be to be answered: as an SDK of this computer asks, and nothing that a web page can make a
//! browser send.

use hatrack_core::secret::Secret;
use http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN};
use http::request::Parts;
use http::{HeaderValue, Method};
use subtle::ConstantTimeEq;

/// The one path.
pub(super) const PATH: &str = "/credentials";

/// What requests are held against.
pub(super) struct Door {
    /// `127.0.0.1` and the port: any other name is that of a page whose name server points here.
    pub(super) host: String,
    pub(super) token: Secret,
}

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("it asked for another host")]
    Host,
    #[error("a web page asked")]
    Page,
    #[error("it was no GET request")]
    Method,
    #[error("it asked for another path")]
    Path,
    #[error("it had no token")]
    NoToken,
    #[error("it had a wrong token")]
    WrongToken,
    #[error("the endpoint is closed")]
    Closed,
}

impl Door {
    /// Lets a request in, or says why not.
    pub(super) fn judge(&self, request: &Parts) -> Result<(), Refusal> {
        let headers = &request.headers;
        // An address with a host of its own is a proxy's request.
        let is_ours = only(headers, HOST).is_some_and(|host| host == self.host.as_str());
        if !is_ours || request.uri.authority().is_some() {
            return Err(Refusal::Host);
        }
        let of_browser = |name: &HeaderName| name == ORIGIN || name.as_str().starts_with("sec-");
        if headers.keys().any(of_browser) {
            return Err(Refusal::Page);
        }
        if request.method != Method::GET {
            return Err(Refusal::Method);
        }
        if request.uri.path() != PATH || request.uri.query().is_some() {
            return Err(Refusal::Path);
        }
        if !headers.contains_key(AUTHORIZATION) {
            return Err(Refusal::NoToken);
        }
        let token = self.token.expose().as_bytes();
        match only(headers, AUTHORIZATION) {
            Some(given) if bool::from(given.as_bytes().ct_eq(token)) => Ok(()),
            _ => Err(Refusal::WrongToken),
        }
    }
}

/// The value of a header that is there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    first.filter(|_| values.next().is_none())
}
