//! Where sign-ins are kept: shared with the AWS CLI, or in the vault.

use hatrack_agent::protocol::{ChangeSettings, Request};
use hatrack_core::choice::SignInStore;
use hatrack_store::home::Home;

use crate::sign_ins::needs_sign_in;
use crate::stage::{Stage, to};
use crate::world::switched;

fn keep(sign_ins: SignInStore) -> Request {
    Request::SetSettings(ChangeSettings {
        sign_ins: Some(sign_ins),
        ..ChangeSettings::default()
    })
}

#[tokio::test]
async fn a_sign_in_that_is_not_shared_is_in_the_vault_alone() {
    let stage = Stage::new().await;
    let profile = stage.sign_in_story().profile;
    stage.ask(keep(SignInStore::Vault)).await.unwrap();
    stage.sign_in().await;
    switched(stage.switch(to(&profile)).await);
    let state = stage.state().await;
    assert!(state.signed_in_until.is_some() && state.refreshes);
    assert!(!stage.cache().exists());
    let sealed = sealed_sign_ins(&stage);
    assert!(sealed >= 2, "the token and its registration: {sealed}");

    // Refreshed there, too.
    stage.sandbox.admin().expire_access_tokens();
    let other = &stage.sign_in_story().portals[0].profiles[1];
    switched(stage.switch(to(other)).await);
    assert!(!stage.cache().exists());

    // The two places do not mix.
    stage.ask(keep(SignInStore::Shared)).await.unwrap();
    let state = stage.state().await;
    assert_eq!((state.signed_in_until, state.left_elsewhere), (None, true));
    stage.ask(keep(SignInStore::Vault)).await.unwrap();
    let portal = stage.portal();
    stage.ask(Request::SignOut { portal }).await.unwrap();
    assert_eq!(stage.state().await.signed_in_until, None);
    assert_eq!(sealed_sign_ins(&stage), sealed - 1);
}

/// How many sign-ins and registrations the vault holds.
fn sealed_sign_ins(stage: &Stage) -> usize {
    let vault = Home::at(&stage.sandbox.manifest().home).vault();
    let names = std::fs::read_dir(vault).unwrap();
    names
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with("sso-")
        })
        .count()
}

#[tokio::test]
async fn signing_out_ends_a_sign_in_that_was_left_where_they_are_not_kept_any_more() {
    for (before, after) in [
        (SignInStore::Shared, SignInStore::Vault),
        (SignInStore::Vault, SignInStore::Shared),
    ] {
        let stage = Stage::new().await;
        stage.ask(keep(before)).await.unwrap();
        stage.sign_in().await;
        assert!(!stage.state().await.left_elsewhere);
        stage.ask(keep(after)).await.unwrap();
        let state = stage.state().await;
        assert_eq!((state.signed_in_until, state.left_elsewhere), (None, true));
        let portal = stage.portal();
        stage.ask(Request::SignOut { portal }).await.unwrap();
        assert_eq!(stage.sandbox.admin().calls("Logout"), 1);
        assert_eq!(shared_tokens(&stage), 0);
        stage.ask(keep(before)).await.unwrap();
        let state = stage.state().await;
        assert_eq!((state.signed_in_until, state.left_elsewhere), (None, false));
        assert!(needs_sign_in(
            &stage.switch(to(&stage.sign_in_story().profile)).await
        ));
    }
}

/// How many files of the shared cache hold a token.
fn shared_tokens(stage: &Stage) -> usize {
    let Ok(files) = std::fs::read_dir(stage.cache()) else {
        return 0;
    };
    let texts = files.filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok());
    texts.filter(|text| text.contains("accessToken")).count()
}
