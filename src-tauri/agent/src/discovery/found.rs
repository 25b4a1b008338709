//! From what AWS answered to the roles that may be assumed.

use std::collections::BTreeSet;

use hatrack_core::account::AccountId;
use hatrack_core::arn::RoleArn;
use hatrack_core::catalog::{Discovered, DiscoveredRole, FoundBy};
use hatrack_core::discover::{
    Assumable, FoundDeny, FoundPattern, LooksAt, RoleNamePattern, Searched, Verdict, assumable, verdict,
};
use hatrack_core::discovery_view::{
    DiscoveryReport, OrganizationReport, PatternView, PoliciesReport, UnreadView,
};
use hatrack_core::iam::{OwnPolicies, Unread, Whose};
use hatrack_core::organization::MemberAccount;
use hatrack_core::policy::{Context, Kind, Named, Policy};
use hatrack_core::sts::{AwsFailure, CallerIdentity};
use hatrack_core::sts_limits::ExternalId;
use hatrack_store::kept::KeptDiscovery;
use jiff::Timestamp;

use super::search::Read;

/// Of a role that all of one's policies pass over.
const NOT_NAMED: &str = "None of your own policies allows it: AWS will refuse it until one does.";

/// What is kept after a search: what was read now, and of what could not be read what was known before.
pub(super) fn merged(
    start: &str,
    searched: Searched,
    read: Read,
    before: Option<KeptDiscovery>,
    now: Timestamp,
) -> KeptDiscovery {
    // What somebody else found under this name says nothing here.
    let same = |kept: &KeptDiscovery| kept.found.account == read.who.account;
    let daily = before.as_ref().is_some_and(|kept| kept.daily);
    let before = before.filter(same);
    let own = Own::of(&read);
    let members = match &read.members {
        Some(Ok(members)) => members.clone(),
        _ => before
            .as_ref()
            .map(|kept| kept.found.members.clone())
            .unwrap_or_default(),
    };
    let of_before = |by: FoundBy| -> Vec<DiscoveredRole> {
        let roles = before.iter().flat_map(|kept| &kept.found.roles);
        roles.filter(|role| role.by == by).cloned().collect()
    };
    let mut report = DiscoveryReport {
        who: read.who.arn.clone(),
        policies: before.as_ref().and_then(|kept| kept.report.policies.clone()),
        organization: before.as_ref().and_then(|kept| kept.report.organization.clone()),
    };
    let mut roles = match &own {
        Some(own) if own.was_read => {
            let accounts = known_accounts(&read.accounts, &members);
            let found = own.roles(&searched, &accounts, &read);
            report.policies = Some(own.report(&found, now));
            found
        }
        _ => {
            // The times and counts of before stay; why nothing is newer is told.
            if let Some(own) = &own {
                let fresh = own.report(&[], now);
                let kept = report.policies.get_or_insert(fresh.clone());
                kept.unread = fresh.unread;
            }
            of_before(FoundBy::Policies)
        }
    };
    roles.extend(match &read.members {
        Some(Ok(members)) => {
            let found = of_organization(&searched, members, &read, own.as_ref());
            report.organization = Some(organization(&searched, members, found.len(), now));
            found
        }
        Some(Err(why)) => {
            let kept = report.organization.get_or_insert_with(|| OrganizationReport {
                read_at: None,
                accounts: 0,
                active: 0,
                candidates: 0,
                role_names: names(&searched),
                unread: None,
            });
            kept.unread = Some(unread("ListAccounts", why));
            of_before(FoundBy::Organization)
        }
        None => of_before(FoundBy::Organization),
    });
    KeptDiscovery {
        found: Discovered {
            start: start.to_owned(),
            account: read.who.account,
            roles,
            members,
        },
        report,
        searched,
        daily,
    }
}

/// One's own policies, understood.
struct Own {
    policies: Vec<(String, Policy)>,
    context: Context,
    assumable: Assumable,
    unread: Vec<UnreadView>,
    was_read: bool,
}

impl Own {
    /// `None` where they were not looked for.
    fn of(read: &Read) -> Option<Self> {
        let mut own = Self {
            policies: Vec::new(),
            context: context(&read.who),
            assumable: Assumable::default(),
            unread: Vec::new(),
            was_read: false,
        };
        match read.policies.as_ref()? {
            Ok(answered) => own.take(answered),
            Err(why) => own.unread.push(unread("the policies", why)),
        }
        own.assumable = assumable(&own.named(), &own.context);
        Some(own)
    }

    fn take(&mut self, answered: &OwnPolicies) {
        self.was_read = true;
        let refused = |Unread { operation, why }: &Unread| unread(operation, why);
        self.unread = answered.unread.iter().map(refused).collect();
        for text in &answered.policies {
            match Policy::parse(Kind::Identity, &text.document) {
                Ok(policy) => self.policies.push((text.name.clone(), policy)),
                Err(why) => self.unread.push(UnreadView {
                    operation: format!("policy {}", text.name),
                    why: format!("it is not understood: {why}"),
                    request_id: None,
                }),
            }
        }
    }

