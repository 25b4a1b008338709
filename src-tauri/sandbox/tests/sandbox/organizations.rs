//! Organizations as its SDK reads it.

use aws_credential_types::Credentials;
use aws_sdk_organizations::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_types::region::Region;
use hatrack_sandbox::{Options, Running, start};

use crate::clients::{Refused, http, user};
use crate::sso::access_token;
use crate::sso_portal::role_credentials;

fn organizations(running: &Running, credentials: Credentials) -> Client {
    let config = aws_sdk_organizations::Config::builder()
        .behavior_version_latest()
        .region(Region::new("us-east-1"))
        .endpoint_url(running.endpoint())
        .credentials_provider(credentials)
        .http_client(http())
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The accounts that the organisation's own list starts with, and one more.
const ENGINEERING: &str = "310000000001";
const STAGING: &str = "310000000002";

async fn administrator(running: &Running, account: &str) -> Client {
    let token = access_token(running, None).await;
    let (role, _) = role_credentials(running, &token, account, "AdministratorAccess")
        .await
        .unwrap();
    organizations(running, role)
}

#[tokio::test]
async fn the_management_account_lists_every_account_page_by_page() {
    let options = Options {
        portal_accounts: 50,
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let client = administrator(&running, ENGINEERING).await;
    let (mut accounts, mut token, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = client.list_accounts().set_next_token(token).send().await.unwrap();
        assert!(page.accounts().len() <= 20);
        accounts.extend(page.accounts().to_vec());
        pages += 1;
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!((accounts.len(), pages), (4 + 50 + 1, 3));
    let live = accounts.iter().find(|a| a.id() == Some("310000000003")).unwrap();
    assert_eq!(live.name(), Some("Example Live"));
    let closed: Vec<_> = accounts
        .iter()
        .filter(|a| a.status().is_some_and(|s| s.as_str() == "SUSPENDED"))
        .collect();
    assert_eq!(closed.len(), 1);
    let described = client.describe_organization().send().await.unwrap();
    let described = described.organization().unwrap();
    assert_eq!(described.master_account_id(), Some(ENGINEERING));
}

#[tokio::test]
async fn a_member_and_a_stranger_are_told_no_accounts() {
    let running = start(Options::default()).await.unwrap();
    let member = administrator(&running, STAGING).await;
    assert!(member.describe_organization().send().await.is_ok());
    let refused = member
        .list_accounts()
        .send()
        .await
        .map_err(Refused::from)
        .unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.status),
        ("AccessDeniedException", 400)
    );
    assert!(refused.request_id.is_some());
    let story = running.manifest().story("S14").unwrap();
    let stranger = organizations(&running, user(story));
    let refused = stranger
        .list_accounts()
        .send()
        .await
        .map_err(Refused::from)
        .unwrap_err();
    assert_eq!(refused.code, "AccessDeniedException");
    assert!(
        refused.message.contains("organizations:ListAccounts"),
        "{}",
        refused.message
    );
}

#[tokio::test]
async fn a_wrong_token_and_a_page_too_large_are_refused() {
    let running = start(Options::default()).await.unwrap();
    let client = administrator(&running, ENGINEERING).await;
    let wrong = client
        .list_accounts()
        .next_token("2")
        .send()
        .await
        .map_err(Refused::from);
    assert_eq!(wrong.unwrap_err().code, "InvalidInputException");
    let large = client
        .list_accounts()
        .max_results(21)
        .send()
        .await
        .map_err(Refused::from);
    assert_eq!(large.unwrap_err().code, "InvalidInputException");
}
