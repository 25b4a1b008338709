//! The catalog and what the person says about it.

use hatrack_agent::protocol::{AddRole, SetAccount};
use hatrack_core::view::CatalogView;

use crate::desk::Desk;
use crate::wire::{AccountRequest, AddRoleRequest, CommandError, RoleRequest, RoleSwitchRequest};

type Answer<T> = Result<T, CommandError>;

#[allow(missing_docs)]
pub async fn catalog(desk: &Desk) -> Answer<CatalogView> {
    Ok(desk.agent().await?.catalog().await?)
}

/// Reads the shared files again.
pub async fn reload(desk: &Desk) -> Answer<()> {
    Ok(desk.agent().await?.reload().await?)
}

#[allow(missing_docs)]
pub async fn set_auto_renew(desk: &Desk, request: RoleSwitchRequest) -> Answer<()> {
    Ok(desk
        .agent()
        .await?
        .set_auto_renew(&request.role_key, request.on)
        .await?)
}

#[allow(missing_docs)]
pub async fn set_favourite(desk: &Desk, request: RoleSwitchRequest) -> Answer<()> {
    Ok(desk
        .agent()
        .await?
        .set_favourite(&request.role_key, request.on)
        .await?)
}

#[allow(missing_docs)]
pub async fn set_account(desk: &Desk, request: AccountRequest) -> Answer<()> {
    let account = SetAccount {
        account_id: request.account_id,
        name: filled(request.name),
        colour: request.colour,
    };
    Ok(desk.agent().await?.set_account(account).await?)
}

#[allow(missing_docs)]
pub async fn add_role(desk: &Desk, request: AddRoleRequest) -> Answer<String> {
    let role = AddRole {
        account_id: request.account_id,
        role_name: request.role_name.trim().to_owned(),
        partition: request.partition,
        display_name: filled(request.display_name),
        colour: request.colour,
        identity_profile: request.identity_profile,
        external_id: filled(request.external_id).map(|id| id.parse()).transpose()?,
        mfa_serial: filled(request.mfa_serial)
            .map(|serial| serial.parse())
            .transpose()?,
        region: filled(request.region),
    };
    Ok(desk.agent().await?.add_role(role).await?)
}

/// Forgets a role that was added in Hatrack.
pub async fn remove_role(desk: &Desk, request: RoleRequest) -> Answer<()> {
    Ok(desk.agent().await?.remove_role(&request.role_key).await?)
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}
