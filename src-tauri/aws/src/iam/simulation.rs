//! What Doctor reads beyond the policies: boundaries and simulations.
//!
//! Source: IAM API Reference, "GetUser", "GetRole" and "SimulatePrincipalPolicy".

use aws_sdk_iam::types::{EvaluationResult, PolicyEvaluationDecisionType};
use hatrack_core::doctor::{SimulatedOutcome, Simulation};
use hatrack_core::iam::Whose;
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Reach};

use super::own_policies::Reading;
use super::{AwsIam, asked, decoded, with};

impl AwsIam {
    /// The permissions boundary of a user or a role of the signer's account: its ARN and the document in force.
    pub(crate) async fn boundary(
        &self,
        reach: &Reach,
        signer: &Credentials,
        whose: &Whose,
    ) -> Result<Option<(String, String)>, AwsFailure> {
        let client = self.client(reach)?;
        let set = match whose {
            Whose::User(name) => {
                let call = client.get_user().user_name(name).customize();
                let sent = call.config_override(with(signer)).send().await;
                let user = sent.map_err(|error| asked(reach).failed(&error))?.user;
                user.and_then(|user| user.permissions_boundary)
            }
            Whose::Role(name) => {
                let call = client.get_role().role_name(name).customize();
                let sent = call.config_override(with(signer)).send().await;
                let role = sent.map_err(|error| asked(reach).failed(&error))?.role;
                role.and_then(|role| role.permissions_boundary)
            }
        };
        let Some(arn) = set.and_then(|boundary| boundary.permissions_boundary_arn) else {
            return Ok(None);
        };
        let reading = Reading {
            client,
            reach,
            signer,
        };
        let document = decoded(&reading.managed(&arn).await?);
        Ok(Some((arn, document)))
    }

    /// SimulatePrincipalPolicy for one action on one resource.
    pub(crate) async fn simulate(
        &self,
        reach: &Reach,
        signer: &Credentials,
        principal: &str,
        action: &str,
        resource: &str,
    ) -> Result<Vec<Simulation>, AwsFailure> {
        let client = self.client(reach)?;
        let call = client.simulate_principal_policy().policy_source_arn(principal);
        let call = call.action_names(action).resource_arns(resource);
        let sent = call.customize().config_override(with(signer)).send().await;
        let results = sent
            .map_err(|error| asked(reach).failed(&error))?
            .evaluation_results
            .unwrap_or_default();
        Ok(results
            .into_iter()
            .filter_map(|result| told(principal, result))
            .collect())
    }
}

fn told(principal: &str, result: EvaluationResult) -> Option<Simulation> {
    let outcome = match result.eval_decision {
        PolicyEvaluationDecisionType::Allowed => SimulatedOutcome::Allowed,
        PolicyEvaluationDecisionType::ExplicitDeny => SimulatedOutcome::ExplicitDeny,
        PolicyEvaluationDecisionType::ImplicitDeny => SimulatedOutcome::ImplicitDeny,
        _ => return None,
    };
    let matched = result.matched_statements.unwrap_or_default();
    Some(Simulation {
        principal: principal.to_owned(),
        action: result.eval_action_name,
        resource: result.eval_resource_name.unwrap_or_default(),
        outcome,
        matched: matched
            .into_iter()
            .filter_map(|statement| statement.source_policy_id)
            .collect(),
        missing_context: result.missing_context_values.unwrap_or_default(),
    })
}
