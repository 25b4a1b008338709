//! Where the shared files are, by the caller's environment.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Location of the shared config and credentials files"; the tests
//! hold it to the suite that the SDK itself is held to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hatrack_core::caller::CallerContext;

/// Whose customs for paths hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// `HOME`, and slashes.
    Unix,
    /// `HOME`, `USERPROFILE` or `HOMEDRIVE` with `HOMEPATH`, and backslashes.
    Windows,
}

impl Os {
    /// The one this was built for.
    pub fn current() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Unix }
    }

    fn separator(self) -> char {
        match self {
            Self::Unix => '/',
            Self::Windows => '\\',
        }
    }

    fn separates(self, c: char) -> bool {
        c == '/' || c == self.separator()
    }
}

/// One of the two files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    /// Where it is; absolute once a context has been applied.
    pub path: PathBuf,
    /// What people call it: `~/.aws/config`, or the path as they have set it.
    pub name: Arc<str>,
    /// What named it.
    pub named_by: NamedBy,
}

/// What names a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedBy {
    /// Nothing: it is where AWS's tools look by themselves.
    Default,
    /// An environment variable. As in the SDK a file that is not there counts as empty.
    Variable(&'static str),
    /// An option of the command: the file has to be there.
    Option(&'static str),
}

/// The two shared files, and the profile that is selected in them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Locations {
    /// The config file.
    pub config: Location,
    /// The credentials file.
    pub credentials: Location,
    /// `AWS_PROFILE`, else `default`.
    pub profile: String,
}

impl Locations {
    /// The files of a caller. Relative paths start from the caller's folder, never from this process's.
    pub fn of_caller(caller: &CallerContext) -> Self {
        let mut locations = Self::resolve(&|name| caller.var(name).map(str::to_owned), Os::current());
        locations.start_from(&caller.working_folder);
        locations
    }

    /// The files that the environment names. `var` looks a variable up.
    pub fn resolve(var: &dyn Fn(&str) -> Option<String>, os: Os) -> Self {
        let home = home(var, os);
        let locate = |variable: &'static str, default: &str| {
            let set = var(variable);
            let written = set.as_deref().unwrap_or(default);
            Location {
                path: expand(written, home.as_deref(), os).into(),
                name: written.into(),
                named_by: if set.is_some() {
                    NamedBy::Variable(variable)
                } else {
                    NamedBy::Default
                },
            }
        };
        Self {
            config: locate("AWS_CONFIG_FILE", "~/.aws/config"),
            credentials: locate("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
            profile: var("AWS_PROFILE").unwrap_or_else(|| "default".to_owned()),
        }
    }

    /// The same with other files, as `hat config --file` and `--credentials` name them.
    pub fn with_files(mut self, config: Option<&Path>, credentials: Option<&Path>) -> Self {
        let named = |path: &Path, option| Location {
            path: path.to_owned(),
            name: path.to_string_lossy().into(),
            named_by: NamedBy::Option(option),
        };
        if let Some(path) = config {
            self.config = named(path, "--file");
        }
        if let Some(path) = credentials {
            self.credentials = named(path, "--credentials");
        }
        self
    }

    /// Makes relative paths start from `folder`.
    pub fn start_from(&mut self, folder: &Path) {
        for location in [&mut self.config, &mut self.credentials] {
            location.path = folder.join(&location.path);
        }
    }

    /// Both files.
    pub fn both(&self) -> [&Location; 2] {
        [&self.config, &self.credentials]
    }
}

/// A path below the caller's home folder, written `~/…`, where the SDKs keep their caches; `None` without a home.
pub fn under_home(caller: &CallerContext, path: &str) -> Option<PathBuf> {
    let os = Os::current();
    let home = home(&|name| caller.var(name).map(str::to_owned), os)?;
    Some(caller.working_folder.join(expand(path, Some(&home), os)))
}

fn home(var: &dyn Fn(&str) -> Option<String>, os: Os) -> Option<String> {
    let of_windows = || var("USERPROFILE").or_else(|| Some(var("HOMEDRIVE")? + &var("HOMEPATH")?));
    var("HOME").or_else(|| (os == Os::Windows).then(of_windows).flatten())
}

/// Replaces a first component `~` by the home folder; without one it stays, as in the SDK. `~name` is not expanded.
fn expand(path: &str, home: Option<&str>, os: Os) -> String {
    let Some(rest) = path.strip_prefix('~') else {
        return path.to_owned();
    };
    if !rest.is_empty() && !rest.starts_with(|c| os.separates(c)) {
        return path.to_owned();
    }
    let mut expanded = home
        .unwrap_or("~")
        .trim_end_matches(|c| os.separates(c))
        .to_owned();
    for part in rest
        .split(|c| os.separates(c))
        .filter(|part| !part.is_empty() && *part != ".")
    {
        expanded.push(os.separator());
        expanded.push_str(part);
    }
    expanded
}
