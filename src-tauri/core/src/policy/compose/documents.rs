//! The documents of each wish.

use serde_json::{Value, json};

use super::caller::Caller;
use super::prove::{Prover, Side};
use super::{
    BucketAccess, Composed, DirectWish, Machine, MachineWish, NotComposed, Place, Placed, RoleWish, placed,
};
use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::policy::document::{Kind, Policy};

/// One document in the usual form.
pub(super) fn document(kind: Kind, statements: Vec<Value>) -> Result<String, NotComposed> {
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let policy = Policy::parse(kind, &text).map_err(|e| NotComposed::NotProven(e.to_string()))?;
    policy
        .print()
        .ok_or_else(|| NotComposed::NotProven("a document has a piece that is not understood".to_owned()))
}

impl BucketAccess {
    fn check(&self) -> Result<(), NotComposed> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
        if !(3..=63).contains(&self.bucket.len()) || !self.bucket.chars().all(legal) {
            return Err(NotComposed::Bucket(self.bucket.clone()));
        }
        if self.prefix.contains(['*', '?', '$']) {
            return Err(NotComposed::Prefix(self.prefix.clone()));
        }
        Ok(())
    }

    pub(super) fn bucket_arn(&self, partition: &str) -> String {
        format!("arn:{partition}:s3:::{}", self.bucket)
    }

    pub(super) fn object_actions(&self) -> Vec<&'static str> {
        let mut actions = vec!["s3:GetObject"];
        if self.write {
            actions.extend(["s3:PutObject", "s3:AbortMultipartUpload"]);
        }
        if self.delete {
            actions.push("s3:DeleteObject");
        }
        actions
    }

    /// The statements for a role's permissions, and with principals for a bucket policy.
    fn statements(&self, partition: &str, principals: Option<&Value>) -> Vec<Value> {
        let bucket = self.bucket_arn(partition);
        let mut list =
            json!({ "Sid": "ListBucket", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket });
        if !self.prefix.is_empty() {
            let under = [self.prefix.clone(), format!("{}*", self.prefix)];
            list["Condition"] = json!({ "StringLike": { "s3:prefix": under } });
        }
        let objects = format!("{bucket}/{}*", self.prefix);
        let mut all = vec![
            list,
            json!({ "Sid": "UseObjects", "Effect": "Allow", "Action": self.object_actions(), "Resource": objects }),
        ];
        if let Some(principals) = principals {
            for statement in &mut all {
                statement["Principal"] = principals.clone();
            }
        }
        all
    }
}

fn assume(role: &RoleArn) -> Result<String, NotComposed> {
    let statement = json!({ "Sid": "TakeRole", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role.to_string() });
    document(Kind::Identity, vec![statement])
}

fn trust(caller: &str, external_id: Option<&str>, mfa: bool) -> Result<String, NotComposed> {
    let mut statement =
        json!({ "Effect": "Allow", "Principal": { "AWS": caller }, "Action": "sts:AssumeRole" });
    if let Some(id) = external_id {
        statement["Condition"]["StringEquals"] = json!({ "sts:ExternalId": id });
    }
    if mfa {
        statement["Condition"]["Bool"] = json!({ "aws:MultiFactorAuthPresent": "true" });
    }
    document(Kind::Trust, vec![statement])
}

/// The allow in the caller's account, trust, permissions and, where wished for, the bucket policy.
fn way(
    caller: &Caller,
    role: &RoleArn,
    access: &BucketAccess,
    conditions: (Option<&str>, bool),
    bucket_policy: bool,
) -> Result<Vec<Placed>, NotComposed> {
    access.check()?;
    let partition = role.partition().to_string();
    caller.within(&partition, &format!("the role {role}"))?;
    let name = role.name_with_path();
    let owner = Some(role.account());
    let mut all = vec![
        placed(
            Place::Permissions,
            owner,
            format!("the permissions of the role {name}"),
            "What the role may do. Whoever takes it has these permissions and no others.",
            document(Kind::Identity, access.statements(&partition, None))?,
        )?,
        placed(
            Place::Trust,
            owner,
            format!("the trust policy of the role {name}"),
            "Who may take the role. Without it nobody can, whatever else allows it.",
            trust(&caller.named, conditions.0, conditions.1)?,
        )?,
        placed(
            Place::Allow,
            Some(caller.account),
            format!("a policy of {}", caller.described()),
            "Lets the caller ask for the role. Across accounts both sides must allow it.",
            assume(role)?,
        )?,
    ];
    if bucket_policy {
        let principals = json!({ "AWS": role.to_string() });
        all.push(placed(
            Place::BucketPolicy,
            owner,
            format!("the bucket policy of {}", access.bucket),
            "Names the role at the bucket. Within an account the role's permissions suffice without it.",
            document(Kind::Resource, access.statements(&partition, Some(&principals)))?,
        )?);
    }
    Ok(all)
}

