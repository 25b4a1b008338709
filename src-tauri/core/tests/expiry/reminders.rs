//! Marks, ends and renewals.

use hatrack_core::expiry::{Due, Mark, next_wakeup};

use crate::{boot, marks, step, watch};

#[test]
fn an_hour_is_told_of_at_fifteen_and_five_minutes_and_at_its_end() {
    let mut hour = watch(3600);
    let mut told = Vec::new();
    for now in 0..=4000 {
        told.extend(marks(&step(&mut hour, now)).into_iter().map(|mark| (now, mark)));
    }
    assert_eq!(
        told,
        [
            (2700, Mark::FifteenMinutes),
            (3300, Mark::FiveMinutes),
            (3600, Mark::End)
        ]
    );
}

#[test]
fn a_mark_not_below_the_life_at_issue_is_skipped() {
    let mut quarter = watch(900);
    assert_eq!(marks(&step(&mut quarter, 1)), []);
    assert_eq!(marks(&step(&mut quarter, 600)), [Mark::FiveMinutes]);
    let mut short = watch(60);
    assert_eq!(marks(&step(&mut short, 59)), []);
    assert_eq!(marks(&step(&mut short, 60)), [Mark::End]);
}

#[test]
fn a_later_mark_replaces_an_earlier() {
    let mut hour = watch(3600);
    assert_eq!(marks(&step(&mut hour, 3400)), [Mark::FiveMinutes]);
    assert_eq!(marks(&step(&mut hour, 3401)), []);
}

#[test]
fn silence_holds_until_the_end() {
    let mut silent = watch(3600);
    silent.silent = true;
    assert_eq!(marks(&step(&mut silent, 3599)), []);
    assert_eq!(marks(&step(&mut silent, 3600)), [Mark::End]);
}

#[test]
fn a_renewal_comes_once_and_not_after_the_end() {
    let mut renewed = watch(3600);
    renewed.silent = true;
    renewed.renew_at = Some(boot(3000));
    assert_eq!(step(&mut renewed, 2999), []);
    assert!(matches!(step(&mut renewed, 3000)[..], [Due::Renew { .. }]));
    assert_eq!(step(&mut renewed, 3001), []);

    renewed.renew_at = Some(boot(3000));
    assert_eq!(marks(&step(&mut renewed, 9000)), [Mark::End]);
    assert!(
        renewed.renew_at.is_some(),
        "what has ended is not renewed by itself"
    );
}

#[test]
fn the_next_wakeup_is_the_next_thing_due() {
    let mut hour = watch(3600);
    assert_eq!(next_wakeup(boot(0), [&hour]), Some(boot(2700)));
    step(&mut hour, 2700);
    assert_eq!(next_wakeup(boot(2700), [&hour]), Some(boot(3300)));
    step(&mut hour, 3600);
    assert_eq!(next_wakeup(boot(3600), [&hour]), None);

    let mut renewed = watch(3600);
    renewed.renew_at = Some(boot(1000));
    let later = watch(7200);
    assert_eq!(next_wakeup(boot(0), [&later, &renewed]), Some(boot(1000)));
    assert_eq!(next_wakeup(boot(0), []), None);
}

#[test]
fn what_is_overdue_wakes_at_once() {
    assert_eq!(next_wakeup(boot(5000), [&watch(3600)]), Some(boot(5000)));
}
