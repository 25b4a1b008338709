//! Where the sessions' credentials went. It is in memory only, and ends with the session.

use std::collections::HashMap;
use std::time::Duration;

use hatrack_core::expiry::BootTime;
use hatrack_core::in_use::{SessionUsesView, UseKind, UseView};
use hatrack_core::session::SessionId;
use jiff::Timestamp;

use super::keeper::Keeper;
use crate::protocol::Topic;

/// How many different uses of a session are remembered.
const REMEMBERED: usize = 40;
/// That a known use happened once more is told at most this often: there may be thousands.
const PACE: Duration = Duration::from_secs(5);

/// A use, as it is noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The way.
    pub kind: UseKind,
    /// Which page or program.
    pub what: Option<String>,
    /// In which browser.
    pub place: Option<String>,
}

impl Use {
    /// Of this kind, with nothing to tell beside.
    pub fn of(kind: UseKind) -> Self {
        Self {
            kind,
            what: None,
            place: None,
        }
    }
}

/// What happens to a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It happened, and is over.
    Happens,
    /// It lasts from now on.
    Begins,
    /// It has ended.
    Ends,
}

#[derive(Default)]
struct Known {
    since: Option<Timestamp>,
    uses: Vec<UseView>,
}

/// The uses of all sessions.
#[derive(Default)]
pub(super) struct Uses {
    of: HashMap<SessionId, Known>,
    told: Option<BootTime>,
    untold: bool,
}

impl Uses {
    /// This session is older than what is known of its uses.
    pub(super) fn known_since(&mut self, id: &SessionId, since: Timestamp) {
        self.of.entry(id.clone()).or_default().since = Some(since);
    }

    pub(super) fn forget(&mut self, id: &SessionId) {
        self.of.remove(id);
    }

    /// Whether it is a use that was not known.
    fn note(&mut self, id: &SessionId, what: Use, step: Step, at: Timestamp) -> bool {
        let known = &mut self.of.entry(id.clone()).or_default().uses;
        let alike =
            |known: &UseView| known.kind == what.kind && known.what == what.what && known.place == what.place;
        let index = known.iter().position(alike);
        let is_new = index.is_none();
        if is_new && step == Step::Ends {
            return false;
        }
        let mut noted = match index {
            Some(index) => known.remove(index),
            None => UseView {
                kind: what.kind,
                what: what.what,
                place: what.place,
                count: 0,
                running: 0,
                last_at: at,
            },
        };
        match step {
            Step::Happens | Step::Begins => {
                noted.count = noted.count.saturating_add(1);
                noted.running = noted.running.saturating_add(u32::from(step == Step::Begins));
                noted.last_at = at;
            }
            Step::Ends => noted.running = noted.running.saturating_sub(1),
        }
        known.insert(0, noted);
        if known.len() > REMEMBERED
            && let Some(oldest) = known.iter().rposition(|known| known.running == 0)
        {
            known.remove(oldest);
        }
        is_new
    }

    /// What holds a session's credentials whatever is done here, for people.
    pub(super) fn that_stay(&self, id: &SessionId) -> Vec<String> {
        let uses = self
            .of
            .get(id)
            .map(|known| known.uses.as_slice())
            .unwrap_or_default();
        uses.iter().filter_map(stays).collect()
    }

    /// When what is untold is to be told.
    pub(super) fn due(&self) -> Option<BootTime> {
        let told = self.told.filter(|_| self.untold)?;
        Some(BootTime(told.0 + PACE))
    }
}

/// How a use that cannot be taken back is told.
fn stays(known: &UseView) -> Option<String> {
    let what = known.what.as_deref();
    Some(match known.kind {
        UseKind::Console => match &known.place {
            Some(place) => format!("the console sign-in in {place}, until it ends"),
            None => "the console sign-in, until it ends".to_owned(),
        },
        UseKind::ConsoleLink => "a console link, for 15 minutes from when it was made".to_owned(),
        UseKind::Env => "shells that took exports".to_owned(),
        UseKind::Process => "programs that asked for them".to_owned(),
        UseKind::Exec if known.running > 0 => format!("{}, which runs", what.unwrap_or("a command")),
        UseKind::Terminal if known.running > 0 => "a terminal that is open".to_owned(),
        UseKind::Exec | UseKind::Terminal | UseKind::S3 => return None,
    })
}

impl Keeper {
    /// Notes a use of a session that people see.
    pub(super) fn used(&mut self, id: &SessionId, what: Use, step: Step) {
        if self.place(id).is_none() && !self.is_aside(id) {
            return;
        }
        let now = self.now();
        let is_new = self.uses.note(id, what, step, now.wall);
        let soon = self.uses.told.is_some_and(|told| now.boot.0 < told.0 + PACE);
        if soon && !is_new && step != Step::Ends {
            self.uses.untold = true;
        } else {
            self.tell_uses();
        }
    }

    /// Tells what was held back, where it is time.
    pub(super) fn tell_uses_due(&mut self) {
        let now = self.now().boot;
        if self.uses.due().is_some_and(|due| due <= now) {
            self.tell_uses();
        }
    }

    fn tell_uses(&mut self) {
        self.uses.told = Some(self.now().boot);
        self.uses.untold = false;
        self.audience.changed(&[Topic::Uses]);
    }

    /// The uses of the sessions that people see.
    pub(super) fn uses_views(&self) -> Vec<SessionUsesView> {
        let listed = self.held.iter().filter(|held| held.session.listed);
        listed
            .filter_map(|held| {
                let known = self.uses.of.get(&held.session.id)?;
                Some(SessionUsesView {
                    session_id: held.session.id.to_string(),
                    known_since: known.since,
                    uses: known.uses.clone(),
                })
            })
            .collect()
    }
}
