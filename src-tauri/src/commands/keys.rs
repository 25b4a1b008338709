//! Long-term access keys. Their secrets stay in the agent.

use hatrack_agent::protocol::{FileChange, ImportKey, KeyKept, RotateKey, RotateOutcome, RotationGivenUp};
use hatrack_core::access_key::AccessKeyView;

use super::sessions::code;
use crate::desk::Desk;
use crate::wire::{AccessKeysRequest, CommandError, KeyRequest, RotateKeyRequest};

type Answer<T> = Result<T, CommandError>;

#[allow(missing_docs)]
pub async fn access_keys(desk: &Desk, request: AccessKeysRequest) -> Answer<Vec<AccessKeyView>> {
    Ok(desk.agent().await?.access_keys(request.ask_aws).await?)
}

/// Takes a profile's key into the vault, once AWS has said whose it is. Its file stays as it is.
pub async fn import_key(desk: &Desk, request: KeyRequest) -> Answer<KeyKept> {
    let import = ImportKey {
        profile: request.profile,
        check: true,
    };
    Ok(desk.agent().await?.import_key(import).await?)
}

/// What taking an imported key out of its file would change.
pub async fn key_removal(desk: &Desk, request: KeyRequest) -> Answer<Vec<FileChange>> {
    Ok(desk.agent().await?.key_removal(&request.profile).await?)
}

/// Takes an imported key out of its file, and says where that was copied to before.
pub async fn remove_key_from_file(desk: &Desk, request: KeyRequest) -> Answer<Vec<String>> {
    Ok(desk.agent().await?.remove_key_from_file(&request.profile).await?)
}

/// Puts a key of the vault back into its file, and says which that is.
pub async fn restore_key(desk: &Desk, request: KeyRequest) -> Answer<String> {
    Ok(desk.agent().await?.restore_key(&request.profile).await?)
}

/// Rotates a key, or finishes what was begun.
pub async fn rotate_key(desk: &Desk, request: RotateKeyRequest) -> Answer<RotateOutcome> {
    let rotate = RotateKey {
        profile: request.profile,
        keep_old: request.keep_old,
        mfa_code: code(request.mfa_code)?,
    };
    Ok(desk.agent().await?.rotate_key(rotate).await?)
}

/// Gives up a rotation that cannot be finished: the key in use stays.
pub async fn give_up_rotation(desk: &Desk, request: KeyRequest) -> Answer<RotationGivenUp> {
    Ok(desk.agent().await?.give_up_rotation(&request.profile).await?)
}
