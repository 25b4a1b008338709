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
use hatrack_core::transfer_view::TransferParty;
use tokio::sync::watch;

use crate::commands::unmet;
use crate::desk::Desk;
use crate::wire::CommandError;

/// One [`S3`] for each session that was browsed: its connections and what it learned of regions are used again.
#[derive(Default)]
pub struct S3Access {
    http: Arc<HttpClients>,
    open: Mutex<HashMap<String, Arc<S3>>>,
    /// Those that transfers use, by session: they outlast it where another of its role takes its place.
    lasting: Mutex<HashMap<String, Arc<S3>>>,
    /// Counts the changes of the sessions.
    changes: watch::Sender<u64>,
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
        pay_as_remembered(&s3, agent, session_id).await;
        self.open().insert(session_id.to_owned(), s3.clone());
        Ok(s3)
    }

    /// S3 as a transfer's session sees it, or another session of its role once that one has gone.
    pub async fn of_party(&self, desk: &Desk, party: &TransferParty) -> Result<Arc<S3>, CommandError> {
        if let Some(s3) = self.lasting().get(&party.session_id) {
            return Ok(s3.clone());
        }
        let owner = PartyOwner {
            desk: desk.clone(),
            party: party.clone(),
        };
        let given = owner.given().await?;
        let reach = reach(desk.agent().await?.caller(), &given);
        let s3 = Arc::new(S3::new(
            self.http.clone(),
            reach,
            given.s3.path_style,
            Arc::new(owner),
        ));
        // Somebody may have been quicker; what limits connections is to be one.
        let mut lasting = self.lasting();
        Ok(lasting.entry(party.session_id.clone()).or_insert(s3).clone())
    }

    /// S3 that signs nothing, for what is to be taken away on this computer.
    pub fn without_session(&self) -> Arc<S3> {
        let reach = Reach {
            region: "us-east-1".to_owned(),
            endpoint: None,
            ca_bundle: None,
            proxy: None,
            no_proxy: None,
        };
        Arc::new(S3::new(self.http.clone(), reach, false, Arc::new(Nobody)))
    }

    /// Tells of each change of the sessions.
    pub fn sessions(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// A session was made, renewed or ended.
    pub fn sessions_changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Comes back when the parts of every upload that was dropped have been removed.
    pub async fn settled(&self) {
        let all: Vec<_> = self.lasting().values().cloned().collect();
        for s3 in all {
            s3.settled().await;
        }
    }

    fn lasting(&self) -> MutexGuard<'_, HashMap<String, Arc<S3>>> {
        self.lasting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session was renewed or ended: what is held of it is not used again.
    pub fn forget(&self, session_id: &str) {
        self.open().remove(session_id);
    }
}

/// Requests to the buckets that the person said so of are paid for.
async fn pay_as_remembered(s3: &S3, agent: &Agent, session_id: &str) {
    let Ok(places) = agent.places(session_id).await else {
        return;
    };
    for bucket in places.payers.iter().filter_map(|bucket| bucket.parse().ok()) {
        s3.pay_for(&bucket, true);
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

/// Gives no credentials.
struct Nobody;

#[async_trait]
impl SessionCredentials for Nobody {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        Err(NoCredentials(
            "there is no session for this; switch to the role first".to_owned(),
        ))
    }
}

/// The agent as the owner of what a transfer signs with.
struct PartyOwner {
    desk: Desk,
    party: TransferParty,
}

impl PartyOwner {
    /// Of the session, or of a live one of the same role. Nobody is switched to a role by a transfer.
    async fn given(&self) -> Result<HandOut, CommandError> {
        let agent = self.desk.agent().await?;
        let first = hand_out(&agent, &self.party.session_id).await;
        let Err(why) = first else { return first };
        let others = agent.sessions().await?.into_iter().filter(|session| {
            session.seconds_left > 0
                && session.id != self.party.session_id
                && session.role_key.is_some()
                && session.role_key == self.party.role_key
        });
        for other in others {
            if let Ok(given) = hand_out(&agent, &other.id).await {
                return Ok(given);
            }
        }
        Err(CommandError {
            message: format!("{}: {}", self.party.name, why.message),
            code: why.code,
        })
    }
}

async fn hand_out(agent: &Agent, session_id: &str) -> Result<HandOut, CommandError> {
    let request = HandOutRequest {
        for_s3: true,
        quiet: true,
        ..HandOutRequest::of(SessionRef::Id(session_id.to_owned()))
    };
    match agent.hand_out(request).await? {
        HandOutOutcome::Given(given) => Ok(*given),
        HandOutOutcome::Needs { need } => Err(unmet(&need)),
        HandOutOutcome::Denied { denial } => Err(CommandError::new(denial.summary)),
    }
}

#[async_trait]
impl SessionCredentials for PartyOwner {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        let given = self.given().await.map_err(|why| NoCredentials(why.message))?;
        Ok(given.credentials)
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
