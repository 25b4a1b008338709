//! Transfers of every kind through a sandbox that misbehaves, at points that a seed chooses. `TRANSFER_ROUNDS` says how
//! many.
//!
//! Whatever happened: no wrong byte, nothing under its name before it is whole, and what was stopped goes on and comes
//! to its end.

mod round;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hatrack_sandbox::{Effect, On};
use tokio::sync::Notify;

use self::round::{Round, bytes};
use crate::faults::Dice;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Down,
    Up,
    Across,
    Streamed,
    DownAll,
    UpAll,
    StreamedAll,
}

const KINDS: [Kind; 7] = [
    Kind::Down,
    Kind::Up,
    Kind::Across,
    Kind::Streamed,
    Kind::DownAll,
    Kind::UpAll,
    Kind::StreamedAll,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Reset,
    Disconnect,
    Unavailable,
    WrongByte,
    ShortBody,
    Stall,
    Expired,
    SessionGone,
    Changed,
    Kill,
}

const FAULTS: [Fault; 10] = [
    Fault::Reset,
    Fault::Disconnect,
    Fault::Unavailable,
    Fault::WrongByte,
    Fault::ShortBody,
    Fault::Stall,
    Fault::Expired,
    Fault::SessionGone,
    Fault::Changed,
    Fault::Kill,
];

impl Fault {
    /// What the sandbox does; `None` for what happens on this side.
    fn effect(self) -> Option<Effect> {
        let error = |status, code: &str| Effect::Error {
            status,
            code: code.to_owned(),
            retry_after: None,
        };
        Some(match self {
            Self::Reset => Effect::TruncatedBody,
            Self::Disconnect => Effect::Disconnect,
            Self::Unavailable => error(503, "SlowDown"),
            Self::WrongByte => Effect::WrongByte,
            Self::ShortBody => Effect::ShortBody,
            Self::Stall => Effect::StalledBody,
            Self::Expired | Self::SessionGone => error(400, "ExpiredToken"),
            Self::Changed | Self::Kill => return None,
        })
    }
}

/// What was seen, for the printout.
#[derive(Default)]
struct Tally(Mutex<BTreeMap<String, u64>>);

impl Tally {
    fn add(&self, what: String) {
        *self.0.lock().unwrap().entry(what).or_default() += 1;
    }
}

async fn round(seed: u64, tally: Arc<Tally>) {
    let mut dice = Dice::of(seed);
    let round = Round::of(&mut dice).await;
    let mut versions: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for (name, bytes) in &round.meant {
        versions.insert(name.clone(), vec![bytes.clone()]);
    }
    let faults: Vec<Fault> = (0..=dice.roll(3))
        .map(|_| FAULTS[dice.roll(FAULTS.len() as u64) as usize])
        .collect();
    let told = format!("seed {seed}, {:?}, {faults:?}", round.kind);
    let killed = Notify::new();
    let mut kill_at = None;
    for fault in &faults {
        let after = dice.roll(3);
        let read = On::S3Path(format!("/{}/from/", round.from()));
        let written = On::S3Path(format!("/{}/to/", round.writer.bucket));
        let on = match round.kind {
            Kind::Down | Kind::DownAll => read,
            Kind::Up | Kind::UpAll | Kind::Across => written,
            Kind::Streamed | Kind::StreamedAll if dice.roll(2) == 0 => read,
            Kind::Streamed | Kind::StreamedAll => written,
        };
        match (fault.effect(), fault) {
            (Some(effect), _) => {
                // The ones before it are answered rightly, a little late.
                round
                    .sandbox
                    .admin()
                    .inject(on.clone(), after, Effect::Delay(Duration::from_millis(1)));
                round.sandbox.admin().inject(on, 1, effect);
            }
            // A folder that is gone on with keeps what it has, and brings the other version beside it.
            (None, Fault::Changed) if !matches!(round.kind, Kind::Up | Kind::UpAll | Kind::DownAll) => {
                let size = dice.roll(200_000);
                let other = bytes(&mut dice, size);
                versions.get_mut("object").unwrap().push(other.clone());
                round
                    .sandbox
                    .admin()
                    .change_object_after(round.from(), "from/object", after + 1, other);
            }
            (None, _) => kill_at = Some(dice.roll(20_000_000)),
        }
    }
    let gone = faults.contains(&Fault::SessionGone);
    for owner in &round.owners {
        owner.gone.store(gone, Ordering::SeqCst);
    }
    let moved = AtomicU64::new(0);
    // Each fault stops one run at most; two more are not disturbed.
    for attempt in 0..faults.len() + 3 {
        let progress = |done: u64| {
            moved.fetch_max(done, Ordering::Relaxed);
            if attempt == 0 && kill_at.is_some_and(|at| done >= at) {
                killed.notify_one();
            }
        };
        let done = tokio::select! {
            done = round.run(&progress) => Some(done),
            () = killed.notified() => None,
            // A folder tells no progress here: it is killed when it has had time to begin.
            () = tokio::time::sleep(Duration::from_millis(200)), if attempt == 0
                && kill_at.is_some()
                && matches!(round.kind, Kind::DownAll | Kind::UpAll | Kind::StreamedAll) => None,
        };
        // Aborts behind a run that was dropped must not meet the next.
        round.target.settled().await;
        let there = round.arrived(&versions, &told);
        let ending = match done {
            Some(Ok(())) => {
                assert_eq!(there, round.meant.len(), "{told}: told as done, and it is not");
                for fault in &faults {
                    tally.add(format!("{fault:?}: came to its end in run {}", attempt + 1));
                }
                tally.add(format!("{:?}: whole", round.kind));
                return;
            }
            None => "killed".to_owned(),
            Some(Err(Some(failure))) if failure.passes() => "stopped, kept".to_owned(),
            Some(Err(Some(_))) => "failed".to_owned(),
            Some(Err(None)) => "some failed".to_owned(),
        };
        tally.add(format!("runs: {ending}"));
        if gone {
            // The person brings a session.
            for owner in &round.owners {
                owner.gone.store(false, Ordering::SeqCst);
            }
        }
    }
    panic!("{told}: it never came to its end");
}

/// A stall and a 503 are waited out, so many others go on meanwhile.
const AT_ONCE: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c45_c46_c47_c67_transfers_of_every_kind_come_to_their_end_whole() {
    let rounds = std::env::var("TRANSFER_ROUNDS").ok();
    let rounds: u64 = rounds.and_then(|n| n.parse().ok()).unwrap_or(50);
    let tally = Arc::new(Tally::default());
    let mut left = 1..=rounds;
    let mut running = tokio::task::JoinSet::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(seed) = left.next()
        {
            running.spawn(round(seed, Arc::clone(&tally)));
        }
        match running.join_next().await {
            Some(done) => done.unwrap(),
            None => break,
        }
    }
    for (what, count) in tally.0.lock().unwrap().iter() {
        println!("{count:6} {what}");
    }
    println!("{rounds} transfers of every kind, no wrong byte");
}
