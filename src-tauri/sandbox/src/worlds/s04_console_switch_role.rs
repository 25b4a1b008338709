//! S4: the console's switch role. After it only the role's permissions hold.

use serde_json::json;

use super::build::{Builder, HOME_REGION, WORKLOADS, WorldError};
use super::placements::{Placed, assume};
use super::story::{Story, Wrong};

pub(super) const DATABASES: &str = "222233334444";
const BUCKET: &str = "rds-exports";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(DATABASES, "Databases")?;
    let rds = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Sid": "Databases", "Effect": "Allow", "Action": "rds:*", "Resource": "*" },
            {
                "Sid": "TheirExports",
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": [format!("arn:aws:s3:::{BUCKET}"), format!("arn:aws:s3:::{BUCKET}/*")],
            },
        ],
    });
    let placed = Placed {
        from: WORKLOADS,
        to: DATABASES,
        role: "RDSAdmin",
        profile: "databases-rds",
        source: "console-user",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: Some(rds),
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let own = super::build::allow(json!(["iam:ListRoles", "s3:ListAllMyBuckets"]), json!("*"));
    let policies = vec![("switch-role", assume(&made.assumable)), ("look-around", own)];
    let user = b.user(WORKLOADS, "console-user", policies)?;
    b.keys_profile("console-user", &user);
    let keys = b.shelf(BUCKET)?;
    let mut story = made.story("S4", "The console's switch role", &placed, &user, keys);
    let what = "the user may list buckets, the role may not, and after the switch only the role counts";
    story.wrong.push(Wrong::other(
        what,
        "databases-rds",
        &story.role_arn,
        BUCKET,
        "ListBuckets",
        "AccessDenied",
    ));
    Ok(story)
}
