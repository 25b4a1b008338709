//! Through which proxy a caller's requests go: the one its environment names, else the desktop's, with the name and
//! password that the person gave for it.
//!
//! Invariants: a password is in the vault and in memory alone, and in nothing that a program is started with; what a
//! caller names is only replaced by what the person has chosen.

mod gnome;
mod kde;
mod system;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hatrack_core::caller::{CallerContext, Way};
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

/// A login that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProxyFailure {
    /// No `host:port`.
    #[error("\"{}\" is no proxy; give its host and port", inert(.0))]
    NoProxy(String),
    /// Basic authentication has a colon between the two (RFC 7617, 2).
    #[error("a proxy takes no name with a colon, and no name or password with a control character")]
    NoLogin,
    /// What stands there goes before what was given.
    #[error(
        "the address of the proxy {0} names a login itself, which goes first; correct it in the environment or the desktop's settings"
    )]
    OwnLogin(String),
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

    /// The caller, with the proxies that its requests go through now. Its variables stay as they are.
    pub async fn prepared(&self, caller: CallerContext) -> CallerContext {
        let mut way = self.chosen(&caller).await;
        way.https = self.logged_in(way.https).await;
        way.http = self.logged_in(way.http).await;
        caller.going(Some(way))
    }

    /// The way by what the person has chosen, with no login but those that the addresses themselves name.
    async fn chosen(&self, caller: &CallerContext) -> Way {
        let own = caller.own_way();
        let named = own.https.is_some() || own.http.is_some();
        match self.choices.now().proxy {
            ProxyChoice::None => Way {
                around: own.around,
                ..Way::default()
            },
            ProxyChoice::System if !named => match self.system.of(caller).await {
                Some(system) => through(own, system),
                None => own,
            },
            ProxyChoice::System | ProxyChoice::Environment => own,
        }
    }

    /// From now on `login` is used at its proxy, where the proxy's address names none.
    ///
    /// # Errors
    /// It is none, the caller's address of the proxy names one, or the vault cannot be written.
    pub async fn give(&self, caller: &CallerContext, login: ProxyLogin) -> Result<(), ProxyFailure> {
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
        let way = self.chosen(caller).await;
        let named = [way.https, way.http].into_iter().flatten();
        let own = named
            .filter_map(|text| parsed(&text))
            .filter(names_login)
            .find_map(|url| host_and_port(&url).filter(|own| *own == proxy));
        if let Some(own) = own {
            return Err(ProxyFailure::OwnLogin(own));
        }
        // Without a keyring it lives as long as the agent.
        if let Some(vault) = self.vault.get() {
            proxies::put(vault, &login).await?;
        }
        self.logins().insert(proxy, Some(login));
        Ok(())
    }

    /// No login that was given is used any more; gives how many there were. Blobs of other versions go as well.
    pub async fn forget(&self) -> Result<usize, ProxyFailure> {
        // Without a vault they were in memory alone.
        let sealed = match self.vault.get() {
            Some(vault) => proxies::forget_all(vault).await?,
            None => 0,
        };
        let held = std::mem::take(&mut *self.logins());
        Ok(sealed.max(held.into_values().flatten().count()))
    }

    /// The proxy, with the name and password that the person gave for it; one that names its own keeps that.
    async fn logged_in(&self, proxy: Option<Secret>) -> Option<Secret> {
        let text = proxy?;
        let Some(mut url) = parsed(&text).filter(|url| !names_login(url)) else {
            return Some(text);
        };
        let Some(login) = self.login(&url).await else {
            return Some(text);
        };
        let set = url
            .set_username(&login.name)
            .and_then(|()| url.set_password(Some(login.password.expose())));
        Some(match set {
            Ok(()) => Secret::new(String::from(url)),
            Err(()) => text,
        })
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

fn names_login(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn host_and_port(url: &Url) -> Option<String> {
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

fn through(own: Way, system: SystemProxy) -> Way {
    let around = match own.around {
        Some(own) => format!("{own},{}", system.around),
        None => system.around,
    };
    Way {
        https: system.https,
        http: system.http,
        around: Some(around),
    }
}
