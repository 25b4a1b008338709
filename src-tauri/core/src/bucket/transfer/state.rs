//! How a transfer stands, and what comes next.

/// The state of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not begun.
    Waiting,
    /// Bytes move.
    Running,
    /// It goes on later, from where it is.
    Paused(Pause),
    /// All of it is there.
    Done,
    /// It was given up by the person; nothing of it is left.
    Cancelled,
    /// It was stopped by an error.
    Failed {
        /// What happened and what to do.
        message: String,
        /// Whether what is there was kept, so that it can go on from there.
        resumable: bool,
    },
}

/// Why a transfer pauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pause {
    /// The person wants it so.
    ByPerson,
    /// The session has ended, and a person is needed for another.
    Session {
        /// What is needed.
        why: String,
    },
}

/// How a run ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// All of it is there.
    Done,
    /// There is no session to sign with.
    NoSession(String),
    /// By an error.
    Failed {
        /// What happened and what to do.
        message: String,
        /// Whether what is there was kept.
        resumable: bool,
    },
}

/// What happens to a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It is its turn.
    Start,
    /// The person pauses it.
    Pause,
    /// The person lets it go on, or tries again what failed.
    Resume,
    /// The person gives it up.
    Cancel,
    /// There is a session again.
    SessionBack,
    /// Its run ended.
    Ended(End),
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing changes.
    Nothing,
    /// Run it, from where it is.
    Run,
    /// Stop the run and keep what is there.
    Stop,
    /// Stop, keep what is there, and tell when there is a session again.
    AwaitSession,
    /// Stop, and take away what is there.
    Discard,
    /// It is over.
    Finish,
}

/// Decides how one transfer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine(State);

impl Default for Machine {
    fn default() -> Self {
        Self(State::Waiting)
    }
}

impl Machine {
    /// How it stands.
    pub fn state(&self) -> &State {
        &self.0
    }

    /// Takes in what happened. What does not fit the state (an end that comes after a cancel, a pause after the end)
    /// changes nothing.
    pub fn on(&mut self, event: Event) -> Step {
        let (state, step) = match (&self.0, event) {
            (State::Done | State::Cancelled, _) => return Step::Nothing,
            (_, Event::Cancel) => (State::Cancelled, Step::Discard),
            (State::Waiting, Event::Start) => (State::Running, Step::Run),
            (State::Waiting, Event::Pause) => (State::Paused(Pause::ByPerson), Step::Nothing),
            (State::Running, Event::Pause) => (State::Paused(Pause::ByPerson), Step::Stop),
            (State::Paused(Pause::Session { .. }), Event::Pause) => {
                (State::Paused(Pause::ByPerson), Step::Stop)
            }
            (State::Paused(_) | State::Failed { .. }, Event::Resume) => (State::Running, Step::Run),
            (State::Paused(Pause::Session { .. }), Event::SessionBack) => (State::Running, Step::Run),
            (State::Running, Event::Ended(end)) => match end {
                End::Done => (State::Done, Step::Finish),
                End::NoSession(why) => (State::Paused(Pause::Session { why }), Step::AwaitSession),
                End::Failed { message, resumable } => (State::Failed { message, resumable }, Step::Finish),
            },
            _ => return Step::Nothing,
        };
        self.0 = state;
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(events: &[Event]) -> (State, Step) {
        let mut machine = Machine::default();
        let mut last = Step::Nothing;
        for event in events {
            last = machine.on(event.clone());
        }
        (machine.state().clone(), last)
    }

    fn failed() -> Event {
        Event::Ended(End::Failed {
            message: "no".into(),
            resumable: true,
        })
    }

    fn no_session() -> Event {
        Event::Ended(End::NoSession("a code".into()))
    }

    #[test]
    fn s15_a_transfer_pauses_without_a_session_and_goes_on_with_one() {
        let (state, step) = after(&[Event::Start, no_session()]);
        assert_eq!(step, Step::AwaitSession);
        assert_eq!(state, State::Paused(Pause::Session { why: "a code".into() }));
        let back = [Event::Start, no_session(), Event::SessionBack];
        assert_eq!(after(&back), (State::Running, Step::Run));
    }

    #[test]
    fn what_the_person_paused_stays_so_when_the_session_is_back() {
        let events = [Event::Start, no_session(), Event::Pause, Event::SessionBack];
        assert_eq!(after(&events), (State::Paused(Pause::ByPerson), Step::Nothing));
    }

    #[test]
    fn a_cancel_discards_from_every_state_but_the_end() {
        for before in [
            vec![],
            vec![Event::Start],
            vec![Event::Start, Event::Pause],
            vec![Event::Start, no_session()],
            vec![Event::Start, failed()],
        ] {
            let mut events = before;
            events.push(Event::Cancel);
            assert_eq!(after(&events), (State::Cancelled, Step::Discard));
            events.push(failed());
            assert_eq!(after(&events), (State::Cancelled, Step::Nothing));
        }
        let done = [Event::Start, Event::Ended(End::Done), Event::Cancel];
        assert_eq!(after(&done), (State::Done, Step::Nothing));
    }

    #[test]
    fn what_failed_can_be_tried_again() {
        assert_eq!(
            after(&[Event::Start, failed(), Event::Resume]),
            (State::Running, Step::Run)
        );
    }

    #[test]
    fn an_end_that_comes_after_a_pause_changes_nothing() {
        assert_eq!(
            after(&[Event::Start, Event::Pause, failed()]),
            (State::Paused(Pause::ByPerson), Step::Nothing)
        );
    }
}
