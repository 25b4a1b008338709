//! Why a profile could not be written or removed.

use hatrack_core::shared_config::{UnwritableWord, inert};
use hatrack_store::shared_file::SharedFileFailure;
use hatrack_store::written_profiles::JournalFailure;

/// What happened, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ProfileFailure {
    /// AWS's tools would not take it for a profile's name.
    #[error(
        "\"{name}\" cannot name a profile that is written; letters, digits and _-/.%@:+ can, and `--default` sets the \
         default", name = inert(.0)
    )]
    BadName(String),
    /// The profile has a start of its own.
    #[error(
        "the profile \"{name}\" has {key} in the shared files, which would win over what is written or clash with it; \
         choose another name", name = inert(profile)
    )]
    InTheWay {
        /// The profile.
        profile: String,
        /// The first such key.
        key: String,
    },
    /// It was written by us and is no longer what we wrote.
    #[error(
        "the profile \"{name}\" was changed since Hatrack wrote it, so it was left as it is and is no longer looked after",
        name = inert(.0)
    )]
    NotOurs(String),
    /// The same, for `default`.
    #[error(
        "the default profile was changed since Hatrack wrote it, so that stays, and what stood there before is the profile \
         \"hatrack-before-default\"; rename it to default where you want it back"
    )]
    DefaultNotOurs,
    /// No such profile was written.
    #[error("Hatrack has written no profile \"{name}\"; `hat profile list` shows what it has", name = inert(.0))]
    Unknown(String),
    /// Roles start from `default`.
    #[error(
        "\"{role}\" starts from the profile \"default\", which would then be another role; write a profile of its own name \
         instead", role = inert(.0)
    )]
    StartsFromDefault(String),
    /// What is set aside would meet another of its name.
    #[error("the shared files have a profile \"hatrack-before-default\" already; rename or remove it first")]
    AsideTaken,
    /// A session with a policy cannot be asked for again by a line.
    #[error("a session policy cannot stand in a profile's line; write the profile without it")]
    Policy,
    /// Keys that are no session's.
    #[error(
        "the credentials are no session's, so nothing would remove them at their end; write a role's instead"
    )]
    NoSession,
    /// The session that was meant has gone.
    #[error("there is no such session any more; `hat sessions` lists what there is")]
    NoSuchSession,
    /// Plain keys are switched off.
    #[error(
        "keys in profiles are switched off; switch them on in the settings, or leave out --keys: a line that asks `hat` needs \
         no secret in the file"
    )]
    SwitchedOff,
    /// Others could read the keys.
    #[error("other users can read {file}, so no keys were written into it; run `chmod 600 {file}` first", file = inert(.0))]
    Readable(String),
    /// A value that no line of a config file can hold.
    #[error("\"{value}\" cannot stand in a config file; mend it where it is set", value = inert(.0))]
    Value(String),
    /// The line cannot be written.
    #[error(transparent)]
    Line(#[from] UnwritableWord),
    /// The shared files.
    #[error(transparent)]
    File(#[from] SharedFileFailure),
    /// The record of what was written.
    #[error(transparent)]
    Journal(#[from] JournalFailure),
}
