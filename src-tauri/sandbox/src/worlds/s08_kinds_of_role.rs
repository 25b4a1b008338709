//! S8: kinds of role, told apart by their trust policies. A person with keys can assume only the custom one; a build
//! job with a token the one for web identities, and who signs in at the company's directory the ones for SAML.

use serde_json::{Value, json};

use super::build::{Builder, HOME_REGION, RoleSpec, WorldError, allow, read_bucket, role_arn, trust};
use super::identities::{KindsStory, RoleKind, RoleOfKind};
use super::placements::assume;
use super::story::{Profile, ProfileKind};
use crate::export_files::WEB_IDENTITY_TOKEN;
use crate::saml::{AUDIENCE as AUDIENCE_OF_SAML, PROVIDER_PATH};
use crate::web_identity::PROVIDER;
use crate::world::{Directory, DirectoryUser, IdentityProvider};

const PLATFORM: &str = "330000000001";
const BUCKET: &str = "platform-artifacts";
const SUBJECT: &str = "project:example/website:ref:main";
const AUDIENCE: &str = "sts.amazonaws.com";
/// The users of the company's directory.
const ENGINEER: &str = "engineer@directory.example";
const AUDITOR: &str = "auditor@directory.example";
const LINKED: &str = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";

pub(super) fn build(b: &mut Builder) -> Result<KindsStory, WorldError> {
    b.account(PLATFORM, "Platform")?;
    let user = format!("arn:aws:iam::{PLATFORM}:user/platform-engineer");
    let mut roles = Vec::new();
    for (kind, name, profile, trust) in [
        (
            RoleKind::Service,
            "NightlyBackup",
            "nightly-backup",
            service("lambda.amazonaws.com"),
        ),
        (
            RoleKind::ServiceLinked,
            LINKED,
            "autoscaling-linked",
            service("autoscaling.amazonaws.com"),
        ),
        (
            RoleKind::WebIdentity,
            "DeployFromPipeline",
            "deploy-by-keys",
            web_identity(),
        ),
        (RoleKind::Saml, "ConsoleFederation", "console-federation", saml()),
        (
            RoleKind::Custom,
            "PlatformReader",
            "platform-reader",
            trust(json!({ "AWS": user }), None),
        ),
    ] {
        let role_arn = b.role(RoleSpec {
            account: PLATFORM,
            name,
            trust,
            policies: vec![("read-artifacts", read_bucket(BUCKET))],
            max_session_seconds: 3600,
        })?;
        b.role_profile(profile, &role_arn, "platform-engineer", Vec::new());
        roles.push(RoleOfKind {
            role_arn,
            kind,
            profile: profile.to_owned(),
        });
    }
    let all: Vec<String> = roles.iter().map(|role| role.role_arn.clone()).collect();
    let user = b.user(
        PLATFORM,
        "platform-engineer",
        vec![("assume-any", assume(&all)), ("look-at-iam", look_at_iam())],
    )?;
    b.keys_profile("platform-engineer", &user);
    b.bucket(BUCKET, HOME_REGION, PLATFORM, None)?;
    let keys = b.shelf(BUCKET)?;
    b.world.identity_providers.insert(
        provider(),
        IdentityProvider {
            audiences: vec![AUDIENCE.to_owned()],
        },
    );
    let (saml_role_arn, saml_long_role_arn) = directory(b)?;
    let token_file = b.place.dir.join(WEB_IDENTITY_TOKEN);
    b.profiles.push(Profile {
        name: "pipeline".to_owned(),
        region: HOME_REGION.to_owned(),
        kind: ProfileKind::Settings(vec![
            ("role_arn", role_arn(PLATFORM, "DeployFromPipeline")),
            (
                "web_identity_token_file",
                token_file.to_string_lossy().into_owned(),
            ),
            ("role_session_name", "website-build".to_owned()),
        ]),
    });
    Ok(KindsStory {
        id: "S8".to_owned(),
        title: "Kinds of role".to_owned(),
        identity: "platform-engineer".to_owned(),
        roles,
        web_identity_profile: "pipeline".to_owned(),
        web_identity_token_file: token_file,
        token_url: b.url("/oidc/token"),
        saml_start_url: b.url(PROVIDER_PATH),
        saml_users: vec![ENGINEER.to_owned(), AUDITOR.to_owned()],
        saml_role_arn,
        saml_long_role_arn,
        subject: SUBJECT.to_owned(),
        audience: AUDIENCE.to_owned(),
        bucket: BUCKET.to_owned(),
        keys,
        region: HOME_REGION.to_owned(),
    })
}

/// The company's directory, and the role that only it leads to.
fn directory(b: &mut Builder) -> Result<(String, String), WorldError> {
    let usual = role_arn(PLATFORM, "ConsoleFederation");
    let long = b.role(RoleSpec {
        account: PLATFORM,
        name: "DirectoryOperations",
        trust: saml(),
        policies: vec![("read-artifacts", read_bucket(BUCKET))],
        max_session_seconds: 4 * 3600,
    })?;
    let by = |role: &String| (role.clone(), saml_provider());
    let user = |name: &str, roles: &[String], session_seconds| DirectoryUser {
        name: name.to_owned(),
        roles: roles.iter().map(by).collect(),
        session_seconds,
    };
    b.world.directory = Directory {
        trusted_as: [saml_provider()].into(),
        users: vec![
            user(ENGINEER, &[usual.clone(), long.clone()], None),
            user(AUDITOR, std::slice::from_ref(&usual), Some(1800)),
        ],
    };
    Ok((usual, long))
}

/// Reading IAM in one's own account; not its groups, which others decide about.
fn look_at_iam() -> Value {
    let actions = json!([
        "iam:GetRole",
        "iam:ListRoles",
        "iam:GetUser",
        "iam:ListAccountAliases"
    ]);
    let reading = json!([
        "iam:ListUserPolicies",
        "iam:GetUserPolicy",
        "iam:ListAttachedUserPolicies",
        "iam:ListGroupsForUser",
    ]);
    let mut policy = allow(actions, json!("*"));
    let own = json!({
        "Effect": "Allow",
        "Action": reading,
        "Resource": format!("arn:aws:iam::{PLATFORM}:user/${{aws:username}}"),
    });
    if let Some(statements) = policy["Statement"].as_array_mut() {
        statements.push(own);
    }
    policy
}

fn provider() -> String {
    format!("arn:aws:iam::{PLATFORM}:oidc-provider/{PROVIDER}")
}

fn service(name: &str) -> Value {
    trust(json!({ "Service": name }), None)
}

/// One project's main branch, and the audience that AWS's own tools ask for.
fn web_identity() -> Value {
    federated(
        json!(provider()),
        "sts:AssumeRoleWithWebIdentity",
        json!({
            "StringEquals": { format!("{PROVIDER}:aud"): AUDIENCE },
            "StringLike": { format!("{PROVIDER}:sub"): SUBJECT },
        }),
    )
}

fn saml() -> Value {
    federated(
        json!(saml_provider()),
        "sts:AssumeRoleWithSAML",
        json!({ "StringEquals": { "SAML:aud": AUDIENCE_OF_SAML } }),
    )
}

fn saml_provider() -> String {
    format!("arn:aws:iam::{PLATFORM}:saml-provider/ExampleDirectory")
}

fn federated(provider: Value, action: &str, condition: Value) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": provider },
            "Action": action,
            "Condition": condition,
        }],
    })
}
