//! AWS's query protocol: parameters in a form, answers in XML. STS and IAM speak it.
//!
//! Source: AWS STS and IAM API References, "Making query requests".

mod parameters;
mod reply;

use http::HeaderMap;
use url::form_urlencoded;

pub use parameters::{Limits, Parameters};
pub use reply::{Refusal, Reply, element};

use crate::auth::{NotSigned, Refused, SignedRequest, signer};
use crate::state::State;
use crate::world::Signer;

/// A request as it came.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// The query.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
}

impl Incoming<'_> {
    /// The `Action` that is called.
    pub fn action(&self) -> Option<String> {
        self.parameters().get("Action").map(str::to_owned)
    }

    /// What stands in the query and in the form.
    pub fn parameters(&self) -> Parameters {
        let query = form_urlencoded::parse(self.query.as_bytes());
        Parameters::new(
            query
                .into_owned()
                .chain(form_urlencoded::parse(self.body).into_owned()),
        )
    }

    /// Who signed it for `service`, and the region signed for.
    ///
    /// # Errors
    /// AWS's refusal of a signature or of credentials.
    pub fn signer(&self, state: &State, service: &str) -> Result<(Signer, String), Refusal> {
        let request = SignedRequest {
            method: self.method,
            path: self.path,
            query: self.query,
            headers: self.headers,
            body: self.body,
        };
        signer(state, service, &request).map_err(|why| match why {
            NotSigned::Missing => Refusal::missing_token(),
            NotSigned::Unknown => Refusal::invalid_token(),
            NotSigned::WrongService(other) => Refusal::wrong_service(service, &other),
            NotSigned::Refused(Refused::Incomplete) => Refusal::incomplete_signature(),
            NotSigned::Refused(Refused::Mismatch) => Refusal::signature_mismatch(),
            NotSigned::Refused(Refused::Skewed {
                signed,
                now,
                limit,
                old,
            }) => Refusal::skewed(&signed, &now, &limit, old),
            NotSigned::Expired => Refusal::expired_token(),
        })
    }
}
