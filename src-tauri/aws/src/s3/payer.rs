//! Buckets whose requests the one who asks pays for.
//!
//! Amazon S3 User Guide, "Using Requester Pays general purpose buckets": each request says that the requester knows it,
//! in `x-amz-request-payer`; one that does not is refused with 403.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use hatrack_core::bucket::BucketName;

use super::{S3, locked};

impl S3 {
    /// From now on requests to `bucket` say that the person pays for them, or say nothing of it.
    pub fn pay_for(&self, bucket: &BucketName, on: bool) {
        let mut payers = locked(&self.payers);
        if on {
            payers.insert(bucket.as_str().to_owned());
        } else {
            payers.remove(bucket.as_str());
        }
    }

    pub(super) fn pays_for(&self, bucket: &BucketName) -> bool {
        locked(&self.payers).contains(bucket.as_str())
    }
}

/// Adds the header to whatever is asked, before it is signed.
#[derive(Debug)]
pub(super) struct RequestPayer;

#[dyn_dispatch_hint]
impl Intercept for RequestPayer {
    fn name(&self) -> &'static str {
        "RequestPayer"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context
            .request_mut()
            .headers_mut()
            .insert("x-amz-request-payer", "requester");
        Ok(())
    }
}
