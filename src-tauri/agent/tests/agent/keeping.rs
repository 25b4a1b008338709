//! What the person says about roles and accounts, and roles that several sources list.

use hatrack_agent::protocol::{
    AddRole, Changes, DescribeAccount, DescribeRole, ErrorCode, ImportRoles, ImportSettings, ImportSource,
    Reply, Request, Set, SetDefaults, SetFlag, WireError,
};
use hatrack_core::account::Partition;
use hatrack_core::view::{CatalogView, RoleView};

use crate::world::*;

async fn catalog(world: &World) -> CatalogView {
    match world.ask(Request::Catalog).await.unwrap() {
        Reply::Catalog(view) => view,
        other => panic!("{other:?}"),
    }
}

fn role<'a>(view: &'a CatalogView, key: &str) -> &'a RoleView {
    view.roles.iter().find(|role| role.key == key).unwrap()
}

/// The same way as the profile `stuzio` goes.
fn as_stuzio() -> AddRole {
    AddRole {
        account_id: "081278057606".parse().unwrap(),
        role_name: "StuzioAcmeConsultantRole".into(),
        partition: Partition::Aws,
        display_name: Some("Consulting".into()),
        colour: None,
        identity_profile: "troy".into(),
        external_id: Some("stuzio-acme".parse().unwrap()),
        mfa_serial: None,
        region: None,
        replace: false,
        recolour: false,
    }
}

fn flag(role_key: &str, on: bool) -> Request {
    let role_key = role_key.to_owned();
    Request::SetFavourite(SetFlag { role_key, on })
}

fn described(role_key: &str) -> DescribeRole {
    DescribeRole {
        role_key: role_key.to_owned(),
        name: Set::Keep,
        notes: Set::Keep,
        defaults: SetDefaults::default(),
    }
}

#[tokio::test]
async fn an_added_role_that_a_profile_names_too_is_one_row_until_it_is_removed() {
    let world = World::new().await;
    let before = catalog(&world).await.roles.len();
    let Reply::RoleKey { role_key } = world.ask(Request::AddRole(as_stuzio())).await.unwrap() else {
        panic!("no key");
    };
    world.ask(flag(&role_key, true)).await.unwrap();
    let view = catalog(&world).await;
    let stuzio = role(&view, "stuzio");
    assert_eq!(view.roles.len(), before);
    assert_eq!(
        (stuzio.also_in.as_slice(), stuzio.favourite),
        (&["Hatrack".to_owned()][..], true)
    );
    assert_eq!(stuzio.display_name.as_deref(), Some("Consulting"));
    // Its own key still leads to it.
    let request = hatrack_agent::protocol::RoleChoice::Key(role_key.clone());
    let session = switched(
        world
            .switch_with(hatrack_agent::protocol::SwitchRequest::of(request))
            .await,
    );
    assert_eq!(session.role_key.as_deref(), Some("stuzio"));

    world.ask(flag("stuzio", false)).await.unwrap();
    assert!(!role(&catalog(&world).await, "stuzio").favourite);
    let role_key = "stuzio".to_owned();
    world.ask(Request::RemoveRole { role_key }).await.unwrap();
    let view = catalog(&world).await;
    assert!(role(&view, "stuzio").also_in.is_empty() && role(&view, "stuzio").display_name.is_none());
}

#[tokio::test]
async fn what_is_said_of_a_role_stays_with_it_when_it_becomes_a_profiles_row() {
    let mut world =
        World::with_config("[profile troy]\naws_access_key_id = A\naws_secret_access_key = s\n").await;
    let Reply::RoleKey { role_key } = world.ask(Request::AddRole(as_stuzio())).await.unwrap() else {
        panic!("no key");
    };
    let said = DescribeRole {
        notes: Set::To("ask first".into()),
        defaults: SetDefaults {
            session_name: Set::To("{user}-{role}".parse().unwrap()),
            ..SetDefaults::default()
        },
        ..described(&role_key)
    };
    world.ask(Request::DescribeRole(said)).await.unwrap();
    std::fs::write(world.folder.path().join("config"), CONFIG).unwrap();
    world.restart().await;
    let view = catalog(&world).await;
    let stuzio = role(&view, "stuzio");
    assert_eq!(stuzio.notes.as_deref(), Some("ask first"));
    assert_eq!(stuzio.session_name, "troy-StuzioAcmeConsultantRole");
    let renamed = DescribeRole {
        name: Set::To("Renamed".into()),
        ..described("stuzio")
    };
    world.ask(Request::DescribeRole(renamed)).await.unwrap();
    let view = catalog(&world).await;
    let stuzio = role(&view, "stuzio");
    assert_eq!(
        (stuzio.notes.as_deref(), stuzio.display_name.as_deref()),
        (Some("ask first"), Some("Renamed"))
    );
}

