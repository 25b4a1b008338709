//! Whom a revocation would hit, told before anything is done.

use hatrack_core::account::HatColour;
use hatrack_core::arn::RoleArn;
use hatrack_core::caller::CallerContext;
use hatrack_core::policy::Principal;
use hatrack_core::revoke::{RevokeOutcome, RevokePlan, Standing, may_be_revoked};
use hatrack_core::role_kind::Trust;
use hatrack_core::sts::AwsFailure;

use super::signers::Signer;
use super::{NOT_THERE, Step, invalid, no_such_role};
use crate::protocol::{RevokeRequest, WireError};
use crate::service::Service;

impl Service {
    pub(in crate::service) async fn plan_revoke(
        &self,
        caller: &CallerContext,
        request: &RevokeRequest,
    ) -> Result<RevokeOutcome, WireError> {
        // An undo may find nothing to take back and forget it: not while somebody revokes.
        let _turn = match request.undo {
            true => Some(self.revoking.turn.lock().await),
            false => None,
        };
        let role = self.role_to_revoke(caller, &request.of).await?;
        let proven = match self.signer_for(caller, request, &role).await? {
            Step::Go(proven) => *proven,
            Step::Else(outcome) => return Ok(*outcome),
        };
        self.check(&role, &proven.read, request.undo)?;
        let mut plan = self.planned(&role, &proven.signer).await?;
        plan.revoked_before = match Standing::of(proven.read.document.as_deref()) {
            Standing::Revokes(before) => Some(before.time()),
            Standing::Nothing | Standing::Other => None,
        };
        let signer = &proven.signer;
        match self
            .revoking
            .iam
            .role(&signer.iam, &signer.credentials, role.role_name())
            .await
        {
            Ok(facts) => {
                may_be_revoked(&facts.role).map_err(invalid)?;
                plan.role_arn = facts.role.to_string();
                plan.last_used = facts.last_used;
                let trust = facts.trust.as_deref();
                match trust.and_then(|text| Trust::read(&facts.path, text).ok()) {
                    Some(trust) => plan.services = services(&trust),
                    None => plan.services_unread = Some("its trust policy is not understood".to_owned()),
                }
            }
            Err(AwsFailure::Refused(refusal)) if refusal.code == NOT_THERE => {
                return Err(no_such_role(&role));
            }
            Err(why) => plan.services_unread = Some(why.to_string()),
        }
        Ok(RevokeOutcome::Planned { plan })
    }

    /// What is known without asking AWS.
    async fn planned(&self, role: &RoleArn, signer: &Signer) -> Result<RevokePlan, WireError> {
        let (hits, stay) = self.ours(role, None).await?;
        let account = role.account();
        let said = self
            .choices
            .now()
            .accounts
            .get(&account)
            .cloned()
            .unwrap_or_default();
        let name = self.catalogs.account_name(account);
        Ok(RevokePlan {
            role_arn: role.to_string(),
            role_name: role.role_name().to_owned(),
            account_id: account,
            account_name: name.unwrap_or_else(|| account.to_string()),
            colour: said.colour.unwrap_or_else(|| HatColour::for_account(account)),
            production: said.production,
            signer: signer.shown.clone(),
            hits,
            stay,
            services: Vec::new(),
            services_unread: None,
            last_used: None,
            revoked_before: None,
        })
    }
}

fn services(trust: &Trust) -> Vec<String> {
    let named = trust.principals.iter().filter_map(|principal| match principal {
        Principal::Service(name) => Some(name.clone()),
        _ => None,
    });
    named.collect()
}
