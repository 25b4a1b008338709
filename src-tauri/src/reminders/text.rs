//! What a reminder says, apart from any notification server.

use hatrack_core::in_use::SwitchedBackView;
use hatrack_core::view::{NeedView, SessionView};
use jiff::tz::TimeZone;

use crate::acts::Act;
use crate::wire::Place;

/// What a click on a reminder asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Click {
    /// As from the tray.
    Act(Act),
    /// The window, at a place, asking for a code.
    Ask {
        /// The view.
        view: Place,
        /// Of this session,
        session: Option<String>,
        /// or this role.
        role: Option<String>,
    },
}

/// One notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// What it is about; a later one about the same replaces it.
    pub about: String,
    /// The headline, plain text.
    pub summary: String,
    /// The rest, plain text.
    pub body: String,
    /// Its buttons.
    pub buttons: Vec<(&'static str, &'static str, Click)>,
    /// A click on it.
    pub click: Click,
    /// Done at once where there is no notification server; everything else can wait.
    pub otherwise: Option<Click>,
    /// Whether it stays until the person has seen it.
    pub urgent: bool,
}

fn name(session: &SessionView) -> String {
    format!("{} / {}", session.account_name, session.role_name)
}

fn renew(session: &SessionView) -> (&'static str, &'static str, Click) {
    let id = session.id.clone();
    let click = if session.renew_needs_code {
        Click::Ask {
            view: Place::Sessions,
            session: Some(id),
            role: None,
        }
    } else {
        Click::Act(Act::Renew { session: id })
    };
    ("renew", "Renew", click)
}

fn switch_back(session: &SessionView) -> (&'static str, &'static str, Click) {
    let session = session.id.clone();
    ("switch-back", "Switch back", Click::Act(Act::End { session }))
}

fn open(session: &SessionView) -> Click {
    let session = session.id.clone();
    Click::Act(Act::Open { session })
}

/// A session nears its end, `minutes` before it; `downloads` of it are running.
pub fn nears_end(session: &SessionView, minutes: u32, downloads: usize, zone: &TimeZone) -> Reminder {
    let ends = session.expires_at.to_zoned(zone.clone()).strftime("%H:%M");
    let running = match downloads {
        0 => String::new(),
        1 => " One download is still running.".to_owned(),
        many => format!(" {many} downloads are still running."),
    };
    Reminder {
        about: session.id.clone(),
        summary: format!("{} expires in {minutes} min", name(session)),
        body: format!("Ends at {ends}.{running}"),
        buttons: vec![renew(session), switch_back(session)],
        click: open(session),
        otherwise: None,
        urgent: minutes <= 5,
    }
}

/// A session has ended by time.
pub fn has_ended(session: &SessionView) -> Reminder {
    let again = session.role_key.clone().map(|role| {
        let click = if session.renew_needs_code {
            Click::Ask {
                view: Place::Roles,
                session: None,
                role: Some(role),
            }
        } else {
            Click::Act(Act::Switch { role })
        };
        ("switch-again", "Switch again", click)
    });
    Reminder {
        about: session.id.clone(),
        summary: format!("{} has expired", name(session)),
        body: String::new(),
        buttons: again.into_iter().collect(),
        click: open(session),
        otherwise: None,
        urgent: false,
    }
}

/// An automatic renewal failed.
pub fn was_not_renewed(session: &SessionView, why: &str) -> Reminder {
    Reminder {
        about: session.id.clone(),
        summary: format!("{} was not renewed", name(session)),
        body: why.to_owned(),
        buttons: vec![renew(session), switch_back(session)],
        click: open(session),
        otherwise: None,
        urgent: true,
    }
}

/// The person switched back where no window is in sight.
pub fn was_switched_back(back: &SwitchedBackView, undo: &str, zone: &TimeZone) -> Reminder {
    let summary = match back.sessions.as_slice() {
        [one] => format!("Switched back from {} / {}", one.account_name, one.role_name),
        many => format!("Switched back from {} sessions", many.len()),
    };
    let last = back.sessions.iter().filter_map(|left| left.valid_until).max();
    let body = last.map(|at| {
        let at = at.to_zoned(zone.clone()).strftime("%H:%M");
        format!("AWS accepts the credentials until {at}.")
    });
    let act = Act::UndoEnd {
        undo: undo.to_owned(),
    };
    Reminder {
        about: undo.to_owned(),
        summary,
        body: body.unwrap_or_default(),
        buttons: vec![("undo", "Undo", Click::Act(act))],
        click: Click::Act(Act::OpenWindow),
        otherwise: None,
        urgent: false,
    }
}

