//! A small world: one user's keys, a fake STS that writes down what it receives, and a clock that is set by hand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hatrack_core::broker::{
    Broker, CodeSource, Given, IdentityAsk, IdentityFailure, IdentitySource, Landed, NotPlanned, Order,
    Outcome, Plan, Random, SpentCodes, next_code_in, plan,
};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::catalog::Catalog;
use hatrack_core::expiry::{BootTime, Clock, Moment};
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::session::{CodeUse, Session, SwitchOptions};
use hatrack_core::shared_config::{FileKind, SharedConfig, SourceFile};
use hatrack_core::sts::{
    AssumeRole, AssumeRoleWithSaml, AssumeRoleWithWebIdentity, AwsFailure, CallerIdentity, GetSessionToken,
    Issued, Reach, Refusal, Sts,
};
use hatrack_core::sts_limits::{MfaSerial, TokenCode};
use jiff::{SignedDuration, Timestamp};

pub const CONFIG: &str = "
[profile troy]
aws_access_key_id = AKIATROY
aws_secret_access_key = secret

[profile temporary]
aws_access_key_id = ASIATEMP
aws_secret_access_key = secret
aws_session_token = token

[profile with-device]
aws_access_key_id = AKIADEVICE
aws_secret_access_key = secret
mfa_serial = arn:aws:iam::183438944504:mfa/troy

[profile stuzio]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = troy
external_id = stuzio-acme
duration_seconds = 28800
region = eu-west-1

[profile guarded]
role_arn = arn:aws:iam::081278057606:role/Guarded
source_profile = troy
mfa_serial = arn:aws:iam::183438944504:mfa/troy

[profile guarded-too]
role_arn = arn:aws:iam::081278057606:role/GuardedToo
source_profile = troy
mfa_serial = arn:aws:iam::183438944504:mfa/troy

[profile guarded-for-long]
role_arn = arn:aws:iam::081278057606:role/Guarded
source_profile = troy
mfa_serial = arn:aws:iam::183438944504:mfa/troy
duration_seconds = 28800

[profile troy-with-device]
aws_access_key_id = AKIATROY
aws_secret_access_key = secret
mfa_serial = arn:aws:iam::183438944504:mfa/troy

[profile chained]
role_arn = arn:aws:iam::444455556666:role/Far
source_profile = stuzio
external_id = far
duration_seconds = 28800
role_session_name = named-in-profile

[profile far-guarded]
role_arn = arn:aws:iam::444455556666:role/Far
source_profile = guarded

[profile deep]
role_arn = arn:aws:iam::555566667777:role/Deep
source_profile = far-guarded

[profile stuzio-without]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = troy

[profile stuzio-twin]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = troy
external_id = stuzio-acme
role_session_name = twin

[profile china]
aws_access_key_id = AKIACHINA
aws_secret_access_key = secret
mfa_serial = arn:aws-cn:iam::183438944504:mfa/troy

[profile sovereign]
login_session = arn:aws-eusc:iam::183438944504:user/troy

[profile from-temporary]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = temporary
mfa_serial = arn:aws:iam::183438944504:mfa/troy
duration_seconds = 28800

[profile from-environment]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
credential_source = Environment

[profile from-command]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = command

[profile from-command-for-long]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = command
duration_seconds = 28800

[profile from-command-guarded]
role_arn = arn:aws:iam::081278057606:role/Guarded
source_profile = command
mfa_serial = arn:aws:iam::183438944504:mfa/troy

[profile command]
credential_process = /usr/bin/vend

[profile same-command]
credential_process = /usr/bin/vend

[profile other-command]
credential_process = /usr/bin/vend --other

[profile federated]
role_arn = arn:aws:iam::081278057606:role/Federated
web_identity_token_file = token

[profile federated-named]
role_arn = arn:aws:iam::081278057606:role/Federated
web_identity_token_file = token
role_session_name = pipeline
";

/// What STS received.
#[derive(Debug, Clone)]
pub enum Call {
    Assume(Box<AssumeRole>, String),
    Token(GetSessionToken, String),
}

impl Call {
    pub fn assume(&self) -> &AssumeRole {
        match self {
            Self::Assume(call, _) => call,
            Self::Token(..) => panic!("a GetSessionToken"),
        }
    }

    pub fn signer(&self) -> &str {
        match self {
            Self::Assume(_, signer) | Self::Token(_, signer) => signer,
        }
    }
}

