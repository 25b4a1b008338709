//! The door: tells the services apart, plays the faults, and dresses each answer in AWS's headers.

use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use jiff::Timestamp;
use s3s::dto::StreamingBlob;
use s3s::{Body, StdError};

use crate::asked::{Asked, asked_of};
use crate::auth::{SignedRequest, amz_date};
use crate::console;
use crate::fault::{self, Effect, Seen};
use crate::iam;
use crate::identity_center::{self, Operation};
use crate::metadata;
use crate::organizations;
use crate::query;
use crate::roles_anywhere;
use crate::s3::{Damage, damage};
use crate::s3_control;
use crate::saml;
use crate::service::Service;
use crate::shape::Shape;
use crate::state::State;
use crate::sts;
use crate::web_identity;

/// No service but S3 takes a larger request than this.
const LARGEST_BODY: usize = 64 * 1024;
/// S3 API Reference, "Error responses": RequestTimeTooSkewed beyond 15 minutes.
const SKEW_SECONDS: i64 = 15 * 60;

/// Answers requests.
#[derive(Clone)]
pub struct Front {
    pub state: Arc<State>,
    pub s3: crate::s3::Door,
    pub shape: Shape,
    pub door: Door,
}

/// Which port a request came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// AWS's services.
    Services,
    /// What a machine of AWS has beside it.
    Metadata,
}

type Answer = Result<Response<Body>, StdError>;

/// What ends the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed on purpose")]
struct Closed;

impl Front {
    /// Answers one request.
    pub async fn answer(self, request: Request<Incoming>) -> Answer {
        if !self.shape.first_byte.is_zero() {
            tokio::time::sleep(self.shape.first_byte).await;
        }
        let head_only = request.method() == Method::HEAD;
        let mut response = match self.door {
            Door::Metadata => self.metadata(request).await?,
            Door::Services => match asked_of(&request) {
                Asked::Query(service) => self.query(request, service).await?,
                Asked::Json(service) => self.json(request, service).await?,
                Asked::IdentityCenter(operation) => self.identity_center(request, operation).await?,
                Asked::IdentityToken => self.identity_token(&request),
                Asked::Saml(page) => self.saml(request, page).await?,
                Asked::Console(page) => self.console(&request, page),
                Asked::S3Control => self.s3_control(request).await?,
                Asked::S3 => self.s3(request).await?,
            },
        };
        if head_only
            && response.status() != StatusCode::OK
            && response.status() != StatusCode::PARTIAL_CONTENT
        {
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(header::CONTENT_LENGTH);
            response.headers_mut().remove(header::CONTENT_TYPE);
        }
        set(response.headers_mut(), "date", &http_date(self.state.now()));
        Ok(response)
    }

    async fn query(&self, request: Request<Incoming>, service: Service) -> Answer {
        let (parts, body) = request.into_parts();
        let Some(body) = whole(body).await else {
            return Ok(status_only(StatusCode::PAYLOAD_TOO_LARGE));
        };
        let incoming = query::Incoming {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            body: &body,
        };
        let action = incoming.action().unwrap_or_default();
        let seen = Seen {
            service,
            operation: Some(&action),
            path: parts.uri.path(),
            request: parts.uri.path(),
        };
        let fault = self.state.faults.take(&seen);
        let right = || {
            let reply = match service {
                Service::Iam => iam::answer(&self.state, &incoming),
                _ => sts::answer(&self.state, &incoming),
            };
            let mut response = Response::new(Body::from(reply.body));
            *response.status_mut() = reply.status;
            set(response.headers_mut(), "content-type", "text/xml");
            set(response.headers_mut(), "x-amzn-requestid", &reply.request_id);
            response
        };
        self.play(fault, service, async { Ok(right()) }).await
    }

    async fn json(&self, request: Request<Incoming>, service: Service) -> Answer {
        let (parts, body) = request.into_parts();
        let Some(body) = whole(body).await else {
            return Ok(status_only(StatusCode::PAYLOAD_TOO_LARGE));
        };
        let signed = SignedRequest {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            body: &body,
        };
        let operation = match service {
            Service::Organizations => organizations::operation(&signed),
            _ => "CreateSession".to_owned(),
        };
        let fault = self.state.faults.take(&Seen {
            service,
            operation: Some(&operation),
            path: parts.uri.path(),
            request: parts.uri.path(),
        });
        let right = || {
            let reply = match service {
                Service::Organizations => organizations::answer(&self.state, &signed),
                _ => roles_anywhere::answer(&self.state, &signed),
            };
            let mut response = Response::new(Body::from(reply.body));
            *response.status_mut() = reply.status;
            set(response.headers_mut(), "content-type", service.content_type());
            set(response.headers_mut(), "x-amzn-requestid", &reply.request_id);
            if let Some(exception) = reply.exception {
                set(response.headers_mut(), "x-amzn-errortype", exception);
            }
            response
        };
        self.play(fault, service, async { Ok(right()) }).await
    }

