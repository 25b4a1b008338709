//! Profiles written into the shared files: what is put there, and when it goes again.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use hatrack_agent::protocol::{
    ChangeSettings, EndRequest, ErrorCode, ProfileForm, ProfileName, ProfileOutcome, ProfilePlan,
    RenewRequest, Reply, Request, RoleChoice, SessionRef, WireError, WriteProfile, WrittenProfileView,
};
use hatrack_core::view::CatalogView;

use crate::world::*;

const MINUTE: Duration = Duration::from_secs(60);
const OWN: &str = "hatrack-081278057606-StuzioAcmeConsultantRole";

fn of(profile: &str) -> WriteProfile {
    WriteProfile {
        of: SessionRef::Role(RoleChoice::Exact(profile.to_owned())),
        name: ProfileName::Own,
        keys: false,
        options: Default::default(),
        mfa_code: None,
        allow_endpoint: false,
    }
}

fn named(profile: &str, name: &str) -> WriteProfile {
    WriteProfile {
        name: ProfileName::Named(name.to_owned()),
        ..of(profile)
    }
}

fn default(profile: &str) -> WriteProfile {
    WriteProfile {
        name: ProfileName::Default,
        ..of(profile)
    }
}

fn keys(write: WriteProfile) -> WriteProfile {
    WriteProfile { keys: true, ..write }
}

impl World {
    fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    fn credentials(&self) -> PathBuf {
        self.folder.path().join("credentials")
    }

    fn texts(&self) -> (String, String) {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        (read(self.config()), read(self.credentials()))
    }

