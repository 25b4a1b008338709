//! The name of a session in a shell's prompt.

use crate::view::SessionView;

/// The longest, in characters: a prompt is one line.
const LONGEST: usize = 80;

/// `account/role`, in characters that no shell, no file and no prompt acts on; all others become dashes.
pub fn prompt_name(session: &SessionView) -> String {
    let account = match session.account_name.chars().any(|c| c.is_ascii_alphanumeric()) {
        true => session.account_name.clone(),
        false => session.account_id.map(|id| id.to_string()).unwrap_or_default(),
    };
    let whole = match account.is_empty() {
        true => plain(&session.role_name),
        false => format!("{}/{}", plain(&account), plain(&session.role_name)),
    };
    whole.chars().take(LONGEST).collect()
}

fn plain(text: &str) -> String {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.chars().map(|c| if legal(c) { c } else { '-' }).collect()
}
