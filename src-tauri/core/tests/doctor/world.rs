//! Two accounts in miniature: the four placements, AWS's answer by `policy::decide`, and cures put where they belong.

use hatrack_core::account::AccountId;
use hatrack_core::arn::RoleArn;
use hatrack_core::doctor::{
    BucketAsked, CureTarget, CureWay, Diagnosis, Document, How, Placement, Question, Refusal, Reported, Seen,
    Sent, Sight, Verdict, diagnose,
};
use hatrack_core::policy::{
    Caller, Context, Decision, Kind, Named, Outcome, Policies, Policy, Reason, Request, ResourceRule, decide,
    evaluate,
};

pub const B: &str = "111122223333";
pub const A: &str = "444455556666";
pub const BUCKET: &str = "example-bucket";
pub const KEY: &str = "reports/one.csv";

#[derive(Debug, Clone)]
pub struct World {
    pub role_account: &'static str,
    pub owner: &'static str,
    pub external_id: Option<&'static str>,
    pub by_role: bool,
    pub assume: Vec<Document>,
    pub trust: Option<Document>,
    pub permissions: Vec<Document>,
    pub bucket: Option<Document>,
}

pub fn document(name: &str, statement: &str) -> Document {
    Document::new(
        name,
        format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statement}]}}"),
    )
}

pub fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

impl World {
    /// All four placements in place.
    pub fn whole(role_account: &'static str, owner: &'static str, external_id: Option<&'static str>) -> Self {
        let condition = external_id
            .map(|id| format!(",\"Condition\":{{\"StringEquals\":{{\"sts:ExternalId\":\"{id}\"}}}}"))
            .unwrap_or_default();
        let role = format!("arn:aws:iam::{role_account}:role/Reader");
        Self {
            role_account,
            owner,
            external_id,
            by_role: true,
            assume: vec![document(
                "switch",
                &format!("{{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"{role}\"}}"),
            )],
            trust: Some(document(
                "trust",
                &format!(
                    "{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::{B}:root\"}},\"Action\":\"sts:AssumeRole\"{condition}}}"
                ),
            )),
            permissions: vec![document(
                "read",
                &format!(
                    "{{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\"],\"Resource\":\"arn:aws:s3:::{BUCKET}/*\"}}"
                ),
            )],
            bucket: Some(document(
                "bucket",
                &format!(
                    "{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"{role}\"}},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::{BUCKET}/*\"}}"
                ),
            )),
        }
    }

    /// A user who goes straight to another account's bucket.
    pub fn direct(owner: &'static str) -> Self {
        let mut world = Self::whole(A, owner, None);
        world.by_role = false;
        world.assume = vec![];
        world.trust = None;
        world.bucket = Some(document(
            "bucket",
            &format!(
                "{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::{B}:user/troy\"}},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::{BUCKET}/*\"}}"
            ),
        ));
        world
    }

    pub fn without(mut self, placement: Placement) -> Self {
        match placement {
            Placement::AssumeRole => self.assume.clear(),
            Placement::Trust => {
                self.trust = Some(document(
                    "trust",
                    "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::999988887777:root\"},\"Action\":\"sts:AssumeRole\"}",
                ));
            }
            Placement::Permissions => self.permissions.clear(),
            Placement::BucketPolicy => self.bucket = None,
        }
        self
    }

    pub fn role(&self) -> RoleArn {
        format!("arn:aws:iam::{}:role/Reader", self.role_account)
            .parse()
            .unwrap()
    }

    pub fn user(&self) -> Caller {
        Caller::User {
            account: account(B),
            arn: format!("arn:aws:iam::{B}:user/troy"),
        }
    }

    fn session(&self) -> Caller {
        Caller::RoleSession {
            account: account(self.role_account),
            role_arn: self.role().to_string(),
            session_arn: format!("arn:aws:sts::{}:assumed-role/Reader/troy", self.role_account),
        }
    }

