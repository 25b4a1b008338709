//! AWS's own parser against ours, on generated files.

use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::PropertiesKey;
use aws_runtime::env_config::section::EnvConfigSections;
use aws_runtime::env_config::source::load;
use aws_types::os_shim_internal::{Env, Fs};
use hatrack_core::shared_config::{Section, SharedConfig};
use proptest::prelude::*;

use crate::parse;

/// What AWS's SDK makes of the same texts; the error is the line it stops at.
fn parse_as_aws(config: &str, credentials: &str) -> Result<EnvConfigSections, u32> {
    let files = EnvConfigFiles::builder()
        .with_contents(EnvConfigFileKind::Config, config)
        .with_contents(EnvConfigFileKind::Credentials, credentials)
        .build();
    let (env, fs) = (Env::from_slice(&[]), Fs::from_slice(&[]));
    let source = pin!(load(&env, &fs, &files)).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Ok(source)) = source else {
        panic!("texts in memory need no waiting")
    };
    EnvConfigSections::parse(source).map_err(|error| {
        let text = error.to_string();
        let line = text
            .split(" on line ")
            .nth(1)
            .and_then(|rest| rest.split(':').next());
        line.and_then(|digits| digits.parse().ok())
            .expect("the SDK names the line")
    })
}

const KEYS: [&str; 8] = [
    "name",
    "s3",
    "region",
    "role_arn",
    "aws_access_key_id",
    "aws_secret_access_key",
    "a/b",
    "sts",
];
const NESTED: [&str; 4] = ["endpoint_url", "max_concurrent_requests", "Mixed", "name"];

/// One spelling for each section: the SDK merges two spellings of one name in the order of a hash map.
const CONFIG_HEADERS: [&str; 16] = [
    "[default]",
    "[profile default]",
    "[profile one]",
    "[ profile\ttwo ]",
    "[profile   some-thing:long/the_one%only.foo@bar+ ] ; why",
    "[profile three]# why",
    "[one]",
    "[profile in valid]",
    "[profile foo!bar]",
    "[sso-session one]",
    "[sso-session\tcorp ]",
    "[sso-sesion typo]",
    "[services dev]",
    "[services  test ]",
    "[profile]",
    "[]",
];
const CREDENTIALS_HEADERS: [&str; 9] = [
    "[default]",
    "[one]",
    "[ two\t]",
    "[profile one]",
    "[some-thing:long/the_one%only.foo@bar+]",
    "[in valid]",
    "[sso-session one]",
    "[three] # why",
    "[profile]",
];

fn blanks() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", " ", "\t", "  ", " \t "])
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9:/=.-]{1,12}",
        2 => Just(String::new()),
        2 => "[a-z]{1,4}( [#;][a-z #;=]{0,6}|[#;][a-z]{0,4})",
        1 => "[a-z\u{a0}é\"'\\\\$(){}😂#; =\\[\\]]{0,10}",
    ]
}

fn property() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        6 => prop::sample::select(KEYS.to_vec()).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["Name", "REGION", "in valid", "kéy"]).prop_map(str::to_owned),
    ];
    (key, blanks(), blanks(), value(), blanks()).prop_map(|(k, a, b, v, c)| format!("{k}{a}={b}{v}{c}"))
}

fn continuation() -> impl Strategy<Value = String> {
    let nested = prop::sample::select(NESTED.to_vec());
    prop_oneof![
        6 => (nested, blanks(), value()).prop_map(|(k, b, v)| format!("  {k}{b}={b}{v}")),
        1 => value().prop_map(|v| format!("\t{v}")),
    ]
}

