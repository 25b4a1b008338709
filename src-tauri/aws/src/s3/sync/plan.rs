//! Comparing two places.

use std::collections::BTreeMap;
use std::fs::File;

use futures::stream::{FuturesUnordered, StreamExt};
use hatrack_core::bucket::batch;
use hatrack_core::bucket::sync::{
    By, Decision, Filter, Item, Kind, Merge, Pair, Step, Tally, Turn, Unordered, settled, turn,
};
use tokio::sync::mpsc::Receiver;

use super::super::S3Failure;
use super::super::download::is_own_name;
use super::listing::Listed;
use super::spool::{Spool, Steps, Written};
use super::{Route, SyncFailure, listing, local};

/// So many steps of each kind are held to be shown.
const SHOWN: usize = 1000;
/// Checksums got at once.
const ASKED: usize = 16;
/// After so many names it is told how far the comparison is.
const TOLD_EVERY: u64 = 500;

/// How to compare.
#[derive(Debug, Clone, Default)]
pub struct How {
    /// What two of the same size are told apart by.
    pub by: By,
    /// Which names are looked at.
    pub filter: Filter,
}

/// What a sync will do.
#[derive(Debug)]
pub struct Plan {
    route: Route,
    tally: Tally,
    first: BTreeMap<Kind, Vec<Step>>,
    written: Written,
}

impl Plan {
    /// Compares the two sides of `route`, and changes nothing. The steps go to `spool`, an empty file; `told` hears how
    /// many there are so far.
    ///
    /// # Errors
    /// A side cannot be listed, or not in order; the sides overlap; the file cannot be written.
    pub async fn make(
        route: Route,
        how: &How,
        spool: File,
        told: &(dyn Fn(&Tally) + Send + Sync),
    ) -> Result<Self, SyncFailure> {
        if route.overlaps() {
            return Err(SyncFailure::Overlap {
                source_is: route.source(),
                target_is: route.target(),
            });
        }
        let mut making = Making {
            tally: Tally::default(),
            first: BTreeMap::new(),
            spool: Spool::new(spool),
        };
        making.compare(&route, how, told).await?;
        told(&making.tally);
        Ok(Self {
            route,
            tally: making.tally,
            first: making.first,
            written: making.spool.done()?,
        })
    }

    /// From where to where.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// How many of each kind.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The first thousand of a kind; of what is the same, none.
    pub fn first(&self, kind: Kind) -> &[Step] {
        self.first.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// All steps but those of what is the same.
    pub fn steps(&self) -> Steps {
        self.written.read()
    }

    pub(super) fn length(&self) -> u64 {
        self.written.steps
    }
}

struct Making {
    tally: Tally,
    first: BTreeMap<Kind, Vec<Step>>,
    spool: Spool,
}

impl Making {
    async fn compare(
        &mut self,
        route: &Route,
        how: &How,
        told: &(dyn Fn(&Tally) + Send + Sync),
    ) -> Result<(), SyncFailure> {
        let (mut source, mut target) = Side::both(route, &how.filter);
        let mut merge = Merge::new(route.ends(), how.by);
        let mut asked = FuturesUnordered::new();
        let mut names = 0u64;
        loop {
            tokio::try_join!(source.look(), target.look())?;
            for (shown, why) in source.left.drain(..).chain(target.left.drain(..)) {
                self.put(Step::left(shown, Kind::Skipped, why.to_owned()))?;
            }
            let (one, other) = match turn(source.next.as_ref(), target.next.as_ref()) {
                None => break,
                Some(Turn::Source) => (source.next.take(), None),
                Some(Turn::Target) => (None, target.next.take()),
                Some(Turn::Both) => (source.next.take(), target.next.take()),
            };
            let decided = merge.take(one, other).map_err(|why| unordered(route, why))?;
            match decided {
                None => {}
                // One that is no file is looked at whatever its name, for what may be below it.
                Some(Decision::Step(step)) if step.kind == Kind::Skipped && !how.filter.takes(&step.name) => {
                }
                Some(Decision::Step(step)) => self.put(step)?,
                Some(Decision::Compare(pair)) => {
                    asked.push(ask(route, pair));
                    while asked.len() >= ASKED {
                        self.answered(asked.next().await)?;
                    }
                }
            }
            names += 1;
            if names.is_multiple_of(TOLD_EVERY) {
                told(&self.tally);
            }
        }
        while !asked.is_empty() {
            self.answered(asked.next().await)?;
        }
        Ok(())
    }

