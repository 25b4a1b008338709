//! S3 Batch Operations: a job made, followed, confirmed and given up, by S3 Control.
//!
//! Source: Amazon S3 API Reference, "CreateJob", "DescribeJob", "UpdateJobStatus".

use aws_sdk_s3control::Client;
use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_sdk_s3control::config::{BehaviorVersion, Builder, Config, IdentityCache, Region};
use aws_sdk_s3control::types::{
    JobDescriptor, JobManifest, JobManifestFieldName, JobManifestFormat, JobManifestLocation,
    JobManifestSpec, JobOperation, JobReport, JobReportFormat, JobReportScope, RequestedJobStatus,
    S3CannedAccessControlList, S3CopyObjectOperation, S3MetadataDirective, S3StorageClass, S3Tag,
};
use hatrack_core::arn::RoleArn;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::batch::{Fields, JobState, JobStatus};

use super::failure::Call;
use super::{S3, S3Failure, is_aws, partition_of};
use crate::answer::Answer;
use crate::http::{Wire, check_endpoint, document_timeouts};
use crate::patience::{Patience, retries};

/// Among the jobs of an account; 10 is what the console gives.
const PRIORITY: i32 = 10;

/// A job that copies what a manifest lists.
#[derive(Debug, Clone)]
pub struct JobOrder {
    /// Made anew for each job: the same again is the same job.
    pub token: String,
    /// What S3 copies as. It names the account whose job it is.
    pub role: RoleArn,
    /// The list of objects.
    pub manifest: S3Location,
    /// The list's entity tag, unquoted.
    pub manifest_etag: String,
    /// What its rows have.
    pub fields: Fields,
    /// Where the copies go: the bucket, and the folder that comes before each key, without a slash at its end.
    pub target: S3Location,
    /// Where the report goes: the bucket and a folder in it, without a slash at its end.
    pub report: S3Location,
    /// The storage class of the copies; S3's standard where left out.
    pub storage_class: Option<String>,
    /// The tags of the copies; the sources' own where left out.
    pub tags: Option<Vec<(String, String)>>,
    /// Whether the target's owner is given control of them, where the bucket has access control lists.
    pub for_bucket_owner: bool,
    /// For people: at most 256 characters.
    pub description: String,
}

/// Where S3 Control is, for a server that is not AWS's: there it has no host of its own.
#[derive(Debug)]
struct OneHost(String);

impl ResolveEndpoint for OneHost {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}

