//! S7: in code. A program lists every bucket of the other account, and reads one.

use serde_json::json;

use super::build::{Builder, HOME_REGION, WORKLOADS, WorldError};
use super::placements::{Placed, assume};
use super::story::{Story, Wrong};

const ANALYTICS: &str = "222233334444";
const BUCKET: &str = "analytics-exports";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(ANALYTICS, "Analytics")?;
    let permissions = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" },
            { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": format!("arn:aws:s3:::{BUCKET}") },
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*") },
        ],
    });
    let placed = Placed {
        from: WORKLOADS,
        to: ANALYTICS,
        role: "BucketLister",
        profile: "bucket-lister",
        source: "report-job",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: Some(permissions),
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let user = b.user(
        WORKLOADS,
        "report-job",
        vec![("assume-bucket-lister", assume(&made.assumable))],
    )?;
    b.keys_profile("report-job", &user);
    let keys = b.shelf(BUCKET)?;
    let mut story = made.story("S7", "In code", &placed, &user, keys);
    story.wrong.push(Wrong::other(
        "the role lists buckets, and writes none",
        "bucket-lister",
        &story.role_arn,
        BUCKET,
        "PutObject",
        "AccessDenied",
    ));
    Ok(story)
}
