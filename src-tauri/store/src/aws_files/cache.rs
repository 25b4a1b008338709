//! Catalogs by the files that they come from, read again only when a file has changed.

use std::sync::Arc;

use hatrack_core::catalog::Besides;
use jiff::Timestamp;

use super::location::Locations;
use super::read::{Loaded, load, problem_of};
use super::stamp::Stamp;

/// Callers with different files that are remembered at once.
const MOST_KEPT: usize = 16;

/// The shared files of every caller, and the last good catalog of each.
#[derive(Debug, Default)]
pub struct AwsFiles {
    besides: Besides,
    /// The most recently asked for last.
    kept: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    locations: Locations,
    stamp: Stamp,
    /// Whether a change after the stamp was taken would show in it.
    settled: bool,
    /// What is shown: with a broken file, the last good catalog and the problem.
    shown: Arc<Loaded>,
    /// What was read when no file was broken.
    good: Option<Arc<Loaded>>,
}

impl AwsFiles {
    /// With what is known beside the files.
    pub fn new(besides: Besides) -> Self {
        Self {
            besides,
            kept: Vec::new(),
        }
    }

    /// Takes what else is known now: every catalog is built anew when it is asked for.
    pub fn set_besides(&mut self, besides: Besides) {
        self.besides = besides;
        for kept in &mut self.kept {
            kept.settled = false;
        }
    }

    /// What the files say now. Two looks at the disk when nothing has changed; else it reads and blocks shortly.
    pub fn current(&mut self, locations: &Locations, now: Timestamp) -> Arc<Loaded> {
        let stamp = Stamp::of(locations);
        // The profile that a caller selects changes nothing of what the files say.
        let known = self
            .kept
            .iter()
            .position(|kept| kept.locations.both() == locations.both());
        let before = known.map(|at| self.kept.remove(at));
        let kept = match before {
            Some(kept) if kept.settled && kept.stamp == stamp => kept,
            before => self.reload(locations, stamp, now, before.and_then(|kept| kept.good)),
        };
        let shown = kept.shown.clone();
        self.kept.push(kept);
        if self.kept.len() > MOST_KEPT {
            self.kept.remove(0);
        }
        shown
    }

    fn reload(&self, locations: &Locations, stamp: Stamp, now: Timestamp, good: Option<Arc<Loaded>>) -> Kept {
        let loaded = Arc::new(load(locations, &self.besides));
        let (shown, good) = match (&loaded.broken, good) {
            (None, _) => (loaded.clone(), Some(loaded)),
            (Some(_), Some(good)) => (Arc::new(over(&good, &loaded)), Some(good)),
            (Some(_), None) => (loaded, None),
        };
        Kept {
            locations: locations.clone(),
            settled: stamp.is_settled(now),
            stamp,
            shown,
            good,
        }
    }
}

/// The last good catalog, with what is broken now.
fn over(good: &Loaded, now: &Loaded) -> Loaded {
    let mut shown = good.clone();
    shown.files.clone_from(&now.files);
    shown.broken.clone_from(&now.broken);
    shown
        .catalog
        .problems
        .splice(0..0, now.broken.as_ref().map(problem_of));
    shown
}
