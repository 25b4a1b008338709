//! From what the page asks to transfers in the list.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hatrack_core::bucket::{BucketName, FileRules, local_path};
use hatrack_core::transfer_view::{TransferParty, TransferState, TransferView};

use super::errand::Carried;
use super::plan::{Files, Objects, Plan, StoredAs, What, folder_of};
use crate::desk::Desk;
use crate::wire::CommandError;

/// Objects of one bucket, and who reads them.
#[derive(Debug, Clone)]
pub struct Source {
    /// Who reads.
    pub party: TransferParty,
    /// From where.
    pub bucket: BucketName,
    /// Single objects.
    pub keys: Vec<String>,
    /// Everything below these.
    pub prefixes: Vec<String>,
}

/// A place in a bucket, and who writes there.
#[derive(Debug, Clone)]
pub struct Target {
    /// Who writes.
    pub party: TransferParty,
    /// Into which bucket.
    pub bucket: BucketName,
    /// Below this prefix, which is empty or ends in a slash.
    pub prefix: String,
    /// Whether objects that are there are replaced.
    pub replace: bool,
}

/// Downloads into `folder`. A whole prefix gets a new folder of its own there.
pub fn download(desk: &Desk, source: Source, folder: &Path) -> Result<Vec<TransferView>, CommandError> {
    let mut plans = Vec::new();
    for objects in Objects::rows(source.keys, source.prefixes) {
        let folder = match &objects {
            Objects::Below { prefix } => new_folder(folder, prefix, &source.bucket)?,
            _ => folder.to_owned(),
        };
        let what = What::Download {
            bucket: source.bucket.clone(),
            objects,
            folder,
        };
        plans.push(Plan {
            party: source.party.clone(),
            what,
        });
    }
    Ok(begin(desk, plans))
}

/// Uploads files and folders.
pub fn upload(desk: &Desk, paths: Vec<PathBuf>, target: &Target) -> Vec<TransferView> {
    let plans = Files::rows(paths).into_iter().map(|files| Plan {
        party: target.party.clone(),
        what: What::Upload {
            files,
            bucket: target.bucket.clone(),
            prefix: target.prefix.clone(),
            replace: target.replace,
        },
    });
    begin(desk, plans.collect())
}

/// Copies to another place. What would end up in itself is refused.
pub fn copy(
    desk: &Desk,
    source: Source,
    target: &Target,
    stored: &StoredAs,
) -> Result<Vec<TransferView>, CommandError> {
    if source.bucket == target.bucket {
        let same = source.keys.iter().any(|key| folder_of(key) == target.prefix);
        let inside = |prefix: &String| target.prefix.starts_with(prefix.as_str());
        let beside = |prefix: &String| folder_of(prefix.trim_end_matches('/')) == target.prefix;
        if same
            || source
                .prefixes
                .iter()
                .any(|prefix| inside(prefix) || beside(prefix))
        {
            return Err(CommandError::new(
                "That would be copied onto or into itself. Choose another bucket or prefix.",
            ));
        }
    }
    let plans = Objects::rows(source.keys, source.prefixes)
        .into_iter()
        .map(|objects| Plan {
            party: source.party.clone(),
            what: What::Copy {
                bucket: source.bucket.clone(),
                objects,
                writer: target.party.clone(),
                to_bucket: target.bucket.clone(),
                to_prefix: target.prefix.clone(),
                stored: stored.clone(),
                replace: target.replace,
            },
        });
    Ok(begin(desk, plans.collect()))
}

/// Lists what an earlier window left, as paused.
pub fn restore(desk: &Desk) {
    for plan in desk.transfers().left() {
        let errand = Arc::new(Carried::new(desk.clone(), plan.clone()));
        desk.transfers()
            .restore(errand, |id| plan.view(id, TransferState::Paused));
    }
}

fn begin(desk: &Desk, plans: Vec<Plan>) -> Vec<TransferView> {
    plans
        .into_iter()
        .map(|plan| {
            let errand = Arc::new(Carried::new(desk.clone(), plan.clone()));
            desk.transfers()
                .add(errand, |id| plan.view(id, TransferState::Waiting))
        })
        .collect()
}

/// A folder in `parent` that was not there, by a prefix's last name; one that is taken gets a number.
fn new_folder(parent: &Path, prefix: &str, bucket: &BucketName) -> Result<PathBuf, CommandError> {
    let key = match prefix.strip_suffix('/').unwrap_or(prefix) {
        "" => bucket.as_str(),
        key => key,
    };
    let rules = FileRules::here();
    local_path(key, "", rules).map_err(CommandError::new)?;
    let name = local_path(key, folder_of(key), rules).map_err(CommandError::new)?;
    let failed = |why: std::io::Error| {
        CommandError::new(format!(
            "{} could not be made in {}: {why}",
            name.file_name(),
            parent.display()
        ))
    };
    std::fs::create_dir_all(parent).map_err(failed)?;
    for number in 1..10_000_u32 {
        let name = match number {
            1 => name.file_name().to_owned(),
            more => format!("{} ({more})", name.file_name()),
        };
        let path = parent.join(name);
        match std::fs::create_dir(&path) {
            Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path).map_err(failed),
        }
    }
    Err(CommandError::new(format!(
        "{} has too many folders of that name. Choose another folder.",
        parent.display()
    )))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_prefix_gets_a_new_folder_and_a_taken_name_a_number() {
        let parent = tempfile::tempdir().unwrap();
        let bucket: BucketName = "example-bucket".parse().unwrap();
        let made = |prefix: &str| {
            new_folder(parent.path(), prefix, &bucket).map(|path| path.file_name().unwrap().to_owned())
        };
        assert_eq!(made("a/b/").unwrap(), "b");
        assert_eq!(made("x/b/").unwrap(), "b (2)");
        assert_eq!(made("").unwrap(), "example-bucket");
    }

    #[test]
    fn c31_a_prefix_that_climbs_makes_no_folder() {
        let parent = tempfile::tempdir().unwrap();
        let bucket: BucketName = "example-bucket".parse().unwrap();
        for prefix in ["../", "a/../../b/", "..", "/etc/", "a/./"] {
            let made = new_folder(parent.path(), prefix, &bucket);
            assert!(made.is_err(), "{prefix}: {made:?}");
        }
    }
}
