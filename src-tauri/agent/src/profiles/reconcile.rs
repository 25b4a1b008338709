//! What becomes of written profiles when something becomes of their sessions.

use std::sync::Arc;
use std::time::Duration;

use hatrack_core::history::{event, outcome};
use hatrack_core::history_view::HistoryRow;
use hatrack_core::session::SessionId;
use hatrack_core::shared_config::FileKind;
use hatrack_core::view::SessionView;
use hatrack_store::written_profiles::{Form, WrittenProfile};

use super::leaving::{is_needed, is_of};
use super::order::{KEY_LINES, key_lines};
use super::{Back, ProfileFailure, ProfileOrder, Profiles};
use crate::protocol::Topic;
use crate::sessions::Mailbox;

/// How often it is looked after keys whose session this agent does not know, and how long after a failure.
const LOOK: Duration = Duration::from_secs(60);

/// What is to be done with a profile.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Stays,
    Goes,
    /// Its session was renewed: it gets the new keys.
    Follows(SessionId),
    /// Its session is not known: it goes at its end, and until then the agent stays.
    Watched,
}

/// What is known of sessions.
struct Known {
    sessions: Vec<SessionView>,
    /// Those that were switched back and can still be brought back.
    aside: Vec<SessionId>,
    back: Vec<Back>,
    restored: bool,
    no_keys: bool,
    now: jiff::Timestamp,
}

impl Known {
    /// Whether the session that takes it with it can be brought back no more, or is back. It is not known before the
    /// sessions are.
    fn has_left(&self, profile: &WrittenProfile) -> bool {
        let left = profile.leaves_with.as_ref().filter(|_| self.restored);
        left.is_some_and(|id| !self.aside.iter().any(|aside| aside.0 == *id))
    }
}

impl Profiles {
    /// Sets right what a crash left, and then sees to the written profiles for as long as the agent runs.
    pub fn tell(self: &Arc<Self>, mailbox: Mailbox) {
        if self.mailbox.set(mailbox).is_err() {
            return;
        }
        self.tell_catalogs();
        let profiles = Arc::downgrade(self);
        let this = self.clone();
        tokio::spawn(async move {
            this.set_right().await;
            drop(this);
            let mut again = None;
            while let Some(this) = profiles.upgrade() {
                let rung = this.bell.notified();
                match again {
                    Some(()) => drop(tokio::time::timeout(LOOK, rung).await),
                    None => rung.await,
                }
                again = this.reconcile().await;
            }
        });
    }

    /// Of what was cut off while it was written: what stands there is kept, the rest is undone.
    async fn set_right(&self) {
        let _one = self.one.lock().await;
        let written = match self.wiring.journal.read() {
            Ok(written) => written.profiles,
            Err(why) => return tracing::warn!(%why, "which profiles Hatrack wrote is not known"),
        };
        for profile in written.into_iter().filter(|profile| !profile.done) {
            let done = match self.stands(&profile) {
                Ok(true) => {
                    let done = WrittenProfile {
                        done: true,
                        ..profile
                    };
                    self.wiring.journal.put(&done).map_err(ProfileFailure::from)
                }
                Ok(false) => self.remove_written(&profile).await.map(drop),
                Err(why) => Err(why),
            };
            if let Err(why) = done {
                tracing::warn!(%why, "a profile that was cut off while it was written is not set right yet");
            }
        }
    }

    /// Removes what has ended and renews what was renewed. `Some` where it is to be looked at again soon.
    pub async fn reconcile(&self) -> Option<()> {
        let mailbox = self.mailbox.get()?;
        let _one = self.one.lock().await;
        let written = self.wiring.journal.read().ok()?.profiles;
        let (back, restored) = self.heard(|heard| (std::mem::take(&mut heard.back), heard.restored));
        if written.is_empty() {
            return None;
        }
        let known = Known {
            sessions: mailbox.sessions().await.ok()?,
            aside: mailbox.aside().await.ok()?,
            back,
            restored,
            no_keys: self.wiring.choices.now().no_keys_in_profiles,
            now: self.wiring.clock.now().wall,
        };
        let mut again = None;
        for profile in written {
            let done = match fate(&profile, &known) {
                Fate::Stays => self.stays(profile, &known),
                Fate::Goes => self.goes(&profile, mailbox).await,
                Fate::Follows(id) => self.follow(profile, id, mailbox).await,
                Fate::Watched => {
                    mailbox.active();
                    again = Some(());
                    Ok(())
                }
            };
            if let Err(why) = done {
                tracing::warn!(%why, "a written profile is not what it should be; it is looked at again");
                let failed = |heard: &mut super::Heard| heard.back.extend(known.back.iter().cloned());
                self.heard(failed);
                again = Some(());
            }
        }
        again
    }

