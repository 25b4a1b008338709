//! The desktop's own proxy settings, looked up for a caller and remembered for a while.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hatrack_core::caller::CallerContext;
use hatrack_core::secret::Secret;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::Instant;

use super::{gnome, kde};

/// A desktop that does not say within this time has no proxy.
const PATIENCE: Duration = Duration::from_millis(800);
/// What was found is believed so long; then it is looked up again beside the requests.
const FRESH: Duration = Duration::from_secs(20);
const LONGEST: u64 = 64 * 1024;

/// The proxies that the desktop names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemProxy {
    /// For https.
    pub https: Option<Secret>,
    /// For http.
    pub http: Option<Secret>,
    /// What goes around them, in the form of `NO_PROXY`.
    pub around: String,
}

/// Whose desktop it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Desktop(Vec<(&'static str, Option<String>)>);

impl Desktop {
    /// What decides where the settings are. `None` for a caller without a desktop.
    fn of(caller: &CallerContext) -> Option<Self> {
        caller.var("XDG_CURRENT_DESKTOP")?;
        let names = [
            "XDG_CURRENT_DESKTOP",
            "DBUS_SESSION_BUS_ADDRESS",
            "HOME",
            "PATH",
            "XDG_CONFIG_HOME",
        ];
        Some(Self(
            names
                .map(|name| (name, caller.var(name).map(str::to_owned)))
                .to_vec(),
        ))
    }
}

#[derive(Debug, Clone)]
struct Known {
    found: Option<SystemProxy>,
    at: Instant,
    looking: bool,
}

/// Remembers what desktops said.
#[derive(Debug, Clone, Default)]
pub(super) struct Lookup(Arc<Mutex<HashMap<Desktop, Known>>>);

impl Lookup {
    /// The proxies of the caller's desktop. Only the first time is waited for.
    pub async fn of(&self, caller: &CallerContext) -> Option<SystemProxy> {
        let desktop = Desktop::of(caller)?;
        let known = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.get_mut(&desktop).map(|known| {
                let look = !known.looking && known.at.elapsed() >= FRESH;
                known.looking |= look;
                (known.found.clone(), look)
            })
        };
        match known {
            None => self.look(desktop, caller.clone()).await,
            Some((found, look)) => {
                if look {
                    let (lookup, caller) = (self.clone(), caller.clone());
                    tokio::spawn(async move { lookup.look(desktop, caller).await });
                }
                found
            }
        }
    }

    async fn look(&self, desktop: Desktop, caller: CallerContext) -> Option<SystemProxy> {
        let found = tokio::time::timeout(PATIENCE, ask(&caller)).await.ok().flatten();
        let known = Known {
            found: found.clone(),
            at: Instant::now(),
            looking: false,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(desktop, known);
        found
    }
}

async fn ask(caller: &CallerContext) -> Option<SystemProxy> {
    let desktop = caller.var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    if desktop.split(':').any(|name| name.eq_ignore_ascii_case("kde")) {
        let config = match caller.var("XDG_CONFIG_HOME") {
            Some(folder) => PathBuf::from(folder),
            None => PathBuf::from(caller.var("HOME")?).join(".config"),
        };
        let text = tokio::fs::read_to_string(config.join("kioslaverc")).await.ok()?;
        return kde::read(&text);
    }
    let mut asked = Command::new("gsettings")
        .args(["list-recursively", "org.gnome.system.proxy"])
        .env_clear()
        .envs(caller.vars().filter(|(name, _)| !name.starts_with("AWS_")))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let mut printed = String::new();
    asked
        .stdout
        .take()?
        .take(LONGEST)
        .read_to_string(&mut printed)
        .await
        .ok()?;
    let ended = asked.wait().await.ok()?;
    ended.success().then(|| gnome::read(&printed)).flatten()
}
