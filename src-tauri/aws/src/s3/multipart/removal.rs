//! The parts of an upload that is not completed: they take room until they are removed.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;

use super::super::session::Signer;
use super::super::{document, locked};
use super::{Leftovers, Making};

/// An upload that takes room until it is completed or aborted.
pub struct Unfinished {
    client: Client,
    signer: Signer,
    bucket: String,
    key: String,
    id: Option<String>,
    leftovers: Leftovers,
}

impl Making<'_> {
    /// An upload that is removed when this is dropped.
    pub fn unfinished(&self, id: &str) -> Unfinished {
        Unfinished {
            client: self.client.clone(),
            signer: self.s3.signer.clone(),
            bucket: self.bucket.as_str().to_owned(),
            key: self.key.to_owned(),
            id: Some(id.to_owned()),
            leftovers: Arc::clone(&self.s3.leftovers),
        }
    }
}

impl Unfinished {
    /// It is completed, or is to stay.
    pub fn let_be(mut self) {
        self.id = None;
    }

    /// Removes its parts, as far as that can be done now.
    pub async fn abort(self) {
        // It was logged.
        let _ = self.removed().await;
    }

    /// Removes its parts.
    pub async fn removed(mut self) -> Result<(), StillThere> {
        let Some(id) = self.id.clone() else {
            return Ok(());
        };
        let removed = self.removal(id).await;
        // Not before: dropped meanwhile, it still has to be removed.
        self.id = None;
        removed
    }

    fn removal(&self, id: String) -> impl Future<Output = Result<(), StillThere>> + Send + use<> {
        let (client, signer) = (self.client.clone(), self.signer.clone());
        abort(client, signer, self.bucket.clone(), self.key.clone(), id)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Dropped half-way: the upload was cancelled. Aborting needs the runtime that it ran on.
        if let (Some(id), Ok(runtime)) = (self.id.take(), tokio::runtime::Handle::try_current()) {
            let removal = self.removal(id);
            let removal = runtime.spawn(async move {
                // It was logged.
                let _ = removal.await;
            });
            locked(&self.leftovers).push(removal);
        }
    }
}

/// The parts of an upload could not be removed.
#[derive(Debug)]
pub struct StillThere;

async fn abort(
    client: Client,
    signer: Signer,
    bucket: String,
    key: String,
    id: String,
) -> Result<(), StillThere> {
    // A second time, for a session that has ended meanwhile.
    for _ in 0..2 {
        let generation = signer.generation();
        let request = client.abort_multipart_upload();
        let request = request.bucket(&bucket).key(&key).upload_id(&id);
        let answer = request.customize().config_override(document()).send().await;
        match answer.map_err(|error| error.code().map(str::to_owned)) {
            Ok(_) => return Ok(()),
            // Somebody else did it.
            Err(Some(code)) if code == "NoSuchUpload" => return Ok(()),
            Err(Some(code)) if code == "ExpiredToken" => signer.ask_again(generation).await,
            Err(_) => break,
        }
    }
    tracing::warn!(
        bucket,
        key,
        "the parts of an upload that was stopped could not be removed"
    );
    Err(StillThere)
}
