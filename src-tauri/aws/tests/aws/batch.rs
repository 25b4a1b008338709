//! S3 Batch Operations: what is asked, what is made of the answers, and a sync that hands its copies over.

use std::sync::Arc;

use hatrack_aws::s3::S3;
use hatrack_aws::s3::batch::JobOrder;
use hatrack_aws::s3::sync::{HandOver, How, Plan, Route, Sync, SyncFailure, SyncReport};
use hatrack_aws::s3::transfer::{Ending, prepare};
use hatrack_core::bucket::batch::{Fields, JobState};
use hatrack_sandbox::{Admin, Running, Story};

use crate::server::{Answer, Asked, Server};
use crate::world::{s3, s3_with, sandbox, story, user};

const ROLE: &str = "arn:aws:iam::081278057606:role/Copier";

fn order() -> JobOrder {
    JobOrder {
        token: "a-token".into(),
        role: ROLE.parse().unwrap(),
        manifest: "s3://target-bucket/hatrack-batch/1/manifest.csv".parse().unwrap(),
        manifest_etag: "60e460c9d1046e73f7dde5043ac3ae85".into(),
        fields: Fields::Versions,
        target: "s3://target-bucket/copies".parse().unwrap(),
        report: "s3://target-bucket/hatrack-batch/1/report".parse().unwrap(),
        storage_class: Some("STANDARD_IA".into()),
        tags: Some(vec![("team".into(), "a & b".into())]),
        for_bucket_owner: true,
        description: "a < b".into(),
    }
}

/// The form that the API Reference gives for "DescribeJob".
fn described(status: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeJobResult><Job><ConfirmationRequired>true</ConfirmationRequired>\
         <CreationTime>2019-10-08T20:11:40.541Z</CreationTime><Description>Put copy</Description>{more}\
         <JobArn>arn:aws:s3:us-east-1:081278057606:job/ac8b-1</JobArn><JobId>ac8b-1</JobId><Manifest><Location>\
         <ETag>60e460c9d1046e73f7dde5043ac3ae85</ETag><ObjectArn>arn:aws:s3:::target-bucket/m.csv</ObjectArn></Location>\
         <Spec><Fields><member>Bucket</member><member>Key</member></Fields><Format>S3BatchOperations_CSV_20180820</Format>\
         </Spec></Manifest><Operation><S3PutObjectCopy><TargetResource>arn:aws:s3:::target-bucket</TargetResource>\
         </S3PutObjectCopy></Operation><Priority>10</Priority><ProgressSummary><NumberOfTasksFailed>1</NumberOfTasksFailed>\
         <NumberOfTasksSucceeded>7</NumberOfTasksSucceeded><TotalNumberOfTasks>8</TotalNumberOfTasks></ProgressSummary>\
         <RoleArn>{ROLE}</RoleArn><Status>{status}</Status></Job></DescribeJobResult>"
    )
}

fn answering(
    create: &'static str,
    describe: String,
) -> impl Fn(usize, &Asked) -> Answer + Send + std::marker::Sync + 'static {
    move |_, asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("HEAD", _) => Answer::new(200, "").with("x-amz-bucket-region", "us-east-1"),
        ("POST", "/v20180820/jobs") => Answer::new(200, create),
        ("GET", _) => Answer::new(200, describe.clone()),
        _ => Answer::new(
            200,
            "<UpdateJobStatusResult><JobId>ac8b-1</JobId><Status>Ready</Status></UpdateJobStatusResult>",
        ),
    }
}

const MADE: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CreateJobResult><JobId>ac8b-1</JobId></CreateJobResult>";

