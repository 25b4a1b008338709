//! One request that the SDK has no call for, and its answer.

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use hatrack_core::sts::AwsFailure;
use http_body_util::{BodyExt, Limited};
use zeroize::Zeroizing;

use super::ATTEMPT;
use crate::failure::Asked;

/// Sends it once and reads the whole answer, which may hold secrets: its body is erased with the value.
///
/// # Errors
/// Where nobody answers in time, or the body breaks off or is longer than `longest` bytes.
pub(crate) async fn exchange(
    asked: Asked<'_>,
    connector: &SharedHttpConnector,
    request: HttpRequest,
    longest: usize,
) -> Result<(HttpResponse, Zeroizing<Vec<u8>>), AwsFailure> {
    let answered = async {
        let mut response = connector
            .call(request)
            .await
            .map_err(|why| asked.unconnected(&why))?;
        let body = Limited::new(response.take_body(), longest).collect().await;
        let body = body.map_err(|_| asked.garbled("its body breaks off or is too long"))?;
        Ok((response, Zeroizing::new(body.to_bytes().to_vec())))
    };
    tokio::time::timeout(ATTEMPT, answered)
        .await
        .unwrap_or_else(|_| Err(asked.unreachable("no answer came in time")))
}
