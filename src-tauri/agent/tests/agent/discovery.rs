//! Looking for roles.

use std::time::Duration;

use hatrack_agent::protocol::{
    DiscoverOutcome, DiscoverRequest, ErrorCode, Event, Reply, Request, RoleChoice, SetAccount, Topic,
};
use hatrack_core::discover::Searched;
use hatrack_core::discovery_view::DiscoveryView;
use hatrack_core::iam::{Unread, Whose};
use hatrack_core::sts::AwsFailure;
use hatrack_core::view::RoleView;

use crate::world::*;

pub const BOTH: &str = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":[
    "arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole","arn:aws:iam::222233334444:role/New"]}"#;

pub fn search(organization: bool, names: &[&str]) -> Request {
    let role_names = names.iter().map(|name| name.parse().unwrap()).collect();
    search_from("troy", true, organization, role_names)
}

pub fn search_from(
    start: &str,
    policies: bool,
    organization: bool,
    role_names: Vec<hatrack_core::discover::RoleNamePattern>,
) -> Request {
    Request::Discover(DiscoverRequest {
        start: RoleChoice::Exact(start.into()),
        searched: Searched {
            policies,
            organization,
            role_names,
        },
        mfa_code: None,
        allow_endpoint: false,
    })
}

/// Waits for the end of the search of `troy`.
pub async fn ended(world: &World) -> DiscoveryView {
    let (start, mut seen) = ("troy".to_owned(), 0);
    loop {
        let start = start.clone();
        let Reply::Discovery(view) = soon(world.ask(Request::AwaitDiscovery { start, seen }))
            .await
            .unwrap()
        else {
            panic!("no search")
        };
        seen = view.step;
        if view.doing.is_none() {
            return *view;
        }
    }
}

pub async fn searched(world: &World, request: Request) -> DiscoveryView {
    match world.ask(request).await.unwrap() {
        Reply::Discover(DiscoverOutcome::Started { .. }) => ended(world).await,
        other => panic!("{other:?}"),
    }
}

pub async fn roles(world: &World) -> Vec<RoleView> {
    match world.ask(Request::Catalog).await.unwrap() {
        Reply::Catalog(view) => view.roles,
        other => panic!("{other:?}"),
    }
}

pub async fn named(world: &World, name: &str) -> Vec<RoleView> {
    let roles = roles(world).await;
    roles.into_iter().filter(|role| role.role_name == name).collect()
}

#[tokio::test]
async fn a_role_of_a_policy_is_a_row_and_one_that_is_there_says_where_else_it_was_found() {
    let world = World::new().await;
    let before = roles(&world).await.len();
    world.iam.allow(&[("consulting", BOTH)]);
    let view = searched(&world, search(false, &[])).await;
    assert_eq!(view.report.who, "arn:aws:iam::183438944504:user/troy");
    assert_eq!(*world.iam.whose.lock().unwrap(), Some(Whose::User("troy".into())));
    let policies = view.report.policies.unwrap();
    assert_eq!(
        (policies.policies, policies.roles, policies.candidates),
        (1, 2, 0)
    );
    assert_eq!(roles(&world).await.len(), before + 1);
    let [new] = &named(&world, "New").await[..] else {
        panic!("no row")
    };
    assert_eq!(
        (new.source.as_str(), new.identity.profile.as_str()),
        ("Policies of troy", "troy")
    );
    assert!(new.found.is_none(), "it is named, so it is no guess");
    // The profile sends an external ID, of which the policy says nothing: it is the same role all the same.
    let old = named(&world, "StuzioAcmeConsultantRole").await;
    let profile = old
        .iter()
        .find(|role| role.profile.as_deref() == Some("stuzio"))
        .unwrap();
    assert_eq!(profile.also_in, ["Policies of troy"]);
    switched(world.switch(&new.key).await);
}

