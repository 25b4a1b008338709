//! A message to the administrator of another account.

use crate::account::AccountId;

use super::super::verdict::Verdict;

/// What the message asks for.
pub(in crate::doctor) struct Ask<'a> {
    /// The account that it goes to.
    pub account: Option<AccountId>,
    /// Where the statement goes: `the trust policy of the role Reader`.
    pub place: &'a str,
    /// Who asks, by ARN.
    pub caller: Option<&'a str>,
    /// What was refused.
    pub action: &'a str,
    /// What it was asked of.
    pub resource: Option<&'a str>,
    /// The statement.
    pub statement: &'a str,
    /// AWS's request ID of the refusal.
    pub request_id: Option<&'a str>,
    /// How certain it is that this is what is missing.
    pub verdict: Verdict,
}

/// The message.
pub(in crate::doctor) fn message(ask: &Ask<'_>) -> String {
    let account = ask
        .account
        .map(|a| format!(" in account {a}"))
        .unwrap_or_default();
    let who = ask.caller.map(|c| format!(" for {c}")).unwrap_or_default();
    let on = ask.resource.map(|r| format!(" on {r}")).unwrap_or_default();
    let sure = match ask.verdict {
        Verdict::Missing => "It is missing there.",
        Verdict::LikelyMissing => "I cannot see it from here; what AWS answered points to it.",
        _ => "I cannot see from here whether it is there already.",
    };
    let id = ask
        .request_id
        .map(|id| format!("\n\nAWS's request ID of the refusal: {id}"))
        .unwrap_or_default();
    format!(
        "Hello,\n\nAWS refuses {}{on}{who}. Please add this statement to {}{account}. {sure}\n\n{}\n\nIt allows this \
         action for this principal and nothing else.{id}\n",
        ask.action, ask.place, ask.statement
    )
}
