//! S3's refusals as failures of the command.

use std::sync::{Mutex, PoisonError};

use hatrack_aws::s3::S3Failure;

use crate::failure::Failure;

/// As whom this process has opened S3, for the hint that a refusal ends with. A refusal does not say whose it was, so
/// with two roles there is no hint.
static OPENED: Mutex<Vec<Option<String>>> = Mutex::new(Vec::new());

/// Notes a role, as the person named it.
pub fn opened_as(role: Option<&str>) {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let role = role.map(str::to_owned);
    if !opened.contains(&role) {
        opened.push(role);
    }
}

/// With the hint.
pub fn with_doctor(failure: Failure) -> Failure {
    match &OPENED.lock().unwrap_or_else(PoisonError::into_inner)[..] {
        [role] => failure.with_doctor(role.as_deref()),
        _ => failure,
    }
}

impl From<S3Failure> for Failure {
    fn from(failure: S3Failure) -> Self {
        match failure {
            S3Failure::Denied(denial) => with_doctor((*denial).into()),
            other => match other.hint() {
                Some(hint) => Self::refused(format!("{hint} ({other})")),
                None => Self::refused(other),
            },
        }
    }
}
