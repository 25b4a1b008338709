//! The files that a sandbox writes, and its start and end.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use hatrack_sandbox::{Manifest, Options, Shape, start};
use ini::Ini;

use crate::clients::{assume, s3, sandbox, sts, user};

#[tokio::test]
async fn the_files_are_private_and_agree_with_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        dir: Some(dir.path().join("new/one")),
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    for (path, mode) in [
        ("", 0o700),
        ("home", 0o700),
        ("config", 0o600),
        ("credentials", 0o600),
        ("env", 0o600),
        ("web-identity-token", 0o600),
        ("sandbox.json", 0o600),
    ] {
        let found = std::fs::metadata(running.dir().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777;
        assert_eq!(found, mode, "{path}");
    }
    let left: Vec<_> = std::fs::read_dir(running.dir())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 7, "{left:?}");
    let json = std::fs::read(running.dir().join("sandbox.json")).unwrap();
    let manifest: Manifest = serde_json::from_slice(&json).unwrap();
    assert_eq!(manifest.endpoint, running.endpoint());
    let config = Ini::load_from_file(&manifest.config_file).unwrap();
    let credentials = Ini::load_from_file(&manifest.credentials_file).unwrap();
    for story in &manifest.stories {
        let profile = config
            .section(Some(format!("profile {}", story.profile)))
            .unwrap();
        assert_eq!(
            profile.get("role_arn"),
            Some(story.role_arn.as_str()),
            "{}",
            story.id
        );
        assert_eq!(profile.get("endpoint_url"), Some(running.endpoint()));
        assert_eq!(profile.get("external_id"), story.external_id.as_deref());
        assert_eq!(profile.get("mfa_serial"), story.mfa_serial.as_deref());
        let keys = credentials.section(Some(story.identity.as_str())).unwrap();
        assert_eq!(
            keys.get("aws_access_key_id"),
            Some(story.access_key_id.as_str()),
            "{}",
            story.id
        );
        for wrong in &story.wrong {
            let section = config.section(Some(format!("profile {}", wrong.profile)));
            assert_eq!(
                section.unwrap().get("role_arn"),
                Some(wrong.role_arn.as_str()),
                "{}",
                wrong.what
            );
        }
    }
}

#[tokio::test]
async fn the_config_holds_each_way_in_as_the_aws_cli_writes_it() {
    let running = sandbox().await;
    let manifest = running.manifest();
    let config = Ini::load_from_file(&manifest.config_file).unwrap();
    let get = |section: &str, key| config.get_from(Some(section), key);
    let [own, partner] = &manifest.sign_in.portals[..] else {
        panic!("two portals");
    };
    let session = format!("sso-session {}", own.session.as_ref().unwrap());
    assert_eq!(get(&session, "sso_start_url"), Some(own.start_url.as_str()));
    assert_eq!(get(&session, "sso_region"), Some(own.region.as_str()));
    assert_eq!(
        get(&session, "sso_registration_scopes"),
        Some("sso:account:access")
    );
    for profile in &own.profiles {
        let section = format!("profile {profile}");
        assert_eq!(get(&section, "sso_session"), own.session.as_deref());
        assert!(get(&section, "sso_start_url").is_none() && get(&section, "sso_account_id").is_some());
    }
    let legacy = format!("profile {}", partner.profiles[0]);
    assert_eq!(get(&legacy, "sso_start_url"), Some(partner.start_url.as_str()));
    assert_eq!(get(&legacy, "sso_session"), None);
    let hop = format!("profile {}", manifest.sign_in.hop.profile);
    assert_eq!(
        get(&hop, "source_profile"),
        Some(manifest.sign_in.profile.as_str())
    );
    let pipeline = format!("profile {}", manifest.kinds.web_identity_profile);
    let file = manifest.kinds.web_identity_token_file.to_str();
    assert_eq!(get(&pipeline, "web_identity_token_file"), file);
    for (profile, source) in [
        (&manifest.machine.instance_profile, "Ec2InstanceMetadata"),
        (&manifest.machine.container_profile, "EcsContainer"),
    ] {
        let section = format!("profile {profile}");
        assert_eq!(get(&section, "credential_source"), Some(source));
    }
    let env = std::fs::read_to_string(running.dir().join("env")).unwrap();
    for line in [
        format!(
            "export AWS_EC2_METADATA_SERVICE_ENDPOINT='{}'",
            manifest.machine.metadata_endpoint
        ),
        format!(
            "export AWS_CONTAINER_CREDENTIALS_FULL_URI='{}'",
            manifest.machine.container_uri
        ),
    ] {
        assert!(env.lines().any(|l| l == line), "{env}");
    }
}