    async fn identity_center(&self, request: Request<Incoming>, operation: Operation) -> Answer {
        let (parts, body) = request.into_parts();
        let Some(body) = whole(body).await else {
            return Ok(status_only(StatusCode::PAYLOAD_TOO_LARGE));
        };
        let service = operation.service();
        let fault = self.state.faults.take(&Seen {
            service,
            operation: Some(operation.name()),
            path: parts.uri.path(),
            request: parts.uri.path(),
        });
        let incoming = identity_center::Incoming {
            operation,
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            body: &body,
        };
        let right = || paged(identity_center::answer(&self.state, &incoming));
        self.play(fault, service, async { Ok(right()) }).await
    }

    /// What a build service gives its jobs; no service of AWS.
    fn identity_token(&self, request: &Request<Incoming>) -> Response<Body> {
        let query = request.uri().query().unwrap_or_default();
        let (status, body) = web_identity::answer(&self.state, query);
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        set(response.headers_mut(), "content-type", "text/plain");
        response
    }

    /// The company's directory and AWS's sign-in: pages, no service.
    async fn saml(&self, request: Request<Incoming>, page: saml::Page) -> Answer {
        let (parts, body) = request.into_parts();
        let Some(body) = whole(body).await else {
            return Ok(status_only(StatusCode::PAYLOAD_TOO_LARGE));
        };
        let query = parts.uri.query().unwrap_or_default();
        Ok(paged(saml::answer(&self.state, page, query, &body)))
    }

    /// AWS's sign-in for brokers: a token, and pages.
    fn console(&self, request: &Request<Incoming>, page: console::Page) -> Response<Body> {
        let query = request.uri().query().unwrap_or_default();
        paged(console::answer(&self.state, page, query))
    }

    async fn metadata(&self, request: Request<Incoming>) -> Answer {
        let fault = self.state.faults.take(&Seen {
            service: Service::Metadata,
            operation: None,
            path: request.uri().path(),
            request: request.uri().path(),
        });
        let right = || {
            let path = request.uri().path();
            let reply = metadata::answer(&self.state, request.method(), path, request.headers());
            let mut response = Response::new(Body::from(reply.body));
            *response.status_mut() = reply.status;
            set(response.headers_mut(), "content-type", reply.content_type);
            for (name, value) in &reply.headers {
                set(response.headers_mut(), name, value);
            }
            response
        };
        self.play(fault, Service::Metadata, async { Ok(right()) }).await
    }

    async fn s3_control(&self, request: Request<Incoming>) -> Answer {
        let (parts, body) = request.into_parts();
        let Some(body) = whole(body).await else {
            return Ok(status_only(StatusCode::PAYLOAD_TOO_LARGE));
        };
        let (method, path) = (parts.method.as_str(), parts.uri.path());
        let fault = self.state.faults.take(&Seen {
            service: Service::S3,
            operation: Some(s3_control::operation(method, path)),
            path,
            request: path,
        });
        let signed = SignedRequest {
            method,
            path,
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            body: &body,
        };
        let right = || {
            let reply = s3_control::answer(&self.state, &signed);
            let mut response = Response::new(Body::from(reply.body));
            *response.status_mut() = reply.status;
            set(response.headers_mut(), "content-type", "application/xml");
            let id = self.state.keys().s3_request_id();
            set(response.headers_mut(), "x-amz-request-id", &id);
            response
        };
        self.play(fault, Service::S3, async { Ok(right()) }).await
    }

    async fn s3(&self, request: Request<Incoming>) -> Answer {
        let range = request.headers().get(header::RANGE).and_then(|v| v.to_str().ok());
        let asked = format!(
            "{} {} {}",
            request.method(),
            request.uri(),
            range.unwrap_or_default()
        );
        let fault = self.state.faults.take(&Seen {
            service: Service::S3,
            operation: None,
            path: request.uri().path(),
            request: &asked,
        });
        self.play(fault, Service::S3, async {
            if let Some(refused) = self.skewed(&request) {
                return Ok(refused);
            }
            let response = self
                .s3
                .call(request.map(Body::from))
                .await
                .map_err(StdError::from)?;
            Ok(self.dress_s3(response))
        })
        .await
    }

