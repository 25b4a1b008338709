//! Starting a browser.

use std::io;
use std::process::{Command, Stdio};

use hatrack_core::console::BrowserPart;
use url::form_urlencoded;

use super::NotOpened;
use super::find::{Browser, Family};

/// How an address gets to a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// As the desktop opens addresses; `$BROWSER` first.
    Desktop,
    /// In a browser, in the part that is in front.
    Front(Browser),
    /// In a part of its own.
    Part(Browser, String),
}

impl Way {
    pub(super) fn of(wanted: &BrowserPart) -> Result<Self, NotOpened> {
        let named = |name: &String| Browser::named(name).ok_or_else(|| NotOpened::NoBrowser(name.clone()));
        match (wanted.browser.as_ref().map(named).transpose()?, &wanted.part) {
            (None, None) => Ok(Self::Desktop),
            (Some(browser), None) => Ok(Self::Front(browser)),
            (Some(browser), Some(part)) => Ok(Self::Part(browser, part.clone())),
            (None, Some(part)) => {
                let browser = Browser::default_one().ok_or(NotOpened::NoParts)?;
                Ok(Self::Part(browser, part.clone()))
            }
        }
    }

    /// Starts it with `address`, which is no secret: it leads to one once.
    pub(super) fn start(&self, address: &str) -> io::Result<()> {
        match self {
            Self::Desktop => crate::client::open_page(address),
            Self::Front(browser) | Self::Part(browser, _) => run(&browser.start, &self.words(address)),
        }
    }

    /// What follows the program on its command line.
    fn words(&self, address: &str) -> Vec<String> {
        match self {
            Self::Desktop | Self::Front(_) => vec![address.to_owned()],
            Self::Part(browser, part) if browser.family == Family::Firefox => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair("name", part)
                    .append_pair("url", address)
                    .finish();
                // The extension reads a plus as a plus (RFC 3986).
                vec![format!("ext+container:{}", query.replace('+', "%20"))]
            }
            Self::Part(_, part) => vec![format!("--profile-directory={part}"), address.to_owned()],
        }
    }

    /// What may be missing where the address is not fetched.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Part(browser, _) if browser.family == Family::Firefox => {
                " (containers need the extension \"Open external links in a container\" in Firefox)"
            }
            _ => "",
        }
    }
}

/// Starts a program that outlives this one, and is nobody's child for long.
fn run(start: &[String], words: &[String]) -> io::Result<()> {
    let (program, first) = start.split_first().ok_or(io::ErrorKind::NotFound)?;
    let mut child = Command::new(program)
        .args(first)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    std::thread::spawn(move || child.wait());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(family: Family) -> Browser {
        Browser {
            name: "b",
            label: "B",
            family,
            start: vec!["b".to_owned()],
        }
    }

    #[test]
    fn each_kind_of_browser_has_its_own_way_to_a_part() {
        let firefox = Way::Part(browser(Family::Firefox), "Hatrack 081278057606".to_owned());
        assert_eq!(
            firefox.words("http://127.0.0.1:1/x"),
            ["ext+container:name=Hatrack%20081278057606&url=http%3A%2F%2F127.0.0.1%3A1%2Fx"]
        );
        assert!(firefox.hint().contains("extension"));
        let chromium = Way::Part(browser(Family::Chromium), "Work".to_owned());
        assert_eq!(
            chromium.words("http://127.0.0.1:1/x"),
            ["--profile-directory=Work", "http://127.0.0.1:1/x"]
        );
    }
}
