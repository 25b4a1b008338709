//! A look at each answer before the SDK reads it: when AWS gave it, that it has an end, and that the end is its own.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::{DateTime, Format};
use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::{LengthLimitError, Limited};
use jiff::Timestamp;

/// The longest document that is read: a page of 1,000 keys of 1,024 bytes, each escaped threefold, is 4 MB.
const LONGEST_DOCUMENT: usize = 16 * 1024 * 1024;

/// Notes the `Date` of the last answer and bounds its body. For calls that return a document, not an object.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    date: Arc<Mutex<Option<Timestamp>>>,
}

impl Answer {
    /// The `Date` of the last answer, by AWS's clock.
    pub fn date(&self) -> Option<Timestamp> {
        *self.date.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Answer {
    fn name(&self) -> &'static str {
        "Answer"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        let date = response.headers().get("date").and_then(http_date);
        *self.date.lock().unwrap_or_else(PoisonError::into_inner) = date;
        let body = response.take_body();
        *response.body_mut() = match body.bytes() {
            Some(_) => body,
            None => SdkBody::from_body_1_x(Document::new(body)),
        };
        Ok(())
    }
}

/// A body that must not be too long, and, if it is XML, must end with its root element: the SDK's parser takes what
/// was cut off for a shorter list.
struct Document {
    body: Limited<SdkBody>,
    head: Vec<u8>,
    tail: Vec<u8>,
    ended: bool,
}

/// The connection ended well, and the document did not.
#[derive(Debug, thiserror::Error)]
#[error("the document ends before its end")]
struct Cut;

/// Whether it was an answer's own bytes that were wrong, and not the connection that broke.
pub(crate) fn is_of_document(error: &(dyn Error + 'static)) -> bool {
    let is_ours = error.is::<Cut>() || error.is::<LengthLimitError>();
    is_ours || error.source().is_some_and(is_of_document)
}

/// Enough for the declaration and the root's name; enough for the root's end.
const KEPT: usize = 512;

impl Document {
    fn new(body: SdkBody) -> Self {
        Self {
            body: Limited::new(body, LONGEST_DOCUMENT),
            head: Vec::new(),
            tail: Vec::new(),
            ended: false,
        }
    }

    fn note(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.tail
            .extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT)..]);
        let surplus = self.tail.len().saturating_sub(KEPT);
        self.tail.drain(..surplus);
    }

    fn is_whole(&self) -> bool {
        let head = String::from_utf8_lossy(&self.head);
        let mut rest = head.trim_start_matches('\u{feff}').trim_start();
        if let Some(declared) = rest.strip_prefix("<?") {
            rest = declared
                .split_once("?>")
                .map(|(_, rest)| rest.trim_start())
                .unwrap_or_default();
        }
        let Some(root) = rest.strip_prefix('<') else {
            return true;
        };
        let end = root
            .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
            .unwrap_or(root.len());
        let tail = String::from_utf8_lossy(&self.tail);
        let tail = tail.trim_end();
        // `<Root/>` is whole. After anything else, `/>` is the end of an element inside.
        let is_empty = !root.contains('<') && tail.ends_with("/>");
        is_empty || tail.ends_with(&format!("</{}>", &root[..end]))
    }
}

impl Body for Document {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(bytes) = frame.data_ref() {
                    this.note(bytes);
                }
            }
            Some(Err(_)) => this.ended = true,
            None => {
                this.ended = true;
                if !this.is_whole() {
                    return Poll::Ready(Some(Err(Cut.into())));
                }
            }
        }
        Poll::Ready(frame)
    }
}

/// RFC 9110, 5.6.7.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    let date = DateTime::from_str(text, Format::HttpDate).ok()?;
    Timestamp::from_second(date.secs()).ok()
}

/// The SDK's time as ours; `None` beyond the year 9999.
pub fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b25_a_document_is_whole_only_with_the_end_of_its_root() {
        let is_whole = |text: &str| {
            let mut document = Document::new(SdkBody::empty());
            document.note(text.as_bytes());
            document.is_whole()
        };
        for whole in [
            "",
            "{\"a\": 1}",
            "<a/>",
            "<?xml version=\"1.0\"?>\n<a b=\"c\"><d/></a>\n",
        ] {
            assert!(is_whole(whole), "{whole}");
        }
        for cut in ["<a", "<a><d/>", "<?xml version=\"1.0\"?><a><d>", "<a><d></d>"] {
            assert!(!is_whole(cut), "{cut}");
        }
    }
}
