//! Whether a tray is there to show the icon. Without one, a hidden window could not be brought back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a tray shows icons, kept up to date while the program runs.
#[derive(Clone, Default)]
pub struct TrayHost(Arc<AtomicBool>);

impl TrayHost {
    /// Whether one is there now.
    pub fn is_there(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets it, and says whether that changed anything.
    fn set(&self, there: bool) -> bool {
        self.0.swap(there, Ordering::Relaxed) != there
    }

    /// Looks now, and again whenever trays come and go; calls `changed` when the answer differs.
    #[cfg(target_os = "linux")]
    pub async fn watch(self, changed: impl Fn() + Send) {
        if let Err(why) = linux::watch(&self, &changed).await {
            tracing::info!("no tray can be found: {why}");
        }
        if self.set(false) {
            changed();
        }
    }

    /// Elsewhere the tray is part of the desktop.
    #[cfg(not(target_os = "linux"))]
    pub async fn watch(self, changed: impl Fn() + Send) {
        if self.set(true) {
            changed();
        }
    }
}

/// StatusNotifierItem (freedesktop.org): a watcher owns a well-known name, and says whether a host shows items.
#[cfg(target_os = "linux")]
mod linux {
    use futures::StreamExt;
    use zbus::fdo::{DBusProxy, PropertiesProxy};
    use zbus::names::{BusName, InterfaceName};
    use zbus::{Connection, MatchRule, MessageStream, message};

    use super::TrayHost;

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";

    pub(super) async fn watch(host: &TrayHost, changed: &(impl Fn() + Send)) -> zbus::Result<()> {
        let bus = Connection::session().await?;
        let names = DBusProxy::new(&bus).await?;
        let mut owners = names
            .receive_name_owner_changed_with_args(&[(0, WATCHER)])
            .await?;
        // The watcher's own signals: a host registered or went.
        let rule = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .interface(WATCHER)?
            .build();
        let mut signals = MessageStream::for_match_rule(rule, &bus, None).await?;
        loop {
            if host.set(shows_items(&bus, &names).await) {
                changed();
            }
            let more = tokio::select! {
                owner = owners.next() => owner.is_some(),
                signal = signals.next() => signal.is_some(),
            };
            if !more {
                return Ok(());
            }
        }
    }

    async fn shows_items(bus: &Connection, names: &DBusProxy<'_>) -> bool {
        let Ok(watcher) = BusName::try_from(WATCHER) else {
            return false;
        };
        if !names.name_has_owner(watcher).await.unwrap_or(false) {
            return false;
        }
        host_registered(bus).await.unwrap_or(false)
    }

    async fn host_registered(bus: &Connection) -> zbus::Result<bool> {
        let properties = PropertiesProxy::builder(bus)
            .destination(WATCHER)?
            .path(PATH)?
            .build()
            .await?;
        let interface = InterfaceName::try_from(WATCHER)?;
        let value = properties
            .get(interface, "IsStatusNotifierHostRegistered")
            .await?;
        Ok(bool::try_from(value)?)
    }
}
