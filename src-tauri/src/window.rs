//! The one window, and what it is to the rest of the program.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use hatrack_store::home::Home;
use tauri::{AppHandle, Emitter, Manager, Runtime, WebviewWindow, WebviewWindowBuilder};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath, MessageDialogButtons};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::front::{Front, ProviderPage, Push, Said};
use crate::measure;
use crate::saml_window;
use crate::tray::TrayHost;
use crate::wire::{Changed, FilesOver, QuitAsked};

/// The window's name in the configuration and in the access control list.
pub const LABEL: &str = "main";

/// Makes the window as the configuration has it. What the page keeps for itself stays in its home.
pub fn open<R: Runtime>(app: &AppHandle<R>, home: &Home, hidden: bool) -> tauri::Result<WebviewWindow<R>> {
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == LABEL);
    let mut config = config.cloned().unwrap_or_default();
    config.label = LABEL.to_owned();
    if home.is_sandbox() {
        config.title = "Sandbox – Hatrack".to_owned();
    }
    config.visible = !hidden;
    let window = WebviewWindowBuilder::from_config(app, &config)?
        .data_directory(home.vault().with_file_name("webview"))
        .build()?;
    paint_without_gpu(&window)?;
    Ok(window)
}

/// Lists and forms gain nothing from a GPU. WebKitGTK without one paints only what has changed, holds no textures of the
/// whole window, and does not depend on the machine's graphics driver.
#[cfg(target_os = "linux")]
fn paint_without_gpu<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
    window.with_webview(|view| {
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

/// Elsewhere the system's web view decides.
#[cfg(not(target_os = "linux"))]
fn paint_without_gpu<R: Runtime>(_: &WebviewWindow<R>) -> tauri::Result<()> {
    Ok(())
}

/// The real desktop.
pub struct Desktop<R: Runtime> {
    app: AppHandle<R>,
    host: TrayHost,
    /// Whether the icon itself could be made.
    icon: AtomicBool,
    revision: AtomicU64,
    page: Mutex<Page>,
}

/// The page hears nothing before it listens; where to go and what to ask is kept for it until then.
enum Page {
    Loading(Vec<Push>),
    Listening,
}

impl<R: Runtime> Desktop<R> {
    /// Around an app whose window may not be made yet.
    pub fn new(app: AppHandle<R>, host: TrayHost) -> Self {
        Self {
            app,
            host,
            icon: AtomicBool::new(false),
            revision: AtomicU64::new(0),
            page: Mutex::new(Page::Loading(Vec::new())),
        }
    }

    /// The icon stands in the tray, if there is one.
    pub fn has_icon(&self) {
        self.icon.store(true, Ordering::Relaxed);
    }

    fn window(&self) -> Option<WebviewWindow<R>> {
        self.app.get_webview_window(LABEL)
    }

    fn file_dialog(&self, title: &str) -> FileDialogBuilder<R> {
        let dialog = self.app.dialog().file().set_title(title);
        match self.window() {
            Some(window) => dialog.set_parent(&window),
            None => dialog,
        }
    }

    fn emit(&self, push: Push) {
        let sent = match push {
            Push::Changed(topics) => {
                let revision = self.revision.fetch_add(1, Ordering::Relaxed) + 1;
                self.app.emit_to(LABEL, "changed", Changed { topics, revision })
            }
            Push::Transfer(view) => self.app.emit_to(LABEL, "transfer", view),
            Push::FilesOver(count) => self.app.emit_to(LABEL, "files_over", FilesOver { count }),
            Push::FilesDropped(picked) => self.app.emit_to(LABEL, "files_dropped", picked),
            Push::Navigate(place) => self.app.emit_to(LABEL, "navigate", place),
            Push::QuitAsked => self.app.emit_to(LABEL, "quit_asked", QuitAsked {}),
            Push::Notice(notice) => self.app.emit_to(LABEL, "notice", notice),
            Push::LinkOpened(opened) => self.app.emit_to(LABEL, "link_opened", opened),
            Push::SwitchedBack(back) => self.app.emit_to(LABEL, "switched_back", back),
        };
        if let Err(why) = sent {
            tracing::warn!("the page was not told: {why}");
        }
    }
}

type FileAnswer = Box<dyn FnOnce(Option<FilePath>) + Send>;

/// What the person answers to the dialog that `ask` opens; `None` where it is cancelled.
async fn answer_to(ask: impl FnOnce(FileAnswer)) -> Option<PathBuf> {
    let (answer, answered) = oneshot::channel();
    ask(Box::new(move |path| {
        let _ = answer.send(path);
    }));
    answered.await.ok().flatten()?.into_path().ok()
}

#[async_trait]
impl<R: Runtime> Front for Desktop<R> {
    fn push(&self, push: Push) {
        let mut page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *page {
            Page::Loading(kept) => kept.push(push),
            Page::Listening => {
                drop(page);
                self.emit(push);
            }
        }
    }

    fn show(&self) {
        if let Some(window) = self.window() {
            let _ = window.unminimize();
            let _ = window.show();
            let _ = window.set_focus();
        }
    }

    fn is_shown(&self) -> bool {
        self.window().is_some_and(|window| {
            window.is_visible().unwrap_or(false) && !window.is_minimized().unwrap_or(false)
        })
    }

    fn has_tray(&self) -> bool {
        self.icon.load(Ordering::Relaxed) && self.host.is_there()
    }

    fn ready(&self) {
        let page = std::mem::replace(
            &mut *self.page.lock().unwrap_or_else(PoisonError::into_inner),
            Page::Listening,
        );
        if let Page::Loading(kept) = page {
            if let Some(ms) = measure::since_start_ms() {
                tracing::info!("usable {ms} ms after start");
            }
            kept.into_iter().for_each(|push| self.emit(push));
        }
    }

    async fn ask_folder(&self, title: &str) -> Option<PathBuf> {
        let dialog = self.file_dialog(title);
        answer_to(|answer| dialog.pick_folder(answer)).await
    }

    async fn ask_file(&self, title: &str) -> Option<PathBuf> {
        let dialog = self.file_dialog(title);
        answer_to(|answer| dialog.pick_file(answer)).await
    }

    async fn ask_files(&self, title: &str) -> Vec<PathBuf> {
        let dialog = self.file_dialog(title);
        let (answer, answered) = oneshot::channel();
        dialog.pick_files(move |paths| {
            let _ = answer.send(paths);
        });
        let paths = answered.await.ok().flatten().unwrap_or_default();
        paths
            .into_iter()
            .filter_map(|path| path.into_path().ok())
            .collect()
    }

    async fn ask_new_file(&self, title: &str, name: &str) -> Option<PathBuf> {
        let dialog = self.file_dialog(title).set_file_name(name);
        answer_to(|answer| dialog.save_file(answer)).await
    }

    async fn ask_yes(&self, title: &str, text: &str, yes: &str) -> bool {
        let buttons = MessageDialogButtons::OkCancelCustom(yes.to_owned(), "Cancel".to_owned());
        let dialog = self.app.dialog().message(text).title(title).buttons(buttons);
        let dialog = match self.window() {
            Some(window) => dialog.parent(&window),
            None => dialog,
        };
        let (answer, answered) = oneshot::channel();
        dialog.show(move |agreed| {
            let _ = answer.send(agreed);
        });
        answered.await.unwrap_or(false)
    }

    fn downloads(&self) -> Option<PathBuf> {
        let folders = self.app.path();
        folders
            .download_dir()
            .ok()
            .or_else(|| Some(folders.home_dir().ok()?.join("Downloads")))
    }

    fn reveal(&self, file: &Path) {
        crate::reveal::in_file_manager(file);
    }

    fn open_provider(&self, page: ProviderPage, tell: UnboundedSender<Said>) -> Result<(), String> {
        saml_window::open(&self.app, &page, tell).map_err(|why| why.to_string())
    }

    fn show_provider(&self, id: &str) -> bool {
        saml_window::show(&self.app, id)
    }

    fn close_provider(&self, id: &str) {
        saml_window::close(&self.app, id);
    }

    fn quit(&self) {
        self.app.exit(0);
    }
}
