//! STS's limits, checked before the call.

use hatrack_core::sts_limits::{
    ExternalId, MfaSerial, PolicyArn, SessionDuration, SessionName, SessionPolicy, SessionTag, SessionTags,
    SourceIdentity, TokenCode, UserSessionDuration,
};

#[test]
fn texts_hold_what_sts_takes() {
    for good in ["ab", "troy@acme.com", "a_b+c=d,e.f-g", &"x".repeat(64)] {
        good.parse::<SessionName>().unwrap();
        good.parse::<SourceIdentity>().unwrap();
    }
    for bad in [
        "",
        "a",
        "a b",
        "a/b",
        "a:b",
        "é!",
        "ab\n",
        "aws:x",
        &"x".repeat(65),
    ] {
        assert!(bad.parse::<SessionName>().is_err(), "{bad:?}");
        assert!(bad.parse::<SourceIdentity>().is_err(), "{bad:?}");
    }
    for good in ["12", "a/b:c@d", &"x".repeat(1224)] {
        good.parse::<ExternalId>().unwrap();
    }
    for bad in ["1", "a b", "a#b", "ä-ä", &"x".repeat(1225)] {
        assert!(bad.parse::<ExternalId>().is_err(), "{bad:?}");
    }
    "GAHT12345678".parse::<MfaSerial>().unwrap();
    "arn:aws:iam::123456789012:mfa/troy".parse::<MfaSerial>().unwrap();
    assert!("12345678".parse::<MfaSerial>().is_err());
    "arn:aws:iam::aws:policy/ReadOnlyAccess"
        .parse::<PolicyArn>()
        .unwrap();
    assert!(
        "arn:aws:iam::123456789012:role/Reader"
            .parse::<PolicyArn>()
            .is_err()
    );
}

#[test]
fn a_code_has_six_digits_and_is_never_printed() {
    assert_eq!("123 456".parse::<TokenCode>().unwrap().expose(), "123456");
    for bad in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
        assert!(bad.parse::<TokenCode>().is_err(), "{bad}");
    }
    let code: TokenCode = "842913".parse().unwrap();
    assert!(!format!("{code:?}").contains("842913"));
    assert!(
        !"8429x3"
            .parse::<TokenCode>()
            .unwrap_err()
            .to_string()
            .contains("8429")
    );
}

#[test]
fn durations_are_seconds_or_units_within_stss_bounds() {
    for (text, seconds) in [
        ("900", 900),
        ("15m", 900),
        ("1h", 3600),
        ("1h30m", 5400),
        ("90m", 5400),
        ("12h", 43200),
        ("1h0m1s", 3601),
    ] {
        assert_eq!(
            text.parse::<SessionDuration>().unwrap().seconds(),
            seconds,
            "{text}"
        );
    }
    for bad in [
        "",
        "899",
        "43201",
        "14m59s",
        "13h",
        "1h1h",
        "30m1h",
        "h",
        "1.5h",
        "-900",
        "+900",
        "99999999999h",
        "1d",
        "900 ",
    ] {
        let read = bad.parse::<SessionDuration>();
        assert_eq!(read.is_ok(), bad == "900 ", "{bad:?}");
    }
    assert_eq!("36h".parse::<UserSessionDuration>().unwrap().seconds(), 129_600);
    assert!("129601".parse::<UserSessionDuration>().is_err());
    assert_eq!(SessionDuration::try_from(5400).unwrap().to_string(), "1 h 30 min");
}

#[test]
fn the_wire_cannot_carry_what_sts_would_refuse() {
    assert!(serde_json::from_str::<SessionName>("\"a b\"").is_err());
    assert!(serde_json::from_str::<SessionDuration>("10").is_err());
    assert_eq!(serde_json::to_string(&SessionDuration::HOUR).unwrap(), "3600");
    assert!(serde_json::from_str::<SessionPolicy>("\"not json\"").is_err());
    let twice =
        r#"[{"key":"Team","value":"a","transitive":false},{"key":"team","value":"b","transitive":true}]"#;
    assert!(serde_json::from_str::<SessionTags>(twice).is_err());
}

#[test]
fn policies_and_tags_are_counted() {
    let policy = |filler: usize| format!("{{\"Statement\": \"{}\"}}", "x".repeat(filler));
    SessionPolicy::try_from(policy(2000)).unwrap();
    assert!(SessionPolicy::try_from(policy(2048)).is_err());
    // White space is not what makes a policy too long.
    let spaced = format!("{{{}\"Statement\": []}}", " ".repeat(4000));
    assert_eq!(
        SessionPolicy::try_from(spaced).unwrap().as_str(),
        "{\"Statement\":[]}"
    );
    assert!(SessionPolicy::try_from("[]".to_owned()).is_err());
    assert!(SessionPolicy::try_from("{\"Sid\": \"\u{201c}quoted\u{201d}\"}".to_owned()).is_err());

    let tag = |key: &str, value: &str| SessionTag {
        key: key.into(),
        value: value.into(),
        transitive: false,
    };
    let tags = |tags: Vec<SessionTag>| SessionTags::try_from(tags);
    tags(vec![tag("Cost Centre", "été 2026"), tag("k", "")]).unwrap();
    tags((0..50).map(|i| tag(&format!("k{i}"), "v")).collect()).unwrap();
    assert!(tags((0..51).map(|i| tag(&format!("k{i}"), "v")).collect()).is_err());
    for bad in [
        tag("", "v"),
        tag("aws:x", "v"),
        tag("k", "a#b"),
        tag(&"k".repeat(129), "v"),
        tag("k", &"v".repeat(257)),
    ] {
        assert!(tags(vec![bad.clone()]).is_err(), "{bad:?}");
    }
}