#[tokio::test]
async fn a_job_is_asked_for_as_the_reference_has_it() {
    let server = Server::start(answering(MADE, described("New", ""))).await;
    let s3 = s3_with(&server.url(), user());
    assert_eq!(s3.create_job(&order()).await.unwrap(), "ac8b-1");
    s3.confirm_job(&order(), "ac8b-1").await.unwrap();
    s3.cancel_job(&order(), "ac8b-1").await.unwrap();
    let asked = server.asked();
    let create = asked
        .iter()
        .find(|asked| asked.path == "/v20180820/jobs")
        .unwrap();
    assert_eq!(create.header("x-amz-account-id"), "081278057606");
    for part in [
        "<CreateJobRequest xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\">",
        "<ConfirmationRequired>true</ConfirmationRequired>",
        "<S3PutObjectCopy>",
        "<TargetResource>arn:aws:s3:::target-bucket</TargetResource>",
        "<TargetKeyPrefix>copies</TargetKeyPrefix>",
        "<StorageClass>STANDARD_IA</StorageClass>",
        "<MetadataDirective>COPY</MetadataDirective>",
        "<CannedAccessControlList>bucket-owner-full-control</CannedAccessControlList>",
        "<Key>team</Key><Value>a &amp; b</Value>",
        "<ReportScope>FailedTasksOnly</ReportScope>",
        "<member>Bucket</member><member>Key</member><member>VersionId</member>",
        "<ETag>60e460c9d1046e73f7dde5043ac3ae85</ETag>",
        "<ObjectArn>arn:aws:s3:::target-bucket/hatrack-batch/1/manifest.csv</ObjectArn>",
        "<Description>a &lt; b</Description>",
        "<RoleArn>arn:aws:iam::081278057606:role/Copier</RoleArn>",
    ] {
        assert!(create.body.contains(part), "{part} is not in {}", create.body);
    }
    let updates: Vec<&str> = asked
        .iter()
        .filter_map(|asked| asked.path.strip_prefix("/v20180820/jobs/ac8b-1/status?"))
        .collect();
    assert_eq!(
        updates,
        ["requestedJobStatus=Ready", "requestedJobStatus=Cancelled"]
    );
}

#[tokio::test]
async fn what_is_told_of_a_job_is_read() {
    let reasons = "<FailureReasons><member><FailureCode>AccessDenied</FailureCode><FailureReason>Reading the manifest is \
                   forbidden.</FailureReason></member></FailureReasons>";
    let server = Server::start(answering(MADE, described("Failed", reasons))).await;
    let s3 = s3_with(&server.url(), user());
    let status = s3.job(&order(), "ac8b-1").await.unwrap();
    assert_eq!(
        (status.state, status.total, status.succeeded, status.failed),
        (JobState::Failed, 8, 7, 1)
    );
    assert_eq!(
        status.why.as_deref(),
        Some("Reading the manifest is forbidden. (AccessDenied)")
    );
}

#[tokio::test]
async fn a_state_that_is_not_known_is_no_state() {
    let server = Server::start(answering(MADE, described("Dreaming", ""))).await;
    let s3 = s3_with(&server.url(), user());
    assert!(s3.job(&order(), "ac8b-1").await.is_err());
}

async fn compared(route: Route) -> Plan {
    let spool = tempfile::tempfile().unwrap();
    Plan::make(route, &How::default(), spool, &|_| ()).await.unwrap()
}

struct Stage {
    sandbox: Running,
    story: Story,
    s3: Arc<S3>,
}

