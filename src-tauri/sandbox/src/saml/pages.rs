//! The provider's page, and AWS's sign-in behind it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use sha2::{Digest, Sha256};

use super::{AUDIENCE, PROVIDER_PATH, Page, SIGN_IN_PATH};
use crate::identity_center::html::{STYLE, escape};
use crate::identity_center::{Fields, Reply};
use crate::state::State;
use crate::world::DirectoryUser;

/// As long as AWS takes one after it was issued.
const ASSERTION_SECONDS: i64 = 5 * 60;

/// What providers' pages do: they send the form without being asked. This calls the method, not the button.
const SEND: &str = "document.forms[0].submit()";

/// Answers one of the pages.
pub(crate) fn answer(state: &State, page: Page, query: &str, body: &[u8]) -> Reply {
    match page {
        Page::Provider => {
            let query = Fields::read(query.as_bytes());
            match query.has("auto") {
                true => signed_in(state, query.get("auto")),
                false => question(state),
            }
        }
        Page::AnswerProvider => signed_in(state, Fields::read(body).get("user")),
        Page::SignIn => console(state, Fields::read(body).get("SAMLResponse")),
    }
}

fn question(state: &State) -> Reply {
    let world = state.world();
    let users = world.directory.users.iter();
    let options: String = users
        .map(|user| format!("<option>{}</option>", escape(&user.name)))
        .collect();
    let form = format!(
        "<form method=\"post\" action=\"{PROVIDER_PATH}\"><p><label for=\"user\">Sign in as </label>\
         <select id=\"user\" name=\"user\">{options}</select></p>\
         <p><button id=\"allow\">Sign in to AWS</button></p></form>"
    );
    shown(state, StatusCode::OK, "Example directory", &form)
}

/// The page that takes an assertion to AWS.
fn signed_in(state: &State, named: Option<&str>) -> Reply {
    let found = state.world().directory.user(named).cloned();
    let Some(user) = found else {
        let text = "<p>The directory has no such user.</p>";
        return shown(state, StatusCode::BAD_REQUEST, "No such user", text);
    };
    let response = issue(state, &user, ASSERTION_SECONDS);
    let form = format!(
        "<form method=\"post\" action=\"{}{SIGN_IN_PATH}\"><input type=\"hidden\" name=\"SAMLResponse\" value=\"{response}\">\
         <input type=\"hidden\" name=\"RelayState\" value=\"\"><p>You are signed in as {}.</p>\
         <p><button id=\"continue\">Go on to AWS</button></p></form><script>{SEND}</script>",
        escape(&state.endpoint),
        escape(&user.name)
    );
    shown(state, StatusCode::OK, "Example directory", &form)
}

/// An assertion of `user` for AWS, good for so many seconds.
pub(crate) fn issue(state: &State, user: &DirectoryUser, seconds: i64) -> String {
    let id = state.keys().uuid();
    state.saml.issue(user, AUDIENCE, state.now(), seconds, &id)
}

/// What a browser without Hatrack sees: the sandbox has no console.
fn console(state: &State, response: Option<&str>) -> Reply {
    state.count("SamlSignIn");
    let issued = response.and_then(|response| state.saml.known(response));
    match issued {
        Some(issued) => {
            let text = format!("<p>AWS would show {} the console now.</p>", escape(&issued.user));
            shown(state, StatusCode::OK, "Signed in to AWS", &text)
        }
        None => {
            let text = "<p>Your request included an invalid SAML response.</p>";
            shown(state, StatusCode::BAD_REQUEST, "Not signed in", text)
        }
    }
}

fn shown(state: &State, status: StatusCode, heading: &str, content: &str) -> Reply {
    let heading = escape(heading);
    let body = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{heading}</title>\
         <style>{STYLE}</style></head>\n<body><main><h1>{heading}</h1>\n{content}\n\
         <small>The sandbox shows this in place of a company's directory. Nothing here reaches AWS.</small>\
         </main></body></html>\n"
    );
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; form-action 'self' {}; base-uri 'none'; \
         frame-ancestors 'none'",
        hash(STYLE),
        hash(SEND),
        state.endpoint
    );
    let headers = [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", &policy),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ];
    Reply {
        status,
        headers: headers.map(|(name, value)| (name, value.to_owned())).into(),
        body,
    }
}
