//! One user's keys at AWS, which can be told to fail or to fall silent at any call.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use hatrack_core::access_key::{AccessKeys, KeyStatus, ListedKey};
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts::{
    AssumeRole, AssumeRoleWithSaml, AssumeRoleWithWebIdentity, AwsFailure, CallerIdentity, GetSessionToken,
    Issued, Reach, Refusal, Sts,
};
use jiff::Timestamp;
use tokio::sync::Notify;

pub const USER: &str = "arn:aws:iam::183438944504:user/troy";

#[derive(Debug, Clone)]
pub struct Key {
    pub secret: String,
    pub active: bool,
    pub created_at: Timestamp,
    pub used: bool,
    /// How many requests do not find it yet.
    pub unknown_for: u32,
}

/// Where a call is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Before it has done anything.
    Before(usize),
    /// When it is done and its answer is on the way.
    After(usize),
}

#[derive(Default)]
pub struct State {
    pub keys: BTreeMap<String, Key>,
    pub calls: Vec<&'static str>,
    pub made: usize,
    pub cut: Option<Cut>,
    /// Refused from now on: the operation, and the code.
    pub refused: BTreeMap<&'static str, &'static str>,
    pub new_keys_unknown_for: u32,
    pub arn: Option<String>,
}

#[derive(Default)]
pub struct FakeAws {
    pub state: Mutex<State>,
    pub cut_off: Notify,
}

impl FakeAws {
    pub fn with_key(id: &str, secret: &str) -> Self {
        let aws = Self::default();
        aws.add(id, secret, Timestamp::UNIX_EPOCH);
        aws
    }

    pub fn add(&self, id: &str, secret: &str, created_at: Timestamp) {
        let key = Key {
            secret: secret.to_owned(),
            active: true,
            created_at,
            used: false,
            unknown_for: 0,
        };
        self.state.lock().unwrap().keys.insert(id.to_owned(), key);
    }

    pub fn refuse(&self, operation: &'static str, code: &'static str) {
        self.state.lock().unwrap().refused.insert(operation, code);
    }

    pub fn allow_all(&self) {
        self.state.lock().unwrap().refused.clear();
    }

    /// The IDs of the keys that work.
    pub fn active(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let active = state.keys.iter().filter(|(_, key)| key.active);
        active.map(|(id, _)| id.clone()).collect()
    }

    pub fn takes(&self, id: &str, secret: &str) -> bool {
        let state = self.state.lock().unwrap();
        let key = state.keys.get(id);
        key.is_some_and(|key| key.active && key.secret == secret)
    }

    pub fn calls(&self) -> Vec<&'static str> {
        self.state.lock().unwrap().calls.clone()
    }

    async fn silent_if(&self, cut: impl Fn(usize) -> Cut, at: usize) {
        let is_cut = self.state.lock().unwrap().cut == Some(cut(at));
        if is_cut {
            self.cut_off.notify_one();
            std::future::pending::<()>().await;
        }
    }

    async fn call<T>(
        &self,
        operation: &'static str,
        signer: &Credentials,
        does: impl FnOnce(&mut State) -> Result<T, AwsFailure>,
    ) -> Result<T, AwsFailure> {
        let at = {
            let mut state = self.state.lock().unwrap();
            state.calls.push(operation);
            state.calls.len() - 1
        };
        self.silent_if(Cut::Before, at).await;
        let done = {
            let mut state = self.state.lock().unwrap();
            signed(&mut state, signer).and_then(|()| match state.refused.get(operation) {
                Some(code) => Err(refused(code)),
                None => does(&mut state),
            })
        };
        self.silent_if(Cut::After, at).await;
        done
    }
}

pub fn refused(code: &str) -> AwsFailure {
    AwsFailure::Refused(Refusal {
        code: code.to_owned(),
        message: format!("AWS says {code}"),
        request_id: Some("req-1".to_owned()),
        status: if code == "ServiceFailure" { 500 } else { 403 },
    })
}

