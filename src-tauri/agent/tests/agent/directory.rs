//! IAM and Organizations, as the tests hold them.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use hatrack_core::iam::{Iam, OwnPolicies, PolicyOf, PolicyText, RoleFacts, Whose};
use hatrack_core::organization::{MemberAccount, Organizations};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Reach, Refusal};
use tokio::sync::{Semaphore, watch};

/// IAM that knows what it is told; of the rest it refuses to speak.
pub struct HeldIam {
    pub own: Mutex<Result<OwnPolicies, AwsFailure>>,
    pub roles: Mutex<HashMap<String, RoleFacts>>,
    /// Who asked for which role, in order.
    pub asked: watch::Sender<Vec<(String, String)>>,
    /// Whose policies were read last.
    pub whose: Mutex<Option<Whose>>,
    /// Closed, nobody's policies are answered.
    pub gate: Semaphore,
    /// Closed, no role's facts are answered; they are those of when they were asked for.
    pub roles_gate: Semaphore,
    /// The code that roles it does not know are refused with.
    pub refusal: Mutex<String>,
}

impl Default for HeldIam {
    fn default() -> Self {
        Self {
            own: Mutex::new(Err(refused("iam-refused"))),
            roles: Mutex::default(),
            asked: watch::Sender::default(),
            whose: Mutex::default(),
            gate: Semaphore::new(1),
            roles_gate: Semaphore::new(1),
            refusal: Mutex::new("AccessDenied".into()),
        }
    }
}

impl HeldIam {
    /// The user's own policies are these, each by its statements.
    pub fn allow(&self, policies: &[(&str, &str)]) {
        let text = |(name, statements): &(&str, &str)| PolicyText {
            name: (*name).to_owned(),
            arn: None,
            of: PolicyOf::User,
            document: format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}"),
        };
        *self.own.lock().unwrap() = Ok(OwnPolicies {
            policies: policies.iter().map(text).collect(),
            unread: Vec::new(),
        });
    }

    /// There is a role of this ARN, with this trust policy's statements.
    pub fn knows(&self, arn: &str, trust: &str, maximum: u32) {
        let role: hatrack_core::arn::RoleArn = arn.parse().unwrap();
        let facts = RoleFacts {
            path: "/".into(),
            maximum: Some(maximum.try_into().unwrap()),
            trust: Some(format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{trust}]}}")),
            description: Some("For tests".into()),
            tags: vec![("team".into(), "blue".into())],
            last_used: None,
            role: role.clone(),
        };
        self.roles
            .lock()
            .unwrap()
            .insert(role.role_name().to_owned(), facts);
    }
}

#[async_trait]
impl Iam for HeldIam {
    async fn role(&self, _: &Reach, signer: &Credentials, name: &str) -> Result<RoleFacts, AwsFailure> {
        let known = self.roles.lock().unwrap().get(name).cloned();
        self.asked
            .send_modify(|asked| asked.push((signer.access_key_id.clone(), name.to_owned())));
        let _open = self.roles_gate.acquire().await.unwrap();
        let code = self.refusal.lock().unwrap().clone();
        known.ok_or_else(|| refused_with(&code, "role-refused"))
    }

    async fn own_policies(
        &self,
        _: &Reach,
        _: &Credentials,
        whose: &Whose,
    ) -> Result<OwnPolicies, AwsFailure> {
        *self.whose.lock().unwrap() = Some(whose.clone());
        let _open = self.gate.acquire().await.unwrap();
        self.own.lock().unwrap().clone()
    }
}

/// Organizations that lists what it is told.
pub struct HeldOrganizations(pub Mutex<Result<Vec<MemberAccount>, AwsFailure>>);

impl Default for HeldOrganizations {
    fn default() -> Self {
        Self(Mutex::new(Err(refused("organization-refused"))))
    }
}

impl HeldOrganizations {
    pub fn lists(&self, members: &[(&str, &str, bool)]) {
        let member = |(id, name, active): &(&str, &str, bool)| MemberAccount {
            id: id.parse().unwrap(),
            name: (*name).to_owned(),
            active: *active,
        };
        *self.0.lock().unwrap() = Ok(members.iter().map(member).collect());
    }
}

#[async_trait]
impl Organizations for HeldOrganizations {
    async fn accounts(&self, _: &Reach, _: &Credentials) -> Result<Vec<MemberAccount>, AwsFailure> {
        self.0.lock().unwrap().clone()
    }
}

pub fn refused(request_id: &str) -> AwsFailure {
    refused_with("AccessDenied", request_id)
}

fn refused_with(code: &str, request_id: &str) -> AwsFailure {
    AwsFailure::Refused(Refusal {
        code: code.into(),
        message: "you may not".into(),
        request_id: Some(request_id.into()),
        status: 403,
    })
}
