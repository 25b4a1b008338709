//! Revoking the sessions of a role: what it hits is told first; what is written is remembered before it is sent.

mod plan;
mod signers;
mod target;

use std::sync::Arc;
use std::time::Duration;

use hatrack_core::arn::RoleArn;
use hatrack_core::broker::BrokerError;
use hatrack_core::caller::CallerContext;
use hatrack_core::expiry::Clock;
use hatrack_core::history::{event, outcome};
use hatrack_core::history_view::HistoryRow;
use hatrack_core::iam::Iam;
use hatrack_core::revoke::{
    POLICY_NAME, RevokeOutcome, Revoked, RevokesBefore, RolePolicies, RolePolicy, Standing,
};
use hatrack_core::sts::{AwsFailure, Sts};
use hatrack_core::view::{DenialView, NeedView};
use hatrack_store::kept::KeptRevocation;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use self::signers::{Proven, Signer};
use super::switch::wire;
use super::{Service, store};
use crate::protocol::{ErrorCode, RevokeRequest, Topic, WireError};
use crate::revocations::{LONGEST_WAIT, Revocations};

/// What IAM was told it may show only after a while (IAM User Guide, "Changes that I make are not always immediately
/// visible"): nothing is forgotten within this.
const SETTLES_WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// IAM's code for a role that is not there (API Reference, "GetRole").
const NOT_THERE: &str = "NoSuchEntity";

/// What revoking works with.
pub struct Revoking {
    /// Says whose credentials are.
    pub sts: Arc<dyn Sts>,
    /// Says what kind of role it is.
    pub iam: Arc<dyn Iam>,
    /// Roles' inline policies.
    pub policies: Arc<dyn RolePolicies>,
    /// AWS's time, for an answer without a `Date`.
    pub clock: Arc<dyn Clock>,
    /// What was revoked.
    pub book: Arc<Revocations>,
    /// One at a time: each reads what stands before it writes.
    pub turn: Mutex<()>,
}

/// The next step can be taken, or this is what there is to say.
enum Step<T> {
    Go(Box<T>),
    Else(Box<RevokeOutcome>),
}

impl<T> Step<T> {
    fn needs(need: NeedView) -> Self {
        Self::Else(Box::new(RevokeOutcome::Needs { need }))
    }

    fn denied(denial: DenialView) -> Self {
        Self::Else(Box::new(RevokeOutcome::Denied { denial }))
    }
}

fn invalid(why: impl std::fmt::Display) -> WireError {
    WireError::new(ErrorCode::Invalid, why.to_string())
}

fn no_such_role(role: &RoleArn) -> WireError {
    invalid(format!("there is no role {role}; check its name"))
}

/// What a failure of AWS means for the person.
fn denied(failure: AwsFailure, action: &str, role: &RoleArn, who: &str) -> Result<RevokeOutcome, WireError> {
    match failure {
        AwsFailure::Refused(refusal) if refusal.code == NOT_THERE => Err(no_such_role(role)),
        AwsFailure::Refused(refusal) => Ok(RevokeOutcome::Denied {
            denial: DenialView {
                summary: format!(
                    "AWS does not let {who} do this: it needs {action} on the role. Switch to a role of account {} that \
                     has it, or name one (hat revoke --as).",
                    role.account()
                ),
                code: refusal.code,
                message: refusal.message,
                request_id: refusal.request_id,
                action: action.to_owned(),
                resource: Some(role.to_string()),
                longest_duration: None,
            },
        }),
        AwsFailure::ProxyPassword { proxy } => Ok(RevokeOutcome::Needs {
            need: NeedView::ProxyPassword { proxy },
        }),
        other => Err(wire(&BrokerError::Aws(other))),
    }
}

impl Service {
    pub(super) async fn revoke_or_undo(
        self: &Arc<Self>,
        caller: &CallerContext,
        request: RevokeRequest,
    ) -> Result<RevokeOutcome, WireError> {
        let (service, caller) = (self.clone(), caller.clone());
        // Beside the request: a client that goes away leaves nothing half-done.
        let task = tokio::spawn(async move {
            let _turn = service.revoking.turn.lock().await;
            match request.undo {
                true => service.undo_revoke(&caller, &request).await,
                false => service.revoke(&caller, &request).await,
            }
        });
        let stopped = |why| WireError::new(ErrorCode::Stopping, format!("revoking was stopped: {why}"));
        task.await.map_err(stopped)?
    }

