//! AWS's sign-in, as a broker uses it: getSigninToken, and GetFederationToken for users.
//!
//! Source: IAM User Guide, "Enable custom identity broker access to the AWS console"; AWS STS API Reference,
//! "GetFederationToken".

use std::sync::Arc;

use async_trait::async_trait;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use hatrack_core::account::Partition;
use hatrack_core::console::{ConsoleSignIn, GetFederationToken, SignInToken, sign_in_host, token_query};
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts::{AwsFailure, Issued, Reach, Refusal};
use hatrack_core::sts_limits::SessionDuration;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::AwsSts;
use crate::failure::Asked;
use crate::http::{HttpClients, Wire, check_endpoint, exchange};

const LONGEST_ANSWER: usize = 64 * 1024;

/// AWS's sign-in through one set of HTTP clients.
#[derive(Debug)]
pub struct AwsConsole {
    http: Arc<HttpClients>,
    sts: AwsSts,
}

impl AwsConsole {
    /// The sign-in through `http`.
    pub fn new(http: Arc<HttpClients>) -> Self {
        Self {
            sts: AwsSts::new(http.clone()),
            http,
        }
    }
}

#[async_trait]
impl ConsoleSignIn for AwsConsole {
    async fn sign_in_token(
        &self,
        reach: &Reach,
        partition: Partition,
        session: &Secret,
        stay: Option<SessionDuration>,
    ) -> Result<SignInToken, AwsFailure> {
        let asked = Asked {
            service: "AWS Sign-In",
            region: &reach.region,
        };
        check_endpoint(reach.endpoint.as_deref())?;
        let base = match reach.endpoint.as_deref() {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => format!("https://{}", sign_in_host(partition)),
        };
        // The address holds the credentials: it goes to nobody but the connection.
        let query = token_query(session, stay);
        let address = Zeroizing::new(format!("{base}/federation?{}", query.expose()));
        let unusable = || AwsFailure::Unusable("the sign-in's endpoint is no address".to_owned());
        let request = HttpRequest::get(address.as_str()).map_err(|_| unusable())?;
        let connector = self.http.connector(&Wire::to(reach.endpoint.as_deref(), reach))?;
        let (response, body) = exchange(asked, &connector, request, LONGEST_ANSWER).await?;
        let status = response.status().as_u16();
        let request_id = response.headers().get("x-amzn-requestid").map(str::to_owned);
        match status {
            200 => read(asked, &body),
            // It says nothing of why, and in a page: that is not shown.
            400..=499 => Err(AwsFailure::Refused(Refusal {
                code: format!("HTTP {status}"),
                message: String::new(),
                request_id,
                status,
            })),
            _ => Err(asked.garbled(format!("HTTP {status}"))),
        }
    }

    async fn federation_token(
        &self,
        reach: &Reach,
        signer: &Credentials,
        call: &GetFederationToken,
    ) -> Result<Issued, AwsFailure> {
        self.sts.get_federation_token(reach, signer, call).await
    }
}

fn read(asked: Asked<'_>, body: &[u8]) -> Result<SignInToken, AwsFailure> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "SigninToken")]
        token: String,
    }
    let answer: Answer =
        serde_json::from_slice(body).map_err(|_| asked.garbled("it holds no sign-in token"))?;
    if answer.token.is_empty() {
        return Err(asked.garbled("its sign-in token is empty"));
    }
    Ok(SignInToken(Secret::new(answer.token)))
}
