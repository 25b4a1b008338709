//! Kinds of role, on the sandbox.

use hatrack_agent::protocol::{DiscoverOutcome, DiscoverRequest, Reply, Request, RoleChoice};
use hatrack_core::discover::Searched;
use hatrack_core::view::RoleView;
use hatrack_core::view::SwitchOutcome;
use hatrack_sandbox::RoleKind;

use crate::stage::{Stage, to};
use crate::world::soon;

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

async fn roles(stage: &Stage) -> Vec<RoleView> {
    match stage.ask(Request::Catalog).await.unwrap() {
        Reply::Catalog(catalog) => catalog.roles,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn s8_who_may_read_iam_learns_the_kind_of_each_role_of_the_account() {
    let stage = Stage::new().await;
    let kinds = stage.sandbox.manifest().kinds.clone();
    let search = Request::Discover(DiscoverRequest {
        start: RoleChoice::Exact(kinds.identity.clone()),
        searched: Searched {
            policies: true,
            organization: false,
            role_names: Vec::new(),
        },
        mfa_code: None,
        allow_endpoint: false,
    });
    let started = stage.ask(search).await.unwrap();
    assert!(
        matches!(started, Reply::Discover(DiscoverOutcome::Started { .. })),
        "{started:?}"
    );
    let is_told = |role: &RoleView| {
        let of_story = kinds
            .roles
            .iter()
            .any(|told| Some(&*told.profile) == role.profile.as_deref());
        !of_story || role.facts.is_some() || role.arn.is_none()
    };
    let listening = match stage
        .agent
        .service
        .answer(stage.caller.clone(), Request::Subscribe)
        .await
        .unwrap()
    {
        hatrack_agent::service::Answered::Listening(listening) => listening,
        hatrack_agent::service::Answered::Reply(reply) => panic!("{reply:?}"),
    };
    let known = loop {
        let roles = roles(&stage).await;
        if roles.iter().all(is_told) {
            break roles;
        }
        soon(listening.next()).await;
    };
    for told in &kinds.roles {
        let role = known
            .iter()
            .find(|role| role.profile.as_deref() == Some(&told.profile))
            .unwrap();
        let word = match told.kind {
            RoleKind::Service => "service",
            RoleKind::ServiceLinked => "service_linked",
            RoleKind::WebIdentity => "web_identity",
            RoleKind::Saml => "saml",
            RoleKind::Custom => "custom",
        };
        assert_eq!(role.kind.as_deref(), Some(word), "{}", told.profile);
        let for_services = matches!(told.kind, RoleKind::Service | RoleKind::ServiceLinked);
        assert_eq!(
            role.unusable.is_some(),
            for_services,
            "{}: {:?}",
            told.profile,
            role.unusable
        );
        if for_services {
            let SwitchOutcome::Denied { denial } = stage.switch(to(&told.profile)).await else {
                panic!("{} is for a service", told.profile)
            };
            assert!(
                denial.summary.contains("only the service can use it"),
                "{}",
                denial.summary
            );
        }
    }
    assert_eq!(stage.sandbox.admin().calls("AssumeRole"), 0, "no attempt is made");
}
