//! `/authorize`: a person allows a client to sign in, and the browser takes an authorization code back to it.

use http::StatusCode;
use url::Url;

use super::Fields;
use super::html::{escape, notice, page, question, rows, who};
use super::oidc::after;
use super::reply::Reply;
use super::sign_ins::{Client, Code, GrantType};
use crate::state::State;

/// A code is taken to the token endpoint at once, or never.
const CODE_SECONDS: i64 = 60;

/// A request that may be put to a person.
struct Asked {
    client_id: String,
    client: Client,
    start_path: String,
    redirect: Url,
    state: String,
    challenge: String,
}

/// What goes along in the form, unchanged.
const CARRIED: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "code_challenge_method",
    "code_challenge",
    "scopes",
];

pub(super) fn show(state: &State, fields: &Fields) -> Reply {
    let asked = match Asked::read(state, fields) {
        Ok(asked) => asked,
        Err(reply) => return *reply,
    };
    let world = state.world();
    let Some(organisation) = world.organisation(&asked.start_path) else {
        return unknown_client();
    };
    let scopes = fields.get("scopes").unwrap_or_default();
    let hidden: Vec<_> = CARRIED
        .iter()
        .filter_map(|name| Some((*name, fields.get(name)?)))
        .collect();
    let content = format!(
        "<p>{} asks to sign in. Allow it only if you started it.</p>{}{}",
        escape(&asked.client.name),
        rows(&[
            ("Organisation", &organisation.name),
            ("Client", &asked.client.name),
            ("Access", scopes),
            ("Returns to", asked.redirect.as_str()),
        ]),
        question("/authorize", &hidden, organisation)
    );
    page(StatusCode::OK, "Allow access to your accounts?", &content)
}

pub(super) fn answer(state: &State, fields: &Fields) -> Reply {
    let asked = match Asked::read(state, fields) {
        Ok(asked) => asked,
        Err(reply) => return *reply,
    };
    match fields.get("decision") {
        Some("allow") => {}
        Some("deny") => return asked.back(&[("error", "access_denied")]),
        _ => return asked.back(&[("error", "invalid_request")]),
    }
    let who = {
        let world = state.world();
        let organisation = world.organisation(&asked.start_path);
        organisation.and_then(|o| who(o, fields.get("user")))
    };
    let Some(who) = who else {
        let text = "The organisation has no such user.";
        return notice(StatusCode::BAD_REQUEST, "No such user", text);
    };
    let now = state.now();
    let code = state.keys().opaque(120);
    let reply = asked.back(&[("code", &code)]);
    let granted = Code {
        client_id: asked.client_id,
        redirect: asked.redirect,
        challenge: asked.challenge,
        who,
        expires_at: after(now, CODE_SECONDS),
    };
    state.sign_ins().codes.insert(code, granted);
    reply
}

impl Asked {
    /// Reads the request. Until client and redirect are known to belong together, the browser is sent nowhere
    /// (RFC 6749, section 4.1.2.1).
    fn read(state: &State, fields: &Fields) -> Result<Self, Box<Reply>> {
        let client_id = fields.get("client_id").unwrap_or_default().to_owned();
        let now = state.now();
        let client = {
            let sign_ins = state.sign_ins();
            let found = sign_ins.clients.get(&client_id);
            found.filter(|client| client.expires_at > now).cloned()
        };
        let (client, start_path) = client
            .and_then(|client| {
                let start_path = client.start_path.clone()?;
                Some((client, start_path))
            })
            .ok_or_else(|| Box::new(unknown_client()))?;
        let redirect = fields.get("redirect_uri").and_then(|text| Url::parse(text).ok());
        let redirect = redirect
            .filter(|url| is_registered(&client, url))
            .ok_or_else(|| {
                let text = "The client did not register the address that it wants to be sent to.";
                Box::new(notice(StatusCode::BAD_REQUEST, "Unknown redirect", text))
            })?;
        let asked = Self {
            client_id,
            client,
            start_path,
            redirect,
            state: fields.get("state").unwrap_or_default().to_owned(),
            challenge: fields.get("code_challenge").unwrap_or_default().to_owned(),
        };
        match asked.fault(fields) {
            None => Ok(asked),
            Some(error) => Err(Box::new(asked.back(&[("error", error)]))),
        }
    }

    /// OAuth's word for what is wrong with the request, if anything is.
    fn fault(&self, fields: &Fields) -> Option<&'static str> {
        if !self.client.grants.contains(&GrantType::AuthorizationCode) {
            return Some("unauthorized_client");
        }
        if fields.get("response_type") != Some("code") {
            return Some("unsupported_response_type");
        }
        let plain = fields.get("code_challenge_method") != Some("S256");
        if plain || self.challenge.len() != 43 || self.state.is_empty() {
            return Some("invalid_request");
        }
        // AWS's own spelling; OAuth's `scope` is not looked at.
        let scopes = fields.get("scopes").unwrap_or_default();
        let registered = |scope: &str| self.client.scopes.iter().any(|s| s == scope);
        let mut scopes = scopes.split([' ', ',']).filter(|s| !s.is_empty()).peekable();
        (scopes.peek().is_none() || !scopes.all(registered)).then_some("invalid_scope")
    }

    /// Sends the browser back to the client.
    fn back(&self, fields: &[(&str, &str)]) -> Reply {
        let mut to = self.redirect.clone();
        to.query_pairs_mut()
            .extend_pairs(fields)
            .append_pair("state", &self.state);
        Reply::redirect(to.into())
    }
}

/// Whether a redirect is one of the client's: the same up to the port, which is the client's to choose.
fn is_registered(client: &Client, asked: &Url) -> bool {
    let mut portless = asked.clone();
    portless.set_port(None).is_ok() && client.redirects.contains(&portless)
}

fn unknown_client() -> Reply {
    let text = "The client is not registered here, or its registration has expired. Start the sign-in again.";
    notice(StatusCode::BAD_REQUEST, "Unknown client", text)
}
