//! The shared AWS files on a real disk.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod location;
mod read;
mod watch;

use std::fs;
use std::path::{Path, PathBuf};

use hatrack_store::aws_files::{Locations, Os};
use tempfile::TempDir;

/// A home folder with nothing in it.
struct Place {
    home: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            home: TempDir::new().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// `~/.aws/config` and `~/.aws/credentials` of this home.
    fn locations(&self) -> Locations {
        let home = self.home.path().to_str().unwrap().to_owned();
        Locations::resolve(&|name| (name == "HOME").then(|| home.clone()), Os::current())
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        path
    }
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
