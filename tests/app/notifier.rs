//! A notification server that shows nothing, remembers what it was told, and presses buttons.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::mpsc;
use zbus::Connection;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;

use crate::desktop::Desktop;

const PATH: &str = "/org/freedesktop/Notifications";

/// What happened to a notification.
#[derive(Debug, Clone)]
pub enum Told {
    Shown(Notification),
    Closed(u32),
}

/// A notification as it was sent.
#[derive(Debug, Clone)]
pub struct Notification {
    pub id: u32,
    pub replaces: u32,
    pub summary: String,
    pub body: String,
    /// IDs and labels in turn.
    pub actions: Vec<String>,
}

struct Server {
    made: u32,
    able: Vec<String>,
    tell: mpsc::UnboundedSender<Told>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Server {
    #[allow(clippy::too_many_arguments)]
    fn notify(
        &mut self,
        _app: &str,
        replaces: u32,
        _icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        self.made += 1;
        let id = if replaces == 0 { self.made } else { replaces };
        let _ = self.tell.send(Told::Shown(Notification {
            id,
            replaces,
            summary: summary.into(),
            body: body.into(),
            actions,
        }));
        id
    }
    fn get_capabilities(&self) -> Vec<String> {
        self.able.clone()
    }
    fn get_server_information(&self) -> (String, String, String, String) {
        ("test".into(), "test".into(), "1".into(), "1.2".into())
    }
    fn close_notification(&self, id: u32) {
        let _ = self.tell.send(Told::Closed(id));
    }
    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str) -> zbus::Result<()>;
}

/// The server.
pub struct Notifier {
    bus: Connection,
    told: mpsc::UnboundedReceiver<Told>,
}

impl Notifier {
    /// One that can do these things (`actions`, `body-markup`, …).
    pub async fn start(desktop: &Desktop, able: &[&str]) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let bus = desktop.connection().await;
        let able = able.iter().map(ToString::to_string).collect();
        bus.object_server()
            .at(PATH, Server { made: 0, able, tell })
            .await
            .unwrap();
        bus.request_name("org.freedesktop.Notifications").await.unwrap();
        Self { bus, told }
    }

    /// What it is told next.
    pub async fn next(&mut self, limit: Duration) -> Told {
        tokio::time::timeout(limit, self.told.recv())
            .await
            .expect("no notification came")
            .unwrap()
    }

    /// The next notification that is shown.
    pub async fn shown(&mut self, limit: Duration) -> Notification {
        loop {
            if let Told::Shown(notification) = self.next(limit).await {
                return notification;
            }
        }
    }

    /// Presses a button. The client listens only after its call returned, which a person never outruns: pressed again
    /// until `done` says that it was heard.
    pub async fn press(&self, id: u32, action: &str, mut done: impl FnMut() -> bool) {
        let server = self
            .bus
            .object_server()
            .interface::<_, Server>(PATH)
            .await
            .unwrap();
        for _ in 0..60 {
            Server::action_invoked(server.signal_emitter(), id, action)
                .await
                .unwrap();
            for _ in 0..20 {
                if done() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        }
        panic!("nobody heard the button {action}");
    }
}
