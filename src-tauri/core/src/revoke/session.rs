//! Which sessions a revocation is about.

use crate::arn::RoleArn;
use crate::session::Session;

/// Whether `session` is one of `role`. Names are unique in an account, whatever the path; the ARN that STS gives a
/// session leaves the path out.
pub fn is_of(role: &RoleArn, session: &Session) -> bool {
    match session.key.hops.last() {
        Some(hop) => is_same(&hop.role, role),
        None => session
            .assumed_role_arn
            .as_deref()
            .is_some_and(|arn| is_assumed(arn, role)),
    }
}

/// Whether `session` was got by way of `role` and is one of another: it goes on working when `role`'s are revoked.
pub fn rests_on(role: &RoleArn, session: &Session) -> bool {
    match session.key.hops.split_last() {
        Some((last, before)) => {
            !is_same(&last.role, role) && before.iter().any(|hop| is_same(&hop.role, role))
        }
        None => false,
    }
}

/// Whether both name one role: a session's ARN leaves out the path.
pub fn is_same(one: &RoleArn, other: &RoleArn) -> bool {
    one.partition() == other.partition()
        && one.account() == other.account()
        && one.role_name() == other.role_name()
}

/// `arn:PARTITION:sts::ACCOUNT:assumed-role/NAME/SESSION`.
fn is_assumed(arn: &str, role: &RoleArn) -> bool {
    let (partition, account, name) = (role.partition(), role.account(), role.role_name());
    let session = arn.strip_prefix(&format!("arn:{partition}:sts::{account}:assumed-role/{name}/"));
    session.is_some()
}
