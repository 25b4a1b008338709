//! GetSessionToken.

use super::Call;
use super::issue::issue;
use super::mfa;
use crate::query::Refusal;
use crate::world::SessionOf;

/// API Reference, "GetSessionToken": 15 minutes to 36 hours, 12 hours by default.
const LEAST: i64 = 900;
const MOST: i64 = 129_600;
const USUAL: i64 = 43_200;

pub(super) fn answer(call: &Call<'_>) -> Result<String, Refusal> {
    let seconds = call.parameters.duration(LEAST, MOST)?.unwrap_or(USUAL);
    if call.signer.session.is_some() {
        return Err(Refusal::denied(
            "Cannot call GetSessionToken with session credentials",
        ));
    }
    let mfa_at = mfa::take(call)?;
    let of = SessionOf::User {
        arn: call.signer.arn.clone(),
    };
    Ok(issue(call.state, seconds, mfa_at, of))
}
