//! `hat discover`: roles that one's own policies allow, and roles in the accounts of one's organization.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{DiscoverRequest, RoleChoice};
use hatrack_core::discover::{RoleNamePattern, Searched};
use hatrack_core::discovery_view::{DiscoveryReport, DiscoveryView, UnreadView};
use hatrack_core::shared_config::inert;
use hatrack_core::view::RoleView;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::options::Given;
use crate::table::Table;
use crate::time::local;
use crate::{ask, out};

/// The arguments of `hat discover`.
#[derive(Debug, Args)]
pub struct Discover {
    /// What reads: a profile with keys or another start, or a role; AWS_PROFILE, or the only one there is, where left out
    identity: Option<String>,
    /// Also list the accounts of its AWS Organization, and a role of each name in every active one
    #[arg(long)]
    organization: bool,
    /// The name of a role to look for, with {account} and {name} for the account's ID and name; may be given several times
    #[arg(long, value_name = "PATTERN")]
    role_name: Vec<RoleNamePattern>,
    /// Read it anew once a day from now on, or no more
    #[arg(long, value_name = "WHEN")]
    daily: Option<Daily>,
    /// List no more what was found
    #[arg(long, conflicts_with_all = ["organization", "role_name", "daily", "list"])]
    forget: bool,
    /// Show what was found before, and ask AWS nothing
    #[arg(long, conflicts_with_all = ["organization", "role_name", "daily"])]
    list: bool,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Daily {
    On,
    Off,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Found<'a> {
    start: &'a str,
    daily: bool,
    #[serde(flatten)]
    report: &'a DiscoveryReport,
    roles: Vec<FoundRole<'a>>,
}

#[derive(Serialize)]
struct FoundRole<'a> {
    arn: Option<&'a str>,
    account_id: String,
    account_name: &'a str,
    role_name: &'a str,
    /// Whether it may not exist.
    candidate: bool,
    source: &'a str,
    also_in: &'a [String],
    remarks: &'a [String],
    key: &'a str,
}

impl Discover {
    /// Looks, and shows what there is.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        if self.list && self.identity.is_none() {
            return self.overview(&agent).await;
        }
        let start = start_of(&agent, self.identity.as_deref(), context.caller.profile()).await?;
        if self.forget || self.list {
            let known = self.known(&agent, start).await?;
            if self.list {
                self.show(&agent, &known).await?;
                return Ok(ExitCode::SUCCESS);
            }
            agent.forget_discovery(&known.start).await?;
            out::note(&format!(
                "what was found from {} is listed no more",
                inert(&known.start)
            ));
            return Ok(ExitCode::SUCCESS);
        }
        let mut view = self.search(&agent, start).await?;
        if let Some(why) = &view.error {
            return Err(Failure::refused(why.clone()));
        }
        if let Some(daily) = self.daily {
            let on = matches!(daily, Daily::On);
            agent.set_discovery_daily(&view.start, on).await?;
            view.daily = on;
        }
        self.show(&agent, &view).await?;
        Ok(ExitCode::SUCCESS)
    }

    /// Begins, and waits for the end.
    async fn search(&self, agent: &Agent, start: RoleChoice) -> Result<DiscoveryView, Failure> {
        let request = DiscoverRequest {
            start,
            searched: Searched {
                policies: true,
                organization: self.organization,
                role_names: self.role_name.clone(),
            },
            mfa_code: self.given.code()?,
            allow_endpoint: self.given.allow_endpoint,
        };
        let mut view = ask::discover(agent, request).await?;
        let mut interruption = Interruption::listen()
            .map_err(|why| Failure::refused(format!("the system gave no signals: {why}; try again")))?;
        while let Some(doing) = view.doing.take() {
            if !self.listing.json {
                out::note(&doing);
            }
            view = tokio::select! {
                next = agent.await_discovery(&view.start, view.step) => next?,
                () = interruption.come() => {
                    agent.cancel_discovery(&view.start).await?;
                    return Err(Failure::refused("the search was given up"));
                }
            };
        }
        Ok(view)
    }

    /// What was found from `start` before; the word means what it means to a search.
    async fn known(&self, agent: &Agent, start: RoleChoice) -> Result<DiscoveryView, Failure> {
        let RoleChoice::Typed(name) = &start else {
            return Err(Failure::usage("name the identity"));
        };
        let name = name.clone();
        let views = agent.discoveries().await?;
        let key = match agent.key_of(start).await.map_err(Failure::from) {
            Ok(key) => key,
            // What has gone from the files since can still be shown and forgotten.
            Err(_) if views.iter().any(|view| view.start == name) => name.clone(),
            Err(why) => return Err(why),
        };
        let known = views.into_iter().find(|view| view.start == key);
        known.ok_or_else(|| {
            Failure::refused(format!(
                "nothing was looked for from \"{}\"; `hat discover --list` shows what was",
                inert(&name)
            ))
        })
    }

    async fn overview(&self, agent: &Agent) -> Result<ExitCode, Failure> {
        let views = agent.discoveries().await?;
        if self.listing.json {
            out::json(&views)?;
            return Ok(ExitCode::SUCCESS);
        }
        let zone = TimeZone::system();
        let mut table = Table::new(["IDENTITY", "ROLES", "MAY EXIST", "READ", "DAILY"]);
        for view in &views {
            let (policies, organization) = (&view.report.policies, &view.report.organization);
            let roles = policies.as_ref().map_or(0, |report| report.roles);
            let of_policies = policies.as_ref().map_or(0, |report| report.candidates);
            let of_accounts = organization.as_ref().map_or(0, |report| report.candidates);
            let at = policies.as_ref().map(|report| report.read_at);
            let at = at.or_else(|| organization.as_ref().and_then(|report| report.read_at));
            table.row([
                &view.start,
                &roles.to_string(),
                &(of_policies + of_accounts).to_string(),
                &at.map_or_else(|| "-".to_owned(), |at| local(at, &zone)),
                if view.daily { "yes" } else { "no" },
            ]);
        }
        table.print()?;
        Ok(ExitCode::SUCCESS)
    }

    async fn show(&self, agent: &Agent, view: &DiscoveryView) -> Result<(), Failure> {
        let catalog = agent.catalog().await?;
        let roles: Vec<FoundRole<'_>> = catalog
            .roles
            .iter()
            .filter(|role| was_found(role, &view.start))
            .map(found_role)
            .collect();
        if self.listing.json {
            return out::json(&Found {
                start: &view.start,
                daily: view.daily,
                report: &view.report,
                roles,
            });
        }
        let mut table = Table::new(["ACCOUNT", "ROLE", "WHAT", "FOUND IN"]);
        for role in &roles {
            let what = if role.candidate {
                "may exist"
            } else {
                "named by a policy"
            };
            let places: Vec<&str> = [role.source]
                .into_iter()
                .chain(role.also_in.iter().map(String::as_str))
                .collect();
            table.row([role.account_name, role.role_name, what, &places.join(", ")]);
        }
        table.print()?;
        tell(&view.report);
        Ok(())
    }
}

