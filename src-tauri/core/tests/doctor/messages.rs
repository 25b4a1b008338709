//! Refusals read: messages that people met, each with its source and the reading that a person gave it.
//!
//! `denials.json` holds what AWS said, with account numbers and names of people replaced.

use hatrack_core::doctor::{Because, PolicySort, Refusal, RefusalKind, Reported};
use serde::Deserialize;

#[derive(Deserialize)]
struct Met {
    source: String,
    text: String,
    kind: String,
    action: Option<String>,
    because: Option<String>,
}

fn kind_name(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::NotAuthorized => "not_authorized",
        RefusalKind::KeyNotAuthorized => "key_not_authorized",
        RefusalKind::BareForbidden => "bare_forbidden",
        RefusalKind::Expired => "expired",
        RefusalKind::UnknownKey => "unknown_key",
        RefusalKind::WrongSecret => "wrong_secret",
        RefusalKind::NoCredentials => "no_credentials",
        RefusalKind::ClockSkew => "clock_skew",
        RefusalKind::WrongRegion => "wrong_region",
        RefusalKind::RegionNotEnabled => "region_not_enabled",
        RefusalKind::NoSuchBucket => "no_such_bucket",
        RefusalKind::NoSuchKey => "no_such_key",
        RefusalKind::NoSuchEntity => "no_such_entity",
        RefusalKind::MfaNeeded => "mfa_needed",
        RefusalKind::TooLong => "too_long",
        RefusalKind::BadPolicy => "bad_policy",
        RefusalKind::Throttled => "throttled",
        RefusalKind::Unknown => "unknown",
    }
}

fn because_name(because: &Because) -> String {
    let sort = |sort: PolicySort| match sort {
        PolicySort::Identity => "identity",
        PolicySort::Resource => "resource",
        PolicySort::Session => "session",
        PolicySort::Boundary => "boundary",
        PolicySort::ServiceControl => "service_control",
        PolicySort::ResourceControl => "resource_control",
        PolicySort::Endpoint => "endpoint",
        PolicySort::Trust => "trust",
    };
    match because {
        Because::NoneAllows(which) => format!("no {}", sort(*which)),
        Because::ExplicitDeny(Some(which), _) => format!("deny {}", sort(*which)),
        Because::ExplicitDeny(None, _) => "deny ?".to_owned(),
        Because::KeyHidden => "key hidden".to_owned(),
    }
}

#[test]
fn messages_that_people_met_are_read_as_a_person_reads_them() {
    let met: Vec<Met> = serde_json::from_str(include_str!("denials.json")).unwrap();
    let (mut right, mut wrong) = (0, Vec::new());
    for Met {
        source,
        text,
        kind,
        action,
        because,
    } in &met
    {
        let read = Refusal::read(text);
        let because_read = read.because.as_ref().map(because_name);
        let found = (
            kind_name(read.kind),
            read.action.as_deref(),
            because_read.as_deref(),
        );
        if found == (kind.as_str(), action.as_deref(), because.as_deref()) {
            right += 1;
            continue;
        }
        // What is not known may be read as unknown; what is known may not be read as something else.
        let misread = found.0 != kind && read.kind != RefusalKind::Unknown
            || found.1.is_some() && found.1 != action.as_deref()
            || found.2.is_some() && found.2 != because.as_deref();
        wrong.push((
            misread,
            format!("{source}\n  {text:?}\n  read as {found:?}, is {kind} {action:?} {because:?}"),
        ));
    }
    println!("{right} of {} messages read right", met.len());
    for (_, what) in &wrong {
        println!("{what}");
    }
    let misread: Vec<&str> = wrong
        .iter()
        .filter(|(misread, _)| *misread)
        .map(|(_, what)| what.as_str())
        .collect();
    let all: Vec<&str> = wrong.iter().map(|(_, what)| what.as_str()).collect();
    assert!(misread.is_empty(), "misread:\n{}", misread.join("\n"));
    assert!(right * 100 >= met.len() * 97, "not read:\n{}", all.join("\n"));
}

