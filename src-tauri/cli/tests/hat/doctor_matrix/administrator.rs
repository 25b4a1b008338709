//! The administrators of both accounts: what they read, take away and put, by AWS's own API.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_sdk_iam::Client as Iam;
use aws_sdk_s3::Client as S3;
use aws_smithy_http_client::Builder;
use aws_types::region::Region;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::stage::Stage;

/// Whose identity policies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    User(String),
    Group(String),
    Role(String),
}

/// An owner's policies: embedded by name, attached by ARN, each with its document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policies {
    pub embedded: BTreeMap<String, String>,
    pub attached: BTreeMap<String, String>,
}

/// Acts as the administrator of whichever account.
pub struct Administrator<'a> {
    stage: &'a Stage,
    runtime: Runtime,
}

impl<'a> Administrator<'a> {
    pub fn of(stage: &'a Stage) -> Self {
        Self {
            stage,
            runtime: Runtime::new().unwrap(),
        }
    }

    fn credentials(&self, account: &str) -> Credentials {
        let (id, secret) = self.stage.admin().administrator(account).unwrap();
        Credentials::new(id, secret, None, None, "test")
    }

    fn iam(&self, account: &str) -> Iam {
        let config = aws_sdk_iam::Config::builder()
            .behavior_version_latest()
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.stage.manifest().endpoint)
            .credentials_provider(self.credentials(account))
            .http_client(Builder::new().build_http())
            .build();
        Iam::from_conf(config)
    }

    fn s3(&self, account: &str, region: &str) -> S3 {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version_latest()
            .region(Region::new(region.to_owned()))
            .endpoint_url(&self.stage.manifest().endpoint)
            .force_path_style(true)
            .credentials_provider(self.credentials(account))
            .http_client(Builder::new().build_http())
            .build();
        S3::from_conf(config)
    }

    /// A user with its groups, or a role.
    pub fn owners(&self, account: &str, first: &Owner) -> Vec<Owner> {
        let mut owners = vec![first.clone()];
        if let Owner::User(name) = first {
            let call = self.iam(account).list_groups_for_user().user_name(name).send();
            let answer = self.runtime.block_on(call).unwrap();
            owners.extend(
                answer
                    .groups()
                    .iter()
                    .map(|group| Owner::Group(group.group_name().to_owned())),
            );
        }
        owners
    }

    pub fn policies(&self, account: &str, owner: &Owner) -> Policies {
        let iam = self.iam(account);
        self.runtime.block_on(async {
            let (names, attached) = match owner {
                Owner::User(user) => {
                    let names = iam.list_user_policies().user_name(user).send().await.unwrap();
                    let attached = iam
                        .list_attached_user_policies()
                        .user_name(user)
                        .send()
                        .await
                        .unwrap();
                    (names.policy_names, attached.attached_policies)
                }
                Owner::Group(group) => {
                    let names = iam.list_group_policies().group_name(group).send().await.unwrap();
                    let attached = iam
                        .list_attached_group_policies()
                        .group_name(group)
                        .send()
                        .await
                        .unwrap();
                    (names.policy_names, attached.attached_policies)
                }
                Owner::Role(role) => {
                    let names = iam.list_role_policies().role_name(role).send().await.unwrap();
                    let attached = iam
                        .list_attached_role_policies()
                        .role_name(role)
                        .send()
                        .await
                        .unwrap();
                    (names.policy_names, attached.attached_policies)
                }
            };
            let mut policies = Policies::default();
            for name in names {
                let text = match owner {
                    Owner::User(user) => {
                        let call = iam.get_user_policy().user_name(user).policy_name(&name);
                        call.send().await.unwrap().policy_document
                    }
                    Owner::Group(group) => {
                        let call = iam.get_group_policy().group_name(group).policy_name(&name);
                        call.send().await.unwrap().policy_document
                    }
                    Owner::Role(role) => {
                        let call = iam.get_role_policy().role_name(role).policy_name(&name);
                        call.send().await.unwrap().policy_document
                    }
                };
                policies.embedded.insert(name, decoded(&text));
            }
            for policy in attached.unwrap_or_default() {
                let arn = policy.policy_arn.unwrap();
                let call = iam.get_policy_version().policy_arn(&arn).version_id("v1");
                let version = call.send().await.unwrap().policy_version.unwrap();
                policies
                    .attached
                    .insert(arn, decoded(version.document().unwrap()));
            }
            policies
        })
    }

    /// Makes an owner's policies these, and no others.
    pub fn set(&self, account: &str, owner: &Owner, wanted: &Policies) {
        let now = self.policies(account, owner);
        for name in now
            .embedded
            .keys()
            .filter(|name| !wanted.embedded.contains_key(*name))
        {
            self.delete(account, owner, name);
        }
        for (name, text) in &wanted.embedded {
            if now.embedded.get(name) != Some(text) {
                self.put(account, owner, name, text).unwrap();
            }
        }
        for arn in now
            .attached
            .keys()
            .filter(|arn| !wanted.attached.contains_key(*arn))
        {
            self.attach(account, owner, arn, false);
        }
        for arn in wanted
            .attached
            .keys()
            .filter(|arn| !now.attached.contains_key(*arn))
        {
            self.attach(account, owner, arn, true);
        }
    }

    pub fn put(&self, account: &str, owner: &Owner, name: &str, text: &str) -> Result<(), String> {
        let iam = self.iam(account);
        self.runtime.block_on(async {
            match owner {
                Owner::User(user) => {
                    let call = iam.put_user_policy().user_name(user).policy_name(name);
                    call.policy_document(text)
                        .send()
                        .await
                        .map(drop)
                        .map_err(|e| format!("{e:?}"))
                }
                Owner::Group(group) => {
                    let call = iam.put_group_policy().group_name(group).policy_name(name);
                    call.policy_document(text)
                        .send()
                        .await
                        .map(drop)
                        .map_err(|e| format!("{e:?}"))
                }
                Owner::Role(role) => {
                    let call = iam.put_role_policy().role_name(role).policy_name(name);
                    call.policy_document(text)
                        .send()
                        .await
                        .map(drop)
                        .map_err(|e| format!("{e:?}"))
                }
            }
        })
    }

    fn delete(&self, account: &str, owner: &Owner, name: &str) {
        let iam = self.iam(account);
        self.runtime.block_on(async {
            match owner {
                Owner::User(user) => {
                    let call = iam.delete_user_policy().user_name(user).policy_name(name);
                    drop(call.send().await.unwrap());
                }
                Owner::Group(group) => {
                    let call = iam.delete_group_policy().group_name(group).policy_name(name);
                    drop(call.send().await.unwrap());
                }
                Owner::Role(role) => {
                    let call = iam.delete_role_policy().role_name(role).policy_name(name);
                    drop(call.send().await.unwrap());
                }
            }
        });
    }

    fn attach(&self, account: &str, owner: &Owner, arn: &str, on: bool) {
        let iam = self.iam(account);
        self.runtime.block_on(async {
            match (owner, on) {
                (Owner::User(user), true) => {
                    drop(
                        iam.attach_user_policy()
                            .user_name(user)
                            .policy_arn(arn)
                            .send()
                            .await
                            .unwrap(),
                    );
                }
                (Owner::User(user), false) => {
                    drop(
                        iam.detach_user_policy()
                            .user_name(user)
                            .policy_arn(arn)
                            .send()
                            .await
                            .unwrap(),
                    );
                }
                (Owner::Group(group), true) => {
                    drop(
                        iam.attach_group_policy()
                            .group_name(group)
                            .policy_arn(arn)
                            .send()
                            .await
                            .unwrap(),
                    );
                }
                (Owner::Group(group), false) => {
                    drop(
                        iam.detach_group_policy()
                            .group_name(group)
                            .policy_arn(arn)
                            .send()
                            .await
                            .unwrap(),
                    );
                }
                (Owner::Role(role), true) => {
                    drop(
                        iam.attach_role_policy()
                            .role_name(role)
                            .policy_arn(arn)
                            .send()
                            .await
                            .unwrap(),
                    );
                }
                (Owner::Role(role), false) => {
                    drop(
                        iam.detach_role_policy()
                            .role_name(role)
                            .policy_arn(arn)
                            .send()
                            .await
                            .unwrap(),
                    );
                }
            }
        });
    }

    pub fn trust(&self, account: &str, role: &str) -> String {
        let call = self.iam(account).get_role().role_name(role).send();
        let role = self.runtime.block_on(call).unwrap().role.unwrap();
        decoded(role.assume_role_policy_document().unwrap())
    }

    pub fn set_trust(&self, account: &str, role: &str, text: &str) -> Result<(), String> {
        let call = self.iam(account).update_assume_role_policy().role_name(role);
        let sent = self.runtime.block_on(call.policy_document(text).send());
        sent.map(drop).map_err(|e| format!("{e:?}"))
    }

    pub fn bucket_policy(&self, account: &str, region: &str, bucket: &str) -> Option<String> {
        let call = self.s3(account, region).get_bucket_policy().bucket(bucket).send();
        self.runtime.block_on(call).ok().and_then(|answer| answer.policy)
    }

    pub fn set_bucket_policy(
        &self,
        account: &str,
        region: &str,
        bucket: &str,
        text: Option<&str>,
    ) -> Result<(), String> {
        let s3 = self.s3(account, region);
        self.runtime.block_on(async {
            match text {
                Some(text) => {
                    let call = s3.put_bucket_policy().bucket(bucket).policy(text);
                    call.send().await.map(drop).map_err(|e| format!("{e:?}"))
                }
                None => {
                    let call = s3.delete_bucket_policy().bucket(bucket);
                    call.send().await.map(drop).map_err(|e| format!("{e:?}"))
                }
            }
        })
    }
}

/// `document` with one statement more, as somebody adds it by hand.
pub fn with_statement(document: &str, statement: &str) -> String {
    let mut document: Value = serde_json::from_str(document).unwrap();
    let statement: Value = serde_json::from_str(statement).unwrap();
    let statements = &mut document["Statement"];
    if !statements.is_array() {
        *statements = Value::Array(vec![statements.take()]);
    }
    statements.as_array_mut().unwrap().push(statement);
    document.to_string()
}

/// IAM gives documents percent-encoded.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap().to_owned();
            bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
