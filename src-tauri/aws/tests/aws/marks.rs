//! What a folder's journal tells the run after, and what it does not.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hatrack_aws::s3::download::{Destination, Folder, Order};
use hatrack_aws::s3::transfer::{DownloadFolder, FolderReport, Gauge, Job, UploadFolder};
use hatrack_aws::s3::{Guard, S3, S3Failure, Stored};
use hatrack_core::bucket::transfer::{Journals, Only, line};
use hatrack_sandbox::{Effect, On, Running, Story};
use serde_json::json;

use crate::download::files;
use crate::in_memory::InMemory;
use crate::world::{s3, sandbox, story};

fn refusal() -> Effect {
    Effect::Error {
        status: 403,
        code: "AccessDenied".into(),
        retry_after: None,
    }
}

fn visible(folder: &Path) -> Vec<String> {
    let names = files(folder).into_keys();
    names.filter(|name| !name.contains(".hatrack-")).collect()
}

async fn down(s3: &Arc<S3>, story: &Story, folder: &Path) -> FolderReport {
    let job = DownloadFolder {
        s3: Arc::clone(s3),
        from: format!("s3://{}/from/", story.bucket).parse().unwrap(),
        folder: Folder::open(folder).unwrap(),
        only: Only::default(),
    };
    job.run(&Gauge::default()).await.unwrap()
}

/// Ten objects came down but for one; what the journal holds is what it holds after very many.
async fn marked(sandbox: &Running, story: &Story, s3: &Arc<S3>, folder: &Path, through: bool) {
    let admin = sandbox.admin();
    for n in 0..10 {
        admin.put_object(&story.bucket, &format!("from/{n}"), format!("{n}"), "text/plain");
    }
    admin.inject(On::S3Path(format!("/{}/from/4", story.bucket)), 1, refusal());
    let first = down(s3, story, folder).await;
    assert_eq!((first.files, first.troubled), (9, 1));
    let journal = files(folder).into_keys().find(|name| name.ends_with(".journal"));
    let journal = folder.join(journal.unwrap());
    let reached = line(&json!({"reached": {"key": "from/9", "files": 9, "bytes": 9}}));
    let failed = line(&json!({"failed": {"key": "from/4", "size": 1}}));
    let end = line(&json!({"through": {"key": "from/9"}})).filter(|_| through);
    let text = reached.unwrap() + &failed.unwrap() + &end.unwrap_or_default();
    std::fs::write(&journal, text).unwrap();
    if !through {
        let long_ago = SystemTime::now() - Duration::from_secs(3 * 24 * 60 * 60);
        let file = std::fs::File::options().write(true).open(&journal).unwrap();
        file.set_modified(long_ago).unwrap();
    }
}

#[tokio::test]
async fn a_folder_that_came_but_for_one_object_is_looked_at_again_as_a_whole() {
    for through in [true, false] {
        let sandbox = sandbox().await;
        let story = story(&sandbox, "S13");
        let s3 = Arc::new(s3(&sandbox, &story).await);
        let folder = tempfile::tempdir().unwrap();
        marked(&sandbox, &story, &s3, folder.path(), through).await;
        // Weeks later: an object is new, and a file is gone.
        let admin = sandbox.admin();
        admin.put_object(&story.bucket, "from/00", "new", "text/plain");
        std::fs::remove_file(folder.path().join("7")).unwrap();
        let before = admin.calls("GetObject");
        let second = down(&s3, &story, folder.path()).await;
        assert_eq!((second.files, second.troubled), (11, 0), "{:?}", second.troubles);
        assert_eq!(
            admin.calls("GetObject"),
            before + 3,
            "what is there is not fetched again"
        );
        let expected: Vec<String> = ["0", "00", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
            .map(str::to_owned)
            .into();
        assert_eq!(visible(folder.path()), expected);
        assert_eq!(files(folder.path()).len(), 11, "nothing is left to go on from");
        sandbox.shutdown().await;
    }
}

/// What failed and is no longer in the bucket is no run's affair any more.
#[tokio::test]
async fn what_failed_and_was_deleted_since_leaves_no_journal() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = Arc::new(s3(&sandbox, &story).await);
    let folder = tempfile::tempdir().unwrap();
    marked(&sandbox, &story, &s3, folder.path(), true).await;
    let bucket = story.bucket.parse().unwrap();
    let gone = [hatrack_aws::s3::objects::Which::object("from/4")];
    assert_eq!(s3.delete(&bucket, &gone).await.unwrap().count, 1);
    let again = down(&s3, &story, folder.path()).await;
    assert_eq!((again.files, again.troubled), (9, 0));
    let left = files(folder.path());
    assert_eq!(left.len(), 9, "{:?}", left.keys());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_run_that_was_stopped_just_now_goes_on_from_its_mark() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = Arc::new(s3(&sandbox, &story).await);
    let folder = tempfile::tempdir().unwrap();
    marked(&sandbox, &story, &s3, folder.path(), false).await;
    let names = files(folder.path());
    let journal = names.keys().find(|name| name.ends_with(".journal")).unwrap();
    let file = std::fs::File::options()
        .write(true)
        .open(folder.path().join(journal))
        .unwrap();
    file.set_modified(SystemTime::now()).unwrap();
    let before = sandbox.admin().calls("GetObject");
    let second = down(&s3, &story, folder.path()).await;
    assert_eq!((second.files, second.troubled), (10, 0));
    assert_eq!(sandbox.admin().calls("GetObject"), before + 1);
    sandbox.shutdown().await;
}

