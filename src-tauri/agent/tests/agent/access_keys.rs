//! Access keys on the sandbox: real signatures, real policies, a vault that lasts.

use hatrack_agent::protocol::{
    AddKey, HandOutOutcome, HandOutRequest, ImportKey, Reply, Request, RoleChoice, RotateKey, RotateOutcome,
    SessionRef, WireError,
};
use hatrack_core::access_key::{AccessKeyView, KeyStanding};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::history_view::HistoryQuery;
use hatrack_core::secret::Secret;
use hatrack_core::view::{CatalogView, NeedView};
use hatrack_sandbox::totp;

use crate::mfa_devices::files_with;
use crate::stage::{Stage, to};
use crate::world::switched;

fn import(profile: &str) -> Request {
    Request::ImportKey(ImportKey {
        profile: profile.to_owned(),
        check: true,
    })
}

fn take_out(profile: &str) -> Request {
    Request::RemoveKeyFromFile {
        profile: profile.to_owned(),
    }
}

async fn rotate(stage: &Stage, profile: &str, code: Option<&str>) -> Result<RotateOutcome, WireError> {
    let rotate = RotateKey {
        profile: profile.to_owned(),
        keep_old: false,
        mfa_code: code.map(|code| code.parse().unwrap()),
    };
    match stage.ask(Request::RotateKey(rotate)).await? {
        Reply::KeyRotation(outcome) => Ok(outcome),
        other => panic!("{other:?}"),
    }
}

async fn keys(stage: &Stage) -> Vec<AccessKeyView> {
    match stage.ask(Request::AccessKeys { ask_aws: true }).await.unwrap() {
        Reply::AccessKeys(keys) => keys,
        other => panic!("{other:?}"),
    }
}

async fn catalog(stage: &Stage) -> CatalogView {
    match stage.ask(Request::Catalog).await.unwrap() {
        Reply::Catalog(catalog) => catalog,
        other => panic!("{other:?}"),
    }
}

/// What the line in the file hands out.
async fn raw(stage: &Stage, profile: &str) -> hatrack_core::secret::Credentials {
    let mut request = HandOutRequest::of(SessionRef::Role(RoleChoice::Exact(profile.to_owned())));
    request.raw = true;
    match stage.ask(Request::HandOut(request)).await.unwrap() {
        Reply::HandOut(HandOutOutcome::Given(given)) => given.credentials,
        other => panic!("{other:?}"),
    }
}

fn secret_of(stage: &Stage, profile: &str) -> String {
    let file = std::fs::read_to_string(&stage.sandbox.manifest().credentials_file).unwrap();
    let section = file.split(&format!("[{profile}]")).nth(1).unwrap();
    let line = section
        .lines()
        .find(|line| line.starts_with("aws_secret_access_key"));
    line.unwrap().split_once("= ").unwrap().1.trim().to_owned()
}

#[tokio::test]
async fn roles_start_from_the_vault_once_the_file_holds_no_key() {
    let stage = Stage::new().await;
    let secret = secret_of(&stage, "troy");
    stage.ask(import("troy")).await.unwrap();
    let Reply::BackedUp { paths } = stage.ask(take_out("troy")).await.unwrap() else {
        panic!("no backup");
    };
    std::fs::remove_file(&paths[0]).unwrap();
    // What the sandbox itself remembers is AWS's side.
    let mut found = files_with(stage.folder.path(), &secret);
    found.retain(|file| !file.ends_with("sandbox.json"));
    assert_eq!(found, Vec::<String>::new());

    switched(stage.switch(to("stuzio")).await);
    let identities = catalog(&stage).await.identities;
    let troy = identities
        .iter()
        .find(|identity| identity.profile == "troy")
        .unwrap();
    assert!(troy.in_vault && troy.kind == "keys" && troy.account_id.is_some());
    let handed_out = raw(&stage, "troy").await;
    assert!(handed_out.session_token.is_none());
    assert_eq!(handed_out.secret_access_key.expose(), secret);

    let restore = Request::RestoreKey {
        profile: "troy".to_owned(),
    };
    stage.ask(restore).await.unwrap();
    assert_eq!(secret_of(&stage, "troy"), secret);
}

#[tokio::test]
async fn a_key_of_the_vault_is_rotated_while_aws_is_slow_to_know_the_new_one() {
    let stage = Stage::new().await;
    stage.ask(import("troy")).await.unwrap();
    stage.ask(take_out("troy")).await.unwrap();
    stage.sandbox.admin().set_new_keys_unknown_for(2);
    let old = raw(&stage, "troy").await.access_key_id;
    let rotated = rotate(&stage, "troy", None).await.unwrap();
    assert!(matches!(rotated, RotateOutcome::Rotated { kept_old: false, .. }));
    let new = raw(&stage, "troy").await.access_key_id;
    assert_ne!(new, old);
    let user = keys(&stage)
        .await
        .into_iter()
        .find(|key| key.profile == "troy")
        .unwrap();
    assert_eq!((user.standing, user.age_days), (KeyStanding::Vault, Some(0)));
    let arn = format!("arn:aws:iam::{}:user/troy", user.account_id.unwrap());
    assert_eq!(stage.sandbox.admin().access_keys(&arn), [(new, true)]);
    switched(stage.switch(to("stuzio")).await);

    let Reply::History(page) = stage
        .ask(Request::History(HistoryQuery::default()))
        .await
        .unwrap()
    else {
        panic!("no history");
    };
    let events: Vec<&str> = page.rows.iter().map(|row| row.event.as_str()).collect();
    for event in ["key_import", "key_remove", "key_rotate"] {
        assert!(events.contains(&event), "{events:?}");
    }
}

