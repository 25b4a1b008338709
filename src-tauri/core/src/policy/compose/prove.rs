//! Trying what was composed before anybody pastes it.

use super::caller::Caller as Named_;
use super::{BucketAccess, NotComposed, Proof};
use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::policy::context::{Caller, Context, Request};
use crate::policy::decision::{Named, Policies, ResourceRule, decide};
use crate::policy::document::{Kind, Policy};

/// The documents as text.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Side<'a> {
    pub allow: Option<&'a str>,
    pub trust: Option<&'a str>,
    pub permissions: Option<&'a str>,
    pub bucket: Option<&'a str>,
}

/// Tries requests, and stops at the first that goes another way than it must.
pub(super) struct Prover {
    allow: Option<Policy>,
    trust: Option<Policy>,
    permissions: Option<Policy>,
    bucket: Option<Policy>,
    pub proofs: Vec<Proof>,
}

/// An account that nobody has.
const STRANGER: &str = "000000000000";

fn read(kind: Kind, text: Option<&str>) -> Result<Option<Policy>, NotComposed> {
    text.map(|text| Policy::parse(kind, text))
        .transpose()
        .map_err(|e| NotComposed::NotProven(e.to_string()))
}

fn user(account: AccountId, arn: &str) -> Caller {
    Caller::User {
        account,
        arn: arn.to_owned(),
    }
}

fn session(role: &RoleArn) -> Caller {
    let (partition, account, name) = (role.partition(), role.account(), role.role_name());
    Caller::RoleSession {
        account,
        role_arn: role.to_string(),
        session_arn: format!("arn:{partition}:sts::{account}:assumed-role/{name}/session"),
    }
}

/// Somebody as whom the caller comes: for a whole account, one of its users.
fn somebody(caller: &Named_) -> Caller {
    match caller.named.parse::<RoleArn>() {
        Ok(role) => session(&role),
        Err(_) if caller.whole => user(
            caller.account,
            &format!("arn:aws:iam::{}:user/somebody", caller.account),
        ),
        Err(_) => user(caller.account, &caller.named),
    }
}

impl Prover {
    pub fn new(side: Side) -> Result<Self, NotComposed> {
        Ok(Self {
            allow: read(Kind::Identity, side.allow)?,
            trust: read(Kind::Trust, side.trust)?,
            permissions: read(Kind::Identity, side.permissions)?,
            bucket: read(Kind::Resource, side.bucket)?,
            proofs: Vec::new(),
        })
    }

    fn expect(
        &mut self,
        asked: &str,
        allowed: bool,
        request: &Request,
        identity: Option<&Policy>,
        resource: Option<&Policy>,
        rule: ResourceRule,
    ) -> Result<(), NotComposed> {
        let named = |policy| Named {
            name: "composed",
            policy,
        };
        let decision = decide(
            request,
            &Policies {
                identity: identity.map(named).into_iter().collect(),
                resource: resource.map(named),
                rule,
                ..Policies::none()
            },
        );
        if decision.allowed != allowed {
            return Err(NotComposed::NotProven(asked.to_owned()));
        }
        self.proofs.push(Proof {
            asked: asked.to_owned(),
            allowed,
        });
        Ok(())
    }

    /// The caller takes the role; nobody does who leaves out what trust asks for, nor a stranger.
    pub fn assuming(
        &mut self,
        caller: &Named_,
        role: &RoleArn,
        external_id: Option<&str>,
        mfa: bool,
    ) -> Result<(), NotComposed> {
        let (allow, trust) = (self.allow.clone(), self.trust.clone());
        let request = |caller: Caller, id: Option<&str>, mfa: bool| {
            let mut context = Context::new();
            context.set_if("sts:ExternalId", id);
            context.set_if("aws:MultiFactorAuthPresent", mfa.then_some("true"));
            Request {
                caller,
                action: "sts:AssumeRole".to_owned(),
                resource: role.to_string(),
                resource_account: Some(role.account()),
                context,
            }
        };
        let rule = ResourceRule::MustAllow;
        let mut expect = |asked: &str, allowed, request: &Request| {
            self.expect(asked, allowed, request, allow.as_ref(), trust.as_ref(), rule)
        };
        let who = somebody(caller);
        let right = request(who.clone(), external_id, mfa);
        expect("The caller takes the role", true, &right)?;
        if external_id.is_some() {
            let none = request(who.clone(), None, mfa);
            expect("The caller takes the role without the external ID", false, &none)?;
            let wrong = request(who.clone(), Some("another-id"), mfa);
            expect(
                "The caller takes the role with another external ID",
                false,
                &wrong,
            )?;
        }
        if mfa {
            let without = request(who, external_id, false);
            expect("The caller takes the role without an MFA code", false, &without)?;
        }
        if let Some(account) = AccountId::of_digits(STRANGER) {
            let stranger = user(account, &format!("arn:aws:iam::{account}:user/stranger"));
            let request = request(stranger, external_id, mfa);
            expect("Somebody of another account takes the role", false, &request)?;
        }
        Ok(())
    }