/// What no row of the table says, for people.
fn tell(report: &DiscoveryReport) {
    out::note(&format!("read as {}", inert(&report.who)));
    if let Some(policies) = &report.policies {
        for pattern in &policies.patterns {
            let depends = if pattern.conditional {
                ", under a condition"
            } else {
                ""
            };
            out::note(&format!(
                "{} allows {}{depends}",
                inert(&pattern.policy),
                inert(&pattern.allows)
            ));
        }
        policies
            .denied
            .iter()
            .for_each(|denied| out::note(&inert(denied)));
        policies.unread.iter().for_each(unread);
    }
    if let Some(organization) = &report.organization {
        if organization.read_at.is_some() {
            out::note(&format!(
                "the organization has {} accounts, {} of them active; looked for {}",
                organization.accounts,
                organization.active,
                organization.role_names.join(", ")
            ));
        }
        organization.unread.iter().for_each(unread);
    }
}

fn unread(what: &UnreadView) {
    out::note(&format!(
        "not read: {}: {}",
        inert(&what.operation),
        inert(&what.why)
    ));
}

/// Whether a row was found from `start`, whatever else names it.
fn was_found(role: &RoleView, start: &str) -> bool {
    let place = |place: &String| {
        ["Policies of ", "Organization of "]
            .iter()
            .any(|of| place.strip_prefix(of) == Some(start))
    };
    place(&role.source) || role.also_in.iter().any(place)
}

fn found_role(role: &RoleView) -> FoundRole<'_> {
    let found = role.found.as_ref();
    FoundRole {
        arn: role.arn.as_deref(),
        account_id: role.account_id.to_string(),
        account_name: &role.account_name,
        role_name: &role.role_name,
        candidate: found.is_some_and(|found| found.candidate),
        source: &role.source,
        also_in: &role.also_in,
        remarks: found.map(|found| found.remarks.as_slice()).unwrap_or_default(),
        key: &role.key,
    }
}

/// What reads: what is named, else AWS_PROFILE, else the only identity there is.
async fn start_of(agent: &Agent, named: Option<&str>, profile: Option<&str>) -> Result<RoleChoice, Failure> {
    if let Some(name) = named.or(profile) {
        return Ok(RoleChoice::Typed(name.to_owned()));
    }
    let identities = agent.catalog().await?.identities;
    match &identities[..] {
        [only] => Ok(RoleChoice::Typed(only.profile.clone())),
        [] => Err(Failure::usage(
            "there is no identity to read with; put keys into ~/.aws/credentials, or name a role",
        )),
        several => {
            let names: Vec<String> = several.iter().map(|identity| inert(&identity.profile)).collect();
            Err(Failure::usage(format!(
                "there are several identities; name one of {}",
                names.join(", ")
            )))
        }
    }
}
