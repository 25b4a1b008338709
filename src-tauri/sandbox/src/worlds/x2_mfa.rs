//! X2: a role that wants an MFA code.

use serde_json::json;

use super::build::{Builder, DATA, HOME_REGION, RoleSpec, WORKLOADS, WorldError, read_bucket, trust};
use super::placements::{Placed, assume, manage_own_keys};
use super::story::{Story, Wrong};

const BUCKET: &str = "vaulted-records";
const SERIAL_NAME: &str = "records-keeper-phone";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    let serial = format!("arn:aws:iam::{WORKLOADS}:mfa/{SERIAL_NAME}");
    let condition = json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } });
    let placed = Placed {
        from: WORKLOADS,
        to: DATA,
        role: "RecordsKeeper",
        profile: "records",
        source: "records-keeper",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: Some(condition.clone()),
        settings: vec![("mfa_serial", serial)],
        permissions: None,
        max_session_seconds: 8 * 3600,
    };
    let made = placed.make(b)?;
    // A second role behind the same device: one code, shared by GetSessionToken, opens both for an hour.
    let second = b.role(RoleSpec {
        account: DATA,
        name: "RecordsAuditor",
        trust: trust(
            json!({ "AWS": format!("arn:aws:iam::{WORKLOADS}:root") }),
            Some(condition.clone()),
        ),
        policies: vec![("read-bucket", read_bucket(BUCKET))],
        max_session_seconds: 3600,
    })?;
    let mut assumable = made.assumable.clone();
    assumable.push(second.clone());
    let user = b.user(
        WORKLOADS,
        "records-keeper",
        vec![
            ("assume-records", assume(&assumable)),
            ("manage-own-keys", manage_own_keys(Some(condition))),
        ],
    )?;
    b.keys_profile("records-keeper", &user);
    let device = b.mfa(&user, SERIAL_NAME)?;
    b.role_profile(
        "records-audit",
        &second,
        "records-keeper",
        vec![("mfa_serial", device.serial.clone())],
    );
    b.role_profile(
        "records-without-mfa",
        &made.role_arn,
        "records-keeper",
        Vec::new(),
    );
    let keys = b.shelf(BUCKET)?;
    let mut story = made.story("X2", "A role that wants an MFA code", &placed, &user, keys);
    story.mfa_serial = Some(device.serial);
    story.mfa_seed = Some(device.seed);
    story.also = vec!["records-audit".to_owned()];
    let role = story.role_arn.clone();
    let what = "no code is sent";
    story.wrong.push(Wrong::other(
        what,
        "records-without-mfa",
        &role,
        BUCKET,
        "AssumeRole",
        "AccessDenied",
    ));
    Ok(story)
}
