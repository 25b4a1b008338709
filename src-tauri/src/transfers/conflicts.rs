//! What an upload would replace, looked up before it begins.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_aws::s3::{S3, S3Failure};
use hatrack_core::bucket::{BucketName, S3Location};
use hatrack_core::transfer_view::UploadPlan;

use super::plan::own_name;

/// So many files are looked at; what is beyond is not replaced unseen, as the upload then replaces nothing.
const MOST_FILES: usize = 200_000;
/// So many places are asked for at once.
const AT_ONCE: usize = 16;
/// So many keys are told.
const TOLD: usize = 50;

/// The files that were picked, by the keys that they become.
struct Wanted {
    keys: HashSet<String>,
    /// The prefixes to list: one for each folder, and one for each file.
    below: Vec<String>,
    files: u64,
    bytes: u64,
    /// There are more files than are looked at.
    more: bool,
}

/// Compares the files at `paths` with what lies below `prefix`.
pub async fn plan(
    s3: &S3,
    paths: Vec<PathBuf>,
    bucket: &BucketName,
    prefix: &str,
) -> Result<UploadPlan, S3Failure> {
    let at = prefix.to_owned();
    let wanted = tokio::task::spawn_blocking(move || wanted(&paths, &at)).await;
    let wanted = wanted.unwrap_or_else(|_| Wanted::none());
    let mut plan = UploadPlan {
        files: wanted.files,
        bytes: wanted.bytes,
        there: 0,
        keys: Vec::new(),
        unknown: wanted
            .more
            .then(|| format!("only the first {MOST_FILES} files were looked at")),
    };
    let wanted = &wanted;
    let places = wanted.below.iter().map(|below| S3Location {
        bucket: bucket.clone(),
        key: below.clone(),
    });
    let places: Vec<S3Location> = places.collect();
    let mut looks = stream::iter(places)
        .map(|place| async move { there(s3, &place, wanted).await })
        .buffered(AT_ONCE);
    while let Some(look) = looks.next().await {
        match look {
            Ok(there) => {
                plan.there += there.count;
                let room = TOLD.saturating_sub(plan.keys.len());
                plan.keys.extend(there.first.into_iter().take(room));
            }
            Err(failure @ S3Failure::Denied(_)) => {
                plan.unknown = Some(failure.to_string());
                break;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(plan)
}

/// What of the wanted keys is there already.
#[derive(Default)]
struct There {
    count: u64,
    first: Vec<String>,
}

async fn there(s3: &S3, place: &S3Location, wanted: &Wanted) -> Result<There, S3Failure> {
    let mut there = There::default();
    let mut found = std::pin::pin!(s3.walk(place, None));
    while let Some(found) = found.try_next().await? {
        if wanted.keys.contains(&found.key) {
            there.count += 1;
            if there.first.len() < TOLD {
                there.first.push(found.key.clone());
            }
        }
        // A file's own key comes first of all that begin so.
        if !place.key.ends_with('/') {
            break;
        }
    }
    Ok(there)
}

fn wanted(paths: &[PathBuf], prefix: &str) -> Wanted {
    let mut all = Wanted::none();
    for path in paths {
        let Some(name) = own_name(path) else { continue };
        let key = format!("{prefix}{name}");
        if path.is_dir() {
            all.below.push(format!("{key}/"));
            all.walk(path, &format!("{key}/"));
        } else if let Ok(found) = path.metadata() {
            all.below.push(key.clone());
            all.take(key, found.len());
        }
    }
    all
}

impl Wanted {
    fn none() -> Self {
        Self {
            keys: HashSet::new(),
            below: Vec::new(),
            files: 0,
            bytes: 0,
            more: false,
        }
    }

    fn take(&mut self, key: String, size: u64) {
        self.files += 1;
        self.bytes += size;
        self.keys.insert(key);
    }

    /// As the engine walks: links are left out, and so is what has no name that is text.
    fn walk(&mut self, folder: &Path, prefix: &str) {
        let mut open = vec![(folder.to_owned(), prefix.to_owned())];
        while let Some((folder, prefix)) = open.pop() {
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            for entry in entries {
                if self.keys.len() >= MOST_FILES {
                    self.more = true;
                    return;
                }
                let name = entry.file_name();
                let (Some(name), Ok(kind)) = (name.to_str(), entry.file_type()) else {
                    continue;
                };
                if kind.is_dir() {
                    open.push((entry.path(), format!("{prefix}{name}/")));
                } else if kind.is_file() {
                    let size = entry.metadata().map_or(0, |found| found.len());
                    self.take(format!("{prefix}{name}"), size);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_becomes_keys_below_its_own_name() {
        let folder = tempfile::tempdir().unwrap();
        let photos = folder.path().join("photos");
        std::fs::create_dir_all(photos.join("2026")).unwrap();
        std::fs::write(photos.join("2026/a"), "12").unwrap();
        std::fs::write(folder.path().join("b"), "3").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("b", photos.join("link")).unwrap();
        let all = wanted(&[photos, folder.path().join("b")], "up/");
        let keys: HashSet<String> = ["up/photos/2026/a", "up/b"].map(str::to_owned).into();
        assert_eq!((all.keys, all.files, all.bytes), (keys, 2, 3));
        assert_eq!(all.below, ["up/photos/", "up/b"]);
    }
}
