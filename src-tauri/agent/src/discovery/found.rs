//! From what AWS answered to the roles that may be assumed, with what was known before.

use std::collections::BTreeMap;

use hatrack_core::account::AccountId;
use hatrack_core::arn::RoleArn;
use hatrack_core::catalog::{Discovered, DiscoveredRole, FoundBy};
use hatrack_core::discover::{RoleNamePattern, Searched, Verdict};
use hatrack_core::discovery_view::{DiscoveryReport, OrganizationReport, PoliciesReport};
use hatrack_core::organization::MemberAccount;
use hatrack_store::kept::KeptDiscovery;
use jiff::Timestamp;

use super::count;
use super::own::{Own, discovered, unread};
use super::search::{KnownAccount, Read, Search};

/// Of a role that all of one's policies pass over. AWS has more to go by: a session policy, say.
const NOT_NAMED: &str = "None of your own policies allows it: AWS will most likely refuse it until one does.";

/// What is kept after a search: what was read now, and of what could not be read what was known before.
pub(super) fn merged(
    start: &str,
    search: &Search,
    read: &Read,
    before: Option<KeptDiscovery>,
    now: Timestamp,
) -> KeptDiscovery {
    let daily = before.as_ref().is_some_and(|kept| kept.daily);
    let merging = Merging {
        search,
        read,
        own: Own::of(read, &search.roles),
        // What somebody else found under this name says nothing here.
        before: before.filter(|kept| kept.found.account == read.who.account),
        now,
    };
    let members = merging.members();
    let (mut roles, policies) = merging.of_policies(&members);
    let (of_organization, organization) = merging.of_organization();
    roles.extend(of_organization);
    KeptDiscovery {
        found: Discovered {
            start: start.to_owned(),
            account: read.who.account,
            roles,
            members,
        },
        report: DiscoveryReport {
            who: read.who.arn.clone(),
            policies,
            organization,
        },
        searched: search.searched.clone(),
        daily,
        files: Some(search.files.clone()),
    }
}

/// One search's answers, and what was known before them.
struct Merging<'a> {
    search: &'a Search,
    read: &'a Read,
    own: Option<Own>,
    before: Option<KeptDiscovery>,
    now: Timestamp,
}

impl Merging<'_> {
    fn members(&self) -> Vec<MemberAccount> {
        match &self.read.members {
            Some(Ok(members)) => members.clone(),
            _ => match &self.before {
                Some(kept) => kept.found.members.clone(),
                None => Vec::new(),
            },
        }
    }

    fn before_by(&self, by: FoundBy) -> Vec<DiscoveredRole> {
        let roles = self.before.iter().flat_map(|kept| &kept.found.roles);
        roles.filter(|role| role.by == by).cloned().collect()
    }

    fn of_policies(&self, members: &[MemberAccount]) -> (Vec<DiscoveredRole>, Option<PoliciesReport>) {
        let known = self.before.as_ref().and_then(|kept| kept.report.policies.clone());
        match &self.own {
            Some(own) if own.was_read => {
                let accounts = known_accounts(&self.search.accounts, members);
                let listed = match &self.read.members {
                    Some(Ok(members)) => members.as_slice(),
                    Some(Err(_)) | None => &[],
                };
                let found = own.roles(&self.search.searched, &accounts, listed);
                let report = own.report(&found, self.now);
                (found, Some(report))
            }
            Some(own) => {
                // The times and counts of before stay; why nothing is newer is told.
                let fresh = own.report(&[], self.now);
                let unread = fresh.unread.clone();
                let kept = known.unwrap_or(fresh);
                (
                    self.before_by(FoundBy::Policies),
                    Some(PoliciesReport { unread, ..kept }),
                )
            }
            None => (self.before_by(FoundBy::Policies), known),
        }
    }

    fn of_organization(&self) -> (Vec<DiscoveredRole>, Option<OrganizationReport>) {
        let known = self
            .before
            .as_ref()
            .and_then(|kept| kept.report.organization.clone());
        let searched = &self.search.searched;
        match &self.read.members {
            Some(Ok(members)) => {
                let found = self.in_members(members);
                let report = organization(searched, members, found.len(), self.now);
                (found, Some(report))
            }
            Some(Err(why)) => {
                let kept = known.unwrap_or_else(|| OrganizationReport {
                    read_at: None,
                    accounts: 0,
                    active: 0,
                    candidates: 0,
                    role_names: names(searched),
                    unread: None,
                });
                let unread = Some(unread("ListAccounts", why));
                let report = OrganizationReport { unread, ..kept };
                (self.before_by(FoundBy::Organization), Some(report))
            }
            None => (self.before_by(FoundBy::Organization), known),
        }
    }

    /// A role of each name in each active account.
    fn in_members(&self, members: &[MemberAccount]) -> Vec<DiscoveredRole> {
        let names = self.search.searched.names();
        // The account that lists is the one that the others trust.
        let others = members
            .iter()
            .filter(|member| member.active && member.id != self.read.who.account);
        let roles = others.flat_map(|member| {
            let role = |name: &RoleNamePattern| name.role_in(self.read.partition, member);
            names.iter().filter_map(role).collect::<Vec<_>>()
        });
        roles.filter_map(|role| self.by_name(role)).collect()
    }

    /// A role that its name alone was put together for; `None` where one's own policies deny it.
    fn by_name(&self, role: RoleArn) -> Option<DiscoveredRole> {
        let own = self.own.as_ref().filter(|own| own.was_read);
        let found = match own.map(|own| own.verdict(&role)) {
            Some(Verdict::Denied { .. }) => return None,
            Some(Verdict::Allowed { looks_at, .. }) => discovered(role, true, &looks_at),
            Some(Verdict::NotNamed) if own.is_some_and(Own::is_complete) => {
                let mut found = discovered(role, true, &[]);
                found.remarks.push(NOT_NAMED.to_owned());
                found
            }
            Some(Verdict::NotNamed) | None => discovered(role, true, &[]),
        };
        let by = FoundBy::Organization;
        Some(DiscoveredRole { by, ..found })
    }
}

/// The accounts that roles are looked for in. The organization's own names count before others'.
fn known_accounts(known: &[KnownAccount], members: &[MemberAccount]) -> Vec<KnownAccount> {
    let mut accounts: BTreeMap<AccountId, KnownAccount> = BTreeMap::new();
    for account in known {
        accounts.insert(account.id, account.clone());
    }
    for member in members {
        // An account that is not active lets nobody in.
        if member.active {
            let (id, name) = (member.id, Some(member.name.clone()));
            accounts.insert(id, KnownAccount { id, name });
        } else {
            accounts.remove(&member.id);
        }
    }
    accounts.into_values().collect()
}

fn organization(
    searched: &Searched,
    members: &[MemberAccount],
    candidates: usize,
    now: Timestamp,
) -> OrganizationReport {
    OrganizationReport {
        read_at: Some(now),
        accounts: count(members.len()),
        active: count(members.iter().filter(|member| member.active).count()),
        candidates: count(candidates),
        role_names: names(searched),
        unread: None,
    }
}

fn names(searched: &Searched) -> Vec<String> {
    searched.names().iter().map(ToString::to_string).collect()
}
