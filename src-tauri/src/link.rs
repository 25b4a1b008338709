//! The connection to the agent: made when first needed, kept, made again when it is lost.

use hatrack_agent::client::{Agent, AgentError, HatExecutable};
use hatrack_core::caller::Client;
use hatrack_store::home::Home;

use crate::environment::Environment;
use crate::wire::CommandError;

/// The way to this home's agent.
pub struct Link {
    home: Home,
    environment: Environment,
    hat: Option<HatExecutable>,
    agent: tokio::sync::Mutex<Option<Agent>>,
}

impl Link {
    /// Connects to nothing yet.
    pub fn new(home: Home, environment: Environment, hat: Option<HatExecutable>) -> Self {
        Self {
            home,
            environment,
            hat,
            agent: tokio::sync::Mutex::new(None),
        }
    }

    /// The agent, asked on behalf of `client`.
    pub async fn agent(&self, client: Client) -> Result<Agent, CommandError> {
        let mut held = self.agent.lock().await;
        if let Some(agent) = held.as_ref() {
            return Ok(agent.as_caller(self.environment.caller(client)));
        }
        let agent = self.connect(client).await?;
        *held = Some(agent.clone());
        Ok(agent)
    }

    async fn connect(&self, client: Client) -> Result<Agent, CommandError> {
        let caller = self.environment.caller(client);
        let agent = match &self.hat {
            Some(hat) => Agent::connect_or_start(&self.home, caller, hat.clone()).await,
            None => match Agent::connect(&self.home, caller).await {
                Err(AgentError::NotRunning) => {
                    return Err(CommandError::new(
                        "The agent cannot be started: hat is neither beside this program nor on the PATH. Install it again.",
                    ));
                }
                other => other,
            },
        };
        Ok(agent?)
    }
}

impl From<AgentError> for CommandError {
    fn from(error: AgentError) -> Self {
        Self {
            code: error.code().map(|code| code.as_str().to_owned()),
            message: error.to_string(),
        }
    }
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CommandError {}
