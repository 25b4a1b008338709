//! X4, beside S13: somebody in Stuzio's account who may revoke its roles' sessions, and sign guests in to the console.

use serde_json::json;

use super::build::{Builder, WorldError};
use super::s13_stuzio_and_acme::STUZIO;

pub(super) fn build(b: &mut Builder) -> Result<(), WorldError> {
    let revoke = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": ["iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy"],
            "Resource": format!("arn:aws:iam::{STUZIO}:role/*"),
        }],
    });
    let guests = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:GetFederationToken",
                "Resource": format!("arn:aws:sts::{STUZIO}:federated-user/*"),
            },
            { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" },
        ],
    });
    let policies = vec![("revoke-sessions", revoke), ("sign-guests-in", guests)];
    let user = b.user(STUZIO, "custodian", policies)?;
    b.keys_profile("custodian", &user);
    Ok(())
}
