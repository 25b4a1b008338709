//! S3 Control, as far as jobs of Batch Operations go: CreateJob, DescribeJob, ListJobs and UpdateJobStatus. The jobs really
//! copy, with what their role may do.
//!
//! Source: Amazon S3 API Reference, "Amazon S3 Control".

mod job;
mod order;
mod work;

use std::sync::Arc;

use hatrack_core::policy::ResourceRule;
use http::{HeaderMap, StatusCode};
use url::form_urlencoded;

pub use self::job::Jobs;
use self::job::{Job, Status};
use crate::auth::{NotSigned, SignedRequest, signer};
use crate::query::element;
use crate::state::State;
use crate::world::{Asked, Signer};

/// What every path begins with.
pub const PATH: &str = "/v20180820/jobs";
const NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";

/// An answer.
pub struct Reply {
    pub status: StatusCode,
    pub body: String,
}

/// A refusal: status, code, words.
type Refused = (StatusCode, &'static str, String);

fn refused(code: &'static str, words: impl Into<String>) -> Refused {
    (StatusCode::BAD_REQUEST, code, words.into())
}

/// The operation's name, for faults and counts.
pub fn operation(method: &str, path: &str) -> &'static str {
    match (method, path.strip_prefix(PATH).unwrap_or_default()) {
        ("POST", "" | "/") => "CreateJob",
        ("GET", "" | "/") => "ListJobs",
        ("POST", rest) if rest.ends_with("/status") => "UpdateJobStatus",
        ("GET", _) => "DescribeJob",
        _ => "Unknown",
    }
}

/// Answers a request.
pub fn answer(state: &Arc<State>, request: &SignedRequest<'_>) -> Reply {
    let operation = operation(request.method, request.path);
    state.count(operation);
    let (status, body) = match answered(state, request, operation) {
        Ok(body) => (StatusCode::OK, body),
        Err((status, code, words)) => {
            let error = element("Code", code) + &element("Message", &words);
            let id = state.keys().s3_request_id();
            let id = element("RequestId", &id);
            (
                status,
                format!("<ErrorResponse><Error>{error}</Error>{id}</ErrorResponse>"),
            )
        }
    };
    Reply {
        status,
        body: format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"),
    }
}

fn answered(state: &Arc<State>, request: &SignedRequest<'_>, operation: &str) -> Result<String, Refused> {
    let (signer, region) = signer(state, "s3", request).map_err(unsigned)?;
    let account = header(request.headers, "x-amz-account-id").unwrap_or_default();
    if account != signer.account.as_str() {
        return Err(denied());
    }
    let id = request
        .path
        .strip_prefix(PATH)
        .map(|rest| rest.trim_start_matches('/').trim_end_matches("/status"))
        .unwrap_or_default();
    let job_arn = match id {
        "" => "*".to_owned(),
        id => format!("arn:aws:s3:{region}:{account}:job/{id}"),
    };
    let action = format!("s3:{operation}");
    allowed(state, &signer, &region, &action, &job_arn)?;
    match operation {
        "CreateJob" => create(state, &signer, &region, request.body),
        "ListJobs" => Ok(listed(state, account)),
        "DescribeJob" => {
            let jobs = state.jobs.all();
            let job = jobs
                .get(id)
                .filter(|job| job.account == account)
                .ok_or_else(no_job)?;
            Ok(format!(
                "<DescribeJobResult xmlns=\"{NAMESPACE}\">{}</DescribeJobResult>",
                job.described()
            ))
        }
        "UpdateJobStatus" => update(state, account, id, request.query),
        _ => Err((
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "The specified method is not allowed.".into(),
        )),
    }
}

