//! `hat policy simulate`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use hatrack_core::account::AccountId;
use hatrack_core::policy::{
    Caller, Decision, Effect, Finding, Kind, Miss, Named, Policies, Policy, Reason, Request, ResourceRule,
    StatementFinding, decide,
};
use hatrack_core::shared_config::inert_whole;
use serde::Serialize;

use super::{input, word};
use crate::command::Listing;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat policy simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Who asks: the ARN of a user, role or session, an account ID for its root user, a service, a provider, or anonymous
    #[arg(long, value_name = "ARN")]
    caller: String,
    /// What is asked for, such as s3:GetObject
    #[arg(long)]
    action: String,
    /// What it is asked of, by ARN
    #[arg(long, value_name = "ARN", default_value = "*")]
    resource: String,
    /// The account that owns the resource, where its ARN does not tell
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
    /// The resource's policy must allow in any case, as a key policy must
    #[arg(long)]
    resource_must_allow: bool,
    /// A condition key of the request; the same key again adds a value
    #[arg(long, value_name = "KEY=VALUE")]
    context: Vec<String>,
    #[command(flatten)]
    listing: Listing,
}

/// A statement, and where it stands.
#[derive(Debug, Serialize)]
struct Place {
    kind: &'static str,
    file: String,
    line: u32,
    column: u32,
    index: usize,
    sid: Option<String>,
}

