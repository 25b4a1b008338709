//! The switch, and the request behind it, tried once more, so that AWS's own words are there.

use hatrack_core::broker::{IdentityAsk, default_session_name, reach};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{Found, RoleEntry};
use hatrack_core::doctor::{Question, Refusal, Reported, Sent, Viewer};
use hatrack_core::secret::Credentials;
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts::{AssumeRole, AwsFailure};
use hatrack_core::sts_limits::SessionDuration;

use super::{Service, Step, note_tried, reported};
use crate::protocol::{DiagnoseRequest, HandOutOutcome, HandOutRequest, RoleChoice, SessionRef, WireError};
use crate::service::hand_out::settings_of;

/// What a trial brought.
#[derive(Default)]
pub(super) struct Trial {
    /// Who asks, in account B.
    pub asker: Option<Viewer>,
    /// Who holds the role's session, where the switch worked.
    pub holder: Option<Viewer>,
    /// What AWS refused.
    pub refusal: Option<Refusal>,
}

/// The shortest that STS gives (API Reference, "AssumeRole"): nobody uses the session.
const SHORTEST: u32 = 900;

impl Service {
    /// Who asks, where nothing is to be tried.
    pub(super) async fn without_trying(
        &self,
        caller: &CallerContext,
        found: Found<'_>,
        request: &DiagnoseRequest,
    ) -> Trial {
        let asker = self.asker(caller, found, request.allow_endpoint).await;
        Trial {
            asker,
            ..Trial::default()
        }
    }

    /// Tries the switch, then what is wanted of the bucket.
    pub(super) async fn try_it(
        &self,
        caller: &CallerContext,
        found: Found<'_>,
        request: &DiagnoseRequest,
        question: &mut Question,
    ) -> Result<Step<Trial>, WireError> {
        let mut trial = self.without_trying(caller, found, request).await;
        let uses = match found {
            Found::Role(entry) => match self.switch_anew(caller, entry, request, question, &trial).await? {
                Step::Needs(need) => return Ok(Step::Needs(need)),
                Step::Go(switched) => match *switched {
                    Ok(credentials) => {
                        trial.holder = self.viewer(caller, found, credentials, request.allow_endpoint);
                        trial.holder.clone()
                    }
                    Err(refusal) => {
                        trial.refusal = Some(refusal);
                        None
                    }
                },
            },
            Found::Identity(_) => trial.asker.clone(),
        };
        let wanted = question.use_of_bucket().zip(question.bucket.clone());
        if let (Some(viewer), Some(((action, _), bucket))) = (uses, wanted) {
            let tried = self.eyes.try_out(&viewer, &action, &bucket).await;
            trial.refusal = note_tried(question, tried);
        }
        Ok(Step::Go(Box::new(trial)))
    }

    /// A session of the role: made anew where no code is needed, since a live one tells nothing about a policy that was
    /// changed since; else the one that lives, or the one that the person's code gives.
    async fn switch_anew(
        &self,
        caller: &CallerContext,
        entry: &RoleEntry,
        request: &DiagnoseRequest,
        question: &mut Question,
        trial: &Trial,
    ) -> Result<Step<Result<Credentials, Refusal>>, WireError> {
        let options = &request.options;
        if let (Some(hop), Some(asker)) = (entry.route.hops.last(), &trial.asker)
            && entry.route.hops.iter().all(|hop| hop.mfa_serial.is_none())
        {
            let session_name = options.session_name.clone().or_else(|| hop.session_name.clone());
            let shortest = SessionDuration::try_from(SHORTEST).unwrap_or(SessionDuration::HOUR);
            let call = AssumeRole {
                role: hop.role.clone(),
                session_name: session_name
                    .or_else(|| entry.session_name.clone())
                    .unwrap_or_else(|| default_session_name(None)),
                duration: options.duration.unwrap_or(shortest),
                external_id: options.external_id.clone().or_else(|| hop.external_id.clone()),
                mfa: None,
                policy: options.policy.clone(),
                policy_arns: options.policy_arns.clone(),
                tags: options.tags.clone(),
                source_identity: options.source_identity.clone(),
            };
            question.sent = sent(&call);
            let made = self
                .revoking
                .sts
                .assume_role(&asker.sts, &asker.credentials, &call)
                .await;
            return Ok(Step::Go(Box::new(match made {
                Ok(issued) => {
                    question.switched = Some(true);
                    Ok(issued.credentials)
                }
                Err(AwsFailure::Refused(refused)) => {
                    question.switched = Some(false);
                    Err(Refusal::of(&Reported {
                        code: Some(refused.code),
                        message: Some(refused.message),
                        status: Some(refused.status),
                        operation: Some("AssumeRole".to_owned()),
                        action: Some("sts:AssumeRole".to_owned()),
                        resource: Some(hop.role.to_string()),
                        request_id: refused.request_id,
                    }))
                }
                Err(failure) => {
                    return Err(WireError::new(
                        crate::protocol::ErrorCode::Aws,
                        failure.to_string(),
                    ));
                }
            })));
        }
        self.switch_as_usual(caller, entry, request, question).await
    }

