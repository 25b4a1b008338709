//! Folders that only this user opens, for as long as a command runs.

use tempfile::Builder;

/// Makes folders whose names start with `prefix`. Choose where with `tempdir_in`.
pub fn private_folder(prefix: &str) -> Builder<'_, 'static> {
    let mut builder = Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder
}
