//! Why a key could not be taken in, put back or renewed.

use hatrack_core::shared_config::UnwritableWord;
use hatrack_core::sts::AwsFailure;
use hatrack_store::rotations::RotationsFailure;
use hatrack_store::shared_file::SharedFileFailure;
use hatrack_store::vault::VaultFailure;

use super::shown;

/// What happened, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFailure {
    /// The vault keeps nothing.
    #[error(
        "the key cannot be kept: there is no keyring, or it is locked, and nothing is written without one; unlock or \
         start a keyring and try again"
    )]
    NoVault,
    /// The vault has none of this name.
    #[error(
        "the vault has no key of \"{name}\", or it is locked; `hat keys list` shows what there is", name = shown(.0)
    )]
    NotInVault(String),
    /// There is no such key anywhere.
    #[error("no access key of \"{name}\" is known; `hat keys list` shows what there is", name = shown(.0))]
    Unknown(String),
    /// AWS's tools would not take it for a profile's name.
    #[error("\"{name}\" cannot name a profile; letters, digits and _-/.%@:+ can", name = shown(.0))]
    BadName(String),
    /// The files' profile has a start of its own, which would win.
    #[error(
        "the profile \"{name}\" has credentials in the shared files; `hat keys import` takes them into the vault", name = shown(.0)
    )]
    HasCredentials(String),
    /// The profile has no long-term key that could be taken.
    #[error("the profile \"{name}\" cannot be taken into the vault: {why}", name = shown(.profile))]
    NotImportable {
        /// The profile.
        profile: String,
        /// Why, and what to do.
        why: &'static str,
    },
    /// The vault holds another key under this name.
    #[error(
        "the vault holds another key under the name \"{name}\"; `hat keys restore {name}` puts that one back into its file, \
         `hat keys remove {name}` forgets it", name = shown(.0)
    )]
    AnotherKey(String),
    /// The files hold another key than the vault.
    #[error(
        "the profile \"{name}\" has another key in its file than in the vault, so nothing was changed; keep one of them: \
         `hat keys remove {name}` forgets the vault's", name = shown(.0)
    )]
    Differ(String),
    /// The profile's line is not ours any more.
    #[error(
        "the profile \"{name}\" has credentials of its own in the shared files, so its key was not put back; remove them \
         from the file first", name = shown(.0)
    )]
    NotOurs(String),
    /// A rotation was begun.
    #[error("a rotation of the key of \"{name}\" is not finished; `hat keys rotate {name}` finishes it", name = shown(.0))]
    Unfinished(String),
    /// One runs now.
    #[error("the key of \"{name}\" is being rotated now; wait for that to end", name = shown(.0))]
    Running(String),
    /// The key itself does not work.
    #[error("AWS does not take the key: {0}; nothing was changed")]
    DoesNotWork(Box<AwsFailure>),
    /// The key is the account's root user's.
    #[error(
        "this is a key of the account's root user; AWS advises to delete it, so it is not rotated. Make a key of an IAM \
         user or a role instead"
    )]
    Root,
    /// AWS lets a user have two keys, and there are two.
    #[error(
        "the user has two access keys, and AWS allows no third: {other}. Delete the one that is not needed, in the \
         console or by `aws iam delete-access-key`, and rotate again; nothing was changed"
    )]
    TwoKeys {
        /// What is known of the other one.
        other: String,
    },
    /// IAM said no, where a code may help.
    #[error("AWS refused: {0}. The policy may want an MFA code: add mfa_serial to the profile and try again")]
    WantsCode(Box<AwsFailure>),
    /// IAM said no before anything was changed.
    #[error("AWS refused: {0}; nothing was changed and the key is in use as before")]
    Refused(Box<AwsFailure>),
    /// Nobody knows whether a key was made.
    #[error(
        "whether AWS made a new key is not known: {0}. The key in use is as before; `hat keys rotate` again looks for it \
         and clears up"
    )]
    Unclear(Box<AwsFailure>),
    /// A new key was made and could not be stored.
    #[error("the new key {id} could not be stored: {why}. {then}")]
    NotStored {
        /// The new key.
        id: String,
        /// Why.
        why: Box<KeyFailure>,
        /// What became of it.
        then: &'static str,
    },
    /// The new key does not work yet.
    #[error(
        "AWS does not take the new key {id} yet: {why}. It is stored, and the old key {old_id} is in use as before; \
         `hat keys rotate` again goes on"
    )]
    NotProven {
        /// The new key.
        id: String,
        /// The old one.
        old_id: String,
        /// What AWS said last.
        why: Box<AwsFailure>,
    },
    /// The new key is in use, and the old one could not be removed.
    #[error(
        "the new key {id} is stored and in use, but the old key {old_id} could not be {doing}: {why}. Both work; \
         `hat keys rotate` again goes on"
    )]
    NotRetired {
        /// The new key.
        id: String,
        /// The old one.
        old_id: String,
        /// `made inactive`, `deleted`.
        doing: &'static str,
        /// What AWS said.
        why: Box<AwsFailure>,
    },
    /// AWS made a key that is in use by somebody.
    #[error(
        "a key {id} was made while an earlier rotation was cut off, and it has been used since; look whose it is before \
         you rotate again"
    )]
    Strange {
        /// The key.
        id: String,
    },
    /// The line for the file cannot be written.
    #[error(transparent)]
    Line(#[from] UnwritableWord),
    /// The shared files.
    #[error(transparent)]
    File(#[from] SharedFileFailure),
    /// The record of what was begun.
    #[error(transparent)]
    Rotations(#[from] RotationsFailure),
    /// The vault's files.
    #[error(transparent)]
    Vault(#[from] VaultFailure),
}
