//! Looking for roles: by reading one's own policies, and by the accounts of one's organization.
//!
//! Invariants: nothing is read before the person has asked for it; what cannot be read is told and takes nothing away of
//! what can be; what was found stays listed until the next reading of the same kind or until it is forgotten.

mod found;
mod own;
mod rows;
mod search;
mod standing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use hatrack_core::arn::RoleArn;
use hatrack_core::caller::Client;
use hatrack_core::discover::Searched;
use hatrack_core::discovery_view::DiscoveryView;
use hatrack_core::expiry::Clock;
use hatrack_core::history_view::HistoryRow;
use hatrack_core::iam::Iam;
use hatrack_core::organization::Organizations;
use hatrack_core::sts::{AwsFailure, Sts};
use hatrack_store::kept::{Kept, KeptDiscovery, KeptFailure};
use jiff::SignedDuration;
use tokio::sync::watch;

use crate::catalogs::Catalogs;
use crate::protocol::Topic;
use crate::role_facts::RoleBook;
use crate::sessions::Mailbox;
use rows::Searcher;
use search::Read;
pub use search::{KnownAccount, Reaches, Search};
use standing::Standing;

/// What is read once a day is due after this.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// After a try, the next one by itself waits this long.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// A search did not come about.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryFailure {
    /// Nothing was looked for.
    #[error("no roles were looked for from \"{}\"; `hat discover` lists what was searched", hatrack_core::shared_config::inert(.0))]
    Unknown(String),
    /// It could not be kept.
    #[error(transparent)]
    Kept(#[from] KeptFailure),
}

/// Every search of this home. Clones share it.
#[derive(Clone)]
pub struct Discoveries(Arc<Inner>);

struct Inner {
    ports: Ports,
    files: Kept<KeptDiscovery>,
    clock: Arc<dyn Clock>,
    catalogs: Arc<Catalogs>,
    mailbox: OnceLock<Mailbox>,
    known: Mutex<BTreeMap<String, Standing>>,
    /// Counts changes, for who waits for one.
    steps: watch::Sender<u32>,
}

/// Whom a search asks.
#[derive(Clone)]
pub struct Ports {
    /// Who signs.
    pub sts: Arc<dyn Sts>,
    /// Policies.
    pub iam: Arc<dyn Iam>,
    /// Accounts.
    pub organizations: Arc<dyn Organizations>,
    /// Reads about the roles of the reader's own account.
    pub role_book: RoleBook,
}

impl Discoveries {
    /// Lists what was found the last time at once. Blocks shortly.
    pub fn new(
        ports: Ports,
        files: Kept<KeptDiscovery>,
        clock: Arc<dyn Clock>,
        catalogs: Arc<Catalogs>,
    ) -> Self {
        let kept = files.all(clock.now().wall);
        let known = kept
            .into_iter()
            .map(|kept| (kept.found.start.clone(), Standing::of(kept)))
            .collect();
        let discoveries = Self(Arc::new(Inner {
            ports,
            files,
            clock,
            catalogs,
            mailbox: OnceLock::new(),
            known: Mutex::new(known),
            steps: watch::channel(0).0,
        }));
        discoveries.list();
        discoveries
    }

    /// Whom to tell of changes.
    pub fn tell(&self, mailbox: Mailbox) {
        // There is one mailbox in an agent's life.
        let _ = self.0.mailbox.set(mailbox);
    }

    /// Every search, by its start.
    pub fn views(&self) -> Vec<DiscoveryView> {
        let known = self.known();
        known
            .iter()
            .map(|(start, standing)| standing.view(start))
            .collect()
    }

    /// Begins `search`, unless one of the same start is under way: then that one is told of.
    pub fn begin(&self, start: &str, search: Search) -> DiscoveryView {
        let mut known = self.known();
        let standing = known.entry(start.to_owned()).or_default();
        if !standing.is_running() {
            let (discoveries, of) = (self.clone(), start.to_owned());
            standing.tried_at = Some(self.0.clock.now().wall);
            standing.doing = Some("Asking AWS who reads");
            standing.error = None;
            standing.step += 1;
            let task = tokio::spawn(async move { discoveries.run(&of, search).await });
            standing.task = Some(task.abort_handle());
        }
        let view = standing.view(start);
        drop(known);
        self.moved(&[Topic::Discoveries]);
        view
    }

    /// How the search of `start` stands, once that differs from the step `seen`, or at once where it has ended.
    ///
    /// # Errors
    /// Nothing was looked for from there.
    pub async fn next(&self, start: &str, seen: u32) -> Result<DiscoveryView, DiscoveryFailure> {
        let mut steps = self.0.steps.subscribe();
        loop {
            steps.borrow_and_update();
            let view = self.view(start)?;
            // The sender is as long-lived as this.
            if view.step != seen || view.doing.is_none() || steps.changed().await.is_err() {
                return Ok(view);
            }
        }
    }

    /// Ends the search of `start`; what was found before stays.
    pub fn cancel(&self, start: &str) {
        let mut known = self.known();
        let Some(standing) = known.get_mut(start) else {
            return;
        };
        if let Some(task) = standing.task.take() {
            task.abort();
        }
        standing.ended(None);
        if standing.kept.is_none() {
            known.remove(start);
        }
        drop(known);
        self.moved(&[Topic::Discoveries]);
    }

    /// Lists no more what was found for `start`. Blocks shortly.
    ///
    /// # Errors
    /// Nothing was, or its file cannot be removed.
    pub fn forget(&self, start: &str) -> Result<(), DiscoveryFailure> {
        self.view(start)?;
        self.cancel(start);
        self.0.files.forget(start)?;
        self.known().remove(start);
        self.list();
        self.moved(&[Topic::Discoveries, Topic::Catalog]);
        Ok(())
    }

