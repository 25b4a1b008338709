//! Roles that the person adds.

use hatrack_core::arn::RoleArn;
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{AddedRole, RegionName};
use hatrack_core::shared_config::inert;

use super::Service;
use super::said::one_line;
use crate::protocol::{AddRole, ErrorCode, Reply, Set, Topic, WireError};

impl Service {
    /// Keeps a role. One of the same key with other details is replaced only where the request says so: what asks may
    /// have been filled in by a link, whose author knows nothing of what the person has.
    pub(super) fn add_role(&self, caller: &CallerContext, role: AddRole) -> Result<Reply, WireError> {
        let invalid = |message: String| WireError::new(ErrorCode::Invalid, message);
        let arn = RoleArn::new(role.partition, role.account_id, role.role_name.trim())
            .map_err(|why| invalid(why.to_string()))?;
        let start = role.identity_profile.as_str();
        if self.catalogs.of(caller).catalog.by_key(start).is_none() {
            let start = inert(start);
            let message = format!("there is no usable profile \"{start}\" to start from; choose another");
            return Err(invalid(message));
        }
        let display_name = match one_line(role.display_name.map_or(Set::Keep, Set::To))? {
            Set::To(name) => Some(name),
            Set::Keep | Set::Clear => None,
        };
        if let Some(region) = &role.region {
            region
                .parse::<RegionName>()
                .map_err(|why| invalid(why.to_string()))?;
        }
        let mut added = AddedRole {
            role: arn,
            display_name,
            source_profile: role.identity_profile,
            external_id: role.external_id,
            mfa_serial: role.mfa_serial,
            duration: None,
            region: role.region,
        };
        let role_key = added.key();
        // Looked at where it is written: two that add the same at once must not both find nothing there.
        let mut clash = None;
        self.choose(&[Topic::Catalog], |stored| {
            let before = stored
                .added_roles
                .iter_mut()
                .find(|other| other.key() == role_key);
            if let Some(before) = before {
                // No form asks for it, so none takes it away.
                added.duration = before.duration;
                if *before != added && !role.replace {
                    clash = Some(differences(before, &added));
                    return;
                }
                *before = added;
            } else {
                stored.added_roles.push(added);
            }
            if let Some(colour) = role.colour {
                let said = &mut stored.accounts.entry(role.account_id).or_default().colour;
                if role.recolour || said.is_none() {
                    *said = Some(colour);
                }
            }
        })?;
        match clash {
            None => Ok(Reply::RoleKey { role_key }),
            Some(differences) => Err(WireError::new(ErrorCode::AlreadyThere, differences)),
        }
    }
}

/// What adding `becomes` would change of the role that is there, for the person to decide.
fn differences(was: &AddedRole, becomes: &AddedRole) -> String {
    let shown = |text: Option<&str>| text.map_or("none".to_owned(), |text| format!("\"{}\"", inert(text)));
    let details = |of: &AddedRole| {
        [
            (
                "external ID",
                shown(of.external_id.as_ref().map(|id| id.as_str())),
            ),
            (
                "MFA device",
                shown(of.mfa_serial.as_ref().map(|serial| serial.as_str())),
            ),
            ("region", shown(of.region.as_deref())),
            ("display name", shown(of.display_name.as_deref())),
        ]
    };
    let changes: Vec<String> = details(was)
        .into_iter()
        .zip(details(becomes))
        .filter(|(was, becomes)| was != becomes)
        .map(|((what, was), (_, becomes))| format!("{what} {was} becomes {becomes}"))
        .collect();
    format!(
        "{} from {} is added already, and would be replaced: {}",
        was.role,
        inert(&was.source_profile),
        changes.join(", ")
    )
}
