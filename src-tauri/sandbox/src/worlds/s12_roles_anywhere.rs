//! S12: a machine outside AWS, with a certificate of its own company, as identity.

use serde_json::{Value, json};

use super::build::{Builder, HOME_REGION, RoleSpec, WorldError, read_bucket};
use super::certificates::{Authority, Days, Issued, KeyKind};
use super::identities::AnywhereStory;
use super::story::{Profile, ProfileKind};
use crate::world::AnywhereProfile;

const PLANT: &str = "340000000001";
const BUCKET: &str = "plant-measurements";
const MACHINE: &str = "line-terminal";
/// The folder of the certificates and keys.
pub(super) const FOLDER: &str = "roles-anywhere";
const MONTH: Days = -1..30;

pub(super) fn build(b: &mut Builder) -> Result<AnywhereStory, WorldError> {
    b.account(PLANT, "Plant")?;
    let anchor = resource(b, "trust-anchor");
    let profile = resource(b, "profile");
    let role_arn = b.role(RoleSpec {
        account: PLANT,
        name: "MeasurementReader",
        trust: trust(&anchor),
        policies: vec![("read-measurements", read_bucket(BUCKET))],
        max_session_seconds: 4 * 3600,
    })?;
    b.bucket(BUCKET, HOME_REGION, PLANT, None)?;
    let keys = b.shelf(BUCKET)?;

    let now = b.now;
    let root = Authority::root("Plant Root", now)?;
    let shop = root.below("Plant Shop Floor", now)?;
    let stranger = Authority::root("Somebody Else", now)?;
    let maker = &mut b.keys;
    let ec = root.issue(MACHINE, KeyKind::Ec, MONTH, (now, maker))?;
    let rsa = root.issue(MACHINE, KeyKind::Rsa, MONTH, (now, maker))?;
    let below = shop.issue(MACHINE, KeyKind::Ec, MONTH, (now, maker))?;
    let expired = root.issue(MACHINE, KeyKind::Ec, -60..-30, (now, maker))?;
    let untrusted = stranger.issue(MACHINE, KeyKind::Ec, MONTH, (now, maker))?;
    let other = root.issue("office-printer", KeyKind::Ec, MONTH, (now, maker))?;

    b.world.trust_anchors.insert(anchor.clone(), root.der);
    let told = AnywhereProfile {
        roles: vec![role_arn.clone()],
        duration_seconds: 3600,
        takes_session_names: true,
    };
    b.world.anywhere_profiles.insert(profile.clone(), told);
    b.files.push((format!("{FOLDER}/shop-floor.pem"), shop.pem));
    let story = AnywhereStory {
        id: "S12".to_owned(),
        title: "Roles Anywhere".to_owned(),
        folder: b.place.dir.join(FOLDER),
        profile: "line-terminal".to_owned(),
        rsa_profile: "line-terminal-rsa".to_owned(),
        chain_profile: "line-terminal-shop-floor".to_owned(),
        expired_profile: "line-terminal-expired".to_owned(),
        untrusted_profile: "line-terminal-untrusted".to_owned(),
        other_profile: "office-printer".to_owned(),
        trust_anchor_arn: anchor,
        profile_arn: profile,
        role_arn,
        bucket: BUCKET.to_owned(),
        keys,
        region: HOME_REGION.to_owned(),
    };
    for (name, issued, chain) in [
        (&story.profile, ec, false),
        (&story.rsa_profile, rsa, false),
        (&story.chain_profile, below, true),
        (&story.expired_profile, expired, false),
        (&story.untrusted_profile, untrusted, false),
        (&story.other_profile, other, false),
    ] {
        place(b, &story, name, issued, chain);
    }
    Ok(story)
}

fn resource(b: &mut Builder, kind: &str) -> String {
    format!(
        "arn:aws:rolesanywhere:{HOME_REGION}:{PLANT}:{kind}/{}",
        b.keys.uuid()
    )
}

/// As AWS documents it: one trust anchor, and one machine by its certificate's subject.
fn trust(anchor: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "rolesanywhere.amazonaws.com" },
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
            "Condition": {
                "ArnEquals": { "aws:SourceArn": anchor },
                "StringEquals": { "aws:PrincipalTag/x509Subject/CN": MACHINE },
            },
        }],
    })
}

/// The files of a certificate, and the profile as AWS's documentation writes it.
fn place(b: &mut Builder, story: &AnywhereStory, name: &str, issued: Issued, chain: bool) {
    let file = |end: &str| {
        story
            .folder
            .join(format!("{name}.{end}"))
            .to_string_lossy()
            .into_owned()
    };
    let mut command = format!(
        "aws_signing_helper credential-process --certificate \"{}\" --private-key \"{}\" --trust-anchor-arn {} \
         --profile-arn {} --role-arn {} --endpoint {}",
        file("crt"),
        file("key"),
        story.trust_anchor_arn,
        story.profile_arn,
        story.role_arn,
        b.place.endpoint
    );
    if chain {
        let between = story.folder.join("shop-floor.pem");
        command.push_str(&format!(" --intermediates \"{}\"", between.to_string_lossy()));
    }
    b.files.push((format!("{FOLDER}/{name}.crt"), issued.certificate));
    b.files
        .push((format!("{FOLDER}/{name}.key"), issued.key.expose().to_owned()));
    b.profiles.push(Profile {
        name: name.to_owned(),
        region: HOME_REGION.to_owned(),
        kind: ProfileKind::Settings(vec![("credential_process", command)]),
    });
}
