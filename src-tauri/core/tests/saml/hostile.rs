//! Responses that are meant to harm.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hatrack_core::saml::{Assertion, LONGEST_RESPONSE, NotUsable};
use proptest::prelude::*;

use crate::{PROVIDER, ROLE, Response, attribute, attributes};

fn read(xml: &str) -> Result<Assertion, NotUsable> {
    Assertion::read(&STANDARD.encode(xml))
}

#[test]
fn a_document_type_is_refused_whatever_it_declares() {
    let response = Response::default().xml();
    for declared in [
        "<!DOCTYPE r>",
        "<!DOCTYPE r SYSTEM \"http://127.0.0.1:1/evil.dtd\">",
        "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
         <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>",
    ] {
        assert_eq!(
            read(&format!("{declared}{response}")).unwrap_err(),
            NotUsable::DocumentType
        );
        let prolog = format!("<?xml version=\"1.0\"?>\n{declared}{response}");
        assert_eq!(read(&prolog).unwrap_err(), NotUsable::DocumentType);
    }
}

#[test]
fn an_entity_that_nobody_declared_is_no_xml() {
    let role = format!("{ROLE},{PROVIDER}");
    let response = Response::with(&attributes(&[&role, "&evil;"]));
    assert!(matches!(read(&response.xml()), Err(NotUsable::NotAResponse(_))));
}

#[test]
fn what_is_too_large_is_not_read() {
    let longest = "A".repeat(LONGEST_RESPONSE);
    assert!(!matches!(Assertion::read(&longest), Err(NotUsable::TooLong)));
    assert_eq!(Assertion::read(&(longest + "A")).unwrap_err(), NotUsable::TooLong);
    assert_eq!(
        Assertion::read(&"%41".repeat(300_000)).unwrap_err(),
        NotUsable::TooLong
    );
}

#[test]
fn deep_and_wide_documents_neither_overflow_nor_take_long() {
    let deep = "<a>".repeat(20_000) + &"</a>".repeat(5_000);
    assert!(read(&deep[..70_000]).is_err());
    let nested = "<a>".repeat(10_000) + &"</a>".repeat(10_000);
    assert!(read(&nested).is_err());
    let wide = format!("<r>{}</r>", "<a/>".repeat(18_000));
    assert!(read(&wide).is_err());
    let attributes: String = (0..6_000).map(|n| format!(" a{n}=\"\"")).collect();
    assert!(read(&format!("<r{attributes}/>")).is_err());
}

/// Two readers that cut a text at a comment differently are how a name becomes another's.
#[test]
fn a_comment_does_not_cut_a_value() {
    let role = format!("{ROLE},{PROVIDER}");
    let name = attribute("RoleSessionName", &["admin<!-- x -->.not-really"]);
    let response = Response::with(&(attribute("Role", &[&role]) + &name));
    let told = read(&response.xml()).unwrap().told;
    assert_eq!(told.session_name.as_str(), "admin.not-really");
}

/// What was signed is the response's own assertion; one beside or inside it that is not was put there by somebody else.
#[test]
fn an_assertion_that_is_wrapped_is_not_read() {
    let own = Response::default();
    let wrapped = Response {
        assertions: format!("<samlp:Extensions>{}</samlp:Extensions>", own.assertions),
        ..Response::default()
    };
    assert!(matches!(read(&wrapped.xml()), Err(NotUsable::NotAResponse(_))));
    // Of another namespace, it is no assertion at all.
    let renamed = own.xml().replace("SAML:2.0:assertion", "SAML:2.0:evil");
    assert!(matches!(read(&renamed), Err(NotUsable::NotAResponse(_))));
}

#[test]
fn a_status_cannot_move_what_stands_beside_it() {
    let denied = Response {
        status: "<samlp:StatusCode Value=\"\u{202e}&#x1b;[2J\"/>".replace("&#x1b;", "&#x85;"),
        assertions: String::new(),
    };
    let shown = read(&denied.xml()).unwrap_err().to_string();
    assert!(
        shown.chars().all(|c| !c.is_control() && c != '\u{202e}'),
        "{shown:?}"
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = Assertion::read(&STANDARD.encode(&bytes));
        let _ = Assertion::read(&String::from_utf8_lossy(&bytes));
    }

    /// A response with some bytes changed is read, or refused with a reason: never half.
    #[test]
    fn a_damaged_response_gives_roles_and_a_name_or_a_reason(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut xml = Response::default().xml().into_bytes();
        for (at, byte) in changes {
            let at = at.index(xml.len());
            xml[at] = byte;
        }
        match Assertion::read(&STANDARD.encode(&xml)) {
            Ok(assertion) => prop_assert!(!assertion.told.roles.is_empty()),
            Err(why) => prop_assert!(!why.to_string().is_empty()),
        }
    }

    #[test]
    fn every_role_that_is_named_is_found_once_and_in_order(
        names in prop::collection::vec("[A-Za-z0-9+=,.@_-]{1,64}", 1..40),
        swapped in any::<bool>(),
    ) {
        // A comma parts role and provider, so it is in no name here.
        let names: Vec<String> = names.into_iter().map(|name| name.replace(',', "")).filter(|name| !name.is_empty()).collect();
        prop_assume!(!names.is_empty());
        let pair = |name: &String| {
            let role = format!("arn:aws:iam::123456789012:role/{name}");
            if swapped { format!("{PROVIDER},{role}") } else { format!("{role},{PROVIDER}") }
        };
        let roles: Vec<String> = names.iter().map(pair).collect();
        let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
        let told = read(&Response::with(&attributes(&roles)).xml()).unwrap().told;
        let mut once: Vec<&str> = Vec::new();
        for name in &names {
            if !once.contains(&name.as_str()) {
                once.push(name);
            }
        }
        let found: Vec<&str> = told.roles.iter().map(|(role, _)| role.role_name()).collect();
        prop_assert_eq!(found, once);
    }
}
