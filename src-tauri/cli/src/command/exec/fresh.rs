//! Keeping the session alive from here, while the command runs.
//!
//! `hat credential-process` renews by itself, except where the session's start is in our environment: those
//! variables are kept from the command, and so from what it runs.

use std::time::Duration;

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{HandOutOutcome, HandOutRequest, SessionRef};
use hatrack_core::view::SessionView;

/// After a renewal that did not come: often enough for a quarter of the shortest session.
const AGAIN: Duration = Duration::from_secs(60);

/// Renews the session whenever it is due. Never ends; does nothing where the environment is not the start.
pub async fn keep(agent: Agent, session: Option<SessionView>) {
    let from_environment = agent.caller().var("AWS_ACCESS_KEY_ID").is_some();
    let Some(session) = session.filter(|_| from_environment) else {
        return std::future::pending().await;
    };
    let mut left = session.seconds_left;
    loop {
        tokio::time::sleep(until_due(left, session.life)).await;
        let mut request = HandOutRequest::of(SessionRef::Id(session.id.clone()));
        request.quiet = true;
        request.min_life = Some(due_below(session.life));
        // What fails here fails again when the command asks, and says so then.
        left = match agent.hand_out(request).await {
            Ok(HandOutOutcome::Given(given)) => given.session.map_or(0, |session| session.seconds_left),
            _ => 0,
        };
    }
}

/// A little before a hand-out would renew (min(10 min, a quarter of its life)), so that none ever has to.
fn due_below(life: u32) -> u32 {
    (life / 4).min(600) + life / 20
}

fn until_due(left: u32, life: u32) -> Duration {
    Duration::from_secs(u64::from(left.saturating_sub(due_below(life))))
        .max(AGAIN.min(Duration::from_secs(u64::from((life / 8).max(1)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_before_a_hand_out_would_renew() {
        for life in [900, 3600, 43200] {
            let at_wake = life - u32::try_from(until_due(life, life).as_secs()).unwrap_or(life);
            assert!(
                at_wake > (life / 4).min(600) && at_wake < life,
                "{life}: {at_wake}"
            );
        }
    }

    #[test]
    fn a_session_of_seconds_is_not_asked_for_without_a_pause() {
        assert!(until_due(0, 0) >= Duration::from_secs(1) && until_due(3, 7) >= Duration::from_secs(1));
    }
}
