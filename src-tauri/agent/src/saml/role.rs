//! A session of a role that a sign-in gives: AssumeRoleWithSAML.
//!
//! Source: AWS STS API Reference, "AssumeRoleWithSAML".

use hatrack_core::broker::{Given, IdentityAsk, IdentityFailure, IdentityRefusal};
use hatrack_core::portal_view::PortalView;
use hatrack_core::saml::SamlRole;
use hatrack_core::sts::{AssumeRoleWithSaml, AwsFailure, Refusal, Sts};
use hatrack_core::sts_limits::SessionDuration;
use hatrack_core::view::NeedView;

use super::{SamlSignIns, locked};
use crate::protocol::Topic;

impl SamlSignIns {
    /// Exchanges the assertion that is held for a session of `role`; a need where there is none any more.
    pub async fn exchanged(
        &self,
        role: &SamlRole,
        ask: IdentityAsk<'_>,
        sts: &dyn Sts,
    ) -> Result<Given, IdentityFailure> {
        let provider = self.provider(&role.provider).ok_or_else(|| {
            IdentityFailure::Missing(format!(
                "there is no SAML provider \"{0}\" any more; add it again with `hat saml add`",
                role.provider
            ))
        })?;
        let Some(assertion) = self.good(&provider) else {
            return Err(IdentityFailure::Needs(Box::new(NeedView::SignIn {
                portal: PortalView::from(&provider),
            })));
        };
        let usual = role.duration.unwrap_or(SessionDuration::HOUR);
        let call = AssumeRoleWithSaml {
            role: role.role.clone(),
            provider: role.provider_arn.clone(),
            assertion: assertion.response.clone(),
            duration: ask.options.duration.unwrap_or(usual),
            policy: ask.options.policy.clone(),
            policy_arns: ask.options.policy_arns.clone(),
        };
        match sts.assume_role_with_saml(ask.reach, &call).await {
            Ok(issued) => Ok(Given {
                credentials: issued.credentials,
                aws_date: issued.aws_date,
                assumed_role_arn: issued.assumed_role_arn,
                assumed_role_id: issued.assumed_role_id,
                request_id: issued.request_id,
                took: Some(issued.took),
            }),
            Err(AwsFailure::Refused(refusal)) => {
                if is_of_the_assertion(&refusal) {
                    // It is of no use for any other role either: the next switch asks for a sign-in.
                    let mut held = locked(&self.0.held);
                    held.retain(|_, other| other.response != assertion.response);
                    drop(held);
                    self.changed(&[Topic::Portals]);
                }
                Err(refused(refusal, role))
            }
            Err(other) => Err(IdentityFailure::Aws(other)),
        }
    }
}

/// Whether AWS refused the assertion itself, not the role.
fn is_of_the_assertion(refusal: &Refusal) -> bool {
    matches!(
        refusal.code.as_str(),
        "ExpiredTokenException" | "InvalidIdentityToken" | "IDPRejectedClaim"
    )
}

fn refused(refusal: Refusal, role: &SamlRole) -> IdentityFailure {
    let provider = &role.provider;
    let summary = match refusal.code.as_str() {
        "ExpiredTokenException" => Some(format!(
            "AWS says that your sign-in at {provider} has ended; sign in again. If that was just now, check this \
             computer's clock."
        )),
        "InvalidIdentityToken" => Some(format!(
            "AWS did not take what {provider} issued: it may be meant for another service (its audience), be signed by a \
             key that {} does not have, or have been used up. Sign in again; if it stays so, ask who administers the provider.",
            role.provider_arn
        )),
        "IDPRejectedClaim" => Some(format!(
            "{provider} did not stand by your sign-in; it may have been withdrawn. Sign in again."
        )),
        "AccessDenied" => Some(format!(
            "AWS denied the role {} to your sign-in at {provider}. Check that the role exists, and that its trust policy \
             names {} and the assertion's audience.",
            role.role.role_name(),
            role.provider_arn
        )),
        _ => None,
    };
    IdentityFailure::Refused(Box::new(IdentityRefusal {
        refusal,
        action: "sts:AssumeRoleWithSAML",
        resource: Some(role.role.to_string()),
        summary,
    }))
}
