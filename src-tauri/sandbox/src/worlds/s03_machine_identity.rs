//! S3: a machine as identity. An instance and a container, each with a role of its own, read a bucket of another
//! account through a third role.

use hatrack_core::secret::Secret;
use serde_json::json;

use super::build::{Builder, DATA, HOME_REGION, RoleSpec, WORKLOADS, WorldError, read_bucket, trust};
use super::identities::MachineStory;
use super::placements::assume;
use super::story::{Profile, ProfileKind};
use crate::metadata::CONTAINER_PATH;
use crate::world::{Container, Machine};

const BUCKET: &str = "machine-reports";
const INSTANCE: &str = "report-server";
const TASK: &str = "report-task";

pub(super) fn build(b: &mut Builder) -> Result<MachineStory, WorldError> {
    b.account(WORKLOADS, "Workloads")?;
    b.account(DATA, "Data")?;
    let reader = |b: &mut Builder, name: &str, trusted: &str| {
        b.role(RoleSpec {
            account: DATA,
            name,
            trust: trust(json!({ "AWS": trusted }), None),
            policies: vec![("read-bucket", read_bucket(BUCKET))],
            max_session_seconds: 3600,
        })
    };
    let role_arn = reader(b, "ReportReader", &format!("arn:aws:iam::{WORKLOADS}:root"))?;
    let closed = reader(b, "ReportReaderClosed", &format!("arn:aws:iam::{DATA}:root"))?;
    let assumable = [role_arn.clone(), closed.clone()];
    let own = |b: &mut Builder, name: &str, service: &str| {
        b.role(RoleSpec {
            account: WORKLOADS,
            name,
            trust: trust(json!({ "Service": service }), None),
            policies: vec![("assume-report-reader", assume(&assumable))],
            max_session_seconds: 6 * 3600,
        })
    };
    let instance_role_arn = own(b, INSTANCE, "ec2.amazonaws.com")?;
    let container_role_arn = own(b, TASK, "ecs-tasks.amazonaws.com")?;
    b.bucket(BUCKET, HOME_REGION, DATA, None)?;
    let keys = b.shelf(BUCKET)?;

    profile(b, "report-server", &role_arn, "Ec2InstanceMetadata");
    profile(b, "report-task", &role_arn, "EcsContainer");
    profile(b, "report-server-closed", &closed, "Ec2InstanceMetadata");
    let container_token = b.keys.opaque(32);
    b.world.instance = Some(Machine {
        role_arn: instance_role_arn.clone(),
        session_name: "i-0b57e9f0a17c0ffee".to_owned(),
    });
    b.world.container = Some(Container {
        machine: Machine {
            role_arn: container_role_arn.clone(),
            session_name: "5e0dbea75c4f4a5f9d2c7b1a3e6f8d90".to_owned(),
        },
        token: Secret::new(container_token.clone()),
    });
    let metadata = b.place.metadata.clone();
    Ok(MachineStory {
        id: "S3".to_owned(),
        title: "A machine as identity".to_owned(),
        container_uri: format!("{metadata}{CONTAINER_PATH}"),
        metadata_endpoint: metadata,
        instance_role_arn,
        container_token,
        container_role_arn,
        instance_profile: "report-server".to_owned(),
        container_profile: "report-task".to_owned(),
        role_arn,
        refused_profile: "report-server-closed".to_owned(),
        bucket: BUCKET.to_owned(),
        keys,
        region: HOME_REGION.to_owned(),
    })
}

fn profile(b: &mut Builder, name: &str, role_arn: &str, source: &str) {
    b.profiles.push(Profile {
        name: name.to_owned(),
        region: HOME_REGION.to_owned(),
        kind: ProfileKind::Role {
            role_arn: role_arn.to_owned(),
            source: ("credential_source", source.to_owned()),
            settings: Vec::new(),
        },
    });
}
