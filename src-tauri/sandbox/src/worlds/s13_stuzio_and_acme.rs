//! S13: Stuzio, a consultancy's customer, lets Acme's Troy into one bucket.

use serde_json::json;

use super::build::{Builder, WorldError};
use super::placements::{Placed, assume, manage_own_keys};
use super::story::{Story, Wrong};

const ACME: &str = "183438944504";
pub(super) const STUZIO: &str = "081278057606";
const BUCKET: &str = "com.stuzio.project-x";
/// As the text beside the policy spells it.
const MISSPELLED: &str = "com.stuzio.projectx";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(ACME, "Acme")?;
    b.account(STUZIO, "Stuzio")?;
    let permissions = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::*" },
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": [format!("arn:aws:s3:::{BUCKET}"), format!("arn:aws:s3:::{BUCKET}/*")],
            },
        ],
    });
    let placed = Placed {
        from: ACME,
        to: STUZIO,
        role: "StuzioAcmeConsultantRole",
        profile: "stuzio",
        source: "troy",
        bucket: BUCKET,
        region: "eu-south-1",
        condition: None,
        settings: Vec::new(),
        permissions: Some(permissions),
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    b.region("stuzio", "eu-south-1");
    let user = b.user(
        ACME,
        "troy",
        vec![
            ("assume-stuzio", assume(&made.assumable)),
            ("manage-own-keys", manage_own_keys(None)),
        ],
    )?;
    b.keys_profile("troy", &user);
    let keys = b.shelf(BUCKET)?;
    let mut story = made.story("S13", "Stuzio and Acme", &placed, &user, keys);
    let what = "the bucket's name is spelled as in the text, not as in the policy";
    let missing = Wrong::other(
        what,
        "stuzio",
        &story.role_arn,
        MISSPELLED,
        "ListObjectsV2",
        "NoSuchBucket",
    );
    story.wrong.push(missing);
    Ok(story)
}
