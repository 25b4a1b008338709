//! Doctor: tries what was refused, looks at what may be seen, and says what is missing.
//!
//! Invariants: only reads are sent, and the least request that shows the refusal; no look is made with an MFA code; a
//! look that is refused is part of the answer, never its failure.

mod pasted;
mod trial;
mod viewers;

use std::sync::Arc;

use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::Found;
use hatrack_core::doctor::{
    BucketAsked, DiagnosisView, Eyes, LookAt, Question, Refusal, Reported, Sent, Sight, Tried, diagnose,
};
use hatrack_core::view::{DenialView, NeedView};
use hatrack_store::aws_files::Loaded;

use self::trial::Trial;
use super::Service;
use super::catalog::find;
use crate::protocol::{DiagnoseOutcome, DiagnoseRequest, ErrorCode, RoleChoice, SessionRef, WireError};

/// What Doctor works with.
pub type DoctorEyes = Arc<dyn Eyes>;

/// The next step can be taken, or this is needed first.
pub(super) enum Step<T> {
    Go(Box<T>),
    Needs(NeedView),
}

impl Service {
    /// A diagnosis.
    pub(super) async fn diagnose(
        &self,
        caller: &CallerContext,
        request: DiagnoseRequest,
    ) -> Result<DiagnoseOutcome, WireError> {
        let told = told(&request);
        let loaded = self.catalogs.of(caller);
        let found = self.about(caller, &loaded, &request, told.as_ref())?;
        let mut question = self.question(&loaded, found, &request, told.as_ref())?;
        let trial = match (found, &told) {
            (None, _) => Trial::default(),
            (Some(found), Some(_)) => self.without_trying(caller, found, &request).await,
            (Some(found), None) => match self.try_it(caller, found, &request, &mut question).await? {
                Step::Go(trial) => *trial,
                Step::Needs(need) => return Ok(DiagnoseOutcome::Needs { need }),
            },
        };
        let refusal = told.or_else(|| trial.refusal.clone());
        let seen = self
            .seen(caller, &trial, &question, refusal.as_ref(), &request)
            .await;
        let sight = pasted::over(seen, request.pasted);
        if question.caller.is_none() {
            question.caller = sight.caller.known().map(|who| who.arn.clone());
        }
        if let Some(bucket) = &mut question.bucket {
            bucket.owner = bucket.owner.or(sight.bucket_owner.known().copied());
        }
        let diagnosis = diagnose(&question, refusal.as_ref(), &sight);
        Ok(DiagnoseOutcome::Diagnosed {
            diagnosis: Box::new(DiagnosisView::of(&diagnosis, &question)),
        })
    }

