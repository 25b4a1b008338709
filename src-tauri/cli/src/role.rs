//! ROLE on the command line, or `AWS_PROFILE`.

use clap::Args;
use hatrack_agent::protocol::{RoleChoice, SessionRef};
use hatrack_core::caller::CallerContext;

use crate::failure::Failure;

/// The role that a command is about.
#[derive(Debug, Clone, Args)]
pub struct RoleArg {
    /// A profile, account/role, an ARN, or any unambiguous part of them; AWS_PROFILE where left out
    pub role: Option<String>,
}

impl RoleArg {
    /// As a person types it: parts will do.
    pub fn typed(&self, caller: &CallerContext) -> Result<RoleChoice, Failure> {
        choose(self.role.as_deref(), caller, RoleChoice::Typed)
    }

    /// As a program has it: no parts.
    pub fn exact(&self, caller: &CallerContext) -> Result<RoleChoice, Failure> {
        choose(self.role.as_deref(), caller, RoleChoice::Exact)
    }
}

/// What `role` or else the environment names.
pub fn choose(
    role: Option<&str>,
    caller: &CallerContext,
    named: fn(String) -> RoleChoice,
) -> Result<RoleChoice, Failure> {
    match role {
        Some(role) => Ok(named(role.to_owned())),
        None if caller.profile().is_some() => Ok(RoleChoice::FromEnvironment),
        None => Err(Failure::usage(
            "no role was named and AWS_PROFILE is not set; name a role, `hat roles` lists them",
        )),
    }
}

/// S on the command line: a session's ID or a ROLE, or else what the environment names.
pub fn session(named: Option<String>, caller: &CallerContext) -> Result<SessionRef, Failure> {
    match named {
        Some(named) => Ok(SessionRef::Typed(named)),
        None => choose(None, caller, RoleChoice::Typed).map(SessionRef::Role),
    }
}
