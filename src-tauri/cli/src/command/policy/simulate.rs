//! `hat policy simulate`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use hatrack_core::account::AccountId;
use hatrack_core::policy::{Caller, Kind, Named, Policies, Policy, Request, ResourceRule, decide};
use hatrack_core::shared_config::inert_whole;

use super::decided::Simulated;
use super::input;
use crate::command::Listing;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat policy simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Who asks: the ARN of a user, role or session, an account ID for its root user, a service, a provider, or anonymous
    #[arg(long, value_name = "ARN")]
    caller: String,
    /// What is asked for, such as s3:GetObject; one action, without wildcards
    #[arg(long)]
    action: String,
    /// What it is asked of, by ARN
    #[arg(long, value_name = "ARN", default_value = "*")]
    resource: String,
    /// The account that owns the resource, where its ARN does not tell; taken for the caller's own where it is not given
    #[arg(long, value_name = "ACCOUNT")]
    owner: Option<AccountId>,
    /// A policy of the caller, its groups' too
    #[arg(long, value_name = "FILE")]
    identity: Vec<PathBuf>,
    /// The caller's permissions boundary
    #[arg(long, value_name = "FILE")]
    boundary: Option<PathBuf>,
    /// A session policy
    #[arg(long, value_name = "FILE")]
    session: Vec<PathBuf>,
    /// The bucket policy, or another resource's
    #[arg(long, value_name = "FILE", conflicts_with = "trust")]
    resource_policy: Option<PathBuf>,
    /// The role's trust policy
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// The service control policies of one level of the caller's organization, with commas between them; give it once
    /// for each level, from the root down
    #[arg(long, value_name = "FILE[,FILE]")]
    scp: Vec<String>,
    /// The resource control policies of one level of the resource's organization, likewise
    #[arg(long, value_name = "FILE[,FILE]")]
    rcp: Vec<String>,
    /// The resource's policy must allow in any case; of a role's trust and of a KMS key's policy that is known
    #[arg(long)]
    resource_must_allow: bool,
    /// A condition key of the request; the same key again adds a value
    #[arg(long, value_name = "KEY=VALUE")]
    context: Vec<String>,
    #[command(flatten)]
    listing: Listing,
}

/// The policies as read, which the decision borrows.
struct Files {
    identity: Vec<(String, Policy)>,
    boundary: Option<(String, Policy)>,
    session: Vec<(String, Policy)>,
    resource: Option<(String, Policy)>,
    scp: Vec<Vec<(String, Policy)>>,
    rcp: Vec<Vec<(String, Policy)>>,
}

fn levels(levels: &[String], kind: Kind) -> Result<Vec<Vec<(String, Policy)>>, Failure> {
    let level = |files: &String| files.split(',').map(|file| read(Path::new(file), kind)).collect();
    levels.iter().map(level).collect()
}

fn read(file: &Path, kind: Kind) -> Result<(String, Policy), Failure> {
    Ok((file.display().to_string(), input::policy(file, kind)?))
}

fn all(files: &[PathBuf], kind: Kind) -> Result<Vec<(String, Policy)>, Failure> {
    files.iter().map(|file| read(file, kind)).collect()
}

fn named((name, policy): &(String, Policy)) -> Named<'_> {
    Named { name, policy }
}

impl Simulate {
    /// Prints the decision.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let one = |file: &Option<PathBuf>, kind| file.as_deref().map(|f| read(f, kind)).transpose();
        let files = Files {
            identity: all(&self.identity, Kind::Identity)?,
            boundary: one(&self.boundary, Kind::Boundary)?,
            session: all(&self.session, Kind::Session)?,
            resource: match one(&self.trust, Kind::Trust)? {
                Some(trust) => Some(trust),
                None => one(&self.resource_policy, Kind::Resource)?,
            },
            scp: levels(&self.scp, Kind::Identity)?,
            rcp: levels(&self.rcp, Kind::Resource)?,
        };
        let request = self.request()?;
        let must = self.resource_must_allow
            || self.trust.is_some()
            || takes_a_role(&request.action)
            || uses_a_key(&request);
        let policies = Policies {
            identity: files.identity.iter().map(named).collect(),
            boundary: files.boundary.as_ref().map(named),
            session: files.session.iter().map(named).collect(),
            resource: files.resource.as_ref().map(named),
            rule: if must {
                ResourceRule::MustAllow
            } else {
                ResourceRule::EitherSuffices
            },
            service_control: files
                .scp
                .iter()
                .map(|level| level.iter().map(named).collect())
                .collect(),
            resource_control: files
                .rcp
                .iter()
                .map(|level| level.iter().map(named).collect())
                .collect(),
        };
        let mut simulated = Simulated::of(&decide(&request, &policies), &request);
        simulated.owner_assumed = self.owner_assumed(&request);
        if self.listing.json {
            out::json(&simulated)?;
        } else {
            out::print(&simulated.told())?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn account_in_arn(&self) -> Option<AccountId> {
        self.resource
            .split(':')
            .nth(4)
            .and_then(|account| account.parse().ok())
    }

    /// The account, where the resource is one that could be anybody's and nothing told.
    fn owner_assumed(&self, request: &Request) -> Option<String> {
        let told = self.owner.is_some() || self.account_in_arn().is_some() || self.resource == "*";
        request.resource_account.filter(|_| !told).map(|a| a.to_string())
    }

    fn request(&self) -> Result<Request, Failure> {
        let Some(caller) = Caller::read(&self.caller) else {
            return Err(Failure::usage(format!(
                "\"{}\" is no caller; give the ARN of a user, role or session, an account ID, a service, a provider's ARN, or anonymous",
                inert_whole(&self.caller)
            )));
        };
        if !self
            .action
            .split_once(':')
            .is_some_and(|(service, name)| !service.is_empty() && !name.is_empty())
        {
            return Err(Failure::usage(format!(
                "\"{}\" is no action; write service:Action, such as s3:GetObject",
                inert_whole(&self.action)
            )));
        }
        if self.action.contains(['*', '?']) {
            return Err(Failure::usage(format!(
                "\"{}\" is more than one action; a request has one, such as s3:GetObject",
                inert_whole(&self.action)
            )));
        }
        let mut context = caller.context();
        let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in &self.context {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(Failure::usage(format!(
                    "\"{}\" is no condition key with its value; write KEY=VALUE",
                    inert_whole(pair)
                )));
            };
            given
                .entry(key.to_lowercase())
                .or_default()
                .push(value.to_owned());
        }
        for (key, values) in given {
            context.set_all(&key, values);
        }
        let resource_account = self.owner.or(self.account_in_arn()).or(caller.account());
        if context.get("aws:ResourceAccount").is_none() {
            context.set_if("aws:ResourceAccount", resource_account.map(|a| a.to_string()));
        }
        Ok(Request {
            caller,
            action: self.action.clone(),
            resource: self.resource.clone(),
            resource_account,
            context,
        })
    }
}

fn takes_a_role(action: &str) -> bool {
    action.to_lowercase().starts_with("sts:assumerole")
}

/// A key's policy must allow whatever is done with the key: AWS KMS Developer Guide, "Key policies in AWS KMS".
fn uses_a_key(request: &Request) -> bool {
    request.action.to_lowercase().starts_with("kms:") && request.resource.contains(":key/")
}
