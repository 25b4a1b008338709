//! Policies that the person gives: they count more than what was seen.

use hatrack_core::doctor::{Document, How, Seen, Sight};

use crate::protocol::{PastedPolicies, PastedPolicy};

/// `seen`, with what was pasted over it.
pub(super) fn over(seen: Sight, pasted: PastedPolicies) -> Sight {
    Sight {
        identity: many(pasted.identity).or_else_seen(seen.identity),
        boundary: one(pasted.boundary).or_else_seen(seen.boundary),
        trust: one(pasted.trust).or_else_seen(seen.trust),
        permissions: many(pasted.permissions).or_else_seen(seen.permissions),
        role_boundary: one(pasted.role_boundary).or_else_seen(seen.role_boundary),
        session: many(pasted.session).or_else_seen(seen.session),
        bucket_policy: one(pasted.bucket_policy).or_else_seen(seen.bucket_policy),
        key_policy: one(pasted.key_policy).or_else_seen(seen.key_policy),
        role_scps: level(pasted.scps).or_else_seen(seen.role_scps),
        caller_scps: level(pasted.caller_scps).or_else_seen(seen.caller_scps),
        rcps: level(pasted.rcps).or_else_seen(seen.rcps),
        ..seen
    }
}

/// What was pasted, if anything.
struct Pasted<T>(Option<(T, String)>);

impl<T> Pasted<T> {
    fn or_else_seen(self, seen: Seen<T>) -> Seen<T> {
        match self.0 {
            Some((value, name)) => Seen::Known(value, How::Pasted(name)),
            None => seen,
        }
    }
}

/// A file that holds nothing says that there is no policy: an empty document allows nothing.
fn document(policy: PastedPolicy) -> Document {
    Document::new(policy.name, policy.text)
}

fn one(policy: Option<PastedPolicy>) -> Pasted<Document> {
    Pasted(policy.map(|policy| (policy.name.clone(), policy)).map(|(name, policy)| (document(policy), name)))
}

fn many(policies: Vec<PastedPolicy>) -> Pasted<Vec<Document>> {
    if policies.is_empty() {
        return Pasted(None);
    }
    let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
    let names = names.join(", ");
    // `{}` and nothing at all stand for "there is none".
    let real = policies.into_iter().filter(|policy| !is_none(&policy.text));
    Pasted(Some((real.map(document).collect(), names)))
}

fn is_none(text: &str) -> bool {
    matches!(text.trim(), "" | "{}" | "null")
}

fn level(policies: Vec<PastedPolicy>) -> Pasted<Vec<Vec<Document>>> {
    let Pasted(all) = many(policies);
    // The files do not say at which level each is attached: each is one that has to allow.
    Pasted(all.map(|(all, names)| (all.into_iter().map(|one| vec![one]).collect(), names)))
}
