//! The agent against the sandbox: real HTTP, real policies, real clocks.

use std::sync::{Arc, Mutex};

use hatrack_agent::machine::SystemClock;
use hatrack_agent::protocol::{Reply, Request, RoleChoice, SwitchRequest};
use hatrack_agent::run::{Options, Outside, Started, start};
use hatrack_agent::service::Answered;
use hatrack_aws::AwsSts;
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::expiry::Clock;
use hatrack_core::view::{NeedView, SwitchOutcome};
use hatrack_sandbox::{Running, Story, totp};
use hatrack_store::home::Home;

use crate::world::{TestKeyring, switched};

struct Stage {
    sandbox: Running,
    agent: Started,
    caller: CallerContext,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = hatrack_sandbox::Options {
            dir: Some(folder.path().join("sandbox")),
            seed: Some(1),
            ..hatrack_sandbox::Options::default()
        };
        let sandbox = hatrack_sandbox::start(options).await.unwrap();
        let home = Home::at(&sandbox.manifest().home);
        home.create().unwrap();
        home.mark_as_sandbox().unwrap();
        let outside = Outside {
            sts: Arc::new(AwsSts::default()),
            clock: Arc::new(SystemClock::new()),
            keyring: Arc::new(TestKeyring(Some(Mutex::default()))),
        };
        let agent = start(&home, Options::default(), outside).await.unwrap();
        let vars = [
            (
                "AWS_CONFIG_FILE",
                sandbox.manifest().config_file.display().to_string(),
            ),
            (
                "AWS_SHARED_CREDENTIALS_FILE",
                sandbox.manifest().credentials_file.display().to_string(),
            ),
            ("USER", "troy".to_owned()),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value));
        let caller = CallerContext::new(Client::Hat, folder.path().to_owned(), vars);
        Self {
            sandbox,
            agent,
            caller,
            _folder: folder,
        }
    }

    fn story(&self, id: &str) -> Story {
        self.sandbox.manifest().story(id).unwrap().clone()
    }

    async fn switch(&self, request: SwitchRequest) -> SwitchOutcome {
        let request = Request::Switch(request);
        match self
            .agent
            .service
            .answer(self.caller.clone(), request)
            .await
            .unwrap()
        {
            Answered::Reply(reply) => match *reply {
                Reply::Switch(outcome) => outcome,
                other => panic!("{other:?}"),
            },
            Answered::Listening(_) => panic!("a subscription"),
        }
    }
}

fn to(profile: &str) -> SwitchRequest {
    SwitchRequest::of(RoleChoice::Exact(profile.to_owned()))
}

#[tokio::test]
async fn s1_s2_a_switch_works_and_each_way_it_goes_wrong_keeps_awss_words() {
    let stage = Stage::new().await;
    for id in ["S1", "S2"] {
        let story = stage.story(id);
        let session = switched(stage.switch(to(&story.profile)).await);
        assert_eq!(session.arn.as_deref(), Some(story.role_arn.as_str()));
        assert_eq!(session.external_id, story.external_id);
        assert!(
            (3590..=3600).contains(&session.seconds_left),
            "{}",
            session.seconds_left
        );
        for wrong in &story.wrong {
            stage
                .agent
                .service
                .answer(stage.caller.clone(), Request::EndAll)
                .await
                .unwrap();
            match stage.switch(to(&wrong.profile)).await {
                SwitchOutcome::Denied { denial } => {
                    assert_eq!(denial.code, "AccessDenied", "{}", wrong.what);
                    assert!(denial.request_id.is_some() && denial.message.contains("sts:AssumeRole"));
                }
                // What only S3 refuses, the switch cannot show.
                SwitchOutcome::Switched { .. } => assert_ne!(wrong.call, "AssumeRole", "{}", wrong.what),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn s10_a_chain_is_capped_and_its_live_hop_reused() {
    let stage = Stage::new().await;
    let story = stage.story("S10");
    let mut long = to(&story.profile);
    long.options.duration = Some(28800.try_into().unwrap());
    let SwitchOutcome::Denied { denial } = stage.switch(long).await else {
        panic!("eight hours on a chain");
    };
    assert_eq!((denial.longest_duration, denial.request_id), (Some(3600), None));
    let session = switched(stage.switch(to(&story.profile)).await);
    assert!(session.chained && session.hops.len() >= 2);
    assert!(session.life <= 3600);
}

#[tokio::test]
async fn a_guarded_role_takes_a_fresh_code_once() {
    let stage = Stage::new().await;
    let stories = stage.sandbox.manifest().stories.clone();
    let guarded = stories
        .into_iter()
        .find(|story| story.mfa_seed.is_some())
        .unwrap();
    let need = stage.switch(to(&guarded.profile)).await;
    assert!(matches!(
        need,
        SwitchOutcome::Needs {
            need: NeedView::MfaCode { refused: None, .. }
        }
    ));
    let mut request = to(&guarded.profile);
    request.mfa_code = Some("000000".parse().unwrap());
    let wrong = stage.switch(request.clone()).await;
    assert!(
        matches!(
            &wrong,
            SwitchOutcome::Needs {
                need: NeedView::MfaCode { refused: Some(_), .. }
            }
        ),
        "{wrong:?}"
    );
    let code = totp(
        guarded.mfa_seed.as_deref().unwrap(),
        SystemClock::new().now().wall,
    )
    .unwrap();
    request.mfa_code = Some(code.parse().unwrap());
    let session = switched(stage.switch(request).await);
    assert_eq!(session.mfa_serial, guarded.mfa_serial);
}

#[tokio::test]
async fn outside_a_sandboxs_home_its_endpoint_needs_leave() {
    let stage = Stage::new().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let home = Home::at(elsewhere.path());
    home.create().unwrap();
    let outside = Outside {
        sts: Arc::new(AwsSts::default()),
        clock: Arc::new(SystemClock::new()),
        keyring: Arc::new(TestKeyring(None)),
    };
    let agent = start(&home, Options::default(), outside).await.unwrap();
    let request = Request::Switch(to(&stage.story("S1").profile));
    let Ok(Answered::Reply(reply)) = agent.service.answer(stage.caller.clone(), request).await else {
        panic!("no reply");
    };
    let Reply::Switch(SwitchOutcome::Needs {
        need: NeedView::EndpointConsent { endpoint },
    }) = *reply
    else {
        panic!("{reply:?}");
    };
    assert_eq!(endpoint, stage.sandbox.endpoint());
}