fn signed(state: &mut State, signer: &Credentials) -> Result<(), AwsFailure> {
    if signer.is_temporary() {
        return Ok(());
    }
    let key = state.keys.get_mut(&signer.access_key_id);
    let key = key.filter(|key| key.active && key.secret == signer.secret_access_key.expose());
    let key = key.ok_or_else(|| refused("InvalidClientTokenId"))?;
    if key.unknown_for > 0 {
        key.unknown_for -= 1;
        return Err(refused("InvalidClientTokenId"));
    }
    key.used = true;
    Ok(())
}

#[async_trait]
impl AccessKeys for FakeAws {
    async fn list(&self, _: &Reach, signer: &Credentials) -> Result<Vec<ListedKey>, AwsFailure> {
        let listed = |state: &mut State| {
            let key = |(id, key): (&String, &Key)| ListedKey {
                id: id.clone(),
                status: if key.active {
                    KeyStatus::Active
                } else {
                    KeyStatus::Inactive
                },
                created_at: Some(key.created_at),
            };
            Ok(state.keys.iter().map(key).collect())
        };
        self.call("ListAccessKeys", signer, listed).await
    }

    async fn last_used(
        &self,
        _: &Reach,
        signer: &Credentials,
        id: &str,
    ) -> Result<Option<Timestamp>, AwsFailure> {
        let used = |state: &mut State| Ok(state.keys[id].used.then(Timestamp::now));
        self.call("GetAccessKeyLastUsed", signer, used).await
    }

    async fn create(&self, _: &Reach, signer: &Credentials) -> Result<Credentials, AwsFailure> {
        let made = |state: &mut State| {
            if state.keys.len() >= 2 {
                return Err(refused("LimitExceeded"));
            }
            state.made += 1;
            let (id, secret) = (format!("AKIANEW{}", state.made), format!("canary-{}", state.made));
            let key = Key {
                secret: secret.clone(),
                active: true,
                created_at: Timestamp::now(),
                used: false,
                unknown_for: state.new_keys_unknown_for,
            };
            state.keys.insert(id.clone(), key);
            Ok(Credentials {
                access_key_id: id,
                secret_access_key: Secret::new(secret),
                session_token: None,
                expires_at: None,
            })
        };
        self.call("CreateAccessKey", signer, made).await
    }

    async fn set_status(
        &self,
        _: &Reach,
        signer: &Credentials,
        id: &str,
        status: KeyStatus,
    ) -> Result<(), AwsFailure> {
        let set = |state: &mut State| match state.keys.get_mut(id) {
            Some(key) => {
                key.active = status == KeyStatus::Active;
                Ok(())
            }
            None => Err(refused("NoSuchEntity")),
        };
        self.call("UpdateAccessKey", signer, set).await
    }

    async fn delete(&self, _: &Reach, signer: &Credentials, id: &str) -> Result<(), AwsFailure> {
        let delete = |state: &mut State| {
            state.keys.remove(id);
            Ok(())
        };
        self.call("DeleteAccessKey", signer, delete).await
    }
}

#[async_trait]
impl Sts for FakeAws {
    async fn assume_role(&self, _: &Reach, _: &Credentials, _: &AssumeRole) -> Result<Issued, AwsFailure> {
        Err(refused("NotHere"))
    }

    async fn assume_role_with_web_identity(
        &self,
        _: &Reach,
        _: &AssumeRoleWithWebIdentity,
    ) -> Result<Issued, AwsFailure> {
        Err(refused("NotHere"))
    }

    async fn assume_role_with_saml(&self, _: &Reach, _: &AssumeRoleWithSaml) -> Result<Issued, AwsFailure> {
        Err(refused("NotHere"))
    }

    async fn get_session_token(
        &self,
        _: &Reach,
        _: &Credentials,
        _: &GetSessionToken,
    ) -> Result<Issued, AwsFailure> {
        Err(refused("NotHere"))
    }

    async fn get_caller_identity(
        &self,
        _: &Reach,
        signer: &Credentials,
    ) -> Result<CallerIdentity, AwsFailure> {
        let who = |state: &mut State| {
            Ok(CallerIdentity {
                account: "183438944504".parse().unwrap(),
                arn: state.arn.clone().unwrap_or_else(|| USER.to_owned()),
                user_id: "AIDATROY".to_owned(),
            })
        };
        self.call("GetCallerIdentity", signer, who).await
    }
}
