//! A caller as people name it, and the condition keys that follow from who it is.
//!
//! Source: IAM User Guide, "IAM identifiers", "AWS global condition context keys".

use super::context::{Caller, Context};
use super::principal::Principal;
use crate::account::AccountId;

impl Caller {
    /// Reads the ARN of a user, a role (then one of its sessions) or a session, an account ID (its root user), a
    /// service's name, a provider's ARN, or `anonymous`. A session's ARN leaves out its role's path, which is then
    /// taken to be `/`. `None` where it is none of these.
    pub fn read(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("anonymous") || text == "*" {
            return Some(Self::Anonymous);
        }
        if text.contains(":saml-provider/") || text.contains(":oidc-provider/") {
            return Some(Self::Federated {
                provider: text.to_owned(),
            });
        }
        if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") {
            return Some(Self::Service {
                name: text.to_owned(),
            });
        }
        let partition = text.split(':').nth(1).unwrap_or("aws");
        let account_of = |arn: &str| arn.split(':').nth(4).and_then(AccountId::of_digits);
        Some(match Principal::aws(text)? {
            Principal::Account(account) => Self::Root {
                account,
                arn: format!("arn:{partition}:iam::{account}:root"),
            },
            Principal::User(arn) => Self::User {
                account: account_of(&arn)?,
                arn,
            },
            Principal::Role(role_arn) => {
                let account = account_of(&role_arn)?;
                let name = role_arn.rsplit('/').next()?;
                Self::RoleSession {
                    account,
                    session_arn: format!("arn:{partition}:sts::{account}:assumed-role/{name}/session"),
                    role_arn,
                }
            }
            Principal::RoleSession(session_arn) => {
                let account = account_of(&session_arn)?;
                let name = session_arn.split('/').nth(1)?;
                Self::RoleSession {
                    account,
                    role_arn: format!("arn:{partition}:iam::{account}:role/{name}"),
                    session_arn,
                }
            }
            _ => return None,
        })
    }

    /// The keys that each of its requests has, whatever it asks. It comes over TLS, as AWS's tools do, and not through
    /// another service.
    pub fn context(&self) -> Context {
        let mut context = Context::new();
        context.set("aws:SecureTransport", "true");
        context.set("aws:ViaAWSService", "false");
        let (arn, kind) = match self {
            Self::Root { arn, .. } => (arn, "Account"),
            Self::User { arn, .. } => (arn, "User"),
            Self::RoleSession { role_arn, .. } => (role_arn, "AssumedRole"),
            Self::Anonymous => {
                context.set("aws:PrincipalType", "Anonymous");
                return context;
            }
            Self::Service { name } => {
                context.set("aws:PrincipalIsAWSService", "true");
                context.set("aws:PrincipalServiceName", name.as_str());
                return context;
            }
            Self::Federated { .. } => return context,
        };
        context.set("aws:PrincipalIsAWSService", "false");
        context.set("aws:PrincipalArn", arn.as_str());
        context.set("aws:PrincipalType", kind);
        context.set_if("aws:PrincipalAccount", self.account().map(|a| a.to_string()));
        if let Self::User { arn, .. } = self {
            context.set_if("aws:username", arn.rsplit('/').next());
        }
        context
    }
}
