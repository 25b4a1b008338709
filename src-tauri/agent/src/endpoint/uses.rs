//! Who has asked at an endpoint: counts of all, and the last of them.

use std::collections::VecDeque;

use hatrack_core::endpoint_view::{EndpointUse, UseOutcome};

/// How many are remembered of those that got credentials, and of those that did not: a flood of the one kind does not
/// push out the other.
const REMEMBERED: usize = 100;

/// The access log of one endpoint.
#[derive(Default)]
pub(super) struct Uses {
    served: VecDeque<EndpointUse>,
    others: VecDeque<EndpointUse>,
    pub(super) served_count: u32,
    pub(super) other_count: u32,
}

impl Uses {
    pub(super) fn add(&mut self, used: EndpointUse) {
        let (line, count) = match used.outcome {
            UseOutcome::Served => (&mut self.served, &mut self.served_count),
            UseOutcome::Refused | UseOutcome::Failed => (&mut self.others, &mut self.other_count),
        };
        *count = count.saturating_add(1);
        if line.len() == REMEMBERED {
            line.pop_front();
        }
        line.push_back(used);
    }

    /// The newest first.
    pub(super) fn newest(&self) -> Vec<EndpointUse> {
        let mut all: Vec<_> = self.served.iter().chain(&self.others).cloned().collect();
        all.sort_by_key(|used| std::cmp::Reverse(used.at));
        all
    }
}

#[cfg(test)]
mod tests {
    use hatrack_core::endpoint_view::UseProcess;
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    #[test]
    fn a_flood_of_refusals_is_counted_and_pushes_out_no_use() {
        let mut uses = Uses::default();
        let mut add = |second: i64, outcome| {
            uses.add(EndpointUse {
                at: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second),
                outcome,
                why: None,
                process: UseProcess::NotKnown,
            });
        };
        add(0, UseOutcome::Served);
        (1..=5000).for_each(|second| add(second, UseOutcome::Refused));
        assert_eq!((uses.served_count, uses.other_count), (1, 5000));
        let newest = uses.newest();
        assert_eq!(newest.len(), REMEMBERED + 1);
        assert_eq!(newest.last().map(|used| used.outcome), Some(UseOutcome::Served));
        assert_eq!(newest.first().map(|used| used.at.as_second()), Some(5000));
    }
}
