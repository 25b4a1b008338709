//! S11: identity and resource policies. A bucket's policy lets a person keep its own permissions; another's denies
//! everybody, whatever else allows.

use serde_json::json;

use super::build::{Builder, HOME_REGION, WORKLOADS, WorldError, read_bucket};
use super::placements::{Placed, assume};
use super::story::{Story, Wrong};

const LABORATORY: &str = "555566667777";
const BUCKET: &str = "measurements";
/// Its policy names the person; so does the person's policy it.
const DIRECT: &str = "measurements-direct";
/// Its policy denies everybody.
const SEALED: &str = "measurements-sealed";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(LABORATORY, "Laboratory")?;
    let both = |a: &str, other: &str| json!([format!("arn:aws:s3:::{a}"), format!("arn:aws:s3:::{other}")]);
    let objects =
        |a: &str, other: &str| json!([format!("arn:aws:s3:::{a}/*"), format!("arn:aws:s3:::{other}/*")]);
    let permissions = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": both(BUCKET, SEALED) },
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": objects(BUCKET, SEALED) },
        ],
    });
    let placed = Placed {
        from: WORKLOADS,
        to: LABORATORY,
        role: "MeasurementsReader",
        profile: "measurements",
        source: "researcher",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: Some(permissions),
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let policies = vec![
        ("assume-measurements-reader", assume(&made.assumable)),
        ("read-direct", read_bucket(DIRECT)),
    ];
    let user = b.user(WORKLOADS, "researcher", policies)?;
    b.keys_profile("researcher", &user);
    let named = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "ReadByResearcher",
            "Effect": "Allow",
            "Principal": { "AWS": user.arn },
            "Action": ["s3:ListBucket", "s3:GetObject"],
            "Resource": [format!("arn:aws:s3:::{DIRECT}"), format!("arn:aws:s3:::{DIRECT}/*")],
        }],
    });
    b.bucket(DIRECT, HOME_REGION, LABORATORY, Some(named))?;
    b.text(DIRECT, "2026/one.txt", "Read with the person's own keys.\n")?;
    let sealed = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "Sealed",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::{SEALED}/*"),
        }, {
            "Sid": "SealedList",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:ListBucket",
            "Resource": format!("arn:aws:s3:::{SEALED}"),
        }],
    });
    b.bucket(SEALED, HOME_REGION, LABORATORY, Some(sealed))?;
    b.text(SEALED, "2026/one.txt", "Nobody reads this.\n")?;
    let keys = b.shelf(BUCKET)?;
    let mut story = made.story("S11", "Identity and resource policies", &placed, &user, keys);
    story.also = vec!["researcher".to_owned()];
    story.wrong.push(Wrong::other(
        "an explicit deny wins",
        "measurements",
        &story.role_arn,
        SEALED,
        "ListObjectsV2",
        "AccessDenied",
    ));
    Ok(story)
}
