//! The stories as Doctor's matrix takes them: who asks, which role, which object, and which placements there are.

use std::fmt;

use serde_json::Value;

use super::administrator::{Administrator, Owner, Policies};
use crate::stage::{Ran, Stage};

/// One of the four, by its number in the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    AssumeRole = 1,
    Trust = 2,
    Permissions = 3,
    BucketPolicy = 4,
}

impl Place {
    /// Its word in `hat doctor --json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::AssumeRole => "assume_role",
            Self::Trust => "trust",
            Self::Permissions => "permissions",
            Self::BucketPolicy => "bucket_policy",
        }
    }

    /// Whether it is asked at the switch, and not at the request behind it.
    pub fn is_of_switch(self) -> bool {
        matches!(self, Self::AssumeRole | Self::Trust)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", *self as u8)
    }
}

/// A story with one object that is read.
pub struct World {
    pub id: String,
    pub profile: String,
    pub environment: Vec<(String, String)>,
    pub account_b: String,
    pub asker: Owner,
    pub account_a: String,
    /// `None` where somebody goes to the bucket as they are.
    pub role: Option<String>,
    pub bucket: String,
    pub bucket_owner: String,
    pub region: String,
    pub key: String,
    /// Those without which nothing works here.
    pub places: Vec<Place>,
}

/// The policies of a world as they were before anything was taken away.
pub struct Kept {
    identity: Vec<(Owner, Policies)>,
    trust: Option<String>,
    permissions: Policies,
    bucket_policy: Option<String>,
}

impl World {
    pub fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    fn role_owner(&self) -> Option<Owner> {
        self.role.clone().map(Owner::Role)
    }

    /// Runs `hat` as the story's person or machine does.
    pub fn hat(&self, stage: &Stage, arguments: &[&str]) -> Ran {
        let mut hat = stage.hat(arguments);
        for (name, value) in &self.environment {
            hat.env(name, value);
        }
        Ran::of(hat.output().unwrap())
    }

    /// Whether the object is read, by sessions made anew.
    pub fn works(&self, stage: &Stage) -> bool {
        stage.run(["end", "--all"]).succeeded();
        self.hat(stage, &["s3", "cat", &self.place(), "--role", &self.profile])
            .code
            == Some(0)
    }

    pub fn kept(&self, admin: &Administrator<'_>) -> Kept {
        let owners = admin.owners(&self.account_b, &self.asker);
        Kept {
            identity: owners
                .into_iter()
                .map(|owner| (owner.clone(), admin.policies(&self.account_b, &owner)))
                .collect(),
            trust: self.role.as_ref().map(|role| admin.trust(&self.account_a, role)),
            permissions: match self.role_owner() {
                Some(role) => admin.policies(&self.account_a, &role),
                None => Policies::default(),
            },
            bucket_policy: admin.bucket_policy(&self.bucket_owner, &self.region, &self.bucket),
        }
    }

    pub fn restore(&self, admin: &Administrator<'_>, kept: &Kept) {
        for (owner, policies) in &kept.identity {
            admin.set(&self.account_b, owner, policies);
        }
        if let (Some(role), Some(trust)) = (&self.role, &kept.trust) {
            admin.set_trust(&self.account_a, role, trust).unwrap();
        }
        if let Some(role) = self.role_owner() {
            admin.set(&self.account_a, &role, &kept.permissions);
        }
        let policy = kept.bucket_policy.as_deref();
        admin
            .set_bucket_policy(&self.bucket_owner, &self.region, &self.bucket, policy)
            .unwrap();
    }

    /// Takes one placement away: the policies that hold it go, and the trust names somebody else.
    pub fn remove(&self, admin: &Administrator<'_>, kept: &Kept, place: Place) {
        let without = |words: &str| {
            for (owner, policies) in &kept.identity {
                let mut less = policies.clone();
                less.embedded.retain(|_, text| !text.contains(words));
                less.attached.retain(|_, text| !text.contains(words));
                admin.set(&self.account_b, owner, &less);
            }
        };
        match place {
            Place::AssumeRole => without("sts:AssumeRole"),
            Place::Trust => {
                let nobody = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
                admin
                    .set_trust(&self.account_a, self.role.as_ref().unwrap(), nobody)
                    .unwrap();
            }
            Place::Permissions => match self.role_owner() {
                Some(role) => admin.set(&self.account_a, &role, &Policies::default()),
                None => without(&self.bucket),
            },
            Place::BucketPolicy => {
                admin
                    .set_bucket_policy(&self.bucket_owner, &self.region, &self.bucket, None)
                    .unwrap();
            }
        }
    }

    /// Every policy as it stands, as files and the options that give them.
    pub fn given(&self, stage: &Stage, admin: &Administrator<'_>) -> Vec<String> {
        let folder = stage.folder().join("given");
        std::fs::create_dir_all(&folder).unwrap();
        let mut options = Vec::new();
        let mut give = |option: &str, name: String, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            options.extend([format!("--{option}"), path.display().to_string()]);
        };
        let mut give_all = |option: &str, all: Vec<String>| {
            if all.is_empty() {
                give(option, format!("{option}-none"), "");
            }
            for (n, text) in all.iter().enumerate() {
                give(option, format!("{option}-{n}.json"), text);
            }
        };
        let texts = |policies: Policies| {
            policies
                .embedded
                .into_values()
                .chain(policies.attached.into_values())
        };
        let owners = admin.owners(&self.account_b, &self.asker).into_iter();
        let identity = owners.flat_map(|owner| texts(admin.policies(&self.account_b, &owner)));
        give_all("identity-policy", identity.collect());
        if let (Some(role), Some(owner)) = (&self.role, self.role_owner()) {
            give_all(
                "permissions",
                texts(admin.policies(&self.account_a, &owner)).collect(),
            );
            give_all("trust", vec![admin.trust(&self.account_a, role)]);
        }
        let bucket = admin.bucket_policy(&self.bucket_owner, &self.region, &self.bucket);
        give_all("bucket-policy", bucket.into_iter().collect());
        options.extend(["--bucket-owner".to_owned(), self.bucket_owner.clone()]);
        options
    }
}

