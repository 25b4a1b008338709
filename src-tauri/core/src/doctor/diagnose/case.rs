//! What is known before anything is judged: who asks, by which way, and which call was refused.

use std::collections::BTreeSet;

use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::policy::{Caller, Context, Request};

use super::super::cure::{Trusted, trusted_principal};
use super::super::question::{BucketAsked, Question, action_of};
use super::super::refusal::{Refusal, account_of};
use super::super::sight::Sight;
use super::super::stance::Asking;

/// Which call was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The AssumeRole.
    Switch,
    /// What was asked afterwards, or without any switch.
    Use,
    /// None: somebody asks beforehand, or all went well.
    Nothing,
}

/// What stands for the caller in the switch.
///
/// Source: AWS STS API Reference, "AssumeRoleWithWebIdentity" and "AssumeRoleWithSAML".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SwitchBy {
    /// Credentials: policies of the caller count.
    Credentials,
    /// A web identity provider's token: the trust policy alone counts.
    WebIdentity,
    /// A SAML provider's assertion: the same.
    Saml,
}

impl SwitchBy {
    fn of(refusal: Option<&Refusal>) -> Self {
        let names = refusal.into_iter().flat_map(|r| [&r.action, &r.operation]);
        let called = |name: &str| match name.rsplit(':').next() {
            Some("AssumeRoleWithWebIdentity") => Some(Self::WebIdentity),
            Some("AssumeRoleWithSAML") => Some(Self::Saml),
            _ => None,
        };
        names
            .flatten()
            .find_map(|name| called(name))
            .unwrap_or(Self::Credentials)
    }

    /// The action that the trust policy has to allow.
    pub fn action(self) -> &'static str {
        match self {
            Self::Credentials => "sts:AssumeRole",
            Self::WebIdentity => "sts:AssumeRoleWithWebIdentity",
            Self::Saml => "sts:AssumeRoleWithSAML",
        }
    }
}

pub(super) struct Case<'a> {
    pub question: &'a Question,
    pub refusal: Option<&'a Refusal>,
    pub sight: &'a Sight,
    pub stage: Stage,
    pub by: SwitchBy,
    /// By way of a role; otherwise straight to the bucket.
    pub role: Option<RoleArn>,
    /// Whether the role's ARN is guessed from its session's, which shows no path.
    pub pathless: bool,
    /// Who asks first, in B.
    pub caller: Option<String>,
    /// Its role, where it is a session.
    pub caller_role: Option<RoleArn>,
    pub b: Option<AccountId>,
    pub a: Option<AccountId>,
    pub bucket: Option<BucketAsked>,
    pub bucket_owner: Option<AccountId>,
    /// What is wanted behind the switch, or without one: action and resource.
    pub wanted: Option<(String, String)>,
    /// Whether the switch is known to have gone through.
    pub switched: bool,
}

impl<'a> Case<'a> {
    pub fn of(question: &'a Question, refusal: Option<&'a Refusal>, sight: &'a Sight) -> Self {
        let of_switch = refusal.is_some_and(Refusal::is_of_assume_role);
        let session = refusal.and_then(|r| session_role(r.caller.as_deref()?));
        let by = SwitchBy::of(refusal);
        let named = question.role.clone().or_else(|| refusal.and_then(Refusal::role));
        let mut pathless = false;
        // A session that was refused something, and no role named: the way went by its role.
        let role = match (&named, &session, of_switch) {
            (None, Some(session), false) => {
                let whole = whole_role(question, sight, session);
                pathless = whole.is_none();
                whole.or_else(|| Some(session.clone()))
            }
            // The refused caller is somebody else than the role's session: it went without that role.
            (Some(named), Some(session), false) if !same_role(named, session) => None,
            _ => named,
        };
        let stage = match (refusal, of_switch, question.switched, &role) {
            (None, _, Some(false), Some(_)) => Stage::Switch,
            (None, ..) if question.served == Some(false) => Stage::Use,
            (None, ..) => Stage::Nothing,
            (Some(_), true, ..) => Stage::Switch,
            // Nothing says which call it was; with the switch known to be refused, it was that.
            (Some(_), false, Some(false), Some(_)) => Stage::Switch,
            (Some(r), false, None, Some(_))
                if r.action.is_none()
                    && r.operation.is_none()
                    && question.bucket.is_none()
                    && session.is_none() =>
            {
                Stage::Switch
            }
            _ => Stage::Use,
        };
        let by_role = role.is_some();
        let of_refusal = refusal
            .and_then(|r| r.caller.clone())
            .filter(|_| stage == Stage::Switch || !by_role);
        let seen = sight.caller.known();
        let other = question
            .caller
            .clone()
            .or_else(|| seen.map(|who| who.arn.clone()));
        // Who holds a provider's token has no ARN yet.
        let caller = of_refusal.or(other.filter(|_| by == SwitchBy::Credentials));
        let caller_role = seen
            .filter(|who| Some(&who.arn) == caller.as_ref() || who_matches(&who.arn, caller.as_deref()))
            .and_then(|who| who.role.clone());
        let b = caller
            .as_deref()
            .and_then(account_of)
            .or_else(|| seen.filter(|_| by == SwitchBy::Credentials).map(|w| w.account));
        let refused_on = refusal.filter(|_| stage == Stage::Use);
        let bucket = question
            .bucket
            .clone()
            .or_else(|| BucketAsked::read(refused_on.and_then(|r| r.resource.as_deref())?));
        let bucket_owner = sight
            .bucket_owner
            .known()
            .copied()
            .or_else(|| bucket.as_ref().and_then(|bucket| bucket.owner));
        let a = role.as_ref().map(RoleArn::account).or(bucket_owner);
        let switched = by_role
            && stage != Stage::Switch
            && (question.switched == Some(true) || question.served.is_some() || (stage == Stage::Use));
        let mut case = Self {
            question,
            refusal,
            sight,
            stage,
            by,
            role,
            pathless,
            caller,
            caller_role,
            b,
            a,
            bucket,
            bucket_owner,
            wanted: None,
            switched,
        };
        case.wanted = case.wanted();
        case
    }

