//! Long-term access keys.

use hatrack_core::access_key::AccessKeyView;

use super::{Agent, AgentError};
use crate::protocol::{
    AddKey, FileChange, ImportKey, KeyKept, Reply, Request, RotateKey, RotateOutcome, RotationGivenUp,
};

impl Agent {
    /// The keys that are known; `ask_aws` has their ages looked up.
    pub async fn access_keys(&self, ask_aws: bool) -> Result<Vec<AccessKeyView>, AgentError> {
        match self.ask(Request::AccessKeys { ask_aws }).await? {
            Reply::AccessKeys(keys) => Ok(keys),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Puts a key into the vault that no file holds.
    pub async fn add_key(&self, key: AddKey) -> Result<KeyKept, AgentError> {
        self.kept(Request::AddKey(key)).await
    }

    /// Takes a profile's key from the files into the vault; the files stay as they are.
    pub async fn import_key(&self, import: ImportKey) -> Result<KeyKept, AgentError> {
        self.kept(Request::ImportKey(import)).await
    }

    async fn kept(&self, request: Request) -> Result<KeyKept, AgentError> {
        match self.ask(request).await? {
            Reply::KeyKept(kept) => Ok(kept),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// What taking an imported key out of its file would change.
    pub async fn key_removal(&self, profile: &str) -> Result<Vec<FileChange>, AgentError> {
        let profile = profile.to_owned();
        match self.ask(Request::KeyRemoval { profile }).await? {
            Reply::FileChanges(changes) => Ok(changes),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Takes an imported key out of its file, and says where that was copied to before.
    pub async fn remove_key_from_file(&self, profile: &str) -> Result<Vec<String>, AgentError> {
        let profile = profile.to_owned();
        match self.ask(Request::RemoveKeyFromFile { profile }).await? {
            Reply::BackedUp { paths } => Ok(paths),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Puts a key of the vault back into its file, and says which that is.
    pub async fn restore_key(&self, profile: &str) -> Result<String, AgentError> {
        let profile = profile.to_owned();
        match self.ask(Request::RestoreKey { profile }).await? {
            Reply::Text { text } => Ok(text),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Forgets a key of the vault.
    pub async fn forget_key(&self, profile: &str) -> Result<(), AgentError> {
        let profile = profile.to_owned();
        self.done(Request::ForgetKey { profile }).await
    }

    /// Rotates a key, or finishes what was begun. Takes a minute and more where AWS is slow to know the new one.
    pub async fn rotate_key(&self, rotate: RotateKey) -> Result<RotateOutcome, AgentError> {
        match self.ask(Request::RotateKey(rotate)).await? {
            Reply::KeyRotation(outcome) => Ok(outcome),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Gives up a rotation that cannot be finished: the key in use stays.
    pub async fn give_up_rotation(&self, profile: &str) -> Result<RotationGivenUp, AgentError> {
        let profile = profile.to_owned();
        match self.ask(Request::GiveUpRotation { profile }).await? {
            Reply::RotationGivenUp(given_up) => Ok(given_up),
            _ => Err(AgentError::Unexpected),
        }
    }
}
