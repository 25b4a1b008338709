#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};

use hatrack_aws::s3::NoCredentials;
use hatrack_core::bucket::BucketName;
use hatrack_core::transfer_view::TransferParty;
use hatrack_store::home::Home;

use super::plan::{Objects, What};
use super::queue::{AT_ONCE, MOST_OVER};
use super::*;
use crate::front::fake::FakeFront;

/// How a fake run goes on.
#[derive(Clone, Copy, PartialEq)]
enum Word {
    Work,
    Finish,
    Fail,
    LoseSession,
}

/// Does what the test says.
struct Fake {
    name: String,
    word: watch::Sender<Word>,
    session: watch::Sender<bool>,
    runs: AtomicUsize,
    discards: AtomicUsize,
    heard: Mutex<Vec<&'static str>>,
}

impl Fake {
    fn new(name: &str) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            word: watch::Sender::new(Word::Work),
            session: watch::Sender::new(false),
            runs: AtomicUsize::default(),
            discards: AtomicUsize::default(),
            heard: Mutex::default(),
        })
    }

    fn say(&self, word: Word) {
        self.word.send_replace(word);
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Job for Fake {
    type Report = Report;

    async fn run(&self, gauge: &Gauge) -> Result<Report, S3Failure> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        gauge.found(10);
        gauge.all_found();
        let file = gauge.file(&self.name, Some(10));
        file.at(4, None);
        let mut words = self.word.subscribe();
        let word = *words.wait_for(|word| *word != Word::Work).await.unwrap();
        match word {
            Word::LoseSession => Err(NoCredentials("the session has ended".to_owned()).into()),
            Word::Fail => Err(S3Failure::Changed {
                what: "it".to_owned(),
            }),
            Word::Finish | Word::Work => {
                file.finished(10);
                Ok(Report {
                    target: Some(PathBuf::from("/d").join(&self.name)),
                    files: 1,
                    bytes: 10,
                    ..Report::default()
                })
            }
        }
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.discards.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn session_back(&self) {
        let mut session = self.session.subscribe();
        session.wait_for(|there| *there).await.unwrap();
        self.word.send_replace(Word::Work);
    }
}

fn plan(name: &str) -> Plan {
    let bucket: BucketName = "example-bucket".parse().unwrap();
    Plan {
        party: TransferParty {
            session_id: "aaaaaaaa".to_owned(),
            role_key: None,
            name: "account / role".to_owned(),
        },
        what: What::Download {
            bucket,
            objects: Objects::One { key: name.to_owned() },
            folder: PathBuf::from("/d"),
        },
    }
}

#[async_trait]
impl Errand for Fake {
    fn plan(&self) -> Option<Plan> {
        Some(plan(&self.name))
    }

    async fn ended(&self, how: &How) {
        self.heard.lock().unwrap().push(match how {
            How::Done(_) => "done",
            How::Cancelled => "cancelled",
            How::Failed(_) => "failed",
        });
    }
}

fn none() -> Transfers {
    Transfers::new(Arc::new(FakeFront::default()), None)
}

fn add(transfers: &Transfers, fake: &Arc<Fake>) -> String {
    let view = plan(&fake.name);
    transfers
        .add(fake.clone(), |id| view.view(id, TransferState::Waiting))
        .id
}

fn states(transfers: &Transfers) -> Vec<&'static str> {
    let word = |view: &TransferView| match view.state {
        TransferState::Waiting => "waiting",
        TransferState::Running => "running",
        TransferState::Paused => "paused",
        TransferState::NoSession { .. } => "no session",
        TransferState::Done { .. } => "done",
        TransferState::Cancelled => "cancelled",
        TransferState::Failed { .. } => "failed",
    };
    transfers.list().iter().map(word).collect()
}

/// Comes back when it holds, looked at again and again.
async fn holds(what: &str, so: impl Fn() -> bool) {
    let looking = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let held = tokio::time::timeout(Duration::from_secs(60), looking).await;
    assert!(held.is_ok(), "not so: {what}");
}

