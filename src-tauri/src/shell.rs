//! From the arguments to a running window, and out again.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use hatrack_agent::client::HatExecutable;
use hatrack_core::caller::Client;
use hatrack_store::home::Home;
use tauri::{App, AppHandle, DragDropEvent, Manager, RunEvent, WindowEvent, Wry};

use crate::clipboard::{Clipboard, SystemBoard};
use crate::desk::Desk;
use crate::environment::Environment;
use crate::front::{Front, Push};
use crate::instance::{self, Claim, Owner};
use crate::link::Link;
use crate::reminders::Reminders;
use crate::sandbox::{self, Sandbox};
use crate::start::{self, Asked, OpenedLink, Start};
use crate::tray::{Tray, TrayHost, TrayNews};
use crate::window::Desktop;
use crate::wire::{LinkOpened, Topic};
use crate::{follow, log, quit, transfers, window, wire};

/// Runs the program.
pub fn run() -> ExitCode {
    match begin() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hatrack: {error}");
            ExitCode::FAILURE
        }
    }
}

fn begin() -> Result<(), Box<dyn Error>> {
    match start::read(std::env::args_os().skip(1))? {
        Asked::Print(text) => {
            println!("{text}");
            Ok(())
        }
        Asked::Open(start) => {
            start::settle_environment();
            start::reach_display()?;
            open(start)
        }
    }
}

/// What the window works on.
struct Place {
    environment: Environment,
    home: Home,
    hat: Option<HatExecutable>,
    owner: Owner,
    sandbox: Option<Sandbox>,
}

fn open(start: Start) -> Result<(), Box<dyn Error>> {
    let Some(place) = claim(&start)? else {
        return Ok(());
    };
    let level = place.environment.var("HATRACK_LOG");
    log::open(
        &place.home.log("window"),
        level.as_ref().and_then(|level| level.to_str()),
    );
    let short_lived = place.sandbox.is_some();
    let mut sandbox = Some(place.sandbox);
    let link = Arc::new(Link::new(
        place.home.clone(),
        place.environment.clone(),
        place.hat,
    ));
    // An agent that has to be started takes longest of all, so that comes first and beside everything else.
    let early = link.clone();
    tauri::async_runtime::spawn(async move { early.agent(Client::Window).await.map(drop) });
    let setup = Setup {
        environment: place.environment,
        home: place.home,
        link,
        owner: place.owner,
        hidden: start.hidden,
        link_opened: start.link,
        short_lived,
    };
    let app = tauri::Builder::default()
        .plugin(window_state(&setup.home))
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(wire::refuse_oversized(wire::handler()))
        .setup(move |app| setup.run(app))
        .on_window_event(|window, event| {
            if let WindowEvent::DragDrop(drag) = event
                && window.label() == window::LABEL
            {
                dragged(window.app_handle(), drag);
            }
            // The pages of sign-ins just close.
            if let WindowEvent::CloseRequested { api, .. } = event
                && window.label() == window::LABEL
            {
                api.prevent_close();
                close(window.app_handle());
            }
        })
        .build(tauri::generate_context!())?;
    app.run(move |app, event| {
        if let RunEvent::Exit = event
            && let Some(sandbox) = sandbox.take()
        {
            clean_up(app, sandbox);
        }
    });
    Ok(())
}

/// Finds the home and makes this process its window; `None` where another one is, which then shows itself.
fn claim(start: &Start) -> Result<Option<Place>, Box<dyn Error>> {
    let own = Environment::of_process();
    let hat = HatExecutable::beside_current();
    let (home, folder) = if start.sandbox {
        let folder = sandbox::folder(own.cache())?;
        (Home::at(&folder), Some(folder))
    } else {
        (own.home()?, None)
    };
    home.create()?;
    let owner = match instance::claim(&home, start.link.as_ref())? {
        Claim::Ours(owner) => owner,
        Claim::Shown => return Ok(None),
    };
    let Some(folder) = folder else {
        return Ok(Some(Place {
            environment: own,
            home,
            hat,
            owner,
            sandbox: None,
        }));
    };
    let hat = hat.ok_or(sandbox::SandboxError::NoHat)?;
    sandbox::clear(&folder);
    let (running, variables) = Sandbox::start(&hat, &folder)?;
    let environment = own.on_sandbox(variables);
    let home = environment.home()?;
    home.create()?;
    Ok(Some(Place {
        environment,
        home,
        hat: Some(hat),
        owner,
        sandbox: Some(running),
    }))
}

/// Size and place are kept; whether it was shown is not, since a hidden window would stay away.
fn window_state(home: &Home) -> tauri::plugin::TauriPlugin<Wry> {
    use tauri_plugin_window_state::{Builder, StateFlags};
    let file = home.log("window").with_file_name("window-state.json");
    Builder::default()
        // An absolute path takes the place of the plugin's own folder.
        .with_filename(file.to_string_lossy())
        .with_filter(|label| label == window::LABEL)
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build()
}

