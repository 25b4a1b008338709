//! S14: a developer, by a group, and a server, by its instance role, read one bucket; nobody writes.

use hatrack_core::secret::Secret;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::build::{Builder, HOME_REGION, RoleSpec, WorldError, role_arn};
use super::placements::{Placed, assume};
use super::story::{Environment, Profile, ProfileKind, Story, Wrong};
use crate::world::{RoleSession, Session, SessionOf};

const DEVELOPMENT: &str = "210987654321";
const PRODUCTION: &str = "345678901234";
const ROLE: &str = "readonly-asi-production-bucket";
const BUCKET: &str = "asi-production-bucket";
/// The name that the article gives the role the other time.
const MISSPELLED: &str = "readonly-asi-production-bucket-role";
const SERVER: &str = "asi-dev-server";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(DEVELOPMENT, "asi development")?;
    b.account(PRODUCTION, "asi production")?;
    let permissions = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" },
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetBucketLocation"],
                "Resource": format!("arn:aws:s3:::{BUCKET}"),
            },
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*") },
        ],
    });
    let placed = Placed {
        from: DEVELOPMENT,
        to: PRODUCTION,
        role: ROLE,
        profile: "asi-production",
        source: "asi-dev",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: Some(permissions),
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let may_assume = assume(&made.assumable);
    let user = b.user(
        DEVELOPMENT,
        "asi-dev",
        vec![("read-own-permissions", read_own_permissions())],
    )?;
    let policy = (
        "allow-assume-role-readonly-asi-production-bucket",
        may_assume.clone(),
    );
    b.group(DEVELOPMENT, "developers", vec![policy.clone()], &user)?;
    b.keys_profile("asi-dev", &user);
    let server = b.role(RoleSpec {
        account: DEVELOPMENT,
        name: SERVER,
        trust: super::build::trust(json!({ "Service": "ec2.amazonaws.com" }), None),
        policies: vec![policy],
        max_session_seconds: 3600,
    })?;
    b.manage(DEVELOPMENT, "allow-assume-role-readonly-asi-production-bucket")?;
    let environment = instance_session(b, server)?;
    let keys = b.shelf(BUCKET)?;

    let mut story = made.story("S14", "Developer and server", &placed, &user, keys);
    let kind = ProfileKind::Role {
        role_arn: story.role_arn.clone(),
        source: ("credential_source", "Environment".to_owned()),
        settings: Vec::new(),
    };
    b.profiles.push(Profile {
        name: environment.profile.clone(),
        region: HOME_REGION.to_owned(),
        kind,
    });
    story.also = vec![environment.profile.clone()];
    story.environment = Some(environment);

    let absent = role_arn(PRODUCTION, MISSPELLED);
    b.role_profile("asi-production-misspelled", &absent, "asi-dev", Vec::new());
    let refused = |what, profile, role, call| Wrong::other(what, profile, role, BUCKET, call, "AccessDenied");
    let role = story.role_arn.clone();
    let spelled = "the role's name has -role at its end";
    story.wrong.push(refused(
        spelled,
        "asi-production-misspelled",
        &absent,
        "AssumeRole",
    ));
    story
        .wrong
        .push(refused("nobody writes", "asi-production", &role, "PutObject"));
    Ok(story)
}

/// What AWS's documentation calls reading one's own permissions: user, groups and the policies of both.
fn read_own_permissions() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "iam:GetUser",
                    "iam:ListGroupsForUser",
                    "iam:ListUserPolicies",
                    "iam:GetUserPolicy",
                    "iam:ListAttachedUserPolicies",
                ],
                "Resource": format!("arn:aws:iam::{DEVELOPMENT}:user/${{aws:username}}"),
            },
            {
                "Effect": "Allow",
                "Action": [
                    "iam:ListGroupPolicies",
                    "iam:GetGroupPolicy",
                    "iam:ListAttachedGroupPolicies",
                    "iam:GetPolicy",
                    "iam:GetPolicyVersion",
                ],
                "Resource": "*",
            },
        ],
    })
}

/// Credentials as EC2 puts them on an instance: a session of its role, here for as long as the sandbox may run.
fn instance_session(b: &mut Builder, role_arn: String) -> Result<Environment, WorldError> {
    let name = "i-0a51de5e7f00d5e1f";
    let expires_at = b
        .now
        .checked_add(SignedDuration::from_hours(24 * 7))
        .unwrap_or(b.now);
    let session = Session {
        access_key_id: b.keys.id("ASIA"),
        secret: Secret::new(b.keys.secret()),
        token: Secret::new(b.keys.session_token()),
        issued_at: b.now,
        expires_at,
        mfa_at: None,
        of: SessionOf::Role(RoleSession {
            arn: format!("arn:aws:sts::{DEVELOPMENT}:assumed-role/{SERVER}/{name}"),
            role_arn,
            name: name.to_owned(),
            policies: Vec::new(),
            tags: Default::default(),
            transitive: Default::default(),
            source_identity: None,
            chained: false,
        }),
    };
    let environment = Environment {
        profile: "asi-dev-server".to_owned(),
        access_key_id: session.access_key_id.clone(),
        secret_access_key: session.secret.expose().to_owned(),
        session_token: session.token.expose().to_owned(),
    };
    b.world.sessions.insert(session.access_key_id.clone(), session);
    Ok(environment)
}
