//! The sums: each placement taken away, alone and in pairs, from both seats; after each round's JSON is put in place the
//! request goes through, for pairs in two rounds at most, and nothing that is there is called missing.

use hatrack_core::doctor::{Placement, Sight, Verdict};

use crate::world::{A, B, World};

const THIRD: &str = "777788889999";
const ALL: [Placement; 4] = [
    Placement::AssumeRole,
    Placement::Trust,
    Placement::Permissions,
    Placement::BucketPolicy,
];

fn worlds() -> Vec<(&'static str, World)> {
    vec![
        ("role across accounts", World::whole(A, A, None)),
        ("role with an external ID", World::whole(A, A, Some("acme-2026"))),
        ("role in one's own account", World::whole(B, B, None)),
        (
            "role across accounts, bucket in a third",
            World::whole(A, THIRD, None),
        ),
        (
            "role in one's own account, bucket in another",
            World::whole(B, A, None),
        ),
        ("straight to another account's bucket", World::direct(A)),
        ("straight to one's own bucket", World::direct(B)),
    ]
}

fn takings(world: &World) -> Vec<Vec<Placement>> {
    let all: Vec<Placement> = ALL
        .into_iter()
        .filter(|p| world.by_role || *p > Placement::Trust)
        .collect();
    let mut out: Vec<Vec<Placement>> = all.iter().map(|p| vec![*p]).collect();
    for (i, a) in all.iter().enumerate() {
        out.extend(all[i + 1..].iter().map(|b| vec![*a, *b]));
    }
    out
}

/// Rounds until the request goes through.
fn rounds(name: &str, whole: &World, taken: &[Placement], sight: fn(&World) -> Sight) -> usize {
    let mut world = taken.iter().fold(whole.clone(), |world, p| world.without(*p));
    for round in 0.. {
        let Some(diagnosis) = world.diagnose(&sight(&world)) else {
            return round;
        };
        assert!(
            round < 2,
            "{name}, without {taken:?}: two rounds did not do: {diagnosis:#?}"
        );
        for placed in &diagnosis.placements {
            let accused = matches!(
                placed.verdict,
                Verdict::Missing | Verdict::LikelyMissing | Verdict::Denies
            );
            assert!(
                !(accused && world.has(placed.placement)),
                "{name}, without {taken:?}, round {round}: {:?} is in place, yet {:?}: {diagnosis:#?}",
                placed.placement,
                placed.verdict
            );
        }
        let sure = [Verdict::Missing, Verdict::LikelyMissing];
        if world.apply(&diagnosis, &sure) == 0 {
            let applied = world.apply(&diagnosis, &[Verdict::CantSee]);
            assert!(
                applied > 0,
                "{name}, without {taken:?}: nothing to do in {diagnosis:#?}"
            );
        }
    }
    unreachable!()
}

#[test]
fn each_round_of_cures_brings_the_request_through() {
    let (mut cases, mut most) = (0, 0);
    for (name, whole) in worlds() {
        assert!(
            whole.diagnose(&whole.sight_of_both()).is_none(),
            "{name} does not work when whole"
        );
        for taken in takings(&whole) {
            for sight in [World::sight_of_b, World::sight_of_both] {
                most = most.max(rounds(name, &whole, &taken, sight));
                cases += 1;
            }
        }
    }
    println!("{cases} cases, {most} rounds at most");
    assert!(most <= 2);
}

#[test]
fn one_missing_placement_is_cured_in_one_round_where_everything_is_seen() {
    for (name, whole) in worlds() {
        for taken in takings(&whole) {
            assert!(
                rounds(name, &whole, &taken, World::sight_of_both) <= 1,
                "{name}, without {taken:?}"
            );
        }
    }
}
