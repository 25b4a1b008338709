//! Which profiles go with a session, and remembering it for the moment in which switching back can be undone: the agent
//! may be killed in it.

use hatrack_core::session::SessionId;
use hatrack_core::view::SessionView;
use hatrack_store::written_profiles::{Form, WrittenProfile};

use super::{Back, ProfileFailure, Profiles};

/// Whether the profile is the session's, and goes with it.
pub(super) fn is_of(profile: &WrittenProfile, back: &Back) -> bool {
    match &profile.form {
        Form::Process => {
            let of_role = back.role_key.as_deref() == Some(profile.role_key.as_str());
            profile.session_id.as_deref() == Some(back.id.0.as_str())
                || (of_role && back.config == profile.config.path)
        }
        Form::Keys { session_id, .. } => back.id.0 == *session_id,
    }
}

/// Whether one of these sessions is the role's: a line serves whichever there is.
pub(super) fn is_needed<'a>(
    profile: &WrittenProfile,
    sessions: impl IntoIterator<Item = &'a SessionView>,
) -> bool {
    let of_role = |session: &SessionView| session.role_key.as_deref() == Some(profile.role_key.as_str());
    profile.form == Form::Process
        && sessions
            .into_iter()
            .any(|session| session.seconds_left > 0 && of_role(session))
}

impl Profiles {
    /// The names of the profiles that go when the person switches back from `back`, each with its session, while
    /// `staying` lives on.
    pub(crate) fn that_leave(&self, back: &[Back], staying: &[SessionView]) -> Vec<(SessionId, String)> {
        // Where it is not known what was written, nothing is claimed.
        let written = self.wiring.journal.read().unwrap_or_default().profiles;
        let going = written.iter().filter(|profile| !is_needed(profile, staying));
        going
            .filter_map(|profile| {
                let of = back.iter().find(|back| is_of(profile, back))?;
                Some((of.id.clone(), profile.profile.clone()))
            })
            .collect()
    }

    /// Remembers on disk which profiles go with `back`, so that the next agent removes them where this one is killed
    /// before it does.
    pub(crate) async fn remember_leaving(&self, back: &[Back]) -> Result<(), ProfileFailure> {
        let _one = self.one.lock().await;
        for mut profile in self.wiring.journal.read()?.profiles {
            if let Some(of) = back.iter().find(|back| is_of(&profile, back)) {
                profile.leaves_with = Some(of.id.to_string());
                self.wiring.journal.put(&profile)?;
            }
        }
        // It may have been undone meanwhile.
        self.bell.notify_one();
        Ok(())
    }
}
