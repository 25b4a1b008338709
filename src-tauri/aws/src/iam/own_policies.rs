//! One's own policies: the user's and those of its groups, or the role's; embedded and attached.

use aws_sdk_iam::Client;
use aws_sdk_iam::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hatrack_core::iam::{OwnPolicies, PolicyOf, PolicyText, Unread, Whose};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Reach};

use super::{asked, decoded, with};
use crate::pages::Pages;

/// One reading.
pub(super) struct Reading<'a> {
    pub client: Client,
    pub reach: &'a Reach,
    pub signer: &'a Credentials,
}

/// Reads a list to its end: the operation, the field of its members, what else the call takes.
macro_rules! listed {
    ($reading:expr, $operation:ident, $members:ident $(, $parameter:ident = $value:expr)*) => {{
        let (mut pages, mut all) = (Pages::default(), Vec::new());
        loop {
            let call = $reading.client.$operation()$(.$parameter($value))*.set_marker(pages.next.clone());
            let sent = call.customize().config_override(with($reading.signer)).send().await;
            match sent.map_err(|error| $reading.failed(&error)) {
                Err(why) => break Err(why),
                Ok(page) => {
                    all.extend(page.$members.into_iter());
                    match pages.turn(page.marker.filter(|_| page.is_truncated)) {
                        Err(why) => break Err(asked($reading.reach).garbled(why)),
                        Ok(true) => {}
                        Ok(false) => break Ok(all),
                    }
                }
            }
        }
    }};
}

/// The members of a list that the SDK gives as an option.
macro_rules! listed_if_any {
    ($reading:expr, $operation:ident, $members:ident $(, $parameter:ident = $value:expr)*) => {
        listed!($reading, $operation, $members $(, $parameter = $value)*)
            .map(|all| all.into_iter().flatten().collect::<Vec<_>>())
    };
}

/// A policy still to be read: embedded, by name; attached, by name and ARN.
enum Still {
    Embedded(String),
    Attached(String, String),
}

