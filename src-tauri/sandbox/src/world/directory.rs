//! A directory outside AWS that signs people in by SAML.

use std::collections::BTreeSet;

/// A SAML provider, and who trusts it.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// The provider as each account that trusts it knows it: `arn:aws:iam::ACCOUNT:saml-provider/NAME`.
    pub trusted_as: BTreeSet<String>,
    /// Who can sign in.
    pub users: Vec<DirectoryUser>,
}

/// Somebody who can sign in.
#[derive(Debug, Clone)]
pub struct DirectoryUser {
    /// The name, which sessions bear too.
    pub name: String,
    /// Each role with the provider in its account.
    pub roles: Vec<(String, String)>,
    /// `SessionDuration`, where the directory says.
    pub session_seconds: Option<u32>,
}

impl Directory {
    /// The user of this name; the first where nobody is named.
    pub fn user(&self, named: Option<&str>) -> Option<&DirectoryUser> {
        match named {
            Some(name) => self.users.iter().find(|user| user.name == name),
            None => self.users.first(),
        }
    }
}
