//! AWS's sign-in for brokers, and in place of the console a page that says who has come.
//!
//! Source: IAM User Guide, "Enable custom identity broker access to the AWS console". What it refuses, it refuses with
//! HTTP 400 and a page that says nothing of why, as AWS does.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hatrack_core::account::Partition;
use hatrack_core::console::ConsolePage;
use hatrack_core::secret::Secret;
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use crate::identity_center::{Fields, Reply, html};
use crate::state::State;
use crate::world::{Session, SessionOf};

const FEDERATION_PATH: &str = "/federation";
const SIGN_OUT_PATH: &str = "/oauth";
/// A link is taken for 15 minutes.
const LINK_SECONDS: i64 = 15 * 60;
/// `SessionDuration`: 15 minutes to 12 hours.
const SHORTEST_STAY: i64 = 900;
const LONGEST_STAY: i64 = 43_200;

/// What is asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// `/federation`: a token, or a sign-in by one.
    Federation,
    /// `/oauth`: a sign-out that leads on.
    SignOut,
}

impl Page {
    /// The page of a request that nobody signed.
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        match (method, path) {
            (&Method::GET, FEDERATION_PATH) => Some(Self::Federation),
            (&Method::GET, SIGN_OUT_PATH) => Some(Self::SignOut),
            _ => None,
        }
    }
}

/// The sign-in tokens that were given out.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<HashMap<String, SignIn>>);

/// Who signs in by a token.
#[derive(Debug, Clone)]
struct SignIn {
    who: String,
    taken_until: Timestamp,
    stays_until: Timestamp,
}

/// `Session`, as the broker writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    session_id: String,
    session_key: Read,
    session_token: Read,
}

/// A secret that is read here alone.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Read(Secret);

impl From<String> for Read {
    fn from(text: String) -> Self {
        Self(Secret::new(text))
    }
}

/// Answers one of the pages.
pub fn answer(state: &State, page: Page, query: &str) -> Reply {
    let fields = Fields::read(query.as_bytes());
    match (page, fields.get("Action")) {
        (Page::Federation, Some("getSigninToken")) => {
            state.count("getSigninToken");
            token(state, &fields).unwrap_or_else(refused)
        }
        (Page::Federation, Some("login")) => {
            state.count("ConsoleLogin");
            login(state, &fields).unwrap_or_else(refused)
        }
        (Page::SignOut, Some("logout")) => {
            state.count("ConsoleLogout");
            sign_out(state, &fields).unwrap_or_else(refused)
        }
        _ => refused(),
    }
}

fn refused() -> Reply {
    let text = "Your request could not be carried out. Check the parameters and try again.";
    html::notice(StatusCode::BAD_REQUEST, "Bad Request", text)
}

fn token(state: &State, fields: &Fields) -> Option<Reply> {
    let document: Document = serde_json::from_str(fields.get("Session")?).ok()?;
    let session = state.world().sessions.get(&document.session_id).cloned()?;
    let now = state.now();
    let is_it = session.secret == document.session_key.0 && session.token == document.session_token.0;
    if !is_it || session.expires_at <= now {
        return None;
    }
    let sign_in = SignIn {
        who: who(&session)?,
        taken_until: after(now, LINK_SECONDS),
        stays_until: stays_until(&session, fields.get("SessionDuration"), now)?,
    };
    let token = state.keys().opaque(400);
    let mut tokens = state.console.0.lock().unwrap_or_else(PoisonError::into_inner);
    tokens.retain(|_, sign_in| sign_in.taken_until > now);
    tokens.insert(token.clone(), sign_in);
    drop(tokens);
    let body = json!({ "SigninToken": token });
    Some(Reply::json(state, StatusCode::OK, &body))
}

/// Only roles and federated users sign in: a user's own session token does not do.
fn who(session: &Session) -> Option<String> {
    match &session.of {
        SessionOf::Role(role) => Some(role.arn.clone()),
        SessionOf::Federated(guest) => Some(guest.arn.clone()),
        SessionOf::User { .. } => None,
    }
}

fn stays_until(session: &Session, asked: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let Some(asked) = asked else {
        return Some(session.expires_at);
    };
    let seconds: i64 = asked.parse().ok()?;
    // A guest's token was asked for with its own life.
    let fixed = match &session.of {
        SessionOf::Role(role) => role.chained,
        SessionOf::User { .. } | SessionOf::Federated(_) => true,
    };
    let taken = !fixed && (SHORTEST_STAY..=LONGEST_STAY).contains(&seconds);
    taken.then(|| after(now, seconds))
}

fn login(state: &State, fields: &Fields) -> Option<Reply> {
    let now = state.now();
    let sign_in = {
        let tokens = state.console.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(fields.get("SigninToken")?).cloned()?
    };
    if sign_in.taken_until <= now {
        return None;
    }
    let page = ConsolePage::url(Partition::Aws, fields.get("Destination")?).ok()?;
    let content = html::rows(&[
        ("Signed in as", &sign_in.who),
        ("Page", page.as_str()),
        ("Until", &sign_in.stays_until.to_string()),
    ]);
    Some(html::page(StatusCode::OK, "AWS console", &content))
}

/// Leads on to its own pages only.
fn sign_out(state: &State, fields: &Fields) -> Option<Reply> {
    let to = fields.get("redirect_uri")?;
    let rest = to.strip_prefix(&state.endpoint)?;
    rest.starts_with(&format!("{FEDERATION_PATH}?"))
        .then(|| Reply::redirect(to.to_owned()))
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}
