//! Build script of the desktop package. Cargo runs it in the repository's root, where `tauri.conf.json` is.

use std::error::Error;

/// Keeps the names of the list for the access control list: a command that is not on it is denied.
macro_rules! commands {
    ($($name:ident($($request:ty)?) -> $reply:ty;)*) => {
        const COMMANDS: &[&str] = &[$(stringify!($name)),*];
    };
}
include!("src/wire/commands.in");

fn main() -> Result<(), Box<dyn Error>> {
    // A fresh clone has no built UI, and `generate_context!` refuses to compile without the folder.
    std::fs::create_dir_all("ui/dist")?;
    println!("cargo:rerun-if-changed=ui/dist");
    println!("cargo:rerun-if-changed=src-tauri/src/wire/commands.in");

    // WebKitGTK imports `sqlite3_*`. Were the symbols of our bundled SQLite exported, it would bind to them
    // instead of to the system's library.
    if std::env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|os| os == "linux") {
        println!("cargo:rustc-link-arg-bins=-Wl,--exclude-libs,ALL");
    }

    let manifest = tauri_build::AppManifest::new()
        .commands(COMMANDS)
        .permissions_path_pattern(permission_set()?.leak());
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}

/// Writes the set `window`, which allows every command of the list, and returns its path. `tauri.conf.json` grants
/// it to the main window.
fn permission_set() -> Result<String, Box<dyn Error>> {
    let allowed: Vec<_> = COMMANDS
        .iter()
        .map(|name| format!("\"allow-{}\"", name.replace('_', "-")))
        .collect();
    let set = format!(
        "[[set]]\nidentifier = \"window\"\ndescription = \"Every command of the list\"\npermissions = [{}]\n",
        allowed.join(", ")
    );
    let path = std::path::Path::new(&std::env::var("OUT_DIR")?).join("window.toml");
    // Left alone where nothing changed, or Cargo would run this script for ever.
    if std::fs::read_to_string(&path).ok().as_deref() != Some(&set) {
        std::fs::write(&path, set)?;
    }
    Ok(path.to_string_lossy().into_owned())
}
