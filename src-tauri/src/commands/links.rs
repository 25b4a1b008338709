//! Links that name a role.

use hatrack_core::catalog::SwitchLink;

use crate::desk::Desk;
use crate::wire::{CommandError, LinkRequest, LinkView};

type Answer<T> = Result<T, CommandError>;

/// What a link names; nothing is added or switched to by it.
pub async fn read_link(_: &Desk, request: LinkRequest) -> Answer<LinkView> {
    let link: SwitchLink = request.link.parse().map_err(CommandError::new)?;
    Ok(LinkView {
        arn: link.role.to_string(),
        partition: link.role.partition(),
        account_id: link.role.account(),
        role_name: link.role.name_with_path().to_owned(),
        display_name: link.display_name,
        colour: link.colour,
        external_id: link.external_id.map(|id| id.to_string()),
    })
}
