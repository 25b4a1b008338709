//! Doctor: what was refused, and what came of looking into it.

use hatrack_core::account::AccountId;
use hatrack_core::doctor::DiagnosisView;
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::TokenCode;
use hatrack_core::view::{DenialView, NeedView};
use serde::{Deserialize, Serialize};

use super::on_wire;
use super::session::SessionRef;

/// What to look into. Without a refusal the switch, and what is wanted behind it, are tried first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DiagnoseRequest {
    /// The role, or an identity that goes to the bucket as it is. May be left out where a message names the role.
    pub of: Option<SessionRef>,
    /// The bucket, or the object: `s3://bucket/key`.
    pub place: Option<String>,
    /// What is wanted of it: `s3:GetObject`.
    pub action: Option<String>,
    /// A refusal as text, from whatever program.
    pub text: Option<String>,
    /// A refusal of Hatrack's own.
    pub denial: Option<DenialView>,
    /// The account that owns the bucket, where the person knows it.
    pub bucket_owner: Option<AccountId>,
    /// Policies that the person gives.
    pub pasted: PastedPolicies,
    /// What goes along with the switch.
    pub options: SwitchOptions,
    /// The code the device shows, where the switch needs one. Nothing else is asked with it.
    #[serde(with = "on_wire::code")]
    pub mfa_code: Option<TokenCode>,
    /// Lets requests be signed for a non-AWS endpoint in this request alone.
    pub allow_endpoint: bool,
}

/// A policy that the person gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastedPolicy {
    /// The file's name, or what the person calls it.
    pub name: String,
    /// The JSON.
    pub text: String,
}

/// Policies that the person gives, by where they are. Of a list, what is given is taken for all that there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PastedPolicies {
    /// The caller's, in B.
    pub identity: Vec<PastedPolicy>,
    /// The caller's permissions boundary.
    pub boundary: Option<PastedPolicy>,
    /// The role's trust policy.
    pub trust: Option<PastedPolicy>,
    /// The role's permissions.
    pub permissions: Vec<PastedPolicy>,
    /// The role's permissions boundary.
    pub role_boundary: Option<PastedPolicy>,
    /// The session's policies.
    pub session: Vec<PastedPolicy>,
    /// The bucket's policy.
    pub bucket_policy: Option<PastedPolicy>,
    /// The KMS key's policy.
    pub key_policy: Option<PastedPolicy>,
    /// Service control policies that bear on the role's account.
    pub scps: Vec<PastedPolicy>,
    /// Service control policies that bear on the caller's account.
    pub caller_scps: Vec<PastedPolicy>,
    /// Resource control policies that bear on the role's account.
    pub rcps: Vec<PastedPolicy>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DiagnoseOutcome {
    /// A diagnosis.
    Diagnosed {
        /// It.
        diagnosis: Box<DiagnosisView>,
    },
    /// Something only the person has is needed to try.
    Needs {
        /// What.
        need: NeedView,
    },
}
