//! One object to one file, with progress for the page and a line for the history.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::download::Folder;
use hatrack_aws::s3::{S3, S3Failure};
use hatrack_core::bucket::{BucketName, FileRules, LocalPath, Skipped, local_path};
use hatrack_core::bucket_view::{TransferState, TransferView};
use hatrack_core::history::{event, outcome};

use crate::desk::Desk;
use crate::transfers::Progress;
use crate::wire::CommandError;

/// What to download, and where to.
pub struct Order {
    /// S3 as the session sees it.
    pub s3: Arc<S3>,
    /// The session.
    pub session_id: String,
    /// From where.
    pub bucket: BucketName,
    /// What.
    pub key: String,
    /// Into which folder.
    pub folder: PathBuf,
}

/// Starts it; the list of transfers tells how it goes.
pub fn start(desk: &Desk, order: Order) -> TransferView {
    let bucket = order.bucket.as_str().to_owned();
    let (view, progress) = desk
        .transfers()
        .begin(order.session_id.clone(), bucket, order.key.clone());
    let desk = desk.clone();
    tauri::async_runtime::spawn(async move { run(&desk, order, progress).await });
    view
}

/// How it ended, other than by an error.
enum End {
    Done,
    Cancelled,
}

async fn run(desk: &Desk, order: Order, progress: Progress) {
    let since = Instant::now();
    let ended = tokio::select! {
        // Dropping the download cancels it; nothing is left on disk.
        () = progress.cancelled() => Ok(End::Cancelled),
        fetched = fetch(&order, &progress) => fetched.map(|()| End::Done),
    };
    // The history first: who waits for the end of the transfer finds it there.
    if !matches!(ended, Ok(End::Cancelled)) {
        let took = u32::try_from(since.elapsed().as_millis()).ok();
        record(desk, &order, ended.as_ref().err(), took).await;
    }
    progress.ended(match ended {
        Ok(End::Done) => TransferState::Done,
        Ok(End::Cancelled) => TransferState::Cancelled,
        Err(failure) => TransferState::Failed {
            message: CommandError::from(failure).message,
        },
    });
}

async fn fetch(order: &Order, progress: &Progress) -> Result<(), S3Failure> {
    let path = file_of(&order.key)?;
    let folder = order.folder.clone();
    let opened = tokio::task::spawn_blocking(move || {
        // A Downloads folder that was never used may not be there.
        let _ = std::fs::create_dir_all(&folder);
        Folder::open(&folder)
    });
    let folder = opened.await.unwrap_or_else(|why| {
        Err(S3Failure::Disk {
            path: order.folder.clone(),
            doing: "opened",
            why: std::io::Error::other(why),
        })
    })?;
    let moved = |done, total| progress.at(done, total);
    let kept = order
        .s3
        .download(&order.bucket, &order.key, &folder, &path, &moved)
        .await?;
    progress.into_file(folder.path().join(kept.path).to_string_lossy().into_owned());
    Ok(())
}

/// The file for one object: its last segment, provided that the whole key is honest.
fn file_of(key: &str) -> Result<LocalPath, Skipped> {
    let rules = FileRules::here();
    local_path(key, "", rules)?;
    let folder = key.rfind('/').map_or("", |slash| &key[..=slash]);
    local_path(key, folder, rules)
}

async fn record(desk: &Desk, order: &Order, failure: Option<&S3Failure>, took: Option<u32>) {
    let (kind, error, request_id) = match failure {
        None => (outcome::OK, None, None),
        Some(S3Failure::Denied(denial)) => (
            outcome::DENIED,
            Some(format!("{}: {}", denial.code, denial.message)),
            denial.request_id.clone(),
        ),
        Some(other) => (outcome::FAILED, Some(other.to_string()), None),
    };
    let row = RecordRequest {
        event: event::DOWNLOAD.to_owned(),
        outcome: kind.to_owned(),
        session_id: Some(order.session_id.clone()),
        detail: Some(format!("Downloaded s3://{}/{}", order.bucket.as_str(), order.key)),
        error,
        request_id,
        call_ms: took,
    };
    let told = match desk.agent().await {
        Ok(agent) => agent.record(row).await.map_err(CommandError::from),
        Err(error) => Err(error),
    };
    if let Err(error) = told {
        tracing::warn!("the history does not have a download: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(key: &str) -> Option<PathBuf> {
        file_of(key).ok().map(|path| path.to_path())
    }

    #[test]
    fn an_object_gets_its_last_segment_as_name() {
        assert_eq!(name("a/b/c.txt"), Some(PathBuf::from("c.txt")));
        assert_eq!(name("c.txt"), Some(PathBuf::from("c.txt")));
        assert_eq!(name("a//c.txt"), Some(PathBuf::from("c.txt")));
    }

    #[test]
    fn c31_to_c33_a_key_that_climbs_or_is_absolute_is_refused_whatever_its_last_segment() {
        for key in [
            "../../x",
            "a/../../x",
            "..",
            "prefix/..",
            "/etc/x",
            "C:\\x",
            "\\\\srv\\x",
        ] {
            assert_eq!(name(key), None, "{key}");
        }
    }
}