#[tokio::test]
async fn what_was_found_is_there_after_a_restart_until_it_is_forgotten() {
    let mut world = World::new().await;
    world.iam.allow(&[("consulting", BOTH)]);
    searched(&world, search(false, &[])).await;
    world.restart().await;
    assert_eq!(named(&world, "New").await.len(), 1);
    let start = "troy".to_owned();
    world.ask(Request::ForgetDiscovery { start }).await.unwrap();
    assert!(named(&world, "New").await.is_empty());
    world.restart().await;
    assert!(named(&world, "New").await.is_empty());
    let start = "troy".to_owned();
    let unknown = world.ask(Request::ForgetDiscovery { start }).await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NoSuchRole);
}

#[tokio::test]
async fn a_pattern_makes_candidates_of_the_accounts_that_are_known_and_a_deny_takes_its_own_away() {
    let world = World::new().await;
    world.iam.allow(&[(
        "wide",
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/OrgReader",
            "Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}},
           {"Effect":"Deny","Action":"sts:AssumeRole","Resource":"arn:aws:iam::444455556666:role/*"}"#,
    )]);
    let view = searched(&world, search(false, &[])).await;
    let policies = view.report.policies.unwrap();
    assert_eq!(
        policies.patterns[0].allows,
        "roles named OrgReader in every account"
    );
    assert!(policies.patterns[0].conditional);
    assert_eq!(policies.denied, ["wide denies arn:aws:iam::444455556666:role/*"]);
    let found = named(&world, "OrgReader").await;
    let accounts: Vec<String> = found.iter().map(|role| role.account_id.to_string()).collect();
    assert_eq!(accounts, ["081278057606"]);
    let why = found[0].found.clone().unwrap();
    assert!(why.candidate && why.remarks[0].contains("MFA"), "{why:?}");
    switched(world.switch(&found[0].key).await);
    let had = named(&world, "OrgReader").await.remove(0);
    assert!(!had.found.unwrap().candidate, "a session proves that it exists");
}

#[tokio::test]
async fn an_organizations_active_accounts_have_roles_of_the_names_asked_for() {
    let world = World::new().await;
    world.organizations.lists(&[
        ("183438944504", "Acme", true),
        ("555566667777", "Payments", true),
        ("666677778888", "Closed", false),
    ]);
    world.iam.allow(&[(
        "all",
        r#"{"Effect":"Allow","Action":"sts:*","Resource":"arn:aws:iam::*:role/*-Audit"}"#,
    )]);
    let view = searched(&world, search(true, &["{name}-Audit", "Other{account}"])).await;
    let organization = view.report.organization.unwrap();
    assert_eq!(
        (
            organization.accounts,
            organization.active,
            organization.candidates
        ),
        (3, 2, 2)
    );
    let [audit] = &named(&world, "Payments-Audit").await[..] else {
        panic!("no row")
    };
    assert_eq!(
        audit.account_name, "Payments",
        "the organization names the account"
    );
    assert_eq!(audit.source, "Organization of troy");
    assert_eq!(audit.found.clone().unwrap().remarks, Vec::<String>::new());
    let other = named(&world, "Other555566667777").await.remove(0);
    let remark = other.found.unwrap().remarks.remove(0);
    assert!(remark.starts_with("None of your own policies"), "{remark}");
    assert!(
        remark.contains("most likely"),
        "what AWS will do is not known: {remark}"
    );
    assert!(named(&world, "Closed-Audit").await.is_empty());
}

#[tokio::test]
async fn without_names_the_roles_that_aws_makes_are_looked_for() {
    let world = World::new().await;
    world.organizations.lists(&[("555566667777", "Payments", true)]);
    searched(&world, search_from("troy", false, true, Vec::new())).await;
    assert_eq!(named(&world, "OrganizationAccountAccessRole").await.len(), 1);
    assert_eq!(named(&world, "AWSControlTowerExecution").await.len(), 1);
}