fn text_of(all: &[Placed], place: Place) -> Option<&str> {
    all.iter().find(|p| p.place == place).map(|p| p.document.as_str())
}

pub(super) fn by_role(wish: &RoleWish, external_id: Option<String>) -> Result<Composed, NotComposed> {
    let caller = Caller::read(&wish.caller)?;
    if let Some(id) = &external_id {
        let legal = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
        if !(2..=1224).contains(&id.len()) || !id.chars().all(legal) {
            return Err(NotComposed::ExternalId(id.clone()));
        }
    }
    if wish.mfa && caller.named.contains(":role/") {
        return Err(NotComposed::Mfa(caller.named));
    }
    let conditions = (external_id.as_deref(), wish.mfa);
    let placements = way(&caller, &wish.role, &wish.access, conditions, wish.bucket_policy)?;
    let side = Side {
        allow: text_of(&placements, Place::Allow),
        trust: text_of(&placements, Place::Trust),
        permissions: text_of(&placements, Place::Permissions),
        bucket: text_of(&placements, Place::BucketPolicy),
    };
    let mut prover = Prover::new(side)?;
    prover.assuming(&caller, &wish.role, external_id.as_deref(), wish.mfa)?;
    prover.using(&wish.role, &wish.access)?;
    let mut notes = Vec::new();
    if caller.whole {
        notes.push(format!(
            "Trust names the whole account {}: its own policies decide who takes the role. Name one user or role to open no more than that.",
            caller.account
        ));
    }
    if external_id.is_some() {
        notes.push("The third party gives the external ID with each call. It is no secret, but it must be theirs alone: two of their customers must not have the same.".to_owned());
    }
    if wish.mfa && caller.whole {
        notes.push(
            "A role's session carries no MFA code: only users can take a role that asks for one.".to_owned(),
        );
    }
    Ok(Composed {
        proofs: prover.proofs,
        placements,
        external_id,
        notes,
    })
}

impl Machine {
    fn service(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2.amazonaws.com",
            Self::Ecs => "ecs-tasks.amazonaws.com",
            Self::Lambda => "lambda.amazonaws.com",
        }
    }
}

