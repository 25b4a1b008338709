//! The page of a SAML provider, in a window of its own that can do nothing here.
//!
//! The window is in no capability, so the access control list refuses whatever it would call; and before the page is
//! loaded, the way to call at all is taken out of its web view. What the page is to give is handed over by a script in an
//! isolated world of WebKit: the page's scripts cannot reach that world, so they can neither send in its name nor read
//! what it sends, and no Content-Security-Policy of the provider stands in its way, as it would for a request to a port
//! or a scheme of ours. It goes through memory: no address and no log ever holds an assertion.
//!
//! Cookies live as long as the window: a provider's session on the disk would be a secret in the clear.

use std::sync::{Arc, Mutex, PoisonError};

use hatrack_core::saml::is_sign_in_of_aws;
use hatrack_core::secret::Secret;
use tauri::{AppHandle, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tokio::sync::mpsc::UnboundedSender;

use crate::front::{ProviderPage, Said};

/// Opens `page`. What comes of it is told by `tell`: one assertion at most, then that the window has gone.
pub fn open<R: Runtime>(
    app: &AppHandle<R>,
    page: &ProviderPage,
    tell: UnboundedSender<Said>,
) -> tauri::Result<()> {
    let rules = Rules {
        start: page.url.clone(),
        instead: page.instead.clone(),
    };
    let blank = Url::parse("about:blank").map_err(|why| tauri::Error::Anyhow(why.into()))?;
    let may_go = rules.clone();
    let window = WebviewWindowBuilder::new(app, &page.id, WebviewUrl::External(blank))
        .title(title(&page.name, None))
        .inner_size(540.0, 720.0)
        .incognito(true)
        .on_navigation(move |url| may_go.allow(url))
        // Nothing on a sign-in page is to be kept on the disk.
        .on_download(|_, _| false)
        .build()?;
    let gone = tell.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::Destroyed = event {
            // Nobody listens any more once the sign-in is over.
            let _ = gone.send(Said::Closed);
        }
    });
    load(&window, page, rules, OneShot(Arc::new(Mutex::new(Some(tell)))))
}

/// Closes the window of the sign-in `id`, if it is there.
pub fn close<R: Runtime>(app: &AppHandle<R>, id: &str) {
    if let Some(window) = app.get_webview_window(id)
        && let Err(why) = window.destroy()
    {
        tracing::warn!(%why, "the window of a sign-in did not close");
    }
}

