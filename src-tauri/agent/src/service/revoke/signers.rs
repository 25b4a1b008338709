//! Who signs a revocation: somebody of the role's own account, since IAM knows a role by its name alone.

use hatrack_core::arn::RoleArn;
use hatrack_core::broker::{EndpointRules, reach, region};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{EntrySettings, IdentityEntry};
use hatrack_core::revoke::{POLICY_NAME, RevokeSigner, RolePolicy, is_of};
use hatrack_core::route::Identity;
use hatrack_core::secret::Credentials;
use hatrack_core::session::{Session, SessionId};
use hatrack_core::sts::{AwsFailure, Reach};
use hatrack_core::view::NeedView;

use super::{Step, denied, invalid};
use crate::protocol::{ErrorCode, HandOutOutcome, HandOutRequest, RevokeRequest, SessionRef, WireError};
use crate::service::Service;
use crate::service::hand_out::{is_as_it_stands, settings_of};

/// A session with less life than this, in seconds, may end before all is done.
const LEAST_LIFE: u32 = 60;

/// Each that is tried is a call, and few people have so many keys.
const MOST_TRIED: usize = 50;

/// Who signs, and how IAM is reached.
#[derive(Clone)]
pub(super) struct Signer {
    pub shown: RevokeSigner,
    pub credentials: Credentials,
    pub sts: Reach,
    pub iam: Reach,
    /// Where the credentials are from, if it is not AWS itself.
    home: Option<String>,
}

/// A signer of the role's account who may read its policies, and what stands there.
pub(super) struct Proven {
    pub signer: Signer,
    pub read: RolePolicy,
}

/// What became of one who was tried.
enum Tried {
    Proven(Box<Proven>),
    OtherAccount(String),
    Failed(AwsFailure),
}

impl Service {
    /// Who signs: whoever is named, else the first who can.
    pub(super) async fn signer_for(
        &self,
        caller: &CallerContext,
        request: &RevokeRequest,
        role: &RoleArn,
    ) -> Result<Step<Proven>, WireError> {
        let rules = self.endpoint_rules(request.allow_endpoint);
        let Some(named) = &request.signer else {
            return self.first_who_can(caller, role, &rules).await;
        };
        let signer = match self.named_signer(caller, request, named, role).await? {
            Step::Go(signer) => *signer,
            Step::Else(outcome) => return Ok(Step::Else(outcome)),
        };
        for reach in [&signer.sts, &signer.iam] {
            if let Err(endpoint) = rules.check(reach.endpoint.as_deref()) {
                return Ok(Step::needs(NeedView::EndpointConsent { endpoint }));
            }
        }
        match self.tried(signer.clone(), role).await {
            Tried::Proven(proven) => Ok(Step::Go(proven)),
            Tried::OtherAccount(who) => Err(invalid(format!(
                "{} is {who}, and the role belongs to account {}; name a session or an identity of that account",
                signer.shown.label,
                role.account()
            ))),
            Tried::Failed(failure) => {
                let outcome = denied(failure, "iam:GetRolePolicy", role, &signer.shown.label)?;
                Ok(Step::Else(Box::new(outcome)))
            }
        }
    }

    /// Whoever `--as` names.
    async fn named_signer(
        &self,
        caller: &CallerContext,
        request: &RevokeRequest,
        named: &SessionRef,
        role: &RoleArn,
    ) -> Result<Step<Signer>, WireError> {
        // A user's keys sign as they are: IAM takes no session of a user's without a code (API Reference,
        // "GetSessionToken").
        let hand_out = HandOutRequest {
            raw: request.mfa_code.is_none(),
            mfa_code: request.mfa_code.clone(),
            allow_endpoint: request.allow_endpoint,
            quiet: true,
            ..HandOutRequest::of(named.clone())
        };
        let given = match self.hand_out(caller, hand_out).await? {
            HandOutOutcome::Given(given) => *given,
            HandOutOutcome::Needs { need } => return Ok(Step::needs(need)),
            HandOutOutcome::Denied { denial } => return Ok(Step::denied(denial)),
        };
        let held = match &given.session {
            Some(view) => self.mailbox.find(SessionId(view.id.clone())).await?,
            None => None,
        };
        let signer = match held {
            Some((session, own)) => self.signer_of(&session, own, given.credentials, role).await,
            None => {
                let loaded = self.catalogs.of(caller);
                let settings = loaded.catalog.by_key(&given.role_key).map(settings_of);
                let settings = settings.cloned().unwrap_or_default();
                of_keys(&settings, caller, &given.role_key, given.credentials, role)
            }
        };
        Ok(Step::Go(Box::new(signer)))
    }

    async fn signer_of(
        &self,
        session: &Session,
        own: CallerContext,
        credentials: Credentials,
        role: &RoleArn,
    ) -> Signer {
        let own = self.proxies.prepared(own).await;
        let loaded = self.catalogs.of(&own);
        let key = session.origin.role_key.as_deref();
        let found = key.and_then(|key| loaded.catalog.by_key(key));
        let settings = found.map(settings_of).cloned().unwrap_or_default();
        let of = match session.key.hops.last() {
            Some(hop) => hop.role.role_name().to_owned(),
            None => session.origin.source.clone(),
        };
        Signer {
            shown: RevokeSigner {
                label: format!("session {} of {of}", session.id),
                session_id: Some(session.id.to_string()),
                role_key: None,
                is_hit: is_of(role, session),
            },
            credentials,
            sts: reach(&settings, &own, &session.region, "sts"),
            iam: reach(&settings, &own, &session.region, "iam"),
            home: session.key.endpoint.clone(),
        }
    }

