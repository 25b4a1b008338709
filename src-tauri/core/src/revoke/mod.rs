//! Revoking the sessions of a role that were issued so far: a Deny on older tokens, as an inline policy of the role.
//!
//! Source: IAM User Guide, "Revoke IAM role temporary security credentials".
//!
//! Invariants: nothing is written over a policy that is not of AWS's own form; a revocation never reaches less far back
//! than the one that stands.

mod policy;
mod port;
mod session;
mod view;

pub use policy::{POLICY_NAME, RevokesBefore, Standing};
pub use port::{RolePolicies, RolePolicy};
pub use session::{is_of, is_same, rests_on};
pub use view::{RevokeHit, RevokeOutcome, RevokePlan, RevokeSigner, Revoked};

use crate::arn::RoleArn;

/// Why the sessions of a role cannot be revoked: nobody can change its policies in IAM.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRevocable {
    /// It belongs to an AWS service.
    #[error(
        "{0} is a service-linked role: only its service can use it, and IAM lets nobody add a policy to it. Use the \
         service's own console to stop what it does"
    )]
    ServiceLinked(String),
    /// It belongs to IAM Identity Center.
    #[error(
        "{0} is a role of IAM Identity Center, and IAM lets nobody add a policy to it. Have an administrator of Identity \
         Center delete the person's active sessions, or take the assignment away"
    )]
    IdentityCenter(String),
}

const SERVICE_LINKED_PATH: &str = "aws-service-role/";
const SERVICE_LINKED_NAME: &str = "AWSServiceRoleFor";
const RESERVED_PATH: &str = "aws-reserved/";
const RESERVED_NAME: &str = "AWSReservedSSO_";

/// Whether IAM lets anybody revoke the role's sessions, as far as its ARN tells. A session's ARN leaves out the role's
/// path, so the name counts too.
///
/// # Errors
/// See [`NotRevocable`].
pub fn may_be_revoked(role: &RoleArn) -> Result<(), NotRevocable> {
    let (path, name) = (role.name_with_path(), role.role_name());
    if path.starts_with(SERVICE_LINKED_PATH) || name.starts_with(SERVICE_LINKED_NAME) {
        Err(NotRevocable::ServiceLinked(role.to_string()))
    } else if path.starts_with(RESERVED_PATH) || name.starts_with(RESERVED_NAME) {
        Err(NotRevocable::IdentityCenter(role.to_string()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
