//! What a transfer is to do: enough to begin it anew after a restart. Holds no secret.

use std::path::{Path, PathBuf};

use hatrack_core::bucket::{BucketName, FileRules, LocalPath, Skipped, local_path};
use hatrack_core::transfer_view::{TransferKind, TransferParty, TransferState, TransferView};
use serde::{Deserialize, Serialize};

/// A transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Who signs; for a copy, who reads.
    pub party: TransferParty,
    /// From where to where.
    pub what: What,
}

/// From where to where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// To this computer.
    Download {
        /// From where.
        bucket: BucketName,
        /// What.
        objects: Objects,
        /// Into this folder.
        folder: PathBuf,
    },
    /// From this computer.
    Upload {
        /// What.
        files: Files,
        /// Into which bucket.
        bucket: BucketName,
        /// Below this prefix.
        prefix: String,
        /// Whether objects that are there are replaced.
        replace: bool,
    },
    /// From a bucket to another.
    Copy {
        /// From where.
        bucket: BucketName,
        /// What.
        objects: Objects,
        /// Who writes.
        writer: TransferParty,
        /// Into which bucket.
        to_bucket: BucketName,
        /// Below this prefix.
        to_prefix: String,
        /// How it is stored.
        stored: StoredAs,
        /// Whether objects that are there are replaced.
        replace: bool,
    },
}

/// How what is copied is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAs {
    /// S3's storage class; the source's where left out.
    pub storage_class: Option<String>,
    /// How it is encrypted; the bucket's way where left out.
    pub encryption: Option<Encrypted>,
}

/// How S3 encrypts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "with", rename_all = "snake_case")]
pub enum Encrypted {
    /// Keys of S3's own.
    S3,
    /// A KMS key: its ARN, or the account's for S3.
    Kms {
        /// Its ARN.
        key: Option<String>,
    },
}

/// Objects of one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "are", rename_all = "snake_case")]
pub enum Objects {
    /// One.
    One {
        /// Its key.
        key: String,
    },
    /// Everything below a prefix.
    Below {
        /// It, with its slash; empty for the whole bucket.
        prefix: String,
    },
    /// Several, each by its last name.
    Several {
        /// Their keys.
        keys: Vec<String>,
    },
}

/// Files of this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "are", rename_all = "snake_case")]
pub enum Files {
    /// One.
    One {
        /// Its path.
        path: PathBuf,
    },
    /// Everything below a folder, under the folder's own name.
    Below {
        /// Its path.
        folder: PathBuf,
    },
    /// Several, each by its own name.
    Several {
        /// Their paths.
        paths: Vec<PathBuf>,
    },
}

/// More than this many at once are one transfer.
const APART: usize = 8;

impl Objects {
    /// As rows of the list: folders each, and a few objects each; many objects together.
    pub fn rows(keys: Vec<String>, prefixes: Vec<String>) -> Vec<Self> {
        let folders = prefixes.into_iter().map(|prefix| Self::Below { prefix });
        if keys.len() > APART {
            return folders.chain([Self::Several { keys }]).collect();
        }
        folders
            .chain(keys.into_iter().map(|key| Self::One { key }))
            .collect()
    }

    fn name(&self, bucket: &BucketName) -> String {
        match self {
            Self::One { key } => last_name(key).to_owned(),
            Self::Below { prefix } if prefix.is_empty() => format!("{}/", bucket.as_str()),
            Self::Below { prefix } => format!("{}/", last_name(prefix)),
            Self::Several { keys } => format!("{} objects", keys.len()),
        }
    }

    fn place(&self, bucket: &BucketName) -> String {
        match self {
            Self::One { key } => format!("s3://{}/{key}", bucket.as_str()),
            Self::Below { prefix } => format!("s3://{}/{prefix}", bucket.as_str()),
            Self::Several { keys } => {
                let first = keys.first().map_or("", String::as_str);
                format!("s3://{}/{}", bucket.as_str(), folder_of(first))
            }
        }
    }

    fn many(&self) -> bool {
        !matches!(self, Self::One { .. })
    }
}

