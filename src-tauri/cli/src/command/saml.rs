//! `hat saml`: the SAML providers that one signs in at.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use hatrack_agent::protocol::AddSaml;
use hatrack_core::portal_view::SignInKind;

use super::{Listing, login};
use crate::context::Context;
use crate::failure::Failure;

/// The arguments of `hat saml`.
#[derive(Debug, Args)]
pub struct Saml {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Name a provider; `hat login NAME` signs in there
    Add(Add),
    /// Show the providers and how you stand with each
    List(Listing),
    /// Sign out of a provider and forget it
    Remove {
        /// The provider
        name: String,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// What to call it
    name: String,
    /// The provider's page where a sign-in to AWS starts, such as the address behind its AWS tile
    url: String,
    /// The region whose STS is asked; your own where left out
    #[arg(long)]
    region: Option<String>,
    /// Replace the provider of that name, and sign out of it
    #[arg(long)]
    replace: bool,
}

impl Saml {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        match self.what {
            What::Add(add) => {
                let provider = AddSaml {
                    name: add.name,
                    start_url: add.url,
                    region: add.region,
                    replace: add.replace,
                };
                agent.add_saml(provider).await?;
            }
            What::List(listing) => {
                let mut states = agent.portals().await?;
                states.retain(|state| state.portal.kind == SignInKind::Saml);
                login::print(&states, listing)?;
            }
            What::Remove { name } => agent.remove_saml(&name).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
