//! Signing in to the AWS console with a session's credentials: which page, for how long, and the link.
//!
//! Source: IAM User Guide, "Enable custom identity broker access to the AWS console".
//!
//! Invariants: a link is a secret, since whoever has it is signed in; and a page is on the console of the session's
//! own partition, so that no link leads a signed-in browser anywhere else.

mod choice;
mod link;
mod page;
mod port;
mod stay;

pub use choice::{BrowserPart, ConsoleChoices, NotAPart, is_part_name};
pub use link::{SignInToken, logged_out_first, login_link, session_document, sign_in_host, token_query};
pub use page::{ConsolePage, NotAPage, console_host, labelled_services, services};
pub use port::{ConsoleSignIn, GetFederationToken};
pub use stay::{NotTaken, Rights, stay};

/// How long AWS takes a link after it was made.
pub const LINK_SECONDS: u32 = 15 * 60;

/// So many sessions of the console a browser keeps beside each other, where its person has turned that on (AWS
/// Management Console Getting Started Guide, "Signing in to multiple accounts").
pub const MOST_AT_ONCE: usize = 5;

#[cfg(test)]
mod tests;
