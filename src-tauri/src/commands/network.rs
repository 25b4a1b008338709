//! Proxies, and where sign-ins are kept.

use hatrack_agent::protocol::GiveProxyLogin;

use crate::desk::Desk;
use crate::wire::{CommandError, ProxyChoiceRequest, ProxyLoginRequest, SignInStoreRequest};

type Answer<T> = Result<T, CommandError>;

/// Through which proxy AWS is reached from now on.
pub async fn set_proxy_choice(desk: &Desk, request: ProxyChoiceRequest) -> Answer<()> {
    let agent = desk.agent().await?;
    let mut settings = agent.settings().await?;
    settings.proxy = request.choice;
    Ok(agent.set_settings(settings).await?)
}

/// Where sign-ins are kept from now on.
pub async fn set_sign_in_store(desk: &Desk, request: SignInStoreRequest) -> Answer<()> {
    let agent = desk.agent().await?;
    let mut settings = agent.settings().await?;
    settings.sign_ins = request.store;
    Ok(agent.set_settings(settings).await?)
}

/// Leaves the login that a proxy asked for with the agent.
pub async fn give_proxy_login(desk: &Desk, request: ProxyLoginRequest) -> Answer<()> {
    let login = GiveProxyLogin {
        proxy: request.proxy,
        name: request.name,
        password: request.password,
    };
    Ok(desk.agent().await?.give_proxy_login(login).await?)
}
