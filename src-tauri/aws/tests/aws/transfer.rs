//! Transfers that stop and go on: paused, killed, without a session.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::download::{Destination, Folder, Order};
use hatrack_aws::s3::transfer::{Download, Ending, Gauge, Job, Remote, Status, prepare};
use hatrack_aws::s3::{NoCredentials, S3, S3Failure, SessionCredentials};
use hatrack_core::bucket::transfer::{Pause, State};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::AwsFailure;
use hatrack_sandbox::{Effect, On, Running};
use tokio::sync::Notify;

use crate::download::files;
use crate::world::{reach, s3, sandbox, session, story};

const LARGE: u64 = 40_000_000;

fn order(bucket: &str, key: &str, folder: &Path) -> Order {
    Order {
        bucket: bucket.parse().unwrap(),
        key: key.to_owned(),
        folder: Folder::open(folder).unwrap(),
        destination: Destination::Exact("file".into()),
        resumable: true,
    }
}

/// The bytes of the object, whole.
fn stored(sandbox: &Running, bucket: &str, key: &str) -> Vec<u8> {
    sandbox.admin().object(bucket, key, u64::MAX).unwrap()
}

async fn until(remote: &mut Remote, what: &str, found: impl Fn(&Status) -> bool) -> Status {
    let look = async {
        loop {
            let status = remote.status();
            if found(&status) {
                return status;
            }
            if remote.changed().await.is_none() {
                panic!("it ended before {what}: {status:?}");
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), look)
        .await
        .unwrap_or_else(|_| panic!("no {what}"))
}

/// Comes so far and then stops, as a process that is killed: what it has stays.
async fn stopped_at(s3: &S3, order: &Order, bytes: u64) {
    let there = Notify::new();
    let moved = |done: u64, _| {
        if done >= bytes {
            there.notify_one();
        }
    };
    tokio::select! {
        done = s3.fetch(order, &moved) => panic!("{done:?}"),
        () = there.notified() => {}
    }
}

#[tokio::test]
async fn c67_a_download_that_was_stopped_goes_on_from_there() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox.admin().put_generated(&story.bucket, "big", LARGE);
    let folder = tempfile::tempdir().unwrap();
    let order = order(&story.bucket, "big", folder.path());
    stopped_at(&s3, &order, 20_000_000).await;
    let left = files(folder.path());
    assert!(
        left.len() == 2 && left.keys().all(|name| name.starts_with(".hatrack-")),
        "{:?}",
        left.keys()
    );

    // Torn at the end, as by a kill while a line was written.
    let journal = left.keys().find(|name| name.ends_with(".journal")).unwrap();
    let mut torn = left[journal].clone();
    torn.extend_from_slice(b"0123456789abcdef {\"start\":0,");
    std::fs::write(folder.path().join(journal), torn).unwrap();

    let got = s3.fetch(&order, &|_, _| {}).await.unwrap();
    assert!(got.resumed > 0, "{got:?}");
    let found = files(folder.path());
    assert!(found.len() == 1 && found["file"] == stored(&sandbox, &story.bucket, "big"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn c67_bytes_that_were_lost_after_they_were_noted_are_fetched_again() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox.admin().put_generated(&story.bucket, "big", LARGE);
    let folder = tempfile::tempdir().unwrap();
    let order = order(&story.bucket, "big", folder.path());
    stopped_at(&s3, &order, 30_000_000).await;
    let left = files(folder.path());
    let (part, bytes) = left.iter().find(|(name, _)| name.ends_with(".part")).unwrap();
    std::fs::write(folder.path().join(part), vec![0; bytes.len()]).unwrap();
    let got = s3.fetch(&order, &|_, _| {}).await.unwrap();
    assert_eq!(got.resumed, 0);
    assert!(files(folder.path())["file"] == stored(&sandbox, &story.bucket, "big"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn c46_an_object_that_changed_while_a_download_was_stopped_is_fetched_anew() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox.admin().put_generated(&story.bucket, "big", LARGE);
    let folder = tempfile::tempdir().unwrap();
    let order = order(&story.bucket, "big", folder.path());
    stopped_at(&s3, &order, 20_000_000).await;
    sandbox
        .admin()
        .put_object(&story.bucket, "big", vec![7; 20_000_001], "text/plain");
    let got = s3.fetch(&order, &|_, _| {}).await.unwrap();
    assert_eq!((got.resumed, got.bytes), (0, 20_000_001));
    let found = files(folder.path());
    assert!(found.len() == 1 && found["file"] == vec![7; 20_000_001]);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn two_downloads_of_one_object_do_not_meet() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox.admin().put_generated(&story.bucket, "big", LARGE);
    let folder = tempfile::tempdir().unwrap();
    let order = order(&story.bucket, "big", folder.path());
    let quiet = |_: u64, _: Option<u64>| {};
    let (one, two) = tokio::join!(s3.fetch(&order, &quiet), s3.fetch(&order, &quiet));
    assert_eq!((one.unwrap().bytes, two.unwrap().bytes), (LARGE, LARGE));
    let found = files(folder.path());
    assert!(found.len() == 1 && found["file"] == stored(&sandbox, &story.bucket, "big"));
    sandbox.shutdown().await;
}

#[cfg(unix)]
#[tokio::test]
async fn c41_a_part_file_that_was_planted_as_a_link_is_not_written_to() {
    use std::os::unix::fs::symlink;
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox.admin().put_generated(&story.bucket, "big", LARGE);
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let order = order(&story.bucket, "big", folder.path());
    stopped_at(&s3, &order, 20_000_000).await;
    let target = elsewhere.path().join("theirs");
    for name in files(folder.path()).keys() {
        let path = folder.path().join(name);
        std::fs::copy(&path, &target).unwrap();
        std::fs::remove_file(&path).unwrap();
        symlink(&target, &path).unwrap();
    }
    let before = std::fs::read(&target).unwrap();
    s3.fetch(&order, &|_, _| {}).await.unwrap();
    assert!(files(folder.path())["file"] == stored(&sandbox, &story.bucket, "big"));
    assert!(std::fs::read(&target).unwrap() == before);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_download_is_paused_and_gone_on_with_and_given_up() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = Arc::new(s3(&sandbox, &story).await);
    sandbox.admin().put_generated(&story.bucket, "big", LARGE);
    // The first answer stays open and brings nothing: there is something to pause.
    sandbox
        .admin()
        .inject(On::S3Path(format!("/{}/big", story.bucket)), 1, Effect::Silence);
    let folder = tempfile::tempdir().unwrap();
    let job = Download {
        s3,
        order: order(&story.bucket, "big", folder.path()),
    };
    let (mut remote, course) = prepare();
    let steer = async {
        while sandbox.admin().faults_left() > 0 {
            tokio::task::yield_now().await;
        }
        remote.pause();
        until(&mut remote, "a pause", |status| {
            status.state == State::Paused(Pause::ByPerson)
        })
        .await;
        remote.resume();
        while remote.changed().await.is_some() {}
        remote.status()
    };
    let (ending, last) = tokio::join!(course.run(&job), steer);
    assert!(matches!(ending, Ending::Done(_)), "{ending:?}");
    assert_eq!(
        (last.state, last.done, last.total),
        (State::Done, LARGE, Some(LARGE))
    );

    let again = Download {
        order: Order {
            destination: Destination::Exact("again".into()),
            ..job.order.clone()
        },
        ..job.clone()
    };
    stopped_at(&again.s3, &again.order, 20_000_000).await;
    assert_eq!(files(folder.path()).len(), 3);
    let (remote, course) = prepare();
    remote.cancel();
    let ending = course.run(&again).await;
    assert!(matches!(ending, Ending::Cancelled(Ok(()))), "{ending:?}");
    assert_eq!(files(folder.path()).len(), 1);
    sandbox.shutdown().await;
}

/// An owner that has no session until somebody brings one.
#[derive(Default)]
struct Person(Mutex<Option<Credentials>>);

#[async_trait]
impl SessionCredentials for Person {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        let held = self.0.lock().unwrap().clone();
        held.ok_or_else(|| NoCredentials("a code is needed".into()))
    }
}

#[tokio::test]
async fn s15_without_a_session_a_download_pauses_and_goes_on_when_there_is_one() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    sandbox.admin().put_generated(&story.bucket, "big", LARGE);
    let first = session(&sandbox, &story).await;
    let person = Arc::new(Person(Mutex::new(Some(first.clone()))));
    let s3 = Arc::new(S3::new(
        Arc::new(HttpClients::default()),
        reach(sandbox.endpoint()),
        false,
        person.clone(),
    ));
    let folder = tempfile::tempdir().unwrap();
    let order = order(&story.bucket, "big", folder.path());
    stopped_at(&s3, &order, 20_000_000).await;
    sandbox.admin().expire_session(&first.access_key_id);
    let job = Download { s3, order };
    let (mut remote, course) = prepare();
    let steer = async {
        let paused = until(&mut remote, "a pause", |status| {
            matches!(status.state, State::Paused(Pause::Session { .. }))
        })
        .await;
        // The keys that S3 refused are still there: they are no session.
        *person.0.lock().unwrap() = Some(session(&sandbox, &story).await);
        paused
    };
    let (ending, _) = tokio::join!(course.run(&job), steer);
    let Ending::Done(got) = ending else {
        panic!("{ending:?}")
    };
    assert!(got.resumed > 0);
    assert!(files(folder.path())["file"] == stored(&sandbox, &story.bucket, "big"));
    sandbox.shutdown().await;
}

/// A job without a network: fails as it is told, counting its runs.
struct Told {
    runs: AtomicUsize,
    ends: Mutex<Vec<Option<S3Failure>>>,
    discarded: AtomicUsize,
}

#[async_trait]
impl Job for Told {
    type Report = usize;

    async fn run(&self, gauge: &Gauge) -> Result<usize, S3Failure> {
        let file = gauge.file("file", Some(1000));
        gauge.found(1000);
        gauge.all_found();
        for done in 0..1000 {
            file.at(done, Some(1000));
            tokio::task::yield_now().await;
        }
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let end = self.ends.lock().unwrap().pop().unwrap();
        match end {
            Some(failure) => Err(failure),
            None => {
                file.finished(1000);
                Ok(run)
            }
        }
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.discarded.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn session_back(&self) {}
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_at_a_bounded_rate_and_the_end_always() {
    let job = Told {
        runs: AtomicUsize::new(0),
        ends: Mutex::new(vec![
            None,
            Some(S3Failure::NoCredentials(NoCredentials("a code".into()))),
        ]),
        discarded: AtomicUsize::new(0),
    };
    let (mut remote, course) = prepare();
    let told = AtomicUsize::new(0);
    let listen = async {
        let mut last = remote.status();
        while let Some(status) = remote.changed().await {
            told.fetch_add(1, Ordering::Relaxed);
            last = status;
        }
        last
    };
    let (ending, last) = tokio::join!(course.run(&job), listen);
    assert!(matches!(ending, Ending::Done(1)), "{ending:?}");
    assert_eq!((last.done, last.files_done, last.state), (1000, 1, State::Done));
    // Time stands still while the job runs: what it counted 2,000 times is told with the changes of state.
    assert!(told.load(Ordering::Relaxed) < 20, "{told:?}");
}

#[tokio::test]
async fn what_fails_is_told_with_whether_it_can_go_on() {
    for (failure, resumable) in [
        (
            S3Failure::Aws(AwsFailure::Unreachable {
                service: "S3",
                region: "us-east-1".into(),
                why: "no route".into(),
            }),
            true,
        ),
        (
            S3Failure::Changed {
                what: "s3://b/k".into(),
            },
            false,
        ),
    ] {
        let message = failure.to_string();
        let job = Told {
            runs: AtomicUsize::new(0),
            ends: Mutex::new(vec![Some(failure)]),
            discarded: AtomicUsize::new(0),
        };
        let (remote, course) = prepare();
        let ending = course.run(&job).await;
        assert!(matches!(ending, Ending::Failed(_)), "{ending:?}");
        assert_eq!(remote.status().state, State::Failed { message, resumable });
        assert_eq!(job.discarded.load(Ordering::Relaxed), 0);
    }
}