    fn answered(&mut self, answer: Option<Answered>) -> Result<(), SyncFailure> {
        let Some((pair, same)) = answer else {
            return Ok(());
        };
        let same = match same {
            Ok(same) => same,
            // It would stop the copy too.
            Err(failure) if failure.passes() => return Err(failure.into()),
            Err(_) => None,
        };
        self.put(pair.step(settled(same)))
    }

    fn put(&mut self, step: Step) -> Result<(), SyncFailure> {
        self.tally.add(&step);
        if step.kind == Kind::Same {
            return Ok(());
        }
        self.spool.push(&step)?;
        let first = self.first.entry(step.kind).or_default();
        if first.len() < SHOWN {
            first.push(step);
        }
        Ok(())
    }
}

type Answered = (Box<Pair>, Result<Option<bool>, S3Failure>);

async fn ask(route: &Route, pair: Box<Pair>) -> Answered {
    let same = route.same(&pair.source, &pair.target).await;
    (pair, same)
}

fn unordered(route: &Route, why: Unordered) -> SyncFailure {
    SyncFailure::Unordered {
        what: format!("{} or {}", route.source(), route.target()),
        why,
    }
}

/// One side, an item at a time.
struct Side<'a> {
    lots: Receiver<Result<Vec<Listed>, S3Failure>>,
    lot: std::vec::IntoIter<Listed>,
    next: Option<Item>,
    /// What is left alone, and why.
    left: Vec<(String, &'static str)>,
    filter: &'a Filter,
    hidden: Hidden,
    /// Whether what is hidden would have been copied, so that it is told.
    is_source: bool,
}

impl<'a> Side<'a> {
    fn both(route: &Route, filter: &'a Filter) -> (Self, Self) {
        let (source, target) = match route {
            Route::Down { s3, from, to } => (
                listing::list(s3.clone(), from.clone()),
                local::list(to.clone(), true),
            ),
            Route::Up { from, s3, to, .. } => (
                local::list(from.clone(), false),
                listing::list(s3.clone(), to.clone()),
            ),
            Route::Across {
                source,
                from,
                target,
                to,
                ..
            } => (
                listing::list(source.clone(), from.clone()),
                listing::list(target.clone(), to.clone()),
            ),
        };
        let side = |lots, is_source| Self {
            lots,
            lot: Vec::new().into_iter(),
            next: None,
            left: Vec::new(),
            filter,
            hidden: Hidden::of(route),
            is_source,
        };
        (side(source, true), side(target, false))
    }

    /// Sees to it that `next` is what comes next, if anything does.
    async fn look(&mut self) -> Result<(), S3Failure> {
        while self.next.is_none() {
            match self.lot.next() {
                Some(Listed::Item(Item::File(entry))) if !self.filter.takes(&entry.name) => {}
                Some(Listed::Item(Item::File(entry))) if self.hidden.hides(&entry.name) => {
                    if self.is_source {
                        self.left
                            .push((entry.name, "a name that Hatrack keeps for itself"));
                    }
                }
                Some(Listed::Item(item)) => self.next = Some(item),
                Some(Listed::Unnamed(shown)) => {
                    let why = "its name is not valid UTF-8, which a key has to be";
                    self.left.push((shown, why));
                }
                None => match self.lots.recv().await {
                    Some(lot) => self.lot = lot?.into_iter(),
                    None => return Ok(()),
                },
            }
        }
        Ok(())
    }
}

/// What Hatrack keeps beside the person's own: left out of the source it is left out of the target too, or it would
/// count as missing there.
struct Hidden {
    /// The prefixes of what is in a bucket.
    prefixes: Vec<String>,
    /// Whether one side is on this computer, where unfinished downloads lie.
    here: bool,
}

impl Hidden {
    fn of(route: &Route) -> Self {
        let (prefixes, here) = match route {
            Route::Down { from: place, .. } | Route::Up { to: place, .. } => (vec![place.key.clone()], true),
            Route::Across { from, to, .. } => (vec![from.key.clone(), to.key.clone()], false),
        };
        Self { prefixes, here }
    }

    fn hides(&self, name: &str) -> bool {
        let unfinished = self.here && is_own_name(name.rsplit('/').next().unwrap_or(name));
        // Who names the folder of the jobs itself means what is in it.
        let of_a_job = |prefix: &String| {
            let rest = batch::FOLDER.strip_prefix(prefix.as_str());
            rest.is_some_and(|rest| !rest.is_empty() && name.starts_with(rest))
        };
        unfinished || self.prefixes.iter().any(of_a_job)
    }
}
