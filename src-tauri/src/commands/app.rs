//! The program itself: how it stands, the sandbox, quitting.

use hatrack_agent::protocol;
use hatrack_core::choice::{ProxyChoice, SignInStore};
use hatrack_core::session::CodeUse;

use crate::desk::Desk;
use crate::quit;
use crate::sandbox;
use crate::wire::{
    AgentState, AppStatus, CodeUseRequest, CommandError, KeyringState, Platform, QuitRequest, QuitSetting,
    QuitSettingRequest,
};

type Answer<T> = Result<T, CommandError>;

/// How the program stands. Answers even where the agent does not.
pub async fn status(desk: &Desk) -> Answer<AppStatus> {
    let mut status = AppStatus {
        version: env!("CARGO_PKG_VERSION").into(),
        sandbox: desk.is_sandbox(),
        keyring: KeyringState::Ok,
        clock_note: None,
        tray_host: desk.front().has_tray(),
        agent: AgentState::Ok,
        agent_error: None,
        platform: Platform::HERE,
        quit_choice: QuitSetting::Ask,
        codes: CodeUse::default(),
        proxy: ProxyChoice::default(),
        sign_ins: SignInStore::default(),
        keys_in_profiles: true,
        yubikeys: Vec::new(),
    };
    if let Err(error) = fill(desk, &mut status).await {
        status.agent = AgentState::Unreachable;
        status.agent_error = Some(error.message);
    }
    Ok(status)
}

async fn fill(desk: &Desk, status: &mut AppStatus) -> Answer<()> {
    let agent = desk.agent().await?;
    let now = agent.status().await?;
    status.keyring = now.keyring.into();
    status.clock_note = now.clock_note;
    let settings = agent.settings().await?;
    status.quit_choice = settings.quit_choice.into();
    status.codes = settings.codes;
    status.proxy = settings.proxy;
    status.sign_ins = settings.sign_ins;
    status.keys_in_profiles = !settings.no_keys_in_profiles;
    status.yubikeys = settings.yubikeys.into_keys().collect();
    Ok(())
}

impl From<protocol::KeyringState> for KeyringState {
    fn from(state: protocol::KeyringState) -> Self {
        match state {
            protocol::KeyringState::Ok => Self::Ok,
            protocol::KeyringState::MemoryOnly => Self::MemoryOnly,
            protocol::KeyringState::Locked => Self::Locked,
        }
    }
}

impl From<protocol::QuitChoice> for QuitSetting {
    fn from(choice: protocol::QuitChoice) -> Self {
        match choice {
            protocol::QuitChoice::Ask => Self::Ask,
            protocol::QuitChoice::Keep => Self::Keep,
            protocol::QuitChoice::EndAll => Self::EndAll,
        }
    }
}

impl From<QuitSetting> for protocol::QuitChoice {
    fn from(setting: QuitSetting) -> Self {
        match setting {
            QuitSetting::Ask => Self::Ask,
            QuitSetting::Keep => Self::Keep,
            QuitSetting::EndAll => Self::EndAll,
        }
    }
}

/// Opens a second window on the sandbox.
pub async fn start_sandbox(_: &Desk) -> Answer<()> {
    sandbox::open_window().map_err(CommandError::new)
}

#[allow(missing_docs)]
pub async fn quit(desk: &Desk, request: QuitRequest) -> Answer<()> {
    quit::decided(desk, request).await
}

#[allow(missing_docs)]
pub async fn set_quit_choice(desk: &Desk, request: QuitSettingRequest) -> Answer<()> {
    quit::remember(desk, request.choice.into()).await
}

/// What an MFA code is spent on from now on.
pub async fn set_code_use(desk: &Desk, request: CodeUseRequest) -> Answer<()> {
    let change = protocol::ChangeSettings {
        codes: Some(request.codes),
        ..Default::default()
    };
    Ok(desk.agent().await?.change_settings(change).await?)
}

/// The page has painted its first list.
pub async fn ui_ready(desk: &Desk) -> Answer<()> {
    desk.front().ready();
    Ok(())
}
