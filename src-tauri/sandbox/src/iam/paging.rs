//! IAM's lists: `MaxItems`, `Marker`, `IsTruncated`.

use crate::query::{Parameters, Refusal, element};

/// API Reference: 100 where nothing is said, 1,000 at most.
const USUAL: usize = 100;
const MOST: usize = 1000;

/// One page of `members` as the list `name`. The marker is the place where the next page starts.
pub(super) fn page(parameters: &Parameters, name: &str, members: &[String]) -> Result<String, Refusal> {
    let most = match parameters.get("MaxItems") {
        None => USUAL,
        Some(text) => text
            .parse()
            .ok()
            .filter(|n| (1..=MOST).contains(n))
            .ok_or_else(|| {
                let rule = "Member must have value less than or equal to 1000";
                Refusal::constraint(text, "maxItems", rule)
            })?,
    };
    let from = match parameters.get("Marker") {
        None => 0,
        Some(text) => text
            .strip_prefix(MARK)
            .and_then(|n| n.parse().ok())
            .filter(|at| *at < members.len())
            .ok_or_else(|| Refusal::validation("Invalid Marker"))?,
    };
    let until = (from + most).min(members.len());
    let mut out = format!("<{name}>{}</{name}>", members[from..until].concat());
    out.push_str(&element(
        "IsTruncated",
        if until < members.len() { "true" } else { "false" },
    ));
    if until < members.len() {
        out.push_str(&element("Marker", &format!("{MARK}{until}")));
    }
    Ok(out)
}

/// What a marker starts with: clients must not read a number in it.
const MARK: &str = "sandbox-";
