//! Credentials for clients.

use std::time::Duration;

use futures::future::join;
use hatrack_agent::protocol::{
    ErrorCode, Event, HandOut, HandOutOutcome, HandOutRequest, Reply, Request, RoleChoice, SessionRef,
    SwitchRequest,
};
use hatrack_core::caller::Client;
use hatrack_core::view::NeedView;

use crate::world::*;

fn of(profile: &str) -> HandOutRequest {
    HandOutRequest::of(SessionRef::Role(RoleChoice::Exact(profile.into())))
}

async fn outcome(world: &World, request: HandOutRequest) -> HandOutOutcome {
    match world.ask(Request::HandOut(request)).await.unwrap() {
        Reply::HandOut(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

async fn given(world: &World, request: HandOutRequest) -> HandOut {
    match outcome(world, request).await {
        HandOutOutcome::Given(given) => *given,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_hand_out_switches_by_itself_and_renews_what_is_nearly_over() {
    let world = World::new().await;
    let first = given(&world, of("stuzio")).await;
    assert_eq!(first.credentials.access_key_id, "ASIA1");
    assert_eq!(first.region, "eu-west-1");
    assert_eq!(first.role_key, "stuzio");
    let again = given(&world, of("stuzio")).await;
    assert_eq!(again.credentials, first.credentials);
    world.clock.pass(Duration::from_secs(3001));
    let renewed = given(&world, of("stuzio")).await;
    assert_eq!(renewed.credentials.access_key_id, "ASIA2");
    assert_eq!(renewed.session.unwrap().id, first.session.unwrap().id);
    let events: Vec<String> = world.history().await.into_iter().map(|row| row.event).collect();
    assert_eq!(events, ["switch", "hand_out", "renew", "hand_out"]);
}

#[tokio::test]
async fn by_its_id_a_session_is_handed_out_and_renewed_for_any_caller() {
    let world = World::new().await;
    let session = world.session("stuzio").await;
    // The window knows nothing of the files that the terminal has.
    let window = world.caller_as(Client::Window, &[("AWS_CONFIG_FILE", "/nowhere")]);
    world.clock.pass(Duration::from_secs(3500));
    let mut request = HandOutRequest::of(SessionRef::Id(session.id.clone()));
    request.detail = Some("Copied env for zsh".into());
    let Ok(Reply::HandOut(HandOutOutcome::Given(given))) =
        world.ask_as(window, Request::HandOut(request)).await
    else {
        panic!("nothing given");
    };
    assert_eq!(given.credentials.access_key_id, "ASIA2");
    let rows = world.history().await;
    assert_eq!(
        (rows[2].event.as_str(), rows[2].detail.as_deref()),
        ("export", Some("Copied env for zsh"))
    );
    let gone = HandOutRequest::of(SessionRef::Id("nothing".into()));
    assert_eq!(
        world.ask(Request::HandOut(gone)).await.unwrap_err().code,
        ErrorCode::NoSuchSession
    );
}

#[tokio::test]
async fn a_least_life_is_kept() {
    let world = World::new().await;
    world.session("stuzio").await;
    world.clock.pass(Duration::from_secs(1800));
    let mut request = of("stuzio");
    request.min_life = Some(1700);
    assert_eq!(
        given(&world, request.clone()).await.credentials.access_key_id,
        "ASIA1"
    );
    request.min_life = Some(1900);
    assert_eq!(given(&world, request).await.credentials.access_key_id, "ASIA2");
}

#[tokio::test]
async fn keys_go_out_as_they_are_only_where_that_is_asked() {
    let world = World::new().await;
    let session = given(&world, of("troy")).await;
    assert_eq!(session.credentials.access_key_id, "ASIA1");
    assert_eq!(session.session.unwrap().life, 43200);
    let mut raw = of("troy");
    raw.raw = true;
    let keys = given(&world, raw).await;
    assert_eq!(keys.credentials.access_key_id, "AKIATROY");
    assert_eq!(keys.credentials.secret_access_key.expose(), "canary-long-term");
    assert!(keys.session.is_none());
    let temporary = given(&world, of("temporary")).await;
    assert_eq!(temporary.credentials.access_key_id, "ASIATEMP");
    assert!(temporary.credentials.session_token.is_some() && temporary.session.is_none());
    assert_eq!(world.sts.calls(), 1);
}

#[tokio::test]
async fn keys_are_read_afresh() {
    let world = World::new().await;
    given(&world, of("stuzio")).await;
    let rotated = CONFIG.replace("AKIATROY", "AKIAROTATED");
    std::fs::write(world.folder.path().join("config"), rotated).unwrap();
    given(&world, of("stuzio")).await;
    assert_eq!(*world.sts.signers.lock().unwrap(), ["AKIATROY", "AKIAROTATED"]);
}

#[tokio::test]
async fn an_endpoint_that_is_not_awss_gets_no_signature_without_leave() {
    let world = World::new().await;
    let HandOutOutcome::Needs {
        need: NeedView::EndpointConsent { endpoint },
    } = outcome(&world, of("elsewhere")).await
    else {
        panic!("no leave asked");
    };
    assert_eq!(endpoint, "https://minio.example:9000");
    assert_eq!(world.sts.calls(), 0);
    let mut once = of("elsewhere");
    once.allow_endpoint = true;
    given(&world, once).await;
    assert!(matches!(
        outcome(&world, of("elsewhere")).await,
        HandOutOutcome::Needs { .. }
    ));
    world.ask(Request::ConsentEndpoint { endpoint }).await.unwrap();
    let given = given(&world, of("elsewhere")).await;
    assert_eq!(given.s3.endpoint.as_deref(), Some("https://minio.example:9000"));
}

#[tokio::test]
async fn an_s3_endpoint_needs_leave_where_s3_is_meant() {
    let world = World::new().await;
    let caller = world.caller_as(Client::Hat, &[("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")]);
    let mut request = of("stuzio");
    let ask = |request| world.ask_as(caller.clone(), Request::HandOut(request));
    assert!(matches!(
        ask(request.clone()).await,
        Ok(Reply::HandOut(HandOutOutcome::Given(_)))
    ));
    request.for_s3 = true;
    assert!(matches!(
        ask(request).await,
        Ok(Reply::HandOut(HandOutOutcome::Needs { .. }))
    ));
}

#[tokio::test]
async fn a_program_waits_for_the_person_who_answers_in_the_window() {
    let world = World::new().await;
    let listener = world.listen().await;
    let mut waiting = of("guarded");
    waiting.wait = 50;
    let person = async {
        let Event::Asked { role_key, waits, .. } = news(&listener).await else {
            panic!("nobody asked");
        };
        assert_eq!((role_key.as_str(), waits), ("guarded", 50));
        let mut request = SwitchRequest::of(RoleChoice::Key(role_key));
        request.mfa_code = Some("123456".parse().unwrap());
        switched(world.switch_with(request).await)
    };
    let (given, session) = soon(join(given(&world, waiting), person)).await;
    assert_eq!(given.session.unwrap().id, session.id);
    // GetSessionToken and AssumeRole.
    assert_eq!(world.sts.calls(), 2);
}

#[tokio::test]
async fn without_a_window_nobody_is_waited_for() {
    let world = World::new().await;
    let mut request = of("guarded");
    request.wait = 50;
    assert!(matches!(
        soon(outcome(&world, request)).await,
        HandOutOutcome::Needs { .. }
    ));
}

#[tokio::test]
async fn b23_an_end_in_the_year_9999_is_shown_and_handed_out_capped() {
    let world = World::new().await;
    *world.sts.ends.lock().unwrap() = Some("9999-12-30T22:00:00Z".parse().unwrap());
    let given = given(&world, of("stuzio")).await;
    let end = epoch() + Duration::from_secs(36 * 3600);
    let session = given.session.unwrap();
    assert_eq!((session.expires_at, session.life), (end, 36 * 3600));
    assert_eq!(given.credentials.expires_at, Some(end));
    assert_eq!(world.sessions().await[0].expires_at, end);
}

#[tokio::test]
async fn a_profile_without_its_external_id_is_not_served_by_anothers_session() {
    let without = "
[profile stuzio-without]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = troy
";
    let world = World::with_config(&format!("{CONFIG}{without}")).await;
    given(&world, of("stuzio")).await;
    world.sts.refuse("AccessDenied", "no");
    let HandOutOutcome::Denied { denial } = outcome(&world, of("stuzio-without")).await else {
        panic!("served by the session of another profile");
    };
    assert_eq!(denial.code, "AccessDenied");
    assert_eq!(
        given(&world, of("stuzio")).await.credentials.access_key_id,
        "ASIA1"
    );
    assert_eq!(world.sts.calls(), 2);
}