#[derive(Debug, Serialize)]
struct Near {
    #[serde(flatten)]
    place: Place,
    misses: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Said {
    #[serde(flatten)]
    place: Place,
    effect: &'static str,
    applies: bool,
    misses: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Simulated {
    allowed: bool,
    reason: &'static str,
    sentence: String,
    decided_by: Option<Place>,
    nearly: Option<Near>,
    statements: Vec<Said>,
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

impl Files {
    /// What each policy is, in the order of a decision's findings.
    fn sorts(&self) -> Vec<&'static str> {
        let of = |list: &[(String, Policy)], sort| vec![sort; list.len()];
        let levels = |levels: &[Vec<(String, Policy)>], sort| vec![sort; levels.iter().map(Vec::len).sum()];
        [
            of(&self.identity, "identity"),
            self.boundary.iter().map(|_| "boundary").collect(),
            of(&self.session, "session"),
            self.resource
                .iter()
                .map(|(_, policy)| word(policy.kind))
                .collect(),
            levels(&self.scp, "service_control"),
            levels(&self.rcp, "resource_control"),
        ]
        .concat()
    }
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
        let must = self.resource_must_allow || self.trust.is_some() || takes_a_role(&request.action);
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
        let simulated = Simulated::of(&decide(&request, &policies), &request, &files.sorts());
        if self.listing.json {
            out::json(&simulated)?;
        } else {
            out::print(&simulated.told())?;
        }
        Ok(ExitCode::SUCCESS)
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
        let in_arn = self
            .resource
            .split(':')
            .nth(4)
            .and_then(|account| account.parse().ok());
        let resource_account = self.owner.or(in_arn).or(caller.account());
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

impl Place {
    fn of(sort: &'static str, finding: &Finding, statement: &StatementFinding) -> Self {
        Self {
            kind: sort,
            file: finding.name.clone(),
            line: statement.at.line,
            column: statement.at.column,
            index: statement.index,
            sid: statement.sid.clone(),
        }
    }

    fn told(&self) -> String {
        let sid = self.sid.as_ref().filter(|sid| !sid.is_empty());
        let sid = sid
            .map(|sid| format!(" \"{}\"", inert_whole(sid)))
            .unwrap_or_default();
        format!(
            "{}:{}: statement {}{sid}",
            inert_whole(&self.file),
            self.line,
            self.index + 1
        )
    }
}

impl Simulated {
    fn of(decision: &Decision, request: &Request, sorts: &[&'static str]) -> Self {
        let findings = sorts.iter().copied().zip(&decision.findings);
        let statements: Vec<(&'static str, &Finding, &StatementFinding)> = findings
            .flat_map(|(sort, f)| f.statements.iter().map(move |s| (sort, f, s)))
            .collect();
        let place = |f: &Finding, s: &StatementFinding| {
            let found = statements
                .iter()
                .find(|(_, g, t)| std::ptr::eq(*g, f) && std::ptr::eq(*t, s));
            found.map(|(sort, f, s)| Place::of(sort, f, s))
        };
        let decided = decision.decided_by.as_ref().and_then(|by| {
            let is = |f: &Finding, s: &StatementFinding| {
                f.kind == by.kind && f.name == by.policy && s.index == by.index && s.applies()
            };
            statements
                .iter()
                .find(|(_, f, s)| is(f, s))
                .and_then(|(_, f, s)| place(f, s))
        });
        let (reason, sentence) = told_reason(decision.reason, request);
        let nearly = decision.nearly().and_then(|near| {
            Some(Near {
                place: place(near.policy, near.statement)?,
                misses: near.statement.misses.iter().map(missed).collect(),
            })
        });
        Self {
            allowed: decision.allowed,
            reason,
            sentence,
            decided_by: decided,
            nearly,
            statements: statements
                .into_iter()
                .map(|(sort, f, s)| Said {
                    place: Place::of(sort, f, s),
                    effect: if s.effect == Effect::Allow {
                        "Allow"
                    } else {
                        "Deny"
                    },
                    applies: s.applies(),
                    misses: s.misses.iter().map(missed).collect(),
                })
                .collect(),
        }
    }

    fn told(&self) -> String {
        let mut text = format!("{}\n", inert_whole(&self.sentence));
        if let Some(by) = &self.decided_by {
            let _ = writeln!(text, "Decided by {}", by.told());
        }
        if let Some(near) = &self.nearly {
            let _ = writeln!(text, "Nearly {}", near.place.told());
            for miss in &near.misses {
                let _ = writeln!(text, "    {}", inert_whole(miss));
            }
        }
        text
    }
}

fn told_reason(reason: Reason, request: &Request) -> (&'static str, String) {
    let action = &request.action;
    let (word, why) = match reason {
        Reason::Allowed => return ("allowed", format!("Allowed: {action} on {}.", request.resource)),
        Reason::ExplicitDeny => ("explicit_deny", "a statement denies it"),
        Reason::IdentityDoesNotAllow => ("identity", "no policy of the caller allows it"),
        Reason::BoundaryDoesNotAllow => ("boundary", "the caller's permissions boundary does not allow it"),
        Reason::SessionDoesNotAllow => ("session", "the session's policies do not allow it"),
        Reason::ResourceDoesNotAllow => ("resource", "the resource's policy does not allow it, and must"),
        Reason::ServiceControlDoesNotAllow => (
            "service_control",
            "the service control policies of a level do not allow it",
        ),
        Reason::ResourceControlDoesNotAllow => (
            "resource_control",
            "the resource control policies of a level do not allow it",
        ),
    };
    (word, format!("Denied: {action} on {}: {why}.", request.resource))
}

fn missed(miss: &Miss) -> String {
    match miss {
        Miss::Principal => "it names other callers".to_owned(),
        Miss::Action => "it is about other actions".to_owned(),
        Miss::Resource => "it is about other resources".to_owned(),
        Miss::Condition {
            operator,
            key,
            wanted,
            found,
            unclear,
        } => {
            let has = match found {
                None => "the request does not have it".to_owned(),
                Some(found) => format!("the request has {}", found.join(", ")),
            };
            let unclear = if *unclear {
                ", which cannot be compared"
            } else {
                ""
            };
            format!("{operator} {key} wants {}; {has}{unclear}", wanted.join(" or "))
        }
        Miss::Variable(name) => format!("the request has no value for ${{{name}}}"),
        Miss::Unknown(what) => format!("it has a piece that is not known: {what}"),
    }
}