    /// It does not leave, where that was undone.
    fn stays(&self, mut profile: WrittenProfile, known: &Known) -> Result<(), ProfileFailure> {
        if known.has_left(&profile) {
            profile.leaves_with = None;
            self.wiring.journal.put(&profile)?;
        }
        Ok(())
    }

    async fn goes(&self, profile: &WrittenProfile, mailbox: &Mailbox) -> Result<(), ProfileFailure> {
        if self.remove_written(profile).await? {
            mailbox.write(self.row(profile, event::PROFILE_REMOVE, "agent", None));
        }
        mailbox.changed(&[Topic::Catalog, Topic::Sessions]);
        Ok(())
    }

    /// Gives the profile its session's new keys.
    async fn follow(
        &self,
        mut profile: WrittenProfile,
        id: SessionId,
        mailbox: &Mailbox,
    ) -> Result<(), ProfileFailure> {
        let Ok(Some((session, _))) = mailbox.find(id).await else {
            return Ok(());
        };
        let Form::Keys {
            access_key_ids,
            expires_at,
            ..
        } = &mut profile.form
        else {
            return Ok(());
        };
        access_key_ids.push(session.credentials.access_key_id.clone());
        *expires_at = session.expiry.at;
        self.wiring.journal.put(&profile)?;
        if !self.stands(&profile)? {
            self.wiring.journal.forget(&profile)?;
            return Ok(());
        }
        let lines = key_lines(&session.credentials);
        self.replace(&profile, &KEY_LINES, &lines).await?;
        if let Form::Keys { access_key_ids, .. } = &mut profile.form {
            access_key_ids.drain(..access_key_ids.len() - 1);
        }
        self.wiring.journal.put(&profile)?;
        self.tell_catalogs();
        mailbox.changed(&[Topic::Catalog]);
        Ok(())
    }

    /// What history says of it.
    pub(crate) fn row(
        &self,
        profile: &WrittenProfile,
        what: &str,
        client: &str,
        failure: Option<&ProfileFailure>,
    ) -> HistoryRow {
        HistoryRow {
            id: 0,
            at: self.wiring.clock.now().wall,
            event: what.to_owned(),
            outcome: word(failure).to_owned(),
            account_id: profile.account_id,
            account_name: None,
            role_name: Some(profile.role_name.clone()),
            arn: None,
            profile: Some(profile.profile.clone()),
            session_id: profile.session_id.clone(),
            duration_s: None,
            call_ms: None,
            request_id: None,
            error: failure.map(ToString::to_string),
            client: client.to_owned(),
            detail: Some(format!("{} in {}", profile.profile, profile.file().name)),
        }
    }
}

impl Profiles {
    /// What history says of one that was to be written.
    pub(crate) fn last_row(
        &self,
        order: &ProfileOrder,
        client: &str,
        failure: Option<&ProfileFailure>,
    ) -> HistoryRow {
        let name = order.profile().unwrap_or_default();
        let file = order.locations.both()[usize::from(order.kind() == FileKind::Credentials)];
        HistoryRow {
            id: 0,
            at: self.wiring.clock.now().wall,
            event: event::PROFILE_WRITE.to_owned(),
            outcome: word(failure).to_owned(),
            account_id: order.account_id,
            account_name: None,
            role_name: Some(order.role_name.clone()),
            arn: None,
            profile: order.profile.clone(),
            session_id: order.session_id.clone(),
            duration_s: None,
            call_ms: None,
            request_id: None,
            error: failure.map(ToString::to_string),
            client: client.to_owned(),
            detail: Some(format!("{name} in {}", file.name)),
        }
    }
}

fn word(failure: Option<&ProfileFailure>) -> &'static str {
    match failure {
        None => outcome::OK,
        Some(_) => outcome::FAILED,
    }
}

fn fate(profile: &WrittenProfile, known: &Known) -> Fate {
    match &profile.form {
        Form::Process => {
            let back = known.back.iter().any(|back| is_of(profile, back)) || known.has_left(profile);
            match back && !is_needed(profile, &known.sessions) {
                true => Fate::Goes,
                false => Fate::Stays,
            }
        }
        Form::Keys {
            session_id,
            access_key_ids,
            expires_at,
        } => {
            let session = known.sessions.iter().find(|session| session.id == *session_id);
            let back = known.back.iter().any(|back| is_of(profile, back));
            match session.filter(|session| session.seconds_left > 0) {
                _ if known.no_keys => Fate::Goes,
                Some(live) if access_key_ids.last() == Some(&live.access_key_id) => Fate::Stays,
                Some(live) => Fate::Follows(SessionId(live.id.clone())),
                None if known.aside.iter().any(|aside| aside.0 == *session_id) => Fate::Stays,
                None if back || session.is_some() || known.restored || *expires_at <= known.now => Fate::Goes,
                None => Fate::Watched,
            }
        }
    }
}
