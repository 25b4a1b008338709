//! Whom a request is for.

use http::{Method, Request, header};
use hyper::body::Incoming;

use crate::auth::Scope;
use crate::console;
use crate::identity_center::Operation;
use crate::roles_anywhere;
use crate::s3_control;
use crate::saml;
use crate::service::Service;
use crate::web_identity;

/// Whom a request is for.
pub enum Asked {
    /// A service of the query protocol: STS, IAM.
    Query(Service),
    /// A service of signed JSON: Organizations, Roles Anywhere.
    Json(Service),
    /// Identity Center.
    IdentityCenter(Operation),
    /// The identity provider outside AWS.
    IdentityToken,
    /// The company's directory, or AWS's sign-in for what it issues.
    Saml(saml::Page),
    /// AWS's sign-in for brokers.
    Console(console::Page),
    /// S3's jobs.
    S3Control,
    /// S3.
    S3,
}

/// The signature's scope tells the service; without one, the shape of the request does. So a path of Identity Center
/// is about a bucket of that name if it is signed.
pub fn asked_of(request: &Request<Incoming>) -> Asked {
    let path = request.uri().path();
    if path == roles_anywhere::PATH && roles_anywhere::is_signed_by_certificate(request.headers()) {
        return Asked::Json(Service::RolesAnywhere);
    }
    match Scope::of(request.headers(), request.uri().query()) {
        Some(scope) => match scope.service.as_str() {
            "s3" if path.starts_with(s3_control::PATH) => Asked::S3Control,
            "s3" => Asked::S3,
            "iam" => Asked::Query(Service::Iam),
            "organizations" => Asked::Json(Service::Organizations),
            _ => Asked::Query(Service::Sts),
        },
        None if is_unsigned_sts(request) => Asked::Query(Service::Sts),
        None if path == web_identity::TOKEN_PATH => Asked::IdentityToken,
        None if let Some(page) = console::Page::of(request.method(), path) => Asked::Console(page),
        None if let Some(page) = saml::Page::of(request.method(), path) => Asked::Saml(page),
        None => Operation::of(request.method(), path).map_or(Asked::S3, Asked::IdentityCenter),
    }
}

fn is_unsigned_sts(request: &Request<Incoming>) -> bool {
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    request.method() == Method::POST
        && request.uri().path() == "/"
        && form.is_some_and(|c| c.starts_with("application/x-www-form-urlencoded"))
}