fn create(state: &Arc<State>, signer: &Signer, region: &str, body: &[u8]) -> Result<String, Refused> {
    let order = order::read(body).map_err(|why| refused("InvalidRequest", why))?;
    if let Some(id) = state.jobs.by_token(&order.token) {
        return Ok(made(&id));
    }
    {
        let world = state.world();
        let role = world
            .roles
            .get(&order.role)
            .filter(|role| role.account == signer.account);
        let role = role.ok_or_else(|| {
            refused(
                "InvalidRequest",
                "The role does not exist or is of another account.",
            )
        })?;
        let pass = Asked {
            action: "iam:PassRole",
            resource: &role.arn,
            owner: Some(role.account),
            resource_policy: None,
            rule: ResourceRule::EitherSuffices,
            region,
            keys: &[("iam:PassedToService".to_owned(), vec![work::SERVICE.to_owned()])],
        };
        if !world.decide(signer, &pass, state.now()).allowed {
            return Err(denied());
        }
    }
    let id = state.keys().uuid();
    let job = Job::new(&id, signer.account.as_str(), region, order, state.now());
    state.jobs.all().insert(id.clone(), job);
    work::prepare(state, &id);
    Ok(made(&id))
}

fn made(id: &str) -> String {
    format!(
        "<CreateJobResult xmlns=\"{NAMESPACE}\">{}</CreateJobResult>",
        element("JobId", id)
    )
}

fn update(state: &Arc<State>, account: &str, id: &str, query: &str) -> Result<String, Refused> {
    let asked = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "requestedJobStatus")
        .map(|(_, value)| value.into_owned());
    let (told, begins) = {
        let mut jobs = state.jobs.all();
        let job = jobs
            .get_mut(id)
            .filter(|job| job.account == account)
            .ok_or_else(no_job)?;
        let next = match (asked.as_deref(), job.status) {
            (Some("Ready"), Status::Suspended) => Status::Ready,
            (Some("Cancelled"), status) if !status.is_end() => Status::Cancelled,
            (Some("Ready" | "Cancelled"), status) => {
                return Err((
                    StatusCode::BAD_REQUEST,
                    "JobStatusException",
                    format!("The job is {}.", status.as_str()),
                ));
            }
            _ => return Err(refused("InvalidRequest", "The requested status is not valid.")),
        };
        job.status = next;
        let told = element("JobId", id) + &element("Status", next.as_str());
        (told, next == Status::Ready)
    };
    if begins {
        work::begin(state, id);
    }
    Ok(format!(
        "<UpdateJobStatusResult xmlns=\"{NAMESPACE}\">{told}</UpdateJobStatusResult>"
    ))
}

fn listed(state: &State, account: &str) -> String {
    let jobs = state.jobs.all();
    let mine = jobs.values().filter(|job| job.account == account);
    let all: String = mine.map(Job::listed).collect();
    format!("<ListJobsResult xmlns=\"{NAMESPACE}\"><Jobs>{all}</Jobs></ListJobsResult>")
}

fn allowed(
    state: &State,
    signer: &Signer,
    region: &str,
    action: &str,
    resource: &str,
) -> Result<(), Refused> {
    let asked = Asked {
        action,
        resource,
        owner: Some(signer.account),
        resource_policy: None,
        rule: ResourceRule::EitherSuffices,
        region,
        keys: &[],
    };
    match state.world().decide(signer, &asked, state.now()).allowed {
        true => Ok(()),
        false => Err(denied()),
    }
}

fn denied() -> Refused {
    (StatusCode::FORBIDDEN, "AccessDenied", "Access Denied".to_owned())
}

fn no_job() -> Refused {
    (
        StatusCode::NOT_FOUND,
        "NoSuchJob",
        "The specified job does not exist.".to_owned(),
    )
}

fn unsigned(why: NotSigned) -> Refused {
    let (code, words) = match why {
        NotSigned::Missing => ("AccessDenied", "Access Denied"),
        NotSigned::Unknown => (
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        NotSigned::Expired => ("ExpiredToken", "The provided token has expired."),
        NotSigned::WrongService(_) | NotSigned::Refused(_) => (
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and signing \
             method.",
        ),
    };
    (StatusCode::FORBIDDEN, code, words.to_owned())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
