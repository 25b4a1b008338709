//! The KMS key behind an encrypted object.

use crate::account::AccountId;
use crate::policy::{Kind, ResourceRule};

use super::super::cure::{Cure, CureTarget, CureWay, allow_key_use, change, fresh, renderings};
use super::super::refusal::{Because, PolicySort, account_of};
use super::super::stance::Asking;
use super::super::verdict::{Elsewhere, OtherPlace};
use super::case::Case;
use super::side::{of_one, resource_as_told};
use super::weigh::{Relation, Sides, State, weigh};

/// Its policy must allow, or hand the matter to the account.
///
/// Source: AWS KMS Developer Guide, "Key policies in AWS KMS".
pub(super) fn key(case: &Case<'_>) -> Option<Elsewhere> {
    let refusal = case.refusal?;
    let because = refusal.because.as_ref();
    if matches!(
        because,
        Some(
            Because::NoneAllows(PolicySort::Identity) | Because::ExplicitDeny(Some(PolicySort::Identity), _)
        )
    ) {
        return None;
    }
    let mut asking = case.using()?;
    asking.request.action = refusal.action.clone().unwrap_or_else(|| "kms:Decrypt".to_owned());
    let named = refusal.resource.clone().filter(|r| is_key(r));
    let key = named.or_else(|| case.sight.key.clone());
    if let Some(key) = &key {
        asking.request.resource.clone_from(key);
        asking.request.resource_account = account_of(key);
    }
    let mut side = of_one(
        Kind::Resource,
        &case.sight.key_policy,
        "The key has no policy.",
        Some(&asking),
    );
    side = resource_as_told(side, because);
    let own = if side.state == State::Unknown {
        State::Allows
    } else {
        State::Unknown
    };
    let (_, verdict) = weigh(&Sides {
        own,
        resource: side.state,
        naming: side.naming,
        relation: Relation::Across,
        rule: ResourceRule::MustAllow,
        refused: because == Some(&Because::KeyHidden) || because.is_some(),
    });
    if because == Some(&Because::KeyHidden) {
        side.evidence.insert(
            0,
            "AWS does not say whether the key is in another region, or its policy does not allow this."
                .to_owned(),
        );
    }
    let account = key.as_deref().and_then(account_of).or(case.a);
    Some(Elsewhere {
        place: OtherPlace::KeyPolicy,
        account,
        verdict,
        evidence: side.evidence,
        cure: key_cure(case, &asking, key.as_deref(), account),
    })
}

/// Whether it is a key's own ARN, not an alias's nor words.
fn is_key(resource: &str) -> bool {
    resource.starts_with("arn:") && resource.contains(":kms:") && resource.contains(":key/")
}

fn key_cure(case: &Case<'_>, asking: &Asking, key: Option<&str>, account: Option<AccountId>) -> Option<Cure> {
    let principal = case.user()?;
    let statement = allow_key_use("UseOfTheKey", &principal, &asking.request.action);
    let there = case
        .sight
        .key_policy
        .known()
        .and_then(|d| change(&d.text, &statement));
    let way = if there.is_some() {
        CureWay::Change
    } else {
        CureWay::AddStatement
    };
    let there_unseen = there.is_none();
    let changed = there.unwrap_or_else(|| fresh(&statement));
    let target = CureTarget::Key {
        key: key.unwrap_or("KEY-ID").to_owned(),
    };
    let code = renderings(&target, &changed.document, way, there_unseen);
    Some(Cure {
        way,
        target: Some(target),
        document: Some(changed.document),
        added: Some(changed.added),
        statement: Some(changed.statement),
        cli: Some(code.cli),
        terraform: Some(code.terraform),
        cloudformation: Some(code.cloudformation),
        warnings: principal.warning.into_iter().collect(),
        ..Cure::to_do(
            "Add this to the key's policy",
            "KMS, Customer managed keys, Key policy. Needs an admin of the key's account.",
            account,
        )
    })
}
