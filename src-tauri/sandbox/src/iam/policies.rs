//! Managed policies. Each has one version, `v1`.

use super::{About, CREATED, Call, encoded};
use crate::query::{Refusal, element};
use crate::world::Document;

const ONLY_VERSION: &str = "v1";

pub(super) fn get(call: &Call<'_>) -> Result<String, Refusal> {
    let (arn, _) = allowed(call, "GetPolicy")?;
    let inside = [
        element("PolicyName", arn.rsplit('/').next().unwrap_or(arn)),
        element("Arn", arn),
        element("Path", "/"),
        element("DefaultVersionId", ONLY_VERSION),
        element("IsAttachable", "true"),
        element("CreateDate", CREATED),
        element("UpdateDate", CREATED),
    ]
    .concat();
    Ok(format!("<Policy>{inside}</Policy>"))
}

pub(super) fn version(call: &Call<'_>) -> Result<String, Refusal> {
    let (arn, document) = allowed(call, "GetPolicyVersion")?;
    let version = call.required("VersionId")?;
    if version != ONLY_VERSION {
        return Err(Refusal::no_such_entity(format!(
            "Policy {arn} version {version} does not exist or is not attachable."
        )));
    }
    let inside = [
        element("Document", &encoded(&document.text)),
        element("VersionId", version),
        element("IsDefaultVersion", "true"),
        element("CreateDate", CREATED),
    ]
    .concat();
    Ok(format!("<PolicyVersion>{inside}</PolicyVersion>"))
}

/// AWS's own policies are everybody's to read; others are their account's.
fn allowed<'a>(call: &'a Call<'_>, action: &str) -> Result<(&'a str, &'a Document), Refusal> {
    let arn = call.required("PolicyArn")?;
    call.authorize(
        action,
        &About {
            arn,
            shown: &format!("policy {arn}"),
        },
    )?;
    let own = format!("arn:aws:iam::{}:", call.account());
    let found = call.world.managed.get(arn);
    let found = found.filter(|_| arn.starts_with("arn:aws:iam::aws:") || arn.starts_with(&own));
    found
        .map(|document| (arn, document))
        .ok_or_else(|| Refusal::no_such_entity(format!("Policy {arn} was not found.")))
}
