//! Proxies, and where sign-ins are kept.

use hatrack_agent::protocol::{ChangeSettings, GiveProxyLogin};

use crate::desk::Desk;
use crate::wire::{CommandError, ProxyChoiceRequest, ProxyLoginRequest, SignInStoreRequest};

type Answer<T> = Result<T, CommandError>;

/// Through which proxy AWS is reached from now on.
pub async fn set_proxy_choice(desk: &Desk, request: ProxyChoiceRequest) -> Answer<()> {
    let change = ChangeSettings {
        proxy: Some(request.choice),
        ..Default::default()
    };
    Ok(desk.agent().await?.change_settings(change).await?)
}

/// Where sign-ins are kept from now on.
pub async fn set_sign_in_store(desk: &Desk, request: SignInStoreRequest) -> Answer<()> {
    let change = ChangeSettings {
        sign_ins: Some(request.store),
        ..Default::default()
    };
    Ok(desk.agent().await?.change_settings(change).await?)
}

/// Takes back every login that was given for a proxy, and says how many there were.
pub async fn forget_proxy_logins(desk: &Desk) -> Answer<u32> {
    Ok(desk.agent().await?.forget_proxy_logins().await?)
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
