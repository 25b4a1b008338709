//! What tests set in IAM, past all policies.

use hatrack_core::account::AccountId;
use hatrack_core::policy::Kind;
use hatrack_core::secret::Secret;

use super::Admin;
use crate::sts;
use crate::world::{AccessKey, Document, NamedPolicy, Role, User};

impl Admin {
    /// The access key of an administrator of an account, who is made where there is none yet: its ID and its secret.
    /// `None` where the account's ID is none.
    pub fn administrator(&self, account: &str) -> Option<(String, String)> {
        let id: AccountId = account.parse().ok()?;
        let arn = format!("arn:aws:iam::{id}:user/account-administrator");
        let everything =
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        let document = Document::read(Kind::Identity, everything).ok()?;
        let (user_id, key_id, secret) = {
            let mut keys = self.0.keys();
            (keys.id("AIDA"), keys.id("AKIA"), keys.secret())
        };
        let mut world = self.0.change();
        if let Some((key_id, key)) = world.access_keys.iter().find(|(_, key)| key.user_arn == arn) {
            return Some((key_id.clone(), key.secret.expose().to_owned()));
        }
        let user = User {
            account: id,
            name: "account-administrator".to_owned(),
            arn: arn.clone(),
            id: user_id,
            policies: vec![NamedPolicy::embedded("AdministratorAccess", document)],
            groups: Vec::new(),
            boundary: None,
            mfa: Vec::new(),
            tags: Default::default(),
        };
        world.users.insert(arn.clone(), user);
        let key = AccessKey {
            secret: Secret::new(secret.clone()),
            user_arn: arn,
            created_at: None,
            active: true,
            last_used: None,
            unknown_for: 0,
        };
        world.access_keys.insert(key_id.clone(), key);
        Some((key_id, secret))
    }

    /// A message that says this, as a service adds it to a refusal for who may decode it.
    pub fn authorization_message(&self, decoded: &str) -> String {
        sts::encode(decoded)
    }

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
