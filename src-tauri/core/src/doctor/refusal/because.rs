//! "because no … policy allows", "with an explicit deny in …": what AWS says decided.
//!
//! Source: IAM User Guide, "Troubleshoot access denied error messages".

use super::{Because, PolicySort};

/// The words of a sort of policy, small letters, longer ones before what they begin with.
const SORTS: &[(&str, PolicySort)] = &[
    ("service control polic", PolicySort::ServiceControl),
    ("resource control polic", PolicySort::ResourceControl),
    ("vpc endpoint polic", PolicySort::Endpoint),
    ("vpce polic", PolicySort::Endpoint),
    ("endpoint polic", PolicySort::Endpoint),
    ("permissions boundar", PolicySort::Boundary),
    ("permission boundar", PolicySort::Boundary),
    ("session polic", PolicySort::Session),
    ("role trust polic", PolicySort::Trust),
    ("trust polic", PolicySort::Trust),
    ("assume role polic", PolicySort::Trust),
    ("resource-based polic", PolicySort::Resource),
    ("identity-based polic", PolicySort::Identity),
    ("bucket polic", PolicySort::Resource),
    ("key polic", PolicySort::Resource),
];

/// What a message says decided, if it says so.
pub(super) fn read(text: &str) -> Option<Because> {
    let text = collapsed(text);
    let lower = text.to_ascii_lowercase();
    if lower.contains("does not exist in this region, no resource-based policies allow access") {
        return Some(Because::KeyHidden);
    }
    if let Some(at) = lower.find("with an explicit deny") {
        let rest = &lower[at + "with an explicit deny".len()..];
        let rest = rest.trim_start().strip_prefix("in").map_or("", str::trim_start);
        let head: String = rest.chars().take(60).collect();
        let first = SORTS
            .iter()
            .filter_map(|(words, sort)| Some((head.find(words)?, *sort)));
        return Some(Because::ExplicitDeny(
            first.min_by_key(|(at, _)| *at).map(|(_, sort)| sort),
            policy_arn(&text[at..]),
        ));
    }
    let at = lower.find("because no ")?;
    let rest = &lower[at + "because no ".len()..];
    let sort = SORTS
        .iter()
        .find(|(words, _)| rest.starts_with(words))
        .map(|(_, sort)| *sort)?;
    rest.chars()
        .take(80)
        .collect::<String>()
        .contains("allow")
        .then_some(Because::NoneAllows(sort))
}

/// AWS gives the ARN of a denying policy after a colon, where the caller may know it.
fn policy_arn(text: &str) -> Option<String> {
    let words = text.split_whitespace().take(14);
    words
        .map(|w| w.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .find(|w| w.starts_with("arn:") && w.contains("policy/"))
        .map(str::to_owned)
}

/// Logs and terminals break lines inside a sentence.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