#[derive(Default)]
pub struct FakeSts {
    pub calls: Mutex<Vec<Call>>,
    /// What to answer next, oldest first; nothing left means yes.
    pub answers: Mutex<VecDeque<Result<(), AwsFailure>>>,
    /// Instead of the duration asked for.
    pub expires_in: Mutex<Option<i64>>,
}

impl FakeSts {
    fn issue(&self, seconds: u32, role: Option<&AssumeRole>) -> Result<Issued, AwsFailure> {
        self.answers.lock().unwrap().pop_front().unwrap_or(Ok(()))?;
        let number = self.calls.lock().unwrap().len();
        let date = start().wall;
        let life = self.expires_in.lock().unwrap().unwrap_or(seconds.into());
        let expiration = date + SignedDuration::from_secs(life);
        Ok(Issued {
            credentials: Credentials {
                access_key_id: format!("ASIA{number}"),
                secret_access_key: Secret::new("issued"),
                session_token: Some(Secret::new("token")),
                expires_at: Some(expiration),
            },
            expiration,
            aws_date: Some(date),
            assumed_role_arn: role.map(|call| {
                format!(
                    "arn:aws:sts::{}:assumed-role/{}/{}",
                    call.role.account(),
                    call.role.role_name(),
                    call.session_name
                )
            }),
            assumed_role_id: None,
            request_id: Some(format!("request-{number}")),
            took: Duration::from_millis(80),
        })
    }
}

#[async_trait]
impl Sts for FakeSts {
    async fn assume_role(
        &self,
        _: &Reach,
        signer: &Credentials,
        call: &AssumeRole,
    ) -> Result<Issued, AwsFailure> {
        let written = Call::Assume(Box::new(call.clone()), signer.access_key_id.clone());
        self.calls.lock().unwrap().push(written);
        self.issue(call.duration.seconds(), Some(call))
    }

    async fn assume_role_with_web_identity(
        &self,
        _: &Reach,
        _: &AssumeRoleWithWebIdentity,
    ) -> Result<Issued, AwsFailure> {
        Err(AwsFailure::Unusable("not asked in these tests".into()))
    }

    async fn assume_role_with_saml(&self, _: &Reach, _: &AssumeRoleWithSaml) -> Result<Issued, AwsFailure> {
        Err(AwsFailure::Unusable("not asked in these tests".into()))
    }

    async fn get_session_token(
        &self,
        _: &Reach,
        signer: &Credentials,
        call: &GetSessionToken,
    ) -> Result<Issued, AwsFailure> {
        let written = Call::Token(call.clone(), signer.access_key_id.clone());
        self.calls.lock().unwrap().push(written);
        self.issue(call.duration.seconds(), None)
    }

    async fn get_caller_identity(&self, _: &Reach, _: &Credentials) -> Result<CallerIdentity, AwsFailure> {
        Err(AwsFailure::Unusable("not asked in these tests".into()))
    }
}

/// Keys out of [`CONFIG`], by name.
pub struct FakeIdentities;

#[async_trait]
impl IdentitySource for FakeIdentities {
    async fn credentials(&self, ask: IdentityAsk<'_>) -> Result<Given, IdentityFailure> {
        let IdentityAsk { route, caller, .. } = ask;
        let config = shared();
        let keys = config
            .profile(&route.identity_profile)
            .and_then(|profile| profile.keys());
        let environment = || {
            Some(Credentials {
                access_key_id: caller.var("AWS_ACCESS_KEY_ID")?.to_owned(),
                secret_access_key: Secret::new("environment"),
                session_token: caller.var("AWS_SESSION_TOKEN").map(Secret::new),
                expires_at: None,
            })
        };
        keys.or_else(environment)
            .map(Given::from)
            .ok_or_else(|| IdentityFailure::Missing("no keys".into()))
    }
}

pub struct HandClock(pub Mutex<Moment>);

impl Clock for HandClock {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }

    fn boot_id(&self) -> String {
        "boot".into()
    }
}

impl HandClock {
    pub fn pass(&self, time: Duration) {
        let mut now = self.0.lock().unwrap();
        now.boot.0 += time;
        now.wall += time;
    }
}

pub struct Counting(Mutex<u8>);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let mut next = self.0.lock().unwrap();
        for byte in bytes {
            *byte = *next;
            *next = next.wrapping_add(1);
        }
    }
}