    /// The role or identity that it is about: the one named, else the one whose role AWS's message names.
    fn about<'a>(
        &self,
        caller: &CallerContext,
        loaded: &'a Loaded,
        request: &DiagnoseRequest,
        told: Option<&Refusal>,
    ) -> Result<Option<Found<'a>>, WireError> {
        let choice = match &request.of {
            Some(SessionRef::Role(choice)) => choice.clone(),
            Some(SessionRef::Typed(text) | SessionRef::Id(text)) => RoleChoice::Typed(text.clone()),
            None => {
                let role = told.and_then(Refusal::role);
                let by_arn =
                    |entry: &&hatrack_core::catalog::RoleEntry| entry.arn.is_some() && entry.arn == role;
                let found = loaded.catalog.roles.iter().find(by_arn);
                return Ok(found.map(Found::Role));
            }
        };
        match find(loaded, caller, &choice) {
            Ok(found) => Ok(Some(found)),
            // A message can be read without knowing the way to the role.
            Err(error) if told.is_some() && error.code == ErrorCode::NoSuchRole => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn question(
        &self,
        loaded: &Loaded,
        found: Option<Found<'_>>,
        request: &DiagnoseRequest,
        told: Option<&Refusal>,
    ) -> Result<Question, WireError> {
        let bucket = match &request.place {
            None => None,
            Some(place) => Some(BucketAsked::read(place).ok_or_else(|| {
                let why = format!("\"{place}\" is no place in S3; one looks like s3://bucket/key");
                WireError::new(ErrorCode::Invalid, why)
            })?),
        };
        let hop = match found {
            Some(Found::Role(entry)) => entry.route.hops.last(),
            _ => None,
        };
        // What such a switch sends; not certain to have gone along with the one that was refused.
        let sent = hop.map_or_else(Sent::default, |hop| Sent {
            external_id: request
                .options
                .external_id
                .as_ref()
                .or(hop.external_id.as_ref())
                .map(|id| id.as_str().to_owned()),
            mfa: hop.mfa_serial.is_some().then_some(true),
            ..Sent::default()
        });
        let role = match found {
            Some(Found::Role(entry)) => entry.arn.clone(),
            Some(Found::Identity(_)) => None,
            None => told.and_then(Refusal::role),
        };
        let names = loaded.catalog.roles.iter().map(|entry| entry.account_id);
        let account_names = names
            .filter_map(|id| Some((id, self.catalogs.account_name(id)?)))
            .collect();
        Ok(Question {
            caller: None,
            role,
            bucket: bucket.map(|bucket| BucketAsked {
                owner: request.bucket_owner,
                ..bucket
            }),
            action: request.action.clone(),
            account_names,
            known_roles: loaded
                .catalog
                .roles
                .iter()
                .filter_map(|entry| entry.arn.clone())
                .collect(),
            sent,
            ..Question::default()
        })
    }

    /// Everything that may be seen, all at once.
    async fn seen(
        &self,
        caller: &CallerContext,
        trial: &Trial,
        question: &Question,
        refusal: Option<&Refusal>,
        request: &DiagnoseRequest,
    ) -> Sight {
        let theirs = LookAt {
            own: false,
            role: question.role.clone(),
            bucket: question.bucket.clone(),
            ..LookAt::default()
        };
        let own = LookAt {
            own: true,
            simulate: to_simulate(question),
            encoded: refusal.and_then(|refusal| refusal.encoded.clone()),
            ..theirs.clone()
        };
        let others = self.others(caller, question, trial, request.allow_endpoint).await;
        let mut looks = Vec::new();
        looks.extend(trial.asker.iter().map(|viewer| self.eyes.look(viewer, &own)));
        let rest = trial.holder.iter().chain(&others);
        looks.extend(rest.map(|viewer| self.eyes.look(viewer, &theirs)));
        let seen = futures::future::join_all(looks).await;
        seen.into_iter().fold(Sight::default(), Sight::or)
    }
}

/// What the person asks about, where they bring a refusal.
fn told(request: &DiagnoseRequest) -> Option<Refusal> {
    match (&request.text, &request.denial) {
        (Some(text), _) => Some(Refusal::read(text)),
        (None, Some(denial)) => Some(Refusal::of(&reported(denial))),
        (None, None) => None,
    }
}

pub(super) fn reported(denial: &DenialView) -> Reported {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    Reported {
        code: some(&denial.code),
        message: some(&denial.message),
        status: None,
        operation: None,
        action: some(&denial.action),
        resource: denial.resource.clone(),
        request_id: denial.request_id.clone(),
    }
}

/// What of the caller's own policies IAM is asked about.
fn to_simulate(question: &Question) -> Vec<(String, String)> {
    match &question.role {
        Some(role) => vec![("sts:AssumeRole".to_owned(), role.to_string())],
        None => question.use_of_bucket().into_iter().collect(),
    }
}

/// What became of a request to S3, for the question and as a refusal.
pub(super) fn note_tried(question: &mut Question, tried: Tried) -> Option<Refusal> {
    match tried {
        Tried::Served => {
            question.served = Some(true);
            None
        }
        Tried::Refused(reported) => {
            question.served = Some(false);
            Some(Refusal::of(&reported))
        }
        Tried::NotTried(why) => {
            tracing::debug!(why, "what is wanted was not tried");
            None
        }
    }
}