#[tokio::test]
async fn a_policy_that_wants_mfa_has_the_code_asked_for_and_the_session_signs() {
    let stage = Stage::new().await;
    let story = stage.story("X2");
    let need = rotate(&stage, "records-keeper", None).await.unwrap();
    assert!(
        matches!(
            &need,
            RotateOutcome::Needs {
                need: NeedView::MfaCode { .. }
            }
        ),
        "{need:?}"
    );
    let seed = story.mfa_seed.as_deref().unwrap();
    let code = totp(seed, stage.sandbox.admin().now()).unwrap();
    let rotated = rotate(&stage, "records-keeper", Some(&code)).await.unwrap();
    assert!(matches!(rotated, RotateOutcome::Rotated { .. }), "{rotated:?}");
    assert_eq!(stage.sandbox.admin().calls("DeleteAccessKey"), 1);
}

#[tokio::test]
async fn ages_are_told_where_aws_lets_the_user_know_and_else_why_not() {
    let stage = Stage::new().await;
    let keys = keys(&stage).await;
    let of = |profile: &str| keys.iter().find(|key| key.profile == profile).unwrap();
    // The sandbox's first keys are of January 2024.
    assert!(of("troy").old && of("troy").age_days > Some(365));
    assert!(of("troy").last_used.is_some());
    let denied = of("data-analyst");
    assert_eq!((denied.age_days, denied.old), (None, false));
    assert!(
        denied
            .age_unknown
            .as_deref()
            .unwrap()
            .contains("iam:ListAccessKeys")
    );
}

#[tokio::test]
async fn a_key_that_does_not_work_is_not_taken_in() {
    let mut stage = Stage::new().await;
    // No profile says where a typed key is used.
    let vars = stage
        .caller
        .vars()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let here = (
        "AWS_ENDPOINT_URL".to_owned(),
        stage.sandbox.endpoint().to_string(),
    );
    let vars: Vec<_> = vars.chain([here]).collect();
    stage.caller = CallerContext::new(Client::Hat, stage.folder.path().to_owned(), vars);
    let add = |check| {
        Request::AddKey(AddKey {
            profile: "typed".to_owned(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: Secret::new("canary-typed"),
            check,
        })
    };
    let failed = stage.ask(add(true)).await.unwrap_err();
    assert!(
        failed.message.contains("InvalidClientTokenId"),
        "{}",
        failed.message
    );
    assert!(keys(&stage).await.iter().all(|key| key.profile != "typed"));
    stage.ask(add(false)).await.unwrap();
    let typed = keys(&stage)
        .await
        .into_iter()
        .find(|key| key.profile == "typed")
        .unwrap();
    assert_eq!(
        (typed.standing, typed.id_ends.as_str()),
        (KeyStanding::Vault, "MPLE")
    );
    assert_eq!(
        files_with(stage.folder.path(), "canary-typed"),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn another_key_in_the_file_than_in_the_vault_is_listed_with_its_own_owner() {
    let stage = Stage::new().await;
    stage.ask(import("troy")).await.unwrap();
    let path = stage.sandbox.manifest().credentials_file.clone();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines_of = |profile: &str| {
        let section = text.split(&format!("[{profile}]\n")).nth(1).unwrap();
        section.lines().take(2).collect::<Vec<_>>().join("\n")
    };
    let (troy, other) = (lines_of("troy"), lines_of("data-analyst"));
    assert!(troy.contains("aws_secret_access_key"), "{troy}");
    std::fs::write(&path, text.replacen(&troy, &other, 1)).unwrap();
    let found: Vec<_> = keys(&stage)
        .await
        .into_iter()
        .filter(|key| key.profile == "troy")
        .map(|key| (key.standing, key.user.unwrap()))
        .collect();
    let expected = [
        (KeyStanding::File, "data-analyst".to_owned()),
        (KeyStanding::Vault, "troy".to_owned()),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_secret_that_would_end_a_line_is_not_taken_in() {
    let stage = Stage::new().await;
    for secret in [
        "",
        " ",
        "canary secret",
        "canary\n[evil]\nrole_arn = x",
        "canary\u{e4}",
    ] {
        let add = AddKey {
            profile: "typed".to_owned(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: Secret::new(secret),
            check: false,
        };
        let failed = stage.ask(Request::AddKey(add)).await.unwrap_err();
        assert!(
            failed.message.contains("no secret access key"),
            "{}",
            failed.message
        );
        assert!(!failed.message.contains("canary"));
    }
    assert!(keys(&stage).await.iter().all(|key| key.profile != "typed"));
}
