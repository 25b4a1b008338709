//! The stories: each a small world, all in one.

mod build;
mod certificates;
mod content;
mod identities;
mod placements;
mod story;

mod s01_own_two_accounts;
mod s02_external_id;
mod s03_machine_identity;
mod s04_console_switch_role;
mod s05_cli_profiles;
mod s06_sts_by_hand;
mod s07_in_code;
mod s08_kinds_of_role;
mod s09_how_long;
mod s10_role_chaining;
mod s11_identity_and_resource;
mod s12_roles_anywhere;
mod s13_stuzio_and_acme;
mod s14_developer_and_server;
mod s15_direct_or_role;
mod sso_sign_in;
mod x1_hostile_names;
mod x2_mfa;
mod x3_session_tags;
mod x4_custodian;

use jiff::Timestamp;

pub use build::{Built, Place, SsoSession, WorldError};
pub use identities::{
    AnywhereStory, Hop, KindsStory, MachineStory, Portal, PortalRole, PortalUser, RoleKind, RoleOfKind,
    SignInStory,
};
pub use story::{Environment, Placement, Profile, ProfileKind, Story, Wrong};

use self::build::Builder;
use crate::world::KeyMaker;

/// Builds every story.
///
/// # Errors
/// A story is written wrongly; tests build them all.
pub fn build(keys: KeyMaker, now: Timestamp, place: Place) -> Result<Built, WorldError> {
    let mut b = Builder::new(keys, now, place);
    b.managed_policies()?;
    for story in [
        s01_own_two_accounts::build,
        s02_external_id::build,
        s04_console_switch_role::build,
        s05_cli_profiles::build,
        s06_sts_by_hand::build,
        s07_in_code::build,
        s09_how_long::build,
        s10_role_chaining::build,
        s11_identity_and_resource::build,
        s13_stuzio_and_acme::build,
        s14_developer_and_server::build,
        s15_direct_or_role::build,
        x1_hostile_names::build,
        x2_mfa::build,
        x3_session_tags::build,
    ] {
        let story = story(&mut b)?;
        b.stories.push(story);
    }
    x4_custodian::build(&mut b)?;
    let sign_in = sso_sign_in::build(&mut b)?;
    let machine = s03_machine_identity::build(&mut b)?;
    let kinds = s08_kinds_of_role::build(&mut b)?;
    let anywhere = s12_roles_anywhere::build(&mut b)?;
    Ok(Built {
        world: b.world,
        stories: b.stories,
        sign_in,
        machine,
        kinds,
        anywhere,
        files: b.files,
        profiles: b.profiles,
        sso_sessions: b.sso_sessions,
        keys: b.keys,
    })
}
