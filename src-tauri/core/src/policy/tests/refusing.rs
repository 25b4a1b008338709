//! Wishes that cannot be met, and proofs that have to hold for each caller by itself.

use super::composing::{Fixed, made, text, wish};
use super::*;
use crate::policy::compose::{Composed, DirectWish, NotComposed, Place, RoleTrust, Wish, compose};

fn direct(callers: &[&str]) -> DirectWish {
    DirectWish {
        callers: callers.iter().map(|c| (*c).to_owned()).collect(),
        owner: OWN.parse().unwrap(),
        access: wish().access,
    }
}

fn refused(wish: &Wish) -> NotComposed {
    compose(wish, &Fixed(0)).unwrap_err()
}

#[test]
fn an_account_that_owns_the_bucket_gets_a_policy_of_its_own() {
    let alone = made(&Wish::DirectBucket(direct(&[OWN])));
    let goes = |composed: &Composed| -> Vec<(Place, Option<String>)> {
        let of = |p: &compose::Placed| (p.place, p.account.map(|a| a.to_string()));
        composed.placements.iter().map(of).collect()
    };
    let own = Some(OWN.to_owned());
    assert_eq!(
        goes(&alone),
        [(Place::BucketPolicy, own.clone()), (Place::Allow, own.clone())]
    );
    let role = format!("arn:aws:iam::{OTHER}:role/r");
    let both = made(&Wish::DirectBucket(direct(&[OWN, &role])));
    assert_eq!(
        goes(&both),
        [
            (Place::BucketPolicy, own.clone()),
            (Place::Allow, own),
            (Place::Allow, Some(OTHER.to_owned()))
        ]
    );
    assert!(
        both.placements[1].why.contains("the whole account"),
        "{}",
        both.placements[1].why
    );
    for caller in [OWN, &role] {
        let asked = format!("{caller} reads an object");
        assert!(
            both.proofs.iter().any(|p| p.allowed && p.asked == asked),
            "{asked}"
        );
    }
}

#[test]
fn a_role_is_not_asked_for_an_mfa_code() {
    let mut of = wish();
    of.mfa = true;
    of.caller = format!("arn:aws:iam::{OTHER}:role/r");
    let error = refused(&Wish::OwnAccounts(of));
    assert!(matches!(error, NotComposed::Mfa(_)), "{error}");
    assert!(error.to_string().contains("name users"), "{error}");
}

#[test]
fn nobody_comes_from_another_partition() {
    let mut of = wish();
    of.role = format!("arn:aws-cn:iam::{OWN}:role/Reader").parse().unwrap();
    let error = refused(&Wish::OwnAccounts(of.clone()));
    assert!(matches!(error, NotComposed::Partition { .. }), "{error}");
    of.caller = format!("arn:aws-cn:iam::{OTHER}:user/ann");
    made(&Wish::OwnAccounts(of));

    let china = format!("arn:aws-cn:iam::{OTHER}:user/ann");
    let home = format!("arn:aws:iam::{OTHER}:user/ann");
    assert!(matches!(
        refused(&Wish::DirectBucket(direct(&[&home, &china]))),
        NotComposed::Partition { .. }
    ));
    // A bare account ID is in the partition that the others name.
    let composed = made(&Wish::DirectBucket(direct(&[OTHER, &china])));
    let bucket = text(&composed, Place::BucketPolicy);
    assert_eq!(
        bucket["Statement"][0]["Resource"],
        "arn:aws-cn:s3:::example-bucket"
    );
}

#[test]
fn a_subject_lets_in_repositories_of_its_owner_only() {
    let of = |host: &str, subject: &str| {
        Wish::Trust(RoleTrust::WebIdentity {
            provider: format!("arn:aws:iam::{OWN}:oidc-provider/{host}"),
            audience: "sts.amazonaws.com".to_owned(),
            subject: subject.to_owned(),
        })
    };
    let github = "token.actions.githubusercontent.com";
    for subject in [
        "repo:*",
        "*:ref:refs/heads/main",
        "repo:acme*",
        "repo:*/app:ref:refs/heads/main",
    ] {
        let error = refused(&of(github, subject));
        assert!(matches!(error, NotComposed::Subject(_)), "{subject}: {error}");
    }
    let all = made(&of(github, "repo:acme/*"));
    assert!(
        all.notes
            .iter()
            .any(|n| n == "Every subject that starts with repo:acme/ opens the role."),
        "{:?}",
        all.notes
    );
    assert!(
        all.proofs
            .iter()
            .any(|p| !p.allowed && p.asked == "A token about a repository of another owner opens it"),
        "{:?}",
        all.proofs
    );
    // Elsewhere a question mark stands for itself beside a wildcard.
    let other = made(&of("example.com", "user?a=*"));
    let condition = &text(&other, Place::Trust)["Statement"][0]["Condition"];
    assert_eq!(condition["StringLike"]["example.com:sub"], "user${?}a=*");
}
