//! Kinds of role, on the sandbox.

use hatrack_agent::protocol::{Reply, Request};
use hatrack_core::view::SwitchOutcome;
use hatrack_sandbox::RoleKind;

use crate::stage::{Stage, to};

#[tokio::test]
async fn s8_a_service_linked_role_is_marked_and_never_tried() {
    let stage = Stage::new().await;
    let kinds = stage.sandbox.manifest().kinds.clone();
    let linked = kinds
        .roles
        .iter()
        .find(|role| role.kind == RoleKind::ServiceLinked);
    let linked = linked.unwrap();
    let SwitchOutcome::Denied { denial } = stage.switch(to(&linked.profile)).await else {
        panic!("nobody can assume it")
    };
    assert!(
        denial.summary.contains("only the service can use it"),
        "{}",
        denial.summary
    );
    assert_eq!((denial.code.as_str(), denial.request_id), ("RoleClosed", None));
    assert_eq!(stage.sandbox.admin().calls("AssumeRole"), 0, "no attempt is made");

    let Ok(Reply::Catalog(catalog)) = stage.ask(Request::Catalog).await else {
        panic!("no catalog")
    };
    for role in &catalog.roles {
        let is_linked = role.profile.as_deref() == Some(&*linked.profile);
        assert_eq!(role.unusable.is_some(), is_linked, "{:?}", role.profile);
    }
}
