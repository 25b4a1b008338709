//! The jobs of the sandbox.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::order::Order;
use crate::query::element;

/// Every job, by its ID.
#[derive(Debug, Default)]
pub struct Jobs(Mutex<BTreeMap<String, Job>>);

impl Jobs {
    /// All of them.
    pub fn all(&self) -> MutexGuard<'_, BTreeMap<String, Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The job that a token was given for: the same token is the same job.
    pub fn by_token(&self, token: &str) -> Option<String> {
        let jobs = self.all();
        jobs.values()
            .find(|job| job.order.token == token)
            .map(|job| job.id.clone())
    }

    /// Changes one, if it is there.
    pub fn change<T>(&self, id: &str, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
        self.all().get_mut(id).map(change)
    }
}

/// How a job stands (Amazon S3 User Guide, "Job statuses").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Preparing,
    Suspended,
    Ready,
    Active,
    Complete,
    Cancelled,
    Failed,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preparing => "Preparing",
            Self::Suspended => "Suspended",
            Self::Ready => "Ready",
            Self::Active => "Active",
            Self::Complete => "Complete",
            Self::Cancelled => "Cancelled",
            Self::Failed => "Failed",
        }
    }

    pub fn is_end(self) -> bool {
        matches!(self, Self::Complete | Self::Cancelled | Self::Failed)
    }
}

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    pub id: String,
    pub account: String,
    pub region: String,
    pub order: Order,
    pub status: Status,
    pub made_at: Timestamp,
    /// The manifest's rows, once read.
    pub rows: Vec<Row>,
    pub succeeded: usize,
    pub failed: usize,
    /// Code and words.
    pub failure: Option<(String, String)>,
}

/// A row of a manifest.
#[derive(Debug, Clone)]
pub struct Row {
    pub bucket: String,
    pub key: String,
    pub version: Option<String>,
}

impl Job {
    pub fn new(id: &str, account: &str, region: &str, order: Order, made_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            order,
            status: Status::Preparing,
            made_at,
            rows: Vec::new(),
            succeeded: 0,
            failed: 0,
            failure: None,
        }
    }

    fn common(&self) -> String {
        let progress = [
            element("TotalNumberOfTasks", &self.rows.len().to_string()),
            element("NumberOfTasksSucceeded", &self.succeeded.to_string()),
            element("NumberOfTasksFailed", &self.failed.to_string()),
        ];
        [
            element("JobId", &self.id),
            element("Description", &self.order.description),
            element("Priority", &self.order.priority.to_string()),
            element("Status", self.status.as_str()),
            element("CreationTime", &self.made_at.to_string()),
            format!("<ProgressSummary>{}</ProgressSummary>", progress.concat()),
        ]
        .concat()
    }

    /// Its `Job` element.
    pub fn described(&self) -> String {
        let arn = format!("arn:aws:s3:{}:{}:job/{}", self.region, self.account, self.id);
        let failure = self.failure.as_ref().map(|(code, words)| {
            format!(
                "<FailureReasons><member>{}{}</member></FailureReasons>",
                element("FailureCode", code),
                element("FailureReason", words)
            )
        });
        [
            "<Job>".to_owned(),
            self.common(),
            element("JobArn", &arn),
            element("ConfirmationRequired", &self.order.confirm.to_string()),
            element("RoleArn", &self.order.role),
            self.order.echo.clone(),
            failure.unwrap_or_default(),
            "</Job>".to_owned(),
        ]
        .concat()
    }

    /// Its element in a list.
    pub fn listed(&self) -> String {
        format!(
            "<member>{}{}</member>",
            self.common(),
            element("Operation", "S3PutObjectCopy")
        )
    }
}
