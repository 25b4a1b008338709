//! What the person says about accounts and roles, and what comes from files.

use super::{Agent, AgentError};
use crate::protocol::{
    Changes, DescribeAccount, DescribeRole, ImportRoles, ImportSettings, Imported, Reply, Request,
};

impl Agent {
    /// Says something about an account.
    pub async fn describe_account(&self, said: DescribeAccount) -> Result<(), AgentError> {
        self.done(Request::DescribeAccount(said)).await
    }

    /// Says something about a role.
    pub async fn describe_role(&self, said: DescribeRole) -> Result<(), AgentError> {
        self.done(Request::DescribeRole(said)).await
    }

    /// What the person says about accounts and roles, as the text of one file without secrets.
    pub async fn export_settings(&self) -> Result<String, AgentError> {
        match self.ask(Request::ExportSettings).await? {
            Reply::Text { text } => Ok(text),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Takes over such a file, or only tells what that would change.
    pub async fn import_settings(&self, request: ImportSettings) -> Result<Changes, AgentError> {
        match self.ask(Request::ImportSettings(request)).await? {
            Reply::Changes(changes) => Ok(changes),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Adds the roles of another tool's file, or only tells what that would add.
    pub async fn import_roles(&self, request: ImportRoles) -> Result<Imported, AgentError> {
        match self.ask(Request::ImportRoles(request)).await? {
            Reply::Imported(imported) => Ok(imported),
            _ => Err(AgentError::Unexpected),
        }
    }
}
