//! What the history says of a transfer.

use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::S3Failure;
use hatrack_core::history::{event, outcome};
use hatrack_core::transfer_view::{TransferKind, TransferView};

use super::How;

/// The row of a transfer that ended as `how`, after `took` milliseconds.
pub fn row(view: &TransferView, how: &How, took: Option<u32>) -> RecordRequest {
    let (event, detail) = match view.kind {
        TransferKind::Download => (event::DOWNLOAD, format!("Downloaded {}", view.from)),
        TransferKind::Upload => (event::UPLOAD, format!("Uploaded {} to {}", view.name, view.to)),
        TransferKind::Copy => (event::COPY, format!("Copied {} to {}", view.from, view.to)),
    };
    let (outcome, error, request_id) = match how {
        How::Done(report) if report.failed > 0 => (outcome::FAILED, report.note.clone(), None),
        How::Done(_) => (outcome::OK, None, None),
        How::Cancelled => (outcome::FAILED, Some("Cancelled".to_owned()), None),
        How::Failed(S3Failure::Denied(denial)) => (
            outcome::DENIED,
            Some(format!("{}: {}", denial.code, denial.message)),
            denial.request_id.clone(),
        ),
        How::Failed(other) => (outcome::FAILED, Some(other.to_string()), None),
    };
    RecordRequest {
        event: event.to_owned(),
        outcome: outcome.to_owned(),
        session_id: Some(view.writer.as_ref().unwrap_or(&view.party).session_id.clone()),
        detail: Some(detail),
        error,
        request_id,
        call_ms: took,
    }
}
