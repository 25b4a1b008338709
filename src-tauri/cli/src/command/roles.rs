//! `hat roles`: the catalog.

use std::process::ExitCode;

use clap::Args;
use hatrack_core::account::{AccountId, Partition};
use hatrack_core::view::{CatalogView, RoleView};
use serde::Serialize;

use super::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::Table;
use crate::time::remaining;

/// The arguments of `hat roles`.
#[derive(Debug, Args)]
pub struct Roles {
    /// Only roles that hold this text in profile, account, role or ARN
    query: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

/// A role as scripts read it.
#[derive(Serialize)]
struct Row<'a> {
    profile: Option<&'a str>,
    account_id: AccountId,
    account_name: &'a str,
    role_name: &'a str,
    arn: Option<&'a str>,
    partition: Partition,
    source: &'a str,
    identity: &'a str,
    identity_kind: &'a str,
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
            arn: role.arn.as_deref(),
            partition: role.partition,
            source: &role.source,
            identity: &role.identity.profile,
            identity_kind: &role.identity.kind,
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
    /// Lists them.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let catalog = context.agent().await?.catalog().await?;
        let query = self.query.unwrap_or_default().to_lowercase();
        let roles: Vec<&RoleView> = catalog.roles.iter().filter(|role| holds(role, &query)).collect();
        if self.listing.json {
            out::json(&roles.iter().map(|role| Row::from(*role)).collect::<Vec<_>>())?;
        } else {
            out::print(&table(&roles).render(out::is_coloured()))?;
        }
        warn(&catalog);
        Ok(ExitCode::SUCCESS)
    }
}

fn holds(role: &RoleView, query: &str) -> bool {
    let account = role.account_id.to_string();
    let named = format!("{}/{}", role.account_name, role.role_name);
    [
        role.profile.as_deref(),
        role.arn.as_deref(),
        Some(&account),
        Some(&named),
    ]
    .into_iter()
    .flatten()
    .any(|text| text.to_lowercase().contains(query))
}

fn table(roles: &[&RoleView]) -> Table {
    let mut table = Table::new(["PROFILE", "ACCOUNT", "ROLE", "FROM", "LONGEST", "NEEDS"]);
    for role in roles {
        let account = match role.account_id.as_str() {
            id if id == role.account_name => id.to_owned(),
            id => format!("{} {id}", role.account_name),
        };
        let longest = role.max_duration.map(remaining).unwrap_or_default();
        let needs = match (&role.unusable, role.mfa) {
            (Some(why), _) => why.as_str(),
            (None, true) => "MFA code",
            (None, false) => "",
        };
        table.row([
            role.profile.as_deref().unwrap_or("-"),
            &account,
            &role.role_name,
            &role.identity.profile,
            &longest,
            needs,
        ]);
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
