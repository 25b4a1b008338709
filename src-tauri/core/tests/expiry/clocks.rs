//! Rows 72 to 75: clocks that are wrong, jump, or stand still.

use std::time::Duration;

use hatrack_core::expiry::{Expiry, Mark, Moment};
use jiff::{SignedDuration, Timestamp};

use crate::{boot, expiry, marks, moment, step, wall, watch};

#[test]
fn h72_a_wrong_wall_clock_at_receipt_changes_nothing() {
    for skew in [-3600, -300, 300, 3600] {
        let received = Moment {
            wall: wall() + SignedDuration::from_secs(skew),
            boot: boot(100),
        };
        let expiry =
            Expiry::of_answer(wall() + SignedDuration::from_secs(3600), Some(wall()), received).unwrap();
        assert_eq!(expiry.left(boot(100)), Duration::from_secs(3600), "{skew}");
    }
}

#[test]
fn h73_a_backward_step_raises_no_countdown() {
    let expiry = expiry(3600);
    let before = expiry.left(boot(1000));
    for stepped in [-3600, -1] {
        let now = Moment {
            wall: moment(1001).wall + SignedDuration::from_secs(stepped),
            boot: boot(1001),
        };
        let after = expiry.restored(true, now).left(now.boot);
        assert_eq!(before - after, Duration::from_secs(1), "{stepped}");
    }
}

#[test]
fn b23_an_end_that_is_not_believed_is_capped_with_the_life() {
    let far = "9999-12-30T22:00:00Z".parse().unwrap();
    for date in [Some(wall()), None] {
        let expiry = Expiry::of_answer(far, date, moment(0)).unwrap();
        assert_eq!(expiry.life, Duration::from_secs(36 * 3600));
        assert_eq!(expiry.at, wall() + Duration::from_secs(36 * 3600));
    }
    // By AWS's clock, which the wall clock may be far from.
    let late = Moment {
        wall: wall() + SignedDuration::from_secs(9000),
        boot: boot(0),
    };
    let expiry = Expiry::of_answer(far, Some(wall()), late).unwrap();
    assert_eq!(expiry.at, wall() + Duration::from_secs(36 * 3600));
}

#[test]
fn h74_a_suspend_past_the_end_gives_one_end_and_nothing_else() {
    let mut hour = watch(3600);
    assert_eq!(marks(&step(&mut hour, 100)), []);
    assert_eq!(marks(&step(&mut hour, 100 + 8 * 3600)), [Mark::End]);
    assert_eq!(step(&mut hour, 200 + 8 * 3600), []);
}

#[test]
fn h74_a_suspend_past_both_marks_tells_the_later_only() {
    let mut hour = watch(3600);
    assert_eq!(marks(&step(&mut hour, 3500)), [Mark::FiveMinutes]);
}

#[test]
fn h75_a_session_read_back_counts_on_in_the_same_boot_whatever_the_wall_clock_says() {
    let expiry = expiry(3600);
    for skew in [-3600, 3600] {
        let now = Moment {
            wall: wall() + SignedDuration::from_secs(skew),
            boot: boot(600),
        };
        assert_eq!(
            expiry.restored(true, now).left(now.boot),
            Duration::from_secs(3000)
        );
    }
}

#[test]
fn after_another_boot_the_wall_clock_has_to_do_and_no_life_is_gained() {
    let expiry = expiry(3600);
    let rebooted = |seconds: i64| Moment {
        wall: wall() + SignedDuration::from_secs(seconds),
        boot: boot(5),
    };
    assert_eq!(
        expiry.restored(false, rebooted(600)).left(boot(5)),
        Duration::from_secs(3000)
    );
    assert_eq!(
        expiry.restored(false, rebooted(-9000)).left(boot(5)),
        Duration::from_secs(3600)
    );
    assert!(expiry.restored(false, rebooted(9000)).has_passed(boot(5)));
}

#[test]
fn a_hand_out_needs_a_quarter_of_the_life_and_at_most_ten_minutes() {
    for (life, needed) in [(900, 225), (2400, 600), (3600, 600), (43200, 600)] {
        assert_eq!(expiry(life).renew_below(), Duration::from_secs(needed), "{life}");
    }
    assert_eq!(moment(1).boot, boot(1));
}

#[test]
fn h75_neither_the_end_of_summer_time_nor_a_leap_second_changes_what_is_left() {
    for (issued, ends, life) in [
        // Europe's clocks go back at 01:00 UTC, forward on a day in March.
        ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", 3600),
        ("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", 3600),
        // The clocks of the same two moments as people there write them.
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", 3600),
        // The last one so far: POSIX time does not count it.
        ("2016-12-31T23:30:00Z", "2017-01-01T00:30:00Z", 3600),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:59:59Z", 3600),
    ] {
        let issued: Timestamp = issued.parse().unwrap();
        let received = Moment {
            wall: issued,
            boot: boot(100),
        };
        let expiry = Expiry::of_answer(ends.parse().unwrap(), Some(issued), received).unwrap();
        assert_eq!(expiry.life, Duration::from_secs(life), "{issued}");
        for passed in [0, 1799, 1800, 1801, 3599, 3600] {
            let left = expiry.left(boot(100 + passed));
            assert_eq!(left, Duration::from_secs(life - passed), "{issued} {passed}");
        }
    }
}