/// Brings the window of the sign-in `id` to the front; whether it is there.
pub fn show<R: Runtime>(app: &AppHandle<R>, id: &str) -> bool {
    let window = app.get_webview_window(id);
    if let Some(window) = &window {
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
    window.is_some()
}

/// There is no bar with an address: the title says whose page it is.
fn title(provider: &str, host: Option<&str>) -> String {
    match host {
        Some(host) => format!("{host} – Sign in to {provider}"),
        None => format!("Sign in to {provider}"),
    }
}

/// Where the page may go.
#[derive(Debug, Clone)]
struct Rules {
    start: Url,
    instead: Option<String>,
}

impl Rules {
    /// Encrypted, wherever the provider leads; not encrypted only where the person has agreed to start. Never on to
    /// AWS: what is meant for it is taken here.
    fn allow(&self, url: &Url) -> bool {
        if is_sign_in_of_aws(url, self.instead.as_deref()) {
            return false;
        }
        match url.scheme() {
            "https" => true,
            "http" => url.origin() == self.start.origin(),
            // An empty frame, and the page before the first.
            "about" => true,
            _ => false,
        }
    }

    /// The assertion in what the script sent, if the form goes to AWS.
    #[cfg(target_os = "linux")]
    fn assertion(&self, sent: &str) -> Option<Secret> {
        let (to, response): (String, String) = serde_json::from_str(sent).ok()?;
        let response = Secret::new(response);
        let to = Url::parse(&to).ok()?;
        is_sign_in_of_aws(&to, self.instead.as_deref()).then_some(response)
    }
}

/// Gives one assertion, and is then closed.
#[derive(Clone)]
struct OneShot(Arc<Mutex<Option<UnboundedSender<Said>>>>);

impl OneShot {
    #[cfg(target_os = "linux")]
    fn give(&self, assertion: Secret) {
        let tell = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(tell) = tell {
            let _ = tell.send(Said::Assertion(assertion));
        }
    }
}

/// Prepares the web view, and loads the provider's page.
#[cfg(target_os = "linux")]
fn load<R: Runtime>(
    window: &WebviewWindow<R>,
    page: &ProviderPage,
    rules: Rules,
    hand: OneShot,
) -> tauri::Result<()> {
    use webkit2gtk::{
        HardwareAccelerationPolicy, LoadEvent, SettingsExt, UserContentInjectedFrames, UserContentManagerExt,
        UserScript, UserScriptInjectionTime, WebViewExt,
    };

    /// The isolated world, and what its one message is called.
    const OURS: &str = "hatrack";

    let (titled, name, url) = (window.clone(), page.name.clone(), page.url.clone());
    window.with_webview(move |view| {
        let view = view.inner();
        if let Some(settings) = WebViewExt::settings(&view) {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
        let Some(manager) = view.user_content_manager() else {
            tracing::error!("a sign-in page has no place for its script; paste the SAML response instead");
            return;
        };
        // Tauri's scripts and its way in: no command can be asked for from here.
        manager.remove_all_scripts();
        manager.unregister_script_message_handler("ipc");
        manager.connect_script_message_received(Some(OURS), move |_, sent| {
            let sent = sent.js_value().map(|value| Secret::new(value.to_string()));
            if let Some(assertion) = sent.and_then(|sent| rules.assertion(sent.expose())) {
                hand.give(assertion);
            }
        });
        manager.register_script_message_handler_in_world(OURS, OURS);
        manager.add_script(&UserScript::for_world(
            include_str!("saml_page.js"),
            UserContentInjectedFrames::AllFrames,
            UserScriptInjectionTime::Start,
            OURS,
            &[],
            &[],
        ));
        view.connect_load_changed(move |view, event| {
            if event == LoadEvent::Committed {
                let at = view.uri().and_then(|uri| Url::parse(&uri).ok());
                let host = at.as_ref().and_then(Url::host_str);
                let _ = titled.set_title(&title(&name, host));
            }
        });
        view.load_uri(url.as_str());
    })
}

/// Elsewhere there is no such script yet: the person pastes what the page gives.
#[cfg(not(target_os = "linux"))]
fn load<R: Runtime>(
    window: &WebviewWindow<R>,
    page: &ProviderPage,
    _: Rules,
    _: OneShot,
) -> tauri::Result<()> {
    window.navigate(page.url.clone())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rules(start: &str) -> Rules {
        Rules {
            start: Url::parse(start).unwrap(),
            instead: Some("http://127.0.0.1:4566".into()),
        }
    }

    #[test]
    fn the_page_goes_nowhere_but_to_encrypted_pages_and_its_own_origin() {
        let rules = rules("http://127.0.0.1:4566/idp/aws");
        let may = |url: &str| rules.allow(&Url::parse(url).unwrap());
        for url in [
            "https://login.example.com/mfa",
            "http://127.0.0.1:4566/idp/aws?step=2",
            "about:blank",
        ] {
            assert!(may(url), "{url}");
        }
        for url in [
            "https://signin.aws.amazon.com/saml",
            "http://127.0.0.1:4566/saml",
            "http://login.example.com/",
            "http://127.0.0.1:4567/idp/aws",
            "tauri://localhost/",
            "ipc://localhost/status",
            "asset://localhost/etc/passwd",
            "file:///etc/passwd",
            "data:text/html,x",
            "hatrack://switch",
        ] {
            assert!(!may(url), "{url}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn one_assertion_is_taken_and_only_where_it_goes_to_aws() {
        let rules = rules("https://login.example.com/");
        let sent = |to: &str| serde_json::to_string(&(to, "canary")).unwrap();
        assert_eq!(rules.assertion(&sent("https://other.example/saml")), None);
        assert_eq!(rules.assertion("no JSON"), None);
        let assertion = rules.assertion(&sent("https://signin.aws.amazon.com/saml"));
        assert_eq!(assertion.as_ref().map(Secret::expose), Some("canary"));

        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let hand = OneShot(Arc::new(Mutex::new(Some(tell))));
        hand.give(assertion.unwrap());
        hand.give(Secret::new("a second one"));
        let Ok(Said::Assertion(first)) = told.try_recv() else {
            unreachable!("the first one is told");
        };
        assert_eq!(first.expose(), "canary");
        assert!(told.try_recv().is_err());
    }
}