#[tokio::test]
async fn so_many_run_and_the_others_wait_for_their_turn() {
    let transfers = none();
    let fakes: Vec<_> = (0..AT_ONCE + 2).map(|n| Fake::new(&format!("f{n}"))).collect();
    for fake in &fakes {
        add(&transfers, fake);
    }
    holds("the first run", || {
        fakes[..AT_ONCE].iter().all(|fake| fake.runs() == 1)
    })
    .await;
    assert_eq!(states(&transfers)[AT_ONCE..], ["waiting", "waiting"]);
    fakes[1].say(Word::Finish);
    holds("the next one runs", || fakes[AT_ONCE].runs() == 1).await;
    assert_eq!(fakes[AT_ONCE + 1].runs(), 0);
    holds("the first is done", || states(&transfers)[1] == "done").await;
}

#[tokio::test]
async fn one_that_pauses_lets_the_next_run_and_waits_for_its_turn_again() {
    let transfers = none();
    let fakes: Vec<_> = (0..=AT_ONCE).map(|n| Fake::new(&format!("f{n}"))).collect();
    let ids: Vec<_> = fakes.iter().map(|fake| add(&transfers, fake)).collect();
    holds("the first run", || fakes[0].runs() == 1).await;
    transfers.pause(&ids[0]);
    holds("the last runs", || fakes[AT_ONCE].runs() == 1).await;
    assert_eq!(states(&transfers)[0], "paused");
    transfers.resume(&ids[0]);
    assert_eq!(states(&transfers)[0], "waiting");
    fakes[2].say(Word::Finish);
    holds("it runs again", || fakes[0].runs() == 2).await;
    fakes[0].say(Word::Finish);
    holds("it is done", || states(&transfers)[0] == "done").await;
    assert_eq!(*fakes[0].heard.lock().unwrap(), ["done"]);
}

#[tokio::test]
async fn one_that_waits_is_paused_and_cancelled_without_ever_running() {
    let transfers = none();
    let fakes: Vec<_> = (0..AT_ONCE + 2).map(|n| Fake::new(&format!("f{n}"))).collect();
    let ids: Vec<_> = fakes.iter().map(|fake| add(&transfers, fake)).collect();
    transfers.pause(&ids[AT_ONCE]);
    transfers.cancel(&ids[AT_ONCE + 1]);
    assert_eq!(states(&transfers)[AT_ONCE..], ["paused", "cancelled"]);
    transfers.cancel(&ids[0]);
    holds("what it left is gone", || {
        fakes[0].discards.load(Ordering::SeqCst) == 1
    })
    .await;
    holds("the history knows", || {
        *fakes[0].heard.lock().unwrap() == ["cancelled"]
    })
    .await;
    assert_eq!((fakes[AT_ONCE].runs(), fakes[AT_ONCE + 1].runs()), (0, 0));
    assert_eq!(states(&transfers)[0], "cancelled");
}

#[tokio::test]
async fn s15_one_without_a_session_goes_on_by_itself_when_there_is_one() {
    let transfers = none();
    let fake = Fake::new("f");
    add(&transfers, &fake);
    fake.say(Word::LoseSession);
    holds("it waits for a session", || states(&transfers) == ["no session"]).await;
    fake.session.send_replace(true);
    holds("it runs again", || fake.runs() == 2).await;
    fake.say(Word::Finish);
    holds("it is done", || states(&transfers) == ["done"]).await;
    let view = &transfers.list()[0];
    assert_eq!((view.done, view.total), (10, Some(10)));
    assert_eq!(view.target.as_deref(), Some("/d/f"));
}

#[tokio::test]
async fn what_failed_is_tried_again() {
    let transfers = none();
    let fake = Fake::new("f");
    let id = add(&transfers, &fake);
    assert_eq!(transfers.file(&id), None);
    fake.say(Word::Fail);
    holds("it failed", || states(&transfers) == ["failed"]).await;
    fake.say(Word::Work);
    transfers.resume(&id);
    holds("it runs again", || fake.runs() == 2).await;
    fake.say(Word::Finish);
    holds("it is done", || states(&transfers) == ["done"]).await;
    assert_eq!(*fake.heard.lock().unwrap(), ["failed", "done"]);
    assert_eq!(transfers.file(&id), Some(PathBuf::from("/d/f")));
}

