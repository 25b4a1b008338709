//! Profiles in the shared files. What is written there is made in the agent.

use hatrack_agent::protocol::{ChangeSettings, ProfileName, SessionRef, WriteProfile};
use hatrack_core::session::SwitchOptions;
use hatrack_core::written_profile::{ProfileOutcome, ProfilePlan, WrittenProfileView};

use super::sessions::code;
use crate::desk::Desk;
use crate::wire::{
    CommandError, KeysInProfilesRequest, PlanProfileRequest, ProfileNameRequest, ProfileRequest,
    WriteProfileRequest,
};

type Answer<T> = Result<T, CommandError>;

/// What writing a profile would change.
pub async fn plan_profile(desk: &Desk, request: PlanProfileRequest) -> Answer<ProfilePlan> {
    let PlanProfileRequest {
        session_id,
        name,
        keys,
    } = request;
    let request = WriteProfileRequest {
        session_id,
        name,
        keys,
        mfa_code: None,
    };
    Ok(desk.agent().await?.plan_profile(write(request)?).await?)
}

/// Writes it.
pub async fn write_profile(desk: &Desk, request: WriteProfileRequest) -> Answer<ProfileOutcome> {
    Ok(desk.agent().await?.write_profile(write(request)?).await?)
}

/// The profiles that were written.
pub async fn written_profiles(desk: &Desk) -> Answer<Vec<WrittenProfileView>> {
    Ok(desk.agent().await?.profiles().await?)
}

/// Takes one out of its file; `default` gets back what stood there.
pub async fn remove_profile(desk: &Desk, request: ProfileRequest) -> Answer<()> {
    Ok(desk.agent().await?.remove_profile(&request.name).await?)
}

/// Whether a session's keys may be written into profiles.
pub async fn set_keys_in_profiles(desk: &Desk, request: KeysInProfilesRequest) -> Answer<()> {
    let change = ChangeSettings {
        no_keys_in_profiles: Some(!request.allowed),
        ..ChangeSettings::default()
    };
    Ok(desk.agent().await?.change_settings(change).await?)
}

fn write(request: WriteProfileRequest) -> Answer<WriteProfile> {
    Ok(WriteProfile {
        of: SessionRef::Id(request.session_id),
        name: match request.name {
            ProfileNameRequest::Own => ProfileName::Own,
            ProfileNameRequest::Named { name } => ProfileName::Named(name.trim().to_owned()),
            ProfileNameRequest::Default => ProfileName::Default,
        },
        keys: request.keys,
        options: SwitchOptions::default(),
        mfa_code: code(request.mfa_code)?,
        allow_endpoint: false,
    })
}
