//! X3: session tags and source identity. What a session may read follows from its tag; the tag passes on to a second
//! role where it is transitive.

use serde_json::{Value, json};

use super::build::{Builder, DATA, HOME_REGION, RoleSpec, WORKLOADS, WorldError, allow};
use super::placements::Placed;
use super::story::Story;

const BUCKET: &str = "tagged-projects";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    let by_tag = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": format!("arn:aws:s3:::{BUCKET}*") },
            {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": [
                    format!("arn:aws:s3:::{BUCKET}/README.txt"),
                    format!("arn:aws:s3:::{BUCKET}/${{aws:PrincipalTag/project}}/*"),
                ],
            },
        ],
    });
    let placed = Placed {
        from: WORKLOADS,
        to: DATA,
        role: "ProjectReader",
        profile: "project-reader",
        source: "project-member",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: Some(by_tag.clone()),
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let actions = json!(["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]);
    let tagged = |trusted: &str| -> Value {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:aws:iam::{trusted}:root") },
                "Action": actions,
            }],
        })
    };
    let second = "arn:aws:iam::444455556666:role/TaggedSecond";
    let mut role = |name: &str, trusted: &str| {
        b.role(RoleSpec {
            account: DATA,
            name,
            trust: tagged(trusted),
            policies: vec![
                ("by-tag", by_tag.clone()),
                ("go-on", allow(actions.clone(), json!(second))),
            ],
            max_session_seconds: 3600,
        })
    };
    let first_arn = role("TaggedFirst", WORKLOADS)?;
    let second_arn = role("TaggedSecond", DATA)?;
    let mut assumable = made.assumable.clone();
    assumable.push(first_arn.clone());
    let user = b.user(
        WORKLOADS,
        "project-member",
        vec![("assume", allow(actions, json!(assumable)))],
    )?;
    b.keys_profile("project-member", &user);
    b.role_profile("tagged-first", &first_arn, "project-member", Vec::new());
    b.role_profile("tagged-second", &second_arn, "tagged-first", Vec::new());
    b.text(
        BUCKET,
        "README.txt",
        "Each project has a prefix, read by sessions tagged with its name.\n",
    )?;
    b.text(BUCKET, "apollo/plan.txt", "For sessions tagged project=apollo.\n")?;
    b.text(BUCKET, "gemini/plan.txt", "For sessions tagged project=gemini.\n")?;
    let keys = vec!["README.txt".to_owned()];
    let mut story = made.story("X3", "Session tags and source identity", &placed, &user, keys);
    story.also = vec!["tagged-first".to_owned(), "tagged-second".to_owned()];
    Ok(story)
}
