//! The files by which other programs find the sandbox.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ini::Ini;
use serde::{Deserialize, Serialize};

use crate::worlds::{
    AnywhereStory, KindsStory, MachineStory, Profile, ProfileKind, SignInStory, SsoSession, Story,
};

/// What stands in `sandbox.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// `http://127.0.0.1:PORT`: STS, Identity Center, and S3, path-style.
    pub endpoint: String,
    /// `DIR/config`.
    pub config_file: PathBuf,
    /// `DIR/credentials`.
    pub credentials_file: PathBuf,
    /// `DIR/home`: what `HATRACK_HOME` is set to.
    pub home: PathBuf,
    /// The longest life of a session, in seconds, if it is shortened.
    pub max_life: Option<u64>,
    /// The names of the accounts, by ID.
    pub accounts: std::collections::BTreeMap<String, String>,
    /// The stories that start from a user's keys.
    pub stories: Vec<Story>,
    /// The story that starts from a sign-in.
    pub sign_in: SignInStory,
    /// The story that starts from a machine.
    pub machine: MachineStory,
    /// The story of the kinds of role, in which a token is an identity.
    pub kinds: KindsStory,
    /// The story of Roles Anywhere, in which a certificate is an identity.
    pub anywhere: AnywhereStory,
}

impl Manifest {
    /// A story by its ID (`S1`).
    pub fn story(&self, id: &str) -> Option<&Story> {
        self.stories.iter().find(|s| s.id == id)
    }
}

/// The last file that is written: where it is, the folder is a sandbox's.
const MANIFEST: &str = "sandbox.json";
/// The file with a build job's token.
pub const WEB_IDENTITY_TOKEN: &str = "web-identity-token";

/// What is written beside the manifest.
pub struct Written<'a> {
    /// The profiles.
    pub profiles: &'a [Profile],
    /// The `[sso-session …]` sections.
    pub sso_sessions: &'a [SsoSession],
    /// A token of the identity provider.
    pub web_identity_token: &'a str,
    /// Further files, by their path below the folder.
    pub files: &'a [(String, String)],
}

/// Writes `config`, `credentials`, `env`, `web-identity-token`, certificates and, last of all, `sandbox.json` into
/// `dir`, which is made if it is not there. Each file appears whole or not at all, and only its owner reads it.
///
/// # Errors
/// The folder or a file cannot be written, or the folder holds files of these names that are no sandbox's.
pub fn write(dir: &Path, manifest: &Manifest, written: &Written<'_>) -> io::Result<()> {
    refuse_foreign(dir)?;
    private_dir(dir)?;
    private_dir(&manifest.home)?;
    let (mut config, credentials) = shared_files(&manifest.endpoint, written.profiles);
    for (name, settings) in written.sso_sessions {
        let mut into = config.with_section(Some(format!("sso-session {name}")));
        for (key, value) in settings {
            into.set(*key, value);
        }
    }
    put(&manifest.config_file, &ini_text(&config)?)?;
    put(&manifest.credentials_file, &ini_text(&credentials)?)?;
    put(
        &dir.join(WEB_IDENTITY_TOKEN),
        written.web_identity_token.as_bytes(),
    )?;
    for (path, text) in written.files {
        let path = dir.join(path);
        if let Some(folder) = path.parent() {
            private_dir(folder)?;
        }
        put(&path, text.as_bytes())?;
    }
    put(&dir.join("env"), env_text(manifest).as_bytes())?;
    let json = serde_json::to_vec_pretty(manifest).map_err(io::Error::other)?;
    put(&dir.join(MANIFEST), &json)
}

/// `~/.aws` has files of the same names, and they are the only copy of somebody's keys.
fn refuse_foreign(dir: &Path) -> io::Result<()> {
    let foreign = [
        "config",
        "credentials",
        "env",
        WEB_IDENTITY_TOKEN,
        "roles-anywhere",
    ]
    .into_iter()
    .find(|name| dir.join(name).exists());
    match foreign.filter(|_| !dir.join(MANIFEST).exists()) {
        None => Ok(()),
        Some(name) => Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!(
                "{} holds a file {name} that is no sandbox's; name another folder",
                dir.display()
            ),
        )),
    }
}

fn shared_files(endpoint: &str, profiles: &[Profile]) -> (Ini, Ini) {
    let (mut config, mut credentials) = (Ini::new(), Ini::new());
    for profile in profiles {
        let section = match profile.name.as_str() {
            "default" => "default".to_owned(),
            name => format!("profile {name}"),
        };
        let mut into = config.with_section(Some(section));
        into.set("region", &profile.region).set("endpoint_url", endpoint);
        match &profile.kind {
            ProfileKind::Keys {
                access_key_id,
                secret_access_key,
            } => {
                credentials
                    .with_section(Some(profile.name.clone()))
                    .set("aws_access_key_id", access_key_id)
                    .set("aws_secret_access_key", secret_access_key);
            }
            ProfileKind::Role {
                role_arn,
                source,
                settings,
            } => {
                into.set("role_arn", role_arn).set(source.0, &source.1);
                for (name, value) in settings {
                    into.set(*name, value);
                }
            }
            ProfileKind::Settings(settings) => {
                for (name, value) in settings {
                    into.set(*name, value);
                }
            }
        }
    }
    (config, credentials)
}

fn ini_text(ini: &Ini) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    // AWS's files know neither quotes nor escapes.
    let options = ini::WriteOption {
        escape_policy: ini::EscapePolicy::Nothing,
        kv_separator: " = ",
        ..Default::default()
    };
    ini.write_to_opt(&mut out, options)?;
    Ok(out)
}

/// Variables that would lead a program past the sandbox's files.
const CLEARED: [&str; 12] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
];

fn env_text(manifest: &Manifest) -> String {
    let mut out = format!("unset {}\n", CLEARED.join(" "));
    let machine = &manifest.machine;
    for (name, value) in [
        ("AWS_CONFIG_FILE", manifest.config_file.to_string_lossy()),
        (
            "AWS_SHARED_CREDENTIALS_FILE",
            manifest.credentials_file.to_string_lossy(),
        ),
        ("AWS_ENDPOINT_URL", manifest.endpoint.as_str().into()),
        // Whoever is in the sandbox is on its instance and in its container, for profiles that start from these.
        ("AWS_EC2_METADATA_DISABLED", "false".into()),
        (
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            machine.metadata_endpoint.as_str().into(),
        ),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            machine.container_uri.as_str().into(),
        ),
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            machine.container_token.as_str().into(),
        ),
        ("HATRACK_HOME", manifest.home.to_string_lossy()),
    ] {
        out.push_str(&format!("export {name}='{}'\n", value.replace('\'', r"'\''")));
    }
    out
}

/// Makes a folder for its owner alone. One that is there keeps its mode: it may be anybody's, and the files in it are
/// private by themselves.
fn private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let temporary = PathBuf::from(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}
