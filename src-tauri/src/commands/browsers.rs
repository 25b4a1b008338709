//! In which browser the console opens.

use hatrack_agent::client::{Browser, Family};
use hatrack_agent::protocol::ChangeSettings;
use hatrack_core::console::{NotAPart, is_part_name, labelled_services};

use crate::desk::Desk;
use crate::wire::{
    AccountPart, BrowserParts, BrowserSettings, CommandError, ConsoleServiceView, FoundBrowser,
    SetBrowserRequest,
};

type Answer<T> = Result<T, CommandError>;

/// The services whose pages the console opens at.
pub async fn console_services(_: &Desk) -> Answer<Vec<ConsoleServiceView>> {
    let view = |(name, label): (&str, &str)| ConsoleServiceView {
        name: name.to_owned(),
        label: label.to_owned(),
    };
    Ok(labelled_services().map(view).collect())
}

/// The browsers, and which one is chosen.
pub async fn browser_settings(desk: &Desk) -> Answer<BrowserSettings> {
    let chosen = desk.agent().await?.settings().await?.console;
    // The desktop is asked by a program of its own.
    let looked = tokio::task::spawn_blocking(|| (Browser::installed(), Browser::default_one())).await;
    let (found, system) = looked.map_err(CommandError::new)?;
    let part = |(account_id, name)| AccountPart { account_id, name };
    Ok(BrowserSettings {
        found: found.into_iter().map(FoundBrowser::from).collect(),
        system: system.map(FoundBrowser::from),
        browser: chosen.browser,
        separate: chosen.separate,
        parts: chosen.parts.into_iter().map(part).collect(),
        log_out_first: chosen.log_out_first,
    })
}

impl From<Browser> for FoundBrowser {
    fn from(browser: Browser) -> Self {
        Self {
            name: browser.name.to_owned(),
            label: browser.label.to_owned(),
            parts: match browser.family {
                Family::Firefox => BrowserParts::Containers,
                Family::Chromium => BrowserParts::Profiles,
            },
        }
    }
}

/// Changes one of the choices, and leaves the others.
pub async fn set_browser(desk: &Desk, request: SetBrowserRequest) -> Answer<()> {
    let agent = desk.agent().await?;
    let mut console = agent.settings().await?.console;
    match request.browser.as_deref() {
        None => {}
        Some("default") => console.browser = None,
        Some(name) => match Browser::named(name) {
            Some(browser) => console.browser = Some(browser.name.to_owned()),
            None => return Err(CommandError::new("That browser is not installed here.")),
        },
    }
    console.separate = request.separate.unwrap_or(console.separate);
    console.log_out_first = request.log_out_first.unwrap_or(console.log_out_first);
    if let Some(AccountPart { account_id, name }) = request.part {
        match name.trim() {
            "" => drop(console.parts.remove(&account_id)),
            name if is_part_name(name) => drop(console.parts.insert(account_id, name.to_owned())),
            name => return Err(CommandError::new(NotAPart(name.to_owned()))),
        }
    }
    let change = ChangeSettings {
        console: Some(console),
        ..ChangeSettings::default()
    };
    Ok(agent.change_settings(change).await?)
}
