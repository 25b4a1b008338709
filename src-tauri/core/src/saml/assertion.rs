//! A provider's answer, read as far as Hatrack needs it: which roles, under which name, until when.
//!
//! Nothing here is believed: whether the provider signed it, and whether it is for AWS, is for STS to find out, which
//! alone knows the provider's keys. What is read only decides which rows are shown and when to ask again.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;
use roxmltree::{Document, Node, ParsingOptions};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::SamlProviderArn;
use crate::arn::RoleArn;
use crate::secret::Secret;
use crate::shared_config::inert;
use crate::sts_limits::{SessionDuration, SessionName};

/// STS takes a response of so many characters at most (`SAMLAssertion`).
pub const LONGEST_RESPONSE: usize = 100_000;
/// Room for every role that fits in one response, and no bomb.
const MOST_NODES: u32 = 20_000;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const ROLE: &str = "https://aws.amazon.com/SAML/Attributes/Role";
const SESSION_NAME: &str = "https://aws.amazon.com/SAML/Attributes/RoleSessionName";
const SESSION_DURATION: &str = "https://aws.amazon.com/SAML/Attributes/SessionDuration";

/// Why a text is no response that roles can be had with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUsable {
    /// Nothing was given.
    #[error("no SAML response was given; paste the whole value of SAMLResponse")]
    Empty,
    /// STS would not take it.
    #[error(
        "the SAML response has more than {LONGEST_RESPONSE} characters, which AWS does not take; ask who \
         administers the provider to send fewer roles"
    )]
    TooLong,
    /// It is cut off, or something else.
    #[error("that is not a SAML response: it is not base64; paste the whole value of SAMLResponse")]
    NotBase64,
    /// What is encoded is something else.
    #[error("that is not a SAML response: {0}; paste the whole value of SAMLResponse")]
    NotAResponse(&'static str),
    /// A document type may make a small text grow without bound, or lead elsewhere. SAML has none.
    #[error("the SAML response declares a document type, which SAML does not allow; it was not read further")]
    DocumentType,
    /// It holds more parts than any honest one.
    #[error("the SAML response has too many parts; it was not read further")]
    TooManyParts,
    /// The provider said no.
    #[error("the identity provider did not sign you in ({0}); try again, or ask who administers it")]
    Failed(String),
    /// Only AWS can read it.
    #[error(
        "the SAML response is encrypted for AWS, so that its roles cannot be listed here; sign in to the console \
         instead, or ask who administers the provider to send it unencrypted"
    )]
    Encrypted,
    /// It is not clear which of them AWS would take.
    #[error("the SAML response holds several assertions; ask who administers the provider to send one")]
    SeveralAssertions,
    /// Nothing can be had with it.
    #[error(
        "the SAML response names no role that you may have; ask who administers the provider to assign you one"
    )]
    NoRoles,
    /// AWS needs a name for the session.
    #[error(
        "the SAML response has no RoleSessionName that AWS takes; ask who administers the provider to send one"
    )]
    NoSessionName,
    /// AWS needs to know until when it is good.
    #[error("the SAML response does not say until when it is good; ask who administers the provider")]
    NoEnd,
    /// It is of no use any more.
    #[error(
        "the SAML response ended {0}; sign in again, and check this computer's clock if that was just now"
    )]
    Ended(Timestamp),
}

/// What a response says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The roles, each with the provider as the role's account knows it, in the response's order.
    pub roles: Vec<(RoleArn, SamlProviderArn)>,
    /// What sessions are called.
    pub session_name: SessionName,
    /// How long sessions are to last, where it says.
    pub session_duration: Option<SessionDuration>,
    /// When AWS stops taking it: the first of the ends that it names.
    pub ends: Timestamp,
}

/// A response that roles can be had with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// As STS takes it.
    pub response: Secret,
    /// What it says.
    pub told: Told,
}

impl Assertion {
    /// Reads a `SAMLResponse`, with blanks and line ends in it, or as a form encodes it, with or without its name.
    ///
    /// # Errors
    /// See [`NotUsable`]. That it has ended is not looked at: there is no clock here.
    pub fn read(text: &str) -> Result<Self, NotUsable> {
        let response = normal(text)?;
        // Some providers leave the padding out.
        let padding = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let decoded = GeneralPurpose::new(&STANDARD, padding).decode(response.as_bytes());
        let bytes = Zeroizing::new(decoded.map_err(|_| NotUsable::NotBase64)?);
        let xml = std::str::from_utf8(&bytes).map_err(|_| NotUsable::NotAResponse("it is not UTF-8"))?;
        let told = Told::read(xml)?;
        Ok(Self {
            response: Secret::new(response.as_str()),
            told,
        })
    }
}

/// The base64 alone.
fn normal(text: &str) -> Result<Zeroizing<String>, NotUsable> {
    // A form's encoding makes it longer by half at most; more is not looked at.
    if text.len() > 2 * LONGEST_RESPONSE {
        return Err(NotUsable::TooLong);
    }
    let text = text.trim().trim_matches('"');
    let named = text.split_once("SAMLResponse=").map(|(_, rest)| rest);
    let value = named.unwrap_or(text);
    let value = value.split('&').next().unwrap_or_default();
    let mut plain = Zeroizing::new(String::with_capacity(value.len()));
    if value.contains('%') {
        let pair = Zeroizing::new(format!("v={value}"));
        for (_, decoded) in url::form_urlencoded::parse(pair.as_bytes()) {
            // A plus that was not encoded is read as a blank; base64 knows no blank.
            plain.extend(decoded.trim().chars().map(|c| if c == ' ' { '+' } else { c }));
        }
        plain.retain(|c| !c.is_ascii_whitespace());
    } else {
        plain.extend(value.chars().filter(|c| !c.is_ascii_whitespace()));
    }
    match plain.len() {
        0 => Err(NotUsable::Empty),
        length if length > LONGEST_RESPONSE => Err(NotUsable::TooLong),
        _ => Ok(plain),
    }
}

