//! What an agent has from outside, as the tests hold it: STS, a clock, a keyring.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hatrack_core::arn::RoleArn;
use hatrack_core::expiry::{BootTime, Clock, Moment};
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts::{
    AssumeRole, AssumeRoleWithSaml, AssumeRoleWithWebIdentity, AwsFailure, CallerIdentity, GetSessionToken,
    Issued, Reach, Refusal, Sts,
};
use hatrack_store::vault::{Keyring, KeyringTrouble};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// STS that answers when it is let.
pub struct GatedSts {
    pub signers: Mutex<Vec<String>>,
    pub answers: Mutex<VecDeque<Result<(), AwsFailure>>>,
    pub gate: Semaphore,
    /// What to name as the end, instead of the one asked for.
    pub ends: Mutex<Option<Timestamp>>,
    /// The exchanges of tokens that were asked for.
    pub exchanges: Mutex<Vec<AssumeRoleWithWebIdentity>>,
    /// The exchanges of assertions that were asked for.
    pub federated: Mutex<Vec<AssumeRoleWithSaml>>,
    /// Through what AssumeRole was called.
    pub reaches: Mutex<Vec<Reach>>,
    /// Who signs, as GetCallerIdentity answers.
    pub who: Mutex<Result<CallerIdentity, AwsFailure>>,
    clock: Arc<HandClock>,
}

impl GatedSts {
    pub fn new(clock: Arc<HandClock>) -> Self {
        Self {
            signers: Mutex::default(),
            answers: Mutex::default(),
            gate: Semaphore::new(1),
            ends: Mutex::default(),
            exchanges: Mutex::default(),
            federated: Mutex::default(),
            reaches: Mutex::default(),
            who: Mutex::new(Ok(identity("arn:aws:iam::183438944504:user/troy"))),
            clock,
        }
    }

    async fn issue(&self, signer: &str, seconds: u32, role: Option<&RoleArn>) -> Result<Issued, AwsFailure> {
        let number = {
            let mut signers = self.signers.lock().unwrap();
            signers.push(signer.to_owned());
            signers.len()
        };
        self.gate.acquire().await.unwrap().forget();
        self.gate.add_permits(1);
        self.answers.lock().unwrap().pop_front().unwrap_or(Ok(()))?;
        let date = self.clock.aws();
        let asked = date + SignedDuration::from_secs(seconds.into());
        let expiration = self.ends.lock().unwrap().unwrap_or(asked);
        Ok(Issued {
            credentials: Credentials {
                access_key_id: format!("ASIA{number}"),
                secret_access_key: Secret::new(format!("canary-issued-{number}")),
                session_token: Some(Secret::new("canary-session-token")),
                expires_at: Some(expiration),
            },
            expiration,
            aws_date: Some(date),
            assumed_role_arn: role.map(|role| format!("arn:aws:sts::1:assumed-role/{}", role.role_name())),
            assumed_role_id: None,
            request_id: Some(format!("request-{number}")),
            took: Duration::from_millis(80),
        })
    }

    pub fn calls(&self) -> usize {
        self.signers.lock().unwrap().len()
    }

    pub fn refuse(&self, code: &str, message: &str) {
        self.answers
            .lock()
            .unwrap()
            .push_back(Err(AwsFailure::Refused(Refusal {
                code: code.into(),
                message: message.into(),
                request_id: Some("refused-1".into()),
                status: 403,
            })));
    }

    pub fn close_gate(&self) {
        self.gate.forget_permits(1);
    }

    pub fn open_gate(&self) {
        self.gate.add_permits(1);
    }
}

#[async_trait]
impl Sts for GatedSts {
    async fn assume_role(
        &self,
        reach: &Reach,
        signer: &Credentials,
        call: &AssumeRole,
    ) -> Result<Issued, AwsFailure> {
        self.reaches.lock().unwrap().push(reach.clone());
        self.issue(&signer.access_key_id, call.duration.seconds(), Some(&call.role))
            .await
    }

    async fn assume_role_with_web_identity(
        &self,
        _: &Reach,
        call: &AssumeRoleWithWebIdentity,
    ) -> Result<Issued, AwsFailure> {
        self.exchanges.lock().unwrap().push(call.clone());
        self.issue("nobody", call.duration.seconds(), Some(&call.role))
            .await
    }

    async fn assume_role_with_saml(
        &self,
        _: &Reach,
        call: &AssumeRoleWithSaml,
    ) -> Result<Issued, AwsFailure> {
        self.federated.lock().unwrap().push(call.clone());
        self.issue("nobody", call.duration.seconds(), Some(&call.role))
            .await
    }

    async fn get_session_token(
        &self,
        _: &Reach,
        signer: &Credentials,
        call: &GetSessionToken,
    ) -> Result<Issued, AwsFailure> {
        self.issue(&signer.access_key_id, call.duration.seconds(), None)
            .await
    }

    async fn get_caller_identity(&self, _: &Reach, _: &Credentials) -> Result<CallerIdentity, AwsFailure> {
        self.who.lock().unwrap().clone()
    }
}

/// Who has this ARN.
pub fn identity(arn: &str) -> CallerIdentity {
    CallerIdentity {
        account: arn.split(':').nth(4).unwrap().parse().unwrap(),
        arn: arn.into(),
        user_id: "AIDATROY".into(),
    }
}

pub struct HandClock {
    now: Mutex<Moment>,
    boot_id: Mutex<String>,
}

impl HandClock {
    pub fn new() -> Self {
        Self {
            now: Mutex::new(Moment {
                wall: epoch(),
                boot: BootTime(Duration::from_secs(10_000)),
            }),
            boot_id: Mutex::new("boot-1".into()),
        }
    }

    /// AWS's own time: moves with the boot clock, whatever the wall clock says.
    fn aws(&self) -> Timestamp {
        epoch() + (self.now.lock().unwrap().boot.0 - Duration::from_secs(10_000))
    }

    pub fn pass(&self, time: Duration) {
        let mut now = self.now.lock().unwrap();
        now.boot.0 += time;
        now.wall += time;
    }

    pub fn step_wall(&self, by: SignedDuration) {
        self.now.lock().unwrap().wall += by;
    }

    /// The computer is off for `time` and starts again.
    pub fn reboot(&self, time: Duration) {
        let mut now = self.now.lock().unwrap();
        now.boot.0 = Duration::from_secs(30);
        now.wall += time;
        *self.boot_id.lock().unwrap() = "boot-2".into();
    }
}

impl Clock for HandClock {
    fn now(&self) -> Moment {
        *self.now.lock().unwrap()
    }

    fn boot_id(&self) -> String {
        self.boot_id.lock().unwrap().clone()
    }
}

/// A keyring in memory; `None` where the system has none.
#[derive(Default)]
pub struct TestKeyring(pub Option<Mutex<Option<Vec<u8>>>>);

impl TestKeyring {
    fn entry(&self) -> Result<std::sync::MutexGuard<'_, Option<Vec<u8>>>, KeyringTrouble> {
        let entry = self.0.as_ref();
        entry
            .map(|held| held.lock().unwrap())
            .ok_or_else(|| KeyringTrouble::Missing("none in this test".into()))
    }
}

impl Keyring for TestKeyring {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringTrouble> {
        Ok(self.entry()?.clone().map(Zeroizing::new))
    }

    fn write(&self, bytes: &[u8]) -> Result<(), KeyringTrouble> {
        *self.entry()? = Some(bytes.to_vec());
        Ok(())
    }

    fn erase(&self) -> Result<(), KeyringTrouble> {
        *self.entry()? = None;
        Ok(())
    }
}

pub fn epoch() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}