fn rest_of_a_file(headers: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let line = prop_oneof![
        4 => prop::sample::select(headers).prop_map(str::to_owned),
        10 => property(),
        4 => continuation(),
        2 => prop::sample::select(vec!["# comment", ";", "", " \t", "#[profile x]"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(line, 0..14)
}

/// A file that mostly parses: it starts with a header, and only sometimes holds a line that is wrong.
fn file(headers: &'static [&'static str]) -> impl Strategy<Value = String> {
    let wrong = prop_oneof![
        12 => Just(None),
        1 => prop::sample::select(vec!["[open", "no equals", "= value", " -continued", "\u{b}", "[a]b"]).prop_map(Some),
    ];
    let ending = prop::sample::select(vec!["\n", "\r\n"]);
    (
        prop::sample::select(headers),
        rest_of_a_file(headers),
        wrong,
        ending,
        any::<bool>(),
    )
        .prop_map(|(first, mut lines, wrong, ending, last)| {
            lines.insert(0, first.to_owned());
            lines.extend(wrong.map(str::to_owned));
            let text = lines.join(ending);
            if last { text + ending } else { text }
        })
}

fn assert_same_section(ours: &Section, theirs: impl Fn(&str) -> Option<String>, context: &str) {
    let written = ours.properties.keys().map(String::as_str);
    for key in written.chain(KEYS).collect::<BTreeSet<_>>() {
        let value = ours.properties.get(key).map(|p| p.value.expose().to_owned());
        assert_eq!(value, theirs(key), "{key} of {} in {context}", ours.name);
    }
}

fn assert_same(ours: &SharedConfig, theirs: &EnvConfigSections, context: &str) {
    let names: BTreeSet<&str> = ours.profiles().iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, theirs.profiles().collect(), "profiles of {context}");
    for profile in ours.profiles() {
        let other = theirs.get_profile(&profile.name).unwrap();
        assert_same_section(profile, |key| other.get(key).map(str::to_owned), context);
    }
    let names: BTreeSet<&str> = ours.sso_sessions().iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        names,
        theirs.sso_sessions().collect(),
        "sso-sessions of {context}"
    );
    for session in ours.sso_sessions() {
        let other = theirs.sso_session(&session.name).unwrap();
        assert_same_section(session, |key| other.get(key).map(str::to_owned), context);
    }
    for section in ours.services() {
        // A secret's value has nothing nested that Hatrack would look up.
        let services = KEYS.iter().filter(|key| **key != "aws_secret_access_key");
        for (service, nested) in services.flat_map(|s| NESTED.map(|n| (*s, n))) {
            let key = PropertiesKey::builder()
                .section_key("services")
                .section_name(&section.name)
                .property_name(service)
                .sub_property_name(nested)
                .build()
                .unwrap();
            let other = theirs.other_sections().get(&key).map(String::as_str);
            let ours = section.nested(service);
            assert_eq!(ours.get(nested), other, "{service}.{nested} in {context}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_files_read_as_aws_reads_them(
        config in file(&CONFIG_HEADERS),
        credentials in file(&CREDENTIALS_HEADERS),
    ) {
        let context = format!("{config:?} and {credentials:?}");
        match (parse(&config, &credentials), parse_as_aws(&config, &credentials)) {
            (Ok(ours), Ok(theirs)) => assert_same(&ours, &theirs, &context),
            (Err(ours), Err(line)) => prop_assert_eq!(ours.line, Some(line), "{}", context),
            (ours, theirs) => prop_assert!(false, "{context}: ours {ours:?}, theirs {theirs:?}"),
        }
    }

    #[test]
    fn any_text_is_taken_or_refused_as_aws_does(config in r"[\[\]=#; \t\n\r\w:./\PC]{0,60}") {
        prop_assume!(!config.contains('\u{feff}'));
        match (parse(&config, ""), parse_as_aws(&config, "")) {
            (Ok(ours), Ok(theirs)) => {
                let names: BTreeSet<&str> = ours.profiles().iter().map(|p| p.name.as_str()).collect();
                prop_assert_eq!(names, theirs.profiles().collect::<BTreeSet<_>>());
            }
            (Err(ours), Err(line)) => prop_assert_eq!(ours.line, Some(line)),
            (ours, theirs) => prop_assert!(false, "ours {ours:?}, theirs {theirs:?}"),
        }
    }
}
