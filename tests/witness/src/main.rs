//! What the crate `iam-rs` decides in the made-up cases of `core/tests/policy`: the file beside that test, on standard
//! output. `cargo run --manifest-path tests/witness/Cargo.toml -- 10000 > src-tauri/core/tests/policy/iam_rs.txt`

#[path = "../../../src-tauri/core/tests/policy/cases.rs"]
mod cases;

use iam_rs::{Arn, ContextValue, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};

use cases::{Case, USER, case};

/// Allowed, denied, silent; `-` where the crate does not take the policy.
fn theirs(case: &Case) -> Option<char> {
    let policy: IAMPolicy = serde_json::from_value(case.policy.clone()).ok()?;
    let mut context = iam_rs::Context::new();
    for (key, value) in &case.keys {
        let value = match *key {
            "s3:max-keys" => ContextValue::Number(value.parse().ok()?),
            "aws:SecureTransport" => ContextValue::Boolean(value.parse().ok()?),
            _ => ContextValue::String((*value).to_owned()),
        };
        context.insert((*key).to_owned(), value);
    }
    if let Some(tags) = &case.tags {
        let tags = tags.iter().map(|t| (*t).to_owned()).collect();
        context.insert("aws:TagKeys".to_owned(), ContextValue::StringList(tags));
    }
    let principal = Principal::Aws(PrincipalId::String(USER.to_owned()));
    let resource = Arn::parse(case.resource).ok()?;
    let request = IAMRequest::new_with_context(principal, case.action, resource, context);
    let told = PolicyEvaluator::with_policies(vec![policy])
        .evaluate(&request)
        .ok()?;
    Some(match told.decision {
        Decision::Allow => 'A',
        Decision::Deny => 'D',
        Decision::NotApplicable => 'S',
    })
}

fn main() {
    let count = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(10_000);
    let letters: Vec<char> = (0..count)
        .map(|number| theirs(&case(number)).unwrap_or('-'))
        .collect();
    for line in letters.chunks(100) {
        println!("{}", line.iter().collect::<String>());
    }
}
