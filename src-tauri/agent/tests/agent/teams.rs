//! Teams' catalogs.

use std::path::PathBuf;
use std::time::Duration;

use hatrack_agent::protocol::{AddTeam, ErrorCode, Event, Reply, Request, TeamView, Topic};
use hatrack_store::teams::{FileHash, TeamTrust};

use crate::world::*;

const SIGNED: &str = "name = \"platform\"\n";
const KEY: &str = "RWSOtEDwJ7HK/Du8j+Lpvy8Vh5kSC1GuW8DIgCjcqKJEPqYkKs1zil3I";
/// Of [`SIGNED`], by [`KEY`].
const SIGNATURE: &str = "untrusted comment: signature\nRUSOtEDwJ7HK/FstwhVfQJgmbgTP2sW/BWEo+l9Kv4NyFssTo8i6VL8uHk9Eouy50Un2JNWW718xXjmiAr21nFzM554jba3n4gs=\ntrusted comment: timestamp:1750000000\tfile:team.toml\thashed\nLpe4/QYMs664eOMZF7wGWkBUCmwVcbkRFNSnVZNOGPNtTKrFzxYKQj2zLYAPsObBM+1lpVkrOfsmXFOTiUdmDg==\n";

fn publish(world: &World, name: &str, text: &str) -> PathBuf {
    let path = world.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn pinned(text: &str) -> TeamTrust {
    TeamTrust::Sha256(FileHash::of(text.as_bytes()))
}

fn add(location: &str, trust: TeamTrust) -> Request {
    let location = location.to_owned();
    Request::AddTeam(AddTeam { location, trust })
}

async fn teams(world: &World) -> Vec<TeamView> {
    match world.ask(Request::Teams).await.unwrap() {
        Reply::Teams(teams) => teams,
        other => panic!("{other:?}"),
    }
}

fn with_role(role: &str) -> String {
    format!(
        "name = \"platform\"\n[[roles]]\naccount = \"444455556666\"\nrole = \"{role}\"\nstart = \"troy\"\n"
    )
}

async fn roles_of_team(world: &World) -> Vec<String> {
    match world.ask(Request::Catalog).await.unwrap() {
        Reply::Catalog(view) => {
            let of_team = view
                .roles
                .into_iter()
                .filter(|role| role.source == "Team platform");
            of_team.map(|role| role.role_name).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_signed_file_is_taken_as_it_changes_and_one_badly_signed_is_not() {
    let world = World::new().await;
    publish(&world, "team.toml", SIGNED);
    let trust = || TeamTrust::Minisign(KEY.parse().unwrap());
    // Without a signature beside it there is nothing to check.
    assert_eq!(
        world.ask(add("team.toml", trust())).await.unwrap_err().code,
        ErrorCode::Invalid
    );
    publish(&world, "team.toml.minisig", SIGNATURE);
    world.ask(add("team.toml", trust())).await.unwrap();
    publish(&world, "team.toml", &with_role("Forged"));
    let name = "platform".to_owned();
    let refused = world
        .ask(Request::RefreshTeam { name, accept: None })
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::Config);
    // No hash that is accepted stands in for the signature.
    let accept = Some(FileHash::of(with_role("Forged").as_bytes()));
    let name = "platform".to_owned();
    world
        .ask(Request::RefreshTeam { name, accept })
        .await
        .unwrap_err();
    let [team] = &teams(&world).await[..] else {
        panic!("no team");
    };
    assert!(team.error.is_some() && team.offered.is_none());
    assert!(roles_of_team(&world).await.is_empty());
}

#[tokio::test]
async fn a_file_is_looked_at_without_being_trusted_or_kept() {
    let world = World::new().await;
    let text = with_role("First");
    publish(&world, "team.toml", &text);
    let look = |location: &str| Request::LookAtTeam {
        location: location.to_owned(),
    };
    let Reply::TeamPreview(preview) = world.ask(look("team.toml")).await.unwrap() else {
        panic!("no preview");
    };
    assert_eq!(preview.name, "platform");
    assert_eq!(preview.sha256, FileHash::of(text.as_bytes()));
    assert_eq!(
        preview.lines,
        ["+ role arn:aws:iam::444455556666:role/First from troy"]
    );
    assert!(teams(&world).await.is_empty() && roles_of_team(&world).await.is_empty());
    publish(&world, "broken.toml", "command = \"rm\"\n");
    for wrong in ["nothing.toml", "broken.toml", "http://example.com/t.toml"] {
        let refused = world.ask(look(wrong)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid, "{wrong}");
    }
}

#[tokio::test]
async fn a_file_is_looked_for_again_after_an_hour_and_at_each_start() {
    let mut world = World::new().await;
    let first = with_role("First");
    publish(&world, "team.toml", &first);
    world.ask(add("team.toml", pinned(&first))).await.unwrap();
    publish(&world, "team.toml", &with_role("Second"));
    for restarts in [false, true] {
        if restarts {
            world.restart().await;
        }
        // While somebody listens, an agent does not end for idleness.
        let listening = world.listen().await;
        if !restarts {
            world.clock.pass(Duration::from_secs(3601));
        }
        assert_eq!(roles_of_team(&world).await, ["First"]);
        loop {
            match soon(listening.next()).await {
                Event::Changed { topics, .. } if topics.contains(&Topic::Catalog) => break,
                _ => {}
            }
        }
        let team = teams(&world).await.remove(0);
        let offered = team.offered.unwrap();
        assert_eq!(offered.sha256, FileHash::of(with_role("Second").as_bytes()));
        assert_eq!(
            offered.differences,
            [
                "- role arn:aws:iam::444455556666:role/First from troy",
                "+ role arn:aws:iam::444455556666:role/Second from troy"
            ]
        );
        assert_eq!(roles_of_team(&world).await, ["First"]);
    }
}

#[tokio::test]
async fn two_teams_of_one_name_are_not_mixed() {
    let world = World::new().await;
    let text = with_role("First");
    publish(&world, "team.toml", &text);
    publish(&world, "other.toml", &text);
    world.ask(add("team.toml", pinned(&text))).await.unwrap();
    let refused = world.ask(add("other.toml", pinned(&text))).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    // A file that takes another name is not the team that was added.
    let renamed = text.replace("platform", "other");
    publish(&world, "team.toml", &renamed);
    let (name, accept) = ("platform".to_owned(), Some(FileHash::of(renamed.as_bytes())));
    world
        .ask(Request::RefreshTeam { name, accept })
        .await
        .unwrap_err();
    assert_eq!(roles_of_team(&world).await, ["First"]);
}

#[tokio::test]
async fn a_look_under_way_does_not_undo_what_the_person_decided_meanwhile() {
    let world = World::new().await;
    publish(&world, "team.toml", SIGNED);
    publish(&world, "team.toml.minisig", SIGNATURE);
    let name = || "platform".to_owned();
    // How far the look has come when it is left alone differs; whatever it then finds, the decision stands.
    for removed_for_good in [false, true].repeat(10) {
        let signed = TeamTrust::Minisign(KEY.parse().unwrap());
        world.ask(add("team.toml", signed)).await.unwrap();
        let accept = None;
        let mut look = std::pin::pin!(world.ask(Request::RefreshTeam { name: name(), accept }));
        tokio::select! {
            biased;
            _ = &mut look => continue,
            () = std::future::ready(()) => {}
        }
        world.ask(Request::RemoveTeam { name: name() }).await.unwrap();
        if !removed_for_good {
            world.ask(add("team.toml", pinned(SIGNED))).await.unwrap();
        }
        let _ = look.await;
        let trusts: Vec<String> = teams(&world).await.into_iter().map(|team| team.trust).collect();
        match removed_for_good {
            false => assert_eq!(trusts, [pinned(SIGNED).to_string()]),
            true => assert!(trusts.is_empty(), "{trusts:?}"),
        }
    }
}
