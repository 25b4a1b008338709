//! The stories, by requests to the agent.

use std::sync::Arc;

use hatrack_agent::machine::SystemClock;
use hatrack_agent::protocol::{Reply, Request};
use hatrack_agent::run::{Options, Outside, start};
use hatrack_agent::service::Answered;
use hatrack_aws::http::HttpClients;
use hatrack_core::expiry::Clock;
use hatrack_core::view::{NeedView, SwitchOutcome};
use hatrack_sandbox::totp;
use hatrack_store::home::Home;

use crate::directory::{HeldIam, HeldOrganizations};
use crate::stage::{Stage, to};
use crate::world::{TestKeyring, switched};

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
    let http = Arc::new(HttpClients::default());
    let outside = Outside {
        iam: Arc::new(HeldIam::default()),
        organizations: Arc::new(HeldOrganizations::default()),
        ..Outside::aws(http, Arc::new(SystemClock::new()), Arc::new(TestKeyring(None)))
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
