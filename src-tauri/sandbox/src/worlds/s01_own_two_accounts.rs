//! S1: two accounts of one's own. A role in the one, trusted to the other, reads one bucket.

use super::build::{Builder, DATA, HOME_REGION, WORKLOADS, WorldError};
use super::placements::{Placed, assume};
use super::story::{Story, Wrong};

const BUCKET: &str = "example-bucket";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(WORKLOADS, "Workloads")?;
    b.account(DATA, "Data")?;
    let placed = Placed {
        from: WORKLOADS,
        to: DATA,
        role: "ExampleBucketReader",
        profile: "data-reader",
        source: "data-analyst",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: None,
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let user = b.user(
        WORKLOADS,
        "data-analyst",
        vec![("assume-data-roles", assume(&made.assumable))],
    )?;
    b.keys_profile("data-analyst", &user);
    let keys = b.shelf(BUCKET)?;
    b.crowd(BUCKET, "many/", 2500)?;
    b.large(BUCKET, "large/twenty-mebibytes.bin", 20 * 1024 * 1024)?;
    let mut story = made.story("S1", "Own two accounts", &placed, &user, keys);
    let write = ("the role may read, not write", "data-reader", "PutObject");
    story.wrong.push(Wrong::other(
        write.0,
        write.1,
        &story.role_arn,
        BUCKET,
        write.2,
        "AccessDenied",
    ));
    Ok(story)
}
