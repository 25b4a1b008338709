//! Row A7: ten thousand profiles.

use std::fmt::Write;
use std::time::Instant;

use crate::catalog;

/// What a large company's config looks like: few starts, shared hops, thousands of roles with the same odd keys.
fn ten_thousand() -> String {
    let mut text = "[profile keys]\naws_access_key_id = A\naws_secret_access_key = s\n\
                    [profile hub]\nrole_arn = arn:aws:iam::100000000000:role/Hub\nsource_profile = keys\n"
        .to_owned();
    for i in 0..9_998 {
        write!(
            text,
            "\n[profile team-{i}]\nrole_arn = arn:aws:iam::{:012}:role/team/Role{i}\nsource_profile = hub\n\
             region = eu-west-1\nexternal_id = ext-{i}\nin_house_colour = red\ns3 =\n  max_queue_size = 1000\n",
            200_000_000_000u64 + i % 700
        )
        .unwrap();
    }
    text
}

#[test]
fn a7_ten_thousand_profiles_are_listed_in_time() {
    let text = ten_thousand();
    let start = Instant::now();
    let catalog = catalog(&text, "");
    let took = start.elapsed();
    assert_eq!((catalog.roles.len(), catalog.identities.len()), (9_999, 1));
    // The row allows a second, file to list; this build is not optimised.
    assert!(took.as_millis() < 1000, "{took:?}");
    println!("10,000 profiles: {took:?}");
}
