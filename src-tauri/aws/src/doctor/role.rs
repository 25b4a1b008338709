//! The role, as somebody of its own account may see it.

use hatrack_core::arn::RoleArn;
use hatrack_core::doctor::{Document, How, Seen, Sight, Viewer};
use hatrack_core::iam::{Iam as _, Whose};
use hatrack_core::sts::AwsFailure;

use super::own::documents;
use super::{AwsEyes, why};

/// IAM's code for a role that is not there (API Reference, "GetRole").
const NOT_THERE: &str = "NoSuchEntity";

impl AwsEyes {
    /// Whether it exists, whom it trusts and what it may.
    pub(super) async fn role(&self, viewer: &Viewer, role: Option<&RoleArn>) -> Sight {
        let Some(role) = role else {
            return Sight::default();
        };
        let name = role.role_name().to_owned();
        let whose = Whose::Role(name.clone());
        let (facts, policies, role_boundary) = tokio::join!(
            self.iam.role(&viewer.iam, &viewer.credentials, &name),
            self.iam.own_policies(&viewer.iam, &viewer.credentials, &whose),
            self.boundary(viewer, &whose)
        );
        let (permissions, _) = documents(policies);
        let (found, trust) = match facts {
            // A path that is not the role's own makes another ARN, which is not there.
            Ok(facts) if facts.role != *role => (Seen::Absent(How::Read), Seen::NotAsked),
            Ok(facts) => {
                let text = facts.trust.map(|text| Document::new("trust policy", text));
                let trust = text.map_or(Seen::NotAsked, |text| Seen::Known(text, How::Read));
                (Seen::Known(facts.role, How::Read), trust)
            }
            Err(AwsFailure::Refused(refusal)) if refusal.code == NOT_THERE => {
                (Seen::Absent(How::Read), Seen::NotAsked)
            }
            Err(failure) => (Seen::Refused(why(&failure)), Seen::Refused(why(&failure))),
        };
        if matches!(found, Seen::Absent(_)) {
            return Sight {
                role: found,
                ..Sight::default()
            };
        }
        Sight {
            role: found,
            trust,
            permissions,
            role_boundary,
            ..Sight::default()
        }
    }
}

/// The role behind a session, as far as its ARN tells: it leaves out the role's path.
pub(super) fn of_session(arn: &str) -> Option<RoleArn> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "sts", _, account, resource] = parts[..] else {
        return None;
    };
    let name = resource.strip_prefix("assumed-role/")?.split('/').next()?;
    // Identity Center's roles have a path that the session's ARN does not show.
    if name.starts_with("AWSReservedSSO_") {
        return None;
    }
    format!("arn:{partition}:iam::{account}:role/{name}").parse().ok()
}
