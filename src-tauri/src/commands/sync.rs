//! Comparing two places, and making the one hold what the other does.

use std::path::PathBuf;
use std::sync::Arc;

use hatrack_aws::s3::sync::{HandOver, How, Route, Sync, folder};
use hatrack_core::arn::RoleArn;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::sync::{By, Filter, Kind};
use hatrack_core::bucket::transfer::Journals;
use hatrack_core::sync_view::{SyncGroup, SyncPlanView, SyncProgress};
use hatrack_core::transfer_view::{PickedView, TransferParty, TransferView};
use hatrack_store::transfers::TransferJournals;

use super::transfers::party;
use crate::desk::Desk;
use crate::syncs::{Planned, SyncErrand, view};
use crate::wire::{CommandError, CompareRequest, ComparisonRequest, SyncPlace, SyncRequest};

type Answer<T> = Result<T, CommandError>;

/// So many names of each kind are sent to the page.
const SHOWN: usize = 200;

/// Asks for a folder; `None` where the person cancelled the dialog.
pub async fn pick_sync_folder(desk: &Desk) -> Answer<Option<PickedView>> {
    let picked = desk.front().ask_folder("Compare with a folder").await;
    Ok(picked.map(|folder| desk.picked().keep(vec![folder])))
}

/// Compares, and changes nothing.
pub async fn compare_places(desk: &Desk, request: CompareRequest) -> Answer<SyncPlanView> {
    let how = How {
        by: if request.checksum { By::Checksum } else { By::Time },
        filter: Filter::new(&request.include, &request.exclude).map_err(CommandError::new)?,
    };
    let (route, party, writer) = route(desk, request.from, request.to).await?;
    let compared = desk.syncs().compare(&request.name, route, &how).await;
    let plan = Arc::new(compared.map_err(CommandError::new)?);
    let planned = Planned { plan, party, writer };
    let id = desk.syncs().keep(planned.clone());
    Ok(shown(&planned, id))
}

/// How far a comparison is; `None` once it has ended.
pub async fn compare_progress(desk: &Desk, request: ComparisonRequest) -> Answer<Option<SyncProgress>> {
    Ok(desk.syncs().progress(&request.name))
}

/// Stops a comparison.
pub async fn stop_compare(desk: &Desk, request: ComparisonRequest) -> Answer<()> {
    desk.syncs().stop(&request.name);
    Ok(())
}

/// Carries out a plan, in the list of transfers.
pub async fn sync_places(desk: &Desk, request: SyncRequest) -> Answer<TransferView> {
    let gone = || CommandError::new("This plan is not known any more. Compare again.");
    let role = request.batch_role.map(|role| role.parse::<RoleArn>());
    let role = role.transpose().map_err(CommandError::new)?;
    // It waits still where it cannot be handed over.
    let waiting = desk.syncs().waiting(&request.id).ok_or_else(gone)?;
    let hand_over = match role {
        Some(role) => Some(HandOver::new(waiting.plan.route(), role, None).map_err(CommandError::new)?),
        None => None,
    };
    let planned = desk.syncs().take(&request.id).ok_or_else(gone)?;
    let mut sync = Sync::new(Arc::clone(&planned.plan), request.delete);
    if let Some(hand_over) = hand_over {
        sync = sync.handing_over(hand_over);
    }
    let shown = planned.clone();
    let errand = SyncErrand::new(desk.clone(), planned, sync);
    Ok(desk.transfers().add(Arc::new(errand), |id| view(&shown, id)))
}

type Sides = (Route, TransferParty, Option<TransferParty>);

async fn route(desk: &Desk, from: SyncPlace, to: SyncPlace) -> Answer<Sides> {
    let journals: Arc<dyn Journals> = Arc::new(TransferJournals::in_folder(desk.home().transfers()));
    match (place(desk, from).await?, place(desk, to).await?) {
        (Place::Bucket(from, party), Place::Folder(to)) => {
            let s3 = desk.s3().of_party(desk, &party).await?;
            Ok((Route::Down { s3, from, to }, party, None))
        }
        (Place::Folder(from), Place::Bucket(to, party)) => {
            let s3 = desk.s3().of_party(desk, &party).await?;
            let journals = Some(journals);
            let route = Route::Up {
                from,
                s3,
                to,
                journals,
            };
            Ok((route, party, None))
        }
        (Place::Bucket(from, party), Place::Bucket(to, writer)) => {
            let route = Route::Across {
                source: desk.s3().of_party(desk, &party).await?,
                from,
                target: desk.s3().of_party(desk, &writer).await?,
                to,
                journals: Some(journals),
            };
            Ok((route, party, Some(writer)))
        }
        (Place::Folder(_), Place::Folder(_)) => Err(CommandError::new("One of the two has to be a bucket.")),
    }
}

enum Place {
    Bucket(S3Location, TransferParty),
    Folder(PathBuf),
}

async fn place(desk: &Desk, place: SyncPlace) -> Answer<Place> {
    match place {
        SyncPlace::Folder { picked } => {
            let gone = || CommandError::new("This folder is not known any more. Choose it again.");
            let paths = desk.picked().of(picked).ok_or_else(gone)?;
            paths.into_iter().next().map(Place::Folder).ok_or_else(gone)
        }
        SyncPlace::Bucket {
            session_id,
            bucket,
            prefix,
        } => {
            let named: S3Location = bucket.parse().map_err(CommandError::new)?;
            // A pasted address may name a prefix.
            let key = if prefix.is_empty() { named.key } else { prefix };
            let bucket = named.bucket;
            Ok(Place::Bucket(
                folder(S3Location { bucket, key }),
                party(desk, &session_id).await?,
            ))
        }
    }
}

fn shown(planned: &Planned, id: String) -> SyncPlanView {
    let (plan, tally) = (&planned.plan, planned.plan.tally());
    let groups = Kind::ALL.into_iter().filter_map(|kind| {
        let count = tally.of(kind);
        (count.count > 0).then(|| SyncGroup {
            kind: kind.into(),
            count: count.count,
            bytes: count.bytes,
            first: plan.first(kind).iter().take(SHOWN).map(Into::into).collect(),
        })
    });
    SyncPlanView {
        id,
        from: plan.route().source(),
        to: plan.route().target(),
        groups: groups.collect(),
        over_newer: tally.over_newer(),
        no_job: HandOver::possible(plan.route()).err().map(|why| why.to_string()),
    }
}