    /// The service hands the machine its role.
    pub fn service(&mut self, trust: Option<&str>, service: &str, role: &RoleArn) -> Result<(), NotComposed> {
        let trust = read(Kind::Trust, trust)?;
        let mut request = Request {
            caller: Caller::Service {
                name: service.to_owned(),
            },
            action: "sts:AssumeRole".to_owned(),
            resource: role.to_string(),
            resource_account: Some(role.account()),
            context: Context::new(),
        };
        let rule = ResourceRule::MustAllow;
        let asked = format!("{service} hands the machine its role");
        self.expect(&asked, true, &request, None, trust.as_ref(), rule)?;
        request.caller = Caller::Service {
            name: "another.amazonaws.com".to_owned(),
        };
        self.expect(
            "Another service hands out the role",
            false,
            &request,
            None,
            trust.as_ref(),
            rule,
        )
    }

    /// The role's session does in the bucket what was wished for and nothing beyond.
    pub fn using(&mut self, role: &RoleArn, access: &BucketAccess) -> Result<(), NotComposed> {
        let (own, bucket) = (self.permissions.clone(), self.bucket.clone());
        let partition = role.partition().to_string();
        for (asked, allowed, mut request) in requests(session(role), role.account(), access, &partition) {
            request.resource_account = Some(role.account());
            let asked = format!("The role's session {asked}");
            self.expect(
                &asked,
                allowed,
                &request,
                own.as_ref(),
                bucket.as_ref(),
                ResourceRule::EitherSuffices,
            )?;
        }
        Ok(())
    }

    /// The caller does it by itself.
    pub fn direct(
        &mut self,
        caller: &Named_,
        owner: AccountId,
        access: &BucketAccess,
        partition: &str,
    ) -> Result<(), NotComposed> {
        let bucket = self.bucket.clone();
        // Within the bucket's account the bucket policy suffices for whom it names; an account decides by itself.
        let own = self
            .allow
            .clone()
            .filter(|_| caller.account != owner || caller.whole);
        for (asked, allowed, request) in requests(somebody(caller), owner, access, partition) {
            let asked = format!("{} {asked}", caller.named);
            self.expect(
                &asked,
                allowed,
                &request,
                own.as_ref(),
                bucket.as_ref(),
                ResourceRule::EitherSuffices,
            )?;
        }
        Ok(())
    }
}

/// What is wished for, and what lies just beyond it.
fn requests(
    caller: Caller,
    owner: AccountId,
    access: &BucketAccess,
    partition: &str,
) -> Vec<(String, bool, Request)> {
    let bucket = access.bucket_arn(partition);
    let object = format!("{bucket}/{}object", access.prefix);
    let request = |action: &str, resource: &str, prefix: Option<&str>| {
        let mut context = Context::new();
        context.set_if("s3:prefix", prefix);
        Request {
            caller: caller.clone(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            resource_account: Some(owner),
            context,
        }
    };
    let mut all = vec![
        (
            "lists the bucket".to_owned(),
            true,
            request("s3:ListBucket", &bucket, Some(&access.prefix)),
        ),
        (
            "reads an object".to_owned(),
            true,
            request("s3:GetObject", &object, None),
        ),
        (
            "writes an object".to_owned(),
            access.write,
            request("s3:PutObject", &object, None),
        ),
        (
            "deletes an object".to_owned(),
            access.delete,
            request("s3:DeleteObject", &object, None),
        ),
        (
            "deletes the bucket".to_owned(),
            false,
            request("s3:DeleteBucket", &bucket, None),
        ),
        (
            "reads from another bucket".to_owned(),
            false,
            request(
                "s3:GetObject",
                &format!("arn:{partition}:s3:::another-bucket/object"),
                None,
            ),
        ),
    ];
    if !access.prefix.is_empty() {
        let beyond = request("s3:GetObject", &format!("{bucket}/!"), None);
        all.push((format!("reads outside {}", access.prefix), false, beyond));
        let listed = request("s3:ListBucket", &bucket, Some("!"));
        all.push((format!("lists outside {}", access.prefix), false, listed));
    }
    all
}
