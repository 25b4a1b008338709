//! What tests set in IAM, past all policies.

use hatrack_core::policy::Kind;

use super::Admin;
use crate::world::{Document, NamedPolicy, Role};

impl Admin {
    /// Makes a role with one policy of its own, or another of that ARN. Whether the ARN and both texts can be read.
    pub fn put_role(&self, arn: &str, trust: &str, permissions: &str) -> bool {
        let found = arn
            .split_once("::")
            .and_then(|(_, rest)| rest.split_once(":role/"));
        let (Some((account, path)), Ok(trust), Ok(permissions)) = (
            found,
            Document::read(Kind::Trust, trust),
            Document::read(Kind::Identity, permissions),
        ) else {
            return false;
        };
        let Ok(account) = account.parse() else {
            return false;
        };
        let role = Role {
            account,
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            arn: arn.to_owned(),
            id: self.0.keys().id("AROA"),
            trust,
            policies: vec![NamedPolicy::embedded("permissions", permissions)],
            boundary: None,
            tags: Default::default(),
            max_session_seconds: 3600,
        };
        self.0.change().roles.insert(arn.to_owned(), role);
        true
    }
}