impl Told {
    /// Reads the XML. No document type is allowed, so there are no entities but XML's own five.
    fn read(xml: &str) -> Result<Self, NotUsable> {
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: MOST_NODES,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(xml, options).map_err(|why| match why {
            roxmltree::Error::DtdDetected => NotUsable::DocumentType,
            roxmltree::Error::NodesLimitReached | roxmltree::Error::AttributesLimitReached => {
                NotUsable::TooManyParts
            }
            _ => NotUsable::NotAResponse("it is not XML"),
        })?;
        let root = document.root_element();
        if !root.has_tag_name((PROTOCOL, "Response")) {
            return Err(NotUsable::NotAResponse("it is XML of another kind"));
        }
        refuse_failure(root)?;
        let assertion = only_assertion(root)?;
        Ok(Self {
            roles: roles(assertion)?,
            session_name: values(assertion, SESSION_NAME)
                .find_map(|text| text.parse().ok())
                .ok_or(NotUsable::NoSessionName)?,
            // One that no session can have is left to the default.
            session_duration: values(assertion, SESSION_DURATION)
                .find_map(|text| SessionDuration::try_from(text.parse::<u32>().ok()?).ok()),
            ends: ends(assertion).ok_or(NotUsable::NoEnd)?,
        })
    }
}

fn refuse_failure(response: Node<'_, '_>) -> Result<(), NotUsable> {
    let Some(status) = child(response, PROTOCOL, "Status") else {
        return Ok(());
    };
    let code = child(status, PROTOCOL, "StatusCode");
    let value = code.and_then(|code| code.attribute("Value")).unwrap_or_default();
    if value == SUCCESS {
        return Ok(());
    }
    // The inner code says more than the outer one, which only tells whose fault it is.
    let inner = code.and_then(|code| child(code, PROTOCOL, "StatusCode")?.attribute("Value"));
    let word = inner.unwrap_or(value).rsplit(':').next().unwrap_or_default();
    Err(NotUsable::Failed(inert(if word.is_empty() {
        "no status"
    } else {
        word
    })))
}

/// The response's own assertion: one that is wrapped in something else is not what was signed.
fn only_assertion<'a, 'i>(response: Node<'a, 'i>) -> Result<Node<'a, 'i>, NotUsable> {
    let children = || response.children().filter(Node::is_element);
    let mut assertions = children().filter(|node| node.has_tag_name((ASSERTION, "Assertion")));
    match (assertions.next(), assertions.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(NotUsable::SeveralAssertions),
        (None, _) if children().any(|node| node.has_tag_name((ASSERTION, "EncryptedAssertion"))) => {
            Err(NotUsable::Encrypted)
        }
        (None, _) => Err(NotUsable::NotAResponse("it holds no assertion")),
    }
}

/// Each value names a role and a provider, in either order. A role that stands there twice counts once.
fn roles(assertion: Node<'_, '_>) -> Result<Vec<(RoleArn, SamlProviderArn)>, NotUsable> {
    let mut found: Vec<(RoleArn, SamlProviderArn)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for text in values(assertion, ROLE) {
        let Some((one, other)) = text
            .split_once(',')
            .map(|(one, other)| (one.trim(), other.trim()))
        else {
            continue;
        };
        let in_order = |role: &str, provider: &str| Some((role.parse().ok()?, provider.parse().ok()?));
        let pair: Option<(RoleArn, SamlProviderArn)> = in_order(one, other).or_else(|| in_order(other, one));
        // What is neither may be meant for somebody else who reads the same attribute.
        if let Some(pair) = pair.filter(|(role, _)| seen.insert(role.clone())) {
            found.push(pair);
        }
    }
    if found.is_empty() {
        return Err(NotUsable::NoRoles);
    }
    Ok(found)
}

/// The first end of those that AWS looks at.
fn ends(assertion: Node<'_, '_>) -> Option<Timestamp> {
    let confirmations = assertion
        .descendants()
        .filter(|node| node.has_tag_name((ASSERTION, "SubjectConfirmationData")));
    let conditions = child(assertion, ASSERTION, "Conditions");
    let ends = confirmations
        .chain(conditions)
        .filter_map(|node| node.attribute("NotOnOrAfter")?.parse().ok());
    ends.min()
}

/// The values of an attribute, without the blanks around them.
fn values<'a>(assertion: Node<'a, '_>, name: &'static str) -> impl Iterator<Item = String> + use<'a> {
    assertion
        .children()
        .filter(|node| node.has_tag_name((ASSERTION, "AttributeStatement")))
        .flat_map(|statement| statement.children())
        .filter(move |node| {
            node.has_tag_name((ASSERTION, "Attribute")) && node.attribute("Name") == Some(name)
        })
        .flat_map(|attribute| attribute.children())
        .filter(|node| node.has_tag_name((ASSERTION, "AttributeValue")))
        .map(|value| {
            // A comment in the middle splits the text; whoever signed it meant the whole.
            let texts = value.children().filter(Node::is_text);
            let whole: String = texts.filter_map(|text| text.text()).collect();
            whole.trim().to_owned()
        })
}

fn child<'a, 'i>(of: Node<'a, 'i>, namespace: &str, name: &str) -> Option<Node<'a, 'i>> {
    of.children().find(|node| {
        let tag = node.tag_name();
        node.is_element() && tag.name() == name && tag.namespace() == Some(namespace)
    })
}
