//! Teams' catalogs.

use hatrack_core::caller::CallerContext;
use hatrack_store::teams::FileHash;

use super::Service;
use crate::protocol::{AddTeam, ErrorCode, Reply, Topic, WireError};
use crate::teams::TeamFailure;

impl From<TeamFailure> for WireError {
    fn from(failure: TeamFailure) -> Self {
        let code = match failure {
            TeamFailure::Kept(_) => ErrorCode::Store,
            TeamFailure::Fetch(_) => ErrorCode::Aws,
            TeamFailure::Untrusted(_) | TeamFailure::Changed { .. } | TeamFailure::ChangedAgain(_) => {
                ErrorCode::Config
            }
            _ => ErrorCode::Invalid,
        };
        Self::new(code, failure.to_string())
    }
}

impl Service {
    pub(super) async fn look_at_team(
        &self,
        caller: &CallerContext,
        location: &str,
    ) -> Result<Reply, WireError> {
        Ok(Reply::TeamPreview(self.teams.look(location, caller).await?))
    }

    pub(super) async fn add_team(&self, caller: &CallerContext, team: AddTeam) -> Result<Reply, WireError> {
        let view = self.teams.add(&team.location, team.trust, caller).await?;
        self.mailbox.changed(&[Topic::Catalog]);
        Ok(Reply::Team(Box::new(view)))
    }

    pub(super) async fn refresh_team(
        &self,
        caller: &CallerContext,
        name: &str,
        accept: Option<FileHash>,
    ) -> Result<Reply, WireError> {
        let view = self.teams.refresh(name, accept, caller).await?;
        self.mailbox.changed(&[Topic::Catalog]);
        Ok(Reply::Team(Box::new(view)))
    }

    pub(super) fn remove_team(&self, name: &str) -> Result<Reply, WireError> {
        self.teams.remove(name)?;
        self.mailbox.changed(&[Topic::Catalog]);
        Ok(Reply::Done)
    }
}
