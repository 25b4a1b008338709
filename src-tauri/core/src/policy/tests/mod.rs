#![allow(clippy::unwrap_used, clippy::panic)]

mod arns;
mod claims;
mod composing;
mod conditions;
mod decisions;
mod documented;
mod documents;
mod explaining;
mod linting;
mod organizations;
mod pasted;
mod patterns;
mod principals;
mod printing;
mod properties;
mod refusing;
mod sessions;

use serde_json::{Value, json};

use super::*;

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";

fn user() -> Caller {
    Caller::User {
        account: OWN.parse().unwrap(),
        arn: format!("arn:aws:iam::{OWN}:user/ops/operator"),
    }
}

fn role_session() -> Caller {
    Caller::RoleSession {
        account: OWN.parse().unwrap(),
        role_arn: format!("arn:aws:iam::{OWN}:role/team/Reader"),
        session_arn: format!("arn:aws:sts::{OWN}:assumed-role/Reader/one"),
    }
}

fn policy(kind: Kind, document: &Value) -> Policy {
    Policy::parse(kind, &document.to_string()).unwrap_or_else(|e| panic!("{e}: {document}"))
}

fn document(statement: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statement })
}

fn request(caller: Caller, action: &str, resource: &str) -> Request {
    Request {
        caller,
        action: action.to_owned(),
        resource: resource.to_owned(),
        resource_account: Some(OWN.parse().unwrap()),
        context: Context::new(),
    }
}

/// Whether an identity policy of one Allow with this condition lets a request with these keys through.
fn holds(condition: Value, keys: &[(&str, &[&str])]) -> bool {
    condition_outcome("Allow", condition, keys) == Outcome::Allows
}

fn condition_outcome(effect: &str, condition: Value, keys: &[(&str, &[&str])]) -> Outcome {
    let statement = json!({ "Effect": effect, "Action": "*", "Resource": "*", "Condition": condition });
    let mut request = request(user(), "s3:GetObject", "arn:aws:s3:::b/k");
    for (key, values) in keys {
        request
            .context
            .set_all(key, values.iter().map(|v| (*v).to_owned()));
    }
    evaluate(&policy(Kind::Identity, &document(statement)), "p", &request).outcome
}