#[tokio::test]
async fn b17_what_is_refused_is_told_with_its_request_id_and_the_rest_is_used() {
    let world = World::new().await;
    world
        .iam
        .allow(&[("consulting", BOTH), ("torn", r#"{"Effect":"#)]);
    world
        .iam
        .own
        .lock()
        .unwrap()
        .as_mut()
        .unwrap()
        .unread
        .push(Unread {
            operation: "ListGroupsForUser",
            why: refused("groups-7"),
        });
    let view = searched(&world, search(true, &[])).await;
    assert_eq!(view.error, None);
    let policies = view.report.policies.unwrap();
    assert_eq!(policies.roles, 2);
    let [groups, torn] = &policies.unread[..] else {
        panic!("{:?}", policies.unread)
    };
    assert_eq!(groups.operation, "ListGroupsForUser");
    assert!(groups.why.contains("groups-7"), "{}", groups.why);
    assert_eq!(torn.operation, "policy torn");
    let organization = view.report.organization.unwrap();
    let unread = organization.unread.unwrap();
    assert_eq!(unread.request_id.as_deref(), Some("organization-refused"));
    assert_eq!((organization.read_at, organization.candidates), (None, 0));
}

#[tokio::test]
async fn what_could_be_read_before_stays_when_it_may_not_be_read_any_more() {
    let world = World::new().await;
    world.iam.allow(&[("consulting", BOTH)]);
    world.organizations.lists(&[("555566667777", "Payments", true)]);
    let first = searched(&world, search(true, &[])).await;
    // While somebody listens, an agent does not end for idleness.
    let _listening = world.listen().await;
    *world.iam.own.lock().unwrap() = Err(refused("later"));
    *world.organizations.0.lock().unwrap() = Err(AwsFailure::Garbled {
        service: "Organizations",
        region: "us-east-1".into(),
        why: "its pages go round in a circle".into(),
    });
    world.clock.pass(Duration::from_secs(3600));
    let second = searched(&world, search(true, &[])).await;
    let (before, after) = (first.report.policies.unwrap(), second.report.policies.unwrap());
    assert_eq!((after.read_at, after.roles), (before.read_at, 2));
    assert!(after.unread[0].why.contains("later"));
    assert!(
        second
            .report
            .organization
            .unwrap()
            .unread
            .unwrap()
            .why
            .contains("circle")
    );
    assert_eq!(named(&world, "New").await.len(), 1);
    assert_eq!(named(&world, "OrganizationAccountAccessRole").await.len(), 1);
}

#[tokio::test]
async fn hostile_names_make_no_role() {
    let world = World::new().await;
    world.organizations.lists(&[
        ("555566667777", "<img src=x onerror=alert(1)>", true),
        ("666677778888", "../../../{account}", true),
        ("777788889999", "ok", true),
    ]);
    let view = searched(&world, search(true, &["{name}-Audit"])).await;
    assert_eq!(view.report.organization.unwrap().candidates, 1);
    assert_eq!(named(&world, "ok-Audit").await.len(), 1);
    for bad in ["", "a b", "x\u{202e}y", "{other}", "a\nb", &"x".repeat(65)] {
        assert!(
            bad.parse::<hatrack_core::discover::RoleNamePattern>().is_err(),
            "{bad:?}"
        );
    }
}

#[tokio::test]
async fn a_search_is_told_of_as_it_goes_and_can_be_cancelled() {
    let world = World::new().await;
    world.iam.gate.forget_permits(1);
    let listening = world.listen().await;
    let Reply::Discover(DiscoverOutcome::Started { discovery }) =
        world.ask(search(false, &[])).await.unwrap()
    else {
        panic!("not begun")
    };
    let start = discovery.start.clone();
    let mut seen = discovery.step;
    loop {
        let start = start.clone();
        let Reply::Discovery(view) = soon(world.ask(Request::AwaitDiscovery { start, seen }))
            .await
            .unwrap()
        else {
            panic!("no search")
        };
        if view.doing.as_deref() == Some("Reading its own policies") {
            break;
        }
        seen = view.step;
    }
    // Who asks again meanwhile gets the one under way.
    world.ask(search(false, &[])).await.unwrap();
    world
        .ask(Request::CancelDiscovery { start: start.clone() })
        .await
        .unwrap();
    match soon(listening.next()).await {
        Event::Changed { topics, .. } => assert!(topics.contains(&Topic::Discoveries)),
        other => panic!("{other:?}"),
    }
    let Reply::Discoveries(left) = world.ask(Request::Discoveries).await.unwrap() else {
        panic!("no list")
    };
    assert_eq!(left, [], "nothing was found before");
}

#[tokio::test]
async fn a_policy_that_is_not_understood_may_allow_what_the_others_do_not_name() {
    for odd in [
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*",
            "Condition":{"StringSoundsLike":{"aws:username":"troi"}}}"#,
        r#"{"Effect":"Allow","Action":"sts:AssumeRole",
            "Resource":"arn:aws:iam::*:role/${aws:PrincipalTag/team}"}"#,
    ] {
        let world = World::new().await;
        world.organizations.lists(&[("555566667777", "Payments", true)]);
        world.iam.allow(&[("odd", odd)]);
        searched(&world, search(true, &["Audit"])).await;
        let audit = named(&world, "Audit").await.remove(0);
        assert_eq!(audit.found.unwrap().remarks, Vec::<String>::new(), "{odd}");
    }
}

#[tokio::test]
async fn an_external_id_that_a_policy_forbids_is_not_sent() {
    let world = World::new().await;
    let named_by = |name: &str, operator: &str| {
        format!(
            r#"{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::222233334444:role/{name}",
                "Condition":{{"{operator}":{{"sts:ExternalId":"stuzio"}}}}}}"#
        )
    };
    let both = [
        named_by("Wanted", "StringEquals"),
        named_by("Forbidden", "StringNotEquals"),
    ]
    .join(",");
    world.iam.allow(&[("own", &both)]);
    searched(&world, search(false, &[])).await;
    let wanted = named(&world, "Wanted").await.remove(0);
    assert_eq!(wanted.external_id.as_deref(), Some("stuzio"));
    let forbidden = named(&world, "Forbidden").await.remove(0);
    assert_eq!(forbidden.external_id, None);
    assert!(forbidden.found.unwrap().remarks[0].contains("sts:ExternalId"));
}

