//! The catalog and what the person says about it.

use std::fmt::Display;
use std::str::FromStr;

use hatrack_agent::protocol::{AddRole, DescribeAccount, DescribeRole, Set, SetDefaults};
use hatrack_core::sts_limits::SessionDuration;
use hatrack_core::view::CatalogView;

use crate::desk::Desk;
use crate::wire::{
    AccountRequest, AddRoleRequest, CommandError, DescribeRoleRequest, RoleRequest, RoleSaid,
    RoleSwitchRequest,
};

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
    let account = DescribeAccount {
        account_id: request.account_id,
        name: to(filled(request.name)),
        colour: to(request.colour),
        production: request.production,
        notes: Set::Keep,
        defaults: SetDefaults::default(),
    };
    Ok(desk.agent().await?.describe_account(account).await?)
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
        replace: request.replace,
        recolour: request.recolour,
    };
    Ok(desk.agent().await?.add_role(role).await?)
}

/// Forgets a role that was added in Hatrack.
pub async fn remove_role(desk: &Desk, request: RoleRequest) -> Answer<()> {
    Ok(desk.agent().await?.remove_role(&request.role_key).await?)
}

/// Says one thing about a role: what is empty is taken back, and the rest stays as it is.
pub async fn describe_role(desk: &Desk, request: DescribeRoleRequest) -> Answer<()> {
    let mut said = DescribeRole {
        role_key: request.role_key,
        name: Set::Keep,
        notes: Set::Keep,
        defaults: SetDefaults::default(),
    };
    match request.said {
        RoleSaid::Notes(text) => said.notes = to(filled(text)),
        RoleSaid::Duration(seconds) => {
            said.defaults.duration = to(seconds.map(SessionDuration::try_from).transpose()?);
        }
        RoleSaid::Region(text) => said.defaults.region = to(parsed(text)?),
        RoleSaid::SessionName(text) => said.defaults.session_name = to(parsed(text)?),
    }
    Ok(desk.agent().await?.describe_role(said).await?)
}

fn to<T>(said: Option<T>) -> Set<T> {
    said.map_or(Set::Clear, Set::To)
}

fn parsed<T: FromStr<Err: Display>>(text: Option<String>) -> Answer<Option<T>> {
    filled(text)
        .map(|text| text.parse())
        .transpose()
        .map_err(CommandError::new)
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}
