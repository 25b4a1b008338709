//! Where a team's file is.

use std::fmt;
use std::path::{Path, PathBuf};

use hatrack_core::shared_config::inert;
use serde::{Deserialize, Serialize};
use url::Url;

/// A file on this computer, or an https address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamLocation {
    /// An absolute path.
    Path(PathBuf),
    /// An address.
    Https(Url),
}

/// The text is no place for a team's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATeamLocation {
    /// Another scheme.
    #[error("\"{}\" is no https address; a team's file is read from https://… or from a path", inert(.0))]
    Scheme(String),
    /// It may carry a secret, which would be kept in the clear and shown.
    #[error("the address has a user name, a query or a fragment, which may hold a secret; give one without")]
    Secretive,
}

impl TeamLocation {
    /// What `text` names; a relative path starts from `folder`.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, NotATeamLocation> {
        let Some((scheme, _)) = text.split_once("://") else {
            return Ok(Self::Path(folder.join(text)));
        };
        let wrong = || NotATeamLocation::Scheme(text.to_owned());
        let url = Url::parse(text).map_err(|_| wrong())?;
        if !scheme.eq_ignore_ascii_case("https") || !url.has_host() {
            // Told without what may stand before the host.
            return Err(NotATeamLocation::Scheme(format!("{scheme}://…")));
        }
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if plain {
            Ok(Self::Https(url))
        } else {
            Err(NotATeamLocation::Secretive)
        }
    }

    /// Where the signature of the file is: minisign's custom.
    pub fn signature(&self) -> Self {
        match self {
            Self::Path(path) => {
                let mut name = path.as_os_str().to_owned();
                name.push(".minisig");
                Self::Path(name.into())
            }
            Self::Https(url) => {
                let mut url = url.clone();
                url.set_path(&format!("{}.minisig", url.path()));
                Self::Https(url)
            }
        }
    }
}

impl fmt::Display for TeamLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Https(url) => url.fmt(f),
        }
    }
}