    /// Whether what was read may be written over or taken away. What was revoked and stands no more is forgotten: the turn
    /// has to be held for that.
    fn check(&self, role: &RoleArn, read: &RolePolicy, undo: bool) -> Result<(), WireError> {
        let name = role.role_name();
        match (undo, Standing::of(read.document.as_deref())) {
            (_, Standing::Other) => Err(invalid(format!(
                "{name} has a policy {POLICY_NAME} that is not of the form that AWS writes, and Hatrack changes nothing in \
                 it. Look at it in IAM; once it has another name, sessions can be revoked from here"
            ))),
            (false, _) => Ok(()),
            (true, Standing::Nothing) => self.nothing_to_undo(role, read),
            (true, Standing::Revokes(before)) => {
                let Some(kept) = self.revoking.book.of(role) else {
                    return Err(invalid(format!(
                        "the sessions of {name} were not revoked from here: whoever revoked them may have had a reason. \
                         Delete the policy {POLICY_NAME} of the role in IAM where you know better"
                    )));
                };
                match is_ours(&kept, before) {
                    true => Ok(()),
                    false => Err(invalid(format!(
                        "the policy {POLICY_NAME} of {name} has been written anew since, and denies sessions issued before \
                         {}. Delete it in IAM where you know better",
                        before.time()
                    ))),
                }
            }
        }
    }

    fn nothing_to_undo(&self, role: &RoleArn, read: &RolePolicy) -> Result<(), WireError> {
        let name = role.role_name();
        let book = &self.revoking.book;
        let age = |kept: KeptRevocation| self.aws_now(read).duration_since(kept.sent).abs();
        if book.of(role).is_some_and(|kept| age(kept) < SETTLES_WITHIN) {
            return Err(invalid(format!(
                "AWS does not show the policy {POLICY_NAME} of {name} yet, which was written a moment ago; try again in a \
                 minute"
            )));
        }
        book.forget(role).map_err(store)?;
        self.revoke_changed();
        Err(invalid(format!(
            "{name} has no policy {POLICY_NAME}: no sessions are revoked, and there is nothing to undo"
        )))
    }

    async fn revoke(
        &self,
        caller: &CallerContext,
        request: &RevokeRequest,
    ) -> Result<RevokeOutcome, WireError> {
        let role = self.role_to_revoke(caller, &request.of).await?;
        let Proven { signer, read } = match self.signer_for(caller, request, &role).await? {
            Step::Go(proven) => *proven,
            Step::Else(outcome) => return Ok(*outcome),
        };
        let standing = Standing::of(read.document.as_deref());
        self.check(&role, &read, false)?;
        let now = self.aws_now(&read);
        let wanted = RevokesBefore::of_date(now);
        let before = match standing {
            Standing::Revokes(stands) => wanted.max(stands),
            Standing::Nothing | Standing::Other => wanted,
        };
        let known = self.revoking.book.of(&role);
        let stood = stood_before(known.as_ref(), standing, read.document);
        let kept = KeptRevocation {
            role: known.as_ref().map_or(&role, |kept| &kept.role).clone(),
            in_force: known.as_ref().and_then(|kept| kept.in_force),
            sent: before.time(),
            stood,
        };
        self.revoking.book.put(kept.clone()).map_err(store)?;
        let document = before.document();
        let (iam, credentials) = (&signer.iam, &signer.credentials);
        let sent = self
            .revoking
            .policies
            .put(iam, credentials, role.role_name(), POLICY_NAME, &document)
            .await;
        let done = format!("Revoked the sessions issued before {}", before.time());
        self.write_revoke(event::REVOKE, &role, caller, &done, &signer, sent.as_ref().err());
        if let Err(failure) = sent {
            self.not_sent(&role, known, &failure)?;
            return denied(failure, "iam:PutRolePolicy", &role, &signer.shown.label);
        }
        let ours = self.ours(&role, Some(before)).await;
        let in_force = Some(before.time());
        let remembered = self.revoking.book.put(KeptRevocation { in_force, ..kept });
        self.revoke_changed();
        remembered.map_err(store)?;
        let (hits, stay) = ours?;
        wait(now, before.time()).await;
        Ok(RevokeOutcome::Revoked {
            revoked: Revoked {
                role_arn: role.to_string(),
                before: before.time(),
                signed_by: signer.shown.label,
                hits,
                stay,
            },
        })
    }