    /// What AWS answers: `None` where all goes well, and whether the switch went through.
    pub fn ask(&self) -> (Option<Refusal>, bool) {
        if self.by_role && !self.switch_is_allowed() {
            let message = format!(
                "User: arn:aws:iam::{B}:user/troy is not authorized to perform: sts:AssumeRole on resource: {}",
                self.role()
            );
            return (Some(refusal("AccessDenied", &message, "AssumeRole")), false);
        }
        let decision = self.use_decision();
        let caller = if self.by_role { self.session() } else { self.user() };
        let message = if caller.account() == Some(account(self.owner)) {
            format!(
                "User: {} is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::{BUCKET}/{KEY}\" {}",
                caller.arn().unwrap(),
                because(&decision)
            )
        } else {
            "Access Denied".to_owned()
        };
        (
            (!decision.allowed).then(|| refusal("AccessDenied", &message, "GetObject")),
            self.by_role,
        )
    }

    pub fn switch_is_allowed(&self) -> bool {
        let trust = self.trust.as_ref().map(|d| (Kind::Trust, d));
        decide_by(
            self.switch_request(),
            &self.assume,
            trust,
            ResourceRule::MustAllow,
        )
        .allowed
    }

    fn switch_request(&self) -> Request {
        let mut context = Context::new();
        context.set_if("sts:ExternalId", self.external_id);
        Request {
            caller: self.user(),
            action: "sts:AssumeRole".to_owned(),
            resource: self.role().to_string(),
            resource_account: Some(account(self.role_account)),
            context,
        }
    }

    pub fn use_is_allowed(&self) -> bool {
        self.use_decision().allowed
    }

    fn use_decision(&self) -> Decision {
        let bucket = self.bucket.as_ref().map(|d| (Kind::Resource, d));
        decide_by(
            self.use_request(),
            &self.permissions,
            bucket,
            ResourceRule::EitherSuffices,
        )
    }

    fn use_request(&self) -> Request {
        Request {
            caller: if self.by_role { self.session() } else { self.user() },
            action: "s3:GetObject".to_owned(),
            resource: format!("arn:aws:s3:::{BUCKET}/{KEY}"),
            resource_account: Some(account(self.owner)),
            context: Context::new(),
        }
    }

    pub fn question(&self, switched: Option<bool>) -> Question {
        Question {
            caller: Some(format!("arn:aws:iam::{B}:user/troy")),
            role: self.by_role.then(|| self.role()),
            bucket: Some(BucketAsked {
                name: BUCKET.to_owned(),
                key: Some(KEY.to_owned()),
                owner: None,
            }),
            sent: Sent {
                known: true,
                external_id: self.external_id.map(str::to_owned),
                mfa: Some(false),
                session_name: Some("troy".to_owned()),
                ..Sent::default()
            },
            switched,
            ..Question::default()
        }
    }

    /// What B sees: its own policies, and nothing of A.
    pub fn sight_of_b(&self) -> Sight {
        let own = if self.by_role {
            self.assume.clone()
        } else {
            self.permissions.clone()
        };
        let mut sight = Sight {
            identity: Seen::Known(own, How::Read),
            ..Sight::default()
        };
        if self.by_role && self.role_account == B {
            sight.permissions = Seen::Refused("AccessDenied".to_owned());
        }
        sight
    }

    /// All documents.
    pub fn sight_of_both(&self) -> Sight {
        let mut sight = self.sight_of_b();
        let one = |d: &Option<Document>| match d {
            Some(d) => Seen::Known(d.clone(), How::Pasted(d.name.clone())),
            None => Seen::Absent(How::Read),
        };
        sight.bucket_policy = one(&self.bucket);
        sight.bucket_owner = Seen::Known(account(self.owner), How::Read);
        if self.by_role {
            sight.trust = one(&self.trust);
            sight.permissions = Seen::Known(
                self.permissions.clone(),
                How::Pasted("permissions.json".to_owned()),
            );
        }
        sight
    }

    pub fn diagnose(&self, sight: &Sight) -> Option<Diagnosis> {
        let (refusal, switched) = self.ask();
        let refusal = refusal?;
        Some(diagnose(&self.question(Some(switched)), Some(&refusal), sight))
    }

