//! What tests make go wrong.

mod share;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

pub use self::share::Share;
use crate::iam;
use crate::identity_center::{PORTAL_NAMESPACE, error_type};
use crate::service::Service;
use crate::state::State;
use crate::sts;
use crate::world::Object;

/// Which requests a fault hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// All.
    Any,
    /// All of STS.
    Sts,
    /// One action of STS: `AssumeRole`.
    StsAction(String),
    /// All of IAM.
    Iam,
    /// All of Organizations.
    Organizations,
    /// All of Roles Anywhere.
    RolesAnywhere,
    /// All of Identity Center's sign-in (`sso-oidc`), its pages among it.
    SignIn,
    /// All of Identity Center's access portal (`sso`).
    Portal,
    /// All of the metadata services: the instance's and the container's.
    Metadata,
    /// One operation of a service other than S3, by AWS's name: `ListAccounts`, `CreateToken`, `AssumeRole`.
    Operation(String),
    /// All of S3.
    S3,
    /// S3 requests whose path contains this text (percent-encoded, as sent): `/bucket/key`.
    S3Path(String),
    /// S3 requests for objects of a bucket whose keys start so, in path style.
    S3Keys {
        /// The bucket.
        bucket: String,
        /// How the keys start.
        prefix: String,
    },
}

/// What happens instead of, or to, the right answer.
#[derive(Clone)]
pub enum Effect {
    /// A service error of this status and code, in the service's own format; `503 SlowDown`, `429 Throttling`.
    Error {
        /// The HTTP status.
        status: u16,
        /// AWS's error code.
        code: String,
        /// `retry-after` and `x-amz-retry-after` (milliseconds), if any.
        retry_after: Option<Duration>,
    },
    /// The service error's body with status 200.
    ErrorBodyWith200 {
        /// AWS's error code.
        code: String,
    },
    /// The connection breaks in the middle of the answer's body.
    TruncatedBody,
    /// From the middle of the answer's body on nothing comes any more; the connection stays open.
    StalledBody,
    /// The byte in the middle of the answer's body is another.
    WrongByte,
    /// The last byte of the answer's body is missing, and its length says so.
    ShortBody,
    /// The right answer with its body changed; only for bodies of text.
    Rewrite(Arc<dyn Fn(String) -> String + Send + Sync>),
    /// An answer of any bytes.
    Respond {
        /// The HTTP status.
        status: u16,
        /// `Content-Type`.
        content_type: String,
        /// The body.
        body: Bytes,
    },
    /// Status 200 and a body that never ends.
    EndlessBody,
    /// The right answer, late.
    Delay(Duration),
    /// What was asked is done at once, and the right answer comes late.
    LateAnswer(Duration),
    /// No answer at all: the connection stays open and silent.
    Silence,
    /// The connection is closed without an answer.
    Disconnect,
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error { .. } => "Error",
            Self::ErrorBodyWith200 { .. } => "ErrorBodyWith200",
            Self::TruncatedBody => "TruncatedBody",
            Self::StalledBody => "StalledBody",
            Self::WrongByte => "WrongByte",
            Self::ShortBody => "ShortBody",
            Self::Rewrite(_) => "Rewrite",
            Self::Respond { .. } => "Respond",
            Self::EndlessBody => "EndlessBody",
            Self::Delay(_) => "Delay",
            Self::LateAnswer(_) => "LateAnswer",
            Self::Silence => "Silence",
            Self::Disconnect => "Disconnect",
        })
    }
}

#[derive(Debug)]
struct Planned {
    on: On,
    left: u64,
    effect: Effect,
}

#[derive(Debug)]
struct Change {
    bucket: String,
    key: String,
    after_reads: u64,
    object: Object,
}

/// The faults that are still to happen.
#[derive(Debug, Default)]
pub struct Faults {
    planned: Mutex<Vec<Planned>>,
    shares: Mutex<Vec<share::Running>>,
    played: AtomicU64,
    changes: Mutex<Vec<Change>>,
    malformed_region: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a fault is matched with.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The service.
    pub service: Service,
    /// AWS's name of the operation; S3's is not known yet.
    pub operation: Option<&'a str>,
    /// The path as sent.
    pub path: &'a str,
    /// What tells the request from others, for shares: method, path, query and range.
    pub request: &'a str,
}

/// Whether a path is of an object of this bucket whose key starts so.
fn is_below(path: &str, bucket: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(bucket));
    let Some(key) = rest.and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    // A plus is a plus in a path, so a form's decoder will not do without this.
    let pair = format!("k={}", key.replace('+', "%2B"));
    let key = url::form_urlencoded::parse(pair.as_bytes()).next();
    key.is_some_and(|(_, key)| !key.is_empty() && key.starts_with(prefix))
}

