//! Faults for a share of the requests, the same ones for the same seed.

use std::collections::HashMap;

use s3s::crypto::{Checksum as _, Md5};

use super::{Effect, On, Seen};

/// A fault that a share of requests gets, until it is cleared.
#[derive(Debug, Clone)]
pub struct Share {
    /// Which requests.
    pub on: On,
    /// How many of a thousand of them.
    pub per_mille: u32,
    /// Which ones: whether a request is hit follows from this, from what it asks for, and from how often that was asked
    /// before; not from the order of different requests.
    pub seed: u64,
    /// What happens to those that are hit: one of these.
    pub effects: Vec<Effect>,
}

/// A share with what it has seen.
#[derive(Debug)]
pub struct Running {
    share: Share,
    seen: HashMap<String, u64>,
}

impl Running {
    /// A share that has seen nothing.
    pub fn new(share: Share) -> Self {
        Self {
            share,
            seen: HashMap::new(),
        }
    }

    /// The fault for this request, if it is one of the share.
    pub fn take(&mut self, seen: &Seen<'_>) -> Option<Effect> {
        if !self.share.on.hits(seen) {
            return None;
        }
        let before = self.seen.entry(seen.request.to_owned()).or_default();
        let text = format!("{} {before} {}", self.share.seed, seen.request);
        *before += 1;
        let mixed = Md5::checksum(text.as_bytes());
        let (which, drawn) = mixed.as_ref().split_at(8);
        let number = |bytes: &[u8]| bytes.iter().fold(0u64, |sum, b| (sum << 8) | u64::from(*b));
        if number(drawn) % 1000 >= u64::from(self.share.per_mille) {
            return None;
        }
        let count = u64::try_from(self.share.effects.len())
            .ok()
            .filter(|count| *count > 0)?;
        let index = usize::try_from(number(which) % count).ok()?;
        self.share.effects.get(index).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Service;

    fn hits(seed: u64, per_mille: u32, requests: &[String]) -> Vec<String> {
        let mut share = Running::new(Share {
            on: On::S3,
            per_mille,
            seed,
            effects: vec![Effect::Disconnect, Effect::Silence],
        });
        let mut hit = |request: &String| {
            let seen = Seen {
                service: Service::S3,
                operation: None,
                path: "/b/k",
                request,
            };
            share.take(&seen).map(|effect| format!("{request} {effect:?}"))
        };
        let mut hits: Vec<String> = requests.iter().filter_map(&mut hit).collect();
        hits.sort();
        hits
    }

    #[test]
    fn the_same_seed_hits_the_same_requests_in_any_order() {
        let requests: Vec<String> = (0..2000).map(|n| format!("GET /b/{n}")).collect();
        let turned: Vec<String> = requests.iter().rev().cloned().collect();
        let first = hits(7, 100, &requests);
        assert_eq!(first, hits(7, 100, &turned));
        assert_ne!(first, hits(8, 100, &requests));
        assert!((120..280).contains(&first.len()), "{}", first.len());
        assert!(
            first.iter().any(|hit| hit.ends_with("Silence"))
                && first.iter().any(|hit| hit.ends_with("Disconnect"))
        );
        assert!(hits(7, 0, &requests).is_empty());
        assert_eq!(hits(7, 1000, &requests).len(), 2000);
    }

    #[test]
    fn a_request_that_is_tried_again_is_drawn_again() {
        let again = vec!["GET /b/k".to_owned(); 1000];
        let hit = hits(1, 500, &again).len();
        assert!((400..600).contains(&hit), "{hit}");
    }
}
