//! What a job does.

use std::sync::Arc;

use hatrack_core::policy::ResourceRule;

use super::job::{Job, Row, Status};
use crate::issue::issue;
use crate::s3::as_role::{AsRole, CopyOne, words};
use crate::state::State;
use crate::world::{Asked, SessionOf};

/// The service's principal, which a job's role has to trust.
pub const SERVICE: &str = "batchoperations.s3.amazonaws.com";
/// After so many copies others get their turn.
const TURN: usize = 50;

type Failed = (String, String);

/// Reads the manifest. Then the job waits to be confirmed, or begins.
pub fn prepare(state: &Arc<State>, id: &str) {
    let (state, id) = (Arc::clone(state), id.to_owned());
    tokio::spawn(async move {
        let Some(job) = state.jobs.all().get(&id).cloned() else {
            return;
        };
        let read = rows(&state, &job);
        let begins = state.jobs.change(&id, |job| match read {
            _ if job.status != Status::Preparing => false,
            Err(why) => {
                (job.status, job.failure) = (Status::Failed, Some(why));
                false
            }
            Ok(rows) => {
                job.rows = rows;
                job.status = if job.order.confirm {
                    Status::Suspended
                } else {
                    Status::Ready
                };
                !job.order.confirm
            }
        });
        if begins == Some(true) {
            begin(&state, &id);
        }
    });
}

/// Copies what the manifest lists.
pub fn begin(state: &Arc<State>, id: &str) {
    let (state, id) = (Arc::clone(state), id.to_owned());
    tokio::spawn(async move {
        let job = state.jobs.change(&id, |job| {
            if job.status == Status::Ready {
                job.status = Status::Active;
            }
            job.clone()
        });
        let Some(job) = job.filter(|job| job.status == Status::Active) else {
            return;
        };
        let ended = copy_all(&state, &job).await;
        state.jobs.change(&id, |job| match ended {
            _ if job.status.is_end() => {}
            Ok(()) => job.status = Status::Complete,
            Err(why) => (job.status, job.failure) = (Status::Failed, Some(why)),
        });
    });
}

/// The job's role as a signer, if it trusts the service.
fn role(state: &State, job: &Job) -> Result<AsRole, Failed> {
    let no = |words: &str| ("AccessDenied".to_owned(), words.to_owned());
    let session = {
        let world = state.world();
        let role = world
            .roles
            .get(&job.order.role)
            .ok_or_else(|| no("The role does not exist."))?;
        let asked = Asked {
            action: "sts:AssumeRole",
            resource: &role.arn,
            owner: Some(role.account),
            resource_policy: Some(&role.trust.policy),
            rule: ResourceRule::MustAllow,
            region: &job.region,
            keys: &[],
        };
        if !world.decide_service(SERVICE, &asked, state.now()).allowed {
            return Err(no("The role does not let S3 Batch Operations assume it."));
        }
        role.session(&format!("s3-batch-operations_{}", job.id))
    };
    let session = issue(state, 3600, None, SessionOf::Role(session));
    let signer = state.world().signer(&session.access_key_id);
    Ok(AsRole::new(
        signer.ok_or_else(|| no("The role does not exist."))?,
        &job.region,
    ))
}

fn rows(state: &State, job: &Job) -> Result<Vec<Row>, Failed> {
    let place = &job.order.manifest;
    let read = role(state, job)?.read(state, &place.bucket, &place.key);
    let (bytes, etag) = read.map_err(|error| {
        let (code, words) = words(&error);
        (code, format!("Reading the manifest failed: {words}"))
    })?;
    if etag != job.order.manifest_etag {
        return Err((
            "ManifestEtagMismatch".to_owned(),
            "The manifest's ETag is not the one given.".to_owned(),
        ));
    }
    let text = String::from_utf8_lossy(&bytes);
    text.lines().map(|line| row(line, job.order.versions)).collect()
}

fn row(line: &str, versions: bool) -> Result<Row, Failed> {
    let wrong = || {
        (
            "InvalidManifest".to_owned(),
            format!("A row cannot be read: {line}"),
        )
    };
    let mut fields = line.split(',').map(|field| field.trim_matches('"'));
    let bucket = fields.next().filter(|name| !name.is_empty()).ok_or_else(wrong)?;
    let key = fields.next().and_then(unescaped).ok_or_else(wrong)?;
    let version = match versions {
        true => Some(fields.next().ok_or_else(wrong)?.to_owned()),
        false => None,
    };
    match fields.next() {
        None => Ok(Row {
            bucket: bucket.to_owned(),
            key,
            version: version.filter(|version| !version.is_empty()),
        }),
        Some(_) => Err(wrong()),
    }
}

fn unescaped(key: &str) -> Option<String> {
    let query = format!("k={}", key.replace('&', "%26").replace('+', "%2B"));
    let value = url::form_urlencoded::parse(query.as_bytes())
        .next()?
        .1
        .into_owned();
    Some(value)
}

async fn copy_all(state: &Arc<State>, job: &Job) -> Result<(), Failed> {
    let role = role(state, job)?;
    let mut report = String::new();
    for (n, row) in job.rows.iter().enumerate() {
        let to_key = match &job.order.folder {
            Some(folder) => format!("{folder}/{}", row.key),
            None => row.key.clone(),
        };
        let done = role.copy(
            state,
            &CopyOne {
                from_bucket: &row.bucket,
                from_key: &row.key,
                version: row.version.as_deref(),
                to_bucket: &job.order.target,
                to_key: &to_key,
                storage_class: Some(job.order.storage_class.as_deref().unwrap_or("STANDARD")),
                acl: job.order.acl.as_deref(),
                tagging: job.order.tagging.as_deref(),
                replaces_metadata: job.order.replaces_metadata,
            },
        );
        let stopped = state.jobs.change(&job.id, |job| {
            match &done {
                Ok(()) => job.succeeded += 1,
                Err(_) => job.failed += 1,
            }
            job.status.is_end()
        });
        match done {
            Ok(()) if job.order.reports_all => {
                report.push_str(&line(row, "succeeded", "", "200", "Successful"))
            }
            Ok(()) => {}
            Err(error) => {
                let (code, words) = words(&error);
                let status = error.status_code().map(|status| status.as_u16().to_string());
                report.push_str(&line(row, "failed", &code, &status.unwrap_or_default(), &words));
            }
        }
        if stopped != Some(false) {
            break;
        }
        if n % TURN == 0 {
            tokio::task::yield_now().await;
        }
    }
    let Some(place) = job.order.report.as_ref().filter(|_| !report.is_empty()) else {
        return Ok(());
    };
    let key = format!("{}/job-{}/results/report.csv", place.key, job.id);
    let written = role.write(state, &place.bucket, &key, report).await;
    written.map_err(|error| {
        let (code, words) = words(&error);
        (code, format!("Writing the report failed: {words}"))
    })
}

/// A row of `Report_CSV_20180820`.
fn line(row: &Row, status: &str, code: &str, http: &str, words: &str) -> String {
    let version = row.version.as_deref().unwrap_or_default();
    format!(
        "\"{}\",\"{}\",\"{version}\",\"{status}\",\"{code}\",\"{http}\",\"{}\"\n",
        row.bucket,
        row.key.replace('"', "\"\""),
        words.replace('"', "\"\"")
    )
}
