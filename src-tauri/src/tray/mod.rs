//! The tray icon and its menu. Complete without click events: not every desktop has them.

mod host;
mod icon;
pub mod menu;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hatrack_core::caller::Client;
use hatrack_core::view::RoleView;
use tauri::menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry};
use tokio::sync::Notify;

use crate::acts::{self, Act};
use crate::desk::Desk;
use crate::wire::Topic;

pub use host::TrayHost;
use icon::Icon;
pub use icon::panel_is_dark;
use menu::Entry;

/// The icon and what its menu says now.
pub struct Tray {
    app: AppHandle,
    icon: TrayIcon,
    dark_panel: bool,
    /// The favourites and those used before.
    roles: Mutex<Vec<RoleView>>,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    entries: Vec<Entry>,
    labels: HashMap<String, Label>,
    icon: Icon,
}

/// What has a text that may change while the menu stands.
enum Label {
    Item(MenuItem<Wry>),
    Branch(Submenu<Wry>),
}

impl Tray {
    /// Puts the icon there; `None` where the desktop's tray library is missing, which loading it panics about.
    pub fn build(app: &AppHandle, desk: &Desk, dark_panel: bool) -> Option<Self> {
        let quiet = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let built = catch_unwind(AssertUnwindSafe(|| Self::try_build(app, desk, dark_panel)));
        std::panic::set_hook(quiet);
        match built {
            Ok(Ok(tray)) => Some(tray),
            Ok(Err(why)) => {
                tracing::warn!("there is no tray icon: {why}");
                None
            }
            Err(_) => {
                tracing::warn!("there is no tray icon: libayatana-appindicator3 is not installed");
                None
            }
        }
    }

    fn try_build(app: &AppHandle, desk: &Desk, dark_panel: bool) -> tauri::Result<Self> {
        let clicked = desk.clone();
        let entries = menu::entries(&[], &[]);
        let (first, labels) = drawn(app, &entries)?;
        let icon = TrayIconBuilder::with_id("main")
            .icon(Icon::default().image(dark_panel))
            .icon_as_template(true)
            .tooltip("Hatrack")
            .menu(&first)
            .on_menu_event(move |_, event| {
                if let Some(act) = Act::of_item(&event.id().0) {
                    let desk = clicked.clone();
                    tauri::async_runtime::spawn(async move { acts::perform(&desk, act).await });
                }
            })
            .build(app)?;
        Ok(Self {
            app: app.clone(),
            icon,
            dark_panel,
            roles: Mutex::default(),
            shown: Mutex::new(Shown {
                entries,
                labels,
                icon: Icon::default(),
            }),
        })
    }

    /// Draws the menu for how things are now; gives the seconds until it reads differently by time alone. The roles
    /// are asked for only if they may have changed: there may be thousands.
    pub async fn refresh(&self, desk: &Desk, roles_changed: bool) -> Option<u32> {
        let agent = desk.agent_for(Client::Tray).await.ok()?;
        let sessions = agent.sessions().await.ok()?;
        if roles_changed && let Ok(catalog) = agent.catalog().await {
            let offered = catalog
                .roles
                .into_iter()
                .filter(|role| role.favourite || role.last_use.is_some());
            *self.roles() = offered.collect();
        }
        let entries = menu::entries(&sessions, &self.roles());
        if let Err(why) = self.show(entries, Icon::of(&sessions)) {
            tracing::warn!("the tray menu could not be drawn: {why}");
        }
        menu::next_change(&sessions)
    }

    fn roles(&self) -> MutexGuard<'_, Vec<RoleView>> {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, entries: Vec<Entry>, icon: Icon) -> tauri::Result<()> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.icon != icon {
            self.icon.set_icon(Some(icon.image(self.dark_panel)))?;
            shown.icon = icon;
        }
        if shown.entries == entries {
            return Ok(());
        }
        if same_but_for_texts(&shown.entries, &entries) {
            relabel(&shown.labels, &entries)?;
        } else {
            // An open menu closes when it is replaced, so that is kept for when there is no other way.
            let (menu, labels) = drawn(&self.app, &entries)?;
            self.icon.set_menu(Some(menu))?;
            shown.labels = labels;
        }
        shown.entries = entries;
        Ok(())
    }
}

