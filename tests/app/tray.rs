//! A tray: the smallest StatusNotifierWatcher that libayatana-appindicator accepts, and a reader of its menus.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use zbus::Connection;
use zbus::message::Header;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use crate::desktop::Desktop;
use crate::patience::LIMIT;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";

struct Watcher {
    items: Vec<String>,
    registered: mpsc::UnboundedSender<(String, String)>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&mut self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        self.items.push(format!("{sender}{service}"));
        let _ = self.registered.send((sender, service.to_owned()));
    }
    fn register_status_notifier_host(&self, _service: &str) {}
    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items.clone()
    }
    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// A tray on the desktop.
pub struct Tray {
    bus: Connection,
    registered: mpsc::UnboundedReceiver<(String, String)>,
}

impl Tray {
    pub async fn start(desktop: &Desktop) -> Self {
        let (tell, registered) = mpsc::unbounded_channel();
        let bus = desktop.connection().await;
        let watcher = Watcher {
            items: Vec::new(),
            registered: tell,
        };
        bus.object_server()
            .at("/StatusNotifierWatcher", watcher)
            .await
            .unwrap();
        bus.request_name(WATCHER).await.unwrap();
        Self { bus, registered }
    }

    /// Waits for an icon, and gives its menu.
    pub async fn menu(&mut self) -> Menu {
        let (owner, item) = match self.icon().await {
            Some(icon) => icon,
            None => {
                // The icon's library was once seen not to announce itself on a loaded machine. It has to when a
                // panel starts anew; an app without an icon still fails here.
                eprintln!("no icon came; the tray starts anew");
                self.start_anew().await;
                self.icon().await.expect("no icon came")
            }
        };
        let item = zbus::Proxy::new(&self.bus, owner.clone(), item, "org.kde.StatusNotifierItem")
            .await
            .unwrap();
        let path = item.get_property("Menu").await.unwrap();
        Menu {
            bus: self.bus.clone(),
            owner,
            path,
        }
    }
}

impl Tray {
    async fn icon(&mut self) -> Option<(String, String)> {
        tokio::time::timeout(LIMIT, self.registered.recv())
            .await
            .ok()
            .flatten()
    }

    async fn start_anew(&self) {
        self.bus.release_name(WATCHER).await.unwrap();
        self.bus.request_name(WATCHER).await.unwrap();
    }
}

/// An icon's menu, over `com.canonical.dbusmenu`.
pub struct Menu {
    bus: Connection,
    owner: String,
    path: OwnedObjectPath,
}

/// One of its lines; what a submenu holds follows it, with the submenu's label before its own.
#[derive(Debug, Clone)]
pub struct Line {
    pub id: i32,
    /// `acme / Role (42 min)` or, inside, `acme / Role (42 min) > Switch back`.
    pub label: String,
}

type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Menu {
    async fn call<B>(&self, method: &str, body: &B) -> zbus::Result<zbus::Message>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let interface = Some("com.canonical.dbusmenu");
        self.bus
            .call_method(Some(self.owner.as_str()), &self.path, interface, method, body)
            .await
    }

    /// Every line, submenus' included.
    pub async fn lines(&self) -> Vec<Line> {
        let answer = self
            .call("GetLayout", &(0i32, -1i32, Vec::<String>::new()))
            .await
            .unwrap();
        let (_, root): (u32, Layout) = answer.body().deserialize().unwrap();
        let mut lines = Vec::new();
        collect(&root, "", &mut lines);
        lines
    }

    /// Waits for a line whose label satisfies `wanted`.
    pub async fn line(&self, what: &str, wanted: impl Fn(&str) -> bool) -> Line {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let lines = self.lines().await;
            if let Some(line) = lines.iter().find(|line| wanted(&line.label)) {
                return line.clone();
            }
            assert!(Instant::now() < until, "no line {what} in {lines:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until no line satisfies `unwanted`.
    pub async fn without(&self, what: &str, unwanted: impl Fn(&str) -> bool) {
        let until = Instant::now() + Duration::from_secs(30);
        while self.lines().await.iter().any(|line| unwanted(&line.label)) {
            assert!(Instant::now() < until, "{what} stays in the menu");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn click(&self, line: &Line) {
        self.call("Event", &(line.id, "clicked", Value::from(0i32), 0u32))
            .await
            .unwrap();
    }
}

fn collect(layout: &Layout, above: &str, lines: &mut Vec<Line>) {
    for child in &layout.2 {
        let layout: Layout = match &**child {
            Value::Value(inner) => inner.try_clone().unwrap().downcast().unwrap(),
            other => other.try_clone().unwrap().downcast().unwrap(),
        };
        let label = layout
            .1
            .get("label")
            .and_then(|label| String::try_from(label.try_clone().unwrap()).ok());
        // An underline marks a key in labels; doubled, it stands for itself.
        let label = label.unwrap_or_default().replace("__", "_");
        let label = if above.is_empty() {
            label
        } else {
            format!("{above} > {label}")
        };
        lines.push(Line {
            id: layout.0,
            label: label.clone(),
        });
        collect(&layout, &label, lines);
    }
}
