//! Export lines: a session's credentials as text that a shell, or a program that reads `.env` or JSON, takes.
//!
//! Invariants: every value arrives in the shell exactly as it is here, or the text is refused; the text zeroizes;
//! the masked form for people is cut from the same pieces, so it cannot differ from what is copied.
//!
//! What is set and unset, and why: both region variables, since boto3 reads only `AWS_DEFAULT_REGION`; the profile
//! variables are unset because a stale one breaks SDKs even where keys are set.

mod cmd;
mod dotenv;
mod endpoint;
mod fish;
mod json;
mod nu;
mod posix;
mod powershell;
mod preview;
mod prompt;
mod shell;
mod statement;
mod text;
mod variables;

pub use endpoint::{EndpointExports, endpoint_text, endpoint_unset_text};
pub use preview::{EnvLine, EnvPreview, Masked, preview};
pub use prompt::prompt_name;
pub use shell::{Shell, UnknownShell};
pub use statement::Unquotable;
pub use text::{ExportText, Exports, export_text, unset_text};
pub use variables::ROLE;

#[cfg(test)]
mod tests;
