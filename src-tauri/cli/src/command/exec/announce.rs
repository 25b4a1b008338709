//! Telling who opened this terminal that the command runs.

use std::path::Path;

use hatrack_agent::client::Announcer;

use crate::failure::Failure;

/// Who is told, until this is dropped; perhaps nobody.
pub struct Heard(Option<Announcer>);

impl Heard {
    /// Who listens at `socket`. Where nobody does any more, the command runs all the same.
    pub fn by(socket: Option<&Path>) -> Self {
        let connected = socket.map(Announcer::connect).transpose();
        if let Err(why) = &connected {
            tracing::warn!(%why, "who opened this terminal does not listen");
        }
        Self(connected.ok().flatten())
    }

    /// The command runs.
    pub fn started(&mut self) {
        self.tell(Announcer::started);
    }

    /// It does not run.
    pub fn failed(&mut self, failure: &Failure) {
        self.tell(|who| who.failed(&failure.to_string()));
    }

    /// Who no longer listens misses nothing.
    fn tell(&mut self, what: impl FnOnce(&mut Announcer) -> std::io::Result<()>) {
        if let Some(why) = self.0.as_mut().and_then(|who| what(who).err()) {
            tracing::debug!(%why, "who opened this terminal has gone");
        }
    }
}
