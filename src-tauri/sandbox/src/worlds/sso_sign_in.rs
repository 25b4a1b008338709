//! The story of IAM Identity Center: two organisations, one signed in to by a session, one by the older form.

use serde_json::{Value, json};

use super::build::{Builder, HOME_REGION, RoleSpec, WorldError, allow, read_bucket, trust};
use super::identities::{Hop, Portal, PortalRole, PortalUser as ToldUser, SignInStory};
use super::story::{Profile, ProfileKind};
use crate::world::{Assignment, Organisation, PortalUser, reserved_role_name};

const ENGINEERING: &str = "310000000001";
const STAGING: &str = "310000000002";
const LIVE: &str = "310000000003";
const AUDIT: &str = "310000000004";
const CLOSED: &str = "310000000009";
const PARTNER: &str = "320000000001";

const SESSION: &str = "example";
const START: &str = "/start";
const PARTNER_START: &str = "/partner/start";
const PARTNER_REGION: &str = "eu-west-1";

const ORDERS: &str = "live-orders";
const ARCHIVE_BUCKET: &str = "orders-archive";
const ARCHIVIST: &str = "OrdersArchivist";

const ADMINISTRATOR: &str = "AdministratorAccess";
const READER: &str = "DataReader";
const AUDITOR: &str = "Auditor";
const REPORTS: &str = "ReportViewer";

pub(super) fn build(b: &mut Builder) -> Result<SignInStory, WorldError> {
    for (id, name) in [
        (ENGINEERING, "Example Engineering"),
        (STAGING, "Example Staging"),
        (LIVE, "Example Live"),
        (AUDIT, "Example Audit"),
        (PARTNER, "Partner Reports"),
    ] {
        b.account(id, name)?;
    }
    let own = own_organisation(b)?;
    let partner = partner_organisation(b)?;
    b.bucket(ORDERS, HOME_REGION, LIVE, None)?;
    let keys = b.shelf(ORDERS)?;
    let hop = hop(b)?;

    b.sso_sessions.push((
        SESSION.to_owned(),
        vec![
            ("sso_start_url", b.url(START)),
            ("sso_region", HOME_REGION.to_owned()),
            ("sso_registration_scopes", "sso:account:access".to_owned()),
        ],
    ));
    session_profile(b, "live-data", LIVE, READER);
    session_profile(b, "engineering-admin", ENGINEERING, ADMINISTRATOR);
    session_profile(b, "live-admin", LIVE, ADMINISTRATOR);
    legacy_profile(b, "partner-reports");
    b.role_profile(&hop.profile, &hop.role_arn, "live-data", Vec::new());
    b.role_profile(
        &hop.refused_profile,
        &hop.role_arn,
        "engineering-admin",
        Vec::new(),
    );
    let profiles = ["live-data", "engineering-admin", "live-admin"];
    let portals = vec![
        told(b, &own, Some(SESSION), HOME_REGION, &profiles),
        told(b, &partner, None, PARTNER_REGION, &["partner-reports"]),
    ];
    b.world.organisations.extend([own, partner]);
    Ok(SignInStory {
        id: "SSO".to_owned(),
        title: "Sign-in".to_owned(),
        portals,
        profile: "live-data".to_owned(),
        account_id: LIVE.to_owned(),
        role_name: READER.to_owned(),
        bucket: ORDERS.to_owned(),
        keys,
        region: HOME_REGION.to_owned(),
        hop,
        forbidden_profile: "live-admin".to_owned(),
    })
}

