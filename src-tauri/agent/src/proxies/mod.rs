//! Through which proxy a caller's requests go: the one its environment names, else the desktop's, with the name and
//! password that the person gave for it.
//!
//! Invariants: a password is in the vault and in memory alone; what a caller names is only replaced by what the person
//! has chosen.

mod gnome;
mod kde;
mod system;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hatrack_core::caller::CallerContext;
use hatrack_core::secret::Secret;
use hatrack_core::shared_config::inert;
use hatrack_store::settings::ProxyChoice;
use hatrack_store::vault::proxies::{self, ProxyLogin};
use hatrack_store::vault::{Vault, VaultFailure};
use url::Url;

use crate::choices::Choices;
use crate::sessions::VaultSlot;
use system::Lookup;
pub use system::SystemProxy;

/// The variables that name a proxy, by what they are for. What stands first wins, as in the SDKs.
const HTTPS: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
const HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
const AROUND: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// A login that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProxyFailure {
    /// No `host:port`.
    #[error("\"{}\" is no proxy; give its host and port", inert(.0))]
    NoProxy(String),
    /// Basic authentication has a colon between the two (RFC 7617, 2).
    #[error("a proxy takes no name with a colon, and no name or password with a control character")]
    NoLogin,
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultFailure),
}

/// Proxies as callers see them.
pub struct Proxies {
    choices: Arc<Choices>,
    vault: VaultSlot,
    system: Lookup,
    /// By `host:port`; `None` where the vault has none.
    logins: Mutex<HashMap<String, Option<ProxyLogin>>>,
}

impl Proxies {
    /// By what the person has chosen, with the logins in `vault`.
    pub fn new(choices: Arc<Choices>, vault: VaultSlot) -> Self {
        Self {
            choices,
            vault,
            system: Lookup::default(),
            logins: Mutex::default(),
        }
    }

    /// The caller, with the proxies that its requests go through.
    pub async fn prepared(&self, caller: CallerContext) -> CallerContext {
        let named = |names: [&str; 2]| names.iter().any(|name| caller.var(name).is_some());
        let caller = match self.choices.now().proxy {
            ProxyChoice::None => without(caller),
            ProxyChoice::System if !named(HTTPS) && !named(HTTP) => match self.system.of(&caller).await {
                Some(system) => through(caller, system),
                None => caller,
            },
            ProxyChoice::System | ProxyChoice::Environment => caller,
        };
        let caller = self.logged_in(caller, HTTPS).await;
        self.logged_in(caller, HTTP).await
    }

    /// From now on `login` is used at its proxy.
    ///
    /// # Errors
    /// It is none, or the vault cannot be written.
    pub async fn give(&self, login: ProxyLogin) -> Result<(), ProxyFailure> {
        let address = Url::parse(&format!("http://{}", login.proxy)).ok();
        let proxy = address.as_ref().and_then(host_and_port);
        let Some(proxy) = proxy.filter(|proxy| *proxy == login.proxy) else {
            return Err(ProxyFailure::NoProxy(login.proxy));
        };
        let steers = |text: &str| text.chars().any(char::is_control);
        if login.name.is_empty()
            || login.name.contains(':')
            || steers(&login.name)
            || steers(login.password.expose())
        {
            return Err(ProxyFailure::NoLogin);
        }
        // Without a keyring it lives as long as the agent.
        if let Some(vault) = self.vault.get() {
            proxies::put(vault, &login).await?;
        }
        self.logins().insert(proxy, Some(login));
        Ok(())
    }

    /// The caller, whose proxy has the name and password that the person gave for it last.
    async fn logged_in(&self, mut caller: CallerContext, names: [&'static str; 2]) -> CallerContext {
        let found = names
            .into_iter()
            .find_map(|name| Some((name, caller.var(name)?.to_owned())));
        let Some((name, text)) = found.map(|(name, text)| (name, Secret::new(text))) else {
            return caller;
        };
        let Some(mut url) = parsed(&text) else {
            return caller;
        };
        let Some(login) = self.login(&url).await else {
            return caller;
        };
        let set = url
            .set_username(&login.name)
            .and_then(|()| url.set_password(Some(login.password.expose())));
        if set.is_ok() {
            caller.set(name, Some(Secret::new(String::from(url))));
        }
        caller
    }

    async fn login(&self, url: &Url) -> Option<ProxyLogin> {
        let proxy = host_and_port(url)?;
        if let Some(known) = self.logins().get(&proxy) {
            return known.clone();
        }
        let vault: &Vault = self.vault.get()?;
        match proxies::get(vault, &proxy).await {
            Ok(found) => {
                self.logins().insert(proxy, found.clone());
                found
            }
            // A locked keyring may be unlocked later.
            Err(why) => {
                tracing::debug!(%why, "the login of a proxy could not be read");
                None
            }
        }
    }

    fn logins(&self) -> std::sync::MutexGuard<'_, HashMap<String, Option<ProxyLogin>>> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address of a proxy; its scheme may be left out.
fn parsed(text: &Secret) -> Option<Url> {
    let whole = match text.expose() {
        with_scheme if with_scheme.contains("://") => text.clone(),
        bare => Secret::new(format!("http://{bare}")),
    };
    Url::parse(whole.expose()).ok()
}

fn host_and_port(url: &Url) -> Option<String> {
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

fn without(mut caller: CallerContext) -> CallerContext {
    for name in HTTPS.into_iter().chain(HTTP) {
        caller.set(name, None);
    }
    caller
}

fn through(mut caller: CallerContext, system: SystemProxy) -> CallerContext {
    let around = AROUND.iter().find_map(|name| caller.var(name));
    let around = match around {
        Some(own) => format!("{own},{}", system.around),
        None => system.around,
    };
    caller.set(AROUND[1], None);
    caller.set(AROUND[0], Some(Secret::new(around)));
    caller.set(HTTPS[0], system.https);
    caller.set(HTTP[0], system.http);
    caller
}
