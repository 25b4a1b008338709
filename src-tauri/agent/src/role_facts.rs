//! What GetRole tells of roles: read behind everything else, kept, and read again when it is old.
//!
//! Invariants: nobody waits for it; one role is read at a time, and only so many in a second; a refusal is remembered, so
//! that who may not read does not ask again all day, and ends what else was to be read with the same credentials.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use hatrack_core::arn::RoleArn;
use hatrack_core::expiry::Clock;
use hatrack_core::iam::{Iam, RoleFacts};
use hatrack_core::role_kind::{Closed, Trust};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Reach};
use hatrack_store::kept::{Kept, KeptRole};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;

use crate::choices::Choices;
use crate::protocol::Topic;
use crate::sessions::Mailbox;

/// What was read longer ago is read again when there is a chance.
const OLD_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// A trust policy may have changed since: after this, nobody is turned away by it unasked.
const CLOSED_COUNTS_FOR: SignedDuration = SignedDuration::from_hours(1);

/// IAM's codes for who may not read a role, and for a role that is not there (IAM API Reference, "Common errors" and
/// "GetRole").
const MAY_NOT: &str = "AccessDenied";
const NOT_THERE: &str = "NoSuchEntity";

/// Between two calls: IAM's limits are an account's, and others need them too.
const PAUSE: Duration = Duration::from_millis(200);

/// What is known of a role.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// When it was read.
    pub read_at: Timestamp,
    /// What AWS told.
    pub facts: RoleFacts,
    /// Its trust policy, where it can be understood.
    pub trust: Option<Trust>,
}

/// How old what is said of a role is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<T> {
    /// It counts.
    Lately(T),
    /// It may have changed since.
    LongAgo(T),
}

/// What one call for a role has brought.
struct Learnt {
    /// Something that is shown has changed.
    is_news: bool,
    /// Whether the same credentials may learn about other roles.
    goes_on: bool,
}

/// What is known of every role. Clones share it.
#[derive(Clone)]
pub struct RoleBook(Arc<Inner>);

struct Inner {
    iam: Arc<dyn Iam>,
    files: Kept<KeptRole>,
    clock: Arc<dyn Clock>,
    choices: Arc<Choices>,
    mailbox: OnceLock<Mailbox>,
    known: RwLock<Arc<HashMap<RoleArn, Arc<Known>>>>,
    asked: Mutex<Asked>,
    turn: Semaphore,
}

#[derive(Default)]
struct Asked {
    at: HashMap<RoleArn, Timestamp>,
    /// What is to be read now, each with who wants it read again after that.
    now: HashMap<RoleArn, Option<Reader>>,
}

/// Whose credentials read, and where.
type Reader = (Credentials, Reach);

impl RoleBook {
    /// With what was kept. Blocks shortly.
    pub fn new(
        iam: Arc<dyn Iam>,
        files: Kept<KeptRole>,
        clock: Arc<dyn Clock>,
        choices: Arc<Choices>,
    ) -> Self {
        let mut known = HashMap::new();
        let mut asked = Asked::default();
        for kept in files.all(clock.now().wall) {
            asked.at.insert(kept.role.clone(), kept.asked_at);
            if let Some((read_at, facts)) = kept.facts {
                known.insert(kept.role, Arc::new(Known::of(read_at, facts)));
            }
        }
        Self(Arc::new(Inner {
            iam,
            files,
            clock,
            choices,
            mailbox: OnceLock::new(),
            known: RwLock::new(Arc::new(known)),
            asked: Mutex::new(asked),
            turn: Semaphore::new(1),
        }))
    }

    /// Whom to tell of changes.
    pub fn tell(&self, mailbox: Mailbox) {
        // There is one mailbox in an agent's life.
        let _ = self.0.mailbox.set(mailbox);
    }

