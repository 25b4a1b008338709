//! Shows a file in the desktop's file manager.

use std::path::Path;
use std::process::{Command, Stdio};

/// Opens the folder of `file`, with the file selected where the system can. The path is one that we chose and made,
/// and no shell reads it.
pub fn in_file_manager(file: &Path) {
    let folder = file.parent().unwrap_or(file);
    let mut command = if cfg!(target_os = "macos") {
        let mut open = Command::new("open");
        open.arg("-R").arg(file);
        open
    } else if cfg!(target_os = "windows") {
        let mut explorer = Command::new("explorer");
        explorer.arg(folder);
        explorer
    } else {
        let mut open = Command::new("xdg-open");
        open.arg(folder);
        open
    };
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match command.spawn() {
        Ok(mut opener) => {
            std::thread::spawn(move || opener.wait());
        }
        Err(why) => tracing::warn!("the file manager could not be opened: {why}"),
    }
}
