//! A piece that could not be read may be the very thing that is looked for: nobody is accused by it.

use hatrack_core::doctor::{Placement, Verdict};

use crate::asked::{ROLE, allow_assume, denied, own, question};
use crate::world::document;

#[test]
fn what_an_unreadable_piece_leaves_open_is_not_called_missing() {
    let verdict = |statement: &str| {
        let sight = own(vec![document("Odd", statement)]);
        denied(&question(), &sight)
            .placed(Placement::AssumeRole)
            .unwrap()
            .verdict
    };
    for odd in [
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"role/Reader"}"#.to_owned(),
        format!(r#"{{"Effect":"Allow","Action":"AssumeRole","Resource":"{ROLE}"}}"#),
    ] {
        assert_ne!(verdict(&odd), Verdict::Missing, "{odd}");
    }
    // What can be read and is about others leaves nothing open.
    let other = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:sqs"}"#;
    assert_eq!(verdict(other), Verdict::Missing);
}

/// AWS completes it, so it names every role.
#[test]
fn a_short_arn_of_an_identity_policy_is_a_whole_one() {
    let diagnosis = denied(&question(), &own(vec![allow_assume("arn:aws:iam")]));
    assert_eq!(
        diagnosis.placed(Placement::AssumeRole).unwrap().verdict,
        Verdict::Present
    );
}
