//! An empty Tauri window, as large as Hatrack's: what a window costs before anything is in it.

fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!(
        "tests/bench/empty-window/tauri.conf.json"
    ))
}
