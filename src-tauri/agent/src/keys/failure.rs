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
    /// Nobody can tell what is in the vault, or one that is in it cannot be had.
    #[error("the vault cannot be read now ({why}), so nothing was changed; unlock the keyring and try again")]
    Locked {
        /// What the keyring says.
        why: String,
    },
    /// The vault has none of this name.
    #[error(
        "the vault has no key of \"{name}\"; `hat keys list` shows what there is", name = shown(.0)
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
    #[error(
        "a rotation of the key of \"{name}\" is not finished; `hat keys rotate {name}` finishes it, and with --give-up it \
         ends where it is", name = shown(.0)
    )]
    Unfinished(String),
    /// None was begun.
    #[error("no rotation of the key of \"{name}\" was begun; nothing was changed", name = shown(.0))]
    NothingBegun(String),
    /// The new key is the one that works.
    #[error(
        "AWS takes the new key of \"{name}\" and not the one in use, so the rotation was not given up; \
         `hat keys rotate {name}` finishes it", name = shown(.0)
    )]
    FinishInstead(String),
    /// The ID and the secret are not in one file.
    #[error(
        "the access key ID and the secret of the profile \"{name}\" do not stand in the same file, so a new key cannot take \
         their place; put both lines into one file and try again. The old key is in use as before", name = shown(.0)
    )]
    Apart(String),
    /// A rotation's new key is stored nowhere.
    #[error(
        "the new key …{ends} of \"{name}\" is stored nowhere any more: somebody may have put back the file as it was before. \
         The key in use is as before; `hat keys rotate {name} --give-up` ends the rotation", name = shown(.profile)
    )]
    NewKeyGone {
        /// The profile.
        profile: String,
        /// The last four characters of its ID.
        ends: String,
    },
    /// The new key could not be read again in the old one's place.
    #[error(
        "the new key …{ends} is stored, but the profile \"{name}\" has another one, so nothing was retired; \
         `hat keys rotate` again goes on, and with --give-up it ends", name = shown(.profile)
    )]
    NotSwapped {
        /// The last four characters of the new key's ID.
        ends: String,
        /// Who has another.
        profile: String,
    },
    /// One runs now.
    #[error("the key of \"{name}\" is being rotated now; wait for that to end", name = shown(.0))]
    Running(String),
    /// AWS does not know the key.
    #[error("AWS does not take the key: {0}; nothing was changed")]
    DoesNotWork(Box<AwsFailure>),
    /// AWS could not be asked about the key, or did not say.
    #[error("whether AWS takes the key is not known: {0}; nothing was changed")]
    NotAsked(Box<AwsFailure>),
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
         `hat keys rotate` again goes on, and with --give-up it ends: do that where the new key was deleted"
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
        "the new key {id} is stored and in use, but the old key {old_id} could not be {doing}: {why}. \
         `hat keys rotate` again goes on, and with --give-up it ends and leaves the old key at AWS"
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
        "a key {id} was made while an earlier rotation was cut off, and it has been used since; look whose it is. \
         `hat keys rotate` with --give-up ends that rotation and leaves the key alone"
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
