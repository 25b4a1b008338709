//! What the catalog and the caller say of a switch.

use hatrack_core::broker::user;
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::session::SwitchOptions;

use crate::world::*;

#[test]
fn b30_without_a_region_the_partition_has_one() {
    for (profile, region) in [
        ("troy", "us-east-1"),
        ("with-device", "us-east-1"),
        ("china", "cn-north-1"),
        ("sovereign", "eusc-de-east-1"),
        ("chained", "us-east-1"),
    ] {
        let order = order(profile, SwitchOptions::default(), &caller(&[]));
        assert_eq!(
            (order.region.as_str(), order.reach.region.as_str()),
            (region, region),
            "{profile}"
        );
    }
    let asked = caller(&[("AWS_REGION", "cn-northwest-1")]);
    assert_eq!(
        order("china", SwitchOptions::default(), &asked).region,
        "cn-northwest-1"
    );
}

#[test]
fn the_callers_name_goes_by_either_variable() {
    let named = |vars: &[(&str, &str)]| {
        let vars = vars
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        user(&CallerContext::new(Client::Hat, "/".into(), vars))
    };
    assert_eq!(named(&[("USERNAME", "asi-dev")]).as_deref(), Some("asi-dev"));
    assert_eq!(
        named(&[("USERNAME", "asi-dev"), ("USER", "troy")]).as_deref(),
        Some("troy")
    );
    assert_eq!(
        named(&[("USERNAME", "asi-dev"), ("USER", "")]).as_deref(),
        Some("asi-dev")
    );
    assert_eq!(named(&[]), None);
}
