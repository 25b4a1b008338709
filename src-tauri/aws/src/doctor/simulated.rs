//! What IAM says the viewer's own policies would allow.

use hatrack_core::doctor::{Simulation, Viewer, Who};

use super::AwsEyes;

impl AwsEyes {
    /// One answer for each action and resource; none where the viewer may not ask.
    pub(super) async fn simulated(
        &self,
        viewer: &Viewer,
        who: &Who,
        asked: &[(String, String)],
    ) -> Vec<Simulation> {
        // A session's policies are its role's (API Reference, "SimulatePrincipalPolicy": no assumed-role ARN).
        let principal = match &who.role {
            Some(role) => role.to_string(),
            None => who.arn.clone(),
        };
        if !principal.contains(":iam::") {
            return Vec::new();
        }
        let calls = asked.iter().map(|(action, resource)| {
            self.iam
                .simulate(&viewer.iam, &viewer.credentials, &principal, action, resource)
        });
        let answers = futures::future::join_all(calls).await;
        answers.into_iter().filter_map(Result::ok).flatten().collect()
    }
}
