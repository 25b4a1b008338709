//! What the command's environment has that ours has not, and the other way round.

use std::ffi::OsString;
use std::path::PathBuf;

use hatrack_core::export::ROLE;
use hatrack_store::aws_files::Locations;

use super::private_config::PrivateConfig;
use crate::context::{Context, EXEC_CONFIG, OUTER_CONFIG, OUTER_CREDENTIALS};

/// Every variable by which an SDK finds credentials or a profile.
///
/// Source: AWS SDKs and Tools Reference Guide, "Environment variables list"; `AWS_SECURITY_TOKEN` and
/// `AWS_CREDENTIAL_FILE` are of boto's first version.
const CLEARED: [&str; 17] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CREDENTIAL_FILE",
    "AWS_ACCOUNT_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_BEARER_TOKEN_BEDROCK",
];

/// A variable of the command: set, or taken away.
pub type Change = (&'static str, Option<OsString>);

/// The changes to our own environment. `role` is the session's name in a prompt.
pub fn changes(
    files: &SharedFilesInForce,
    config: &PrivateConfig,
    region: &str,
    role: Option<String>,
) -> Vec<Change> {
    let cleared = CLEARED.into_iter().map(|name| (name, None));
    let set = [
        ("AWS_CONFIG_FILE", config.config().as_os_str().to_owned()),
        (
            "AWS_SHARED_CREDENTIALS_FILE",
            config.credentials().as_os_str().to_owned(),
        ),
        // boto3 reads only the second.
        ("AWS_REGION", region.into()),
        ("AWS_DEFAULT_REGION", region.into()),
        // The first versions of the Go and JavaScript SDKs read the config file only with this.
        ("AWS_SDK_LOAD_CONFIG", "1".into()),
        (EXEC_CONFIG, config.config().as_os_str().to_owned()),
        (OUTER_CONFIG, files.config.clone().into()),
        (OUTER_CREDENTIALS, files.credentials.clone().into()),
    ];
    cleared
        .chain(set.map(|(name, value)| (name, Some(value))))
        .chain([(ROLE, role.map(OsString::from))])
        .collect()
}

/// The person's own shared files, by absolute paths: the command may change its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedFilesInForce {
    config: PathBuf,
    credentials: PathBuf,
}

impl SharedFilesInForce {
    /// Of this process.
    pub fn of(context: &Context) -> Self {
        let Locations {
            config, credentials, ..
        } = Locations::of_caller(&context.caller);
        Self {
            config: config.path,
            credentials: credentials.path,
        }
    }

    /// The same as options of `hat`.
    pub fn options(&self) -> Vec<String> {
        vec![
            format!("--config-file={}", self.config.display()),
            format!("--credentials-file={}", self.credentials.display()),
        ]
    }
}
