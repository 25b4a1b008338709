//! `hat login` and `hat logout`: sign-ins at Identity Center and at SAML providers.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::client::Agent;
use hatrack_core::portal_view::{PortalStateView, SignInKind};
use hatrack_core::shared_config::inert;
use hatrack_core::view::NeedView;
use jiff::tz::TimeZone;

use super::Listing;
use crate::ask::unanswered;
use crate::context::Context;
use crate::failure::Failure;
use crate::sign_in::{SignedIn, Way, sign_in};
use crate::table::{Table, Tone};
use crate::time::local;
use crate::{out, saml_response};

/// The arguments of `hat login`.
#[derive(Debug, Args)]
pub struct Login {
    /// An [sso-session] of the shared config, its start URL, a profile of it, or a SAML provider; may be left out where
    /// there is one
    name: Option<String>,
    /// Sign in by a code, in a browser anywhere
    #[arg(long, conflicts_with = "no_browser")]
    device: bool,
    /// Print the page's address and open nothing
    #[arg(long)]
    no_browser: bool,
    /// Sign in though the sign-in is still good
    #[arg(long)]
    anew: bool,
    /// Let the sign-in go to this portal though it is not on a host of AWS, now and from now on
    #[arg(long)]
    allow_endpoint: bool,
    /// List the portals and how you stand with each, and sign in nowhere
    #[arg(long, conflicts_with_all = ["name", "device", "no_browser", "anew"])]
    list: bool,
    #[command(flatten)]
    listing: Listing,
}

/// The arguments of `hat logout`.
#[derive(Debug, Args)]
pub struct Logout {
    /// An [sso-session] of the shared config, its start URL, a profile of it, or a SAML provider; may be left out where
    /// there is one
    name: Option<String>,
}

impl Login {
    /// Signs in.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        if self.list {
            print(&agent.portals().await?, self.listing)?;
            return Ok(ExitCode::SUCCESS);
        }
        let name = named(&agent, self.name.as_deref()).await?;
        let way = match (self.device, self.no_browser) {
            (true, _) => Way::Device,
            (_, true) => Way::Link,
            (false, false) => Way::of_this_machine(|variable| std::env::var_os(variable)),
        };
        let mut consented = false;
        loop {
            match sign_in(&agent, &name, way, self.anew).await? {
                SignedIn::Done => break,
                SignedIn::ByResponse(waiting) => {
                    saml_response::give(&agent, &waiting, way).await?;
                    break;
                }
                SignedIn::Needs(NeedView::EndpointConsent { endpoint })
                    if self.allow_endpoint && !consented =>
                {
                    agent.consent_endpoint(&endpoint).await?;
                    consented = true;
                }
                SignedIn::Needs(need) => return Err(unanswered(&need)),
            }
        }
        let states = agent.portals().await?;
        match states.into_iter().find(|state| state.portal.name == name) {
            Some(mine) => print(&[mine], self.listing)?,
            // A profile of the portal was named.
            None => out::note("signed in"),
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Logout {
    /// Signs out.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        let name = named(&agent, self.name.as_deref()).await?;
        let states = agent.portals().await?;
        let is_saml =
            |state: &PortalStateView| state.portal.name == name && state.portal.kind == SignInKind::Saml;
        let whose = match states.iter().any(is_saml) {
            true => "",
            false => ", for every program on this computer",
        };
        agent.sign_out(&name).await?;
        out::note(&format!("signed out of {}{whose}", inert(&name)));
        Ok(ExitCode::SUCCESS)
    }
}

/// The portal meant: the one that is named, else the only one.
async fn named(agent: &Agent, name: Option<&str>) -> Result<String, Failure> {
    if let Some(name) = name {
        return Ok(name.to_owned());
    }
    let portals = agent.portals().await?;
    match &portals[..] {
        [] => Err(Failure::usage(
            "the shared config names no Identity Center portal, and there is no SAML provider; `aws configure sso` writes an \
             [sso-session], `hat saml add` names a provider",
        )),
        [only] => Ok(only.portal.name.clone()),
        several => {
            let names: Vec<String> = several.iter().map(|state| inert(&state.portal.name)).collect();
            Err(Failure::usage(format!(
                "there are several sign-ins; name one of {}",
                names.join(", ")
            )))
        }
    }
}

/// The column of the sign-in.
const UNTIL: usize = 1;

pub(super) fn print(portals: &[PortalStateView], listing: Listing) -> Result<(), Failure> {
    if listing.json {
        return out::json(&portals);
    }
    let zone = TimeZone::system();
    let mut table = Table::new(["PORTAL", "SIGNED IN UNTIL", "ACCOUNTS", "ROLES", "ADDRESS"]);
    for state in portals {
        let until = match (state.signed_in_until, state.refreshes) {
            (Some(until), false) => local(until, &zone),
            (Some(_), true) => "renewed by itself".to_owned(),
            (None, _) => "signed out".to_owned(),
        };
        let count = |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let (accounts, roles) = (count(state.accounts), count(state.roles));
        let row = table.row([
            &state.portal.name,
            &until,
            &accounts,
            &roles,
            &state.portal.start_url,
        ]);
        if state.signed_in_until.is_none() {
            row.tone(UNTIL, Tone::Warn);
        }
    }
    table.print()
}