#[tokio::test]
async fn an_accounts_defaults_show_and_are_sent() {
    let world = World::new().await;
    let said = DescribeAccount {
        account_id: "081278057606".parse().unwrap(),
        name: Set::To(" Stuzio ".into()),
        colour: Set::Keep,
        production: Some(true),
        notes: Set::Keep,
        defaults: SetDefaults {
            duration: Set::To(7200.try_into().unwrap()),
            region: Set::To("eu-south-1".parse().unwrap()),
            session_name: Set::To("by-{account}".parse().unwrap()),
        },
    };
    world.ask(Request::DescribeAccount(said)).await.unwrap();
    let view = catalog(&world).await;
    let guarded = role(&view, "guarded");
    assert_eq!(
        (guarded.account_name.as_str(), guarded.duration),
        ("Stuzio", 7200)
    );
    assert!(guarded.production && !role(&view, "far").production);
    assert_eq!(
        (guarded.region.as_str(), guarded.session_name.as_str()),
        ("eu-south-1", "by-081278057606")
    );
    // The profile's own region stays, and the hop to another account's role is as it was.
    assert_eq!(role(&view, "stuzio").region, "eu-west-1");
    let session = world.session("stuzio").await;
    assert_eq!(
        (session.life, session.session_name.as_deref()),
        (7200, Some("by-081278057606"))
    );
    let far = world.session("far").await;
    assert_eq!(far.session_name.as_deref(), Some("hatrack-troy"));
}

#[tokio::test]
async fn a9_names_and_notes_that_steer_are_refused() {
    let world = World::new().await;
    for said in [
        DescribeRole {
            name: Set::To("a\u{202e}b".into()),
            ..described("stuzio")
        },
        DescribeRole {
            name: Set::To("x".repeat(81)),
            ..described("stuzio")
        },
        DescribeRole {
            notes: Set::To("\u{1b}[2J".into()),
            ..described("stuzio")
        },
        DescribeRole {
            notes: Set::To("x".repeat(4001)),
            ..described("stuzio")
        },
    ] {
        let refused = world.ask(Request::DescribeRole(said)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid);
    }
    let unknown = world
        .ask(Request::DescribeRole(described("nobody")))
        .await
        .unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NoSuchRole);
}

#[tokio::test]
async fn a_file_is_imported_whole_or_not_at_all() {
    let world = World::new().await;
    let import = |name: &str, dry_run| {
        Request::ImportRoles(ImportRoles {
            source: ImportSource::Path(name.into()),
            from: Some("troy".into()),
            dry_run,
            seen: None,
        })
    };
    let text: String = (0..300)
        .map(|n| format!("[role {n}]\nrole_arn = arn:aws:iam::081278057606:role/R{n}\n"))
        .collect();
    std::fs::write(world.folder.path().join("roles.ini"), text).unwrap();
    let before = catalog(&world).await.roles.len();
    for (dry_run, after) in [(true, before), (false, before + 300)] {
        let Reply::Imported(imported) = world.ask(import("roles.ini", dry_run)).await.unwrap() else {
            panic!("nothing imported");
        };
        assert_eq!(imported.added.len(), 300);
        assert_eq!(catalog(&world).await.roles.len(), after);
    }
    let pasted = Request::ImportRoles(ImportRoles {
        source: ImportSource::Text("[one]\nrole_arn = arn:aws:iam::081278057606:role/Pasted\n".into()),
        from: Some("troy".into()),
        dry_run: false,
        seen: None,
    });
    let Reply::Imported(imported) = world.ask(pasted).await.unwrap() else {
        panic!("nothing imported");
    };
    assert_eq!(imported.added.len(), 1);
    assert_eq!(catalog(&world).await.roles.len(), before + 301);
    let large = std::fs::File::create(world.folder.path().join("large")).unwrap();
    large.set_len(9 * 1024 * 1024).unwrap();
    for name in ["nothing", "large", "."] {
        let WireError { code, .. } = world.ask(import(name, false)).await.unwrap_err();
        assert_eq!(code, ErrorCode::Invalid, "{name}");
    }
}

#[tokio::test]
async fn a_file_that_was_written_since_it_was_looked_at_is_not_taken_over() {
    let world = World::new().await;
    let path = world.folder.path().join("file");
    let roles = |role: &str| format!("[one]\nrole_arn = arn:aws:iam::081278057606:role/{role}\n");
    let import = |seen: Option<_>| {
        Request::ImportRoles(ImportRoles {
            source: ImportSource::Path("file".into()),
            from: Some("troy".into()),
            dry_run: seen.is_none(),
            seen,
        })
    };
    std::fs::write(&path, roles("Seen")).unwrap();
    let Reply::Imported(looked) = world.ask(import(None)).await.unwrap() else {
        panic!("no preview");
    };
    std::fs::write(&path, roles("Other")).unwrap();
    let before = catalog(&world).await;
    let refused = world.ask(import(Some(looked.sha256))).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert_eq!(catalog(&world).await.roles, before.roles);
    std::fs::write(&path, roles("Seen")).unwrap();
    world.ask(import(Some(looked.sha256))).await.unwrap();

    let Reply::Text { text } = world.ask(Request::ExportSettings).await.unwrap() else {
        panic!("no text");
    };
    let settings = |seen: Option<_>| {
        Request::ImportSettings(ImportSettings {
            path: "file".into(),
            dry_run: seen.is_none(),
            seen,
        })
    };
    std::fs::write(&path, &text).unwrap();
    let Reply::Changes(Changes { sha256, .. }) = world.ask(settings(None)).await.unwrap() else {
        panic!("no changes");
    };
    std::fs::write(&path, text + "\n").unwrap();
    let refused = world.ask(settings(Some(sha256))).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
}