    async fn switch_as_usual(
        &self,
        caller: &CallerContext,
        entry: &RoleEntry,
        request: &DiagnoseRequest,
        question: &mut Question,
    ) -> Result<Step<Result<Credentials, Refusal>>, WireError> {
        let hand_out = HandOutRequest {
            options: request.options.clone(),
            mfa_code: request.mfa_code.clone(),
            allow_endpoint: request.allow_endpoint,
            quiet: true,
            ..HandOutRequest::of(SessionRef::Role(RoleChoice::Key(entry.key.clone())))
        };
        Ok(match self.hand_out(caller, hand_out).await? {
            HandOutOutcome::Needs { need } => Step::Needs(need),
            HandOutOutcome::Given(given) => {
                question.switched = Some(true);
                Step::Go(Box::new(Ok(given.credentials)))
            }
            HandOutOutcome::Denied { denial } => {
                question.switched = Some(false);
                Step::Go(Box::new(Err(Refusal::of(&reported(&denial)))))
            }
        })
    }

    /// Who signs the last switch, or goes to the bucket as they are. `None` where that takes a person.
    pub(super) async fn asker(
        &self,
        caller: &CallerContext,
        found: Found<'_>,
        allow_endpoint: bool,
    ) -> Option<Viewer> {
        let route = match found {
            Found::Role(entry) => &entry.route,
            Found::Identity(identity) => &identity.route,
        };
        let before = match route.hops.as_slice() {
            // The identity's credentials are the role's: a sign-in, a token or a certificate asks, and no user.
            [] if matches!(found, Found::Role(_)) => return None,
            [.., before, _] => Some(before),
            _ => None,
        };
        let credentials = match before {
            // By way of another role: its session signs.
            Some(hop) => {
                let profile = hop.profile.clone()?;
                let hand_out = HandOutRequest {
                    allow_endpoint,
                    quiet: true,
                    ..HandOutRequest::of(SessionRef::Role(RoleChoice::Exact(profile)))
                };
                match self.hand_out(caller, hand_out).await {
                    Ok(HandOutOutcome::Given(given)) => given.credentials,
                    _ => return None,
                }
            }
            None => {
                let region = hatrack_core::broker::partition_of(route).default_region();
                let ask = IdentityAsk {
                    route,
                    caller,
                    reach: &reach(settings_of(found), caller, region, "sts"),
                    options: &SwitchOptions::default(),
                };
                self.identities.credentials(ask).await.ok()?.credentials
            }
        };
        self.viewer(caller, found, credentials, allow_endpoint)
    }
}

fn sent(call: &AssumeRole) -> Sent {
    Sent {
        known: true,
        external_id: call.external_id.as_ref().map(|id| id.as_str().to_owned()),
        mfa: Some(false),
        session_name: Some(call.session_name.as_str().to_owned()),
        source_identity: call.source_identity.as_ref().map(|name| name.as_str().to_owned()),
        tags: call
            .tags
            .as_slice()
            .iter()
            .map(|tag| (tag.key.clone(), tag.value.clone()))
            .collect(),
    }
}
