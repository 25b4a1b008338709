//! Signing in to Identity Center or at a SAML provider, from a terminal or a script.

use std::ffi::OsString;

use hatrack_agent::client::{Agent, open_page};
use hatrack_agent::protocol::{SignInOutcome, SignInRequest};
use hatrack_core::portal_view::{SignInKind, SignInView};
use hatrack_core::shared_config::{inert, inert_whole};
use hatrack_core::view::NeedView;

use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::out;

/// How the person gets to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A browser of this machine is opened.
    Browser,
    /// The page's address is printed; the browser has to be on this machine.
    Link,
    /// A code for a browser anywhere.
    Device,
}

impl Way {
    /// The best that this machine can do.
    pub fn of_this_machine(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let desktop = cfg!(any(target_os = "macos", target_os = "windows"))
            || ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"].into_iter().any(set);
        if desktop { Self::Browser } else { Self::Device }
    }
}

/// What signing in came to.
#[derive(Debug)]
pub enum SignedIn {
    /// One is.
    Done,
    /// The person has the page of a SAML provider, and ends it by what that gives.
    ByResponse(Box<SignInView>),
    /// Something else is needed first.
    Needs(NeedView),
}

/// Signs in at `portal` and returns when the person is done.
pub async fn sign_in(agent: &Agent, portal: &str, way: Way, anew: bool) -> Result<SignedIn, Failure> {
    let request = SignInRequest {
        portal: portal.to_owned(),
        device: way == Way::Device,
        anew,
    };
    let sign_in = match agent.sign_in(request).await? {
        SignInOutcome::SignedIn => return Ok(SignedIn::Done),
        SignInOutcome::Needs { need } => return Ok(SignedIn::Needs(need)),
        SignInOutcome::Waiting { sign_in } => sign_in,
    };
    if sign_in.portal.kind == SignInKind::Saml {
        return Ok(SignedIn::ByResponse(Box::new(sign_in)));
    }
    let mut interruption = Interruption::listen()
        .map_err(|why| Failure::refused(format!("the system gave no signals: {why}; try again")))?;
    out::note(&shown(&sign_in, way));
    tokio::select! {
        ended = agent.await_sign_in(&sign_in.id) => ended?,
        () = interruption.come() => {
            // Whoever else waits for a page that they began keeps it.
            if sign_in.begun {
                agent.cancel_sign_in(&sign_in.id).await?;
            }
            return Err(Failure::refused("the sign-in was given up"));
        }
    }
    Ok(SignedIn::Done)
}

fn shown(sign_in: &SignInView, way: Way) -> String {
    let (portal, url) = (inert(&sign_in.portal.name), inert_whole(&sign_in.url));
    if let Some(code) = &sign_in.user_code {
        return format!(
            "sign in to {portal}: open {url} in any browser and check that it shows {}",
            inert(code)
        );
    }
    if !sign_in.begun {
        return format!("a sign-in to {portal} is under way already; its page is {url}");
    }
    let opened = way == Way::Browser && open_page(&sign_in.url).is_ok();
    if opened {
        format!(
            "the sign-in page of {portal} has been opened in your browser; if it does not show, open {url}"
        )
    } else {
        format!(
            "sign in to {portal}: open {url} in a browser on this machine, or run `hat login --device {portal}`"
        )
    }
}