    /// Whether a placement's own documents allow what it is there for, conditions and Denies included.
    pub fn allows(&self, placement: Placement) -> bool {
        let (request, kind, documents): (_, _, Vec<&Document>) = match placement {
            Placement::AssumeRole => (
                self.switch_request(),
                Kind::Identity,
                self.assume.iter().collect(),
            ),
            Placement::Trust => (self.switch_request(), Kind::Trust, self.trust.iter().collect()),
            Placement::Permissions => (
                self.use_request(),
                Kind::Identity,
                self.permissions.iter().collect(),
            ),
            Placement::BucketPolicy => (self.use_request(), Kind::Resource, self.bucket.iter().collect()),
        };
        let outcomes: Vec<Outcome> = documents
            .iter()
            .map(|d| evaluate(&Policy::parse(kind, &d.text).unwrap(), "p", &request).outcome)
            .collect();
        outcomes.contains(&Outcome::Allows) && !outcomes.contains(&Outcome::Denies)
    }

    /// Whether a placement is in place, by its own document alone.
    pub fn has(&self, placement: Placement) -> bool {
        match placement {
            Placement::AssumeRole => !self.assume.is_empty(),
            Placement::Trust => !self
                .trust
                .as_ref()
                .is_some_and(|t| t.text.contains("999988887777") && !t.text.contains(B)),
            Placement::Permissions => !self.permissions.is_empty(),
            Placement::BucketPolicy => self.bucket.is_some(),
        }
    }

    /// Puts each cure's JSON where it says, as an administrator would.
    pub fn apply(&mut self, diagnosis: &Diagnosis, verdicts: &[Verdict]) -> usize {
        let mut applied = 0;
        for placed in diagnosis
            .placements
            .iter()
            .filter(|p| verdicts.contains(&p.verdict))
        {
            let Some(cure) = &placed.cure else { continue };
            let Some(text) = &cure.document else { continue };
            applied += 1;
            match cure.target.as_ref().unwrap() {
                CureTarget::User { policy, .. } if self.by_role => put(&mut self.assume, policy, text),
                CureTarget::User { policy, .. } | CureTarget::Role { policy, .. } => {
                    put(&mut self.permissions, policy, text);
                }
                CureTarget::Trust { .. } => {
                    put_one(&mut self.trust, text, cure.way, cure.statement.as_deref())
                }
                CureTarget::Bucket { .. } => {
                    put_one(&mut self.bucket, text, cure.way, cure.statement.as_deref())
                }
                CureTarget::Key { .. } => {}
            }
        }
        applied
    }
}

fn put(all: &mut Vec<Document>, name: &str, text: &str) {
    all.retain(|d| d.name != name);
    all.push(Document::new(name, text));
}

fn put_one(there: &mut Option<Document>, text: &str, way: CureWay, statement: Option<&str>) {
    let old = there.as_ref().map(|d| d.text.clone());
    let text = match (way, old) {
        // A statement that goes into what is there: before the last brackets of the miniature's own documents.
        (CureWay::AddStatement, Some(old)) => {
            let head = old.trim_end().strip_suffix("]}").unwrap().to_owned();
            format!("{head},{}]}}", statement.unwrap())
        }
        _ => text.to_owned(),
    };
    *there = Some(Document::new("policy", text));
}

fn refusal(code: &str, message: &str, operation: &str) -> Refusal {
    Refusal::of(&Reported {
        code: Some(code.to_owned()),
        message: Some(message.to_owned()),
        status: Some(403),
        operation: Some(operation.to_owned()),
        request_id: Some("EXAMPLE1REQUEST2".to_owned()),
        ..Reported::default()
    })
}

fn decide_by(
    request: Request,
    own: &[Document],
    resource: Option<(Kind, &Document)>,
    rule: ResourceRule,
) -> Decision {
    let own: Vec<Policy> = own
        .iter()
        .map(|d| Policy::parse(Kind::Identity, &d.text).unwrap())
        .collect();
    let resource = resource.map(|(kind, d)| Policy::parse(kind, &d.text).unwrap());
    let named = |policy| Named { name: "p", policy };
    decide(
        &request,
        &Policies {
            identity: own.iter().map(named).collect(),
            resource: resource.as_ref().map(named),
            rule,
            ..Policies::none()
        },
    )
}

/// How S3 ends its message within an account.
fn because(decision: &Decision) -> &'static str {
    let kind = decision.decided_by.as_ref().map(|by| by.kind);
    match (decision.reason, kind) {
        (Reason::ExplicitDeny, Some(Kind::Identity)) => "with an explicit deny in an identity-based policy",
        (Reason::ExplicitDeny, _) => "with an explicit deny in a resource-based policy",
        _ => "because no identity-based policy allows the s3:GetObject action",
    }
}