impl S3 {
    /// Makes the job. It waits to be confirmed. Its ID.
    pub async fn create_job(&self, order: &JobOrder) -> Result<String, S3Failure> {
        let region = self.region(&order.target.bucket).await?;
        let client = self.control(&region)?;
        let call = job_call("s3:CreateJob", &region);
        let (operation, manifest, report) = (
            order.operation(&region),
            order
                .manifest(&region)
                .map_err(|_| call.garbled("the manifest is not whole"))?,
            order.report(&region),
        );
        let made = self
            .signed(|| async {
                client
                    .create_job()
                    .account_id(order.role.account().as_str())
                    .confirmation_required(true)
                    .operation(operation.clone())
                    .report(report.clone())
                    .client_request_token(&order.token)
                    .manifest(manifest.clone())
                    .description(&order.description)
                    .priority(PRIORITY)
                    .role_arn(order.role.to_string())
                    .customize()
                    .config_override(control_document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        made.job_id.ok_or_else(|| call.garbled("it names no job"))
    }

    /// How the job stands. `order` says where it is.
    pub async fn job(&self, order: &JobOrder, id: &str) -> Result<JobStatus, S3Failure> {
        let region = self.region(&order.target.bucket).await?;
        let client = self.control(&region)?;
        let call = job_call("s3:DescribeJob", &region);
        let answer = self
            .signed(|| async {
                client
                    .describe_job()
                    .account_id(order.role.account().as_str())
                    .job_id(id)
                    .customize()
                    .config_override(control_document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let job = answer.job().ok_or_else(|| call.garbled("it tells of no job"))?;
        status(id, job).map_err(|why| call.garbled(&why))
    }

    /// Lets a job that waits begin.
    pub async fn confirm_job(&self, order: &JobOrder, id: &str) -> Result<(), S3Failure> {
        self.update_job(order, id, RequestedJobStatus::Ready).await
    }

    /// Gives a job up. What it has copied stays.
    pub async fn cancel_job(&self, order: &JobOrder, id: &str) -> Result<(), S3Failure> {
        self.update_job(order, id, RequestedJobStatus::Cancelled).await
    }

    async fn update_job(&self, order: &JobOrder, id: &str, to: RequestedJobStatus) -> Result<(), S3Failure> {
        let region = self.region(&order.target.bucket).await?;
        let client = self.control(&region)?;
        let call = job_call("s3:UpdateJobStatus", &region);
        self.signed(|| async {
            client
                .update_job_status()
                .account_id(order.role.account().as_str())
                .job_id(id)
                .requested_job_status(to.clone())
                .customize()
                .config_override(control_document())
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await?;
        Ok(())
    }

    /// S3 Control in a region. Asked seldom, so it is made anew each time.
    fn control(&self, region: &str) -> Result<Client, S3Failure> {
        let endpoint = self.reach.endpoint.as_deref().filter(|url| !is_aws(url));
        check_endpoint(endpoint)?;
        let http = self.http.client(&Wire::to(endpoint, &self.reach))?;
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .http_client(http)
            .credentials_provider(self.signer.clone())
            .identity_cache(IdentityCache::no_cache());
        if let Some(url) = endpoint {
            config = config.endpoint_resolver(OneHost(url.to_owned()));
        }
        Ok(Client::from_conf(config.build()))
    }
}

/// What each call adds to the configuration: patience, and a bound on the answer.
fn control_document() -> Builder {
    Config::builder()
        .timeout_config(document_timeouts())
        .retry_config(retries())
        .interceptor(Answer::default())
        .retry_classifier(Patience::default())
}

fn job_call<'a>(action: &'static str, region: &'a str) -> Call<'a> {
    Call {
        action,
        resource: "*".to_owned(),
        what: "the S3 Batch Operations job".to_owned(),
        region,
    }
}

fn status(id: &str, job: &JobDescriptor) -> Result<JobStatus, String> {
    let count = |of: Option<i64>| of.and_then(|n| n.try_into().ok()).unwrap_or_default();
    let progress = job.progress_summary();
    let why = job.failure_reasons().first().map(|reason| {
        format!(
            "{} ({})",
            reason.failure_reason().unwrap_or("AWS does not say why"),
            reason.failure_code().unwrap_or_default()
        )
    });
    let state = job.status().ok_or("it does not say how the job stands")?;
    Ok(JobStatus {
        id: id.to_owned(),
        state: JobState::of(state.as_str()).map_err(|unknown| unknown.to_string())?,
        total: count(progress.and_then(|progress| progress.total_number_of_tasks())),
        succeeded: count(progress.and_then(|progress| progress.number_of_tasks_succeeded())),
        failed: count(progress.and_then(|progress| progress.number_of_tasks_failed())),
        why: why.or_else(|| job.status_update_reason().map(str::to_owned)),
    })
}

fn bucket_arn(place: &S3Location, region: &str) -> String {
    match place.bucket.as_str() {
        arn if arn.starts_with("arn:") => arn.to_owned(),
        name => format!("arn:{}:s3:::{name}", partition_of(region).as_str()),
    }
}

impl JobOrder {
    fn operation(&self, region: &str) -> JobOperation {
        let tags = self.tags.as_ref().map(|tags| {
            let tags = tags.iter();
            // Both fields are there, so none can fail.
            tags.filter_map(|(key, value)| S3Tag::builder().key(key).value(value).build().ok())
                .collect()
        });
        let copy = S3CopyObjectOperation::builder()
            .target_resource(bucket_arn(&self.target, region))
            .set_target_key_prefix((!self.target.key.is_empty()).then(|| self.target.key.clone()))
            .set_storage_class(self.storage_class.as_deref().map(S3StorageClass::from))
            .set_new_object_tagging(tags)
            .metadata_directive(S3MetadataDirective::Copy)
            .set_canned_access_control_list(
                self.for_bucket_owner
                    .then_some(S3CannedAccessControlList::BucketOwnerFullControl),
            );
        JobOperation::builder().s3_put_object_copy(copy.build()).build()
    }

    fn manifest(&self, region: &str) -> Result<JobManifest, aws_smithy_types::error::operation::BuildError> {
        let spec = JobManifestSpec::builder()
            .format(JobManifestFormat::S3BatchOperationsCsv20180820)
            .set_fields(Some(
                self.fields
                    .names()
                    .iter()
                    .map(|name| JobManifestFieldName::from(*name))
                    .collect(),
            ));
        let location = JobManifestLocation::builder()
            .object_arn(format!(
                "{}/{}",
                bucket_arn(&self.manifest, region),
                self.manifest.key
            ))
            .e_tag(&self.manifest_etag);
        Ok(JobManifest::builder()
            .spec(spec.build()?)
            .location(location.build()?)
            .build())
    }

    fn report(&self, region: &str) -> JobReport {
        JobReport::builder()
            .bucket(bucket_arn(&self.report, region))
            .format(JobReportFormat::ReportCsv20180820)
            .enabled(true)
            .prefix(&self.report.key)
            .report_scope(JobReportScope::FailedTasksOnly)
            .build()
    }
}
