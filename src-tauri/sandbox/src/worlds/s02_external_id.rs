//! S2: a third party that must show the external ID it was given.

use serde_json::json;

use super::build::{Builder, WORKLOADS, WorldError};
use super::placements::{Placed, assume};
use super::story::{Story, Wrong};

const CUSTOMER: &str = "123456789012";
const BUCKET: &str = "customer-reports";
const EXTERNAL_ID: &str = "Workloads:7f3c-2026";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    b.account(CUSTOMER, "Customer")?;
    let placed = Placed {
        from: WORKLOADS,
        to: CUSTOMER,
        role: "ThirdPartyReader",
        profile: "customer-reader",
        source: "third-party",
        bucket: BUCKET,
        region: "eu-west-1",
        condition: Some(json!({ "StringEquals": { "sts:ExternalId": EXTERNAL_ID } })),
        settings: vec![("external_id", EXTERNAL_ID.to_owned())],
        permissions: None,
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let user = b.user(
        WORKLOADS,
        "third-party",
        vec![("assume-customer-roles", assume(&made.assumable))],
    )?;
    b.keys_profile("third-party", &user);
    let keys = b.shelf(BUCKET)?;
    let mut story = made.story("S2", "Third party with external ID", &placed, &user, keys);
    story.external_id = Some(EXTERNAL_ID.to_owned());

    let role = story.role_arn.clone();
    let wrong_id = "Workloads:0000-2025";
    let set = |id: &str| vec![("external_id", id.to_owned())];
    b.role_profile(
        "customer-reader-without-external-id",
        &role,
        "third-party",
        Vec::new(),
    );
    b.role_profile(
        "customer-reader-with-wrong-external-id",
        &role,
        "third-party",
        set(wrong_id),
    );
    let refused = |what, profile| Wrong::other(what, profile, &role, BUCKET, "AssumeRole", "AccessDenied");
    story.wrong.push(refused(
        "no external ID is sent",
        "customer-reader-without-external-id",
    ));
    let wrong = refused(
        "another external ID is sent",
        "customer-reader-with-wrong-external-id",
    );
    story.wrong.push(wrong.with_external_id(wrong_id));
    Ok(story)
}
