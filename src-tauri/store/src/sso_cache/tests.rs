use std::fs;
use std::path::PathBuf;

use hatrack_core::caller::Client;
use hatrack_core::secret::Secret;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

const START: &str = "https://acme.awsapps.com/start";

fn portal(session: Option<&str>) -> Portal {
    Portal {
        session: session.map(str::to_owned),
        start_url: START.into(),
        region: "eu-west-1".into(),
        scopes: vec!["sso:account:access".into()],
    }
}

fn stored(access: &str) -> StoredToken {
    StoredToken {
        token: SignInToken {
            access_token: Secret::new(access),
            expires_at: "2026-11-22T13:00:00Z".parse().unwrap(),
            refresh_token: Some(Secret::new("canary-refresh")),
        },
        registration: Some(Registration {
            client_id: "client".into(),
            client_secret: Secret::new("canary-client-secret"),
            expires_at: "2027-02-20T13:00:00Z".parse().unwrap(),
        }),
    }
}

fn cache() -> (TempDir, SsoCache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = SsoCache::in_folder(folder.path().join("sso/cache"));
    (folder, cache)
}

/// Writes what another tool would have written.
fn plant(cache: &SsoCache, portal: &Portal, text: &str) -> PathBuf {
    fs::create_dir_all(&cache.folder).unwrap();
    let path = cache.path(portal);
    fs::write(&path, text).unwrap();
    path
}

async fn write(cache: &SsoCache, portal: &Portal, stored: &StoredToken) {
    cache.lock(portal).await.unwrap().write(stored).unwrap();
}

#[test]
fn files_are_named_as_the_cli_names_them() {
    let (_folder, cache) = cache();
    // sha1 of "my-sso" and of the address, as `sha1sum` gives them.
    assert_eq!(
        cache.path(&portal(Some("my-sso"))).file_name().unwrap(),
        "0ad374308c5a4e22f723adf10145eafad7c4031c.json"
    );
    assert_eq!(
        cache.path(&portal(None)).file_name().unwrap(),
        "40169cea58ca6cbf23fb27b2542923fb5f524af0.json"
    );
}

#[test]
fn the_cache_is_below_the_callers_home_and_never_this_processes() {
    let caller = |vars: &[(&str, &str)]| {
        let vars = vars.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        CallerContext::new(Client::Hat, "/".into(), vars)
    };
    let cache = SsoCache::of_caller(&caller(&[("HOME", "/home/troy")])).unwrap();
    assert_eq!(cache.folder, PathBuf::from("/home/troy/.aws/sso/cache"));
    assert_eq!(SsoCache::of_caller(&caller(&[])), None);
}

