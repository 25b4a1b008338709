//! Each placement of each story taken away, alone and in pairs, from two seats; then exactly what Doctor writes is put
//! where it says, until the object is read again.
//!
//! S12's role is assumed by a certificate: nobody's policy allows that, and its trust names AWS's service. Within the
//! role's own account the bucket's policy is not needed, nor is the person's where the trust names them (S8).

mod administrator;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use self::administrator::{Administrator, Owner, with_statement};
use self::world::{Place, World, all};
use crate::stage::Stage;

/// What the person has to see by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seat {
    /// Account B's person, with nothing but their own credentials.
    Alone,
    /// The same, with every policy given as a file.
    Given,
}

/// More rounds than these and something goes in circles.
const MOST_ROUNDS: usize = 4;

/// What came of one case.
struct Case {
    world: String,
    seat: Seat,
    missing: Vec<Place>,
    /// What each round said, by placement.
    said: Vec<BTreeMap<String, String>>,
    /// After how many rounds the object was read; `None` where it never was.
    rounds: Option<usize>,
    /// Accusations of what was in place.
    wrong: Vec<String>,
    /// What could not be applied.
    trouble: Vec<String>,
}

/// The stories are shared out: each desk has a sandbox of its own.
const DESKS: usize = 3;

#[test]
fn each_placement_alone_and_in_pairs_is_found_and_cured_from_both_seats() {
    let mut cases: Vec<(usize, Vec<Case>)> = std::thread::scope(|scope| {
        let desks: Vec<_> = (0..DESKS)
            .map(|desk| scope.spawn(move || at_desk(desk)))
            .collect();
        desks.into_iter().flat_map(|desk| desk.join().unwrap()).collect()
    });
    cases.sort_by_key(|(place, _)| *place);
    let cases: Vec<Case> = cases.into_iter().flat_map(|(_, cases)| cases).collect();
    println!("{}", matrix(&cases));
    let failed: Vec<String> = cases.iter().filter_map(Case::failure).collect();
    assert!(
        failed.is_empty(),
        "{} of {}:\n{}",
        failed.len(),
        cases.len(),
        failed.join("\n")
    );
}

/// Every so many-th story, with its place among all.
fn at_desk(desk: usize) -> Vec<(usize, Vec<Case>)> {
    let stage = Stage::set();
    let admin = Administrator::of(&stage);
    let worlds = all(&stage).into_iter().enumerate();
    worlds
        .filter(|(n, _)| n % DESKS == desk)
        .map(|(n, world)| (n, cases_of(&stage, &admin, &world)))
        .collect()
}

fn cases_of(stage: &Stage, admin: &Administrator<'_>, world: &World) -> Vec<Case> {
    assert!(
        world.works(stage),
        "{} does not work before anything is taken away",
        world.id
    );
    let kept = world.kept(admin);
    let mut cases = Vec::new();
    for missing in combinations(&world.places) {
        for seat in [Seat::Alone, Seat::Given] {
            for place in &missing {
                world.remove(admin, &kept, *place);
            }
            assert!(!world.works(stage), "{} works without {missing:?}", world.id);
            cases.push(case(stage, admin, world, seat, missing.clone()));
            world.restore(admin, &kept);
        }
    }
    cases
}

/// Each alone, and each two.
fn combinations(places: &[Place]) -> Vec<Vec<Place>> {
    let singles = places.iter().map(|place| vec![*place]);
    let pairs = places
        .iter()
        .enumerate()
        .flat_map(|(n, first)| places[n + 1..].iter().map(|second| vec![*first, *second]));
    singles.chain(pairs).collect()
}

fn case(stage: &Stage, admin: &Administrator<'_>, world: &World, seat: Seat, missing: Vec<Place>) -> Case {
    let mut case = Case {
        world: world.id.clone(),
        seat,
        said: Vec::new(),
        rounds: None,
        wrong: Vec::new(),
        trouble: Vec::new(),
        missing,
    };
    let mut still = case.missing.clone();
    for round in 1..=MOST_ROUNDS {
        let place = world.place();
        let mut arguments = vec!["doctor", &world.profile, &place, "--json"];
        let given = match seat {
            Seat::Alone => Vec::new(),
            Seat::Given => world.given(stage, admin),
        };
        arguments.extend(given.iter().map(String::as_str));
        let diagnosis = world.hat(stage, &arguments).json();
        case.judge(seat, &diagnosis, &still);
        let applied = case.apply(admin, world, &diagnosis);
        still.retain(|place| !applied.contains(&place.word().to_owned()));
        if world.works(stage) {
            case.rounds = Some(round);
            break;
        }
    }
    case
}

impl Case {
    /// Whether a placement that is in place is called missing where AWS, or what was given, tells better.
    fn judge(&mut self, seat: Seat, diagnosis: &Value, still: &[Place]) {
        let mut said = BTreeMap::new();
        for placement in diagnosis["placements"].as_array().unwrap() {
            let (word, verdict) = (
                placement["placement"].as_str().unwrap(),
                placement["verdict"].as_str().unwrap(),
            );
            said.insert(word.to_owned(), verdict.to_owned());
            if still.iter().any(|place| place.word() == word) {
                continue;
            }
            let of_switch = matches!(word, "assume_role" | "trust");
            let open = still.iter().any(|place| place.is_of_switch() == of_switch);
            let wrong = match verdict {
                "missing" | "denies" => true,
                // Between two placements of one step AWS does not tell.
                "likely_missing" => seat == Seat::Given || !open,
                _ => false,
            };
            if wrong {
                self.wrong
                    .push(format!("{word} is {verdict}, and it is in place: {placement}"));
            }
        }
        self.said.push(said);
    }

