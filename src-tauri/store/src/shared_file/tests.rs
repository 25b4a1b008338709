use std::sync::Arc;

use super::*;
use crate::aws_files::NamedBy;

fn at(path: &Path) -> SharedFile {
    let location = Location {
        path: path.to_owned(),
        name: Arc::from("~/.aws/credentials"),
        named_by: NamedBy::Default,
    };
    SharedFile::at(&location, FileKind::Credentials)
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_stays_a_link_and_the_mode_stays() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("credentials"));
    fs::write(&real, "[a]\n").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let locked = at(&link).lock().await.unwrap();
    let read = locked.read().unwrap();
    let backup = locked.back_up(&read, now()).unwrap();
    locked.write(&read, "[b]\n").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), "[b]\n");
    assert_eq!((mode(&real), mode(&backup)), (0o640, 0o600));
    assert_eq!(fs::read_to_string(&backup).unwrap(), "[a]\n");
    // A second backup of the same moment leaves the first.
    assert_ne!(locked.back_up(&read, now()).unwrap(), backup);
}

#[tokio::test]
async fn what_another_program_wrote_meanwhile_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    fs::write(&path, "[a]\n").unwrap();
    let locked = at(&path).lock().await.unwrap();
    let read = locked.read().unwrap();
    fs::write(&path, "[theirs]\n").unwrap();
    let failed = locked.write(&read, "[ours]\n").unwrap_err();
    assert!(matches!(failed, SharedFileFailure::Changed { .. }));
    assert_eq!(fs::read_to_string(&path).unwrap(), "[theirs]\n");
}

#[tokio::test]
async fn one_at_a_time_changes_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    let held = at(&path).lock().await.unwrap();
    let other = tokio::spawn({
        let path = path.clone();
        async move {
            at(&path)
                .lock()
                .await
                .map(|locked| locked.read().unwrap().text().to_owned())
        }
    });
    let read = held.read().unwrap();
    held.write(&read, "[a]\n").unwrap();
    drop(held);
    assert_eq!(other.await.unwrap().unwrap(), "[a]\n");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_new_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aws").join("credentials");
    let locked = at(&path).lock().await.unwrap();
    let read = locked.read().unwrap();
    locked.write(&read, "[a]\n").unwrap();
    assert_eq!(mode(&path), 0o600);
}
