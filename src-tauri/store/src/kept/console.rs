//! What was opened in the console and may still be signed in, for the count. Holds no link.

use std::path::PathBuf;

use hatrack_core::console::BrowserPart;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Keep;
use crate::home::Home;

/// One session of the console, in one part of a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptConsoleSession {
    /// Where it was opened.
    pub part: BrowserPart,
    /// Tells one session of the console from another: the ARN of who is signed in.
    pub who: String,
    /// Until when it may last.
    pub until: Timestamp,
}

impl Keep for KeptConsoleSession {
    const WHAT: &'static str = "what is remembered of a console session";

    fn folder(home: &Home) -> PathBuf {
        home.console_sessions()
    }

    fn name(&self) -> String {
        let BrowserPart { browser, part } = &self.part;
        let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
        format!("{}\n{}\n{}", or_none(browser), or_none(part), self.who)
    }
}
