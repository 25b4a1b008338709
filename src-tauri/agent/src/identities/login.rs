//! `aws login`: a console sign-in that the AWS CLI made, used and renewed as the SDKs do.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Login credentials provider". Signing in itself is the AWS CLI's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hatrack_aws::identities::{ProofKey, Refresh, Refreshed, refresh};
use hatrack_core::broker::{Given, IdentityAsk, IdentityFailure, IdentityRefusal};
use hatrack_core::secret::Credentials;
use hatrack_core::shared_config::inert;
use hatrack_core::sts::{AwsFailure, Reach};
use hatrack_store::login_cache::{LoginFile, SignedIn};
use jiff::{SignedDuration, Timestamp};

use super::LocalIdentities;

/// The SDKs renew below this: credentials last a quarter of an hour.
const RENEWED_BELOW: SignedDuration = SignedDuration::from_mins(5);

/// Lets one renewal of a sign-in run at a time: a refresh token is taken once.
#[derive(Default)]
pub(super) struct Refreshing(Mutex<HashMap<LoginFile, Arc<tokio::sync::Mutex<()>>>>);

impl Refreshing {
    fn of(&self, file: &LoginFile) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(file.clone()).or_default().clone()
    }
}

impl LocalIdentities {
    /// The credentials of the sign-in that `session` names, renewed where they are about to end.
    pub(super) async fn signed_in(
        &self,
        session: &str,
        ask: IdentityAsk<'_>,
    ) -> Result<Given, IdentityFailure> {
        let file = LoginFile::of_caller(ask.caller, session).ok_or_else(|| {
            again(
                ask,
                "where its sign-in is kept is not known, since HOME is not set",
            )
        })?;
        let turn = self.refreshing.of(&file);
        let _turn = turn.lock().await;
        let signed_in = read(&file, ask).await?;
        let left = signed_in.expires_at().duration_since(self.now());
        if left >= RENEWED_BELOW {
            return Ok(signed_in.credentials.into());
        }
        let at_hand = signed_in.credentials.clone();
        match self.renewed(&file, signed_in, ask).await {
            Err(IdentityFailure::Needs(need)) => Err(IdentityFailure::Needs(need)),
            // What cannot be renewed is good until its end.
            Err(_) if left.is_positive() => {
                tracing::warn!("a console sign-in could not be renewed; it is used until its end");
                Ok(at_hand.into())
            }
            renewed => renewed,
        }
    }

    async fn renewed(
        &self,
        file: &LoginFile,
        signed_in: SignedIn,
        ask: IdentityAsk<'_>,
    ) -> Result<Given, IdentityFailure> {
        let reach = self.sign_in_reach(&signed_in, ask)?;
        let key = ProofKey::from_pem(signed_in.key.expose()).map_err(|why| again(ask, why))?;
        let mut id = [0; 16];
        self.sources.random.fill(&mut id);
        let renewal = Refresh {
            client_id: &signed_in.client_id,
            refresh_token: &signed_in.refresh_token,
            key: &key,
            now: self.now(),
            id,
        };
        match refresh(&self.sources.http, &reach, &renewal).await {
            Ok(fresh) => Ok(self.taken_in(file, signed_in, fresh).await),
            Err(AwsFailure::Refused(refusal)) => {
                // Another program may have been quicker: its refresh token was good, and ours is not any more.
                if let Some(theirs) = self.renewed_by_another(file, &signed_in, ask).await {
                    return Ok(theirs.into());
                }
                Err(match refusal.code.as_str() {
                    "TOKEN_EXPIRED" | "USER_CREDENTIALS_CHANGED" => again(ask, "its sign-in has ended"),
                    code => IdentityFailure::Refused(Box::new(IdentityRefusal {
                        summary: (code == "INSUFFICIENT_PERMISSIONS").then(|| not_permitted(ask)),
                        refusal,
                        action: "signin:CreateOAuth2Token",
                        resource: None,
                    })),
                })
            }
            Err(other) => Err(IdentityFailure::Aws(other)),
        }
    }

    /// Where AWS Sign-In is reached: by the settings of the profile that names the sign-in, in the region it was made
    /// in. What is sent there renews it, so an endpoint that is not AWS's wants consent.
    fn sign_in_reach(&self, signed_in: &SignedIn, ask: IdentityAsk<'_>) -> Result<Reach, IdentityFailure> {
        let region = signed_in.region.as_deref().unwrap_or(&ask.reach.region);
        self.with_consent(self.reach_by_profile(ask, region, "signin"))
    }

    async fn taken_in(&self, file: &LoginFile, signed_in: SignedIn, fresh: Refreshed) -> Given {
        let end = |from: Timestamp| from.checked_add(fresh.expires_in).unwrap_or(from);
        let credentials = Credentials {
            access_key_id: fresh.access_key_id.clone(),
            secret_access_key: fresh.secret_access_key.clone(),
            session_token: Some(fresh.session_token.clone()),
            expires_at: Some(end(self.now())),
        };
        let signed_in = signed_in.renewed(credentials.clone(), fresh.refresh_token.clone());
        let file = file.clone();
        let written = tokio::task::spawn_blocking(move || file.write(&signed_in)).await;
        if let Ok(Err(why)) = written {
            tracing::warn!(%why, "a console sign-in was renewed, and the next renewal will fail");
        }
        Given {
            credentials: Credentials {
                expires_at: Some(end(fresh.aws_date.unwrap_or_else(|| self.now()))),
                ..credentials
            },
            aws_date: fresh.aws_date,
            assumed_role_arn: None,
            assumed_role_id: None,
            request_id: fresh.request_id,
            took: Some(fresh.took),
        }
    }

    async fn renewed_by_another(
        &self,
        file: &LoginFile,
        ours: &SignedIn,
        ask: IdentityAsk<'_>,
    ) -> Option<Credentials> {
        let theirs = read(file, ask).await.ok()?;
        let fresh = theirs.refresh_token != ours.refresh_token && theirs.expires_at() > self.now();
        fresh.then_some(theirs.credentials)
    }

    fn now(&self) -> Timestamp {
        self.sources.clock.now().wall
    }
}

async fn read(file: &LoginFile, ask: IdentityAsk<'_>) -> Result<SignedIn, IdentityFailure> {
    let file = file.clone();
    let read = tokio::task::spawn_blocking(move || file.read()).await;
    match read {
        Ok(Ok(Some(signed_in))) => Ok(signed_in),
        Ok(Ok(None)) => Err(again(ask, "nobody has signed in yet")),
        Ok(Err(why)) => Err(again(ask, why)),
        Err(_) => Err(again(ask, "its sign-in could not be read")),
    }
}

/// Only a person can go on: by signing in once more.
fn again(ask: IdentityAsk<'_>, why: impl std::fmt::Display) -> IdentityFailure {
    let profile = inert(&ask.route.identity_profile);
    IdentityFailure::Missing(format!(
        "profile \"{profile}\" has no console sign-in to start from: {why}; run `aws login --profile {profile}`"
    ))
}

fn not_permitted(ask: IdentityAsk<'_>) -> String {
    format!(
        "AWS does not let the console sign-in of profile \"{}\" be renewed: its user or role needs a policy that allows \
         signin:CreateOAuth2Token.",
        inert(&ask.route.identity_profile)
    )
}
