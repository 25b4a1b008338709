//! `hat policy compose`.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use hatrack_agent::machine::SystemRandom;
use hatrack_core::account::AccountId;
use hatrack_core::arn::RoleArn;
use hatrack_core::policy::compose::{
    BucketAccess, Composed, DirectWish, Machine, MachineWish, NotComposed, RoleTrust, RoleWish, Wish, compose,
};

use crate::command::Listing;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat policy compose`.
#[derive(Debug, Args)]
pub struct Compose {
    #[command(subcommand)]
    case: Case,
}

#[derive(Debug, Subcommand)]
enum Case {
    /// Between two accounts of your own
    OwnAccounts(ByRole),
    /// For another company, with an external ID
    ThirdParty(ByRole),
    /// For an instance, a task or a function
    Machine(ForMachine),
    /// Without a role: the bucket policy names who comes
    DirectBucket(Direct),
    /// The trust policy of one kind of role
    Trust {
        #[command(subcommand)]
        kind: Trust,
    },
}

#[derive(Debug, Args)]
struct Access {
    /// The bucket
    #[arg(long)]
    bucket: String,
    /// Only keys that start so
    #[arg(long, default_value = "")]
    prefix: String,
    /// Let objects be written too
    #[arg(long)]
    write: bool,
    /// Let objects be deleted too
    #[arg(long)]
    delete: bool,
}

impl From<Access> for BucketAccess {
    fn from(access: Access) -> Self {
        Self {
            bucket: access.bucket,
            prefix: access.prefix,
            write: access.write,
            delete: access.delete,
        }
    }
}

#[derive(Debug, Args)]
struct ByRole {
    /// Who takes the role: the ARN of a user or role, or an account ID
    #[arg(long, value_name = "ARN|ACCOUNT")]
    caller: String,
    /// The role, in the account that owns the bucket
    #[arg(long, value_name = "ARN")]
    role: RoleArn,
    #[command(flatten)]
    access: Access,
    /// Ask for an MFA code
    #[arg(long)]
    mfa: bool,
    /// The external ID; for a third party one is made up where none is given
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// Name the role in the bucket policy too
    #[arg(long)]
    bucket_policy: bool,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MachineOption {
    Ec2,
    Ecs,
    Lambda,
}

#[derive(Debug, Args)]
struct ForMachine {
    /// What it is
    #[arg(long, value_enum)]
    machine: MachineOption,
    /// The role that its service hands to it
    #[arg(long, value_name = "ARN")]
    own_role: RoleArn,
    /// The role that it takes with that, in the account that owns the bucket
    #[arg(long, value_name = "ARN")]
    role: RoleArn,
    #[command(flatten)]
    access: Access,
    /// Name the role in the bucket policy too
    #[arg(long)]
    bucket_policy: bool,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Args)]
struct Direct {
    /// A user or role that comes, by ARN; give it once for each
    #[arg(long = "caller", value_name = "ARN", required = true)]
    callers: Vec<String>,
    /// The account that owns the bucket
    #[arg(long, value_name = "ACCOUNT")]
    owner: AccountId,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Subcommand)]
enum Trust {
    /// A role that an AWS service takes
    Service {
        /// Such as lambda.amazonaws.com
        service: String,
        #[command(flatten)]
        listing: Listing,
    },
    /// A role that a service makes for itself
    ServiceLinked {
        /// Such as elasticbeanstalk.amazonaws.com
        service: String,
        #[command(flatten)]
        listing: Listing,
    },
    /// A role for tokens of an OpenID Connect provider
    WebIdentity {
        /// The provider's ARN
        #[arg(long, value_name = "ARN")]
        provider: String,
        /// Whom tokens are made for (aud)
        #[arg(long, default_value = "sts.amazonaws.com")]
        audience: String,
        /// Whom tokens are about (sub); * is a wildcard
        #[arg(long)]
        subject: String,
        #[command(flatten)]
        listing: Listing,
    },
    /// A role for assertions of a SAML provider
    Saml {
        /// The provider's ARN
        #[arg(long, value_name = "ARN")]
        provider: String,
        #[command(flatten)]
        listing: Listing,
    },
    /// A role for certificates
    RolesAnywhere {
        /// The trust anchor's ARN
        #[arg(long, value_name = "ARN")]
        trust_anchor: String,
        /// The certificate's common name
        #[arg(long, default_value = "")]
        common_name: String,
        #[command(flatten)]
        listing: Listing,
    },
}

impl ByRole {
    fn wish(self) -> (RoleWish, Listing) {
        let wish = RoleWish {
            caller: self.caller,
            role: self.role,
            access: self.access.into(),
            mfa: self.mfa,
            external_id: self.external_id,
            bucket_policy: self.bucket_policy,
        };
        (wish, self.listing)
    }
}

impl Trust {
    fn wish(self) -> (Wish, Listing) {
        let (trust, listing) = match self {
            Self::Service { service, listing } => (RoleTrust::Service { service }, listing),
            Self::ServiceLinked { service, listing } => (RoleTrust::ServiceLinked { service }, listing),
            Self::WebIdentity {
                provider,
                audience,
                subject,
                listing,
            } => {
                let trust = RoleTrust::WebIdentity {
                    provider,
                    audience,
                    subject,
                };
                (trust, listing)
            }
            Self::Saml { provider, listing } => (RoleTrust::Saml { provider }, listing),
            Self::RolesAnywhere {
                trust_anchor,
                common_name,
                listing,
            } => {
                let trust = RoleTrust::RolesAnywhere {
                    trust_anchor,
                    common_name,
                };
                (trust, listing)
            }
        };
        (Wish::Trust(trust), listing)
    }
}

impl Compose {
    /// Prints the documents.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let (wish, listing) = match self.case {
            Case::OwnAccounts(by) => {
                let (wish, listing) = by.wish();
                (Wish::OwnAccounts(wish), listing)
            }
            Case::ThirdParty(by) => {
                let (wish, listing) = by.wish();
                (Wish::ThirdParty(wish), listing)
            }
            Case::Machine(of) => {
                let wish = MachineWish {
                    machine: match of.machine {
                        MachineOption::Ec2 => Machine::Ec2,
                        MachineOption::Ecs => Machine::Ecs,
                        MachineOption::Lambda => Machine::Lambda,
                    },
                    own_role: of.own_role,
                    role: of.role,
                    access: of.access.into(),
                    bucket_policy: of.bucket_policy,
                };
                (Wish::Machine(wish), of.listing)
            }
            Case::DirectBucket(of) => {
                let wish = DirectWish {
                    callers: of.callers,
                    owner: of.owner,
                    access: of.access.into(),
                };
                (Wish::DirectBucket(wish), of.listing)
            }
            Case::Trust { kind } => kind.wish(),
        };
        let composed = compose(&wish, &SystemRandom).map_err(|why| match why {
            // No fault of who asks.
            NotComposed::NotProven(_) => Failure::refused(why),
            _ => Failure::usage(why),
        })?;
        if listing.json {
            out::json(&composed)?;
        } else {
            out::print(&told(&composed))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn told(composed: &Composed) -> String {
    let mut text = String::new();
    for (i, placed) in composed.placements.iter().enumerate() {
        let account = placed
            .account
            .map(|a| format!(" (account {a})"))
            .unwrap_or_default();
        let _ = writeln!(text, "{}. To {}{account}", i + 1, placed.goes_to);
        let _ = writeln!(text, "   {}", placed.why);
        let _ = writeln!(
            text,
            "   {} of {} characters",
            placed.size.used, placed.size.limit
        );
        let _ = writeln!(text, "\n{}\n", placed.document);
        for line in &placed.lines {
            let _ = writeln!(text, "   line {:>2}: {}", line.line, line.text);
        }
        text.push('\n');
    }
    if let Some(id) = &composed.external_id {
        let _ = writeln!(text, "External ID: {id}\n");
    }
    text.push_str("Tried before it was printed:\n");
    for proof in &composed.proofs {
        let outcome = if proof.allowed { "allowed" } else { "denied " };
        let _ = writeln!(text, "   {outcome}  {}", proof.asked);
    }
    if !composed.notes.is_empty() {
        text.push('\n');
    }
    for note in &composed.notes {
        let _ = writeln!(text, "{note}");
    }
    text
}
