//! What the window's own wire has for Doctor.

use hatrack_core::policy::explain::Explanation;
use hatrack_core::policy::lint::LintReport;
use hatrack_core::view::DenialView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks why something was denied: a denial of Hatrack's own, or the words of another program.
#[derive(Debug, Deserialize, TS)]
pub struct DiagnosisRequest {
    /// The catalog's key of the role that it is about, where that is known.
    pub role_key: Option<String>,
    /// The bucket or the object, as `s3://bucket/key`.
    pub place: Option<String>,
    /// What Hatrack was refused.
    pub denial: Option<DenialView>,
    /// What another program was refused, as it says it.
    pub text: Option<String>,
    /// Whether a refused switch is to be tried once more.
    pub again: bool,
    /// What the person has of the policies.
    pub given: GivenPolicies,
}

/// Policies as JSON. Nothing of them is kept.
#[derive(Debug, Clone, Default, Deserialize, TS)]
pub struct GivenPolicies {
    /// Of who asks, in B.
    pub identity: Option<String>,
    /// The role's trust policy.
    pub trust: Option<String>,
    /// The role's permissions.
    pub permissions: Option<String>,
    /// The bucket's policy.
    pub bucket_policy: Option<String>,
    /// A service control policy over the account of who was refused.
    pub scp: Option<String>,
}

/// A policy, looked over.
#[derive(Debug, Serialize, TS)]
pub struct PolicyCheckView {
    /// What was found.
    pub report: LintReport,
    /// What it says; `null` where it is no policy.
    pub explained: Option<Explanation>,
}
