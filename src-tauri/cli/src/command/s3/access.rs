//! S3 with a role's credentials, renewed by the agent while a transfer runs.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use clap::Args;
use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{
    HandOut, HandOutOutcome, HandOutRequest, RecordRequest, RoleChoice, SessionRef, UseKind,
};
use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::{NoCredentials, S3, SessionCredentials};
use hatrack_core::caller::CallerContext;
use hatrack_core::secret::Credentials;
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts::{ProxyUrl, Reach};

use super::refused;
use crate::ask::{self, Person};
use crate::context::Context;
use crate::failure::Failure;
use crate::options::{self, Given};
use crate::out;
use crate::role;

/// Whose credentials sign.
#[derive(Debug, Args)]
pub struct Access {
    /// The role to use, as everywhere; AWS_PROFILE where left out
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// The region to start from; a bucket's own is found from the bucket
    #[arg(long, value_name = "REGION", value_parser = options::region)]
    region: Option<String>,
    #[command(flatten)]
    given: Given,
}

/// S3, and the way back to the agent.
pub struct Open {
    /// S3 as the role sees it.
    pub s3: Arc<S3>,
    /// What the role's account is called, where it is marked as production.
    pub production: Option<String>,
    agent: Agent,
    session_id: Option<String>,
}

impl Access {
    /// Gets credentials and opens S3 with them. A profile with only keys signs with the keys themselves: other S3
    /// servers have no STS.
    pub async fn open(&self, context: &Context) -> Result<Open, Failure> {
        self.open_as(context, self.role.as_deref()).await
    }

    /// The same for another role.
    pub async fn open_as(&self, context: &Context, role: Option<&str>) -> Result<Open, Failure> {
        let agent = context.agent().await?;
        let named = role;
        let role = role::choose(role, &context.caller, RoleChoice::Typed)?;
        let mut request = HandOutRequest::of(SessionRef::Role(role));
        request.purpose = Some(UseKind::S3);
        request.options = SwitchOptions {
            region: self.region.clone(),
            ..SwitchOptions::default()
        };
        request.mfa_code = self.given.code()?;
        request.allow_endpoint = self.given.allow_endpoint;
        request.raw = true;
        request.for_s3 = true;
        let given = ask::hand_out(&agent, Person::AtTerminal, request.clone())
            .await
            .map_err(|failure| failure.with_doctor(named))?;
        refused::opened_as(named);
        given.notes.iter().for_each(|note| out::note(note));

        let session_id = given.session.as_ref().map(|session| session.id.clone());
        let reach = reach(&context.caller, &given);
        let path_style = given.s3.path_style;
        let owner = Owner {
            agent: agent.clone(),
            request: again(request, &given),
            first: Mutex::new(Some(given.credentials)),
        };
        let http = Arc::new(HttpClients::default());
        let s3 = Arc::new(S3::new(http, reach, path_style, Arc::new(owner)));
        Ok(Open {
            s3,
            production: given.production,
            agent,
            session_id,
        })
    }
}

impl Open {
    /// Tells the history. A transfer that is done stays done if that fails, so the person is only told.
    pub async fn record(&self, row: RecordRequest) {
        let row = RecordRequest {
            session_id: self.session_id.clone(),
            ..row
        };
        if let Err(error) = self.agent.record(row).await {
            out::note(&format!("the history does not have this: {error}"));
        }
    }
}

fn reach(caller: &CallerContext, given: &HandOut) -> Reach {
    Reach {
        region: given.region.clone(),
        endpoint: given.s3.endpoint.clone(),
        ca_bundle: given
            .s3
            .ca_bundle
            .as_ref()
            .map(|path| caller.working_folder.join(path)),
        proxy: given.s3.proxy.clone().map(ProxyUrl),
        no_proxy: given.s3.no_proxy.clone(),
    }
}

/// How to ask again for what was given: the session if it is one. The code has been used up.
fn again(request: HandOutRequest, given: &HandOut) -> HandOutRequest {
    let of = match &given.session {
        Some(session) => SessionRef::Id(session.id.clone()),
        None => SessionRef::Role(RoleChoice::Key(given.role_key.clone())),
    };
    HandOutRequest {
        of,
        options: SwitchOptions::default(),
        mfa_code: None,
        quiet: true,
        purpose: None,
        ..request
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
        if let Some(first) = self.first.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ok(first);
        }
        match self.agent.hand_out(self.request.clone()).await {
            Ok(HandOutOutcome::Given(given)) => Ok(given.credentials),
            Ok(HandOutOutcome::Needs { .. }) => Err(NoCredentials(
                "the session has ended and needs an MFA code to go on; run the command again".to_owned(),
            )),
            Ok(HandOutOutcome::Denied { denial }) => Err(NoCredentials(Failure::from(denial).to_string())),
            Err(error) => Err(NoCredentials(error.to_string())),
        }
    }
}
