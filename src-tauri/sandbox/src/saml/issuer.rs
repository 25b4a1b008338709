//! What the provider issues, and how the sandbox's STS knows it again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::world::DirectoryUser;

/// Whom an assertion is for, unless a test says otherwise.
pub const AUDIENCE: &str = "https://signin.aws.amazon.com/saml";
/// The provider's name for itself.
const ISSUER: &str = "https://directory.example/saml";

/// What an assertion says, as STS takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// `SAML:sub`, and the session's name.
    pub user: String,
    /// Each role with the provider in its account.
    pub roles: Vec<(String, String)>,
    /// `SAML:aud`.
    pub audience: String,
    /// `SAML:iss`.
    pub issuer: &'static str,
    /// When it ends.
    pub ends: Timestamp,
}

/// Everything the provider has issued. An assertion is known by its SHA-256: whoever changes a byte of it has another
/// one, as with a signature.
#[derive(Debug, Default)]
pub struct SamlIssuer(Mutex<BTreeMap<[u8; 32], Issued>>);

impl SamlIssuer {
    /// Issues a response for `user`, good for so many seconds from `now`; ended so many ago, if negative.
    pub fn issue(
        &self,
        user: &DirectoryUser,
        audience: &str,
        now: Timestamp,
        seconds: i64,
        id: &str,
    ) -> String {
        let issued = Issued {
            user: user.name.clone(),
            roles: user.roles.clone(),
            audience: audience.to_owned(),
            issuer: ISSUER,
            ends: now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now),
        };
        let response = STANDARD.encode(xml(user, &issued, now, id));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(digest(&response), issued);
        response
    }

    /// What a response says, if it was issued here and nobody changed it.
    pub fn known(&self, response: &str) -> Option<Issued> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&digest(response)).cloned()
    }
}

fn digest(response: &str) -> [u8; 32] {
    Sha256::digest(response.as_bytes()).into()
}

fn xml(user: &DirectoryUser, issued: &Issued, now: Timestamp, id: &str) -> String {
    let second = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (now, ends) = (second(now), second(issued.ends));
    let (name, audience) = (&user.name, &issued.audience);
    let attribute = |name: &str, values: &[String]| {
        let value = |value: &String| format!("<saml:AttributeValue>{value}</saml:AttributeValue>");
        let values: String = values.iter().map(value).collect();
        format!(
            "<saml:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/{name}\">{values}</saml:Attribute>"
        )
    };
    let roles: Vec<String> = user
        .roles
        .iter()
        .map(|(role, by)| format!("{role},{by}"))
        .collect();
    let mut attributes =
        attribute("Role", &roles) + &attribute("RoleSessionName", std::slice::from_ref(name));
    if let Some(seconds) = user.session_seconds {
        attributes += &attribute("SessionDuration", &[seconds.to_string()]);
    }
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_{id}\" Version=\"2.0\" IssueInstant=\"{now}\" \
         Destination=\"{audience}\"><saml:Issuer>{ISSUER}</saml:Issuer><samlp:Status>\
         <samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>\
         <saml:Assertion ID=\"_a{id}\" Version=\"2.0\" IssueInstant=\"{now}\"><saml:Issuer>{ISSUER}</saml:Issuer>\
         <saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">{name}</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
         <saml:SubjectConfirmationData NotOnOrAfter=\"{ends}\" Recipient=\"{audience}\"/></saml:SubjectConfirmation>\
         </saml:Subject><saml:Conditions NotBefore=\"{now}\" NotOnOrAfter=\"{ends}\"><saml:AudienceRestriction>\
         <saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"{now}\"><saml:AuthnContext><saml:AuthnContextClassRef>\
         urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>\
         </saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>\
         </samlp:Response>"
    )
}
