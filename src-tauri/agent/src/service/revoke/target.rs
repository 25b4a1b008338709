//! Which role is meant, and which of our own sessions are of it.

use hatrack_core::arn::RoleArn;
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{Found, RoleEntry};
use hatrack_core::revoke::{NotRevocable, RevokeHit, RevokesBefore, is_of, may_be_revoked, rests_on};
use hatrack_core::session::{Session, SessionId};
use hatrack_core::view::SessionView;

use super::invalid;
use crate::protocol::{ErrorCode, RoleChoice, SessionRef, WireError};
use crate::service::catalog::find;
use crate::service::{Service, no_such_session};

impl Service {
    /// The role that is meant, if its sessions can be revoked at all. Any role may be named by its ARN.
    pub(super) async fn role_to_revoke(
        &self,
        caller: &CallerContext,
        of: &SessionRef,
    ) -> Result<RoleArn, WireError> {
        let role = match of {
            SessionRef::Id(id) => self.role_of_session(id).await?,
            SessionRef::Role(choice) => self.role_of_choice(caller, choice)?,
            SessionRef::Typed(text) => {
                let sessions = self.mailbox.sessions().await?;
                if sessions.iter().any(|session| session.id == *text) {
                    self.role_of_session(text).await?
                } else if let Ok(role) = text.parse() {
                    role
                } else {
                    self.role_of_choice(caller, &RoleChoice::Typed(text.clone()))?
                }
            }
        };
        may_be_revoked(&role).map_err(invalid)?;
        Ok(role)
    }

    async fn role_of_session(&self, id: &str) -> Result<RoleArn, WireError> {
        let found = self.mailbox.find(SessionId(id.to_owned())).await?;
        let (session, _) = found.ok_or_else(|| no_such_session(id))?;
        role_of(&session).ok_or_else(|| {
            invalid(
                "that is a session of a user and not of a role; what a user's keys may do ends with the keys: make them \
                 inactive in IAM",
            )
        })
    }

    fn role_of_choice(&self, caller: &CallerContext, choice: &RoleChoice) -> Result<RoleArn, WireError> {
        let loaded = self.catalogs.of(caller);
        match find(&loaded, caller, choice) {
            Ok(Found::Role(entry)) => role_of_entry(entry),
            Ok(Found::Identity(identity)) => Err(invalid(format!(
                "\"{}\" is an identity ({}) and not a role; name a role, or any role's ARN",
                identity.profile,
                identity.route.identity.label()
            ))),
            // Several ways to one role are one role here.
            Err(error) if error.code == ErrorCode::AmbiguousRole => {
                let mut roles: Vec<RoleArn> = Vec::new();
                for key in &error.candidates {
                    match loaded.catalog.by_key(key) {
                        Some(Found::Role(entry)) => roles.push(role_of_entry(entry)?),
                        _ => return Err(error),
                    }
                }
                roles.dedup();
                match <[RoleArn; 1]>::try_from(roles) {
                    Ok([one]) => Ok(one),
                    Err(_) => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Our own live sessions of the role that were issued `before` that, and those that were got by way of it.
    pub(super) async fn ours(
        &self,
        role: &RoleArn,
        before: Option<RevokesBefore>,
    ) -> Result<(Vec<RevokeHit>, Vec<RevokeHit>), WireError> {
        let (mut hits, mut stay) = (Vec::new(), Vec::new());
        for view in self.mailbox.sessions().await? {
            if view.seconds_left == 0 || view.revoked {
                continue;
            }
            let Some((session, _)) = self.mailbox.find(SessionId(view.id.clone())).await? else {
                continue;
            };
            if is_of(role, &session) {
                if before.is_none_or(|before| before.covers(session.issued_at)) {
                    hits.push(hit(view));
                }
            } else if rests_on(role, &session) {
                stay.push(hit(view));
            }
        }
        Ok((hits, stay))
    }
}

fn hit(view: SessionView) -> RevokeHit {
    RevokeHit {
        id: view.id,
        account_name: view.account_name,
        role_name: view.role_name,
        session_name: view.session_name,
        expires_at: view.expires_at,
    }
}

fn role_of_entry(entry: &RoleEntry) -> Result<RoleArn, WireError> {
    entry.arn.clone().ok_or_else(|| {
        let name = format!("{}/{}", entry.account_name, entry.role_name);
        invalid(NotRevocable::IdentityCenter(name))
    })
}

/// The role of a session; one that STS alone has named is without its path.
fn role_of(session: &Session) -> Option<RoleArn> {
    if let Some(hop) = session.key.hops.last() {
        return Some(hop.role.clone());
    }
    let parts: Vec<&str> = session.assumed_role_arn.as_deref()?.splitn(6, ':').collect();
    let ["arn", partition, "sts", _, account, resource] = parts[..] else {
        return None;
    };
    let (name, _) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
    format!("arn:{partition}:iam::{account}:role/{name}").parse().ok()
}
