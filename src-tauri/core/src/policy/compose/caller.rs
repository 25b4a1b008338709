//! Who is to be let in, as wishes name them.

use super::NotComposed;
use crate::account::AccountId;
use crate::policy::principal::Principal;

/// Who comes, as policies name them.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub account: AccountId,
    pub named: String,
    /// Whether the whole account is meant.
    pub whole: bool,
}

impl Caller {
    pub fn read(text: &str) -> Result<Self, NotComposed> {
        let wrong = || NotComposed::Caller(text.to_owned());
        let text = text.trim();
        let (account, whole) = match Principal::aws(text) {
            Some(Principal::Account(account)) => (account, true),
            Some(Principal::User(arn) | Principal::Role(arn)) => {
                let account = arn.split(':').nth(4).and_then(AccountId::of_digits);
                (account.ok_or_else(wrong)?, false)
            }
            _ => return Err(wrong()),
        };
        Ok(Self {
            account,
            named: text.to_owned(),
            whole,
        })
    }

    /// The partition that its ARN names; a bare account ID names none.
    pub fn partition(&self) -> Option<&str> {
        self.named.split(':').nth(1)
    }

    /// Refuses one from another partition.
    pub fn within(&self, ours: &str, what: &str) -> Result<(), NotComposed> {
        match self.partition() {
            Some(theirs) if theirs != ours => Err(NotComposed::Partition {
                caller: self.named.clone(),
                theirs: theirs.to_owned(),
                what: what.to_owned(),
                ours: ours.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// "the user ops/Ann", "whoever takes the role".
    pub fn described(&self) -> String {
        match self
            .named
            .splitn(6, ':')
            .nth(5)
            .and_then(|name| name.split_once('/'))
        {
            Some((kind, name)) if !self.whole => format!("the {kind} {name}"),
            _ => format!(
                "the users and roles of account {} who are to take it",
                self.account
            ),
        }
    }
}
