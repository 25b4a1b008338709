//! Teams' catalogs: fetched, checked, kept and listed.
//!
//! Invariants: nothing of a file counts before it is trusted and understood; a file that is not the one pinned waits
//! for the person; whatever goes wrong, what was listed stays listed.

mod fetch;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use hatrack_aws::team_file::NotFetched;
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{BadTeamFile, TeamCatalog};
use hatrack_core::expiry::Clock;
use hatrack_core::shared_config::inert;
use hatrack_store::teams::{
    FileHash, KeptTeam, NotATeamLocation, NotTrusted, TeamFiles, TeamLocation, TeamTrust, TeamsFailure,
};
use jiff::{SignedDuration, Timestamp};

use crate::catalogs::Catalogs;
use crate::protocol::{OfferedView, TeamPreview, TeamView, Topic};
use crate::sessions::Mailbox;
use fetch::{Fetched, fetch};

/// A file is looked for again when the last look is older.
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// A team's catalog did not come about.
#[derive(Debug, thiserror::Error)]
pub enum TeamFailure {
    /// No such team.
    #[error("no team is called \"{}\"; `hat team list` lists what there is", inert(.0))]
    Unknown(String),
    /// The place cannot be one.
    #[error(transparent)]
    Location(#[from] NotATeamLocation),
    /// The file cannot be read.
    #[error("{0}")]
    File(String),
    /// The file did not come.
    #[error(transparent)]
    Fetch(#[from] NotFetched),
    /// It is not to be trusted.
    #[error("the team's file is not used: {0}")]
    Untrusted(NotTrusted),
    /// It is another one than was pinned, and waits.
    #[error(
        "the file of team \"{name}\" has changed, so what was listed before stays; look at the difference with \
         `hat team list --json`, then accept it with `hat team refresh \"{name}\" --accept {sha256}`"
    )]
    Changed {
        /// Whose.
        name: String,
        /// Of the file that waits.
        sha256: FileHash,
    },
    /// The file that the person accepts is not the one that is there now.
    #[error("the file has changed again since: its SHA-256 is {0} now; look at it before you accept it")]
    ChangedAgain(FileHash),
    /// It cannot be understood.
    #[error(transparent)]
    Bad(#[from] BadTeamFile),
    /// The name is another team's, or has changed.
    #[error("{0}")]
    Name(String),
    /// What the person decided while its file was read counts more than that file.
    #[error("team \"{}\" was changed while its file was read; read it again", inert(.0))]
    Decided(String),
    /// It could not be kept.
    #[error(transparent)]
    Kept(#[from] TeamsFailure),
}

/// A team, and how its file stands.
#[derive(Debug, Clone)]
struct Team {
    kept: KeptTeam,
    catalog: TeamCatalog,
    checked_at: Option<Timestamp>,
    looking: bool,
    error: Option<String>,
    offered: Option<OfferedView>,
}

/// Every team of this home. Clones share it.
#[derive(Clone)]
pub struct Teams(Arc<Shared>);

struct Shared {
    files: TeamFiles,
    clock: Arc<dyn Clock>,
    catalogs: Arc<Catalogs>,
    known: Mutex<BTreeMap<String, Team>>,
    mailbox: OnceLock<Mailbox>,
}

impl Teams {
    /// Reads what was kept, and lists it. Blocks shortly.
    pub fn start(files: TeamFiles, clock: Arc<dyn Clock>, catalogs: Arc<Catalogs>) -> Self {
        let mut known = BTreeMap::new();
        for kept in files.all(clock.now().wall) {
            match kept.text.parse::<TeamCatalog>() {
                Ok(catalog) => drop(known.insert(kept.name.clone(), Team::of(kept, catalog))),
                Err(why) => {
                    tracing::warn!(%why, "the copy of a team's file is of no use; add the team again")
                }
            }
        }
        let teams = Self(Arc::new(Shared {
            files,
            clock,
            catalogs,
            known: Mutex::new(known),
            mailbox: OnceLock::new(),
        }));
        teams.list();
        teams
    }

    /// Whom to tell of changes.
    pub fn tell(&self, mailbox: Mailbox) {
        // There is one mailbox in an agent's life.
        let _ = self.0.mailbox.set(mailbox);
    }

    /// The teams, by name.
    pub fn views(&self) -> Vec<TeamView> {
        self.known().values().map(Team::view).collect()
    }

    /// What the file at `location` would list. Nothing of it is trusted or kept.
    pub async fn look(&self, location: &str, caller: &CallerContext) -> Result<TeamPreview, TeamFailure> {
        let location = TeamLocation::parse(location, &caller.working_folder)?;
        let text = fetch::file_at(&location, caller).await?;
        let catalog: TeamCatalog = text.parse()?;
        let nothing = TeamCatalog {
            name: catalog.name.clone(),
            accounts: Vec::new(),
            roles: Vec::new(),
        };
        Ok(TeamPreview {
            sha256: FileHash::of(text.as_bytes()),
            accounts: catalog.accounts.len(),
            roles: catalog.roles.len(),
            lines: nothing.differences(&catalog),
            name: catalog.name,
        })
    }

    /// Lists the catalog at `location` from now on, if `trust` holds for it.
    pub async fn add(
        &self,
        location: &str,
        trust: TeamTrust,
        caller: &CallerContext,
    ) -> Result<TeamView, TeamFailure> {
        let location = TeamLocation::parse(location, &caller.working_folder)?;
        let Fetched { text, signature } = fetch(&location, &trust, caller).await?;
        trust.check(&text, &signature).map_err(TeamFailure::Untrusted)?;
        let catalog: TeamCatalog = text.parse()?;
        let name = catalog.name.clone();
        if self
            .known()
            .get(&name)
            .is_some_and(|team| team.kept.location != location)
        {
            return Err(TeamFailure::Name(format!(
                "a team called \"{name}\" is listed from elsewhere; remove that one first"
            )));
        }
        let now = self.0.clock.now().wall;
        let mut team = Team::of(
            KeptTeam {
                name,
                location,
                trust,
                text,
                fetched_at: now,
            },
            catalog,
        );
        team.checked_at = Some(now);
        self.keep(team)
    }

    /// Gets the file of a team anew; `accept` names the changed one that the person has seen.
    pub async fn refresh(
        &self,
        name: &str,
        accept: Option<FileHash>,
        caller: &CallerContext,
    ) -> Result<TeamView, TeamFailure> {
        let unknown = || TeamFailure::Unknown(name.to_owned());
        let team = self.known().get(name).cloned().ok_or_else(unknown)?;
        let before = team.kept.clone();
        let looked = look(team, accept, caller).await;
        let now = self.0.clock.now().wall;
        let (failure, offered) = match looked {
            Ok(Looked::Good { mut team, is_new }) => {
                team.checked_at = Some(now);
                if is_new {
                    team.kept.fetched_at = now;
                }
                return self.keep_over(&before, *team);
            }
            Ok(Looked::Offered(offered)) => (changed(name, accept, offered.sha256), Some(offered)),
            Err(failure) => (failure, None),
        };
        if let Some(team) = self.known().get_mut(name).filter(|team| team.stands_as(&before)) {
            team.checked_at = Some(now);
            team.looking = false;
            team.error = Some(failure.to_string());
            team.offered = offered.or(team.offered.take());
        }
        Err(failure)
    }

    /// Lists a team's catalog no more.
    pub fn remove(&self, name: &str) -> Result<(), TeamFailure> {
        {
            let mut known = self.known();
            if !known.contains_key(name) {
                return Err(TeamFailure::Unknown(name.to_owned()));
            }
            self.0.files.forget(name)?;
            known.remove(name);
        }
        self.list();
        Ok(())
    }

    /// Looks, behind what is shown, for the files that were not looked for in the last hour; those not looked for since
    /// the agent started are among them. Through what the caller's variables say, since the agent's own do not count.
    pub fn refresh_stale(&self, caller: &CallerContext) {
        let now = self.0.clock.now().wall;
        let mut due = Vec::new();
        for (name, team) in self.known().iter_mut() {
            let old = |at: Timestamp| now.duration_since(at).abs() > STALE_AFTER;
            if !team.looking && team.checked_at.is_none_or(old) {
                team.looking = true;
                due.push(name.clone());
            }
        }
        for name in due {
            let (teams, caller) = (self.clone(), caller.clone());
            tokio::spawn(async move {
                if let Err(why) = teams.refresh(&name, None, &caller).await {
                    tracing::warn!(%why, "a team's file did not come anew");
                }
                if let Some(mailbox) = teams.0.mailbox.get() {
                    mailbox.changed(&[Topic::Catalog]);
                }
            });
        }
    }

    fn keep(&self, team: Team) -> Result<TeamView, TeamFailure> {
        let view = self.put(&mut self.known(), team)?;
        self.list();
        Ok(view)
    }

    /// Keeps what came of a look at `before`. It may have been removed, added anew or pinned to another file
    /// meanwhile; that was the person's word and stands.
    fn keep_over(&self, before: &KeptTeam, team: Team) -> Result<TeamView, TeamFailure> {
        let view = {
            let mut known = self.known();
            match known.get(&before.name) {
                None => return Err(TeamFailure::Unknown(before.name.clone())),
                Some(now) if !now.stands_as(before) => return Err(TeamFailure::Decided(before.name.clone())),
                // Another look has brought its file first.
                Some(now) if now.kept != *before => return Ok(now.view()),
                Some(_) => self.put(&mut known, team)?,
            }
        };
        self.list();
        Ok(view)
    }

    fn put(&self, known: &mut BTreeMap<String, Team>, team: Team) -> Result<TeamView, TeamFailure> {
        self.0.files.put(&team.kept)?;
        let view = team.view();
        known.insert(team.kept.name.clone(), team);
        Ok(view)
    }

    fn list(&self) {
        let teams = self.known().values().map(|team| team.catalog.clone()).collect();
        self.0.catalogs.set_teams(teams);
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Team>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a look at a team's file found.
enum Looked {
    /// A file that counts.
    Good {
        /// The team with it.
        team: Box<Team>,
        /// Whether it is another one than before.
        is_new: bool,
    },
    /// A file that waits for the person.
    Offered(OfferedView),
}

/// Looks at the file of `team`; `accept` names the changed one that the person has seen.
async fn look(team: Team, accept: Option<FileHash>, caller: &CallerContext) -> Result<Looked, TeamFailure> {
    let mut kept = team.kept;
    let Fetched { text, signature } = fetch(&kept.location, &kept.trust, caller).await?;
    match kept.trust.check(&text, &signature) {
        Ok(()) => {}
        Err(NotTrusted::Other { found, .. }) if accept == Some(found) => {
            kept.trust = TeamTrust::Sha256(found);
        }
        Err(NotTrusted::Other { found, .. }) => {
            let newer = understood(&text, &kept.name)?;
            return Ok(Looked::Offered(OfferedView {
                sha256: found,
                differences: team.catalog.differences(&newer),
            }));
        }
        Err(untrusted) => return Err(TeamFailure::Untrusted(untrusted)),
    }
    let catalog = understood(&text, &kept.name)?;
    let is_new = kept.text != text;
    kept.text = text;
    let team = Box::new(Team::of(kept, catalog));
    Ok(Looked::Good { team, is_new })
}

/// The catalog in `text`, which has to be that of the team called `name`.
fn understood(text: &str, name: &str) -> Result<TeamCatalog, TeamFailure> {
    let catalog: TeamCatalog = text.parse()?;
    if catalog.name == name {
        return Ok(catalog);
    }
    Err(TeamFailure::Name(format!(
        "the file of team \"{name}\" calls itself \"{}\" now; remove the team and add it again",
        catalog.name
    )))
}

fn changed(name: &str, accepted: Option<FileHash>, sha256: FileHash) -> TeamFailure {
    match accepted {
        Some(_) => TeamFailure::ChangedAgain(sha256),
        None => TeamFailure::Changed {
            name: name.to_owned(),
            sha256,
        },
    }
}

impl Team {
    fn of(kept: KeptTeam, catalog: TeamCatalog) -> Self {
        Self {
            kept,
            catalog,
            checked_at: None,
            looking: false,
            error: None,
            offered: None,
        }
    }

    /// Whether it is read from the same place by the same trust as `before`.
    fn stands_as(&self, before: &KeptTeam) -> bool {
        self.kept.location == before.location && self.kept.trust == before.trust
    }

    fn view(&self) -> TeamView {
        TeamView {
            name: self.kept.name.clone(),
            location: self.kept.location.to_string(),
            trust: self.kept.trust.to_string(),
            accounts: self.catalog.accounts.len(),
            roles: self.catalog.roles.len(),
            fetched_at: self.kept.fetched_at,
            checked_at: self.checked_at,
            error: self.error.clone(),
            offered: self.offered.clone(),
        }
    }
}