    /// What was refused behind the switch, else what is wanted there.
    fn wanted(&self) -> Option<(String, String)> {
        let refused = self.refusal.filter(|_| self.stage == Stage::Use);
        let action = refused.and_then(|r| {
            let by_operation = || action_of(r.operation.as_deref()?).map(str::to_owned);
            r.action.clone().or_else(by_operation)
        });
        let mut question = self.question.clone();
        question.bucket = self.bucket.clone();
        question.action = action.clone().or(question.action);
        let mut resource = refused
            .and_then(|r| r.resource.as_deref())
            .and_then(|r| self.as_arn(r));
        // A key is never the bucket, nor an object in it.
        if action
            .as_deref()
            .is_some_and(|a| a.to_ascii_lowercase().starts_with("kms:"))
        {
            resource = resource
                .or_else(|| self.sight.key.clone())
                .or_else(|| Some("*".to_owned()));
        }
        match (resource, question.use_of_bucket()) {
            (Some(resource), Some((action, _))) => Some((action, resource)),
            (None, Some(both)) => Some(both),
            (resource, None) => Some((question.action?, resource.unwrap_or_else(|| "*".to_owned()))),
        }
    }

    /// IAM names its resources `role Reader`; policies want ARNs.
    fn as_arn(&self, resource: &str) -> Option<String> {
        if resource.starts_with("arn:") || resource == "*" {
            return Some(resource.to_owned());
        }
        let (kind, name) = resource.split_once(' ')?;
        let account = self.role.as_ref().map(RoleArn::account).or(self.b)?;
        Some(format!("arn:aws:iam::{account}:{kind}/{name}"))
    }

    /// Who uses what is behind the switch, or goes without one, as a policy names it.
    pub fn user(&self) -> Option<Trusted> {
        let Some(role) = &self.role else {
            return trusted_principal(self.caller.as_deref()?, self.caller_role.as_ref());
        };
        match self.pathless {
            true => trusted_principal(self.session()?, None),
            false => trusted_principal(&role.to_string(), None),
        }
    }

    /// The ARN of who uses it, as far as it is certain: a role whose path is not known is told by its session.
    pub fn user_arn(&self) -> Option<String> {
        match &self.role {
            Some(_) if self.pathless => self.session().map(str::to_owned),
            Some(role) => Some(role.to_string()),
            None => self.caller.clone(),
        }
    }

    fn session(&self) -> Option<&str> {
        self.refusal?.caller.as_deref()
    }

