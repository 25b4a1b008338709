//! The catalog and what the person says about it.

use std::fmt::Display;
use std::str::FromStr;

use hatrack_agent::protocol::{AddRole, DescribeRole, Set, SetAccount, SetDefaults};
use hatrack_core::sts_limits::SessionDuration;
use hatrack_core::view::CatalogView;

use crate::desk::Desk;
use crate::wire::{
    AccountRequest, AddRoleRequest, CommandError, DescribeRoleRequest, RoleRequest, RoleSwitchRequest,
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

/// Says all of what is remembered of a role: what is empty is taken back.
pub async fn describe_role(desk: &Desk, request: DescribeRoleRequest) -> Answer<()> {
    let duration = request.duration.map(SessionDuration::try_from).transpose()?;
    let said = DescribeRole {
        role_key: request.role_key,
        name: Set::Keep,
        notes: whole(filled(request.notes)),
        defaults: SetDefaults {
            duration: whole(duration),
            region: whole(parsed(request.region)?),
            session_name: whole(parsed(request.session_name)?),
        },
    };
    Ok(desk.agent().await?.describe_role(said).await?)
}

fn whole<T>(said: Option<T>) -> Set<T> {
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