struct Setup {
    environment: Environment,
    home: Home,
    link: Arc<Link>,
    owner: Owner,
    hidden: bool,
    link_opened: Option<OpenedLink>,
    short_lived: bool,
}

impl Setup {
    fn run(self, app: &mut App) -> Result<(), Box<dyn Error>> {
        let handle = app.handle().clone();
        tauri::async_runtime::spawn(end_on_signal(handle.clone()));
        let host = TrayHost::default();
        let desktop = Arc::new(Desktop::new(handle.clone(), host.clone()));
        let panel = self.environment.var("XDG_CURRENT_DESKTOP");
        let clipboard = Clipboard::new(Box::new(SystemBoard::default()));
        let desk = Desk::new(
            &self.home,
            self.environment,
            self.link,
            clipboard,
            desktop.clone(),
            self.short_lived,
        );
        transfers::start::restore(&desk);
        let reminders = Reminders::new(desk.clone());
        app.manage(desk.clone());
        app.manage(reminders.clone());
        app.manage(self.owner);

        let tray_news = Arc::new(TrayNews::default());
        tauri::async_runtime::spawn(follow::agent(desk.clone(), reminders, tray_news.clone()));
        let window = window::open(&handle, &self.home, self.hidden)?;
        if let Some(link) = &self.link_opened {
            ask_about(&*desktop, link);
        }
        let shown = desktop.clone();
        app.state::<Owner>().answer(move |link| {
            shown.show();
            if let Some(link) = &link {
                ask_about(&*shown, link);
            }
        });

        let dark = crate::tray::panel_is_dark(
            panel.as_deref().and_then(|name| name.to_str()),
            window.theme().ok(),
        );
        if let Some(tray) = Tray::build(&handle, &desk, dark) {
            desktop.has_icon();
            tauri::async_runtime::spawn(follow::tray(desk.clone(), Arc::new(tray), tray_news));
        }
        let told = desk.clone();
        tauri::async_runtime::spawn(host.watch(move || told.changed(&[Topic::Status])));
        Ok(())
    }
}

/// A link acts by nothing but the person's own yes, in the page.
fn ask_about(front: &dyn Front, link: &OpenedLink) {
    let link = link.as_str().to_owned();
    front.push(Push::LinkOpened(LinkOpened { link }));
}

/// The page learns how many files are held over it and the names of those that are dropped, never their paths.
fn dragged(app: &AppHandle, drag: &DragDropEvent) {
    let desk = app.state::<Desk>();
    match drag {
        DragDropEvent::Enter { paths, .. } => {
            let count = u32::try_from(paths.len()).unwrap_or(u32::MAX);
            desk.front().push(Push::FilesOver(count));
        }
        DragDropEvent::Drop { paths, .. } => {
            desk.front().push(Push::FilesOver(0));
            if !paths.is_empty() {
                desk.front()
                    .push(Push::FilesDropped(desk.picked().keep(paths.clone())));
            }
        }
        DragDropEvent::Leave => desk.front().push(Push::FilesOver(0)),
        _ => {}
    }
}

/// With a tray the window hides; without one nothing would bring it back, so closing it is quitting.
fn close(app: &AppHandle) {
    let desk = app.state::<Desk>().inner().clone();
    if desk.front().has_tray() {
        if let Some(window) = app.get_webview_window(window::LABEL) {
            let _ = window.hide();
        }
        return;
    }
    tauri::async_runtime::spawn(async move { quit::asked(&desk).await });
}

/// A session manager asks a program to end by a signal.
async fn end_on_signal(app: AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut int), Ok(mut hup)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
            signal(SignalKind::hangup()),
        ) else {
            return;
        };
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
            _ = hup.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    app.exit(0);
}

/// What is taken away at the end gets this long: a notification server may hang.
const LEAVE_WITHIN: Duration = Duration::from_secs(2);

/// Takes away what must not outlive the program.
fn clean_up(app: &AppHandle, sandbox: Option<Sandbox>) {
    if let Some(desk) = app.try_state::<Desk>() {
        desk.clipboard().clear_ours();
    }
    let reminders = async {
        if let Some(reminders) = app.try_state::<Reminders>() {
            reminders.withdraw_all().await;
        }
    };
    let transfers = async {
        if let Some(desk) = app.try_state::<Desk>() {
            if desk.is_short_lived() {
                desk.transfers().cancel_all().await;
            } else {
                desk.transfers().stop_all().await;
            }
            desk.s3().settled().await;
        }
    };
    let gone = async {
        let both = async { tokio::join!(reminders, transfers) };
        tokio::time::timeout(LEAVE_WITHIN, both).await
    };
    if tauri::async_runtime::block_on(gone).is_err() {
        tracing::warn!("a notification or an unfinished transfer may be left behind");
    }
    // It ends its agent, and with it the sessions that nothing serves any more.
    drop(sandbox);
}
