//! The reader's own policies, understood.

use std::collections::BTreeSet;

use hatrack_core::account::Partition;
use hatrack_core::arn::RoleArn;
use hatrack_core::catalog::{DiscoveredRole, FoundBy};
use hatrack_core::discover::{
    Assumable, FoundDeny, FoundPattern, LooksAt, Searched, Verdict, assumable, verdict,
};
use hatrack_core::discovery_view::{PatternView, PoliciesReport, UnreadView};
use hatrack_core::iam::{OwnPolicies, Unread, Whose};
use hatrack_core::organization::MemberAccount;
use hatrack_core::policy::{Context, Kind, Named, Policy};
use hatrack_core::sts::{AwsFailure, CallerIdentity};
use hatrack_core::sts_limits::ExternalId;
use jiff::Timestamp;

use super::count;
use super::search::{KnownAccount, Policies, Read};

/// One's own policies, understood.
pub(super) struct Own {
    /// Whether there was an answer: then it stands in the place of what was known before.
    pub was_read: bool,
    who: CallerIdentity,
    partition: Partition,
    policies: Vec<(String, Policy)>,
    context: Context,
    assumable: Assumable,
    unread: Vec<UnreadView>,
}

impl Own {
    /// `None` where they were not looked for. `listed`: the roles that the catalog knows.
    pub(super) fn of(read: &Read, listed: &[RoleArn]) -> Option<Self> {
        let mut own = Self {
            was_read: true,
            who: read.who.clone(),
            partition: read.partition,
            policies: Vec::new(),
            context: context(read, listed),
            assumable: Assumable::default(),
            unread: Vec::new(),
        };
        match &read.policies {
            Policies::NotAskedFor => return None,
            Policies::HasNone => own.unread.push(UnreadView {
                operation: "the policies".to_owned(),
                why: format!(
                    "{} is neither a user nor a role, and has none of its own",
                    read.who.arn
                ),
                request_id: None,
            }),
            Policies::Answered(Ok(answered)) => own.take(answered),
            Policies::Answered(Err(why)) => {
                own.was_read = false;
                own.unread.push(unread("the policies", why));
            }
        }
        own.assumable = assumable(&own.named(), &own.context);
        Some(own)
    }

    fn take(&mut self, answered: &OwnPolicies) {
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

    /// Whether each piece of them was read and understood: then what they do not name they do not allow.
    pub(super) fn is_complete(&self) -> bool {
        let understood = |(_, policy): &(String, Policy)| policy.unknowns().next().is_none();
        // What a variable stands for that only a request has, nobody knows here.
        let is_open = |pattern: &FoundPattern| pattern.pattern.contains("${");
        self.was_read
            && self.unread.is_empty()
            && self.policies.iter().all(understood)
            && !self.assumable.patterns.iter().any(is_open)
    }

    pub(super) fn verdict(&self, role: &RoleArn) -> Verdict {
        verdict(&self.named(), role, &self.context)
    }

    /// The roles that are named one by one, then those that patterns and known accounts make, then those of the names
    /// looked for. `members`: accounts that are gone through by these names anyway.
    pub(super) fn roles(
        &self,
        searched: &Searched,
        accounts: &[KnownAccount],
        members: &[MemberAccount],
    ) -> Vec<DiscoveredRole> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for named in &self.assumable.roles {
            if seen.insert(named.role.clone()) && !self.is_itself(&named.role) {
                found.push(discovered(named.role.clone(), false, &named.looks_at));
            }
        }
        let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
        let patterns = self.assumable.patterns.iter();
        let by_account = patterns.flat_map(|pattern| pattern.in_accounts(&ids));
        let is_member = |account: &&KnownAccount| members.iter().any(|member| member.id == account.id);
        let others = accounts.iter().filter(|account| !is_member(account));
        let by_name = others.flat_map(|account| {
            let names = searched.role_names.iter();
            names.filter_map(|name| name.role_at(self.partition, account.id, account.name.as_deref()))
        });
        for role in by_account.chain(by_name) {
            if seen.contains(&role) || self.is_itself(&role) {
                continue;
            }
            if let Verdict::Allowed { looks_at, .. } = self.verdict(&role) {
                seen.insert(role.clone());
                found.push(discovered(role, true, &looks_at));
            }
        }
        found
    }

    fn is_itself(&self, role: &RoleArn) -> bool {
        let own = Whose::of_arn(&self.who.arn);
        role.account() == self.who.account
            && matches!(own, Some(Whose::Role(name)) if name == role.role_name())
    }

    pub(super) fn report(&self, found: &[DiscoveredRole], now: Timestamp) -> PoliciesReport {
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
///
/// Source: IAM User Guide, "AWS global condition context keys".
fn context(read: &Read, listed: &[RoleArn]) -> Context {
    let who = &read.who;
    let mut context = Context::new();
    context.set("aws:PrincipalAccount", who.account.to_string());
    context.set("aws:userid", who.user_id.clone());
    let whose = Whose::of_arn(&who.arn);
    if let Some(Whose::User(name)) = &whose {
        context.set("aws:username", name.clone());
    }
    match whose {
        // A session's key holds the role. Its own ARN leaves out the role's path, which the catalog may know.
        Some(Whose::Role(name)) => {
            let same = |role: &&RoleArn| role.account() == who.account && role.role_name() == name;
            let role = listed.iter().find(same).cloned();
            let role = role.or_else(|| RoleArn::new(read.partition, who.account, &name).ok());
            context.set_if("aws:PrincipalArn", role.map(|role| role.to_string()));
        }
        _ => context.set("aws:PrincipalArn", who.arn.clone()),
    }
    context
}

/// A role that was found, with what its policies' conditions tell.
pub(super) fn discovered(role: RoleArn, candidate: bool, looks_at: &[LooksAt]) -> DiscoveredRole {
    let mut remarks = Vec::new();
    let external_id = only(looks_at);
    for look in looks_at {
        match look {
            LooksAt::ExternalId(_) if external_id.is_some() => {}
            LooksAt::ExternalId(_) => remarks.push(format!("Your policy allows it only with {look}.")),
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

/// The external ID where there is one alone.
fn only(looks_at: &[LooksAt]) -> Option<ExternalId> {
    let mut wanted = looks_at.iter().filter_map(|look| match look {
        LooksAt::ExternalId(taken) => Some(taken.as_slice()),
        LooksAt::Mfa | LooksAt::Other(_) => None,
    });
    match (wanted.next(), wanted.next()) {
        (Some([one]), None) => one.parse().ok(),
        _ => None,
    }
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

/// What could not be read, and why.
pub(super) fn unread(operation: &str, why: &AwsFailure) -> UnreadView {
    UnreadView {
        operation: operation.to_owned(),
        why: why.to_string(),
        request_id: super::request_id(why),
    }
}
