//! S15: two people of one account read another account's buckets: directly, each of them named in each bucket's
//! policy; or by one role with sessions of eight hours.

use serde_json::{Value, json};

use super::build::{Builder, HOME_REGION, MadeUser, WorldError, read_bucket};
use super::placements::{Placed, assume};
use super::story::{Story, Wrong};

const STUDIO: &str = "567812345678";
const LIBRARY: &str = "876543218765";
const BUCKET: &str = "library-masters";
/// Each names both people in its policy.
const DIRECT: [&str; 2] = ["library-direct-masters", "library-direct-proofs"];
const HOUR: i64 = 3600;

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(STUDIO, "Studio")?;
    b.account(LIBRARY, "Library")?;
    let eight_hours = ("duration_seconds", (8 * HOUR).to_string());
    let placed = Placed {
        from: STUDIO,
        to: LIBRARY,
        role: "LibraryReader",
        profile: "library",
        source: "studio-user-a",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: vec![eight_hours.clone()],
        permissions: None,
        max_session_seconds: 8 * HOUR,
    };
    let made = placed.make(b)?;
    let may_assume = assume(&made.assumable);
    let a = person(b, "studio-user-a", &may_assume)?;
    let other = person(b, "studio-user-b", &may_assume)?;
    b.role_profile("library-b", &made.role_arn, "studio-user-b", vec![eight_hours]);
    for bucket in DIRECT {
        b.bucket(
            bucket,
            HOME_REGION,
            LIBRARY,
            Some(named(bucket, [&a.arn, &other.arn])),
        )?;
        b.text(bucket, "masters/one.txt", "Read without a role.\n")?;
    }
    let keys = b.shelf(BUCKET)?;
    let mut story = made.story("S15", "Direct access or assume role", &placed, &a, keys);
    story.also = vec!["library-b".to_owned()];
    let role = story.role_arn.clone();
    let longer = Wrong::other(
        "longer than the role's eight hours",
        "library",
        &role,
        BUCKET,
        "AssumeRole",
        "ValidationError",
    );
    story.wrong.push(longer.with_duration(9 * HOUR));
    // A role has its own permissions only: what its people may read directly, it may not.
    story.wrong.push(Wrong::other(
        "the bucket's policy names the people, not the role",
        "library",
        &role,
        DIRECT[0],
        "ListObjectsV2",
        "AccessDenied",
    ));
    Ok(story)
}

/// Across accounts the person's own policy must allow as well as the bucket's.
fn person(b: &mut Builder, name: &str, may_assume: &Value) -> Result<MadeUser, WorldError> {
    let policies = vec![
        ("assume-library-reader", may_assume.clone()),
        ("read-direct-masters", read_bucket(DIRECT[0])),
        ("read-direct-proofs", read_bucket(DIRECT[1])),
    ];
    let user = b.user(STUDIO, name, policies)?;
    b.keys_profile(name, &user);
    Ok(user)
}

fn named(bucket: &str, people: [&String; 2]) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": people },
            "Action": ["s3:ListBucket", "s3:GetObject"],
            "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
        }],
    })
}
