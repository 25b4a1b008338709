//! Comparing two places, and making the one hold what the other does.

mod carried_out;
mod compared;
mod kept_apart;
mod stopped;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hatrack_aws::s3::S3;
use hatrack_aws::s3::sync::{How, Plan, Route, Sync, SyncReport};
use hatrack_aws::s3::transfer::{Ending, prepare};
use hatrack_core::bucket::sync::Kind;
use hatrack_sandbox::{Admin, Running, Story};

use crate::world::{s3, sandbox, story};

pub async fn plan(route: Route, how: &How) -> Plan {
    let spool = tempfile::tempfile().unwrap();
    Plan::make(route, how, spool, &|_| ()).await.unwrap()
}

pub async fn carried(plan: Plan, delete: bool) -> SyncReport {
    let (_remote, course) = prepare();
    match course.run(&Sync::new(Arc::new(plan), delete)).await {
        Ending::Done(report) => report,
        Ending::Failed(failure) => panic!("{failure}"),
        Ending::Cancelled(_) => panic!("cancelled"),
    }
}

pub async fn synced(route: &Route, delete: bool) -> SyncReport {
    carried(plan(route.clone(), &How::default()).await, delete).await
}

pub fn counts(plan: &Plan) -> Vec<(Kind, u64)> {
    let counts = Kind::ALL
        .into_iter()
        .map(|kind| (kind, plan.tally().of(kind).count));
    counts.filter(|(_, count)| *count > 0).collect()
}

pub fn names(plan: &Plan, kind: Kind) -> Vec<&str> {
    plan.first(kind).iter().map(|step| step.name.as_str()).collect()
}

/// A file that was written long ago.
pub fn old(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    let then = SystemTime::now() - Duration::from_secs(86_400);
    fs::File::open(path).unwrap().set_modified(then).unwrap();
}

/// A file that was written after everything else.
pub fn newer(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    let then = SystemTime::now() + Duration::from_secs(86_400);
    fs::File::open(path).unwrap().set_modified(then).unwrap();
}

pub struct Stage {
    pub sandbox: Running,
    pub story: Story,
    pub s3: Arc<S3>,
    pub folder: tempfile::TempDir,
}

impl Stage {
    pub async fn set() -> Self {
        let sandbox = sandbox().await;
        let story = story(&sandbox, "S13");
        let s3 = Arc::new(s3(&sandbox, &story).await);
        Self {
            sandbox,
            story,
            s3,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn admin(&self) -> Admin {
        self.sandbox.admin()
    }

    pub fn put(&self, key: &str, text: &str) {
        assert!(
            self.admin()
                .put_object(&self.story.bucket, key, text.to_owned(), "text/plain")
        );
    }

    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.admin().object(&self.story.bucket, key, u64::MAX)
    }

    pub fn up(&self, prefix: &str) -> Route {
        Route::Up {
            from: self.folder.path().to_owned(),
            s3: Arc::clone(&self.s3),
            to: format!("s3://{}/{prefix}", self.story.bucket).parse().unwrap(),
            journals: None,
        }
    }

    pub fn down(&self, prefix: &str) -> Route {
        Route::Down {
            s3: Arc::clone(&self.s3),
            from: format!("s3://{}/{prefix}", self.story.bucket).parse().unwrap(),
            to: self.folder.path().to_owned(),
        }
    }
}
