//! With all documents given, Doctor says what the evaluator decides; and what was not seen is never called missing.

use hatrack_core::doctor::{Placement, Refusal, Sight, Verdict, diagnose};
use proptest::prelude::*;

use crate::world::{A, B, World, document};

fn statement(principal: bool) -> impl Strategy<Value = String> {
    let effect = prop_oneof![4 => Just("Allow"), 1 => Just("Deny")];
    let action = prop::sample::select(vec![
        "sts:AssumeRole",
        "s3:GetObject",
        "s3:*",
        "*",
        "s3:PutObject",
    ]);
    let resource = prop::sample::select(vec![
        "*".to_owned(),
        "arn:aws:s3:::example-bucket/*".to_owned(),
        "arn:aws:s3:::another/*".to_owned(),
        format!("arn:aws:iam::{A}:role/Reader"),
        format!("arn:aws:iam::{B}:role/*"),
    ]);
    let who = prop::sample::select(vec![
        format!("arn:aws:iam::{B}:root"),
        format!("arn:aws:iam::{B}:user/troy"),
        format!("arn:aws:iam::{A}:role/Reader"),
        format!("arn:aws:iam::{B}:role/Reader"),
        "*".to_owned(),
    ]);
    (effect, action, resource, who).prop_map(move |(effect, action, resource, who)| {
        let principal = if principal {
            format!("\"Principal\":{{\"AWS\":\"{who}\"}},")
        } else {
            String::new()
        };
        format!("{{\"Effect\":\"{effect}\",{principal}\"Action\":\"{action}\",\"Resource\":\"{resource}\"}}")
    })
}

fn world() -> impl Strategy<Value = World> {
    let accounts = prop::sample::select(vec![(A, A), (B, B), (A, B), (B, A)]);
    let lists = (
        prop::collection::vec(statement(false), 0..3),
        prop::collection::vec(statement(true), 0..3),
        prop::collection::vec(statement(false), 0..3),
        prop::collection::vec(statement(true), 0..3),
    );
    (accounts, lists, any::<bool>()).prop_map(
        |((role, owner), (assume, trust, permissions, bucket), by_role)| {
            let mut world = World::whole(role, owner, None);
            let all =
                |name: &str, list: &[String]| (!list.is_empty()).then(|| document(name, &list.join(",")));
            world.by_role = by_role;
            world.assume = all("a", &assume).into_iter().collect();
            let trust: Vec<String> = trust
                .iter()
                .map(|s| s[..s.rfind(",\"Resource\"").unwrap()].to_owned() + "}")
                .collect();
            let trust: Vec<String> = trust.into_iter().filter(|s| !s.contains("s3:")).collect();
            world.trust = all("t", &trust);
            world.permissions = all("p", &permissions).into_iter().collect();
            world.bucket = all("b", &bucket);
            world
        },
    )
}

fn fine(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Present | Verdict::Optional)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn with_all_documents_it_agrees_with_the_evaluator(world in world()) {
        let diagnosis = diagnose(&world.question(None), None, &world.sight_of_both());
        let verdict = |p: Placement| diagnosis.placed(p).unwrap().verdict;
        if world.by_role {
            let switch = fine(verdict(Placement::AssumeRole)) && fine(verdict(Placement::Trust));
            prop_assert_eq!(switch, world.switch_is_allowed(), "{:#?}", diagnosis);
        }
        let using = fine(verdict(Placement::Permissions)) && fine(verdict(Placement::BucketPolicy));
        prop_assert_eq!(using, world.use_is_allowed(), "{:#?}", diagnosis);
    }

    #[test]
    fn nothing_is_missing_or_denies_without_proof(world in world(), seen in any::<[bool; 4]>()) {
        let all = world.sight_of_both();
        let mut sight = Sight::default();
        if seen[0] { sight.identity = all.identity; }
        if seen[1] { sight.trust = all.trust; }
        if seen[2] { sight.permissions = all.permissions; }
        if seen[3] { sight.bucket_policy = all.bucket_policy; }
        let refusal = Refusal::read("An error occurred (AccessDenied) when calling the AssumeRole operation: Access Denied");
        for refusal in [Some(&refusal), None] {
            let diagnosis = diagnose(&world.question(Some(false)), refusal, &sight);
            for placed in &diagnosis.placements {
                let known = match (placed.placement, world.by_role) {
                    (Placement::AssumeRole, _) | (Placement::Permissions, false) => sight.identity.is_certain(),
                    (Placement::Trust, _) => sight.trust.is_certain(),
                    (Placement::Permissions, true) => sight.permissions.is_certain(),
                    (Placement::BucketPolicy, _) => sight.bucket_policy.is_certain(),
                };
                let proof = matches!(placed.verdict, Verdict::Missing | Verdict::Denies | Verdict::Present);
                prop_assert!(known || !proof, "{placed:?}");
            }
        }
    }

    #[test]
    fn nobody_who_allows_is_accused_from_either_seat(world in world()) {
        for sight in [world.sight_of_b(), world.sight_of_both(), Sight::default()] {
            let Some(diagnosis) = world.diagnose(&sight) else { continue };
            for placed in &diagnosis.placements {
                let accused = matches!(placed.verdict, Verdict::Missing | Verdict::LikelyMissing | Verdict::Denies);
                prop_assert!(!(accused && world.allows(placed.placement)), "{world:#?}\n{diagnosis:#?}");
            }
        }
    }

    #[test]
    fn reading_never_fails(text in "\\PC{0,400}") {
        let refusal = Refusal::read(&text);
        let _ = diagnose(&hatrack_core::doctor::Question::default(), Some(&refusal), &Sight::default());
    }

    #[test]
    fn reading_words_of_messages_in_any_order_never_fails(words in prop::collection::vec(prop::sample::select(vec![
        "User:", "is not authorized to perform:", "on resource:", "arn:aws:iam::111122223333:user/troy", "sts:AssumeRole", "\"",
        "because no", "identity-based policy allows", "with an explicit deny in a", "(AccessDenied)", "An error occurred (",
        "operation error", "api error", "StatusCode:", "403", "é\u{301}", "<Code>", "Encoded authorization failure message:",
        "RequestID:", "arn:", ":", "expecting '", "the bucket is not in '", "role", "İ",
    ]), 0..24)) {
        let text = words.join(" ");
        let refusal = Refusal::read(&text);
        let _ = diagnose(&hatrack_core::doctor::Question::default(), Some(&refusal), &Sight::default());
    }
}
