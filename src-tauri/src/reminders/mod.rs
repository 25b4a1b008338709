//! Desktop notifications: reminders before a session ends, with buttons that work.

mod text;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hatrack_agent::protocol::Event;
use hatrack_core::in_use::SwitchedBackView;
use hatrack_core::transfer_view::{TransferParty, TransferState};
use hatrack_core::view::NeedView;
use jiff::tz::TimeZone;
use tokio::sync::{oneshot, watch};

use crate::acts;
use crate::desk::Desk;
use crate::front::Push;
use crate::wire::{Navigate, Place};
use text::{Click, Reminder};

/// The notifications that are shown.
#[derive(Clone)]
pub struct Reminders {
    desk: Desk,
    shown: Arc<Mutex<HashMap<String, Shown>>>,
    /// That there is no server is written to the log once.
    silent: Arc<AtomicBool>,
    /// Listened to by each notification until the server is done with it.
    presented: Arc<watch::Sender<()>>,
}

struct Shown {
    /// The server's number, for replacing it; `None` while it is on its way.
    number: Option<u32>,
    /// Dropped or sent to: it is taken away.
    withdraw: Option<oneshot::Sender<Withdraw>>,
}

/// Why a notification is no longer ours to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Withdraw {
    /// Taken away.
    Close,
    /// Another takes the place of the one with this number on the server.
    Replaced(Option<u32>),
}

impl Reminders {
    /// None shown yet.
    pub fn new(desk: Desk) -> Self {
        Self {
            desk,
            shown: Arc::default(),
            silent: Arc::default(),
            presented: Arc::new(watch::Sender::new(())),
        }
    }

    fn shown(&self) -> MutexGuard<'_, HashMap<String, Shown>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows or takes away what the event asks for.
    pub fn hear(&self, event: &Event) {
        match event {
            Event::Reminder { session, minutes } => {
                let downloads = self.downloads_of(&session.id);
                self.show(text::nears_end(session, *minutes, downloads, &TimeZone::system()));
            }
            Event::Expired { session } => self.show(text::has_ended(session)),
            Event::RenewFailed { session, message } => self.show(text::was_not_renewed(session, message)),
            Event::Withdrawn { session_id } => self.withdraw(session_id),
            Event::Asked { role_key, need, .. } => self.ask(role_key, need),
            Event::SwitchedBack { back } => self.offer_undo(back),
            Event::Changed { .. } => {}
        }
    }

    /// A program waits. For a code or a sign-in the window comes up. Consent is given by one key: a window that came up
    /// under the person's hands might get it unread, so one in sight asks where it is, and else a notification does.
    fn ask(&self, role_key: &str, need: &NeedView) {
        if matches!(need, NeedView::MfaCode { .. } | NeedView::SignIn { .. }) {
            acts::go(&self.desk, Place::Roles, None, Some(role_key.to_owned()), true);
        } else if self.desk.front().is_shown() {
            self.desk.front().push(Push::Navigate(Navigate {
                view: Place::Roles,
                session_id: None,
                role_key: Some(role_key.to_owned()),
                ask_mfa: true,
            }));
        } else {
            self.show(text::is_waited_for(role_key, need));
        }
    }