    fn named(&self) -> Vec<Named<'_>> {
        self.policies
            .iter()
            .map(|(name, policy)| Named { name, policy })
            .collect()
    }

    /// Whether nothing of them is missing: then what they do not name is not allowed.
    fn is_complete(&self) -> bool {
        self.was_read && self.unread.is_empty()
    }

    fn verdict(&self, role: &RoleArn) -> Verdict {
        verdict(&self.named(), role, &self.context)
    }

    /// The roles that are named one by one, then those that patterns and known accounts make.
    fn roles(&self, searched: &Searched, accounts: &[AccountId], read: &Read) -> Vec<DiscoveredRole> {
        let itself = own_role(&read.who);
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for named in &self.assumable.roles {
            if seen.insert(named.role.clone()) && !is_itself(itself.as_deref(), &read.who, &named.role) {
                found.push(discovered(named.role.clone(), false, &named.looks_at));
            }
        }
        let by_account = self
            .assumable
            .patterns
            .iter()
            .flat_map(|pattern| pattern.in_accounts(accounts));
        let by_name = accounts.iter().flat_map(|account| {
            let member = MemberAccount {
                id: *account,
                name: String::new(),
                active: true,
            };
            let role = |name: &RoleNamePattern| name.role_in(read.partition, &member);
            searched.role_names.iter().filter_map(role).collect::<Vec<_>>()
        });
        for role in by_account.chain(by_name) {
            if seen.contains(&role) || is_itself(itself.as_deref(), &read.who, &role) {
                continue;
            }
            if let Verdict::Allowed { looks_at, .. } = self.verdict(&role) {
                seen.insert(role.clone());
                found.push(discovered(role, true, &looks_at));
            }
        }
        found
    }

    fn report(&self, found: &[DiscoveredRole], now: Timestamp) -> PoliciesReport {
        let candidates = found.iter().filter(|role| role.candidate).count();
        PoliciesReport {
            read_at: now,
            policies: count(self.policies.len()),
            roles: count(found.len() - candidates),
            candidates: count(candidates),
            patterns: self.assumable.patterns.iter().map(pattern).collect(),
            denied: self.assumable.denied.iter().map(denied).collect(),
            unread: self.unread.clone(),
        }
    }
}

/// The condition keys that are the caller's own, whatever it asks.
fn context(who: &CallerIdentity) -> Context {
    let mut context = Context::new();
    context.set("aws:PrincipalArn", who.arn.clone());
    context.set("aws:PrincipalAccount", who.account.to_string());
    context.set("aws:userid", who.user_id.clone());
    if let Some(Whose::User(name)) = Whose::of_arn(&who.arn) {
        context.set("aws:username", name);
    }
    context
}

fn own_role(who: &CallerIdentity) -> Option<String> {
    match Whose::of_arn(&who.arn) {
        Some(Whose::Role(name)) => Some(name),
        _ => None,
    }
}

fn is_itself(own: Option<&str>, who: &CallerIdentity, role: &RoleArn) -> bool {
    role.account() == who.account && own == Some(role.role_name())
}

fn known_accounts(known: &[AccountId], members: &[MemberAccount]) -> Vec<AccountId> {
    // An account that is not active lets nobody in.
    let closed: BTreeSet<AccountId> = members.iter().filter(|m| !m.active).map(|m| m.id).collect();
    let all = known
        .iter()
        .copied()
        .chain(members.iter().map(|member| member.id));
    let accounts: BTreeSet<AccountId> = all.filter(|id| !closed.contains(id)).collect();
    accounts.into_iter().collect()
}

fn discovered(role: RoleArn, candidate: bool, looks_at: &[LooksAt]) -> DiscoveredRole {
    let mut remarks = Vec::new();
    let mut external_id = None;
    for look in looks_at {
        match look {
            LooksAt::ExternalId(taken) => {
                external_id = only(taken);
                if external_id.is_none() {
                    remarks.push(format!("Your policy allows it only with {look}."));
                }
            }
            LooksAt::Mfa => remarks.push("Your policy allows it only with an MFA code.".to_owned()),
            LooksAt::Other(key) => {
                remarks.push(format!("Your policy allows it only under a condition on {key}."));
            }
        }
    }
    DiscoveredRole {
        role,
        by: FoundBy::Policies,
        candidate,
        external_id,
        remarks,
    }
}

/// The external ID where there is one alone, without wildcards.
fn only(taken: &[String]) -> Option<ExternalId> {
    match taken {
        [one] => one.parse().ok(),
        _ => None,
    }
}

fn of_organization(
    searched: &Searched,
    members: &[MemberAccount],
    read: &Read,
    own: Option<&Own>,
) -> Vec<DiscoveredRole> {
    let names = searched.names();
    // The account that lists is the one that the others trust.
    let others = members
        .iter()
        .filter(|member| member.active && member.id != read.who.account);
    let roles = others.flat_map(|member| {
        let role = |name: &RoleNamePattern| name.role_in(read.partition, member);
        names.iter().filter_map(role).collect::<Vec<_>>()
    });
    let own = own.filter(|own| own.was_read);
    let known = |role: RoleArn| {
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
    };
    roles.filter_map(known).collect()
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

fn pattern(found: &FoundPattern) -> PatternView {
    PatternView {
        pattern: found.pattern.clone(),
        policy: found.policy.clone(),
        allows: found.described(),
        conditional: found.conditional,
    }
}

fn denied(found: &FoundDeny) -> String {
    let what = found.patterns.join(", ");
    let but = if found.left_out { "everything but " } else { "" };
    let when: Vec<String> = found.looks_at.iter().map(ToString::to_string).collect();
    let when = match when.as_slice() {
        [] => String::new(),
        keys => format!(", depending on {}", keys.join(" and ")),
    };
    format!("{} denies {but}{what}{when}", found.policy)
}

fn unread(operation: &str, why: &AwsFailure) -> UnreadView {
    UnreadView {
        operation: operation.to_owned(),
        why: why.to_string(),
        request_id: match why {
            AwsFailure::Refused(refusal) => refusal.request_id.clone(),
            _ => None,
        },
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
