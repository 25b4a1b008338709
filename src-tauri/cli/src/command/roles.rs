//! `hat roles`: the catalog, and what the person adds to it.

mod add;
mod link;
mod remove;
mod set;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use hatrack_core::account::{AccountId, Partition};
use hatrack_core::view::{CatalogView, RoleView};
use jiff::Timestamp;
use serde::Serialize;

use super::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::{Table, Tone};
use crate::time::remaining;
pub use add::colour;

/// The arguments of `hat roles`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Roles {
    #[command(subcommand)]
    act: Option<Act>,
    /// Only roles that hold this text in profile, name, account, role or ARN
    query: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Keep a role, by a link or by its parts
    Add(add::Add),
    /// Forget a role that was added
    Remove(remove::Remove),
    /// Print a link by which somebody else can add the same role
    Link(link::Link),
    /// Say something about a role: its name, notes, defaults
    Set(set::SetRole),
}

/// A role as scripts read it.
#[derive(Serialize)]
struct Row<'a> {
    profile: Option<&'a str>,
    account_id: AccountId,
    account_name: &'a str,
    role_name: &'a str,
    display_name: Option<&'a str>,
    notes: Option<&'a str>,
    arn: Option<&'a str>,
    partition: Partition,
    source: &'a str,
    also_in: &'a [String],
    identity: &'a str,
    identity_kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_until: Option<Timestamp>,
    hops: Vec<&'a str>,
    mfa: bool,
    external_id: Option<&'a str>,
    chained: bool,
    max_duration: Option<u32>,
    region: &'a str,
    key: &'a str,
    unusable: Option<&'a str>,
}

impl<'a> From<&'a RoleView> for Row<'a> {
    fn from(role: &'a RoleView) -> Self {
        Self {
            profile: role.profile.as_deref(),
            account_id: role.account_id,
            account_name: &role.account_name,
            role_name: &role.role_name,
            display_name: role.display_name.as_deref(),
            notes: role.notes.as_deref(),
            arn: role.arn.as_deref(),
            partition: role.partition,
            source: &role.source,
            also_in: &role.also_in,
            identity: &role.identity.profile,
            identity_kind: &role.identity.kind,
            certificate_until: role.identity.certificate_until,
            hops: role.hops.iter().map(|hop| hop.arn.as_str()).collect(),
            mfa: role.mfa,
            external_id: role.external_id.as_deref(),
            chained: role.chained,
            max_duration: role.max_duration,
            region: &role.region,
            key: &role.key,
            unusable: role.unusable.as_deref(),
        }
    }
}

impl Roles {
    /// Lists them, or does what is asked with one.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        match self.act {
            Some(Act::Add(add)) => return add.run(context).await,
            Some(Act::Remove(remove)) => return remove.run(context).await,
            Some(Act::Link(link)) => return link.run(context).await,
            Some(Act::Set(set)) => return set.run(context).await,
            None => {}
        }
        let catalog = context.agent().await?.catalog().await?;
        let query = self.query.unwrap_or_default().to_lowercase();
        let roles: Vec<&RoleView> = catalog.roles.iter().filter(|role| holds(role, &query)).collect();
        if self.listing.json {
            out::json(&roles.iter().map(|role| Row::from(*role)).collect::<Vec<_>>())?;
        } else {
            table(&roles).print()?;
        }
        warn(&catalog);
        // The program ends: to free each of many thousand texts first would only keep the person waiting.
        std::mem::forget(catalog);
        Ok(ExitCode::SUCCESS)
    }
}

fn holds(role: &RoleView, query: &str) -> bool {
    let account = role.account_id.to_string();
    let named = format!("{}/{}", role.account_name, role.role_name);
    [
        role.profile.as_deref(),
        role.display_name.as_deref(),
        role.arn.as_deref(),
        Some(&account),
        Some(&named),
    ]
    .into_iter()
    .flatten()
    .any(|text| text.to_lowercase().contains(query))
}

/// The column of what a role needs.
const NEEDS: usize = 5;

fn table(roles: &[&RoleView]) -> Table {
    let mut table = Table::new(["PROFILE", "ACCOUNT", "ROLE", "FROM", "LONGEST", "NEEDS"]);
    for role in roles {
        let account = match role.account_id.as_str() {
            id if id == role.account_name => id.to_owned(),
            id => format!("{} {id}", role.account_name),
        };
        let longest = role.max_duration.map(remaining).unwrap_or_default();
        let needs = match (&role.unusable, role.mfa, role.identity.certificate_until) {
            (Some(why), _, _) => why.clone(),
            (None, _, Some(until)) => format!("certificate, good until {}", until.strftime("%Y-%m-%d")),
            (None, true, None) => "MFA code".to_owned(),
            (None, false, None) => String::new(),
        };
        let row = table.row([
            role.profile
                .as_deref()
                .or(role.display_name.as_deref())
                .unwrap_or("-"),
            &account,
            &role.role_name,
            &role.identity.profile,
            &longest,
            &needs,
        ]);
        if role.unusable.is_some() {
            row.tone(NEEDS, Tone::Bad);
        }
    }
    table
}

/// What could not be read is said beside the list, which stands without it.
fn warn(catalog: &CatalogView) {
    for problem in &catalog.problems {
        match &problem.place {
            Some(place) => out::note(&format!(
                "{}, line {}: {}",
                place.file, place.line, problem.message
            )),
            None => out::note(&problem.message),
        }
    }
}