/// Every story that leads by way of a role to an object.
pub fn all(stage: &Stage) -> Vec<World> {
    let mut worlds = Vec::new();
    let manifest = stage.manifest();
    for story in manifest.stories.iter().filter(|story| story.id.starts_with('S')) {
        let base = world(stage, &story.id, &story.profile, &story.role_arn, Vec::new());
        let account_a = base.account_a.clone();
        // The shared bucket belongs to a third account: there all four are needed.
        worlds.push(World {
            bucket: story.shared_bucket.clone().unwrap(),
            bucket_owner: "777788889999".to_owned(),
            region: "us-east-1".to_owned(),
            key: "shared/notes.txt".to_owned(),
            places: vec![
                Place::AssumeRole,
                Place::Trust,
                Place::Permissions,
                Place::BucketPolicy,
            ],
            ..base
        });
        // The role's own account owns the other, so that its policy is not needed.
        if ["S1", "S2", "S13", "S14"].contains(&story.id.as_str()) {
            worlds.push(World {
                id: format!("{}, own bucket", story.id),
                bucket: story.bucket.clone(),
                bucket_owner: account_a,
                region: story.region.clone(),
                key: story.keys[0].clone(),
                places: vec![Place::AssumeRole, Place::Trust, Place::Permissions],
                ..world(stage, &story.id, &story.profile, &story.role_arn, Vec::new())
            });
        }
    }
    let machine = &manifest.machine;
    let environment = vec![
        ("AWS_EC2_METADATA_DISABLED".to_owned(), "false".to_owned()),
        (
            "AWS_EC2_METADATA_SERVICE_ENDPOINT".to_owned(),
            machine.metadata_endpoint.clone(),
        ),
    ];
    worlds.push(World {
        bucket: machine.bucket.clone(),
        region: machine.region.clone(),
        key: machine.keys[0].clone(),
        places: vec![Place::AssumeRole, Place::Trust, Place::Permissions],
        ..world(
            stage,
            "S3",
            &machine.instance_profile,
            &machine.role_arn,
            environment,
        )
    });
    let kinds = &manifest.kinds;
    let role = kinds
        .roles
        .iter()
        .find(|role| role.profile == "platform-reader")
        .unwrap();
    worlds.push(World {
        bucket: kinds.bucket.clone(),
        region: kinds.region.clone(),
        key: kinds.keys[0].clone(),
        // One account, and the trust names the user itself: that suffices for the switch.
        places: vec![Place::Trust, Place::Permissions],
        ..world(stage, "S8", &role.profile, &role.role_arn, Vec::new())
    });
    // Nobody's role: the person's own policies, and the bucket's, which is another account's.
    for (id, profile, bucket, key) in [
        ("S11", "researcher", "measurements-direct", "2026/one.txt"),
        (
            "S15",
            "studio-user-a",
            "library-direct-masters",
            "masters/one.txt",
        ),
    ] {
        let role_arn = &stage.story(id).role_arn;
        let account_a = role_arn.split(':').nth(4).unwrap();
        let owner = format!("arn:aws:iam::{account_a}:root");
        worlds.push(World {
            id: format!("{id}, direct"),
            bucket: bucket.to_owned(),
            region: "us-east-1".to_owned(),
            key: key.to_owned(),
            places: vec![Place::Permissions, Place::BucketPolicy],
            ..world(stage, id, profile, &owner, Vec::new())
        });
    }
    worlds.sort_by_key(|world| {
        let digits: String = world.id.chars().filter(char::is_ascii_digit).collect();
        digits.parse::<u32>().unwrap()
    });
    worlds
}

/// Who asks is told by a diagnosis of what works.
fn world(
    stage: &Stage,
    id: &str,
    profile: &str,
    role_arn: &str,
    environment: Vec<(String, String)>,
) -> World {
    let mut hat = stage.hat(["doctor", profile, "--json"]);
    hat.envs(environment.iter().map(|(name, value)| (name, value)));
    let diagnosis: Value = Ran::of(hat.output().unwrap()).json();
    let caller = diagnosis["request"]["caller"]
        .as_str()
        .unwrap_or_else(|| panic!("{id}: {diagnosis}"));
    let parts: Vec<&str> = caller.splitn(6, ':').collect();
    let asker = match parts[5].split_once('/').unwrap() {
        ("user", path) => Owner::User(path.rsplit('/').next().unwrap().to_owned()),
        ("assumed-role", rest) => Owner::Role(rest.split('/').next().unwrap().to_owned()),
        ("role", path) => Owner::Role(path.rsplit('/').next().unwrap().to_owned()),
        other => panic!("{other:?}"),
    };
    let account_a = role_arn.split(':').nth(4).unwrap().to_owned();
    World {
        id: id.to_owned(),
        profile: profile.to_owned(),
        environment,
        account_b: parts[4].to_owned(),
        asker,
        bucket_owner: account_a.clone(),
        account_a,
        role: role_arn
            .contains(":role/")
            .then(|| role_arn.rsplit('/').next().unwrap().to_owned()),
        bucket: String::new(),
        region: String::new(),
        key: String::new(),
        places: Vec::new(),
    }
}
