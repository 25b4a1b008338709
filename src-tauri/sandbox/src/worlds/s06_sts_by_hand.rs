//! S6: STS by hand. The user also reads a bucket of its own, with its keys or with GetSessionToken's.

use super::build::{Builder, DATA, HOME_REGION, WORKLOADS, WorldError, read_bucket};
use super::placements::{Placed, assume};
use super::story::Story;

const BUCKET: &str = "monthly-reports";
const OWN_BUCKET: &str = "shell-user-home";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    let placed = Placed {
        from: WORKLOADS,
        to: DATA,
        role: "reports/MonthlyReader",
        profile: "monthly-reports",
        source: "shell-user",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: None,
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let policies = vec![
        ("assume-reader", assume(&made.assumable)),
        ("own-bucket", read_bucket(OWN_BUCKET)),
    ];
    let user = b.user(WORKLOADS, "shell-user", policies)?;
    b.keys_profile("shell-user", &user);
    b.bucket(OWN_BUCKET, HOME_REGION, WORKLOADS, None)?;
    b.text(OWN_BUCKET, "notes/today.txt", "Read with the user's own keys.\n")?;
    let keys = b.shelf(BUCKET)?;
    let mut story = made.story("S6", "STS by hand", &placed, &user, keys);
    story.also = vec!["shell-user".to_owned()];
    Ok(story)
}
