//! Credentials of a role that a sign-in gives.

use hatrack_core::broker::{Given, IdentityFailure, IdentityRefusal};
use hatrack_core::caller::CallerContext;
use hatrack_core::identity_center::IdentityCenterRole;
use hatrack_core::sts::{AwsFailure, Refusal};

use super::token::needs;
use super::{SignIns, reach_of};

impl SignIns {
    /// GetRoleCredentials, with the sign-in of the caller's cache. A sign-in that AWS has ended is refreshed once; then
    /// the person is asked.
    pub async fn credentials(
        &self,
        role: &IdentityCenterRole,
        caller: &CallerContext,
    ) -> Result<Given, IdentityFailure> {
        let portal = &role.portal;
        let reach = reach_of(portal, &self.settings(portal, caller), caller);
        let mut last = None;
        for _ in 0..2 {
            let token = self.token(portal, &reach, caller).await?;
            if last.as_ref() == Some(&token) {
                break;
            }
            let asked = self
                .0
                .center
                .role_credentials(&reach.portal, &token, role.account, &role.role_name);
            match asked.await {
                Ok(given) => return Ok(given),
                Err(AwsFailure::Refused(refusal)) if refusal.status == 401 => {
                    self.refuse(&token);
                    last = Some(token);
                }
                Err(AwsFailure::Refused(refusal)) => return Err(refused(role, refusal)),
                Err(other) => return Err(IdentityFailure::Aws(other)),
            }
        }
        Err(needs(portal))
    }
}

fn refused(role: &IdentityCenterRole, refusal: Refusal) -> IdentityFailure {
    let summary = matches!(refusal.status, 403 | 404).then(|| {
        format!(
            "Your sign-in at {} does not give the role {} in account {}; it may have been taken away or renamed. List the \
             portal's roles again, or ask who administers it.",
            role.portal.name(),
            role.role_name,
            role.account
        )
    });
    IdentityFailure::Refused(Box::new(IdentityRefusal {
        refusal,
        action: "sso:GetRoleCredentials",
        resource: Some(format!("{}/{}", role.account, role.role_name)),
        summary,
    }))
}
