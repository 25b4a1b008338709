//! `hat roles add`: keep a role, by a link or by its parts.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::AddRole;
use hatrack_core::account::{AccountId, HatColour, Partition};
use hatrack_core::catalog::SwitchLink;
use hatrack_core::shared_config::inert;
use hatrack_core::sts_limits::{ExternalId, MfaSerial};

use crate::context::Context;
use crate::failure::Failure;
use crate::options;
use crate::out;

/// The arguments of `hat roles add`.
#[derive(Debug, Args)]
pub struct Add {
    /// A switch-role link of the AWS console, or a hatrack:// link
    #[arg(conflicts_with_all = ["account", "role", "partition"], required_unless_present_all = ["account", "role"])]
    link: Option<String>,
    /// The account that owns the role
    #[arg(long, value_name = "ID", requires = "role")]
    account: Option<AccountId>,
    /// The role's name, with its path if it has one
    #[arg(long, value_name = "NAME", requires = "account")]
    role: Option<String>,
    /// The partition: aws, aws-cn, aws-us-gov or aws-eusc
    #[arg(long, value_parser = partition)]
    partition: Option<Partition>,
    /// The profile to start from
    #[arg(long, value_name = "PROFILE")]
    from: String,
    /// What to call it
    #[arg(long)]
    name: Option<String>,
    /// The account's hat
    #[arg(long, value_parser = colour)]
    colour: Option<HatColour>,
    /// Sent as ExternalId
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,
    /// The MFA device whose code is asked for
    #[arg(long, value_name = "SERIAL")]
    mfa_serial: Option<MfaSerial>,
    /// The region that a session starts with
    #[arg(long, value_parser = options::region)]
    region: Option<String>,
    /// Replace a role of the same start that was added with other details
    #[arg(long)]
    replace: bool,
}

impl Add {
    /// Keeps the role, and prints its key. Nothing is called: a switch stays the person's own step.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let link = self.link()?;
        let role = AddRole {
            account_id: link.role.account(),
            role_name: link.role.name_with_path().to_owned(),
            partition: link.role.partition(),
            display_name: self.name.or(link.display_name),
            recolour: self.colour.is_some(),
            colour: self.colour.or(link.colour),
            identity_profile: self.from,
            external_id: self.external_id.or(link.external_id),
            mfa_serial: self.mfa_serial,
            region: self.region,
            replace: self.replace,
        };
        let key = context.agent().await?.add_role(role).await?;
        out::note(&format!("added {}", link.role));
        out::print(&format!("{}\n", inert_whole(&key)))?;
        Ok(ExitCode::SUCCESS)
    }

    fn link(&self) -> Result<SwitchLink, Failure> {
        if let Some(link) = &self.link {
            return link.parse().map_err(Failure::usage);
        }
        let (Some(account), Some(role)) = (self.account, &self.role) else {
            return Err(Failure::usage("give a link, or --account and --role"));
        };
        let partition = self.partition.unwrap_or_default();
        let role = hatrack_core::arn::RoleArn::new(partition, account, role).map_err(Failure::usage)?;
        Ok(SwitchLink {
            role,
            display_name: None,
            colour: None,
            external_id: None,
        })
    }
}

/// A key is printed whole, for the next command to take; one that could steer a terminal is spelled out.
fn inert_whole(key: &str) -> String {
    let mut whole = String::with_capacity(key.len());
    key.chars()
        .for_each(|c| whole.push_str(&inert(c.encode_utf8(&mut [0; 4]))));
    whole
}

fn partition(text: &str) -> Result<Partition, String> {
    text.parse().map_err(|()| {
        format!(
            "\"{}\" is no partition; they are aws, aws-cn, aws-us-gov and aws-eusc",
            inert(text)
        )
    })
}

/// A hat by its name.
pub fn colour(text: &str) -> Result<HatColour, String> {
    text.parse().map_err(|()| {
        let names: Vec<&str> = HatColour::ALL.into_iter().map(HatColour::as_str).collect();
        format!("\"{}\" is no hat; they are {}", inert(text), names.join(", "))
    })
}
