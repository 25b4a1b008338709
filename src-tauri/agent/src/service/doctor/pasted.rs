//! Policies that the person gives: they count more than what was seen.

use hatrack_core::doctor::{Document, How, Seen, Sight};

use crate::protocol::{PastedPolicies, PastedPolicy};

/// `seen`, with what was pasted over it.
pub(super) fn over(seen: Sight, pasted: PastedPolicies) -> Sight {
    let own = !pasted.identity.is_empty();
    Sight {
        // What could be read of them is among what was given.
        some_identity: if own { Vec::new() } else { seen.some_identity },
        identity: many(pasted.identity).unwrap_or(seen.identity),
        boundary: one(pasted.boundary).unwrap_or(seen.boundary),
        trust: one(pasted.trust).unwrap_or(seen.trust),
        permissions: many(pasted.permissions).unwrap_or(seen.permissions),
        role_boundary: one(pasted.role_boundary).unwrap_or(seen.role_boundary),
        session: many(pasted.session).unwrap_or(seen.session),
        bucket_policy: one(pasted.bucket_policy).unwrap_or(seen.bucket_policy),
        key_policy: one(pasted.key_policy).unwrap_or(seen.key_policy),
        role_scps: levels(pasted.scps).unwrap_or(seen.role_scps),
        caller_scps: levels(pasted.caller_scps).unwrap_or(seen.caller_scps),
        rcps: levels(pasted.rcps).unwrap_or(seen.rcps),
        ..seen
    }
}

/// Nothing, or `{}`, says that there is no such policy.
fn is_none(policy: &PastedPolicy) -> bool {
    matches!(policy.text.trim(), "" | "{}" | "null")
}

fn document(policy: PastedPolicy) -> Document {
    Document::new(policy.name, policy.text)
}

fn one(policy: Option<PastedPolicy>) -> Option<Seen<Document>> {
    let policy = policy?;
    let how = How::Pasted(policy.name.clone());
    Some(match is_none(&policy) {
        true => Seen::Absent(how),
        false => Seen::Known(document(policy), how),
    })
}

fn many(policies: Vec<PastedPolicy>) -> Option<Seen<Vec<Document>>> {
    if policies.is_empty() {
        return None;
    }
    let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
    let how = How::Pasted(names.join(", "));
    let real = policies.into_iter().filter(|policy| !is_none(policy));
    Some(Seen::Known(real.map(document).collect(), how))
}

/// The files do not say at which level each is attached: each is taken for one that has to allow.
fn levels(policies: Vec<PastedPolicy>) -> Option<Seen<Vec<Vec<Document>>>> {
    Some(match many(policies)? {
        Seen::Known(all, how) => Seen::Known(all.into_iter().map(|one| vec![one]).collect(), how),
        _ => Seen::NotAsked,
    })
}
