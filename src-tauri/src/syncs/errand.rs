//! A sync in the list of transfers.

use std::time::Instant;

use async_trait::async_trait;
use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::sync::{Route, Sync, SyncReport};
use hatrack_aws::s3::transfer::{Gauge, Job};
use hatrack_core::history::{event, outcome};
use hatrack_core::transfer_view::{TransferKind, TransferState, TransferView};

use super::Planned;
use crate::desk::Desk;
use crate::transfers::{Errand, How, Report, plan};
use crate::wire::CommandError;

/// Carries out a plan. It is not kept for the next start: compared anew, it goes on with what is left.
pub struct SyncErrand {
    desk: Desk,
    planned: Planned,
    sync: Sync,
    began: Instant,
}

impl SyncErrand {
    /// Nothing is done yet.
    pub fn new(desk: Desk, planned: Planned, sync: Sync) -> Self {
        Self {
            desk,
            planned,
            sync,
            began: Instant::now(),
        }
    }
}

/// How the list shows it before it begins.
pub fn view(planned: &Planned, id: String) -> TransferView {
    let route = planned.plan.route();
    let copied = planned.plan.tally().copied();
    TransferView {
        id,
        kind: match route {
            Route::Down { .. } => TransferKind::Download,
            Route::Up { .. } => TransferKind::Upload,
            Route::Across { .. } => TransferKind::Copy,
        },
        party: planned.party.clone(),
        writer: planned.writer.clone(),
        name: format!("Sync of {}", last(&route.source())),
        from: route.source(),
        to: route.target(),
        target: match route {
            Route::Down { to, .. } => Some(to.to_string_lossy().into_owned()),
            Route::Up { .. } | Route::Across { .. } => None,
        },
        many: true,
        done: 0,
        total: Some(copied.bytes),
        files_done: 0,
        files: copied.count,
        counted: true,
        rate: 0,
        seconds_to_go: None,
        way: None,
        state: TransferState::Waiting,
    }
}

fn last(place: &str) -> String {
    let inside = place.trim_end_matches('/');
    let name = inside.rsplit('/').next().unwrap_or(inside);
    format!("{name}/")
}

/// What the list says of it at its end.
fn report(done: SyncReport) -> Report {
    let mut notes = Vec::new();
    if done.deleted > 0 {
        notes.push(format!("{} deleted", done.deleted));
    }
    if let Some(first) = done.troubles.first() {
        notes.push(format!(
            "{} failed, the first {}: {}",
            done.troubled, first.name, first.why
        ));
    }
    notes.extend(done.kept);
    notes.extend(done.note);
    Report {
        target: None,
        files: done.copied,
        bytes: done.bytes,
        failed: done.troubled,
        note: (!notes.is_empty()).then(|| notes.join(". ")),
    }
}

#[async_trait]
impl Job for SyncErrand {
    type Report = Report;

    async fn run(&self, gauge: &Gauge) -> Result<Report, S3Failure> {
        self.sync.run(gauge).await.map(report)
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.sync.discard().await
    }

    async fn session_back(&self) {
        self.sync.session_back().await;
    }
}

#[async_trait]
impl Errand for SyncErrand {
    fn plan(&self) -> Option<plan::Plan> {
        None
    }

    async fn ended(&self, how: &How) {
        let row = row(&self.planned, &self.sync, how, self.began);
        let told = match self.desk.agent().await {
            Ok(agent) => agent.record(row).await.map_err(CommandError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = told {
            tracing::warn!("the history does not have a sync: {error}");
        }
    }
}

/// The history's line: what was done, whatever ended it.
fn row(planned: &Planned, sync: &Sync, how: &How, began: Instant) -> RecordRequest {
    let (route, so_far) = (planned.plan.route(), sync.so_far());
    let mut done = format!("{} copied", so_far.copied);
    if so_far.deleted > 0 {
        done.push_str(&format!(", {} deleted", so_far.deleted));
    }
    if let Some(job) = sync.job_id() {
        done.push_str(&format!(", by the S3 Batch Operations job {job}"));
    }
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
    let writer = planned.writer.as_ref().unwrap_or(&planned.party);
    RecordRequest {
        event: event::SYNC.to_owned(),
        outcome: outcome.to_owned(),
        session_id: Some(writer.session_id.clone()),
        detail: Some(format!("{} to {}: {done}", route.source(), route.target())),
        error,
        request_id,
        call_ms: u32::try_from(began.elapsed().as_millis()).ok(),
    }
}