#[tokio::test]
async fn all_are_paused_and_stopping_waits_for_them() {
    let transfers = none();
    let fakes: Vec<_> = (0..AT_ONCE + 1).map(|n| Fake::new(&format!("f{n}"))).collect();
    for fake in &fakes {
        add(&transfers, fake);
    }
    holds("they run", || {
        fakes[..AT_ONCE].iter().all(|fake| fake.runs() == 1)
    })
    .await;
    let stopped = tokio::time::timeout(Duration::from_secs(60), transfers.stop_all()).await;
    assert!(stopped.is_ok());
    assert!(states(&transfers).iter().all(|state| *state == "paused"));
    // Nothing takes the place of what was stopped, and nothing is taken away.
    assert_eq!(fakes[AT_ONCE].runs(), 0);
    assert!(fakes.iter().all(|fake| fake.discards.load(Ordering::SeqCst) == 0));
}

#[tokio::test]
async fn giving_all_up_waits_until_nothing_is_left() {
    let transfers = none();
    let fakes: Vec<_> = (0..3).map(|n| Fake::new(&format!("f{n}"))).collect();
    for fake in &fakes {
        add(&transfers, fake);
    }
    holds("they run", || fakes.iter().all(|fake| fake.runs() == 1)).await;
    let gone = tokio::time::timeout(Duration::from_secs(60), transfers.cancel_all()).await;
    assert!(gone.is_ok());
    assert!(fakes.iter().all(|fake| fake.discards.load(Ordering::SeqCst) == 1));
}

#[tokio::test]
async fn what_is_not_over_is_there_after_a_restart_as_paused() {
    let folder = tempfile::tempdir().unwrap();
    let plans = TransferPlans::of(&Home::at(folder.path()));
    let open = || Transfers::new(Arc::new(FakeFront::default()), Some(plans.clone()));
    let transfers = open();
    let (one, two) = (Fake::new("one"), Fake::new("two"));
    add(&transfers, &one);
    add(&transfers, &two);
    two.say(Word::Finish);
    holds("one is done", || states(&transfers)[1] == "done").await;
    transfers.stop_all().await;

    let again = open();
    assert_eq!(again.left(), [plan("one")]);
    let fake = Fake::new("one");
    for left in again.left() {
        again.restore(fake.clone(), |id| left.view(id, TransferState::Paused));
    }
    assert_eq!(states(&again), ["paused"]);
    assert_eq!(fake.runs(), 0);
    let id = again.list()[0].id.clone();
    again.resume(&id);
    holds("it runs", || fake.runs() == 1).await;
}

#[tokio::test]
async fn what_an_earlier_window_left_is_taken_away_when_it_is_cancelled() {
    let transfers = none();
    let fake = Fake::new("f");
    transfers.restore(fake.clone(), |id| plan("f").view(id, TransferState::Paused));
    transfers.cancel(&transfers.list()[0].id);
    holds("nothing is left", || fake.discards.load(Ordering::SeqCst) == 1).await;
    assert_eq!(states(&transfers), ["cancelled"]);
}

#[tokio::test]
async fn what_is_over_is_cleared_and_only_so_many_are_kept() {
    let transfers = none();
    for n in 0..AT_ONCE {
        add(&transfers, &Fake::new(&format!("running {n}")));
    }
    // These wait, so that they are over as soon as they are given up.
    for _ in 0..MOST_OVER + 20 {
        let id = add(&transfers, &Fake::new("f"));
        transfers.cancel(&id);
    }
    assert_eq!(transfers.list().len(), AT_ONCE + MOST_OVER);
    transfers.clear();
    assert_eq!(states(&transfers), ["running"; AT_ONCE]);
}

#[tokio::test]
async fn the_page_hears_of_each_change_and_of_the_end() {
    let front = Arc::new(FakeFront::default());
    let transfers = Transfers::new(front.clone(), None);
    let fake = Fake::new("f");
    add(&transfers, &fake);
    fake.say(Word::Finish);
    holds("the page knows that it is done", || {
        let told = front.transfers();
        told.last()
            .is_some_and(|view| matches!(view.state, TransferState::Done { .. }))
    })
    .await;
    let told = front.transfers();
    assert_eq!(told[0].state, TransferState::Waiting);
    assert!(told.iter().any(|view| view.state == TransferState::Running));
}