    /// Everything that is known now.
    pub fn all(&self) -> Arc<HashMap<RoleArn, Arc<Known>>> {
        self.0
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Why no person can assume the role, as it was last read.
    pub fn closed(&self, role: &RoleArn) -> Option<Reading<Closed>> {
        let known = self.all().get(role).cloned()?;
        Some(match known.closed(self.0.clock.now().wall)? {
            Reading::Lately(why) => Reading::Lately(why.clone()),
            Reading::LongAgo(why) => Reading::LongAgo(why.clone()),
        })
    }

    /// Reads the roles behind everything else, with the credentials of somebody in their account. What was read or refused
    /// within the last day is not asked for again, unless `anew`.
    pub fn read(&self, roles: Vec<RoleArn>, signer: Credentials, reach: Reach, anew: bool) {
        let now = self.0.clock.now().wall;
        let due: Vec<RoleArn> = {
            let mut asked = self.asked();
            let Asked { at, now: under_way } = &mut *asked;
            let fresh = |at: &Timestamp| now.duration_since(*at).abs() <= OLD_AFTER;
            let mut due = roles;
            due.retain(|role| anew || !at.get(role).is_some_and(fresh));
            due.retain(|role| match under_way.get_mut(role) {
                // What is being read may be what is known to be past.
                Some(again) => {
                    *again = anew.then(|| (signer.clone(), reach.clone())).or(again.take());
                    false
                }
                None => under_way.insert(role.clone(), None).is_none(),
            });
            due
        };
        if due.is_empty() {
            return;
        }
        let book = self.clone();
        tokio::spawn(async move { book.read_all(&due, &signer, &reach).await });
    }

    /// Reads one after the other, until one is refused or cannot be read: so would be the rest.
    async fn read_all(&self, roles: &[RoleArn], signer: &Credentials, reach: &Reach) {
        let mut is_news = false;
        let mut left = roles.iter();
        for role in left.by_ref() {
            // The semaphore is never closed.
            let _turn = self.0.turn.acquire().await;
            let learnt = self.read_one(role, signer, reach).await;
            self.done_with(role);
            is_news |= learnt.is_news;
            tokio::time::sleep(PAUSE).await;
            if !learnt.goes_on {
                break;
            }
        }
        for role in left {
            self.done_with(role);
        }
        if let Some(mailbox) = self.0.mailbox.get().filter(|_| is_news) {
            mailbox.changed(&[Topic::Catalog]);
        }
    }

    /// The role is not being read any more, unless it was asked for anew meanwhile.
    fn done_with(&self, role: &RoleArn) {
        let again = self.asked().now.remove(role).flatten();
        if let Some((signer, reach)) = again {
            self.read(vec![role.clone()], signer, reach, true);
        }
    }

    async fn read_one(&self, role: &RoleArn, signer: &Credentials, reach: &Reach) -> Learnt {
        let answered = self.0.iam.role(reach, signer, role.role_name()).await;
        let now = self.0.clock.now().wall;
        let (facts, goes_on) = match answered {
            // A role of that name by another path is not the one meant.
            Ok(facts) => (Some(facts).filter(|facts| facts.role == *role), true),
            Err(AwsFailure::Refused(refusal)) if refusal.code == NOT_THERE => (None, true),
            Err(AwsFailure::Refused(refusal)) if refusal.code == MAY_NOT => (None, false),
            // Too many requests, credentials that have ended, no network: this says nothing about the role.
            Err(why) => {
                tracing::debug!(%role, %why, "nothing was learnt about a role");
                return Learnt {
                    is_news: false,
                    goes_on: false,
                };
            }
        };
        let is_news = self.take(role, now, facts).await;
        Learnt { is_news, goes_on }
    }

    /// Keeps what was learnt. Whether that changes what is shown.
    async fn take(&self, role: &RoleArn, now: Timestamp, facts: Option<RoleFacts>) -> bool {
        self.asked().at.insert(role.clone(), now);
        let before = self.all().get(role).cloned();
        let known = match facts {
            Some(facts) => Some(Arc::new(Known::of(now, facts))),
            // What was read once stays, with its age.
            None => before.clone(),
        };
        let kept = KeptRole {
            role: role.clone(),
            asked_at: now,
            facts: known.as_ref().map(|known| (known.read_at, known.facts.clone())),
        };
        if let Some(known) = &known {
            let mut all = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
            Arc::make_mut(&mut *all).insert(role.clone(), known.clone());
        }
        let (files, choices) = (self.0.files.clone(), self.0.choices.clone());
        let maximum = known.as_ref().and_then(|known| known.facts.maximum);
        let is_news = shown(known.as_deref(), now) != shown(before.as_deref(), now);
        let written = tokio::task::spawn_blocking(move || {
            if let Some(maximum) = maximum.filter(|_| is_news)
                && choices.now().role_maximums.get(&kept.role) != Some(&maximum)
                && let Err(why) = choices.update(|said| {
                    said.role_maximums.insert(kept.role.clone(), maximum);
                })
            {
                tracing::warn!(%why, "a role's maximum is not remembered");
            }
            files.put(&kept)
        });
        if let Ok(Err(why)) = written.await {
            tracing::warn!(%why, "what is known of a role was not kept");
        }
        is_news
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.0.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn of(read_at: Timestamp, facts: RoleFacts) -> Self {
        let trust = facts
            .trust
            .as_deref()
            .and_then(|text| Trust::read(&facts.path, text).ok());
        Self {
            read_at,
            facts,
            trust,
        }
    }

    /// Why no person can assume the role, as it was read.
    pub fn closed(&self, now: Timestamp) -> Option<Reading<&Closed>> {
        let counts = now.duration_since(self.read_at).abs() <= CLOSED_COUNTS_FOR;
        let why = self.trust.as_ref()?.closed.as_ref()?;
        Some(if counts {
            Reading::Lately(why)
        } else {
            Reading::LongAgo(why)
        })
    }
}

/// What people see of it, apart from its age.
fn shown(known: Option<&Known>, now: Timestamp) -> Option<(&RoleFacts, Option<Reading<&Closed>>)> {
    known.map(|known| (&known.facts, known.closed(now)))
}