/// The developer has six roles in four accounts, the auditor one role in each.
fn own_organisation(b: &mut Builder) -> Result<Organisation, WorldError> {
    let everything = || allow(json!("*"), json!("*"));
    let reading = || {
        let mut policy = read_bucket(ORDERS);
        let archivist = super::build::role_arn(AUDIT, ARCHIVIST);
        let more = [
            json!({ "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }),
            json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": archivist }),
        ];
        if let Some(statements) = policy["Statement"].as_array_mut() {
            statements.extend(more);
        }
        policy
    };
    let auditing = || allow(json!(["s3:ListAllMyBuckets", "s3:GetBucketPolicy"]), json!("*"));
    let mut developer = Vec::new();
    for (account, set, policy, hours) in [
        (ENGINEERING, ADMINISTRATOR, everything(), 1),
        (ENGINEERING, READER, reading(), 4),
        (STAGING, ADMINISTRATOR, everything(), 1),
        (STAGING, READER, reading(), 4),
        (LIVE, READER, reading(), 4),
    ] {
        developer.push(permission_set(b, account, set, policy, hours)?);
    }
    let mut auditor = Vec::new();
    for account in [ENGINEERING, STAGING, LIVE, AUDIT] {
        auditor.push(permission_set(b, account, AUDITOR, auditing(), 1)?);
    }
    // Both share the one role that Identity Center makes of a permission set in an account.
    developer.extend(auditor.last().cloned());
    Ok(Organisation {
        name: "Example Organisation".to_owned(),
        id: "o-exampleorg1".to_owned(),
        management: ENGINEERING.parse()?,
        closed: Some((CLOSED.parse()?, "Example Retired".to_owned())),
        start_path: START.to_owned(),
        users: vec![user("developer", developer), user("auditor", auditor)],
    })
}

fn partner_organisation(b: &mut Builder) -> Result<Organisation, WorldError> {
    let policy = allow(json!("s3:ListAllMyBuckets"), json!("*"));
    let viewer = permission_set(b, PARTNER, REPORTS, policy, 1)?;
    Ok(Organisation {
        name: "Partner Organisation".to_owned(),
        id: "o-partnerorg1".to_owned(),
        management: PARTNER.parse()?,
        closed: None,
        start_path: PARTNER_START.to_owned(),
        users: vec![user("guest", vec![viewer])],
    })
}

fn user(name: &str, assignments: Vec<Assignment>) -> PortalUser {
    PortalUser {
        name: name.to_owned(),
        assignments,
    }
}

/// A permission set in an account, with the role that Identity Center makes of it.
fn permission_set(
    b: &mut Builder,
    account: &str,
    name: &str,
    policy: Value,
    hours: i64,
) -> Result<Assignment, WorldError> {
    let provider = format!("arn:aws:iam::{account}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE");
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": provider },
            "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
            "Condition": { "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } },
        }],
    });
    let path = reserved_role_name(name, &mut b.keys);
    let session_seconds = hours * 3600;
    let role_arn = b.role(RoleSpec {
        account,
        name: &path,
        trust,
        policies: vec![("AwsSSOInlinePolicy", policy)],
        max_session_seconds: 12 * 3600,
    })?;
    Ok(Assignment {
        account: account.parse()?,
        permission_set: name.to_owned(),
        role_arn,
        session_seconds,
    })
}

/// A role that trusts one permission set of another account, whatever the end of its role's name (IAM Identity
/// Center User Guide, "Referencing permission sets in resource policies").
fn hop(b: &mut Builder) -> Result<Hop, WorldError> {
    let reserved =
        format!("arn:aws:iam::{LIVE}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_{READER}_*");
    let role_arn = b.role(RoleSpec {
        account: AUDIT,
        name: ARCHIVIST,
        trust: trust(
            json!({ "AWS": format!("arn:aws:iam::{LIVE}:root") }),
            Some(json!({ "ArnLike": { "aws:PrincipalArn": reserved } })),
        ),
        policies: vec![("read-archive", read_bucket(ARCHIVE_BUCKET))],
        max_session_seconds: 12 * 3600,
    })?;
    b.bucket(ARCHIVE_BUCKET, HOME_REGION, AUDIT, None)?;
    let keys = b.shelf(ARCHIVE_BUCKET)?;
    Ok(Hop {
        profile: "orders-archivist".to_owned(),
        role_arn,
        bucket: ARCHIVE_BUCKET.to_owned(),
        keys,
        refused_profile: "orders-archivist-from-engineering".to_owned(),
    })
}

fn session_profile(b: &mut Builder, name: &str, account: &str, role: &str) {
    b.profiles.push(Profile {
        name: name.to_owned(),
        region: HOME_REGION.to_owned(),
        kind: ProfileKind::Settings(vec![
            ("sso_session", SESSION.to_owned()),
            ("sso_account_id", account.to_owned()),
            ("sso_role_name", role.to_owned()),
        ]),
    });
}

fn legacy_profile(b: &mut Builder, name: &str) {
    let start_url = b.url(PARTNER_START);
    b.profiles.push(Profile {
        name: name.to_owned(),
        region: PARTNER_REGION.to_owned(),
        kind: ProfileKind::Settings(vec![
            ("sso_start_url", start_url),
            ("sso_region", PARTNER_REGION.to_owned()),
            ("sso_account_id", PARTNER.to_owned()),
            ("sso_role_name", REPORTS.to_owned()),
        ]),
    });
}

fn told(
    b: &Builder,
    organisation: &Organisation,
    session: Option<&str>,
    region: &str,
    profiles: &[&str],
) -> Portal {
    let role = |a: &Assignment| PortalRole {
        account_id: a.account.to_string(),
        account_name: b.world.accounts.get(&a.account).cloned().unwrap_or_default(),
        role_name: a.permission_set.clone(),
        role_arn: a.role_arn.clone(),
    };
    let users = organisation.users.iter().map(|user| ToldUser {
        name: user.name.clone(),
        roles: user.assignments.iter().map(role).collect(),
    });
    Portal {
        organisation: organisation.name.clone(),
        session: session.map(str::to_owned),
        start_url: b.url(&organisation.start_path),
        region: region.to_owned(),
        users: users.collect(),
        profiles: profiles.iter().map(|p| (*p).to_owned()).collect(),
    }
}
