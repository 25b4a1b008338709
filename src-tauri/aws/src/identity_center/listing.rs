//! All accounts of a portal and their roles.

use futures::channel::mpsc;
use futures::{StreamExt, TryStreamExt};
use hatrack_core::identity_center::{Portal, PortalAccount, PortalListing};
use hatrack_core::sts::AwsFailure;

use super::access::Access;
use super::pace::Pacer;

/// Enough to keep the portal's pace over a slow line; the pace itself comes from the pacer.
const IN_FLIGHT: usize = 24;

/// The pages of accounts are turned while the roles of those already known are asked for.
pub(super) async fn listing(
    access: &Access<'_>,
    pacer: &Pacer,
    portal: &Portal,
) -> Result<PortalListing, AwsFailure> {
    let (found, to_ask) = mpsc::unbounded::<PortalAccount>();
    let with_roles = to_ask
        .map(|account| async move {
            let roles = access.roles(pacer, account.id).await?;
            Ok(PortalAccount { roles, ..account })
        })
        .buffered(IN_FLIGHT)
        .try_collect::<Vec<_>>();
    let ((), accounts) = futures::try_join!(access.accounts(pacer, found), with_roles)?;
    Ok(PortalListing {
        portal: portal.clone(),
        accounts,
    })
}
