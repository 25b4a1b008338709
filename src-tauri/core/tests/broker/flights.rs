//! Identical requests under way.

use hatrack_core::broker::{Boarding, Flights};
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::{SessionDuration, TokenCode};

use crate::world::*;

fn code(digits: &str) -> TokenCode {
    digits.parse().unwrap()
}

#[test]
fn identical_requests_share_one_call_and_its_outcome() {
    let plan = planned("stuzio", SwitchOptions::default());
    let mut flights = Flights::default();
    let board = |flights: &mut Flights<u32>, who| flights.board(&plan.key, 28800, None, None, who);
    assert_eq!(board(&mut flights, 0), Boarding::Departs);
    for who in 1..200 {
        assert_eq!(board(&mut flights, who), Boarding::Joined);
    }
    let (waiting, after) = flights.land(&plan.key);
    assert_eq!((waiting.len(), after.len()), (200, 0));
    // What has landed is forgotten, whether it gave anything or not.
    assert_eq!(board(&mut flights, 200), Boarding::Departs);
}

#[test]
fn another_code_waits_for_its_own_turn() {
    let plan = planned("guarded", SwitchOptions::default());
    let (one, two) = (code("111111"), code("222222"));
    let mut flights = Flights::default();
    assert_eq!(
        flights.board(&plan.key, 3600, None, Some(&one), 1),
        Boarding::Departs
    );
    assert_eq!(
        flights.board(&plan.key, 3600, None, Some(&one), 2),
        Boarding::Joined
    );
    assert_eq!(flights.board(&plan.key, 3600, None, None, 3), Boarding::Joined);
    assert_eq!(
        flights.board(&plan.key, 3600, None, Some(&two), 4),
        Boarding::Queued
    );
    assert_eq!(flights.land(&plan.key), (vec![1, 2, 3], vec![4]));
}

#[test]
fn a_longer_session_than_is_under_way_waits_for_its_own_turn() {
    let plan = planned("stuzio", SwitchOptions::default());
    let mut flights = Flights::default();
    assert_eq!(flights.board(&plan.key, 3600, None, None, 1), Boarding::Departs);
    let asked = |seconds: u32| Some(SessionDuration::try_from(seconds).unwrap());
    assert_eq!(
        flights.board(&plan.key, 900, asked(900), None, 2),
        Boarding::Joined
    );
    assert_eq!(
        flights.board(&plan.key, 7200, asked(7200), None, 3),
        Boarding::Queued
    );
}

#[test]
fn a_chain_and_its_hop_are_different_calls() {
    let (hop, chain) = (
        planned("stuzio", SwitchOptions::default()),
        planned("chained", SwitchOptions::default()),
    );
    let mut flights = Flights::default();
    assert_eq!(flights.board(&hop.key, 3600, None, None, 1), Boarding::Departs);
    assert_eq!(flights.board(&chain.key, 3600, None, None, 2), Boarding::Departs);
    assert_eq!(flights.count(), 2);
}
