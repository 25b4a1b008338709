//! What the list of transfers shows. As in `view`, no type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// From a bucket to this computer.
    Download,
    /// From this computer to a bucket.
    Upload,
    /// From a bucket to another.
    Copy,
}

/// A session that a transfer signs with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TransferParty {
    /// The session. Another one of the same role takes its place once it has gone.
    pub session_id: String,
    /// The catalog's key of its role, if it is there.
    pub role_key: Option<String>,
    /// Account and role, for people.
    pub name: String,
}

/// How a transfer stands. Sent while it runs and once for each change of its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TransferView {
    /// Names it for pausing and the like.
    pub id: String,
    /// Which way it goes.
    pub kind: TransferKind,
    /// The session that it signs with; for a copy, the one that reads.
    pub party: TransferParty,
    /// The one that writes, for a copy.
    pub writer: Option<TransferParty>,
    /// What is transferred, for people: a file's name, a folder's with a slash, or a count.
    pub name: String,
    /// `s3://bucket/key`, or a path.
    pub from: String,
    /// Where it goes: `s3://bucket/prefix`, or a folder.
    pub to: String,
    /// The file or folder on this computer, once it is there.
    pub target: Option<String>,
    /// Whether it is of several files.
    pub many: bool,
    /// Bytes done.
    #[ts(type = "number")]
    pub done: u64,
    /// Bytes in all, once known.
    #[ts(type = "number | null")]
    pub total: Option<u64>,
    /// Files done.
    #[ts(type = "number")]
    pub files_done: u64,
    /// Files found so far; all of them once `counted`.
    #[ts(type = "number")]
    pub files: u64,
    /// Whether all files have been found.
    pub counted: bool,
    /// Bytes a second.
    #[ts(type = "number")]
    pub rate: u64,
    /// Seconds until the end, at this rate.
    #[ts(type = "number | null")]
    pub seconds_to_go: Option<u64>,
    /// Which way the bytes of a copy go, once known.
    pub way: Option<TransferWay>,
    /// How it stands.
    pub state: TransferState,
}

/// Which way the bytes of a copy go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferWay {
    /// S3 copies by itself.
    ServerSide,
    /// Through this computer.
    Streamed {
        /// Why S3 could not.
        why: String,
    },
}

/// The state of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferState {
    /// Others are before it.
    Waiting,
    /// Bytes move.
    Running,
    /// It goes on when the person says so.
    Paused,
    /// A session has ended; it goes on when there is one again.
    NoSession {
        /// What is needed.
        why: String,
    },
    /// All bytes are there and checked.
    Done {
        /// What was left out or could not be taken along.
        note: Option<String>,
    },
    /// Given up by the person; nothing unfinished is left.
    Cancelled,
    /// Stopped by an error.
    Failed {
        /// What happened and what to do.
        message: String,
        /// Whether what is there was kept, so that it goes on from there.
        resumable: bool,
    },
}

impl TransferState {
    /// Whether nothing more happens to it, unless the person tries again.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Cancelled | Self::Failed { .. })
    }
}

/// Files that the person has chosen or dropped. The page knows them by number, not by path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PickedView {
    /// Names them.
    pub id: u32,
    /// The names of the first of them; a folder's ends in a slash.
    pub names: Vec<String>,
    /// How many there are.
    pub count: u32,
}

/// What an upload would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UploadPlan {
    /// Files in all.
    #[ts(type = "number")]
    pub files: u64,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many of the objects that they become are there already.
    #[ts(type = "number")]
    pub there: u64,
    /// The first of them, by key.
    pub keys: Vec<String>,
    /// Why it is not known what is there, if S3 did not say.
    pub unknown: Option<String>,
}

/// An upload in parts that nobody has completed: its parts take room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnfinishedUploadView {
    /// The key.
    pub key: String,
    /// S3's name for it.
    pub upload_id: String,
    /// When it was begun.
    #[ts(type = "string | null")]
    pub began_at: Option<Timestamp>,
    /// Whether it was begun here and can go on.
    pub ours: bool,
    /// Whether it is under way here at this moment.
    pub running: bool,
}
