//! The viewer's own policies, boundary and simulations.

use hatrack_core::doctor::{Document, How, Seen, Sight, Viewer, Who};
use hatrack_core::iam::{Iam as _, OwnPolicies, PolicyOf, PolicyText, Whose};
use hatrack_core::sts::AwsFailure;

use super::{AwsEyes, why};

impl AwsEyes {
    /// What stands with the user or the role whose credentials look.
    pub(super) async fn own(
        &self,
        viewer: &Viewer,
        who: Option<&Who>,
        simulate: &[(String, String)],
    ) -> Sight {
        let Some((who, whose)) = who.and_then(|who| Some((who, Whose::of_arn(&who.arn)?))) else {
            return Sight::default();
        };
        let (policies, boundary, simulations) = tokio::join!(
            self.iam.own_policies(&viewer.iam, &viewer.credentials, &whose),
            self.boundary(viewer, &whose),
            self.simulated(viewer, who, simulate)
        );
        let (identity, some_identity) = documents(policies);
        Sight {
            identity,
            some_identity,
            boundary,
            simulations,
            ..Sight::default()
        }
    }

    /// The permissions boundary of a user or a role of the viewer's account.
    pub(super) async fn boundary(&self, viewer: &Viewer, whose: &Whose) -> Seen<Document> {
        match self.iam.boundary(&viewer.iam, &viewer.credentials, whose).await {
            Ok(None) => Seen::Absent(How::Read),
            Ok(Some((arn, text))) => {
                let name = arn.rsplit('/').next().unwrap_or(&arn).to_owned();
                let document = Document {
                    arn: Some(arn),
                    ..Document::new(name, text)
                };
                Seen::Known(document, How::Read)
            }
            Err(failure) => Seen::Refused(why(&failure)),
        }
    }
}

/// All of somebody's policies, or those that could be read where not all could.
pub(super) fn documents(read: Result<OwnPolicies, AwsFailure>) -> (Seen<Vec<Document>>, Vec<Document>) {
    match read {
        Err(failure) => (Seen::Refused(why(&failure)), Vec::new()),
        Ok(own) => {
            let all: Vec<Document> = own.policies.into_iter().map(document).collect();
            match own.unread.first() {
                None => (Seen::Known(all, How::Read), Vec::new()),
                Some(unread) => {
                    let refused = format!("{}: {}", unread.operation, why(&unread.why));
                    (Seen::Refused(refused), all)
                }
            }
        }
    }
}

fn document(policy: PolicyText) -> Document {
    Document {
        arn: policy.arn,
        group: match policy.of {
            PolicyOf::Group(name) => Some(name),
            PolicyOf::User | PolicyOf::Role => None,
        },
        ..Document::new(policy.name, policy.document)
    }
}
