//! S3 as each session sees it, with credentials that the agent hands out and renews.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{HandOut, HandOutOutcome, HandOutRequest, SessionRef};
use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::{NoCredentials, S3, SessionCredentials};
use hatrack_core::caller::CallerContext;
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{ProxyUrl, Reach};

use crate::commands::unmet;
use crate::wire::CommandError;

/// One [`S3`] for each session that was browsed: its connections and what it learned of regions are used again.
#[derive(Default)]
pub struct S3Access {
    http: Arc<HttpClients>,
    open: Mutex<HashMap<String, Arc<S3>>>,
}

impl S3Access {
    fn open(&self) -> MutexGuard<'_, HashMap<String, Arc<S3>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// S3 as the session sees it.
    pub async fn of(&self, agent: &Agent, session_id: &str) -> Result<Arc<S3>, CommandError> {
        if let Some(s3) = self.open().get(session_id) {
            return Ok(s3.clone());
        }
        let request = HandOutRequest {
            for_s3: true,
            quiet: true,
            ..HandOutRequest::of(SessionRef::Id(session_id.to_owned()))
        };
        let given = match agent.hand_out(request.clone()).await? {
            HandOutOutcome::Given(given) => given,
            HandOutOutcome::Needs { need } => return Err(unmet(&need)),
            HandOutOutcome::Denied { denial } => return Err(CommandError::new(denial.summary)),
        };
        let reach = reach(agent.caller(), &given);
        let path_style = given.s3.path_style;
        let owner = Owner {
            agent: agent.clone(),
            request,
            first: Mutex::new(Some(given.credentials)),
        };
        let s3 = Arc::new(S3::new(self.http.clone(), reach, path_style, Arc::new(owner)));
        self.open().insert(session_id.to_owned(), s3.clone());
        Ok(s3)
    }

    /// The session was renewed or ended: what is held of it is not used again.
    pub fn forget(&self, session_id: &str) {
        self.open().remove(session_id);
    }
}

fn reach(caller: &CallerContext, given: &HandOut) -> Reach {
    let bundle = given.s3.ca_bundle.as_ref();
    Reach {
        region: given.region.clone(),
        endpoint: given.s3.endpoint.clone(),
        ca_bundle: bundle.map(|path| caller.working_folder.join(path)),
        proxy: given.s3.proxy.clone().map(ProxyUrl),
        no_proxy: given.s3.no_proxy.clone(),
    }
}

/// The agent as the owner of the credentials that sign.
struct Owner {
    agent: Agent,
    request: HandOutRequest,
    first: Mutex<Option<Credentials>>,
}

#[async_trait]
impl SessionCredentials for Owner {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(first) = first {
            return Ok(first);
        }
        match self.agent.hand_out(self.request.clone()).await {
            Ok(HandOutOutcome::Given(given)) => Ok(given.credentials),
            Ok(HandOutOutcome::Needs { need }) => Err(NoCredentials(unmet(&need).message)),
            Ok(HandOutOutcome::Denied { denial }) => Err(NoCredentials(denial.summary)),
            Err(error) => Err(NoCredentials(error.to_string())),
        }
    }
}
