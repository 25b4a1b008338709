//! SAML: responses as providers send them, as attackers do, and the roles in them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod catalog;
mod endpoints;
mod hostile;
mod responses;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub const ROLE: &str = "arn:aws:iam::123456789012:role/Admin";
pub const PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/Directory";
pub const ENDS: &str = "2026-11-22T12:05:00Z";

/// A response in the making: each part can be made a wrong one.
pub struct Response {
    pub status: String,
    pub assertions: String,
}

/// An attribute of AWS's.
pub fn attribute(name: &str, values: &[&str]) -> String {
    let values: String = values
        .iter()
        .map(|value| format!("<saml:AttributeValue xsi:type=\"xs:string\">{value}</saml:AttributeValue>"))
        .collect();
    format!(
        "<saml:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/{name}\">{values}</saml:Attribute>"
    )
}

/// The attributes that AWS wants at least.
pub fn attributes(roles: &[&str]) -> String {
    attribute("Role", roles) + &attribute("RoleSessionName", &["somebody@example.com"])
}

/// An assertion with these attributes.
pub fn assertion(attributes: &str) -> String {
    format!(
        "<saml:Assertion ID=\"_a\" Version=\"2.0\" IssueInstant=\"2026-11-22T12:00:00Z\"><saml:Issuer>i</saml:Issuer>\
         <saml:Subject><saml:NameID>somebody</saml:NameID><saml:SubjectConfirmation>\
         <saml:SubjectConfirmationData NotOnOrAfter=\"{ENDS}\" Recipient=\"https://signin.aws.amazon.com/saml\"/>\
         </saml:SubjectConfirmation></saml:Subject><saml:Conditions NotOnOrAfter=\"2026-11-22T13:00:00Z\"/>\
         <saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"
    )
}

impl Default for Response {
    fn default() -> Self {
        let role = format!("{ROLE},{PROVIDER}");
        Self::with(&attributes(&[&role]))
    }
}

impl Response {
    pub fn with(attributes: &str) -> Self {
        Self {
            status: "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>".into(),
            assertions: assertion(attributes),
        }
    }

    pub fn xml(&self) -> String {
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
             xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             ID=\"_r\" Version=\"2.0\"><samlp:Status>{}</samlp:Status>{}</samlp:Response>",
            self.status, self.assertions
        )
    }

    pub fn encoded(&self) -> String {
        STANDARD.encode(self.xml())
    }
}
