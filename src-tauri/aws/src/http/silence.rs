//! An answer that never comes.
//!
//! The SDK watches a body while it is sent and an answer while it is read. Between the two a server that has gone without
//! a word would be waited for without an end, where how long an answer takes is up to what is asked. And S3 begins some
//! answers before it has done the work, so that they do not go on for minutes: their bodies are waited for likewise.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// Nobody answered, long after all of a request was sent.
#[derive(Debug, thiserror::Error)]
#[error("no answer came in time")]
struct Silence;

/// When a request's body was last asked for more.
#[derive(Debug, Clone)]
pub(super) struct Moved(Arc<Mutex<Instant>>);

impl Moved {
    /// Notes it from now on.
    pub fn of(request: &mut HttpRequest) -> Self {
        let moved = Self(Arc::new(Mutex::new(Instant::now())));
        if request.body().content_length() != Some(0) {
            let body = std::mem::replace(request.body_mut(), SdkBody::taken());
            let noted = moved.clone();
            let body = body.map_preserve_contents(move |inner| {
                let noted = noted.clone();
                SdkBody::from_body_1_x(Noted { inner, noted })
            });
            *request.body_mut() = body;
        }
        moved
    }

    /// Waits for the answer, but not for longer than `patience` after the body moved.
    pub async fn answered<T>(
        self,
        answer: impl Future<Output = Result<T, ConnectorError>>,
        patience: Duration,
    ) -> Result<T, ConnectorError> {
        let mut answer = pin!(answer);
        loop {
            let until = self.last() + patience;
            tokio::select! {
                biased;
                done = &mut answer => return done,
                () = sleep_until(until) => {}
            }
            if self.last() + patience <= until {
                return Err(ConnectorError::timeout(Silence.into()));
            }
        }
    }

    fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// The body of an answer, of which the next piece is waited for no longer than `patience`.
pub(super) fn heard(body: SdkBody, patience: Duration) -> SdkBody {
    SdkBody::from_body_1_x(Heard {
        inner: body,
        patience,
        end: Box::pin(sleep(patience)),
    })
}

struct Heard {
    inner: SdkBody,
    patience: Duration,
    end: Pin<Box<Sleep>>,
}

impl Body for Heard {
    type Data = Bytes;
    type Error = aws_smithy_runtime_api::box_error::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = Pin::new(&mut self.inner).poll_frame(context);
        if next.is_ready() {
            let end = Instant::now() + self.patience;
            self.end.as_mut().reset(end);
            return next;
        }
        match self.end.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err(Silence.into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

struct Noted {
    inner: SdkBody,
    noted: Moved,
}

impl Body for Noted {
    type Data = Bytes;
    type Error = aws_smithy_runtime_api::box_error::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = Pin::new(&mut self.inner).poll_frame(context);
        if next.is_ready() {
            self.noted.now();
        }
        next
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
