//! What `s3s` leaves to do at either end of a request.

use std::sync::Arc;

use http::{HeaderValue, Response, StatusCode};
use s3s::service::S3Service;
use s3s::{Body, HttpError, HttpRequest, HttpResponse};

use super::{place, refusals};
use crate::auth::Scope;
use crate::query::element;
use crate::state::State;

/// The status of an answer, where it is not the usual one: `s3s` has no other way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Status(pub StatusCode);

/// Says that the tag in an answer's body stands there without quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct BareTag;

/// S3 as requests reach it.
#[derive(Clone)]
pub struct Door {
    pub(super) service: S3Service,
    pub(super) state: Arc<State>,
}

impl Door {
    /// Answers a request.
    ///
    /// # Errors
    /// The connection cannot go on.
    pub async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let charged = self.charges(&request);
        let mut response = self.service.call(request).await?;
        if charged && response.status().is_success() {
            let who = HeaderValue::from_static("requester");
            response.headers_mut().insert("x-amz-request-charged", who);
        }
        Ok(complete(finish(response)))
    }

    /// Whether who asks pays for it.
    fn charges(&self, request: &HttpRequest) -> bool {
        if !request.headers().contains_key("x-amz-request-payer") {
            return false;
        }
        let world = self.state.world();
        let scope = Scope::of(request.headers(), request.uri().query());
        let signer = scope.and_then(|scope| world.signer(&scope.access_key_id));
        let name = request.uri().path().split('/').nth(1).unwrap_or_default();
        let bucket = place::bucket(&world, name).ok();
        let pays = |(bucket, signer): (&crate::world::Bucket, crate::world::Signer)| {
            bucket.requester_pays && signer.account != bucket.owner
        };
        bucket.zip(signer).is_some_and(pays)
    }
}

/// Does what an operation left to be done.
fn finish(mut response: Response<Body>) -> Response<Body> {
    if let Some(Status(status)) = response.extensions_mut().remove() {
        *response.status_mut() = status;
    }
    if response.extensions_mut().remove::<BareTag>().is_some()
        && let Some(body) = response.body().bytes()
    {
        let text = String::from_utf8_lossy(&body);
        let mut bare = text.into_owned();
        for quote in ["&quot;", "\""] {
            bare = bare.replace(&format!("<ETag>{quote}"), "<ETag>");
            bare = bare.replace(&format!("{quote}</ETag>"), "</ETag>");
        }
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(bare);
    }
    response
}

/// Puts a refusal's details into its body.
fn complete(mut response: Response<Body>) -> Response<Body> {
    let details = refusals::take_details(response.headers_mut());
    if response.status() == StatusCode::NOT_MODIFIED {
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(http::header::CONTENT_TYPE);
        return response;
    }
    let Some(body) = response.body().bytes().filter(|_| !details.is_empty()) else {
        return response;
    };
    let text = String::from_utf8_lossy(&body).into_owned();
    if let Some(inside) = text.trim_end().strip_suffix("</Error>") {
        let more: String = details.iter().map(|(name, value)| element(name, value)).collect();
        let whole = format!("{inside}{more}</Error>");
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(whole);
    }
    response
}
