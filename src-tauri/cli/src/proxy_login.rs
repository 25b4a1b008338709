//! Asking for the login of a proxy at the terminal.

use hatrack_agent::protocol::GiveProxyLogin;
use hatrack_core::secret::Secret;
use hatrack_core::shared_config::inert;

use crate::code::Terminal;

/// The name and password that the proxy wants; `None` where the person gives none.
pub fn ask_login(terminal: &mut Terminal, proxy: &str) -> Option<GiveProxyLogin> {
    terminal.say(&format!(
        "The proxy {} asks for a name and a password.",
        inert(proxy)
    ));
    let name = terminal.ask("Name:")?;
    let password = terminal.ask_hidden("Password:")?;
    Some(GiveProxyLogin {
        proxy: proxy.to_owned(),
        name: name.to_string(),
        password: Secret::new(password.as_str()),
    })
}
