//! The real AWS SDK, pointed at a sandbox.

use aws_credential_types::Credentials;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::operation::RequestId;
use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::http::Response;
use aws_types::region::Region;
use hatrack_sandbox::{Options, Running, Story, start};

pub async fn sandbox() -> Running {
    start(Options::default()).await.unwrap()
}

pub fn http() -> SharedHttpClient {
    Builder::new().build_http()
}

pub fn user(story: &Story) -> Credentials {
    Credentials::new(&story.access_key_id, &story.secret_access_key, None, None, "test")
}

pub fn sts(running: &Running, credentials: Credentials) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version_latest()
        .region(Region::new("us-east-1"))
        .endpoint_url(running.endpoint())
        .credentials_provider(credentials)
        .http_client(http())
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

pub fn s3(running: &Running, credentials: Credentials, region: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version_latest()
        .region(Region::new(region.to_owned()))
        .endpoint_url(running.endpoint())
        .force_path_style(true)
        .credentials_provider(credentials)
        .http_client(http())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// The session that an AssumeRole answer brings.
pub fn session(credentials: &aws_sdk_sts::types::Credentials) -> Credentials {
    Credentials::new(
        credentials.access_key_id(),
        credentials.secret_access_key(),
        Some(credentials.session_token().to_owned()),
        None,
        "test",
    )
}

/// Assumes a role with nothing but its ARN and an external ID.
pub async fn assume(
    sts: &aws_sdk_sts::Client,
    role_arn: &str,
    external_id: Option<&str>,
    seconds: Option<i64>,
) -> Result<Credentials, Refused> {
    let answer = sts
        .assume_role()
        .role_arn(role_arn)
        .role_session_name("test-session")
        .set_external_id(external_id.map(str::to_owned))
        .set_duration_seconds(seconds.map(|s| i32::try_from(s).unwrap()))
        .send()
        .await;
    answer
        .map(|a| session(a.credentials().unwrap()))
        .map_err(Refused::from)
}

/// A refusal as a client sees it.
#[derive(Debug, Clone)]
pub struct Refused {
    pub code: String,
    pub message: String,
    pub status: u16,
    pub request_id: Option<String>,
}

impl<E> From<SdkError<E, Response>> for Refused
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
{
    fn from(error: SdkError<E, Response>) -> Self {
        let status = error
            .raw_response()
            .map(|r| r.status().as_u16())
            .unwrap_or_default();
        let request_id = error.request_id().map(str::to_owned);
        let code = error.code().unwrap_or_default().to_owned();
        let message = error
            .message()
            .map_or_else(|| DisplayErrorContext(&error).to_string(), str::to_owned);
        Self {
            code,
            message,
            status,
            request_id,
        }
    }
}

/// A client with the role of a story.
pub async fn role_client(running: &Running, id: &str) -> (aws_sdk_s3::Client, String) {
    let story = running.manifest().story(id).unwrap();
    let role = assume(
        &sts(running, user(story)),
        &story.role_arn,
        story.external_id.as_deref(),
        None,
    )
    .await
    .unwrap();
    (s3(running, role, &story.region), story.bucket.clone())
}

/// The role of S1.
pub const DATA_READER: &str = "arn:aws:iam::444455556666:role/ExampleBucketReader";

/// A session of S1's role.
pub async fn data_reader(running: &Running) -> Credentials {
    let story = running.manifest().story("S1").unwrap();
    assume(&sts(running, user(story)), DATA_READER, None, None)
        .await
        .unwrap()
}

/// Account, ARN and user ID of whoever signs.
pub async fn identity(
    running: &Running,
    credentials: Credentials,
) -> Result<(String, String, String), Refused> {
    let answer = sts(running, credentials)
        .get_caller_identity()
        .send()
        .await
        .map_err(Refused::from)?;
    let text = |t: Option<&str>| t.unwrap().to_owned();
    Ok((text(answer.account()), text(answer.arn()), text(answer.user_id())))
}
