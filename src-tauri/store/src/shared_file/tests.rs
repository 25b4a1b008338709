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

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_a_file_that_is_not_there_yet_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("credentials");
    std::os::unix::fs::symlink("kept/elsewhere", &link).unwrap();
    let locked = at(&link).lock().await.unwrap();
    let read = locked.read().unwrap();
    locked.write(&read, "[a]\n").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let real = folder.path().join("kept/elsewhere");
    assert_eq!(fs::read_to_string(&real).unwrap(), "[a]\n");
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

/// Adds `line` at the end, whatever is there.
fn added(line: &str) -> impl FnMut(&SourceFile, &LockedFile) -> Result<Edited, SharedFileFailure> {
    let line = line.to_owned();
    move |source, _| {
        let there = source.text().contains(&line);
        Ok((!there).then(|| format!("{}{line}", source.text()).into()))
    }
}

#[tokio::test]
async fn a_change_is_made_anew_where_another_program_wrote_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    fs::write(&path, "[a]\n").unwrap();
    let mut first = true;
    let changed = at(&path)
        .change(|source, _| {
            if std::mem::take(&mut first) {
                fs::write(&path, "[theirs]\n").unwrap();
            }
            Ok::<_, SharedFileFailure>(Some(format!("{}[ours]\n", source.text()).into()))
        })
        .await
        .unwrap();
    assert!(changed);
    assert_eq!(fs::read_to_string(&path).unwrap(), "[theirs]\n[ours]\n");
}

#[tokio::test]
async fn i65_what_was_written_to_the_replaced_file_is_put_where_it_belongs() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    fs::write(&path, "[a]\n").unwrap();
    // The AWS CLI has opened the file to add to it, and adds once ours has taken its place.
    let mut theirs = fs::OpenOptions::new().append(true).open(&path).unwrap();
    let old = fs::metadata(&path).unwrap();
    let writer = std::thread::spawn({
        let path = path.clone();
        move || {
            use std::os::unix::fs::MetadataExt;
            while fs::metadata(&path).unwrap().ino() == old.ino() {
                std::thread::yield_now();
            }
            theirs.write_all(b"[theirs]\n").unwrap();
        }
    });
    assert!(at(&path).change(added("[ours]\n")).await.unwrap());
    writer.join().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "[a]\n[ours]\n[theirs]\n");
}

#[cfg(unix)]
#[tokio::test]
async fn i63_a_disk_that_refuses_leaves_the_file_as_it_was() {
    use std::os::unix::fs::symlink;
    // Writes to this device fail as on a full disk; its folder takes no file either, not even root's.
    let full = Path::new("/proc/self/config");
    let failed = at(full).change(added("[ours]\n")).await.unwrap_err();
    assert!(matches!(failed, SharedFileFailure::Disk { .. }), "{failed}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    symlink("/proc/version", &path).unwrap();
    let failed = at(&path).change(added("[ours]\n")).await.unwrap_err();
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink(), "{failed}");
}

#[cfg(unix)]
#[tokio::test]
async fn i64_a_link_to_another_disk_stays_a_link_and_its_target_is_written() {
    use std::os::unix::fs::{MetadataExt, symlink};
    let other = Path::new("/dev/shm");
    let folder = tempfile::tempdir().unwrap();
    let here = fs::metadata(folder.path()).unwrap().dev();
    if !fs::metadata(other).is_ok_and(|about| about.dev() != here) {
        eprintln!("skipped: /dev/shm is no other disk here");
        return;
    }
    let target = tempfile::tempdir_in(other).unwrap();
    let real = target.path().join("real");
    fs::write(&real, "[a]\n").unwrap();
    let link = folder.path().join("credentials");
    symlink(&real, &link).unwrap();
    assert!(at(&link).change(added("[ours]\n")).await.unwrap());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), "[a]\n[ours]\n");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside the link"
    );
}
