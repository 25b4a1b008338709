//! Objects to files: whole, checked, and never outside the folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::download::{Downloaded, Folder};
use hatrack_aws::s3::{NoCredentials, S3, S3Failure, SessionCredentials};
use hatrack_core::bucket::{FileRules, local_path};
use hatrack_core::secret::Credentials;
use hatrack_sandbox::{Effect, On, generated};

use crate::world::{reach, s3, sandbox, session, story};

pub async fn get(s3: &S3, bucket: &str, key: &str, folder: &Path) -> Result<Downloaded, S3Failure> {
    let path = local_path(key, "", FileRules::Unix)?;
    s3.download(
        &bucket.parse().unwrap(),
        key,
        &Folder::open(folder)?,
        &path,
        &|_, _| {},
    )
    .await
}

/// Every file below `folder`, by its path. One that goes while it is looked at is none: a run that was dropped may still
/// be taking away what it tried its rights with.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if !path.is_symlink() {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                match std::fs::read(&path) {
                    Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
                    read => {
                        found.insert(name, read.unwrap());
                    }
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn objects_of_every_size_arrive_whole_and_checked() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    let folder = tempfile::tempdir().unwrap();
    for size in [0, 1, 1_000_000, 12 * 1024 * 1024 + 1] {
        let key = format!("sizes/{size}");
        sandbox.admin().put_generated(&story.bucket, &key, size);
        let path = local_path(&key, "", FileRules::Unix).unwrap();
        let last = AtomicU64::new(0);
        let progress = |done: u64, total: Option<u64>| {
            assert_eq!(total, Some(size));
            last.fetch_max(done, Ordering::Relaxed);
        };
        let to = Folder::open(folder.path()).unwrap();
        let got = s3
            .download(&story.bucket.parse().unwrap(), &key, &to, &path, &progress)
            .await
            .unwrap();
        assert_eq!((got.bytes, last.load(Ordering::Relaxed)), (size, size));
        let expected = sandbox.admin().object(&story.bucket, &key, u64::MAX).unwrap();
        assert!(files(folder.path())[&key] == expected, "{size}");
    }
    assert_eq!(files(folder.path()).len(), 4);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox
        .admin()
        .put_object(&story.bucket, "a.txt", "new", "text/plain");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "old").unwrap();
    let got = get(&s3, &story.bucket, "a.txt", folder.path()).await.unwrap();
    assert_eq!(got.path, Path::new("a (2).txt"));
    let found = files(folder.path());
    assert_eq!(
        (found["a.txt"].as_slice(), found["a (2).txt"].as_slice()),
        (&b"old"[..], &b"new"[..])
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn c31_to_c43_no_hostile_key_leaves_the_folder() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "X1");
    let s3 = s3(&sandbox, &story).await;
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("chosen");
    std::fs::create_dir(&folder).unwrap();
    let (mut kept, mut skipped, mut in_the_way) = (0, 0, 0);
    for key in &story.keys {
        match get(&s3, &story.bucket, key, &folder).await {
            Ok(_) => kept += 1,
            Err(S3Failure::Skipped(_)) => skipped += 1,
            Err(S3Failure::InTheWay { .. }) => in_the_way += 1,
            Err(other) => panic!("{key:?}: {other:?}"),
        }
    }
    assert_eq!(files(&folder).len(), kept);
    assert_eq!(
        files(outer.path()).len(),
        kept,
        "something lies outside the folder"
    );
    assert_eq!(kept + skipped + in_the_way, story.keys.len());
    // "conflict" is a file when "conflict/inside.txt" wants a folder of that name.
    assert_eq!(in_the_way, 1);
    assert!(skipped >= 9, "{skipped}");
    sandbox.shutdown().await;
}

#[cfg(unix)]
#[tokio::test]
async fn c41_a_planted_link_is_not_followed() {
    use std::os::unix::fs::symlink;
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    for key in ["out/passwd", "file", "in/x"] {
        sandbox
            .admin()
            .put_object(&story.bucket, key, "mine", "text/plain");
    }
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(elsewhere.path().join("target"), "theirs").unwrap();
    symlink(elsewhere.path(), folder.path().join("out")).unwrap();
    symlink(elsewhere.path().join("target"), folder.path().join("file")).unwrap();
    std::fs::create_dir(folder.path().join("real")).unwrap();
    symlink("real", folder.path().join("in")).unwrap();
    for key in ["out/passwd", "in/x"] {
        let failure = get(&s3, &story.bucket, key, folder.path()).await.unwrap_err();
        assert!(matches!(failure, S3Failure::InTheWay { .. }), "{failure:?}");
    }
    let got = get(&s3, &story.bucket, "file", folder.path()).await.unwrap();
    assert_eq!(got.path, Path::new("file (2)"));
    assert_eq!(
        files(elsewhere.path()),
        BTreeMap::from([("target".to_owned(), b"theirs".to_vec())])
    );
    sandbox.shutdown().await;
}

