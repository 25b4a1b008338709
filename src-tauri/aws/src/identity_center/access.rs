//! The access portal: what a sign-in gives.
//!
//! Source: AWS IAM Identity Center Portal API Reference.

use std::time::{Duration, Instant};

use aws_sdk_sso::Client;
use aws_sdk_sso::config::{Builder, Config};
use aws_sdk_sso::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sso::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use futures::channel::mpsc::UnboundedSender;
use hatrack_core::account::AccountId;
use hatrack_core::broker::Given;
use hatrack_core::identity_center::PortalAccount;
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts::{AwsFailure, Reach};
use jiff::Timestamp;

use super::asked;
use super::pace::{Pacer, Verdict};
use crate::answer::Answer;
use crate::pages::Pages;
use crate::patience::{Patience, asked_wait};

/// The most that AWS gives in one page.
const PAGE: i32 = 100;

/// The portal, for one sign-in.
pub(super) struct Access<'a> {
    pub client: Client,
    pub reach: &'a Reach,
    pub token: &'a Secret,
}

impl Access<'_> {
    /// ListAccounts. Each account goes to `found` as soon as it is known, its roles left empty.
    pub async fn accounts(
        &self,
        pacer: &Pacer,
        found: UnboundedSender<PortalAccount>,
    ) -> Result<(), AwsFailure> {
        let mut pages = Pages::default();
        loop {
            let output = self
                .paced(pacer, || {
                    self.client
                        .list_accounts()
                        .access_token(self.token.expose())
                        .max_results(PAGE)
                        .set_next_token(pages.next.clone())
                        .customize()
                        .config_override(bounded(Answer::default(), Patience::of_paced_call()))
                        .send()
                })
                .await
                .map_err(|error| asked(self.reach).failed(&error))?;
            for account in output.account_list.ok_or_else(|| self.no_list())? {
                let id: Option<AccountId> = account.account_id.and_then(|id| id.parse().ok());
                let account = PortalAccount {
                    id: id.ok_or_else(|| asked(self.reach).garbled("an account in it has no number"))?,
                    name: account.account_name,
                    roles: Vec::new(),
                };
                // Who listens no longer has failed and says so.
                let _ = found.unbounded_send(account);
            }
            if !pages
                .turn(output.next_token)
                .map_err(|why| asked(self.reach).garbled(why))?
            {
                return Ok(());
            }
        }
    }

    /// ListAccountRoles. Nothing for an account that was taken away meanwhile.
    pub async fn roles(&self, pacer: &Pacer, account: AccountId) -> Result<Vec<String>, AwsFailure> {
        let mut pages = Pages::default();
        let mut roles = Vec::new();
        loop {
            let page = self
                .paced(pacer, || {
                    self.client
                        .list_account_roles()
                        .access_token(self.token.expose())
                        .account_id(account.as_str())
                        .max_results(PAGE)
                        .set_next_token(pages.next.clone())
                        .customize()
                        .config_override(bounded(Answer::default(), Patience::of_paced_call()))
                        .send()
                })
                .await;
            let output = match page {
                Ok(output) => output,
                Err(error) if is_gone(&error) => return Ok(Vec::new()),
                Err(error) => return Err(asked(self.reach).failed(&error)),
            };
            let names = output.role_list.ok_or_else(|| self.no_list())?;
            roles.extend(names.into_iter().filter_map(|role| role.role_name));
            if !pages
                .turn(output.next_token)
                .map_err(|why| asked(self.reach).garbled(why))?
            {
                return Ok(roles);
            }
        }
    }

    /// GetRoleCredentials.
    pub async fn role_credentials(&self, account: AccountId, role_name: &str) -> Result<Given, AwsFailure> {
        let answer = Answer::default();
        let started = Instant::now();
        let output = self
            .client
            .get_role_credentials()
            .access_token(self.token.expose())
            .account_id(account.as_str())
            .role_name(role_name)
            .customize()
            .config_override(bounded(answer.clone(), Patience::default()))
            .send()
            .await
            .map_err(|error| asked(self.reach).failed(&error))?;
        let took = started.elapsed();
        let request_id = output.request_id().map(str::to_owned);
        let given = output
            .role_credentials
            .ok_or_else(|| asked(self.reach).garbled("it holds no credentials"))?;
        let expiration = given.expiration;
        let parts = [given.access_key_id, given.secret_access_key, given.session_token];
        let [Some(access_key_id), Some(secret), Some(token)] =
            parts.map(|part| part.filter(|text| !text.is_empty()))
        else {
            return Err(asked(self.reach).garbled("its credentials are incomplete"));
        };
        Ok(Given {
            aws_date: answer.date(),
            request_id,
            took: Some(took),
            ..Given::from(Credentials {
                access_key_id,
                secret_access_key: Secret::new(secret),
                session_token: Some(Secret::new(token)),
                expires_at: end(expiration),
            })
        })
    }

    /// Logout.
    pub async fn log_out(&self) -> Result<(), AwsFailure> {
        self.client
            .logout()
            .access_token(self.token.expose())
            .customize()
            .config_override(bounded(Answer::default(), Patience::default()))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| asked(self.reach).failed(&error))
    }

    /// An answer without a list is not AWS's: it gives an empty one where there is nothing.
    fn no_list(&self) -> AwsFailure {
        asked(self.reach).garbled("it holds no list")
    }

    /// Makes a call in its turn, and again for as long as it is throttled and the pacer says so.
    async fn paced<T, E, F>(
        &self,
        pacer: &Pacer,
        call: impl Fn() -> F,
    ) -> Result<T, SdkError<E, HttpResponse>>
    where
        E: ProvideErrorMetadata,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        loop {
            let turn = pacer.turn().await;
            let answer = call().await;
            match answer.as_ref().err().and_then(throttled) {
                None => {
                    pacer.went_well(turn);
                    return answer;
                }
                Some(wait) => match pacer.throttled(turn, wait) {
                    Verdict::Again => {}
                    Verdict::GiveUp => return answer,
                },
            }
        }
    }
}

/// Milliseconds since 1970; the portal has no other way to say "unknown" than 0. A year that no calendar here holds is
/// read as the last moment that one does; `Expiry` caps it.
fn end(milliseconds: i64) -> Option<Timestamp> {
    (milliseconds != 0).then(|| Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX))
}

/// Whether it was throttled, and how long the server asks to be left alone.
fn throttled<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<Option<Duration>> {
    const CODES: [&str; 4] = [
        "TooManyRequestsException",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
    ];
    let response = error.raw_response()?;
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    let is = response.status().as_u16() == 429 || code.is_some_and(|code| CODES.contains(&code));
    is.then(|| asked_wait(response.headers()))
}

fn is_gone<E>(error: &SdkError<E, HttpResponse>) -> bool
where
    E: ProvideErrorMetadata,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    code == Some("ResourceNotFoundException")
}

/// What each call adds to the client's configuration.
fn bounded(answer: Answer, patience: Patience) -> Builder {
    Config::builder().interceptor(answer).retry_classifier(patience)
}