    /// What was refused has changed nothing. Without an answer it is not known: then it stays remembered as sent.
    fn not_sent(
        &self,
        role: &RoleArn,
        known: Option<KeptRevocation>,
        failure: &AwsFailure,
    ) -> Result<(), WireError> {
        if !matches!(failure, AwsFailure::Refused(_)) {
            return Ok(());
        }
        match known {
            Some(kept) => self.revoking.book.put(kept),
            None => self.revoking.book.forget(role),
        }
        .map_err(store)
    }

    async fn undo_revoke(
        &self,
        caller: &CallerContext,
        request: &RevokeRequest,
    ) -> Result<RevokeOutcome, WireError> {
        let role = self.role_to_revoke(caller, &request.of).await?;
        let Proven { signer, read } = match self.signer_for(caller, request, &role).await? {
            Step::Go(proven) => *proven,
            Step::Else(outcome) => return Ok(*outcome),
        };
        self.check(&role, &read, true)?;
        let stood = self.revoking.book.of(&role).and_then(|kept| kept.stood);
        let (iam, credentials) = (&signer.iam, &signer.credentials);
        let (name, policies) = (role.role_name(), &self.revoking.policies);
        let (sent, action) = match &stood {
            Some(document) => {
                let sent = policies.put(iam, credentials, name, POLICY_NAME, document).await;
                (sent, "iam:PutRolePolicy")
            }
            None => {
                let sent = policies.delete(iam, credentials, name, POLICY_NAME).await;
                (sent, "iam:DeleteRolePolicy")
            }
        };
        let done = "Took a revocation of sessions back";
        self.write_revoke(
            event::REVOKE_UNDO,
            &role,
            caller,
            done,
            &signer,
            sent.as_ref().err(),
        );
        if let Err(failure) = sent {
            return denied(failure, action, &role, &signer.shown.label);
        }
        let forgotten = self.revoking.book.forget(&role);
        self.revoke_changed();
        forgotten.map_err(store)?;
        let still_before = match Standing::of(stood.as_deref()) {
            Standing::Revokes(before) => Some(before.time()),
            Standing::Nothing | Standing::Other => None,
        };
        Ok(RevokeOutcome::Undone {
            signed_by: signer.shown.label,
            still_before,
        })
    }

    /// AWS's time, as its answer gives it.
    fn aws_now(&self, read: &RolePolicy) -> Timestamp {
        read.aws_date.unwrap_or_else(|| self.revoking.clock.now().wall)
    }

    fn revoke_changed(&self) {
        self.mailbox
            .changed(&[Topic::Sessions, Topic::Catalog, Topic::History]);
    }

    fn write_revoke(
        &self,
        event: &str,
        role: &RoleArn,
        caller: &CallerContext,
        done: &str,
        signer: &Signer,
        failure: Option<&AwsFailure>,
    ) {
        let (how, request_id) = match failure {
            None => (outcome::OK, None),
            Some(AwsFailure::Refused(refusal)) => (outcome::DENIED, refusal.request_id.clone()),
            Some(_) => (outcome::FAILED, None),
        };
        let by = &signer.shown.label;
        self.mailbox.write(HistoryRow {
            id: 0,
            at: self.clock.now().wall,
            event: event.to_owned(),
            outcome: how.to_owned(),
            account_id: Some(role.account()),
            account_name: self.catalogs.account_name(role.account()),
            role_name: Some(role.role_name().to_owned()),
            arn: Some(role.to_string()),
            profile: None,
            session_id: signer.shown.session_id.clone(),
            duration_s: None,
            call_ms: None,
            request_id,
            error: failure.map(ToString::to_string),
            client: caller.client.as_str().to_owned(),
            detail: Some(match failure {
                None => format!("{done}, signed by {by}"),
                Some(_) => format!("Signed by {by}"),
            }),
        });
    }
}

fn is_ours(kept: &KeptRevocation, stands: RevokesBefore) -> bool {
    kept.in_force == Some(stands.time()) || kept.sent == stands.time()
}

/// What an undo puts back: somebody else's revocation. Where our own stands, what stood before that.
fn stood_before(known: Option<&KeptRevocation>, standing: Standing, read: Option<String>) -> Option<String> {
    match (known, standing) {
        (Some(kept), Standing::Revokes(stands)) if is_ours(kept, stands) => kept.stood.clone(),
        (_, Standing::Revokes(_)) => read,
        (_, Standing::Nothing | Standing::Other) => None,
    }
}

/// Until AWS's clock, which said `now`, has passed `before`: what is got earlier would be denied, too.
async fn wait(now: Timestamp, before: Timestamp) {
    let left = before.duration_since(now).min(LONGEST_WAIT);
    tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
}