/// A program waits for what only the person has.
pub fn is_waited_for(role_key: &str, need: &NeedView) -> Reminder {
    let (what, button) = match need {
        NeedView::MfaCode { .. } => ("A program waits for a code", "Enter code"),
        NeedView::SignIn { .. } => ("A program waits for you to sign in", "Sign in"),
        NeedView::ProxyPassword { .. } => ("A program waits for your proxy's password", "Open"),
        NeedView::CommandConsent { .. } | NeedView::EndpointConsent { .. } => {
            ("A program waits for your consent", "Open")
        }
    };
    let ask = Click::Ask {
        view: Place::Roles,
        session: None,
        role: Some(role_key.to_owned()),
    };
    Reminder {
        about: format!("asked {role_key}"),
        summary: what.to_owned(),
        body: format!("It asked for credentials of {role_key}."),
        buttons: vec![("enter", button, ask.clone())],
        click: ask.clone(),
        otherwise: Some(ask),
        urgent: true,
    }
}

/// Notification servers with `body-markup` read the body as markup, where everything here is plain text.
///
/// Source: Desktop Notifications Specification 1.2, "Markup".
pub fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn session(needs_code: bool) -> SessionView {
        serde_json::from_value(json!({
            "id": "aaaaaaaa", "role_key": "prod", "profile": null, "arn": null, "account_id": null,
            "account_name": "<a href=x>acme</a>", "colour": "red", "role_name": "--help", "assumed_role_arn": null,
            "user_id": null, "access_key_id": "ASIA", "issued_at": "2026-06-11T12:00:00Z",
            "expires_at": "2026-06-11T13:02:00Z", "seconds_left": 300, "life": 3600, "region": "eu-west-1",
            "source": "troy", "session_name": null, "mfa_serial": null, "external_id": null, "hops": [],
            "chained": false, "auto_renew": false, "renew_needs_code": needs_code, "renew_error": null,
            "token_chars": 400
        }))
        .unwrap()
    }

    #[test]
    fn e62_names_are_literal() {
        let reminder = nears_end(&session(false), 5, 0, &TimeZone::UTC);
        assert_eq!(reminder.summary, "<a href=x>acme</a> / --help expires in 5 min");
        let body = was_not_renewed(&session(false), "<b>no</b> & nothing").body;
        assert_eq!(without_markup(&body), "&lt;b&gt;no&lt;/b&gt; &amp; nothing");
    }

    #[test]
    fn renew_acts_at_once_only_where_no_code_is_needed() {
        let button = |needs_code| {
            nears_end(&session(needs_code), 15, 0, &TimeZone::UTC).buttons[0]
                .2
                .clone()
        };
        let id = || "aaaaaaaa".to_owned();
        assert_eq!(button(false), Click::Act(Act::Renew { session: id() }));
        assert_eq!(
            button(true),
            Click::Ask {
                view: Place::Sessions,
                session: Some(id()),
                role: None
            }
        );
    }

    #[test]
    fn a_reminder_says_when_and_what_still_runs() {
        let body = |downloads| nears_end(&session(false), 5, downloads, &TimeZone::UTC).body;
        assert_eq!(body(0), "Ends at 13:02.");
        assert_eq!(body(2), "Ends at 13:02. 2 downloads are still running.");
    }

    #[test]
    fn every_reminder_of_a_session_replaces_the_one_before() {
        let session = session(false);
        let all = [
            nears_end(&session, 15, 0, &TimeZone::UTC),
            nears_end(&session, 5, 0, &TimeZone::UTC),
            has_ended(&session),
            was_not_renewed(&session, ""),
        ];
        assert!(all.iter().all(|reminder| reminder.about == session.id));
    }
}
