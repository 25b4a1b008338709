//! Roles' inline policies.

use async_trait::async_trait;
use aws_sdk_iam::config::{Builder, Config};
use hatrack_core::revoke::{RolePolicies, RolePolicy};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Reach};

use super::{AwsIam, asked, decoded, with};
use crate::answer::Answer;
use crate::identities::sdk_credentials;
use crate::patience::Patience;

/// As `with`, with the answer's `Date` kept in `answer`.
fn dated(signer: &Credentials, answer: &Answer) -> Builder {
    Config::builder()
        .interceptor(answer.clone())
        .retry_classifier(Patience::default())
        .credentials_provider(sdk_credentials(signer))
}

/// The code of a role or a policy that is not there (IAM API Reference, "GetRolePolicy").
const NOT_THERE: &str = "NoSuchEntity";

#[async_trait]
impl RolePolicies for AwsIam {
    async fn read(
        &self,
        reach: &Reach,
        signer: &Credentials,
        role: &str,
        policy: &str,
    ) -> Result<RolePolicy, AwsFailure> {
        let client = self.client(reach)?;
        let call = client.get_role_policy().role_name(role).policy_name(policy);
        let answer = Answer::default();
        let sent = call
            .customize()
            .config_override(dated(signer, &answer))
            .send()
            .await;
        let document = match sent {
            Ok(output) => Some(decoded(&output.policy_document)),
            Err(error) => match asked(reach).failed(&error) {
                AwsFailure::Refused(refusal) if refusal.code == NOT_THERE => None,
                failure => return Err(failure),
            },
        };
        Ok(RolePolicy {
            document,
            aws_date: answer.date(),
        })
    }

    async fn put(
        &self,
        reach: &Reach,
        signer: &Credentials,
        role: &str,
        policy: &str,
        document: &str,
    ) -> Result<(), AwsFailure> {
        let client = self.client(reach)?;
        let call = client.put_role_policy().role_name(role).policy_name(policy);
        let call = call.policy_document(document);
        let sent = call.customize().config_override(with(signer)).send().await;
        sent.map(|_| ()).map_err(|error| asked(reach).failed(&error))
    }

    async fn delete(
        &self,
        reach: &Reach,
        signer: &Credentials,
        role: &str,
        policy: &str,
    ) -> Result<(), AwsFailure> {
        let client = self.client(reach)?;
        let call = client.delete_role_policy().role_name(role).policy_name(policy);
        let sent = call.customize().config_override(with(signer)).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => match asked(reach).failed(&error) {
                AwsFailure::Refused(refusal) if refusal.code == NOT_THERE => Ok(()),
                failure => Err(failure),
            },
        }
    }
}
