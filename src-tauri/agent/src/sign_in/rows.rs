//! What history says of sign-ins.

use hatrack_core::caller::Client;
use hatrack_core::history::{event, outcome};
use hatrack_core::history_view::HistoryRow;
use hatrack_core::identity_center::Portal;

use super::SignIns;

impl SignIns {
    /// Writes that one signed in or out, or why not.
    pub(super) fn write(&self, what: &'static str, portal: &Portal, client: Client, error: Option<String>) {
        debug_assert!(matches!(what, event::SIGN_IN | event::SIGN_OUT));
        let Some(mailbox) = self.0.mailbox.get() else {
            return;
        };
        mailbox.write(HistoryRow {
            id: 0,
            at: self.0.clock.now().wall,
            event: what.to_owned(),
            outcome: if error.is_none() {
                outcome::OK
            } else {
                outcome::FAILED
            }
            .to_owned(),
            account_id: None,
            account_name: None,
            role_name: None,
            arn: None,
            profile: None,
            session_id: None,
            duration_s: None,
            call_ms: None,
            request_id: None,
            error,
            client: client.as_str().to_owned(),
            detail: Some(portal.name().to_owned()),
        });
    }
}
