//! Why a command did not do what it was asked, and the exit code that says so.

use std::fmt;
use std::process::ExitCode;

use hatrack_agent::client::AgentError;
use hatrack_agent::protocol::ErrorCode;
use hatrack_core::view::DenialView;
use hatrack_store::new_file::NotMade;

/// A command's failure, with its sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    message: String,
    code: Option<ErrorCode>,
    /// What AWS refused, for the hint at who looks into it.
    refused: Option<Refused>,
}

/// The call that AWS refused.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refused {
    action: String,
    resource: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Refused,
    Usage,
    NeedsInput,
}

impl Failure {
    /// AWS, the agent or the system said no.
    pub fn refused(message: impl fmt::Display) -> Self {
        Self::of(Kind::Refused, message)
    }

    /// The command line asks for what there is not.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::of(Kind::Usage, message)
    }

    /// Only a person can go on: an MFA code, a consent.
    pub fn needs_input(message: impl fmt::Display) -> Self {
        Self::of(Kind::NeedsInput, message)
    }

    fn of(kind: Kind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            code: None,
            refused: None,
        }
    }

    /// What the agent's refusal was, where it was one.
    pub fn code(&self) -> Option<ErrorCode> {
        self.code
    }

    /// With a line that says how to look into it, where AWS refused something: `role` as the person named it.
    pub fn with_doctor(mut self, role: Option<&str>) -> Self {
        let Some(refused) = self.refused.take() else {
            return self;
        };
        let place = refused
            .resource
            .as_deref()
            .and_then(|arn| arn.strip_prefix("arn:aws:s3:::"));
        let mut words = vec!["hat doctor".to_owned()];
        words.extend(role.map(quoted));
        if let Some(place) = place {
            words.push(quoted(&format!("s3://{place}")));
        }
        if refused.action != "sts:AssumeRole" {
            words.push(format!("--action {}", refused.action));
        }
        self.message
            .push_str(&format!("\n`{}` says why, and what to add", words.join(" ")));
        self
    }

    /// 1 refused or failed, 2 wrong usage, 3 input needed that was not given.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Refused => 1,
            Kind::Usage => 2,
            Kind::NeedsInput => 3,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<NotMade> for Failure {
    fn from(not: NotMade) -> Self {
        match not {
            NotMade::IsThere(_) => {
                Self::refused(format!("{not}; add --force to replace it, or give another name"))
            }
            NotMade::NoFile(_) => Self::usage(not),
            NotMade::Unwritable { .. } => {
                Self::refused(format!("{not}; check the folder and the free space"))
            }
        }
    }
}

impl From<AgentError> for Failure {
    fn from(error: AgentError) -> Self {
        let AgentError::Refused(refused) = error else {
            return Self::refused(error);
        };
        let mut message = refused.message.clone();
        for candidate in refused
            .candidates
            .iter()
            .filter(|candidate| !refused.message.contains(*candidate))
        {
            message.push_str("\n  ");
            message.push_str(candidate);
        }
        if refused.code == ErrorCode::AlreadyThere {
            message.push_str("; give --replace if that is meant");
        }
        let kind = match refused.code {
            ErrorCode::NoSuchRole | ErrorCode::AmbiguousRole | ErrorCode::Invalid => Kind::Usage,
            _ => Kind::Refused,
        };
        Self {
            kind,
            message,
            code: Some(refused.code),
            refused: None,
        }
    }
}

impl From<DenialView> for Failure {
    fn from(denial: DenialView) -> Self {
        let request = denial
            .request_id
            .map(|id| format!(" (request {id})"))
            .unwrap_or_default();
        let summary = sentence(denial.summary);
        // Refused before a call: AWS has said nothing.
        if denial.message.is_empty() && request.is_empty() {
            return Self::refused(summary);
        }
        Self {
            refused: Some(Refused {
                action: denial.action,
                resource: denial.resource,
            }),
            ..Self::refused(format!(
                "{summary} AWS says {}: {}{request}",
                denial.code, denial.message
            ))
        }
    }
}

/// As a word of a POSIX shell's line.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Ends in a full stop, whatever the text ended in.
fn sentence(mut text: String) -> String {
    if !text.ends_with(['.', '?', ':']) {
        text.push('.');
    }
    text
}