impl Files {
    /// As rows of the list: folders each, and a few files each; many files together.
    pub fn rows(paths: Vec<PathBuf>) -> Vec<Self> {
        let (folders, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
        let folders = folders.into_iter().map(|folder| Self::Below { folder });
        if paths.len() > APART {
            return folders.chain([Self::Several { paths }]).collect();
        }
        folders
            .chain(paths.into_iter().map(|path| Self::One { path }))
            .collect()
    }

    fn name(&self) -> String {
        match self {
            Self::One { path } => shown_name(path),
            Self::Below { folder } => format!("{}/", shown_name(folder)),
            Self::Several { paths } => format!("{} files", paths.len()),
        }
    }

    fn place(&self) -> String {
        match self {
            Self::One { path } | Self::Below { folder: path } => path.display().to_string(),
            Self::Several { paths } => {
                let folder = paths.first().and_then(|path| path.parent());
                folder.map(|path| path.display().to_string()).unwrap_or_default()
            }
        }
    }

    fn many(&self) -> bool {
        !matches!(self, Self::One { .. })
    }
}

impl Plan {
    /// As it is shown before it begins.
    pub fn view(&self, id: String, state: TransferState) -> TransferView {
        let (kind, name, from, to, many) = match &self.what {
            What::Download {
                bucket,
                objects,
                folder,
            } => (
                TransferKind::Download,
                objects.name(bucket),
                objects.place(bucket),
                // A folder of its own is what is transferred; where it lies is where it goes.
                match objects {
                    Objects::Below { .. } => folder.parent().unwrap_or(folder),
                    _ => folder,
                }
                .display()
                .to_string(),
                objects.many(),
            ),
            What::Upload {
                files,
                bucket,
                prefix,
                ..
            } => (
                TransferKind::Upload,
                files.name(),
                files.place(),
                format!("s3://{}/{prefix}", bucket.as_str()),
                files.many(),
            ),
            What::Copy {
                bucket,
                objects,
                to_bucket,
                to_prefix,
                ..
            } => (
                TransferKind::Copy,
                objects.name(bucket),
                objects.place(bucket),
                format!("s3://{}/{to_prefix}", to_bucket.as_str()),
                objects.many(),
            ),
        };
        TransferView {
            id,
            kind,
            party: self.party.clone(),
            writer: self.writer().cloned(),
            name,
            from,
            to,
            target: None,
            many,
            done: 0,
            total: None,
            files_done: 0,
            files: 0,
            counted: false,
            rate: 0,
            seconds_to_go: None,
            way: None,
            state,
        }
    }

    /// Who writes, where it is not who reads.
    pub fn writer(&self) -> Option<&TransferParty> {
        match &self.what {
            What::Copy { writer, .. } => Some(writer),
            _ => None,
        }
    }
}

/// What comes after the last slash, but for one at the end.
pub fn last_name(key: &str) -> &str {
    let key = key.strip_suffix('/').unwrap_or(key);
    key.rsplit('/').next().unwrap_or(key)
}

/// A key up to its last slash.
pub fn folder_of(key: &str) -> &str {
    key.rfind('/').map_or("", |slash| &key[..=slash])
}

fn shown_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The name that a file gets as an object: its own, where that is text.
pub fn own_name(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}

/// The file for one object: its last name, provided that the whole key is honest.
pub fn file_of(key: &str) -> Result<LocalPath, Skipped> {
    let rules = FileRules::here();
    local_path(key, "", rules)?;
    local_path(key, folder_of(key), rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(key: &str) -> Option<PathBuf> {
        file_of(key).ok().map(|path| path.to_path())
    }

    #[test]
    fn an_object_gets_its_last_segment_as_name() {
        assert_eq!(name("a/b/c.txt"), Some(PathBuf::from("c.txt")));
        assert_eq!(name("c.txt"), Some(PathBuf::from("c.txt")));
        assert_eq!(name("a//c.txt"), Some(PathBuf::from("c.txt")));
    }

    #[test]
    fn c31_to_c33_a_key_that_climbs_or_is_absolute_is_refused_whatever_its_last_segment() {
        for key in [
            "../../x",
            "a/../../x",
            "..",
            "prefix/..",
            "/etc/x",
            "C:\\x",
            "\\\\srv\\x",
        ] {
            assert_eq!(name(key), None, "{key}");
        }
    }

    #[test]
    fn a_few_are_rows_of_their_own_and_many_are_one() {
        let keys = |n: usize| (0..n).map(|i| format!("k{i}")).collect::<Vec<_>>();
        let rows = Objects::rows(keys(3), vec!["a/b/".to_owned()]);
        assert_eq!(rows.len(), 4);
        assert_eq!(Objects::rows(keys(300), vec!["a/".to_owned()]).len(), 2);
    }

    #[test]
    fn a_folder_is_shown_by_its_own_name() {
        let bucket: BucketName = "example-bucket".parse().unwrap();
        let below = |prefix: &str| Objects::Below {
            prefix: prefix.to_owned(),
        };
        assert_eq!(below("a/b/").name(&bucket), "b/");
        assert_eq!(below("").name(&bucket), "example-bucket/");
        let key = "a/b/c".to_owned();
        assert_eq!(Objects::One { key }.name(&bucket), "c");
    }
}
