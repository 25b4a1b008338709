//! Machines that have a role.

use hatrack_core::secret::Secret;

/// An instance or a task with the role that it runs as.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The role.
    pub role_arn: String,
    /// The session's name: the instance's or task's ID.
    pub session_name: String,
}

/// A container.
#[derive(Debug, Clone)]
pub struct Container {
    /// It, with its role.
    pub machine: Machine,
    /// What it shows to its credentials endpoint.
    pub token: Secret,
}