    /// In the window where it is in sight; else here, and taken away when it is too late.
    fn offer_undo(&self, back: &SwitchedBackView) {
        let Some(undo) = back.undo.clone() else { return };
        if self.desk.front().is_shown() {
            return;
        }
        self.show(text::was_switched_back(back, &undo, &TimeZone::system()));
        let (here, offered) = (self.clone(), Duration::from_secs(back.undo_s.into()));
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(offered).await;
            here.withdraw(&undo);
        });
    }

    fn downloads_of(&self, session: &str) -> usize {
        let transfers = self.desk.transfers().list();
        let running = transfers
            .iter()
            .filter(|transfer| transfer.state == TransferState::Running);
        let signs = |party: &TransferParty| party.session_id == session;
        running
            .filter(|transfer| signs(&transfer.party) || transfer.writer.as_ref().is_some_and(signs))
            .count()
    }

    /// Takes away what is shown about a session.
    fn withdraw(&self, about: &str) {
        if let Some(mut shown) = self.shown().remove(about)
            && let Some(withdraw) = shown.withdraw.take()
        {
            let _ = withdraw.send(Withdraw::Close);
        }
    }

    /// A notification has ended by itself: a later one about the same does not replace it.
    #[cfg(all(unix, not(target_os = "macos")))]
    fn forget(&self, about: &str, number: u32) {
        let mut shown = self.shown();
        if shown.get(about).is_some_and(|shown| shown.number == Some(number)) {
            shown.remove(about);
        }
    }

    /// Takes everything away, as the buttons work only while this program runs, and comes back once it is gone.
    pub async fn withdraw_all(&self) {
        let all: Vec<_> = self.shown().keys().cloned().collect();
        all.iter().for_each(|about| self.withdraw(about));
        self.presented.closed().await;
    }

    fn show(&self, reminder: Reminder) {
        let (withdraw, withdrawn) = oneshot::channel();
        let replaces = {
            let mut shown = self.shown();
            let before = shown.remove(&reminder.about);
            let number = before.as_ref().and_then(|before| before.number);
            if let Some(before) = before.and_then(|before| before.withdraw) {
                let _ = before.send(Withdraw::Replaced(number));
            }
            shown.insert(
                reminder.about.clone(),
                Shown {
                    number,
                    withdraw: Some(withdraw),
                },
            );
            number
        };
        let here = self.clone();
        let presented = self.presented.subscribe();
        tauri::async_runtime::spawn(async move {
            let outcome = here.present(&reminder, replaces, withdrawn).await;
            drop(presented);
            match outcome {
                Ok(Some(click)) => here.clicked(click).await,
                Ok(None) => {}
                Err(why) => {
                    if !here.silent.swap(true, Ordering::Relaxed) {
                        tracing::info!("reminders are not shown: {why}");
                    }
                    if let Some(click) = reminder.otherwise {
                        here.clicked(click).await;
                    }
                }
            }
        });
    }

    async fn clicked(&self, click: Click) {
        match click {
            Click::Act(act) => acts::perform(&self.desk, act).await,
            Click::Ask { view, session, role } => acts::go(&self.desk, view, session, role, true),
        }
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod server {
    use super::*;
    use notify_rust::{Notification, NotificationResponse, Urgency};

    impl Reminders {
        /// Shows it and waits for what becomes of it.
        pub(super) async fn present(
            &self,
            reminder: &Reminder,
            replaces: Option<u32>,
            withdrawn: oneshot::Receiver<Withdraw>,
        ) -> notify_rust::error::Result<Option<Click>> {
            let able = tokio::task::spawn_blocking(notify_rust::get_capabilities).await;
            let able = able.unwrap_or_else(|_| Ok(Vec::new()))?;
            let handle = written(reminder, replaces, &able).show_async().await?;
            if let Some(shown) = self.shown().get_mut(&reminder.about)
                && shown
                    .withdraw
                    .as_ref()
                    .is_some_and(|withdraw| !withdraw.is_closed())
            {
                shown.number = Some(handle.id());
            }
            let answer = Mutex::new(None);
            tokio::select! {
                () = handle.wait_for_action_async(|response| {
                    *answer.lock().unwrap_or_else(PoisonError::into_inner) = chosen(reminder, response);
                }) => {}
                why = withdrawn => {
                    if why != Ok(Withdraw::Replaced(Some(handle.id()))) {
                        handle.close_async().await;
                    }
                    return Ok(None);
                }
            }
            let click = answer.into_inner().unwrap_or_else(PoisonError::into_inner);
            self.forget(&reminder.about, handle.id());
            if click.is_some() {
                // Most servers do so by themselves; some leave it standing.
                handle.close_async().await;
            }
            Ok(click)
        }
    }

    /// The notification for a server that is `able` to do these things.
    fn written(reminder: &Reminder, replaces: Option<u32>, able: &[String]) -> Notification {
        let can = |what: &str| able.iter().any(|known| known == what);
        let mut notification = Notification::new();
        notification
            .appname("Hatrack")
            .icon("hatrack")
            .summary(&reminder.summary)
            .urgency(if reminder.urgent {
                Urgency::Critical
            } else {
                Urgency::Normal
            })
            .action("default", "Open");
        if can("body-markup") {
            notification.body(&text::without_markup(&reminder.body));
        } else {
            notification.body(&reminder.body);
        }
        if can("actions") {
            for (id, label, _) in &reminder.buttons {
                notification.action(id, label);
            }
        }
        if let Some(number) = replaces {
            notification.id(number);
        }
        notification
    }

    fn chosen(reminder: &Reminder, response: &NotificationResponse) -> Option<Click> {
        match response {
            NotificationResponse::Default => Some(reminder.click.clone()),
            NotificationResponse::Action(id) => {
                let button = reminder.buttons.iter().find(|(known, ..)| known == id);
                button.map(|(_, _, click)| click.clone())
            }
            _ => None,
        }
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
impl Reminders {
    /// Shows it. These systems have no buttons here yet.
    async fn present(
        &self,
        reminder: &Reminder,
        _replaces: Option<u32>,
        _withdrawn: oneshot::Receiver<Withdraw>,
    ) -> notify_rust::error::Result<Option<Click>> {
        notify_rust::Notification::new()
            .appname("Hatrack")
            .summary(&reminder.summary)
            .body(&reminder.body)
            .show()?;
        Ok(None)
    }
}
