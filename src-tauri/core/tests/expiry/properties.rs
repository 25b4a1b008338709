//! What holds whatever happens, and in whatever steps time passes.

use std::time::Duration;

use hatrack_core::expiry::{Expiry, Mark, Moment, next_wakeup};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::{boot, expiry, marks, step, wall, watch};

proptest! {
    #[test]
    fn the_countdown_never_rises(life in 1i64..200_000, steps in prop::collection::vec(0u64..10_000, 1..50)) {
        let expiry = expiry(life);
        let (mut now, mut left) = (0, expiry.left(boot(0)));
        for step in steps {
            now += step;
            let next = expiry.left(boot(now));
            prop_assert!(next <= left);
            left = next;
        }
    }

    #[test]
    fn each_mark_is_told_at_most_once_in_order_and_the_end_exactly_once(
        life in 1i64..50_000,
        steps in prop::collection::vec(1u64..5_000, 1..100),
    ) {
        let mut session = watch(life);
        let mut told = Vec::new();
        let mut now = 0;
        for by in steps {
            now += by;
            told.extend(marks(&step(&mut session, now)));
        }
        prop_assert!(told.is_sorted() && told.windows(2).all(|pair| pair[0] != pair[1]));
        let ended = now >= life.unsigned_abs();
        prop_assert_eq!(told.last() == Some(&Mark::End), ended);
        let life = Duration::from_secs(life.unsigned_abs());
        prop_assert!(told.iter().all(|mark| mark.left() < life));
    }

    #[test]
    fn who_wakes_at_each_wakeup_misses_nothing(life in 1i64..50_000, renew in prop::option::of(0u64..50_000)) {
        let mut session = watch(life);
        session.renew_at = renew.map(boot);
        let mut told = Vec::new();
        let mut now = boot(0);
        while let Some(at) = next_wakeup(now, [&session]) {
            prop_assert!(at >= now);
            now = at;
            let seen = step(&mut session, at.0.as_secs());
            prop_assert!(!seen.is_empty(), "woken for nothing at {:?}", at);
            told.extend(marks(&seen));
        }
        let expected = Mark::ALL.into_iter().filter(|mark| mark.left() < session.expiry.life);
        prop_assert_eq!(told, expected.collect::<Vec<_>>());
    }

    #[test]
    fn what_a_session_gains_by_being_read_back_is_nothing(
        life in 1i64..200_000,
        skew in -500_000i64..500_000,
        same_boot in any::<bool>(),
        up in 0u64..200_000,
    ) {
        let now = Moment { wall: wall() + SignedDuration::from_secs(skew), boot: boot(up) };
        let restored: Expiry = expiry(life).restored(same_boot, now);
        prop_assert!(restored.left(now.boot) <= restored.life);
    }
}