    /// The AssumeRole, to be judged. `None` where a token stands for the caller: nothing is known of what it holds.
    pub fn switch(&self) -> Option<Asking> {
        if self.by != SwitchBy::Credentials {
            return None;
        }
        let role = self.role.as_ref()?;
        let caller = caller_of(self.caller.as_deref()?, self.caller_role.as_ref())?;
        let sent = &self.question.sent;
        let mut context = self.context(&caller);
        context.set_if("sts:ExternalId", sent.external_id.clone());
        context.set_if("sts:RoleSessionName", sent.session_name.clone());
        context.set_if("sts:SourceIdentity", sent.source_identity.clone());
        for (key, value) in &sent.tags {
            context.set(&format!("aws:RequestTag/{key}"), value.clone());
        }
        if !sent.tags.is_empty() {
            context.set_all("aws:TagKeys", sent.tags.keys().cloned());
        }
        context.set("aws:ResourceAccount", role.account().to_string());
        let mut absent = BTreeSet::new();
        if sent.known {
            absent.extend(
                [
                    "sts:externalid",
                    "sts:sourceidentity",
                    "aws:multifactorauthpresent",
                    "aws:multifactorauthage",
                ]
                .map(str::to_owned),
            );
        }
        if sent.mfa == Some(false) {
            absent.insert("aws:multifactorauthpresent".to_owned());
            absent.insert("aws:multifactorauthage".to_owned());
        }
        Some(Asking {
            request: Request {
                caller,
                action: "sts:AssumeRole".to_owned(),
                resource: role.to_string(),
                resource_account: Some(role.account()),
                context,
            },
            absent,
        })
    }

    /// What is wanted behind the switch, or without one, to be judged.
    pub fn using(&self) -> Option<Asking> {
        let (action, resource) = self.wanted.clone()?;
        let caller = match &self.role {
            Some(role) => {
                let by_message = self
                    .refusal
                    .and_then(|r| r.caller.clone())
                    .filter(|_| self.stage == Stage::Use);
                Caller::RoleSession {
                    account: role.account(),
                    role_arn: role.to_string(),
                    session_arn: by_message.unwrap_or_else(|| {
                        let name = self.question.sent.session_name.as_deref().unwrap_or("session");
                        format!(
                            "arn:{}:sts::{}:assumed-role/{}/{name}",
                            role.partition(),
                            role.account(),
                            role.role_name()
                        )
                    }),
                }
            }
            None => caller_of(self.caller.as_deref()?, self.caller_role.as_ref())?,
        };
        let context = self.context(&caller);
        let owner = self.owner_of(&resource).or_else(|| caller.account());
        Some(Asking {
            request: Request {
                caller,
                action,
                resource,
                resource_account: owner,
                context,
            },
            absent: BTreeSet::new(),
        })
    }

    fn owner_of(&self, resource: &str) -> Option<AccountId> {
        account_of(resource).or_else(|| resource.contains(":s3:::").then_some(self.bucket_owner).flatten())
    }

    /// The keys that AWS puts into each request, as far as they are known.
    ///
    /// Source: IAM User Guide, "AWS global condition context keys".
    fn context(&self, caller: &Caller) -> Context {
        let mut context = caller.context();
        context.set_if("aws:RequestedRegion", self.question.region.clone());
        if self.question.sent.mfa == Some(true) {
            context.set("aws:MultiFactorAuthPresent", "true");
        }
        for (key, values) in &self.question.context {
            context.set_all(key, values.iter().cloned());
        }
        context
    }
}

/// The caller that an ARN stands for.
pub(super) fn caller_of(arn: &str, role: Option<&RoleArn>) -> Option<Caller> {
    let account = account_of(arn)?;
    let resource = arn.splitn(6, ':').nth(5)?;
    match resource.split_once('/') {
        None if resource == "root" => Some(Caller::Root {
            account,
            arn: arn.to_owned(),
        }),
        Some(("user", _)) => Some(Caller::User {
            account,
            arn: arn.to_owned(),
        }),
        Some(("assumed-role", _)) => Some(Caller::RoleSession {
            account,
            role_arn: role.cloned().or_else(|| session_role(arn))?.to_string(),
            session_arn: arn.to_owned(),
        }),
        _ => None,
    }
}

/// The role of a session's ARN, without the path that such an ARN does not show.
pub(super) fn session_role(arn: &str) -> Option<RoleArn> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "sts", _, account, resource] = parts[..] else {
        return None;
    };
    let name = resource.strip_prefix("assumed-role/")?.split('/').next()?;
    RoleArn::new(partition.parse().ok()?, AccountId::of_digits(account)?, name).ok()
}

/// The role of a session with its path, where it is known from elsewhere.
fn whole_role(question: &Question, sight: &Sight, session: &RoleArn) -> Option<RoleArn> {
    let seen = sight.caller.known().and_then(|who| who.role.as_ref());
    let mut known = seen.into_iter().chain(&question.known_roles);
    known.find(|role| same_role(role, session)).cloned()
}

fn same_role(a: &RoleArn, b: &RoleArn) -> bool {
    a.account() == b.account() && a.role_name() == b.role_name()
}

fn who_matches(seen: &str, caller: Option<&str>) -> bool {
    let role = |arn: &str| session_role(arn);
    matches!((role(seen), caller.and_then(role)), (Some(a), Some(b)) if a == b)
}
