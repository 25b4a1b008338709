//! Leapp's workspace as plain JSON: sessions, and the named profiles that they have.
//!
//! Of a workspace, chained roles can be taken over. IAM users' keys and Identity Center tokens are not in the file but
//! in Leapp's vault; such sessions are named with what to do instead.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Import, ImportFormat, ImportedRole, ImportedStart, MOST_ENTRIES, NotAnImport, Reading, region};

/// Only what is used: the proxy's password and all else are not even read.
#[derive(Deserialize)]
struct Workspace {
    #[serde(rename = "_sessions")]
    sessions: Vec<Session>,
    #[serde(rename = "_profiles", default)]
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    session_id: String,
    #[serde(default)]
    session_name: String,
    #[serde(rename = "type", default)]
    kind: String,
    region: Option<String>,
    role_arn: Option<String>,
    parent_session_id: Option<String>,
    profile_id: Option<String>,
    mfa_device: Option<String>,
}

#[derive(Deserialize)]
struct Profile {
    id: String,
    name: String,
}

const CHAINED: &str = "awsIamRoleChained";
const USER: &str = "awsIamUser";

pub(super) fn read(text: &str) -> Result<Import, NotAnImport> {
    // The parser's own words may repeat a value.
    let workspace: Workspace = serde_json::from_str(text).map_err(|why| {
        NotAnImport::Form(format!(
            "line {} is not what a workspace of Leapp has there",
            why.line()
        ))
    })?;
    if workspace.sessions.len() > MOST_ENTRIES {
        return Err(NotAnImport::Form(format!(
            "it has more than {MOST_ENTRIES} sessions"
        )));
    }
    let mut reading = Reading::of(ImportFormat::Leapp);
    let mut at: HashMap<&str, usize> = HashMap::new();
    for session in &workspace.sessions {
        match why_not(session) {
            Some(why) => reading.refuse(&session.session_name, why),
            None => match session.role_arn.as_deref().unwrap_or_default().parse() {
                Ok(role) => {
                    let taken = reading.take(ImportedRole {
                        name: session.session_name.trim().to_owned(),
                        role,
                        start: ImportedStart::Unsaid,
                        colour: None,
                        region: region(session.region.as_deref()),
                        external_id: None,
                        mfa_serial: None,
                    });
                    at.extend(taken.map(|taken| (session.session_id.as_str(), taken)));
                }
                Err(why) => reading.refuse(&session.session_name, why),
            },
        }
    }
    let by_id: HashMap<&str, &Session> = workspace
        .sessions
        .iter()
        .map(|session| (session.session_id.as_str(), session))
        .collect();
    for session in &workspace.sessions {
        let Some(role) = at.get(session.session_id.as_str()).copied() else {
            continue;
        };
        let Some(parent) = session.parent_session_id.as_deref().and_then(|id| by_id.get(id)) else {
            continue;
        };
        let role_at = &mut reading.0.roles[role];
        role_at.start = match at.get(parent.session_id.as_str()) {
            Some(parent) => ImportedStart::Role(*parent),
            None => ImportedStart::Named(profile_of(parent, &workspace.profiles)),
        };
        // A user's device is the user's in Leapp; here the role says whose code is asked for.
        if parent.kind == USER {
            role_at.mfa_serial = parent
                .mfa_device
                .as_deref()
                .and_then(|serial| serial.parse().ok());
        }
    }
    Ok(reading.0)
}

/// The named profile that Leapp writes a session to, else the session's own name.
fn profile_of(session: &Session, profiles: &[Profile]) -> String {
    let named = |profile: &&Profile| Some(&profile.id) == session.profile_id.as_ref();
    match profiles.iter().find(named) {
        Some(profile) => profile.name.clone(),
        None => session.session_name.clone(),
    }
}

fn why_not(session: &Session) -> Option<&'static str> {
    match session.kind.as_str() {
        CHAINED => None,
        USER => Some(
            "its keys are in Leapp's vault and not in the file; put them into a profile, or make new ones",
        ),
        "awsSsoRole" => Some(
            "it is listed by its sign-in; add an [sso-session] for the portal and sign in with `hat login`",
        ),
        "awsIamRoleFederated" => Some("it is reached by a SAML provider; sign in there instead"),
        _ => Some("it is no session of AWS that Hatrack knows"),
    }
}
