//! Reading the two files into a catalog.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use hatrack_core::catalog::{Besides, Catalog, Problem, Severity};
use hatrack_core::shared_config::{ConfigError, ConfigErrorKind, FileKind, SharedConfig, SourceFile};

use super::location::{Location, Locations, NamedBy};

/// The largest file that is read, in bytes. Ten thousand profiles take about 3 MB.
pub const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// One of the files, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// Where it is.
    pub path: PathBuf,
    /// What people call it.
    pub name: Arc<str>,
    /// Whether it is there.
    pub exists: bool,
}

impl FileState {
    fn of(location: &Location, exists: bool) -> Self {
        Self {
            path: location.path.clone(),
            name: location.name.clone(),
            exists,
        }
    }
}

/// What the files say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// Both files as one, with the secrets that are in them.
    pub shared: SharedConfig,
    /// Its roles, identities and problems; the problems of the files themselves come first.
    pub catalog: Catalog,
    /// The files read: the config, then the credentials.
    pub files: Vec<FileState>,
    /// Set when a file is broken now. `shared` and `catalog` are then the last good ones, or empty where there
    /// never were any.
    pub broken: Option<ConfigError>,
}

/// Both files as AWS's SDK would have them, without a catalog: what `hat config` shows.
///
/// # Errors
/// At the first file that cannot be read or parsed. One that is not there counts as empty.
pub fn read(locations: &Locations) -> Result<SharedConfig, ConfigError> {
    let (mut files, mut ignored) = (Vec::new(), Vec::new());
    read_both(locations, &mut files, &mut ignored)
}

/// Both files and their catalog, once.
pub(super) fn load(locations: &Locations, besides: &Besides) -> Loaded {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    let (shared, broken) = match read_both(locations, &mut files, &mut problems) {
        Ok(shared) => (shared, None),
        Err(broken) => (SharedConfig::default(), Some(broken)),
    };
    // Reading stops at a file that is broken; both are listed.
    for location in locations.both().into_iter().skip(files.len()) {
        files.push(FileState::of(location, fs::metadata(&location.path).is_ok()));
    }
    let mut catalog = if broken.is_none() {
        Catalog::build(&shared, besides)
    } else {
        Catalog::default()
    };
    problems.extend(broken.as_ref().map(problem_of));
    problems.append(&mut catalog.problems);
    catalog.problems = problems;
    Loaded {
        shared,
        catalog,
        files,
        broken,
    }
}

/// A broken file, as the catalog lists it.
pub(super) fn problem_of(broken: &ConfigError) -> Problem {
    Problem {
        severity: Severity::Error,
        file: broken.file.clone(),
        line: broken.line,
        profile: None,
        message: broken.kind.to_string(),
    }
}

fn read_both(
    locations: &Locations,
    files: &mut Vec<FileState>,
    problems: &mut Vec<Problem>,
) -> Result<SharedConfig, ConfigError> {
    let mut sources = Vec::new();
    for (kind, location) in [
        (FileKind::Config, &locations.config),
        (FileKind::Credentials, &locations.credentials),
    ] {
        let found = read_one(location)?;
        files.push(FileState::of(location, found.is_some()));
        match found {
            Some((bytes, about)) => {
                problems.extend(open_to_others(kind, location, &about));
                sources.push(SourceFile::from_bytes(kind, &location.name, bytes)?);
            }
            None => problems.extend(missing(location)?),
        }
    }
    SharedConfig::parse(&sources)
}

/// The file's bytes; `None` where there is no file.
pub(crate) fn read_one(location: &Location) -> Result<Option<(Vec<u8>, Metadata)>, ConfigError> {
    let failed = |why: io::Error| {
        ConfigError::of_file(
            &location.name,
            ConfigErrorKind::Unreadable {
                reason: in_plain_words(&why),
            },
        )
    };
    let file = match open(location) {
        Ok(file) => file,
        Err(why) if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(why) => return Err(failed(why)),
    };
    let about = file.metadata().map_err(failed)?;
    if about.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(LARGEST_FILE)).unwrap_or_default());
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(ConfigError::of_file(
            &location.name,
            ConfigErrorKind::FileTooLarge { limit: LARGEST_FILE },
        ));
    }
    Ok(Some((bytes, about)))
}

/// Never waits: a pipe or terminal in the place of a file must not hold the agent.
#[cfg(unix)]
fn open(location: &Location) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(&location.path)
}

#[cfg(not(unix))]
fn open(location: &Location) -> io::Result<File> {
    fs::OpenOptions::new().read(true).open(&location.path)
}

fn in_plain_words(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::PermissionDenied => "this user may not read it; check its permissions".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder; name a file".to_owned(),
        io::ErrorKind::WouldBlock => {
            "it is a pipe or terminal with nothing to read yet; name a file".to_owned()
        }
        _ => why.to_string(),
    }
}

/// Keys that other users of this computer can read are said, and left as they are.
#[cfg(unix)]
fn open_to_others(kind: FileKind, location: &Location, about: &Metadata) -> Option<Problem> {
    use std::os::unix::fs::PermissionsExt;
    let mode = about.permissions().mode() & 0o777;
    let exposed = kind == FileKind::Credentials && about.is_file() && about.len() > 0 && mode & 0o077 != 0;
    exposed.then(|| Problem {
        severity: Severity::Warning,
        file: location.name.clone(),
        line: None,
        profile: None,
        message: format!(
            "Other users of this computer may open this file (mode {mode:04o}); close it with: chmod 600 {}",
            hatrack_core::shared_config::inert(&location.name)
        ),
    })
}

#[cfg(not(unix))]
fn open_to_others(_: FileKind, _: &Location, _: &Metadata) -> Option<Problem> {
    None
}

/// What to say of a file that is not there.
fn missing(location: &Location) -> Result<Option<Problem>, ConfigError> {
    match location.named_by {
        NamedBy::Default => Ok(None),
        NamedBy::Variable(variable) => Ok(Some(Problem {
            severity: Severity::Note,
            file: location.name.clone(),
            line: None,
            profile: None,
            message: format!("{variable} names this file, and it is not there; it counts as empty."),
        })),
        NamedBy::Option(_) => {
            let reason = "it is not there; check the path".to_owned();
            Err(ConfigError::of_file(
                &location.name,
                ConfigErrorKind::Unreadable { reason },
            ))
        }
    }
}