    /// Gives the right answer, or what the fault makes of it.
    async fn play(
        &self,
        fault: Option<Effect>,
        service: Service,
        right: impl Future<Output = Answer>,
    ) -> Answer {
        let service_error = |status, code: &str| {
            let id = match service {
                Service::S3 => self.state.keys().s3_request_id(),
                _ => self.state.keys().uuid(),
            };
            let mut response = Response::new(Body::from(fault::error_body(service, code, &id)));
            *response.status_mut() = status;
            set(response.headers_mut(), "content-type", service.content_type());
            if let Some(name) = service.request_id_header() {
                set(response.headers_mut(), name, &id);
            }
            if let Some((name, value)) = fault::error_header(service, code) {
                set(response.headers_mut(), name, &value);
            }
            response
        };
        match fault {
            None => right.await,
            Some(Effect::Error {
                status,
                code,
                retry_after,
            }) => {
                let mut response = service_error(fault::status(status), &code);
                if let Some(wait) = retry_after {
                    set(response.headers_mut(), "retry-after", &wait.as_secs().to_string());
                    set(
                        response.headers_mut(),
                        "x-amz-retry-after",
                        &wait.as_millis().to_string(),
                    );
                }
                Ok(response)
            }
            Some(Effect::ErrorBodyWith200 { code }) => Ok(service_error(StatusCode::OK, &code)),
            Some(Effect::TruncatedBody) => Ok(damage(right.await?, Damage::Break)),
            Some(Effect::StalledBody) => Ok(damage(right.await?, Damage::Stall)),
            Some(Effect::WrongByte) => Ok(damage(right.await?, Damage::WrongByte)),
            Some(Effect::ShortBody) => Ok(damage(right.await?, Damage::Short)),
            Some(Effect::Rewrite(change)) => {
                let (mut parts, body) = right.await?.into_parts();
                let text = String::from_utf8_lossy(&BodyExt::collect(body).await?.to_bytes()).into_owned();
                parts.headers.remove(header::CONTENT_LENGTH);
                Ok(Response::from_parts(parts, Body::from(change(text))))
            }
            Some(Effect::Respond {
                status,
                content_type,
                body,
            }) => {
                let mut response = Response::new(Body::from(body));
                *response.status_mut() = fault::status(status);
                set(response.headers_mut(), "content-type", &content_type);
                Ok(response)
            }
            Some(Effect::EndlessBody) => {
                let piece = Bytes::from(vec![b' '; 64 * 1024]);
                let endless = stream::iter(std::iter::repeat_with(move || {
                    Ok::<_, std::io::Error>(piece.clone())
                }));
                Ok(Response::new(Body::from(StreamingBlob::wrap(endless))))
            }
            Some(Effect::Delay(wait)) => {
                tokio::time::sleep(wait).await;
                right.await
            }
            Some(Effect::LateAnswer(wait)) => {
                let answer = right.await;
                tokio::time::sleep(wait).await;
                answer
            }
            Some(Effect::Silence) => std::future::pending().await,
            Some(Effect::Disconnect) => Err(Box::new(Closed)),
        }
    }

    fn skewed(&self, request: &Request<Incoming>) -> Option<Response<Body>> {
        let header = request.headers().get("x-amz-date").and_then(|v| v.to_str().ok());
        let signed = amz_date(header?)?;
        let off = signed.as_second() - self.state.now().as_second();
        if off.abs() <= SKEW_SECONDS {
            return None;
        }
        let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>RequestTimeTooSkewed</Code><Message>The \
                    difference between the request time and the current time is too large.</Message></Error>";
        let mut response = Response::new(Body::from(body.to_owned()));
        *response.status_mut() = StatusCode::FORBIDDEN;
        set(response.headers_mut(), "content-type", "application/xml");
        Some(self.dress_s3(response))
    }

    /// Adds S3's request ids, to an error's body too.
    fn dress_s3(&self, mut response: Response<Body>) -> Response<Body> {
        let (id, host_id) = {
            let mut keys = self.state.keys();
            (keys.s3_request_id(), keys.s3_host_id())
        };
        set(response.headers_mut(), "x-amz-request-id", &id);
        set(response.headers_mut(), "x-amz-id-2", &host_id);
        set(response.headers_mut(), "server", "AmazonS3");
        if response.status().as_u16() >= 300
            && let Some(body) = response.body().bytes()
            && let Ok(text) = std::str::from_utf8(&body)
            && let Some(inside) = text.trim_end().strip_suffix("</Error>")
        {
            let dressed = format!("{inside}<RequestId>{id}</RequestId><HostId>{host_id}</HostId></Error>");
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = Body::from(dressed);
        }
        response
    }
}

fn paged(reply: identity_center::Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    for (name, value) in &reply.headers {
        set(response.headers_mut(), name, value);
    }
    response
}

/// A body, unless it is larger than any of those that may come.
async fn whole(body: Incoming) -> Option<Bytes> {
    let body = Limited::new(body, LARGEST_BODY).collect().await.ok()?;
    Some(body.to_bytes())
}

fn status_only(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// RFC 9110, section 5.6.7.
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
