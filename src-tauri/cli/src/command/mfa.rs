//! `hat mfa`: devices whose codes Hatrack makes, and sessions that a code was shared by.

use std::io::{self, IsTerminal, Read};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use hatrack_agent::client::is_yubikey_account;
use hatrack_agent::protocol::ChangeSettings;
use hatrack_core::secret::Secret;
use hatrack_core::shared_config::inert;
use hatrack_core::sts_limits::MfaSerial;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use zeroize::Zeroizing;

use super::Listing;
use crate::code::Terminal;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::Table;
use crate::time::local;

/// A longer input is no secret of a device.
const LONGEST_SECRET: u64 = 4096;

/// The arguments of `hat mfa`.
#[derive(Debug, Args)]
pub struct Mfa {
    #[command(subcommand)]
    does: Does,
}

#[derive(Debug, Subcommand)]
enum Does {
    /// Leave a virtual device's secret in the vault, so that its codes need not be typed
    ///
    /// The secret is read from the terminal without showing it, or from standard input: the base32 text that AWS shows
    /// under "Show secret key", or the otpauth:// address of the QR code. Whoever can use this computer as you then
    /// needs no second device.
    Add(Device),
    /// List the devices that answer for you: in the vault, or a YubiKey
    List(Listing),
    /// Forget a device's secret
    Remove(Device),
    /// Print the code that a device of the vault shows, for use elsewhere
    Code(Device),
    /// Read a device's codes from a YubiKey by ykman, where that is installed
    Yubikey(Yubikey),
    /// End the sessions that share a code, so that the next switch asks for one
    Forget,
}

#[derive(Debug, Args)]
struct Device {
    /// The device's ARN or serial number, as in mfa_serial
    serial: MfaSerial,
}

#[derive(Debug, Args)]
struct Yubikey {
    #[command(flatten)]
    device: Device,
    /// The OATH account on the key, as `ykman oath accounts list` shows it
    #[arg(required_unless_present = "forget", value_parser = account)]
    account: Option<String>,
    /// Type the codes again from now on
    #[arg(long, conflicts_with = "account")]
    forget: bool,
}

/// A row of `hat mfa list`.
#[derive(Debug, Serialize)]
struct Row {
    serial: MfaSerial,
    /// `vault` or `yubikey`.
    from: &'static str,
    added_at: Option<Timestamp>,
    account: Option<String>,
}

impl Mfa {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        match self.does {
            Does::Add(Device { serial }) => {
                let secret = read_secret(&serial)?;
                context.agent().await?.add_totp(serial, secret).await?;
            }
            Does::List(listing) => list(context, listing).await?,
            Does::Remove(Device { serial }) => context.agent().await?.remove_totp(serial).await?,
            Does::Code(Device { serial }) => {
                let shown = context.agent().await?.totp_code(serial).await?;
                out::print(&Zeroizing::new(format!("{}\n", shown.code.expose())))?;
            }
            Does::Yubikey(yubikey) => yubikey.remember(context).await?,
            Does::Forget => {
                context.agent().await?.forget_mfa().await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Yubikey {
    async fn remember(self, context: &Context) -> Result<(), Failure> {
        let change = ChangeSettings {
            yubikeys: [(self.device.serial, self.account)].into(),
            ..Default::default()
        };
        Ok(context.agent().await?.change_settings(change).await?)
    }
}

fn account(text: &str) -> Result<String, String> {
    if is_yubikey_account(text) {
        return Ok(text.to_owned());
    }
    Err("is no name of an OATH account".to_owned())
}

async fn list(context: &Context, listing: Listing) -> Result<(), Failure> {
    let agent = context.agent().await?;
    let in_vault = agent.totp_devices().await?.into_iter().map(|device| Row {
        serial: device.serial,
        from: "vault",
        added_at: Some(device.added_at),
        account: None,
    });
    let on_keys = agent
        .settings()
        .await?
        .yubikeys
        .into_iter()
        .map(|(serial, account)| Row {
            serial,
            from: "yubikey",
            added_at: None,
            account: Some(account),
        });
    let rows: Vec<Row> = in_vault.chain(on_keys).collect();
    if listing.json {
        return out::json(&rows);
    }
    let zone = TimeZone::system();
    let mut table = Table::new(["DEVICE", "FROM", "ADDED", "ACCOUNT"]);
    for row in &rows {
        let added = row.added_at.map_or_else(|| "-".to_owned(), |at| local(at, &zone));
        table.row([
            row.serial.as_str(),
            row.from,
            &added,
            row.account.as_deref().unwrap_or("-"),
        ]);
    }
    table.print()
}

/// The device's secret: typed at the terminal, or from a pipe. Never from the command line, which other programs see.
fn read_secret(serial: &MfaSerial) -> Result<Secret, Failure> {
    let none = || Failure::needs_input("no secret was given; type it, or give it on standard input");
    if io::stdin().is_terminal() {
        let mut terminal = Terminal::open().ok_or_else(none)?;
        let question = format!("Secret of {} (it is not shown):", inert(serial.as_str()));
        let typed = terminal.ask_hidden(&question).ok_or_else(none)?;
        return Ok(Secret::new(typed.as_str()));
    }
    let mut text = Zeroizing::new(String::with_capacity(LONGEST_SECRET as usize));
    let mut input = io::stdin().lock().take(LONGEST_SECRET);
    input.read_to_string(&mut text).map_err(|_| none())?;
    let text = text.trim();
    if text.is_empty() {
        return Err(none());
    }
    Ok(Secret::new(text))
}
