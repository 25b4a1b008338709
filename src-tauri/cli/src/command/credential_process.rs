//! `hat credential-process`: what SDKs run to get credentials.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Process credential provider".

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, value_parser};
use hatrack_agent::protocol::{ErrorCode, HandOut, HandOutRequest, SessionRef, UseKind};
use hatrack_core::secret::Secret;
use hatrack_core::session::SwitchOptions;
use jiff::Timestamp;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::ask::{self, Person};
use crate::context::Context;
use crate::failure::Failure;
use crate::options::SwitchArgs;
use crate::out;
use crate::role::RoleArg;

/// The arguments of `hat credential-process`.
#[derive(Debug, Args)]
pub struct CredentialProcess {
    #[command(flatten)]
    role: RoleArg,
    /// Of a profile with only keys, the keys themselves
    #[arg(long)]
    raw: bool,
    /// The session to hand out while it lives; the role is switched to where it does not
    #[arg(long, hide = true, value_name = "ID")]
    session: Option<String>,
    #[command(flatten)]
    options: SwitchArgs,
    /// Sign requests for an endpoint that is not AWS's, this once
    #[arg(long)]
    allow_endpoint: bool,
    /// How many seconds you may take to answer in the window; 50 at most
    #[arg(long, value_name = "SECONDS", default_value_t = PERSON, value_parser = value_parser!(u32).range(..=i64::from(PERSON)))]
    wait: u32,
}

/// How long a person may take to answer in the window, in seconds. Go's SDK ends the process after 60 s.
const PERSON: u32 = 50;
/// How long all of it may take, for an answer of ours to come before the SDK gives up.
const WHOLE: Duration = Duration::from_secs(56);

/// Version 1 of the protocol.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Printed<'a> {
    version: u8,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
}

impl CredentialProcess {
    /// Prints the JSON.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        refuse_reentry(context)?;
        let request = self.request(context)?;
        let given = tokio::time::timeout(WHOLE, self.ask(context, request))
            .await
            .map_err(|_| Failure::refused("AWS did not answer in time; check the network and try again"))??;
        out::print(&printed(&given)?)?;
        Ok(ExitCode::SUCCESS)
    }

    fn request(&self, context: &Context) -> Result<HandOutRequest, Failure> {
        let mut request = HandOutRequest::of(SessionRef::Role(self.role.exact(&context.caller)?));
        request.purpose = Some(UseKind::Process);
        request.options = self.options.options()?;
        request.allow_endpoint = self.allow_endpoint;
        request.raw = self.raw;
        request.wait = self.wait;
        Ok(request)
    }

    async fn ask(&self, context: &Context, request: HandOutRequest) -> Result<HandOut, Failure> {
        let agent = context.agent().await?;
        if let Some(id) = &self.session {
            let by_id = HandOutRequest {
                of: SessionRef::Id(id.clone()),
                // The session has its own.
                options: SwitchOptions::default(),
                ..request.clone()
            };
            match ask::hand_out(&agent, Person::NotAsked, by_id).await {
                Err(failure) if failure.code() == Some(ErrorCode::NoSuchSession) => {}
                other => return other,
            }
        }
        ask::hand_out(&agent, Person::NotAsked, request).await
    }
}

/// A profile whose command is `hat` is an alias for a role. If its credentials were got by running it, `hat` would
/// run `hat` for ever.
fn refuse_reentry(context: &Context) -> Result<(), Failure> {
    if context.caller.is_nested() {
        return Err(Failure::refused(
            "hat was asked for credentials by a process that hat itself runs for credentials; \
             let the profile's credential_process name another program",
        ));
    }
    Ok(())
}

fn printed(given: &HandOut) -> Result<Zeroizing<String>, Failure> {
    let credentials = &given.credentials;
    let printed = Printed {
        version: 1,
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        session_token: credentials.session_token.as_ref().map(Secret::expose),
        expiration: credentials.expires_at,
        account_id: given
            .session
            .as_ref()
            .and_then(|session| session.account_id)
            .map(|id| id.to_string()),
    };
    // Room from the start: a buffer that grows leaves uncleared copies behind.
    let mut text = Vec::with_capacity(16 * 1024);
    let written = serde_json::to_writer(&mut text, &printed).map(|()| text.push(b'\n'));
    let text = Zeroizing::new(String::from_utf8(text).unwrap_or_default());
    written
        .map(|()| text)
        .map_err(|error| Failure::refused(format!("the credentials cannot be written as JSON: {error}")))
}
