//! For how long a person stays signed in: `SessionDuration`.

use crate::sts_limits::SessionDuration;

/// Where the credentials come from, as far as it decides about `SessionDuration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// A role's session that nobody's temporary credentials signed for.
    Role,
    /// A role's session, signed for by temporary credentials.
    Chained,
    /// GetFederationToken.
    Federated,
    /// Temporary credentials that say not how they were got.
    Unknown,
}

/// A stay that cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// AWS answers HTTP 400.
    #[error(
        "the console takes no length of stay for a role that was reached by a chain: one stays as long as the session \
         lives; leave it out"
    )]
    Chained,
    /// Whether AWS takes it depends on what nobody here knows.
    #[error(
        "how these temporary credentials were got is not known, so no length of stay is asked for: one stays as long as \
         they live; leave it out, or name a role"
    )]
    Unknown,
}

/// The `SessionDuration` to send: what was asked for, else the whole life of the session; none where AWS takes none.
///
/// Without it one stays as long as the credentials live (IAM User Guide, "Enable custom identity broker access").
///
/// # Errors
/// One was asked for, and AWS would refuse it.
pub fn stay(
    rights: Rights,
    asked: Option<SessionDuration>,
    life: u32,
) -> Result<Option<SessionDuration>, NotTaken> {
    match (rights, asked) {
        (Rights::Role, Some(asked)) => Ok(Some(asked)),
        (Rights::Role, None) => {
            Ok(SessionDuration::try_from(life.min(SessionDuration::LONGEST.seconds())).ok())
        }
        // The token itself was asked for with that life.
        (Rights::Federated, _) | (_, None) => Ok(None),
        (Rights::Chained, Some(_)) => Err(NotTaken::Chained),
        (Rights::Unknown, Some(_)) => Err(NotTaken::Unknown),
    }
}
