//! Getting a team's file, and the signature beside it.

use std::path::Path;

use hatrack_aws::team_file;
use hatrack_core::broker::reach;
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::EntrySettings;
use hatrack_store::teams::{LARGEST_TEAM_FILE, TeamLocation, TeamTrust};

use super::TeamFailure;
use crate::small_file;

/// What came.
pub(super) struct Fetched {
    /// The file.
    pub text: String,
    /// Its signature; empty where none is asked for.
    pub signature: String,
}

/// A signature has four lines.
const LARGEST_SIGNATURE: usize = 8 * 1024;

/// Gets the file at `location`, and its signature where `trust` asks for one. None of it is trusted yet.
pub(super) async fn fetch(
    location: &TeamLocation,
    trust: &TeamTrust,
    caller: &CallerContext,
) -> Result<Fetched, TeamFailure> {
    let text = file_at(location, caller).await?;
    let signature = match trust {
        TeamTrust::Sha256(_) => String::new(),
        TeamTrust::Minisign(_) => text_at(&location.signature(), LARGEST_SIGNATURE, caller).await?,
    };
    Ok(Fetched { text, signature })
}

/// Gets the file at `location` alone.
pub(super) async fn file_at(location: &TeamLocation, caller: &CallerContext) -> Result<String, TeamFailure> {
    text_at(location, LARGEST_TEAM_FILE, caller).await
}

async fn text_at(
    location: &TeamLocation,
    largest: usize,
    caller: &CallerContext,
) -> Result<String, TeamFailure> {
    match location {
        TeamLocation::Path(path) => {
            let path = path.clone();
            let read = tokio::task::spawn_blocking(move || file(&path, largest)).await;
            read.unwrap_or_else(|why| Err(TeamFailure::File(format!("the file was not read: {why}"))))
        }
        TeamLocation::Https(url) => {
            // Certificates and proxy as the caller has them; no service's endpoint has a part in it.
            let reach = reach(&EntrySettings::default(), caller, "", "");
            Ok(team_file::fetch(url, &reach, largest).await?)
        }
    }
}

fn file(path: &Path, largest: usize) -> Result<String, TeamFailure> {
    let read = small_file::read(path, largest);
    read.map_err(|why| TeamFailure::File(why.message))
}