#[tokio::test]
async fn a_folder_of_its_own_goes_and_a_given_one_stays() {
    let running = sandbox().await;
    let own = running.dir().to_owned();
    assert!(own.join("sandbox.json").exists());
    let address = running.address();
    running.shutdown().await;
    assert!(!own.exists());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());

    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let options = Options {
            dir: Some(dir.path().to_owned()),
            ..Options::default()
        };
        start(options).await.unwrap().shutdown().await;
    }
    assert!(dir.path().join("sandbox.json").exists());
}

#[tokio::test]
async fn a_folder_with_somebodys_own_files_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let own = dir.path().join("credentials");
    std::fs::write(&own, "[default]\n").unwrap();
    let options = || Options {
        dir: Some(dir.path().to_owned()),
        ..Options::default()
    };
    assert!(start(options()).await.is_err());
    assert_eq!(std::fs::read_to_string(&own).unwrap(), "[default]\n");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    std::fs::remove_file(own).unwrap();
    start(options()).await.unwrap().shutdown().await;
    let mode = std::fs::metadata(dir.path()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o755);
}

#[tokio::test]
async fn a_seed_makes_keys_repeatable_and_none_makes_them_new() {
    let keys = async |seed| {
        let running = start(Options {
            seed,
            ..Options::default()
        })
        .await
        .unwrap();
        running.manifest().stories[0].secret_access_key.clone()
    };
    assert_eq!(keys(Some(7)).await, keys(Some(7)).await);
    assert_ne!(keys(Some(7)).await, keys(Some(8)).await);
    assert_ne!(keys(None).await, keys(None).await);
}

#[tokio::test]
async fn each_story_of_the_plan_has_its_four_placements() {
    use hatrack_sandbox::Placement;
    let running = sandbox().await;
    for id in [
        "S1", "S2", "S4", "S5", "S6", "S7", "S9", "S10", "S11", "S13", "S14", "S15",
    ] {
        let story = running.manifest().story(id).unwrap();
        for placement in [
            Placement::AssumeRole,
            Placement::Trust,
            Placement::Permissions,
            Placement::BucketPolicy,
        ] {
            assert!(
                story.wrong.iter().any(|w| w.placement == placement),
                "{id} {placement:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_shape_slows_down() {
    let shape = Shape {
        first_byte: Duration::from_millis(30),
        bytes_per_second: Some(4 * 1024 * 1024),
    };
    let running = start(Options {
        shape,
        ..Options::default()
    })
    .await
    .unwrap();
    let story = running.manifest().story("S1").unwrap();
    let role = assume(&sts(&running, user(story)), &story.role_arn, None, None)
        .await
        .unwrap();
    let s3 = s3(&running, role, &story.region);
    let before = Instant::now();
    let range = "bytes=0-1048575";
    let call = s3
        .get_object()
        .bucket(&story.bucket)
        .key("large/twenty-mebibytes.bin")
        .range(range);
    let bytes = call
        .send()
        .await
        .unwrap()
        .body
        .collect()
        .await
        .unwrap()
        .into_bytes();
    assert_eq!(bytes.len(), 1024 * 1024);
    assert!(
        before.elapsed() > Duration::from_millis(200),
        "{:?}",
        before.elapsed()
    );
}

#[tokio::test]
async fn no_debug_output_holds_a_secret() {
    let running = sandbox().await;
    let story = running.manifest().story("X2").unwrap();
    let (client, token) = crate::sso::sign_in(&running, None).await;
    let told = format!("{running:?} {:?} {:?}", running.manifest(), running.admin());
    for secret in [&story.secret_access_key, story.mfa_seed.as_ref().unwrap()] {
        assert!(!told.contains(secret.as_str()));
    }
    let machine = running
        .manifest()
        .story("S14")
        .unwrap()
        .environment
        .as_ref()
        .unwrap();
    assert!(!told.contains(&machine.secret_access_key) && !told.contains(&machine.session_token));
    let container = &running.manifest().machine.container_token;
    let refresh = token.refresh_token().unwrap();
    for secret in [
        container,
        client.1.as_str(),
        token.access_token().unwrap(),
        refresh,
    ] {
        assert!(!told.contains(secret));
    }
}
