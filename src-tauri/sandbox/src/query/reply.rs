//! The XML of answers, and AWS's texts for each refusal.

use http::StatusCode;

/// An answer to send.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The XML.
    pub body: String,
    /// The request id, in the body and in a header.
    pub request_id: String,
}

impl Reply {
    /// The answer to `action` of the API whose XML has this namespace.
    pub fn new(namespace: &str, action: &str, result: Result<String, Refusal>, request_id: String) -> Self {
        let id = element("RequestId", &request_id);
        let (status, body) = match result {
            Ok(body) => (
                StatusCode::OK,
                format!(
                    "<{action}Response xmlns=\"{namespace}\"><{action}Result>{body}</{action}Result>\
                     <ResponseMetadata>{id}</ResponseMetadata></{action}Response>"
                ),
            ),
            Err(refusal) => {
                let error = [
                    element("Type", "Sender"),
                    element("Code", refusal.code),
                    element("Message", &refusal.message),
                ]
                .concat();
                let body = format!(
                    "<ErrorResponse xmlns=\"{namespace}\"><Error>{error}</Error>{id}</ErrorResponse>"
                );
                (refusal.status, body)
            }
        };
        Self {
            status,
            body,
            request_id,
        }
    }
}

/// `<name>text</name>` with the text escaped.
pub fn element(name: &str, text: &str) -> String {
    let mut out = format!("<{name}>");
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out.push_str(&format!("</{name}>"));
    out
}

/// A refusal, as AWS puts it.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub fn missing_token() -> Self {
        Self::forbidden(
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        )
    }

    pub fn invalid_token() -> Self {
        Self::forbidden(
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        )
    }

    pub fn expired_token() -> Self {
        Self::forbidden(
            "ExpiredToken",
            "The security token included in the request is expired",
        )
    }

    pub fn incomplete_signature() -> Self {
        Self::bad_request(
            "IncompleteSignature",
            "Authorization header requires 'Credential', 'Signature', 'SignedHeaders' and a date.",
        )
    }

    pub fn signature_mismatch() -> Self {
        Self::forbidden(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        )
    }

    pub fn wrong_service(right: &str, service: &str) -> Self {
        Self::forbidden(
            "SignatureDoesNotMatch",
            format!("Credential should be scoped to correct service: '{right}', not '{service}'. "),
        )
    }

    pub fn skewed(signed: &str, now: &str, limit: &str, old: bool) -> Self {
        let message = if old {
            format!("Signature expired: {signed} is now earlier than {limit} ({now} - 15 min.)")
        } else {
            format!("Signature not yet current: {signed} is still later than {limit} ({now} + 15 min.)")
        };
        Self::forbidden("SignatureDoesNotMatch", message)
    }

    pub fn invalid_action(action: &str, version: &str) -> Self {
        Self::bad_request(
            "InvalidAction",
            format!("Could not find operation {action} for version {version}"),
        )
    }

    /// The one answer to a missing role, trust, external ID, permission or condition.
    pub fn not_authorized(caller: &str, action: &str, resource: &str) -> Self {
        Self::denied(format!(
            "User: {caller} is not authorized to perform: {action} on resource: {resource}"
        ))
    }

    pub fn denied(message: impl Into<String>) -> Self {
        Self::forbidden("AccessDenied", message)
    }

    pub fn no_such_entity(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NoSuchEntity", message)
    }

    pub fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "LimitExceeded", message)
    }

    pub fn unmodifiable_entity(message: impl Into<String>) -> Self {
        Self::bad_request("UnmodifiableEntity", message)
    }

    pub fn validation(message: impl Into<String>) -> Self {
        Self::bad_request("ValidationError", message)
    }

    pub fn invalid_arn(arn: &str) -> Self {
        Self::validation(format!("{arn} is invalid"))
    }

    pub fn invalid_identity_token(message: impl Into<String>) -> Self {
        Self::bad_request("InvalidIdentityToken", message)
    }

    pub fn expired_identity_token(now: i64, expiry: i64) -> Self {
        Self::bad_request(
            "ExpiredTokenException",
            format!(
                "Token expired: current date/time {now} must be before the expiration date/time {expiry}"
            ),
        )
    }

    pub fn expired_assertion() -> Self {
        Self::bad_request(
            "ExpiredTokenException",
            "Token must be redeemed within 5 minutes of issuance",
        )
    }

    pub fn rejected_claim() -> Self {
        Self::forbidden("IDPRejectedClaim", "The identity provider rejected the claim")
    }

    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::bad_request("InvalidInput", message)
    }

    pub fn invalid_authorization_message() -> Self {
        Self::bad_request("InvalidAuthorizationMessageException", "Message is not valid")
    }

    pub fn malformed_input() -> Self {
        Self::bad_request("MalformedInput", "")
    }

    pub fn constraint(value: &str, name: &str, constraint: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {constraint}"
        ))
    }

    pub fn null(name: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        ))
    }

    pub fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::bad_request("InvalidParameterValue", message)
    }

    pub fn malformed_policy(message: impl Into<String>) -> Self {
        Self::bad_request("MalformedPolicyDocument", message)
    }

    pub fn packed_too_large(message: impl Into<String>) -> Self {
        Self::bad_request("PackedPolicyTooLarge", message)
    }
}