#[test]
fn the_pieces_of_a_message_are_found() {
    let read = Refusal::read(
        "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/troy is \
         not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/team/Reader",
    );
    assert_eq!(read.code.as_deref(), Some("AccessDenied"));
    assert_eq!(read.operation.as_deref(), Some("AssumeRole"));
    assert_eq!(
        read.caller.as_deref(),
        Some("arn:aws:iam::111122223333:user/troy")
    );
    assert_eq!(
        read.role().unwrap().to_string(),
        "arn:aws:iam::444455556666:role/team/Reader"
    );
    assert!(
        read.message
            .starts_with("User: arn:aws:iam::111122223333:user/troy")
    );
    assert!(read.message.ends_with("role/team/Reader"));

    let read = Refusal::read(
        "operation error S3: GetObject, https response error StatusCode: 403, RequestID: 55MEG5JF920S4HGX, HostID: abc, api \
         error AccessDenied: User: arn:aws:sts::444455556666:assumed-role/Reader/troy is not authorized to perform: \
         s3:GetObject on resource: \"arn:aws:s3:::example-bucket/two words.csv\" because no identity-based policy allows the \
         s3:GetObject action",
    );
    assert_eq!(
        (read.status, read.operation.as_deref()),
        (Some(403), Some("GetObject"))
    );
    assert_eq!(read.request_id.as_deref(), Some("55MEG5JF920S4HGX"));
    assert_eq!(
        read.resource.as_deref(),
        Some("arn:aws:s3:::example-bucket/two words.csv")
    );
    assert_eq!(read.because, Some(Because::NoneAllows(PolicySort::Identity)));

    let read = Refusal::read(
        "User: arn:aws:iam::111122223333:user/troy is not authorized to perform: iam:GetRole on resource: role Reader because \
         no identity-based policy allows the iam:GetRole action",
    );
    assert_eq!(read.resource.as_deref(), Some("role Reader"));

    let read = Refusal::read(
        "User: arn:aws:sts::111122223333:assumed-role/Ops/troy is not authorized to perform: ec2:RunInstances on resource: \
         arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service control policy: \
         arn:aws:organizations::444455556666:policy/o-example/service_control_policy/p-example12",
    );
    let arn = "arn:aws:organizations::444455556666:policy/o-example/service_control_policy/p-example12";
    assert_eq!(
        read.because,
        Some(Because::ExplicitDeny(
            Some(PolicySort::ServiceControl),
            Some(arn.to_owned())
        ))
    );
}

#[test]
fn each_sort_of_policy_that_aws_names_is_known() {
    for (words, because) in [
        (
            "because no identity-based policy allows the x:Y action",
            "no identity",
        ),
        (
            "because no resource-based policy allows the x:Y action",
            "no resource",
        ),
        ("because no session policy allows the x:Y action", "no session"),
        (
            "because no permissions boundary allows the x:Y action",
            "no boundary",
        ),
        (
            "because no service control policy allows the x:Y action",
            "no service_control",
        ),
        (
            "because no resource control policy allows the x:Y action",
            "no resource_control",
        ),
        (
            "because no VPC endpoint policy allows the x:Y action",
            "no endpoint",
        ),
        ("because no role trust policy allows the x:Y action", "no trust"),
        (
            "with an explicit deny in an identity-based policy",
            "deny identity",
        ),
        (
            "with an explicit deny in a resource-based policy",
            "deny resource",
        ),
        ("with an explicit deny in a session policy", "deny session"),
        ("with an explicit deny in a permissions boundary", "deny boundary"),
        (
            "with an explicit deny in a service control policy",
            "deny service_control",
        ),
        (
            "with an explicit deny in a resource control policy",
            "deny resource_control",
        ),
        ("with an explicit deny in a VPC endpoint policy", "deny endpoint"),
        ("with an explicit deny", "deny ?"),
    ] {
        let text = format!(
            "User: arn:aws:iam::111122223333:user/troy is not authorized to perform: x:Y on resource: * {words}"
        );
        let read = Refusal::read(&text);
        assert_eq!(
            read.because.as_ref().map(because_name).as_deref(),
            Some(because),
            "{text}"
        );
        assert_eq!(read.kind, RefusalKind::NotAuthorized);
    }
}

#[test]
fn a_response_without_a_body_is_a_bare_refusal() {
    let read = Refusal::of(&Reported {
        status: Some(403),
        operation: Some("HeadObject".to_owned()),
        ..Reported::default()
    });
    assert_eq!(read.kind, RefusalKind::BareForbidden);
    let read = Refusal::of(&Reported {
        code: Some("ExpiredToken".to_owned()),
        message: Some("The provided token has expired.".to_owned()),
        status: Some(400),
        ..Reported::default()
    });
    assert_eq!(read.kind, RefusalKind::Expired);
    assert!(!read.is_denial());
}

#[test]
fn a_key_is_read_whole_and_what_aws_does_not_name_is_not_made_up() {
    let read = |resource: &str| {
        Refusal::read(&format!(
            "User: arn:aws:iam::111122223333:user/troy is not authorized to perform: s3:GetObject on resource: \
             {resource} because no identity-based policy allows the s3:GetObject action"
        ))
        .resource
    };
    for key in ["Report (1).pdf", "a,b;c'd.txt", "end)", "two words"] {
        let arn = format!("arn:aws:s3:::example-bucket/{key}");
        assert_eq!(read(&arn).as_deref(), Some(arn.as_str()));
        assert_eq!(read(&format!("\"{arn}\"")).as_deref(), Some(arn.as_str()));
    }
    let of_key = Refusal::read(
        "User: arn:aws:iam::111122223333:user/troy is not authorized to perform: kms:Decrypt on the resource \
         associated with this ciphertext because no identity-based policy allows the kms:Decrypt action",
    );
    assert_eq!(of_key.resource, None);
}