/// Files that real peers read and write: tests/peers/test_sso_cache.py holds botocore to the same ones.
fn recorded(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sso_cache");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// The sign-in that they hold.
fn recorded_sign_in() -> StoredToken {
    let mut recorded = stored("canary-access");
    recorded.token.expires_at = "2099-01-01T00:00:00Z".parse().unwrap();
    let registration = recorded.registration.as_mut().unwrap();
    registration.expires_at = "2099-04-01T00:00:00Z".parse().unwrap();
    recorded
}

#[tokio::test]
async fn a_sign_in_is_written_in_the_form_that_peers_read() {
    let (_folder, cache) = cache();
    let portal = portal(Some("my-sso"));
    assert_eq!(cache.read(&portal).unwrap(), None);
    write(&cache, &portal, &recorded_sign_in()).await;
    assert_eq!(
        fs::read_to_string(cache.path(&portal)).unwrap(),
        recorded("hatrack.json")
    );
    assert_eq!(cache.read(&portal).unwrap(), Some(recorded_sign_in()));
    assert!(!format!("{:?}", cache.read(&portal)).contains("canary"));
}

#[test]
fn what_peers_write_is_read() {
    let (_folder, cache) = cache();
    for portal in [portal(Some("my-sso")), portal(None)] {
        for name in ["aws-cli.json", "botocore.json"] {
            plant(&cache, &portal, &recorded(name));
            assert_eq!(cache.read(&portal).unwrap(), Some(recorded_sign_in()), "{name}");
        }
    }
}

#[tokio::test]
async fn a_sign_in_that_cannot_be_refreshed_has_neither_null_nor_registration() {
    let (_folder, cache) = cache();
    let portal = portal(None);
    let bare = StoredToken {
        token: SignInToken {
            refresh_token: None,
            ..stored("canary").token
        },
        registration: None,
    };
    write(&cache, &portal, &bare).await;
    let text = fs::read_to_string(cache.path(&portal)).unwrap();
    assert!(
        !text.contains("null") && !text.contains("client") && !text.contains("refresh"),
        "{text}"
    );
    assert_eq!(cache.read(&portal).unwrap(), Some(bare));
}

#[test]
fn what_other_tools_write_is_read() {
    let (_folder, cache) = cache();
    let portal = portal(Some("my-sso"));
    let end = "2026-11-22T13:00:00Z".parse::<jiff::Timestamp>().unwrap();
    let bare = |expires_at: &str| json!({ "accessToken": "t", "expiresAt": expires_at }).to_string();
    let forms = [
        bare("2026-11-22T13:00:00Z"),
        bare("2026-11-22T13:00:00UTC"),
        bare("2026-11-22T13:00:00.000Z"),
        bare("2026-11-22T14:00:00+01:00"),
        // Python's own separators, an address with an end that no portal looks at, a field of another tool.
        format!(
            "{{\"startUrl\": \"{START}/#/\", \"region\": \"eu-west-1\", \"accessToken\": \"t\", \
             \"expiresAt\": \"2026-11-22T13:00:00Z\", \"issuedAt\": 1, \"scopes\": [\"a\"]}}"
        ),
    ];
    for form in forms {
        plant(&cache, &portal, &form);
        let read = cache.read(&portal).unwrap().unwrap_or_else(|| panic!("{form}"));
        assert_eq!(
            (read.token.expires_at, read.token.access_token.expose()),
            (end, "t"),
            "{form}"
        );
    }
}

#[tokio::test]
async fn a_torn_or_foreign_file_counts_as_absent_and_is_mended_by_the_next_sign_in() {
    let (_folder, cache) = cache();
    let portal = portal(Some("my-sso"));
    let whole = json!({
        "startUrl": START, "region": "eu-west-1", "accessToken": "canary", "expiresAt": "2026-11-22T13:00:00Z",
    });
    let with = |field: &str, value: Value| {
        let mut changed = whole.clone();
        changed[field] = value;
        changed.to_string()
    };
    let texts = [
        String::new(),
        whole.to_string()[..40].to_owned(),
        format!("{whole}{whole}"),
        "\0".repeat(300),
        "[]".to_owned(),
        "null".to_owned(),
        with("accessToken", json!("")),
        with("accessToken", json!(17)),
        with("accessToken", Value::Null),
        with("expiresAt", json!("soon")),
        with("expiresAt", json!(1_763_816_400)),
        with("startUrl", json!("https://other.awsapps.com/start")),
        with("region", json!("us-east-1")),
        // A client's registration, which lies in the same folder.
        json!({ "clientId": "c", "clientSecret": "canary", "expiresAt": "2026-11-22T13:00:00Z" }).to_string(),
        with("more", json!("x".repeat(300_000))),
    ];
    for text in &texts {
        plant(&cache, &portal, text);
        assert_eq!(cache.read(&portal).unwrap(), None, "{text}");
    }
    write(&cache, &portal, &stored("t")).await;
    assert_eq!(cache.read(&portal).unwrap(), Some(stored("t")));
}

#[test]
fn why_a_file_is_not_used_repeats_no_part_of_it() {
    for bytes in [
        "{\"accessToken\": \"canary",
        "{\"accessToken\": 17, \"canary\": \"canary\"}",
        "\"canary\"",
        "{\"accessToken\": \"canary\", \"expiresAt\": \"canary\"}",
        "{\"accessToken\": \"canary\", \"expiresAt\": \"x\", \"startUrl\": \"canary\"}",
    ] {
        let why = token::parse(bytes.as_bytes(), &portal(None)).unwrap_err();
        assert!(!why.contains("canary"), "{why}");
    }
}

#[tokio::test]
async fn signing_out_removes_the_sign_in_and_what_a_killed_process_left() {
    let (_folder, cache) = cache();
    let portal = portal(Some("my-sso"));
    write(&cache, &portal, &stored("t")).await;
    let locked = cache.lock(&portal).await.unwrap();
    fs::write(locked.beside(), "half a canary").unwrap();
    assert!(locked.remove().unwrap());
    assert!(!locked.remove().unwrap());
    assert_eq!(locked.read().unwrap(), None);
    for entry in fs::read_dir(&cache.folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(fs::read(&path).unwrap(), b"", "{}", path.display());
    }
}

#[tokio::test]
async fn what_a_killed_process_left_is_in_nobodys_way() {
    let (_folder, cache) = cache();
    let portal = portal(Some("my-sso"));
    let locked = cache.lock(&portal).await.unwrap();
    fs::write(locked.beside(), "half a token").unwrap();
    locked.write(&stored("t")).unwrap();
    assert_eq!(locked.read().unwrap(), Some(stored("t")));
    assert!(!locked.beside().exists());
}

#[tokio::test]
async fn one_holds_the_lock_and_another_portal_has_its_own() {
    let (_folder, cache) = cache();
    let (one, other) = (portal(Some("one")), portal(Some("other")));
    let held = cache.lock(&one).await.unwrap();
    cache.lock(&other).await.unwrap();
    let mut second = Box::pin(cache.lock(&one));
    assert!(futures_are_pending(&mut second).await);
    // Who waits no longer has left nothing behind.
    drop(second);
    drop(held);
    cache.lock(&one).await.unwrap();
}

/// Whether it is still waiting, after it had a look.
async fn futures_are_pending<T>(future: &mut (impl Future<Output = T> + Unpin)) -> bool {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_never_let_go_is_said() {
    let (_folder, cache) = cache();
    let portal = portal(Some("one"));
    let held = cache.lock(&portal).await.unwrap();
    let failure = cache.lock(&portal).await.unwrap_err();
    assert!(matches!(failure, SsoCacheFailure::Busy { .. }), "{failure}");
    drop(held);
}

#[tokio::test]
async fn a_registration_is_kept_for_what_it_was_made_for() {
    let (_folder, cache) = cache();
    let portal = portal(Some("my-sso"));
    let registration = stored("t").registration.unwrap();
    assert_eq!(cache.registration(&portal, Grant::AuthorizationCode), None);
    cache
        .keep_registration(&portal, Grant::AuthorizationCode, &registration)
        .unwrap();
    assert_eq!(
        cache.registration(&portal, Grant::AuthorizationCode),
        Some(registration)
    );
    assert_eq!(cache.registration(&portal, Grant::DeviceCode), None);
    let others = [
        Portal {
            start_url: "https://other.awsapps.com/start".into(),
            ..portal.clone()
        },
        Portal {
            region: "us-east-1".into(),
            ..portal.clone()
        },
        Portal {
            session: None,
            ..portal.clone()
        },
        Portal {
            scopes: Vec::new(),
            ..portal.clone()
        },
    ];
    for other in others {
        assert_eq!(
            cache.registration(&other, Grant::AuthorizationCode),
            None,
            "{other:?}"
        );
    }
}

#[tokio::test]
async fn f63_a_folder_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sso"), "a file").unwrap();
    let cache = SsoCache::in_folder(folder.path().join("sso/cache"));
    assert_eq!(cache.read(&portal(None)).unwrap(), None);
    let failure = cache.lock(&portal(None)).await.unwrap_err();
    assert!(
        matches!(failure, SsoCacheFailure::Disk { doing: "locked", .. }),
        "{failure}"
    );
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn a_sign_in_is_closed_to_others() {
        let (_folder, cache) = cache();
        let portal = portal(Some("my-sso"));
        write(&cache, &portal, &stored("t")).await;
        let registration = stored("t").registration.unwrap();
        cache
            .keep_registration(&portal, Grant::DeviceCode, &registration)
            .unwrap();
        assert_eq!(mode(&cache.folder), 0o700);
        for entry in fs::read_dir(&cache.folder).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }

    #[tokio::test]
    async fn a15_modes_of_others_are_left_and_never_widened() {
        let (_folder, cache) = cache();
        let portal = portal(Some("my-sso"));
        let text = json!({ "accessToken": "t", "expiresAt": "2026-11-22T13:00:00Z" }).to_string();
        let path = plant(&cache, &portal, &text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let folder_mode = mode(&cache.folder);
        assert!(cache.read(&portal).unwrap().is_some());
        assert_eq!(mode(&path), 0o644);
        write(&cache, &portal, &stored("t")).await;
        assert_eq!((mode(&path), mode(&cache.folder)), (0o600, folder_mode));
    }

    #[test]
    fn a_pipe_in_the_place_of_a_sign_in_holds_nobody_up() {
        let (_folder, cache) = cache();
        let portal = portal(Some("my-sso"));
        fs::create_dir_all(&cache.folder).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(cache.path(&portal))
            .status()
            .unwrap();
        assert!(made.success());
        assert!(cache.read(&portal).is_err());
    }
}