    /// Has what was found for `start` read anew once a day, or no more. Blocks shortly.
    ///
    /// # Errors
    /// Nothing was found there, or it cannot be written.
    pub fn set_daily(&self, start: &str, on: bool) -> Result<(), DiscoveryFailure> {
        let unknown = || DiscoveryFailure::Unknown(start.to_owned());
        let kept = self.known().get(start).and_then(|standing| standing.kept.clone());
        let mut kept = kept.ok_or_else(unknown)?;
        kept.daily = on;
        self.0.files.put(&kept)?;
        if let Some(standing) = self.known().get_mut(start) {
            standing.kept = Some(kept);
            standing.step += 1;
        }
        self.moved(&[Topic::Discoveries]);
        Ok(())
    }

    /// What is to be read anew by now, because the person wants it daily: each start, and what was looked for there.
    /// They count as tried. Only what was found with these shared `files` and is there: under the same name another's
    /// files may have something else.
    pub fn due(&self, files: &[String; 2], is_there: impl Fn(&str) -> bool) -> Vec<(String, Searched)> {
        let now = self.0.clock.now().wall;
        let mut due = Vec::new();
        for (start, standing) in self.known().iter_mut() {
            let kept = standing.kept.as_ref().filter(|_| standing.is_due(now));
            let ours = |kept: &&KeptDiscovery| kept.files.as_ref() == Some(files) && is_there(start);
            if let Some(kept) = kept.filter(ours) {
                due.push((start.clone(), kept.searched.clone()));
                standing.tried_at = Some(now);
            }
        }
        due
    }

    /// A search that was to be made by itself could not begin. One that the person has begun meanwhile goes on.
    pub fn not_begun(&self, start: &str, why: String) {
        match self.known().get_mut(start) {
            Some(standing) if !standing.is_running() => standing.ended(Some(why)),
            _ => return,
        }
        self.moved(&[Topic::Discoveries]);
    }

    fn view(&self, start: &str) -> Result<DiscoveryView, DiscoveryFailure> {
        let known = self.known();
        let standing = known.get(start);
        standing
            .map(|standing| standing.view(start))
            .ok_or_else(|| DiscoveryFailure::Unknown(start.to_owned()))
    }

    async fn run(&self, start: &str, search: Search) {
        let doing = |what| {
            if let Some(standing) = self.known().get_mut(start) {
                standing.doing = Some(what);
                standing.step += 1;
            }
            self.moved(&[Topic::Discoveries]);
        };
        let ended = match search.run(&self.0.ports, doing).await {
            Ok(read) => self.take(start, &search, &read).await,
            Err(why) => {
                self.write(self.searcher(start, &search).failed(&why));
                Err(why.to_string())
            }
        };
        if let Err(why) = &ended {
            tracing::warn!(%why, "roles were not looked for");
        }
        if let Some(standing) = self.known().get_mut(start) {
            standing.ended(ended.err());
        }
        self.list();
        self.moved(&[Topic::Discoveries, Topic::Catalog]);
    }

    /// Keeps what AWS answered, and has the roles of the reader's own account read about.
    async fn take(&self, start: &str, search: &Search, read: &Read) -> Result<(), String> {
        let before = self.known().get(start).and_then(|standing| standing.kept.clone());
        let was = before.as_ref().map(|kept| kept.found.account);
        if let Some(was) = was.filter(|was| search.client == Client::Agent && *was != read.who.account) {
            return Err(format!(
                "It was not read today: it belonged to account {was} and belongs to {} now. Look again by hand to list \
                 that one's roles.",
                read.who.account
            ));
        }
        let searcher = self.searcher(start, search);
        let kept = found::merged(start, search, read, before, searcher.at);
        let account_name = self.0.catalogs.account_name(kept.found.account);
        self.write(searcher.found(&kept, account_name));
        let found = kept.found.roles.iter().filter(|role| !role.candidate);
        let all = search.roles.iter().chain(found.map(|role| &role.role));
        let own: BTreeSet<&RoleArn> = all.filter(|role| role.account() == kept.found.account).collect();
        let own = own.into_iter().cloned().collect();
        let (signer, iam) = (search.signer.clone(), search.reaches.iam.clone());
        self.0.ports.role_book.read(own, signer, iam, true);
        self.keep(kept).await
    }

    fn searcher<'a>(&self, start: &'a str, search: &Search) -> Searcher<'a> {
        Searcher {
            start,
            client: search.client,
            at: self.0.clock.now().wall,
        }
    }

    fn write(&self, row: HistoryRow) {
        if let Some(mailbox) = self.0.mailbox.get() {
            mailbox.write(row);
        }
    }

    async fn keep(&self, kept: KeptDiscovery) -> Result<(), String> {
        if let Some(standing) = self.known().get_mut(&kept.found.start) {
            standing.kept = Some(kept.clone());
        }
        let files = self.0.files.clone();
        let written = tokio::task::spawn_blocking(move || files.put(&kept)).await;
        match written {
            Ok(Err(why)) => Err(format!("What was found is listed until the agent ends: {why}.")),
            _ => Ok(()),
        }
    }

    fn list(&self) {
        let found = self.known();
        let found = found.values().filter_map(|standing| standing.kept.as_ref());
        let found = found.map(|kept| kept.found.clone()).collect();
        self.0.catalogs.set_discovered(found);
    }

    fn moved(&self, topics: &[Topic]) {
        self.0.steps.send_modify(|step| *step = step.wrapping_add(1));
        if let Some(mailbox) = self.0.mailbox.get() {
            mailbox.changed(topics);
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Standing>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn request_id(why: &AwsFailure) -> Option<String> {
    match why {
        AwsFailure::Refused(refusal) => refusal.request_id.clone(),
        _ => None,
    }
}
