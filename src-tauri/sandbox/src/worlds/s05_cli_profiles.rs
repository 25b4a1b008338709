//! S5: `[profile rdsadmin]` with `source_profile = default`, as the AWS CLI's documentation has it.

use super::build::{Builder, HOME_REGION, WORKLOADS, WorldError};
use super::placements::{Placed, assume};
use super::s04_console_switch_role::DATABASES;
use super::story::Story;

const BUCKET: &str = "rds-snapshots";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    let placed = Placed {
        from: WORKLOADS,
        to: DATABASES,
        role: "rdsadmin",
        profile: "rdsadmin",
        source: "default",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: vec![("role_session_name", "from-the-cli".to_owned())],
        permissions: None,
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let user = b.user(
        WORKLOADS,
        "cli-user",
        vec![("assume-rdsadmin", assume(&made.assumable))],
    )?;
    b.keys_profile("default", &user);
    let keys = b.shelf(BUCKET)?;
    Ok(made.story("S5", "CLI profiles", &placed, &user, keys))
}
