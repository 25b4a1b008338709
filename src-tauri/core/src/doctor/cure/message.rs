//! A message to the administrator of another account.

use crate::account::AccountId;

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
    /// Whether it is certain that this is what is missing.
    pub certain: bool,
}

/// The message.
pub(in crate::doctor) fn message(ask: &Ask<'_>) -> String {
    let account = ask.account.map(|a| format!(" in account {a}")).unwrap_or_default();
    let who = ask.caller.map(|c| format!(" for {c}")).unwrap_or_default();
    let on = ask.resource.map(|r| format!(" on {r}")).unwrap_or_default();
    let sure = if ask.certain {
        "It is missing there."
    } else {
        "I cannot see it from here; everything that I can see on my side is in place."
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
