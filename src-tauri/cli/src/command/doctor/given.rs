//! Policies given as files: they complete what can be seen from here.

use std::path::{Path, PathBuf};

use clap::Args;
use hatrack_agent::protocol::{PastedPolicies, PastedPolicy};

use crate::failure::Failure;

/// Larger than any policy of AWS's (a bucket's 20 KB is the longest).
const LONGEST: u64 = 64 * 1024;

/// The files.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Policies, each a file with JSON; of several, all that there are")]
pub struct Policies {
    /// A policy of the caller's; an empty file says that there is none
    #[arg(long, value_name = "FILE")]
    identity_policy: Vec<PathBuf>,
    /// The caller's permissions boundary
    #[arg(long, value_name = "FILE")]
    boundary: Option<PathBuf>,
    /// The role's trust policy
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// A policy of the role's; an empty file says that there is none
    #[arg(long, value_name = "FILE")]
    permissions: Vec<PathBuf>,
    /// The role's permissions boundary
    #[arg(long, value_name = "FILE")]
    role_boundary: Option<PathBuf>,
    /// A session policy that goes along with the switch
    #[arg(long, value_name = "FILE")]
    session_policy: Vec<PathBuf>,
    /// The bucket's policy; an empty file says that there is none
    #[arg(long, value_name = "FILE")]
    bucket_policy: Option<PathBuf>,
    /// The policy of the KMS key
    #[arg(long, value_name = "FILE")]
    key_policy: Option<PathBuf>,
    /// A service control policy over the role's account
    #[arg(long, value_name = "FILE")]
    scp: Vec<PathBuf>,
    /// A service control policy over the caller's account
    #[arg(long, value_name = "FILE")]
    caller_scp: Vec<PathBuf>,
    /// A resource control policy over the bucket's account
    #[arg(long, value_name = "FILE")]
    rcp: Vec<PathBuf>,
}

impl Policies {
    /// Their texts.
    pub fn read(&self) -> Result<PastedPolicies, Failure> {
        let one = |path: &Option<PathBuf>| path.as_deref().map(read).transpose();
        let all = |paths: &[PathBuf]| paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>();
        Ok(PastedPolicies {
            identity: all(&self.identity_policy)?,
            boundary: one(&self.boundary)?,
            trust: one(&self.trust)?,
            permissions: all(&self.permissions)?,
            role_boundary: one(&self.role_boundary)?,
            session: all(&self.session_policy)?,
            bucket_policy: one(&self.bucket_policy)?,
            key_policy: one(&self.key_policy)?,
            scps: all(&self.scp)?,
            caller_scps: all(&self.caller_scp)?,
            rcps: all(&self.rcp)?,
        })
    }
}

fn read(path: &Path) -> Result<PastedPolicy, Failure> {
    let failed = |why: String| Failure::usage(format!("{} cannot be read: {why}", path.display()));
    let length = std::fs::metadata(path)
        .map_err(|why| failed(why.to_string()))?
        .len();
    if length > LONGEST {
        return Err(failed(format!("it has {length} bytes, and no policy is so long")));
    }
    let text = std::fs::read_to_string(path).map_err(|why| failed(why.to_string()))?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(PastedPolicy {
        name: name.to_string_lossy().into_owned(),
        text,
    })
}
