//! A SAML response that the person has: typed at the terminal without showing it, or on standard input.

use std::io::{self, IsTerminal, Read};

use hatrack_agent::client::{Agent, open_page};
use hatrack_core::portal_view::SignInView;
use hatrack_core::saml::LONGEST_RESPONSE;
use hatrack_core::secret::Secret;
use hatrack_core::shared_config::{inert, inert_whole};
use zeroize::Zeroizing;

use crate::code::Terminal;
use crate::failure::Failure;
use crate::out;
use crate::sign_in::Way;

/// As a form encodes it, it is longer.
const LONGEST_INPUT: usize = 2 * LONGEST_RESPONSE;

/// Ends the sign-in by what the person gives: on standard input if that is no terminal, else at the terminal.
pub async fn give(agent: &Agent, sign_in: &SignInView, way: Way) -> Result<(), Failure> {
    let response = if io::stdin().is_terminal() {
        at_terminal(sign_in, way)
    } else {
        on_standard_input()
    };
    hand_over(agent, sign_in, response).await
}

/// The same for a command whose standard input is for something else.
pub async fn ask(agent: &Agent, sign_in: &SignInView, way: Way) -> Result<(), Failure> {
    hand_over(agent, sign_in, at_terminal(sign_in, way)).await
}

async fn hand_over(
    agent: &Agent,
    sign_in: &SignInView,
    response: Result<Secret, Failure>,
) -> Result<(), Failure> {
    let given = match response {
        Ok(response) => agent
            .paste_assertion(&sign_in.portal.name, response)
            .await
            .map_err(Failure::from),
        Err(none) => Err(none),
    };
    // A page that somebody else opened is theirs.
    if given.is_err() && sign_in.begun {
        agent.cancel_sign_in(&sign_in.id).await?;
    }
    given
}

fn none() -> Failure {
    Failure::needs_input(
        "no SAML response was given; paste the value of SAMLResponse, give it on standard input, or sign in in Hatrack's \
         window",
    )
}

fn at_terminal(sign_in: &SignInView, way: Way) -> Result<Secret, Failure> {
    let mut terminal = Terminal::open().ok_or_else(none)?;
    let (name, url) = (inert(&sign_in.portal.name), inert_whole(&sign_in.url));
    let opened = way == Way::Browser && open_page(&sign_in.url).is_ok();
    out::note(&if opened {
        format!("the sign-in page of {name} has been opened in your browser; if it does not show, open {url}")
    } else {
        format!("sign in to {name}: open {url} in a browser")
    });
    out::note(
        "with the browser's developer tools open, copy the value of SAMLResponse from the request that goes to AWS's /saml",
    );
    let typed = terminal.ask_hidden_long("SAMLResponse (it is not shown):", LONGEST_INPUT);
    let typed = typed.ok_or_else(none)?;
    Ok(Secret::new(typed.as_str()))
}

fn on_standard_input() -> Result<Secret, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(LONGEST_INPUT + 1));
    let most = u64::try_from(LONGEST_INPUT + 1).unwrap_or(u64::MAX);
    let read = io::stdin().lock().take(most).read_to_string(&mut text);
    read.map_err(|_| none())?;
    if text.trim().is_empty() {
        return Err(none());
    }
    Ok(Secret::new(text.as_str()))
}