pub fn start() -> Moment {
    Moment {
        wall: "2026-11-22T12:00:00Z".parse().unwrap(),
        boot: BootTime(Duration::from_secs(10_000)),
    }
}

fn shared() -> SharedConfig {
    SharedConfig::parse(&[SourceFile::from_text(FileKind::Config, "config", CONFIG)]).unwrap()
}

/// A device whose secret is with Hatrack: what it shows next, half minute by half minute. Without any, there is none.
pub struct FakeDevice {
    pub made: Mutex<VecDeque<&'static str>>,
    clock: Arc<HandClock>,
}

#[async_trait]
impl CodeSource for FakeDevice {
    fn makes(&self, _: &MfaSerial) -> bool {
        !self.made.lock().unwrap().is_empty()
    }

    async fn code(&self, serial: &MfaSerial, spent: &SpentCodes) -> Option<TokenCode> {
        loop {
            let shown = *self.made.lock().unwrap().front()?;
            let now = self.clock.now();
            let code = shown.parse().unwrap();
            if !spent.is_spent(serial, &code, now.boot) {
                return Some(code);
            }
            self.made.lock().unwrap().pop_front();
            self.clock.pass(Duration::from_secs(next_code_in(now)));
        }
    }
}

pub struct World {
    pub sts: Arc<FakeSts>,
    pub clock: Arc<HandClock>,
    pub codes: Arc<FakeDevice>,
    pub broker: Broker,
}

impl World {
    pub fn new() -> Self {
        let sts = Arc::new(FakeSts::default());
        let clock = Arc::new(HandClock(Mutex::new(start())));
        let codes = Arc::new(FakeDevice {
            made: Mutex::default(),
            clock: clock.clone(),
        });
        let broker = Broker {
            sts: sts.clone(),
            identities: Arc::new(FakeIdentities),
            clock: clock.clone(),
            random: Arc::new(Counting(Mutex::new(0))),
            codes: codes.clone(),
            spent: SpentCodes::default(),
        };
        Self {
            sts,
            clock,
            codes,
            broker,
        }
    }

    pub fn pass(&self, time: Duration) {
        self.clock.pass(time);
    }

    pub fn answer(&self, answer: Result<(), AwsFailure>) {
        self.sts.answers.lock().unwrap().push_back(answer);
    }

    pub fn calls(&self) -> Vec<Call> {
        self.sts.calls.lock().unwrap().clone()
    }

    pub async fn go(&self, plan: &Plan, code: Option<&str>, live: &[Arc<Session>]) -> Landed {
        let code: Option<TokenCode> = code.map(|code| code.parse().unwrap());
        self.broker
            .execute(plan, &caller(&[]), code.as_ref(), live, None)
            .await
    }

    pub async fn session(&self, plan: &Plan, live: &[Arc<Session>]) -> Session {
        issued(self.go(plan, None, live).await)
    }
}

pub fn issued(landed: Landed) -> Session {
    match landed.result {
        Ok(Outcome::Issued(session)) => *session,
        other => panic!("no session but {other:?}"),
    }
}

pub fn caller(vars: &[(&str, &str)]) -> CallerContext {
    let vars = [("USER", "troy")].iter().chain(vars);
    let vars = vars.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    CallerContext::new(Client::Hat, "/home/troy".into(), vars)
}

pub fn order(profile: &str, options: SwitchOptions, caller: &CallerContext) -> Order {
    let catalog = Catalog::build(&shared(), &Default::default());
    let found = catalog
        .by_key(profile)
        .unwrap_or_else(|| panic!("no {profile}: {:?}", catalog.problems));
    Order::of(found, caller, options)
}

pub fn planned(profile: &str, options: SwitchOptions) -> Plan {
    try_plan(profile, options).unwrap()
}

/// Each code for its own role.
pub fn direct(profile: &str, options: SwitchOptions) -> Plan {
    let order = Order {
        codes: CodeUse::EachRole,
        ..order(profile, options, &caller(&[]))
    };
    plan(order).unwrap()
}

pub fn try_plan(profile: &str, options: SwitchOptions) -> Result<Plan, NotPlanned> {
    plan(order(profile, options, &caller(&[])))
}

pub fn refused(code: &str, message: &str) -> Result<(), AwsFailure> {
    Err(AwsFailure::Refused(Refusal {
        code: code.into(),
        message: message.into(),
        request_id: Some("refused-1".into()),
        status: 403,
    }))
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
