//! AWS Organizations over the AWS SDK, as far as it is read.
//!
//! Source: AWS Organizations API Reference.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::config::Config;
use aws_sdk_organizations::types::Account;
use hatrack_core::organization::{MemberAccount, Organizations};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Reach};

use crate::answer::Answer;
use crate::clients::{Clients, config, partition};
use crate::failure::Asked;
use crate::http::HttpClients;
use crate::identities::sdk_credentials;
use crate::pages::Pages;
use crate::patience::Patience;
use crate::sts::Timing;

/// Organizations, one client for each place it is reached at.
#[derive(Debug, Default)]
pub struct AwsOrganizations {
    http: Arc<HttpClients>,
    clients: Clients<Client>,
    timing: Timing,
}

impl AwsOrganizations {
    /// Organizations through `http`.
    pub fn new(http: Arc<HttpClients>) -> Self {
        Self::with_timing(http, Timing::default())
    }

    /// The same with a clock and a way to wait of its own.
    pub fn with_timing(http: Arc<HttpClients>, timing: Timing) -> Self {
        Self {
            http,
            timing,
            ..Self::default()
        }
    }

    fn client(&self, reach: &Reach) -> Result<Client, AwsFailure> {
        self.clients.get(&self.http, reach, |http| {
            let config = config(reach, http, &self.timing);
            let config = aws_sdk_organizations::config::Builder::from(&config);
            Client::from_conf(config.retry_partition(partition("hatrack-organizations")).build())
        })
    }
}

#[async_trait]
impl Organizations for AwsOrganizations {
    async fn accounts(&self, reach: &Reach, signer: &Credentials) -> Result<Vec<MemberAccount>, AwsFailure> {
        let asked = Asked {
            service: "Organizations",
            region: &reach.region,
        };
        let client = self.client(reach)?;
        let (mut pages, mut accounts) = (Pages::default(), Vec::new());
        loop {
            let with = Config::builder()
                .interceptor(Answer::default())
                .retry_classifier(Patience::default())
                .credentials_provider(sdk_credentials(signer));
            let page = client
                .list_accounts()
                .set_next_token(pages.next.clone())
                .customize()
                .config_override(with)
                .send()
                .await
                .map_err(|error| asked.failed(&error))?;
            let listed = page.accounts.ok_or_else(|| asked.garbled("it holds no list"))?;
            for account in listed {
                let account = member(account);
                accounts.push(account.ok_or_else(|| asked.garbled("an account in it has no number"))?);
            }
            if !pages.turn(page.next_token).map_err(|why| asked.garbled(why))? {
                return Ok(accounts);
            }
        }
    }
}

fn member(account: Account) -> Option<MemberAccount> {
    // `State` is to take the place of `Status`.
    let state = account.state.map(|state| state.as_str() == "ACTIVE");
    let status = account.status.map(|status| status.as_str() == "ACTIVE");
    Some(MemberAccount {
        id: account.id?.parse().ok()?,
        name: account.name.unwrap_or_default(),
        active: state.or(status).unwrap_or(true),
    })
}