#[cfg(unix)]
#[tokio::test]
async fn c42_a_folder_swapped_for_a_link_meanwhile_leads_nowhere() {
    use std::os::unix::fs::symlink;
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox
        .admin()
        .put_generated(&story.bucket, "sub/big", 16_000_000);
    let (outer, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let chosen = outer.path().join("chosen");
    std::fs::create_dir(&chosen).unwrap();
    let folder = Folder::open(&chosen).unwrap();
    let path = local_path("sub/big", "", FileRules::Unix).unwrap();
    let swapped = Mutex::new(false);
    let swap = |done: u64, _| {
        let mut swapped = swapped.lock().unwrap();
        if done > 0 && !*swapped {
            *swapped = true;
            std::fs::rename(chosen.join("sub"), outer.path().join("moved-sub")).unwrap();
            symlink(elsewhere.path(), chosen.join("sub")).unwrap();
            std::fs::rename(&chosen, outer.path().join("moved")).unwrap();
            symlink(elsewhere.path(), &chosen).unwrap();
        }
    };
    s3.download(&story.bucket.parse().unwrap(), "sub/big", &folder, &path, &swap)
        .await
        .unwrap();
    assert!(files(elsewhere.path()).is_empty());
    assert_eq!(files(&outer.path().join("moved-sub"))["big"].len(), 16_000_000);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_cancelled_download_leaves_nothing() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await;
    sandbox.admin().put_generated(&story.bucket, "big", 30_000_000);
    let folder = tempfile::tempdir().unwrap();
    let to = Folder::open(folder.path()).unwrap();
    let path = local_path("big", "", FileRules::Unix).unwrap();
    let started = tokio::sync::Notify::new();
    let moved = |done: u64, _| {
        if done > 4_000_000 {
            started.notify_one();
        }
    };
    let bucket = story.bucket.parse().unwrap();
    tokio::select! {
        done = s3.download(&bucket, "big", &to, &path, &moved) => panic!("{done:?}"),
        () = started.notified() => {}
    }
    assert!(files(folder.path()).is_empty());
    sandbox.shutdown().await;
}

/// Hands out the next set of credentials each time it is asked, as an agent that renews does.
struct Renewing(Mutex<Vec<Credentials>>);

#[async_trait::async_trait]
impl SessionCredentials for Renewing {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        let mut left = self.0.lock().unwrap();
        let next = left.pop().ok_or_else(|| NoCredentials("no more".into()))?;
        Ok(next)
    }
}

#[tokio::test]
async fn s15_a_session_that_ends_half_way_is_renewed_and_the_download_goes_on() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    sandbox.admin().put_generated(&story.bucket, "big", 20_000_000);
    let (first, second) = (session(&sandbox, &story).await, session(&sandbox, &story).await);
    let owner = Renewing(Mutex::new(vec![second, first.clone()]));
    let s3 = S3::new(
        Arc::new(HttpClients::default()),
        reach(sandbox.endpoint()),
        false,
        Arc::new(owner),
    );
    s3.region(&story.bucket.parse().unwrap()).await.unwrap();
    let admin = sandbox.admin();
    let id = first.access_key_id;
    let expire = move |done: u64, _| {
        if done > 0 {
            admin.expire_session(&id);
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let to = Folder::open(folder.path()).unwrap();
    let path = local_path("big", "", FileRules::Unix).unwrap();
    // Slow enough that some parts are asked for after the end.
    admin_delays(&sandbox, &story.bucket);
    s3.download(&story.bucket.parse().unwrap(), "big", &to, &path, &expire)
        .await
        .unwrap();
    assert!(files(folder.path())["big"] == sandbox.admin().object(&story.bucket, "big", u64::MAX).unwrap());
    sandbox.shutdown().await;
}

/// The first answers of each part break, so that parts are asked for again later.
fn admin_delays(sandbox: &hatrack_sandbox::Running, bucket: &str) {
    sandbox
        .admin()
        .inject(On::S3Path(format!("/{bucket}/big")), 3, Effect::TruncatedBody);
}

#[tokio::test]
async fn generated_bytes_are_what_the_sandbox_says() {
    // Guards the comparison above against a sandbox that serves nothing but zeros.
    let some: Vec<u8> = generated(0, 64).to_vec();
    assert!(some.iter().any(|byte| *byte != some[0]));
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let failure = Folder::open(Path::new("/nowhere/at/all")).unwrap_err();
    assert!(matches!(failure, S3Failure::Disk { .. }), "{failure:?}");
}
