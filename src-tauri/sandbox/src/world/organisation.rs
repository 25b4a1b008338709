//! IAM Identity Center: whom an organisation lets be what, in which account.

use hatrack_core::account::AccountId;

use super::World;
use super::key_maker::KeyMaker;

/// An organisation with its access portal.
#[derive(Debug, Clone)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// `o-…`.
    pub id: String,
    /// The account that manages it.
    pub management: AccountId,
    /// An account that was closed: nobody is anything in it, but it is listed.
    pub closed: Option<(AccountId, String)>,
    /// The path of its access portal, below the sandbox's address: `/start`.
    pub start_path: String,
    /// Its users; the sign-in page offers the first one first.
    pub users: Vec<PortalUser>,
}

/// A user of an organisation.
#[derive(Debug, Clone)]
pub struct PortalUser {
    /// The user name, which is the session name of each of the user's roles too.
    pub name: String,
    /// What the user may be.
    pub assignments: Vec<Assignment>,
}

/// A permission set in an account, assigned to a user.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The account.
    pub account: AccountId,
    /// The permission set's name, which the portal gives for a role's name.
    pub permission_set: String,
    /// The role that Identity Center made of it in the account.
    pub role_arn: String,
    /// The permission set's session duration, in seconds.
    pub session_seconds: i64,
}

impl Organisation {
    /// A user by name.
    pub fn user(&self, name: &str) -> Option<&PortalUser> {
        self.users.iter().find(|user| user.name == name)
    }

    /// Whether the account is one of the organisation's.
    pub fn has(&self, account: AccountId) -> bool {
        let mut assignments = self.users.iter().flat_map(|user| &user.assignments);
        assignments.any(|assignment| assignment.account == account)
    }
}

/// An account as its organisation lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Whether it was closed.
    pub suspended: bool,
}

impl Organisation {
    /// Its accounts, by number.
    pub fn accounts<'a>(&'a self, world: &'a World) -> impl Iterator<Item = Member> + 'a {
        let assigned = self.users.iter().flat_map(|user| &user.assignments);
        let mut open: Vec<AccountId> = assigned.map(|a| a.account).chain([self.management]).collect();
        open.sort_unstable();
        open.dedup();
        let open = open.into_iter().map(|id| Member {
            id,
            name: world.accounts.get(&id).cloned().unwrap_or_default(),
            suspended: false,
        });
        let closed = self.closed.iter().map(|(id, name)| Member {
            id: *id,
            name: name.clone(),
            suspended: true,
        });
        open.chain(closed)
    }
}

/// The role that Identity Center makes of a permission set: its path and name.
///
/// Source: IAM Identity Center User Guide, "Referencing permission sets in resource policies".
pub fn reserved_role_name(permission_set: &str, keys: &mut KeyMaker) -> String {
    format!(
        "aws-reserved/sso.amazonaws.com/AWSReservedSSO_{permission_set}_{}",
        keys.hex(8)
    )
}

/// The accounts that a crowd adds have numbers from here on.
const CROWD: u64 = 500_000_000_000;

impl World {
    /// The organisation whose access portal has this path.
    pub fn organisation(&self, start_path: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|o| o.start_path == start_path)
    }

    /// Adds `count` accounts to the first organisation, in each of which all its users have the permission set that
    /// its first user has last.
    pub fn crowd_organisation(&mut self, count: u32, keys: &mut KeyMaker) {
        let Some(organisation) = self.organisations.first_mut() else {
            return;
        };
        let template = organisation.users.first().and_then(|u| u.assignments.last());
        let Some(template) = template.cloned() else {
            return;
        };
        let Some(role) = self.roles.get(&template.role_arn).cloned() else {
            return;
        };
        for n in 0..count {
            let Ok(account) = format!("{:012}", CROWD + u64::from(n)).parse::<AccountId>() else {
                return;
            };
            let path = reserved_role_name(&template.permission_set, keys);
            let mut role = role.clone();
            role.account = account;
            role.arn = format!("arn:aws:iam::{account}:role/{path}");
            path.rsplit('/')
                .next()
                .unwrap_or(&path)
                .clone_into(&mut role.name);
            role.id = keys.id("AROA");
            let assignment = Assignment {
                account,
                role_arn: role.arn.clone(),
                ..template.clone()
            };
            self.accounts.insert(account, format!("Workload {:04}", n + 1));
            self.roles.insert(role.arn.clone(), role);
            for user in &mut organisation.users {
                user.assignments.push(assignment.clone());
            }
        }
    }
}