/// S3 answers 403 to a look at what is not there, where the role may not list.
#[tokio::test]
async fn what_may_not_be_looked_at_is_sent_again_by_another_process() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let admin = sandbox.admin();
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        std::fs::write(folder.path().join(name), name).unwrap();
    }
    // A link is a trouble, so that there is a next run.
    std::os::unix::fs::symlink("a", folder.path().join("link")).unwrap();
    let journals: Arc<dyn Journals> = Arc::new(InMemory::default());
    let run = |s3: Arc<S3>| {
        let job = UploadFolder {
            s3,
            folder: folder.path().to_owned(),
            to: format!("s3://{}/up/", story.bucket).parse().unwrap(),
            only: Only::default(),
            stored: Stored::default(),
            guard: Guard::Anything,
            journals: Some(Arc::clone(&journals)),
        };
        async move { job.run(&Gauge::default()).await.unwrap() }
    };
    let first = Arc::new(s3(&sandbox, &story).await);
    assert_eq!(run(Arc::clone(&first)).await.files, 2);
    let refuse = || admin.inject(On::S3Path(format!("/{}/up/b", story.bucket)), 1, refusal());
    let sent = admin.calls("PutObject");
    refuse();
    assert_eq!(run(first).await.files, 2);
    assert_eq!(admin.calls("PutObject"), sent, "this process has sent it");
    let other = Arc::new(s3(&sandbox, &story).await);
    refuse();
    assert_eq!(run(other).await.files, 2);
    assert_eq!(admin.calls("PutObject"), sent + 1);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_new_file_does_not_replace_one_that_comes_meanwhile() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    let admin = sandbox.admin();
    admin.put_generated(&story.bucket, "large", 14_000_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let order = |resumable| Order {
        bucket: story.bucket.parse().unwrap(),
        key: "large".into(),
        folder: Folder::open(folder.path()).unwrap(),
        destination: Destination::New("file".into()),
        resumable,
    };
    for resumable in [true, false] {
        let come = |done: u64, _| {
            if done > 0 {
                std::fs::write(&path, "mine").unwrap();
            }
        };
        let failure = s3.fetch(&order(resumable), &come).await.unwrap_err();
        assert!(matches!(failure, S3Failure::Taken { .. }), "{failure:?}");
        assert!(failure.to_string().contains("file is there already"), "{failure}");
        let found = files(folder.path());
        assert!(found.len() == 1 && found["file"] == b"mine", "{:?}", found.keys());
        std::fs::remove_file(&path).unwrap();
    }
    s3.fetch(&order(true), &|_, _| {}).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 14_000_000);
    sandbox.shutdown().await;
}

#[cfg(unix)]
#[tokio::test]
async fn what_replaces_a_file_gets_its_permissions_and_none_of_its_powers() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox
        .admin()
        .put_object(&story.bucket, "tool", "theirs", "text/plain");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool");
    std::fs::write(&path, "mine").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o4750)).unwrap();
    let order = Order {
        bucket: story.bucket.parse().unwrap(),
        key: "tool".into(),
        folder: Folder::open(folder.path()).unwrap(),
        destination: Destination::Exact("tool".into()),
        resumable: false,
    };
    s3.fetch(&order, &|_, _| {}).await.unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(
        (mode & 0o7777, std::fs::read(&path).unwrap()),
        (0o750, b"theirs".to_vec())
    );
    sandbox.shutdown().await;
}
