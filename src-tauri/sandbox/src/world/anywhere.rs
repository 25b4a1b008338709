//! Roles Anywhere: what a certificate may become.

/// A profile: which roles may be asked for.
#[derive(Debug, Clone)]
pub struct AnywhereProfile {
    /// The roles' ARNs.
    pub roles: Vec<String>,
    /// How long a session lives where nobody says, in seconds.
    pub duration_seconds: i64,
    /// Whether callers may name their sessions.
    pub takes_session_names: bool,
}