impl On {
    fn hits(&self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Sts => seen.service == Service::Sts,
            Self::StsAction(action) => seen.service == Service::Sts && seen.operation == Some(action),
            Self::Iam => seen.service == Service::Iam,
            Self::Organizations => seen.service == Service::Organizations,
            Self::RolesAnywhere => seen.service == Service::RolesAnywhere,
            Self::SignIn => seen.service == Service::SignIn,
            Self::Portal => seen.service == Service::Portal,
            Self::Metadata => seen.service == Service::Metadata,
            Self::Operation(name) => seen.operation == Some(name),
            Self::S3 => seen.service == Service::S3,
            Self::S3Path(part) => seen.service == Service::S3 && seen.path.contains(part),
            Self::S3Keys { bucket, prefix } => {
                seen.service == Service::S3 && is_below(seen.path, bucket, prefix)
            }
        }
    }
}

impl Faults {
    /// The next `times` requests that `on` hits get `effect`.
    pub fn inject(&self, on: On, times: u64, effect: Effect) {
        lock(&self.planned).push(Planned {
            on,
            left: times,
            effect,
        });
    }

    /// From here on a share of requests gets a fault.
    pub fn inject_share(&self, share: Share) {
        lock(&self.shares).push(share::Running::new(share));
    }

    /// Nothing is planned any more.
    pub fn clear(&self) {
        lock(&self.planned).clear();
        lock(&self.shares).clear();
    }

    /// How many requests were hit.
    pub fn played(&self) -> u64 {
        self.played.load(Ordering::Relaxed)
    }

    /// The fault for this request, if there is one.
    pub fn take(&self, seen: &Seen<'_>) -> Option<Effect> {
        let of_a_share = || lock(&self.shares).iter_mut().find_map(|share| share.take(seen));
        let effect = self.take_planned(seen).or_else(of_a_share)?;
        self.played.fetch_add(1, Ordering::Relaxed);
        Some(effect)
    }

    fn take_planned(&self, seen: &Seen<'_>) -> Option<Effect> {
        let mut planned = lock(&self.planned);
        let at = planned.iter().position(|p| p.left > 0 && p.on.hits(seen))?;
        planned[at].left -= 1;
        let effect = planned[at].effect.clone();
        planned.retain(|p| p.left > 0);
        Some(effect)
    }

    /// How many requests are still to be hit.
    pub fn left(&self) -> u64 {
        lock(&self.planned).iter().map(|planned| planned.left).sum()
    }

    /// Replaces an object once it has been read `after_reads` more times: a change in the middle of a download.
    pub fn change_object(&self, bucket: &str, key: &str, after_reads: u64, object: Object) {
        let change = Change {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            after_reads,
            object,
        };
        lock(&self.changes).push(change);
    }

    /// Notes that an object was read.
    pub fn object_was_read(&self, state: &State, bucket: &str, key: &str) {
        let mut changes = lock(&self.changes);
        if changes.is_empty() {
            return;
        }
        for change in changes.iter_mut().filter(|c| c.bucket == bucket && c.key == key) {
            change.after_reads = change.after_reads.saturating_sub(1);
        }
        let new_id = state.keys().opaque(24);
        let mut world = state.change();
        changes.retain(|change| {
            let due = change.after_reads == 0 && change.bucket == bucket && change.key == key;
            if due && let Some(bucket) = world.buckets.get_mut(bucket) {
                bucket.put(key, change.object.clone(), new_id.clone());
            }
            !due
        });
    }

    /// Whether a request for another region's bucket is answered by `301 PermanentRedirect`, as S3's regional
    /// endpoints do, or by `400 AuthorizationHeaderMalformed`, as its global one may.
    pub fn redirects_to_region(&self) -> bool {
        !self.malformed_region.load(Ordering::Relaxed)
    }

    /// See [`Self::redirects_to_region`].
    pub fn set_redirects_to_region(&self, redirects: bool) {
        self.malformed_region.store(!redirects, Ordering::Relaxed);
    }
}

/// The error body of a service.
pub fn error_body(service: Service, code: &str, request_id: &str) -> String {
    let message = "The service did not handle this request.";
    let error = format!("<Code>{code}</Code><Message>{message}</Message>");
    match service {
        Service::Sts | Service::Iam => format!(
            "<ErrorResponse xmlns=\"{}\"><Error><Type>Receiver</Type>{error}</Error>\
             <RequestId>{request_id}</RequestId></ErrorResponse>",
            if service == Service::Iam {
                iam::NAMESPACE
            } else {
                sts::NAMESPACE
            }
        ),
        Service::Organizations | Service::RolesAnywhere => {
            json!({ "__type": code, "message": message }).to_string()
        }
        Service::S3 => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error>{error}<RequestId>{request_id}</RequestId></Error>"
        ),
        Service::SignIn => json!({ "error": code, "error_description": message }).to_string(),
        Service::Portal => {
            json!({ "message": message, "__type": format!("{PORTAL_NAMESPACE}{code}") }).to_string()
        }
        Service::Metadata => json!({ "Code": code, "Message": message }).to_string(),
    }
}

/// The header by which a service names its error, where the body alone does not.
pub fn error_header(service: Service, code: &str) -> Option<(&'static str, String)> {
    (service == Service::SignIn).then(|| ("x-amzn-errortype", error_type(code)))
}

/// The status of an error, which may be any number a test names.
pub fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
