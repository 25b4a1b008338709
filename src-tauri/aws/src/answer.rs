//! A look at each answer before the SDK reads it: when AWS gave it, and that it is not endless.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::{DateTime, Format};
use http_body_util::Limited;
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
            None => SdkBody::from_body_1_x(Limited::new(body, LONGEST_DOCUMENT)),
        };
        Ok(())
    }
}

/// RFC 9110, 5.6.7.
fn http_date(text: &str) -> Option<Timestamp> {
    let date = DateTime::from_str(text, Format::HttpDate).ok()?;
    Timestamp::from_second(date.secs()).ok()
}

/// The SDK's time as ours; `None` beyond the year 9999.
pub fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