    async fn write(&self, write: WriteProfile) -> Result<WrittenProfileView, WireError> {
        match self.ask(Request::WriteProfile(write)).await? {
            Reply::Profile(outcome) => match *outcome {
                ProfileOutcome::Written { profile, .. } => Ok(profile),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    async fn plan_profile(&self, write: WriteProfile) -> Result<ProfilePlan, WireError> {
        match self.ask(Request::PlanProfile(write)).await? {
            Reply::ProfilePlan(plan) => Ok(plan),
            other => panic!("{other:?}"),
        }
    }

    async fn profiles(&self) -> Vec<WrittenProfileView> {
        match self.ask(Request::Profiles).await.unwrap() {
            Reply::Profiles(profiles) => profiles,
            other => panic!("{other:?}"),
        }
    }

    async fn remove(&self, name: &str) -> Result<(), WireError> {
        let name = name.to_owned();
        self.ask(Request::RemoveProfile { name }).await.map(drop)
    }

    async fn catalog(&self) -> CatalogView {
        match self.ask(Request::Catalog).await.unwrap() {
            Reply::Catalog(catalog) => catalog,
            other => panic!("{other:?}"),
        }
    }

    /// The agent removes by itself what has ended, a moment later.
    async fn until_removed(&self) {
        let gone = async {
            while !self.profiles().await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        soon(gone).await;
    }
}

#[tokio::test]
async fn a_line_that_asks_hat_is_put_at_the_end_and_taken_out_again() {
    let world = World::new().await;
    let before = world.texts();
    let plan = world.plan_profile(of("stuzio")).await.unwrap();
    assert_eq!((plan.name.as_str(), plan.ours), (OWN, false));
    assert_eq!(world.texts(), before, "a plan writes nothing");

    let written = world.write(of("stuzio")).await.unwrap();
    assert_eq!((written.name.as_str(), written.form), (OWN, ProfileForm::Process));
    assert_eq!(world.sts.calls(), 0, "a line needs no session");
    let (config, credentials) = world.texts();
    let added = config.strip_prefix(&before.0).unwrap();
    let lines: Vec<String> = added.lines().map(str::to_owned).collect();
    let shown: Vec<String> = plan.changes[0]
        .added
        .iter()
        .map(|line| line.text.clone())
        .collect();
    assert_eq!(lines, shown, "what was shown is what is written");
    assert_eq!(lines[1], format!("[profile {OWN}]"));
    assert_eq!(lines[2], "region = eu-west-1");
    let line = lines[3].strip_prefix("credential_process = ").unwrap();
    assert!(line.ends_with(" credential-process -- stuzio"), "{line}");
    assert!(line.contains(&world.config().display().to_string()), "{line}");
    assert_eq!(credentials, "");

    world.remove(OWN).await.unwrap();
    assert_eq!(world.texts(), before);
    assert!(world.profiles().await.is_empty());
    assert_eq!(world.remove(OWN).await.unwrap_err().code, ErrorCode::Invalid);
    let rows = world.history().await;
    let events: Vec<&str> = rows.iter().map(|row| row.event.as_str()).collect();
    assert_eq!(events, ["profile_write", "profile_remove"]);
}

#[tokio::test]
async fn what_is_written_is_another_name_of_the_role_and_no_identity() {
    let world = World::new().await;
    world.write(of("stuzio")).await.unwrap();
    world.write(keys(named("stuzio", "plain"))).await.unwrap();
    let catalog = world.catalog().await;
    let names = |name: &str| {
        let role = catalog.roles.iter().any(|role| role.key == name);
        role || catalog.identities.iter().any(|identity| identity.profile == name)
    };
    assert!(!names(OWN) && !names("plain"));
    let session = world.session("plain").await;
    assert_eq!(session.role_key.as_deref(), Some("stuzio"));
}

#[tokio::test]
async fn a_copy_of_the_file_is_kept_before_its_first_change_and_no_more() {
    let world = World::new().await;
    let before = world.texts().0;
    world.write(named("stuzio", "a")).await.unwrap();
    world.write(named("stuzio", "b")).await.unwrap();
    let copies: Vec<PathBuf> = std::fs::read_dir(world.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("config.hatrack-backup-"))
        .collect();
    assert_eq!(copies.len(), 1);
    assert_eq!(std::fs::read_to_string(&copies[0]).unwrap(), before);
}

#[tokio::test]
async fn never_into_a_profile_that_starts_somewhere() {
    let mut config = CONFIG.to_owned();
    config += "\n[profile signs]\nsso_session = x\n[profile quiet]\noutput = json\n";
    let world = World::with_config(&config).await;
    let before = world.texts();
    for name in ["stuzio", "troy", "signs"] {
        let refused = world.write(named("far", name)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid, "{name}");
    }
    for name in ["", "a b", "a]\n[default", "default", "hatrack-before-default"] {
        let refused = world.write(named("far", name)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid, "{name:?}");
    }
    assert_eq!(world.texts(), before);
    // One that says only how to print gets the lines, and keeps its own.
    world.write(named("far", "quiet")).await.unwrap();
    assert!(world.texts().0.contains("[profile quiet]\nregion = "));
    world.remove("quiet").await.unwrap();
    assert_eq!(world.texts(), before);
}

#[tokio::test]
async fn keys_are_in_a_private_file_and_go_with_their_session() {
    let world = World::new().await;
    let before = world.texts();
    let plan = world.plan_profile(keys(of("stuzio"))).await.unwrap();
    let shown: Vec<&str> = plan.changes[0]
        .added
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    assert!(shown.contains(&"aws_secret_access_key = ***"), "{shown:?}");
    assert_eq!(world.sts.calls(), 0);
    let written = world.write(keys(of("stuzio"))).await.unwrap();
    let session = &world.sessions().await[0];
    assert_eq!(written.session_id.as_deref(), Some(session.id.as_str()));
    assert_eq!(written.expires_at, Some(session.expires_at));
    let (config, credentials) = world.texts();
    assert_eq!(config, before.0);
    assert!(credentials.contains(&format!("aws_access_key_id = {}", session.access_key_id)));
    assert!(credentials.contains("aws_session_token = "));
    let mode = std::fs::metadata(world.credentials())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let journal = std::fs::read_to_string(world.home.written_profiles()).unwrap();
    assert!(!journal.contains("secret_access_key\":") && !journal.contains("canary"));

    let end = EndRequest {
        session: SessionRef::Id(session.id.clone()),
    };
    world.ask(Request::End(end)).await.unwrap();
    assert_eq!(world.texts(), before, "gone when the switch back is answered");
}

#[tokio::test]
async fn keys_go_when_their_session_ends_by_time() {
    let world = World::new().await;
    let before = world.texts();
    world.write(keys(of("stuzio"))).await.unwrap();
    world.write(named("stuzio", "line")).await.unwrap();
    world.clock.pass(61 * MINUTE);
    let gone = async {
        while world.profiles().await.len() > 1 {
            tokio::task::yield_now().await;
        }
    };
    soon(gone).await;
    assert_eq!(world.texts().1, before.1);
    // A line asks for a new session: it stays.
    assert_eq!(world.profiles().await[0].name, "line");
}

#[tokio::test]
async fn keys_that_ended_while_no_agent_ran_are_gone_after_the_next_start() {
    let mut world = World::new().await;
    let before = world.texts();
    world.write(keys(of("stuzio"))).await.unwrap();
    world.restart().await;
    assert_eq!(world.profiles().await.len(), 1, "its session lives on");
    assert_ne!(world.texts(), before);
    world.started.take().unwrap().put_away().await;
    world.clock.pass(300 * MINUTE);
    world.start().await;
    world.until_removed().await;
    assert_eq!(world.texts(), before);
}

#[tokio::test]
async fn without_a_keyring_no_keys_are_left_behind() {
    let mut world = World::without_keyring().await;
    let before = world.texts();
    world.write(keys(of("stuzio"))).await.unwrap();
    world.started.take().unwrap().put_away().await;
    assert_eq!(world.texts(), before);
}

#[tokio::test]
async fn a_renewed_session_puts_its_new_keys_in_the_place_of_the_old() {
    let world = World::new().await;
    world.write(keys(of("stuzio"))).await.unwrap();
    let before = world.sessions().await[0].clone();
    let renew = RenewRequest {
        session: SessionRef::Id(before.id.clone()),
        duration: None,
        mfa_code: None,
        allow_endpoint: false,
    };
    world.ask(Request::Renew(renew)).await.unwrap();
    let after = world.sessions().await[0].clone();
    assert_ne!(after.access_key_id, before.access_key_id);
    let renewed = async {
        while !world.texts().1.contains(&after.access_key_id) {
            tokio::task::yield_now().await;
        }
    };
    soon(renewed).await;
    assert!(!world.texts().1.contains(&before.access_key_id));
}

#[tokio::test]
async fn a_line_goes_when_the_person_switches_back() {
    let world = World::new().await;
    let before = world.texts();
    let session = world.session("stuzio").await;
    let write = WriteProfile {
        of: SessionRef::Id(session.id.clone()),
        ..of("stuzio")
    };
    let written = world.write(write).await.unwrap();
    assert_eq!(written.session_id, Some(session.id));
    world.write(named("far", "other")).await.unwrap();
    let end = EndRequest {
        session: SessionRef::Typed("stuzio".into()),
    };
    world.ask(Request::End(end)).await.unwrap();
    let left = world.profiles().await;
    assert_eq!((left.len(), left[0].name.as_str()), (1, "other"));
    world.remove("other").await.unwrap();
    assert_eq!(world.texts(), before);
}

#[tokio::test]
async fn the_default_is_set_and_comes_back_byte_for_byte() {
    let config = format!("; mine\r\n[default] # here\r\noutput = json\r\nregion=us-east-2\r\n{CONFIG}");
    let world = World::with_config(&config).await;
    let keys_before =
        "[other]\naws_access_key_id = B\n[default]\naws_access_key_id = A\naws_secret_access_key = canary";
    std::fs::write(world.credentials(), keys_before).unwrap();
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(world.credentials(), mode).unwrap();
    let before = world.texts();
    for write in [default("stuzio"), keys(default("stuzio"))] {
        let written = world.write(write).await.unwrap();
        assert_eq!(written.name, "default");
        assert!(
            world
                .texts()
                .1
                .contains("[hatrack-before-default]\naws_access_key_id = A")
        );
        let session = world.session("default").await;
        assert_eq!(session.role_key.as_deref(), Some("stuzio"));
    }
    world.remove("default").await.unwrap();
    assert_eq!(world.texts(), before);
    // The settings that are no start hold on meanwhile.
    world.write(default("stuzio")).await.unwrap();
    assert!(world.texts().0.contains("\noutput = json\r\n"));
    world.remove("default").await.unwrap();
    assert_eq!(world.texts(), before);
}

#[tokio::test]
async fn a_default_that_roles_start_from_is_not_set() {
    let config = CONFIG
        .replace("[profile troy]", "[default]")
        .replace("= troy", "= default");
    let world = World::with_config(&config).await;
    let before = world.texts();
    let refused = world.write(default("stuzio")).await.unwrap_err();
    assert!(refused.message.contains("starts from the profile"), "{refused:?}");
    assert_eq!(world.texts(), before);
}

#[tokio::test]
async fn keys_are_refused_where_others_read_the_file_and_where_they_are_switched_off() {
    let world = World::new().await;
    std::fs::write(world.credentials(), "[x]\n").unwrap();
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(world.credentials(), open).unwrap();
    let refused = world.write(keys(of("stuzio"))).await.unwrap_err();
    assert!(refused.message.contains("chmod 600"), "{refused:?}");
    assert_eq!(world.texts().1, "[x]\n");

    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(world.credentials(), private).unwrap();
    world.write(keys(of("stuzio"))).await.unwrap();
    let off = ChangeSettings {
        no_keys_in_profiles: Some(true),
        ..ChangeSettings::default()
    };
    world.ask(Request::SetSettings(off)).await.unwrap();
    assert_eq!(world.texts().1, "[x]\n", "those that were written go");
    let refused = world.write(keys(of("stuzio"))).await.unwrap_err();
    assert!(refused.message.contains("switched off"), "{refused:?}");
}

#[tokio::test]
async fn what_somebody_changed_by_hand_is_left_alone() {
    let world = World::new().await;
    world.write(of("stuzio")).await.unwrap();
    let (config, _) = world.texts();
    let changed = config
        .replace("-- stuzio", "-- far")
        .replace("/hat ", "/other ")
        .replace("= hat ", "= other ");
    std::fs::write(world.config(), &changed).unwrap();
    let refused = world.remove(OWN).await.unwrap_err();
    assert!(refused.message.contains("was changed"), "{refused:?}");
    assert_eq!(world.texts().0, changed);
    assert!(world.profiles().await.is_empty());
}

#[tokio::test]
async fn a_default_that_was_cut_off_is_undone_at_the_next_start() {
    let mut world = World::with_config(&format!("[default]\noutput = json\n{CONFIG}")).await;
    std::fs::write(
        world.credentials(),
        "[default]\naws_access_key_id = A\naws_secret_access_key = b\n",
    )
    .unwrap();
    let before = world.texts();
    world.write(default("stuzio")).await.unwrap();
    // As a kill after the first of the two files would leave it.
    let journal = std::fs::read_to_string(world.home.written_profiles()).unwrap();
    let cut = journal.replace("\"done\":true", "\"done\":false");
    assert_ne!(cut, journal);
    world.started.take().unwrap().put_away().await;
    std::fs::write(world.home.written_profiles(), cut).unwrap();
    std::fs::write(world.config(), &before.0).unwrap();
    world.start().await;
    world.until_removed().await;
    assert_eq!(world.texts(), before);
}

#[tokio::test]
async fn a_default_that_somebody_filled_meanwhile_gets_no_second_one_beside_it() {
    let world = World::with_config(&format!("[default]\nsso_session = a\n{CONFIG}")).await;
    world.write(default("stuzio")).await.unwrap();
    let (config, _) = world.texts();
    let filled = config.replace("[default]\n", "[default]\ncli_pager = less\n");
    std::fs::write(world.config(), filled).unwrap();
    let refused = world.remove("default").await.unwrap_err();
    assert!(refused.message.contains("hatrack-before-default"), "{refused:?}");
    let (config, _) = world.texts();
    assert_eq!(config.matches("[default]").count(), 1, "{config}");
    assert!(config.contains("[default]\ncli_pager = less\n") && !config.contains("credential_process"));
    assert!(config.contains("[profile hatrack-before-default]\nsso_session = a\n"));
}
