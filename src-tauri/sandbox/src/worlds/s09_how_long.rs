//! S9: how long a session may live.

use serde_json::{Value, json};

use super::build::{Builder, HOME_REGION, RoleSpec, WORKLOADS, WorldError, allow, read_bucket, trust};
use super::placements::{Placed, assume};
use super::story::{Story, Wrong};

const OPERATIONS: &str = "333344445555";
const BUCKET: &str = "shift-logs";
const HOUR: i64 = 3600;

/// A role that may look itself up, and so tell how long it may live.
fn read_itself(name: &str) -> Value {
    allow(
        json!("iam:GetRole"),
        json!(super::build::role_arn(OPERATIONS, name)),
    )
}

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(OPERATIONS, "Operations")?;
    let placed = Placed {
        from: WORKLOADS,
        to: OPERATIONS,
        role: "TwelveHours",
        profile: "operations-12h",
        source: "operator",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: None,
        max_session_seconds: 12 * HOUR,
    };
    let made = placed.make(b)?;
    let mut assumable = made.assumable.clone();
    for (name, profile, hours) in [("OneHour", "operations-1h", 1), ("FourHours", "operations-4h", 4)] {
        let arn = b.role(RoleSpec {
            account: OPERATIONS,
            name,
            trust: trust(json!({ "AWS": format!("arn:aws:iam::{WORKLOADS}:root") }), None),
            policies: vec![
                ("read-bucket", read_bucket(BUCKET)),
                ("read-itself", read_itself(name)),
            ],
            max_session_seconds: hours * HOUR,
        })?;
        b.role_profile(profile, &arn, "operator", Vec::new());
        assumable.push(arn);
    }
    let user = b.user(
        WORKLOADS,
        "operator",
        vec![("assume-operations", assume(&assumable))],
    )?;
    b.keys_profile("operator", &user);
    let keys = b.shelf(BUCKET)?;
    let mut story = made.story("S9", "How long", &placed, &user, keys);
    story.also = vec!["operations-1h".to_owned(), "operations-4h".to_owned()];
    for (what, profile, name, hours) in [
        ("more than the role's hour", "operations-1h", "OneHour", 2),
        ("more than the role's four hours", "operations-4h", "FourHours", 8),
        ("more than any role may have", "operations-12h", "TwelveHours", 13),
    ] {
        let arn = super::build::role_arn(OPERATIONS, name);
        let refused = Wrong::other(what, profile, &arn, BUCKET, "AssumeRole", "ValidationError");
        story.wrong.push(refused.with_duration(hours * HOUR));
    }
    Ok(story)
}