    async fn first_who_can(
        &self,
        caller: &CallerContext,
        role: &RoleArn,
        rules: &EndpointRules,
    ) -> Result<Step<Proven>, WireError> {
        let mut refused = Vec::new();
        let (mut sessions, mut own) = (Vec::new(), Vec::new());
        for view in self.mailbox.sessions().await? {
            let here = view.account_id == Some(role.account()) && !view.revoked;
            if !here || view.seconds_left < LEAST_LIFE {
                continue;
            }
            let Some((session, its)) = self.mailbox.find(SessionId(view.id)).await? else {
                continue;
            };
            let signer = self
                .signer_of(&session, its, session.credentials.clone(), role)
                .await;
            match signer.shown.is_hit {
                true => own.push(signer),
                false => sessions.push(signer),
            }
        }
        // The one that lasts longest first; last of all the role's own, which revoke themselves.
        sessions.reverse();
        own.reverse();
        let keys = self.own_keys(caller, role).await;
        let all = sessions.into_iter().chain(keys).chain(own);
        let reachable = all.filter(|signer| is_same_aws(signer, rules));
        for signer in reachable.take(MOST_TRIED) {
            let label = signer.shown.label.clone();
            match self.tried(signer, role).await {
                Tried::Proven(proven) => return Ok(Step::Go(proven)),
                Tried::OtherAccount(_) => {}
                Tried::Failed(AwsFailure::ProxyPassword { proxy }) => {
                    return Ok(Step::needs(NeedView::ProxyPassword { proxy }));
                }
                Tried::Failed(failure) => refused.push(format!("{label}: {failure}")),
            }
        }
        Err(WireError::new(ErrorCode::Identity, nobody(role, &refused)))
    }

    /// The keys that may be of the role's account. Which account keys belong to is often not written anywhere: AWS is
    /// asked when they are tried.
    async fn own_keys(&self, caller: &CallerContext, role: &RoleArn) -> Vec<Signer> {
        let loaded = self.catalogs.of(caller);
        let is_key = |entry: &&IdentityEntry| {
            matches!(
                entry.route.identity,
                Identity::Keys { .. } | Identity::Environment
            ) || is_as_it_stands(entry, caller)
        };
        let may_be_here = |entry: &&IdentityEntry| entry.account_id.is_none_or(|id| id == role.account());
        let mut entries: Vec<&IdentityEntry> = loaded.catalog.identities.iter().collect();
        entries.retain(|entry| is_key(entry) && may_be_here(entry));
        entries.sort_by_key(|entry| entry.account_id.is_none());
        let mut signers = Vec::new();
        for entry in entries {
            if let Ok(keys) = self.keys_of(entry, caller).await {
                signers.push(of_keys(&entry.settings, caller, &entry.profile, keys, role));
            }
        }
        signers
    }

    /// Whether the signer is of the role's account, and what it reads there.
    async fn tried(&self, signer: Signer, role: &RoleArn) -> Tried {
        let ports = &self.revoking;
        match ports
            .sts
            .get_caller_identity(&signer.sts, &signer.credentials)
            .await
        {
            Ok(who) if who.account == role.account() => {}
            Ok(who) => return Tried::OtherAccount(format!("of account {}", who.account)),
            Err(failure) => return Tried::Failed(failure),
        }
        let read = ports
            .policies
            .read(&signer.iam, &signer.credentials, role.role_name(), POLICY_NAME)
            .await;
        match read {
            Ok(read) => Tried::Proven(Box::new(Proven { signer, read })),
            Err(failure) => Tried::Failed(failure),
        }
    }
}

fn of_keys(
    settings: &EntrySettings,
    caller: &CallerContext,
    profile: &str,
    credentials: Credentials,
    role: &RoleArn,
) -> Signer {
    let region = region(settings, caller, None, role.partition().default_region());
    let sts = reach(settings, caller, &region, "sts");
    Signer {
        shown: RevokeSigner {
            label: format!("the keys of {profile}"),
            session_id: None,
            role_key: Some(profile.to_owned()),
            is_hit: false,
        },
        credentials,
        iam: reach(settings, caller, &region, "iam"),
        home: sts.endpoint.clone(),
        sts,
    }
}

/// Unasked, nothing is sent to another AWS than the one that gave the credentials, nor where nobody has consented.
fn is_same_aws(signer: &Signer, rules: &EndpointRules) -> bool {
    let is_aws = |endpoint: &Option<String>| EndpointRules::default().check(endpoint.as_deref()).is_ok();
    let asked = [&signer.sts.endpoint, &signer.iam.endpoint];
    asked
        .into_iter()
        .all(|endpoint| rules.check(endpoint.as_deref()).is_ok() && is_aws(endpoint) == is_aws(&signer.home))
}

fn nobody(role: &RoleArn, refused: &[String]) -> String {
    let account = role.account();
    let mut text = format!(
        "nobody is here who may revoke sessions of {role}: it takes a live session or keys of account {account} with \
         iam:GetRolePolicy and iam:PutRolePolicy. Switch to such a role first, or name who signs (hat revoke --as)"
    );
    if !refused.is_empty() {
        text.push_str(&format!(". Tried: {}", refused.join("; ")));
    }
    text
}
