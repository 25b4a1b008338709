//! The pages that a person sees: whole in themselves, without scripts and without anything from elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use sha2::{Digest, Sha256};

use super::reply::Reply;
use super::sign_ins::Who;
use crate::state::State;
use crate::world::Organisation;

/// The pages' looks.
pub(crate) const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#16191f}\
main{max-width:34rem;margin:8vh auto;padding:2rem;background:#fff;border-radius:12px;border:1px solid #d5dbdb}\
h1{font-size:1.4rem;margin:0 0 1rem}dt{color:#545b64}dd{margin:0 0 .75rem;overflow-wrap:anywhere}\
select,input,button{font:inherit;padding:.45rem .9rem;border-radius:8px;border:1px solid #687078;margin-right:.5rem}\
#allow{background:#0a5bc4;border-color:#0a5bc4;color:#fff}.code{font:700 1.6rem/1.5 ui-monospace,monospace}\
small{display:block;margin-top:1.5rem;color:#545b64}";

/// Text as HTML shows it, in elements and in quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A page with this heading; `content` is HTML.
pub(crate) fn page(status: StatusCode, heading: &str, content: &str) -> Reply {
    let heading = escape(heading);
    let body = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{heading}</title>\
         <style>{STYLE}</style></head>\n<body><main><h1>{heading}</h1>\n{content}\n\
         <small>The sandbox shows this in place of AWS. Nothing here reaches AWS.</small>\
         </main></body></html>\n"
    );
    // A form may send the browser on to the client's loopback port.
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action 'self' http://127.0.0.1:*; base-uri 'none'; \
         frame-ancestors 'none'",
        STANDARD.encode(Sha256::digest(STYLE))
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

/// A page that only says something.
pub(crate) fn notice(status: StatusCode, heading: &str, text: &str) -> Reply {
    page(status, heading, &format!("<p>{}</p>", escape(text)))
}

/// What a request is, in rows of a name and a text.
pub(crate) fn rows(rows: &[(&str, &str)]) -> String {
    let row = |(name, text): &(&str, &str)| format!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(text));
    format!("<dl>{}</dl>", rows.iter().map(row).collect::<String>())
}

/// A form that asks which user signs in and whether to allow it; `hidden` goes along unchanged.
pub(super) fn question(action: &str, hidden: &[(&str, &str)], organisation: &Organisation) -> String {
    let hidden: String = hidden
        .iter()
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
                escape(name),
                escape(value)
            )
        })
        .collect();
    let users: String = organisation
        .users
        .iter()
        .map(|user| format!("<option>{}</option>", escape(&user.name)))
        .collect();
    format!(
        "<form method=\"post\" action=\"{}\">{hidden}<p><label for=\"user\">Sign in as </label>\
         <select id=\"user\" name=\"user\">{users}</select></p>\
         <p><button id=\"allow\" name=\"decision\" value=\"allow\">Allow</button>\
         <button id=\"deny\" name=\"decision\" value=\"deny\">Deny</button></p></form>",
        escape(action)
    )
}

/// Whom a form names: one of the organisation's users, the first where it names none.
pub(super) fn who(organisation: &Organisation, named: Option<&str>) -> Option<Who> {
    let user = match named {
        Some(name) => organisation.user(name)?,
        None => organisation.users.first()?,
    };
    Some(Who {
        start_path: organisation.start_path.clone(),
        user: user.name.clone(),
    })
}

/// The page behind a start URL: what a browser shows of the access portal.
pub(super) fn start(state: &State, path: &str) -> Reply {
    let world = state.world();
    let Some(organisation) = world.organisation(path) else {
        let text = "No organisation of the sandbox has its access portal at this address.";
        return notice(StatusCode::NOT_FOUND, "No such access portal", text);
    };
    let text = format!(
        "This is the access portal of {}. Sign in from Hatrack, the AWS CLI or an SDK.",
        organisation.name
    );
    notice(StatusCode::OK, &organisation.name, &text)
}