fn same_but_for_texts(before: &[Entry], after: &[Entry]) -> bool {
    before.len() == after.len()
        && before.iter().zip(after).all(|pair| match pair {
            (Entry::Item { act: a, .. }, Entry::Item { act: b, .. }) => a == b,
            (
                Entry::Branch {
                    id: a, entries: e, ..
                },
                Entry::Branch {
                    id: b, entries: f, ..
                },
            ) => a == b && same_but_for_texts(e, f),
            (a, b) => a == b,
        })
}

fn relabel(labels: &HashMap<String, Label>, entries: &[Entry]) -> tauri::Result<()> {
    for entry in entries {
        let (id, text) = match entry {
            Entry::Item { act, text } => (act.item_id(), text),
            Entry::Branch { id, text, entries } => {
                relabel(labels, entries)?;
                (id.clone(), text)
            }
            Entry::Heading(_) | Entry::Line => continue,
        };
        match labels.get(&id) {
            Some(Label::Item(item)) => item.set_text(literal(text))?,
            Some(Label::Branch(branch)) => branch.set_text(literal(text))?,
            None => {}
        }
    }
    Ok(())
}

/// An ampersand marks a key in menu labels; doubled, it stands for itself.
fn literal(text: &str) -> String {
    text.replace('&', "&&")
}

type Drawn = (Menu<Wry>, HashMap<String, Label>);

fn drawn(app: &AppHandle, entries: &[Entry]) -> tauri::Result<Drawn> {
    let mut labels = HashMap::new();
    let items = draw(app, entries, &mut labels)?;
    let items: Vec<_> = items.iter().map(|item| &**item).collect();
    Ok((Menu::with_items(app, &items)?, labels))
}

fn draw(
    app: &AppHandle,
    entries: &[Entry],
    labels: &mut HashMap<String, Label>,
) -> tauri::Result<Vec<Box<dyn IsMenuItem<Wry>>>> {
    let mut items: Vec<Box<dyn IsMenuItem<Wry>>> = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry {
            Entry::Heading(text) => items.push(Box::new(MenuItem::new(app, text, false, None::<&str>)?)),
            Entry::Line => items.push(Box::new(PredefinedMenuItem::separator(app)?)),
            Entry::Item { act, text } => {
                let item = MenuItem::with_id(app, act.item_id(), literal(text), true, None::<&str>)?;
                labels.insert(act.item_id(), Label::Item(item.clone()));
                items.push(Box::new(item));
            }
            Entry::Branch { id, text, entries } => {
                let inner = draw(app, entries, labels)?;
                let inner: Vec<_> = inner.iter().map(|item| &**item).collect();
                let branch = Submenu::with_id_and_items(app, id.clone(), literal(text), true, &inner)?;
                labels.insert(id.clone(), Label::Branch(branch.clone()));
                items.push(Box::new(branch));
            }
        }
    }
    Ok(items)
}

/// That something changed which shows in the menu.
#[derive(Default)]
pub struct TrayNews {
    came: Notify,
    roles: AtomicBool,
}

impl TrayNews {
    /// These topics changed.
    pub fn come(&self, topics: &[Topic]) {
        if topics.contains(&Topic::Catalog) {
            self.roles.store(true, Ordering::Relaxed);
        }
        if topics
            .iter()
            .any(|topic| matches!(topic, Topic::Sessions | Topic::Catalog))
        {
            self.came.notify_one();
        }
    }

    /// Waits for the next.
    pub async fn wait(&self) {
        self.came.notified().await;
    }

    /// Whether the roles changed since this was asked last.
    pub fn takes_roles(&self) -> bool {
        self.roles.swap(false, Ordering::Relaxed)
    }
}