impl Reading<'_> {
    fn failed<E>(&self, error: &SdkError<E, HttpResponse>) -> AwsFailure
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        asked(self.reach).failed(error)
    }

    /// What may not be read is noted; that nothing could be is a failure.
    pub(super) async fn of(&self, whose: &Whose) -> Result<OwnPolicies, AwsFailure> {
        let mut own = OwnPolicies::default();
        let (name, mut places) = match whose {
            Whose::User(name) => (name, vec![PolicyOf::User]),
            Whose::Role(name) => (name, vec![PolicyOf::Role]),
        };
        if let Whose::User(user) = whose {
            match listed!(self, list_groups_for_user, groups, user_name = user) {
                Ok(groups) => {
                    places.extend(groups.into_iter().map(|group| PolicyOf::Group(group.group_name)));
                }
                Err(why) => note(&mut own, "ListGroupsForUser", why)?,
            }
        }
        for of in places {
            for still in self.still(&mut own, name, &of).await? {
                self.read(&mut own, name, &of, still).await?;
            }
        }
        match own.unread.first() {
            Some(unread) if own.policies.is_empty() => Err(unread.why.clone()),
            _ => Ok(own),
        }
    }

    /// The names of the policies of the user, the role or the group.
    async fn still(
        &self,
        own: &mut OwnPolicies,
        name: &str,
        of: &PolicyOf,
    ) -> Result<Vec<Still>, AwsFailure> {
        let (names, attached, operations) = match of {
            PolicyOf::User => (
                listed!(self, list_user_policies, policy_names, user_name = name),
                listed_if_any!(
                    self,
                    list_attached_user_policies,
                    attached_policies,
                    user_name = name
                ),
                ["ListUserPolicies", "ListAttachedUserPolicies"],
            ),
            PolicyOf::Role => (
                listed!(self, list_role_policies, policy_names, role_name = name),
                listed_if_any!(
                    self,
                    list_attached_role_policies,
                    attached_policies,
                    role_name = name
                ),
                ["ListRolePolicies", "ListAttachedRolePolicies"],
            ),
            PolicyOf::Group(group) => (
                listed!(self, list_group_policies, policy_names, group_name = group),
                listed_if_any!(
                    self,
                    list_attached_group_policies,
                    attached_policies,
                    group_name = group
                ),
                ["ListGroupPolicies", "ListAttachedGroupPolicies"],
            ),
        };
        let mut all = Vec::new();
        match names {
            Ok(names) => all.extend(names.into_iter().map(Still::Embedded)),
            Err(why) => note(own, operations[0], why)?,
        }
        match attached {
            Ok(attached) => all.extend(
                attached
                    .into_iter()
                    .filter_map(|policy| Some(Still::Attached(policy.policy_name?, policy.policy_arn?))),
            ),
            Err(why) => note(own, operations[1], why)?,
        }
        Ok(all)
    }

    async fn read(
        &self,
        own: &mut OwnPolicies,
        whose: &str,
        of: &PolicyOf,
        still: Still,
    ) -> Result<(), AwsFailure> {
        let (operation, read) = match (&still, of) {
            (Still::Embedded(name), PolicyOf::User) => ("GetUserPolicy", self.of_user(whose, name).await),
            (Still::Embedded(name), PolicyOf::Role) => ("GetRolePolicy", self.of_role(whose, name).await),
            (Still::Embedded(name), PolicyOf::Group(group)) => {
                ("GetGroupPolicy", self.of_group(group, name).await)
            }
            (Still::Attached(_, arn), _) => ("GetPolicyVersion", self.managed(arn).await),
        };
        match read {
            Ok(document) => {
                let (name, arn) = match still {
                    Still::Embedded(name) => (name, None),
                    Still::Attached(name, arn) => (name, Some(arn)),
                };
                own.policies.push(PolicyText {
                    name,
                    arn,
                    of: of.clone(),
                    document: decoded(&document),
                });
                Ok(())
            }
            Err(why) => note(own, operation, why),
        }
    }

    async fn of_user(&self, user: &str, name: &str) -> Result<String, AwsFailure> {
        let call = self.client.get_user_policy().user_name(user).policy_name(name);
        let sent = call.customize().config_override(with(self.signer)).send().await;
        sent.map(|output| output.policy_document)
            .map_err(|error| self.failed(&error))
    }

    async fn of_role(&self, role: &str, name: &str) -> Result<String, AwsFailure> {
        let call = self.client.get_role_policy().role_name(role).policy_name(name);
        let sent = call.customize().config_override(with(self.signer)).send().await;
        sent.map(|output| output.policy_document)
            .map_err(|error| self.failed(&error))
    }

    async fn of_group(&self, group: &str, name: &str) -> Result<String, AwsFailure> {
        let call = self.client.get_group_policy().group_name(group).policy_name(name);
        let sent = call.customize().config_override(with(self.signer)).send().await;
        sent.map(|output| output.policy_document)
            .map_err(|error| self.failed(&error))
    }

    /// The version in force.
    pub(super) async fn managed(&self, arn: &str) -> Result<String, AwsFailure> {
        let garbled = |why| asked(self.reach).garbled(why);
        let call = self.client.get_policy().policy_arn(arn);
        let sent = call.customize().config_override(with(self.signer)).send().await;
        let policy = sent.map_err(|error| self.failed(&error))?.policy;
        let version = policy.and_then(|p| p.default_version_id);
        let version = version.ok_or_else(|| garbled("it names no version"))?;
        let call = self
            .client
            .get_policy_version()
            .policy_arn(arn)
            .version_id(version);
        let sent = call.customize().config_override(with(self.signer)).send().await;
        let version = sent.map_err(|error| self.failed(&error))?.policy_version;
        version
            .and_then(|v| v.document)
            .ok_or_else(|| garbled("it holds no document"))
    }
}

/// Notes what AWS refuses. That AWS cannot be reached is a failure of the whole.
fn note(own: &mut OwnPolicies, operation: &'static str, why: AwsFailure) -> Result<(), AwsFailure> {
    match why {
        AwsFailure::Refused(_) => {
            own.unread.push(Unread { operation, why });
            Ok(())
        }
        other => Err(other),
    }
}
