//! One search: who reads, then what may be read.

use hatrack_core::account::{AccountId, Partition};
use hatrack_core::arn::RoleArn;
use hatrack_core::caller::Client;
use hatrack_core::discover::Searched;
use hatrack_core::iam::{OwnPolicies, Whose};
use hatrack_core::organization::MemberAccount;
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, CallerIdentity, Reach};

use super::Ports;

/// Where the services are for the caller.
#[derive(Debug, Clone)]
pub struct Reaches {
    /// STS.
    pub sts: Reach,
    /// IAM.
    pub iam: Reach,
    /// Organizations.
    pub organizations: Reach,
}

/// A search that is to be made.
pub struct Search {
    /// What to look for.
    pub searched: Searched,
    /// Who reads.
    pub signer: Credentials,
    /// Where.
    pub reaches: Reaches,
    /// The accounts that are known without asking.
    pub accounts: Vec<KnownAccount>,
    /// The roles that are listed: those of the reader's own account can be read about.
    pub roles: Vec<RoleArn>,
    /// The shared files that the start stands in: only who has the same looks again by itself.
    pub files: [String; 2],
    /// Who asks; the agent itself for a daily reading.
    pub client: Client,
}

/// An account that is known without asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    /// Its ID.
    pub id: AccountId,
    /// What it is called, where anybody has told.
    pub name: Option<String>,
}

/// What AWS answered.
pub(super) struct Read {
    pub who: CallerIdentity,
    pub partition: Partition,
    pub policies: Policies,
    /// `None` where it was not asked for.
    pub members: Option<Result<Vec<MemberAccount>, AwsFailure>>,
}

/// What came of asking for one's own policies.
pub(super) enum Policies {
    NotAskedFor,
    /// Who reads is no user and no role.
    HasNone,
    Answered(Result<OwnPolicies, AwsFailure>),
}

impl Search {
    /// Asks AWS. Only who reads has to be known; whatever else fails is part of the answer.
    pub(super) async fn run(
        &self,
        ports: &Ports,
        doing: impl Fn(&'static str) + Send,
    ) -> Result<Read, AwsFailure> {
        let who = ports
            .sts
            .get_caller_identity(&self.reaches.sts, &self.signer)
            .await?;
        let partition = who.arn.split(':').nth(1).and_then(|word| word.parse().ok());
        let mut read = Read {
            partition: partition.unwrap_or_default(),
            policies: Policies::NotAskedFor,
            members: None,
            who,
        };
        if self.searched.policies {
            read.policies = match Whose::of_arn(&read.who.arn) {
                Some(whose) => {
                    doing("Reading its own policies");
                    let own = ports.iam.own_policies(&self.reaches.iam, &self.signer, &whose);
                    Policies::Answered(own.await)
                }
                None => Policies::HasNone,
            };
        }
        if self.searched.organization {
            doing("Listing the organization's accounts");
            let members = ports
                .organizations
                .accounts(&self.reaches.organizations, &self.signer);
            read.members = Some(members.await);
        }
        Ok(read)
    }
}
