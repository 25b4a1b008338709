//! How large a request may be.

use serde_json::Value;
use tauri::Runtime;
use tauri::ipc::{Invoke, InvokeBody};

use super::CommandError;

/// Larger than any honest request (the longest text is a pasted policy or ARN), and no burden.
const LARGEST: usize = 256 * 1024;

/// Wraps a handler: a request over the limit is refused and not looked at further.
pub fn refuse_oversized<R: Runtime>(
    handler: impl Fn(Invoke<R>) -> bool + Send + Sync + 'static,
) -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    move |invoke| {
        let fits = match invoke.message.payload() {
            InvokeBody::Json(value) => budget_after(value, LARGEST).is_some(),
            InvokeBody::Raw(bytes) => bytes.len() <= LARGEST,
        };
        if fits {
            return handler(invoke);
        }
        invoke.resolver.reject(CommandError {
            message: "The request is too large. Shorten what was pasted.".into(),
            code: Some("too_large".into()),
        });
        true
    }
}

/// What is left of `budget` bytes after `value`; `None` once it is spent.
fn budget_after(value: &Value, budget: usize) -> Option<usize> {
    let budget = budget.checked_sub(8)?;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(budget),
        Value::String(text) => budget.checked_sub(text.len()),
        Value::Array(items) => items
            .iter()
            .try_fold(budget, |left, item| budget_after(item, left)),
        Value::Object(fields) => fields.iter().try_fold(budget, |left, (name, item)| {
            budget_after(item, left.checked_sub(name.len())?)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn d50_what_is_over_the_limit_is_refused_wherever_it_hides() {
        let text = "x".repeat(LARGEST);
        assert_eq!(
            budget_after(&json!({ "request": { "text": text } }), LARGEST),
            None
        );
        assert_eq!(budget_after(&json!({ text.clone(): 1 }), LARGEST), None);
        assert_eq!(budget_after(&json!([vec![0; LARGEST]]), LARGEST), None);
        assert!(
            budget_after(
                &json!({ "request": { "text": "x".repeat(LARGEST / 2) } }),
                LARGEST
            )
            .is_some()
        );
    }
}