pub(super) fn by_machine(wish: &MachineWish) -> Result<Composed, NotComposed> {
    let caller = Caller::read(&wish.own_role.to_string())?;
    let mut placements = way(
        &caller,
        &wish.role,
        &wish.access,
        (None, false),
        wish.bucket_policy,
    )?;
    let service = wish.machine.service();
    let statement =
        json!({ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" });
    placements.push(placed(
        Place::MachineTrust,
        Some(wish.own_role.account()),
        format!("the trust policy of the role {}", wish.own_role.name_with_path()),
        "Lets the service hand its role to the machine.",
        document(Kind::Trust, vec![statement])?,
    )?);
    let side = Side {
        allow: text_of(&placements, Place::Allow),
        trust: text_of(&placements, Place::Trust),
        permissions: text_of(&placements, Place::Permissions),
        bucket: text_of(&placements, Place::BucketPolicy),
    };
    let mut prover = Prover::new(side)?;
    prover.service(text_of(&placements, Place::MachineTrust), service, &wish.own_role)?;
    prover.assuming(&caller, &wish.role, None, false)?;
    prover.using(&wish.role, &wish.access)?;
    let note = match wish.machine {
        Machine::Ec2 => {
            "An instance has its role through an instance profile; the console makes one of the role's name."
        }
        Machine::Ecs => "Give it as the task role, not as the task execution role.",
        Machine::Lambda => "Give it as the function's execution role, which needs a policy for its logs too.",
    };
    let chain = "The machine's session is temporary, so the second role's lasts one hour at most; SDKs renew it by themselves.";
    Ok(Composed {
        proofs: prover.proofs,
        placements,
        external_id: None,
        notes: vec![note.to_owned(), chain.to_owned()],
    })
}

pub(super) fn direct(wish: &DirectWish) -> Result<Composed, NotComposed> {
    wish.access.check()?;
    let callers = wish
        .callers
        .iter()
        .map(|c| Caller::read(c))
        .collect::<Result<Vec<_>, _>>()?;
    if callers.is_empty() {
        return Err(NotComposed::Nobody);
    }
    let partition = callers
        .iter()
        .find_map(Caller::partition)
        .unwrap_or("aws")
        .to_owned();
    for caller in &callers {
        caller.within(&partition, "another caller")?;
    }
    let names: Vec<&str> = callers.iter().map(|c| c.named.as_str()).collect();
    let principals = json!({ "AWS": names });
    let bucket = document(
        Kind::Resource,
        wish.access.statements(&partition, Some(&principals)),
    )?;
    let own = document(Kind::Identity, wish.access.statements(&partition, None))?;
    let mut placements = vec![placed(
        Place::BucketPolicy,
        Some(wish.owner),
        format!("the bucket policy of {}", wish.access.bucket),
        "Lets them in from the bucket's side. They keep the permissions that they have.",
        bucket,
    )?];
    // Within the bucket's account its policy suffices for whom it names; an account decides by policies of its own.
    let mut accounts: Vec<AccountId> = callers
        .iter()
        .filter(|c| c.account != wish.owner || c.whole)
        .map(|c| c.account)
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        let of: Vec<String> = callers
            .iter()
            .filter(|c| c.account == account && (account != wish.owner || c.whole))
            .map(Caller::described)
            .collect();
        placements.push(placed(
            Place::Allow,
            Some(account),
            format!("a policy of {}", of.join(" and of ")),
            match account == wish.owner {
                true => "Lets them ask. The bucket policy names the whole account, which decides by itself.",
                false => "Lets them ask. Across accounts both sides must allow it.",
            },
            own.clone(),
        )?);
    }
    let mut proofs = Vec::new();
    for caller in &callers {
        // What is put into its own account, and nobody else's.
        let own = |p: &&Placed| p.place == Place::Allow && p.account == Some(caller.account);
        let side = Side {
            allow: placements.iter().find(own).map(|p| p.document.as_str()),
            bucket: text_of(&placements, Place::BucketPolicy),
            ..Side::default()
        };
        let mut prover = Prover::new(side)?;
        prover.direct(caller, wish.owner, &wish.access, &partition)?;
        proofs.append(&mut prover.proofs);
    }
    let (used, limit) = (placements[0].size.used, placements[0].size.limit);
    Ok(Composed {
        proofs,
        notes: vec![
            room(&wish.access, &partition, &principals, &names, used, limit)?,
            "What they upload belongs to the bucket's owner unless the bucket's ownership setting is older than 2023's default.".to_owned(),
        ],
        placements,
        external_id: None,
    })
}

/// How many more callers the bucket policy has room for, against one role that it names once.
fn room(
    access: &BucketAccess,
    partition: &str,
    principals: &Value,
    names: &[&str],
    used: u32,
    limit: u32,
) -> Result<String, NotComposed> {
    let mut more = principals.clone();
    let longest = names.iter().max_by_key(|n| n.len()).copied().unwrap_or_default();
    let all: Vec<&str> = names.iter().copied().chain([longest, longest]).collect();
    more["AWS"] = json!(all);
    let larger = document(Kind::Resource, access.statements(partition, Some(&more)))?;
    let each = (u32::try_from(larger.len())
        .unwrap_or(u32::MAX)
        .saturating_sub(used)
        / 2)
    .max(1);
    Ok(format!(
        "The bucket policy has {used} bytes of {limit}: about {} more callers fit. A role is named once, however many take it; but whoever takes it puts their own permissions aside for that time.",
        limit.saturating_sub(used) / each
    ))
}