    /// Puts exactly what the diagnosis writes where it says. Which placements that was for.
    fn apply(&mut self, admin: &Administrator<'_>, world: &World, diagnosis: &Value) -> Vec<String> {
        let mut applied = Vec::new();
        for placement in diagnosis["placements"].as_array().unwrap() {
            let cure = &placement["cure"];
            let Some(target) = cure["target"].as_str() else {
                continue;
            };
            let text = |name: &str| cure[name].as_str().unwrap_or_default();
            let (account, name) = (text("account_id"), text("target_name"));
            let adds = text("way") == "add_statement";
            let merged = |now: Option<String>| match now {
                Some(now) if adds => with_statement(&now, text("statement")),
                _ => text("document").to_owned(),
            };
            let put = match target {
                "user" | "role" => {
                    let owner = if target == "user" {
                        Owner::User(name.to_owned())
                    } else {
                        Owner::Role(name.to_owned())
                    };
                    let now = admin
                        .policies(account, &owner)
                        .embedded
                        .remove(text("policy_name"));
                    admin.put(account, &owner, text("policy_name"), &merged(now))
                }
                "trust" => {
                    let now = admin.trust(account, name);
                    admin.set_trust(account, name, &merged(Some(now)))
                }
                "bucket" => {
                    // Who owns the bucket cannot be told from B alone; the message goes to whoever does.
                    let owner = &world.bucket_owner;
                    let now = admin.bucket_policy(owner, &world.region, name);
                    admin.set_bucket_policy(owner, &world.region, name, Some(&merged(now)))
                }
                other => Err(format!("{other} is none of the four")),
            };
            match put {
                Ok(()) => applied.push(placement["placement"].as_str().unwrap().to_owned()),
                Err(why) => self.trouble.push(format!("{target} {name}: {why}: {cure}")),
            }
        }
        applied
    }

    fn most_rounds(&self) -> usize {
        self.missing.len()
    }

    fn failure(&self) -> Option<String> {
        let in_time = self.rounds.is_some_and(|rounds| rounds <= self.most_rounds());
        (!in_time || !self.wrong.is_empty() || !self.trouble.is_empty()).then(|| {
            format!(
                "{} {:?} without {:?}: rounds {:?}, said {:?}, wrong {:?}, trouble {:?}",
                self.world, self.seat, self.missing, self.rounds, self.said, self.wrong, self.trouble
            )
        })
    }
}

/// A line for each story and seat: what was taken away, what the first round said of it, after how many rounds it worked.
fn matrix(cases: &[Case]) -> String {
    let mut out = String::from(
        "P present, M missing, L likely missing, C can't see, N not reached, O optional; then the rounds\n",
    );
    let mut lines: Vec<(String, Seat, String)> = Vec::new();
    for case in cases {
        let missing: Vec<String> = case.missing.iter().map(ToString::to_string).collect();
        let said: String = Place::all()
            .map(|place| letter(case.said.first().and_then(|said| said.get(place.word()))))
            .collect();
        let rounds = case
            .rounds
            .map_or_else(|| "-".to_owned(), |rounds| rounds.to_string());
        let cell = format!("-{}: {said} {rounds}", missing.join("+"));
        match lines
            .iter_mut()
            .find(|(world, seat, _)| *world == case.world && *seat == case.seat)
        {
            Some((.., line)) => write!(line, "  {cell:<14}").unwrap(),
            None => lines.push((case.world.clone(), case.seat, format!("  {cell:<14}"))),
        }
    }
    for (world, seat, line) in lines {
        writeln!(out, "{world:<16} {:<6}{line}", format!("{seat:?}")).unwrap();
    }
    let count = |of: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| of(case)).count();
    write!(
        out,
        "{} cases; cured in one round {}, in two {}, in more {}, never {}; wrong accusations {}",
        cases.len(),
        count(&|case| case.rounds == Some(1)),
        count(&|case| case.rounds == Some(2)),
        count(&|case| case.rounds.is_some_and(|rounds| rounds > 2)),
        count(&|case| case.rounds.is_none()),
        cases.iter().map(|case| case.wrong.len()).sum::<usize>()
    )
    .unwrap();
    out
}

fn letter(verdict: Option<&String>) -> char {
    match verdict.map(String::as_str) {
        Some("present") => 'P',
        Some("missing") => 'M',
        Some("likely_missing") => 'L',
        Some("denies") => 'D',
        Some("not_reached") => 'N',
        Some("optional") => 'O',
        Some("cant_see") => 'C',
        _ => '?',
    }
}

impl Place {
    fn all() -> impl Iterator<Item = Self> {
        [
            Self::AssumeRole,
            Self::Trust,
            Self::Permissions,
            Self::BucketPolicy,
        ]
        .into_iter()
    }
}
