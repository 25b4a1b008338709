//! `/device`: a person compares the code that a device shows, and allows it to sign in.

use http::StatusCode;

use super::Fields;
use super::html::{escape, notice, page, question, rows, who};
use super::reply::Reply;
use super::sign_ins::Answer;
use crate::state::State;

const ENTRY: &str = "<form method=\"get\" action=\"/device\"><p><label for=\"user_code\">Code </label>\
                     <input id=\"user_code\" name=\"user_code\" required autocomplete=\"off\"></p>\
                     <p><button id=\"next\">Next</button></p></form>";

pub(super) fn show(state: &State, fields: &Fields) -> Reply {
    let Some(code) = fields.get("user_code") else {
        return page(StatusCode::OK, "Enter the code that your device shows", ENTRY);
    };
    let found = {
        let sign_ins = state.sign_ins();
        sign_ins.waiting(code, state.now()).and_then(|device| {
            let client = sign_ins.clients.get(&device.client_id)?;
            let told = (device.user_code.clone(), device.start_path.clone());
            Some((told, client.name.clone(), client.scopes.join(" ")))
        })
    };
    let Some(((code, start_path), client, scopes)) = found else {
        return unknown_code();
    };
    let world = state.world();
    let Some(organisation) = world.organisation(&start_path) else {
        return unknown_code();
    };
    let content = format!(
        "<p>{} asks to sign in. Allow it only if it shows this code:</p>\
         <p class=\"code\" id=\"code\">{}</p>{}{}",
        escape(&client),
        escape(&code),
        rows(&[
            ("Organisation", &organisation.name),
            ("Client", &client),
            ("Access", &scopes),
        ]),
        question("/device", &[("user_code", &code)], organisation)
    );
    page(StatusCode::OK, "Allow access to your accounts?", &content)
}

pub(super) fn answer(state: &State, fields: &Fields) -> Reply {
    let code = fields.get("user_code").unwrap_or_default();
    let now = state.now();
    let start_path = {
        let sign_ins = state.sign_ins();
        sign_ins
            .waiting(code, now)
            .map(|device| device.start_path.clone())
    };
    let Some(start_path) = start_path else {
        return unknown_code();
    };
    let said = match fields.get("decision") {
        Some("allow") => {
            let world = state.world();
            let organisation = world.organisation(&start_path);
            organisation
                .and_then(|o| who(o, fields.get("user")))
                .map(Answer::Allowed)
        }
        Some("deny") => Some(Answer::Denied),
        _ => None,
    };
    let Some(said) = said else {
        let text = "The form was not filled in as it has to be. Go back and try again.";
        return notice(StatusCode::BAD_REQUEST, "Nothing was decided", text);
    };
    let heading = match &said {
        Answer::Allowed(_) => "Request approved",
        Answer::Denied => "Request denied",
    };
    if !state.sign_ins().answer(code, said, now) {
        return unknown_code();
    }
    let text = "You can close this page and go back to where you started.";
    notice(StatusCode::OK, heading, text)
}

fn unknown_code() -> Reply {
    let text = "No device waits with this code. It may have expired: start the sign-in again.";
    notice(StatusCode::BAD_REQUEST, "Unknown code", text)
}