#[tokio::test]
async fn a_name_in_a_role_name_is_the_accounts_own_or_makes_no_role() {
    let world = World::new().await;
    let wide = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/*-Audit"}"#;
    world.iam.allow(&[("wide", wide)]);
    let audit = || vec!["{name}-Audit".parse().unwrap()];
    let view = searched(&world, search_from("troy", true, false, audit())).await;
    assert_eq!(view.report.policies.unwrap().candidates, 0);
    let name_it = SetAccount {
        account_id: "081278057606".parse().unwrap(),
        name: Some("Stuzio".into()),
        colour: None,
    };
    world.ask(Request::SetAccount(name_it)).await.unwrap();
    searched(&world, search_from("troy", true, false, audit())).await;
    let audits: Vec<String> = roles(&world)
        .await
        .into_iter()
        .map(|role| role.role_name)
        .filter(|name| name.ends_with("-Audit"))
        .collect();
    assert_eq!(audits, ["Stuzio-Audit"]);
}

#[tokio::test]
async fn a_search_that_aws_refuses_is_in_history_with_its_request_id() {
    let world = World::new().await;
    *world.sts.who.lock().unwrap() = Err(refused("who-refused"));
    assert!(searched(&world, search(false, &[])).await.error.is_some());
    let row = world.history().await.pop().unwrap();
    assert_eq!((row.event.as_str(), row.outcome.as_str()), ("discover", "denied"));
    assert_eq!(row.request_id.as_deref(), Some("who-refused"));
    assert_eq!(row.profile.as_deref(), Some("troy"));
}
