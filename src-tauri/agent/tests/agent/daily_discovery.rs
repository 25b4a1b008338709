//! Looking for roles again by itself.

use std::time::Duration;

use hatrack_agent::protocol::{Event, Reply, Request, Topic};
use hatrack_core::discovery_view::DiscoveryView;

use crate::discovery::{BOTH, ended, named, roles, search, searched};
use crate::world::*;

/// Waits until `is`, looking again after each change.
async fn until(listening: &hatrack_agent::service::Listening, is: impl AsyncFn() -> bool) {
    while !is().await {
        soon(listening.next()).await;
    }
}

/// Looks from `troy` without finding anything, then has it looked daily, and lets a day pass.
async fn due(world: &World) {
    world.iam.allow(&[]);
    searched(world, search(false, &[])).await;
    let (start, on) = ("troy".to_owned(), true);
    world.ask(Request::SetDiscoveryDaily { start, on }).await.unwrap();
    world.iam.allow(&[("consulting", BOTH)]);
    world.clock.pass(Duration::from_secs(25 * 3600));
}

async fn view(world: &World) -> DiscoveryView {
    match world.ask(Request::Discoveries).await.unwrap() {
        Reply::Discoveries(mut views) => views.remove(0),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_read_daily_is_read_by_who_has_the_same_files_only() {
    let world = World::new().await;
    let listening = world.listen().await;
    due(&world).await;
    let other = world.folder.path().join("other");
    std::fs::write(&other, CONFIG.replace("AKIATROY", "AKIAOTHER")).unwrap();
    let vars = [("AWS_CONFIG_FILE", other.to_str().unwrap())];
    let caller = world.caller_as(hatrack_core::caller::Client::Hat, &vars);
    world.ask_as(caller, Request::Catalog).await.unwrap();
    // Had it been tried with those, it would not be tried again within the hour.
    until(&listening, async || !named(&world, "New").await.is_empty()).await;
}

#[tokio::test]
async fn a_start_that_is_gone_is_not_read_and_what_it_found_stays_without_an_error() {
    let world = World::new().await;
    let listening = world.listen().await;
    due(&world).await;
    let file = world.folder.path().join("config");
    std::fs::write(&file, "[profile nobody]\nregion = eu-west-1\n").unwrap();
    roles(&world).await;
    assert_eq!(view(&world).await.error, None);
    std::fs::write(&file, CONFIG).unwrap();
    until(&listening, async || !named(&world, "New").await.is_empty()).await;
    assert_eq!(view(&world).await.error, None);
}

#[tokio::test]
async fn what_another_account_would_find_does_not_take_the_place_of_what_was_found_unasked() {
    let world = World::new().await;
    let listening = world.listen().await;
    due(&world).await;
    *world.sts.who.lock().unwrap() = Ok(identity("arn:aws:iam::999999999999:user/troy"));
    roles(&world).await;
    until(&listening, async || view(&world).await.error.is_some()).await;
    let view = view(&world).await;
    assert!(view.error.unwrap().contains("999999999999"));
    assert_eq!(view.report.who, "arn:aws:iam::183438944504:user/troy");
}

#[tokio::test]
async fn a_search_under_way_is_not_ended_by_one_that_could_not_begin() {
    let world = World::new().await;
    world.iam.allow(&[("consulting", BOTH)]);
    world.iam.gate.forget_permits(1);
    world.ask(search(false, &[])).await.unwrap();
    world.service().discoveries.not_begun("troy", "no code".into());
    let under_way = view(&world).await;
    assert!(
        under_way.doing.is_some() && under_way.error.is_none(),
        "{under_way:?}"
    );
    world.iam.gate.add_permits(1);
    assert_eq!(ended(&world).await.report.policies.unwrap().roles, 2);
}

#[tokio::test]
async fn who_has_no_policies_of_its_own_is_told_so_and_is_not_read_every_hour() {
    let world = World::new().await;
    let _listening = world.listen().await;
    *world.sts.who.lock().unwrap() = Ok(identity("arn:aws:iam::183438944504:root"));
    let found = searched(&world, search(false, &[])).await;
    let policies = found.report.policies.unwrap();
    assert!(policies.unread[0].why.contains("neither a user nor a role"));
    let (start, on) = ("troy".to_owned(), true);
    world.ask(Request::SetDiscoveryDaily { start, on }).await.unwrap();
    let files = ["config", "credentials"].map(|name| world.folder.path().join(name).display().to_string());
    let due = || world.service().discoveries.due(&files, |_| true).len();
    world.clock.pass(Duration::from_secs(2 * 3600));
    assert_eq!(due(), 0);
    world.clock.pass(Duration::from_secs(23 * 3600));
    assert_eq!(due(), 1);
}

#[tokio::test]
async fn what_is_read_daily_is_read_when_the_catalog_is_listed_a_day_later_and_nothing_else_is() {
    let world = World::new().await;
    world.iam.allow(&[]);
    searched(&world, search(false, &[])).await;
    world.iam.allow(&[("consulting", BOTH)]);
    let day = Duration::from_secs(25 * 3600);
    // While somebody listens, an agent does not end for idleness.
    let listening = world.listen().await;
    world.clock.pass(day);
    assert!(named(&world, "New").await.is_empty());
    assert_eq!(
        ended(&world).await.report.policies.unwrap().roles,
        0,
        "nobody asked for it"
    );
    let (start, on) = ("troy".to_owned(), true);
    world.ask(Request::SetDiscoveryDaily { start, on }).await.unwrap();
    world.clock.pass(day);
    roles(&world).await;
    loop {
        match soon(listening.next()).await {
            Event::Changed { topics, .. } if topics.contains(&Topic::Catalog) => break,
            _ => {}
        }
    }
    assert_eq!(named(&world, "New").await.len(), 1);
}