impl Stage {
    async fn set() -> Self {
        let sandbox = sandbox().await;
        let story = story(&sandbox, "S13");
        let bucket = &story.bucket;
        let admin = sandbox.admin();
        for n in 0..120 {
            assert!(admin.put_object(
                bucket,
                &format!("set/a {n:03},\u{fc}"),
                format!("{n}"),
                "text/x-mine"
            ));
        }
        assert!(admin.put_object(bucket, "copies/set/old", "old", "text/plain"));
        assert!(admin.add_role_policy(
            &story.role_arn,
            "batch",
            &format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["s3:CreateJob","s3:DescribeJob","s3:UpdateJobStatus"],"Resource":"*"}},{{"Effect":"Allow","Action":"iam:PassRole","Resource":"{ROLE}"}}]}}"#
            ),
        ));
        let s3 = Arc::new(s3(&sandbox, &story).await);
        Self { sandbox, story, s3 }
    }

    fn admin(&self) -> Admin {
        self.sandbox.admin()
    }

    /// A role that a service may assume, and what it may not do.
    fn role(&self, service: &str, denied: &str) {
        let bucket = &self.story.bucket;
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        let may = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/*"]}},{{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/{denied}"}}]}}"#
        );
        assert!(self.admin().put_role(ROLE, &trust, &may));
    }

    fn route(&self, to: &str) -> Route {
        let place = |key: &str| format!("s3://{}/{key}", self.story.bucket).parse().unwrap();
        Route::Across {
            source: Arc::clone(&self.s3),
            from: place("set/"),
            target: Arc::clone(&self.s3),
            to: place(to),
            journals: None,
        }
    }

    async fn handed_over(&self) -> SyncReport {
        let route = self.route("copies/set/");
        let hand_over = HandOver::new(&route, ROLE.parse().unwrap(), None).unwrap();
        let plan = compared(route).await;
        let job = Sync::new(Arc::new(plan), true).handing_over(hand_over);
        let (_remote, course) = prepare();
        match course.run(&job).await {
            Ending::Done(report) => {
                assert!(job.job_id().is_some());
                report
            }
            Ending::Failed(failure) => panic!("{failure}"),
            Ending::Cancelled(_) => panic!("cancelled"),
        }
    }
}

#[tokio::test]
async fn a_sync_hands_its_copies_over_and_deletes_after_them() {
    let stage = Stage::set().await;
    stage.role("batchoperations.s3.amazonaws.com", "nothing");
    let copies = stage.admin().calls("CopyObject");
    let report = stage.handed_over().await;
    assert_eq!(
        (report.copied, report.deleted, report.troubled),
        (120, 1, 0),
        "{report:?}"
    );
    assert_eq!(
        stage.admin().calls("CopyObject"),
        copies,
        "none was copied from here"
    );
    assert_eq!(stage.admin().calls("BatchCopy"), 120);
    let stored = stage
        .admin()
        .object(&stage.story.bucket, "copies/set/a 042,\u{fc}", 10);
    assert_eq!(stored.as_deref(), Some(&b"42"[..]));
    // What the job left in the bucket is no part of what is compared.
    let again = compared(stage.route("copies/set/")).await;
    assert_eq!(again.steps().count(), 0);
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn what_the_jobs_role_may_not_read_is_told_and_nothing_is_deleted() {
    let stage = Stage::set().await;
    stage.role("batchoperations.s3.amazonaws.com", "set/a 00*");
    let report = stage.handed_over().await;
    assert_eq!(
        (report.copied, report.deleted, report.troubled),
        (110, 0, 10),
        "{report:?}"
    );
    assert!(report.kept.is_some());
    assert!(report.troubles[0].why.contains("report"), "{:?}", report.troubles);
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_role_that_does_not_trust_the_service_copies_nothing() {
    let stage = Stage::set().await;
    stage.role("ec2.amazonaws.com", "nothing");
    let report = stage.handed_over().await;
    assert_eq!(
        (report.copied, report.deleted, report.troubled),
        (0, 0, 120),
        "{report:?}"
    );
    assert!(
        report.troubles[0].why.contains("AccessDenied"),
        "{:?}",
        report.troubles
    );
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_job_that_may_not_be_made_fails_the_sync_with_awss_words() {
    let stage = Stage::set().await;
    let route = stage.route("copies/set/");
    let other: &str = "arn:aws:iam::081278057606:role/Other";
    let hand_over = HandOver::new(&route, other.parse().unwrap(), None).unwrap();
    let plan = compared(route).await;
    let job = Sync::new(Arc::new(plan), false).handing_over(hand_over);
    let (_remote, course) = prepare();
    let Ending::Failed(failure) = course.run(&job).await else {
        panic!("there is no such role")
    };
    assert!(failure.to_string().contains("does not exist"), "{failure}");
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn names_that_a_job_cannot_make_are_refused_before_anything_is_asked() {
    let stage = Stage::set().await;
    let refused = HandOver::new(&stage.route("elsewhere/"), ROLE.parse().unwrap(), None);
    assert!(matches!(refused, Err(SyncFailure::NoJob(_))));
    let down = Route::Down {
        s3: Arc::clone(&stage.s3),
        from: format!("s3://{}/set/", stage.story.bucket).parse().unwrap(),
        to: "/nowhere".into(),
    };
    assert!(HandOver::new(&down, ROLE.parse().unwrap(), None).is_err());
    stage.sandbox.shutdown().await;
}
