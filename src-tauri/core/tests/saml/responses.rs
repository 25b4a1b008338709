//! What is read of a response, and why one is of no use.

use hatrack_core::saml::{Assertion, NotUsable, Told};

use crate::{ENDS, PROVIDER, ROLE, Response, attribute, attributes};

fn told(response: &Response) -> Result<Told, NotUsable> {
    Assertion::read(&response.encoded()).map(|assertion| assertion.told)
}

#[test]
fn a_response_names_roles_in_either_order_a_session_and_its_end() {
    let other = "arn:aws-cn:iam::210987654321:role/team/Reader";
    let of_other = "arn:aws-cn:iam::210987654321:saml-provider/acme.directory_1-x";
    let roles = [
        format!("{ROLE},{PROVIDER}"),
        format!("\n  {of_other} , {other}\n"),
        // Once more, by another provider: a role is one row.
        format!("{ROLE},arn:aws:iam::123456789012:saml-provider/Second"),
        "what another service reads here".into(),
        format!("{ROLE},{ROLE}"),
        String::new(),
    ];
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let response = Response::with(&(attributes(&roles) + &attribute("SessionDuration", &["7200"])));
    let told = told(&response).unwrap();
    let named: Vec<(String, String)> = told
        .roles
        .iter()
        .map(|(role, provider)| (role.to_string(), provider.to_string()))
        .collect();
    assert_eq!(
        named,
        [(ROLE.into(), PROVIDER.into()), (other.into(), of_other.into())]
    );
    assert_eq!(told.session_name.as_str(), "somebody@example.com");
    assert_eq!(told.session_duration.map(|d| d.seconds()), Some(7200));
    // The first of the two ends.
    assert_eq!(told.ends, ENDS.parse().unwrap());
}

#[test]
fn it_is_read_however_it_was_copied_and_sent_as_sts_takes_it() {
    let encoded = Response::default().encoded();
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLResponse", &encoded)
        .append_pair("RelayState", "x")
        .finish();
    let percent = encoded
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    for pasted in [
        encoded.clone(),
        format!("  {}\r\n", lines.join("\r\n")),
        form,
        format!("RelayState=&SAMLResponse={percent}"),
        format!("\"{encoded}\""),
    ] {
        let read = Assertion::read(&pasted).unwrap();
        assert_eq!(read.response.expose(), encoded);
    }
    let shown = format!("{:?}", Assertion::read(&encoded).unwrap());
    assert!(!shown.contains(&encoded[..40]), "{shown}");
}

#[test]
fn what_is_of_no_use_says_why() {
    let role = format!("{ROLE},{PROVIDER}");
    let with = |attributes: &str| told(&Response::with(attributes)).unwrap_err();
    let name = attribute("RoleSessionName", &["somebody"]);
    assert_eq!(with(&name), NotUsable::NoRoles);
    assert_eq!(with(&(attribute("Role", &[ROLE]) + &name)), NotUsable::NoRoles);
    assert_eq!(with(&attribute("Role", &[&role])), NotUsable::NoSessionName);
    let bad_name = attribute("RoleSessionName", &["two words", "x"]);
    assert_eq!(
        with(&(attribute("Role", &[&role]) + &bad_name)),
        NotUsable::NoSessionName
    );

    let denied = Response {
        status: "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"><samlp:StatusCode \
                 Value=\"urn:oasis:names:tc:SAML:2.0:status:RequestDenied\"/></samlp:StatusCode>"
            .into(),
        assertions: String::new(),
    };
    assert_eq!(told(&denied), Err(NotUsable::Failed("RequestDenied".into())));

    let mut response = Response::default();
    let one = response.assertions.clone();
    response.assertions = String::new();
    assert!(matches!(told(&response), Err(NotUsable::NotAResponse(_))));
    response.assertions = "<saml:EncryptedAssertion/>".into();
    assert_eq!(told(&response), Err(NotUsable::Encrypted));
    response.assertions = one.repeat(2);
    assert_eq!(told(&response), Err(NotUsable::SeveralAssertions));
    response.assertions = one.replace("NotOnOrAfter", "Sometime");
    assert_eq!(told(&response), Err(NotUsable::NoEnd));

    for (text, why) in [
        ("", NotUsable::Empty),
        ("SAMLResponse=", NotUsable::Empty),
        ("<samlp:Response/>", NotUsable::NotBase64),
        ("aGVsbG8=", NotUsable::NotAResponse("it is not XML")),
        ("PGEvPg==", NotUsable::NotAResponse("it is XML of another kind")),
        ("/////w==", NotUsable::NotAResponse("it is not UTF-8")),
    ] {
        assert_eq!(Assertion::read(text).unwrap_err(), why, "{text}");
    }
}

/// One that no session can have is no reason to refuse the sign-in.
#[test]
fn a_duration_out_of_limits_is_left_to_the_default() {
    let role = format!("{ROLE},{PROVIDER}");
    for wrong in ["60", "86400", "-3600", "an hour", ""] {
        let response = Response::with(&(attributes(&[&role]) + &attribute("SessionDuration", &[wrong])));
        assert_eq!(told(&response).unwrap().session_duration, None, "{wrong}");
    }
}
