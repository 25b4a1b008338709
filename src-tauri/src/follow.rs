//! Follows what happens in the agent, and tells the page, the tray and the reminders. They do not know each other.

use std::sync::Arc;
use std::time::Duration;

use hatrack_agent::client::Events;
use hatrack_agent::protocol::{self, Event};
use hatrack_core::caller::Client;
use hatrack_core::in_use::SwitchedBackView;
use tokio::time::sleep;

use crate::desk::Desk;
use crate::front::Push;
use crate::reminders::Reminders;
use crate::tray::{Tray, TrayNews};
use crate::wire::{CommandError, Topic};

/// How long to wait before the agent is tried again: it grows, as starting one costs.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Follows the agent for as long as the program runs, and finds it again when it is lost.
pub async fn agent(desk: Desk, reminders: Reminders, tray_news: Arc<TrayNews>) {
    let mut pause = SHORTEST_PAUSE;
    let mut first = true;
    loop {
        match subscribe(&desk).await {
            Ok(mut events) => {
                pause = SHORTEST_PAUSE;
                // What happened before the subscription is not told again.
                let all = protocol::Topic::ALL.map(Topic::from);
                if !first || desk.page_has_asked() {
                    desk.changed(&all);
                }
                first = false;
                tray_news.come(&all);
                while let Some(event) = events.next().await {
                    reminders.hear(&event);
                    if let Event::Withdrawn { session_id } = &event {
                        desk.s3().forget(session_id);
                    }
                    if let Event::SwitchedBack { back } = &event {
                        desk.front()
                            .push(Push::SwitchedBack(SwitchedBackView::clone(back)));
                    }
                    if let Event::Changed { topics, .. } = &event {
                        let topics: Vec<_> = topics.iter().copied().map(Topic::from).collect();
                        if topics.contains(&Topic::Sessions) {
                            desk.s3().sessions_changed();
                        }
                        tray_news.come(&topics);
                        desk.changed(&topics);
                    }
                }
                tracing::warn!("the agent is gone");
            }
            Err(error) => {
                tracing::warn!("the agent cannot be reached: {error}");
                desk.changed(&[Topic::Status]);
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn subscribe(desk: &Desk) -> Result<Events, CommandError> {
    Ok(desk.agent_for(Client::Window).await?.subscribe().await?)
}

/// Keeps the tray's menu: after each change, and when a label reads differently by time alone.
pub async fn tray(desk: Desk, tray: Arc<Tray>, news: Arc<TrayNews>) {
    loop {
        let by_time = tray.refresh(&desk, news.takes_roles()).await;
        match by_time {
            None => news.wait().await,
            Some(seconds) => {
                tokio::select! {
                    () = news.wait() => {}
                    () = sleep(Duration::from_secs(seconds.into())) => {}
                }
            }
        }
    }
}

impl From<protocol::Topic> for Topic {
    fn from(topic: protocol::Topic) -> Self {
        match topic {
            protocol::Topic::Catalog => Self::Catalog,
            protocol::Topic::Sessions => Self::Sessions,
            protocol::Topic::History => Self::History,
            protocol::Topic::Settings => Self::Settings,
            protocol::Topic::Status => Self::Status,
            protocol::Topic::Portals => Self::Portals,
            protocol::Topic::Discoveries => Self::Discoveries,
            protocol::Topic::Endpoints => Self::Endpoints,
            protocol::Topic::Uses => Self::Uses,
        }
    }
}
