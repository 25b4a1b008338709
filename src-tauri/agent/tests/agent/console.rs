//! Console sign-in: a recorded federation service, and the sandbox's.

use std::time::Duration;

use hatrack_agent::protocol::{
    ConsoleLink, ConsoleOutcome, ConsoleRequest, ErrorCode, LinkWay, PageChoice, Reply, Request, RoleChoice,
    SessionRef, WireError,
};
use hatrack_core::caller::Client;
use hatrack_core::view::NeedView;
use serde_json::json;
use url::Url;

use crate::http::{Exchange, Playback};
use crate::stage::Stage;
use crate::world::*;

const CONFIG: &str = "
[profile troy]
aws_access_key_id = AKIATROY
aws_secret_access_key = canary-long-term

[profile aws]
role_arn = arn:aws:iam::081278057606:role/R
source_profile = troy
region = eu-west-1
external_id = stuzio-acme

[profile cn]
role_arn = arn:aws-cn:iam::081278057606:role/R
source_profile = troy
region = cn-north-1

[profile gov]
role_arn = arn:aws-us-gov:iam::081278057606:role/R
source_profile = troy
region = us-gov-west-1

[profile eusc]
role_arn = arn:aws-eusc:iam::081278057606:role/R
source_profile = troy
region = eusc-de-east-1

[profile chained]
role_arn = arn:aws:iam::444455556666:role/Far
source_profile = aws
";

fn asks(profile: &str) -> ConsoleRequest {
    ConsoleRequest::of(SessionRef::Role(RoleChoice::Exact(profile.into())))
}

/// What the federation service is asked for the `number`th session that STS gives, and what it answers.
fn exchange(number: usize, stay: Option<u32>) -> Exchange {
    let session = json!({
        "sessionId": format!("ASIA{number}"),
        "sessionKey": format!("canary-issued-{number}"),
        "sessionToken": "canary-session-token",
    })
    .to_string();
    let session: String = url::form_urlencoded::byte_serialize(session.as_bytes()).collect();
    let stay = stay
        .map(|stay| format!("&SessionDuration={stay}"))
        .unwrap_or_default();
    let exchange = json!({
        "request": {
            "method": "GET",
            "path": format!("/federation?Action=getSigninToken{stay}&Session={session}"),
            "headers": {"authorization": null},
        },
        "answer": {"status": 200, "body": "{\"SigninToken\":\"canary-token\"}"},
    });
    serde_json::from_value(exchange).unwrap()
}

struct Desk {
    world: World,
    server: Playback,
}

impl Desk {
    async fn with(exchanges: Vec<Exchange>) -> Self {
        let world = World::with_config(CONFIG).await;
        let server = Playback::start(exchanges).await;
        let endpoint = server.url.clone();
        world.ask(Request::ConsentEndpoint { endpoint }).await.unwrap();
        Self { world, server }
    }

    async fn console(&self, request: ConsoleRequest) -> Result<ConsoleOutcome, WireError> {
        let vars = [("AWS_ENDPOINT_URL_SIGNIN", self.server.url.as_str())];
        let caller = self.world.caller_as(Client::Hat, &vars);
        match soon(self.world.ask_as(caller, Request::Console(request))).await? {
            Reply::Console(outcome) => Ok(outcome),
            other => panic!("{other:?}"),
        }
    }

    async fn link(&self, request: ConsoleRequest) -> ConsoleLink {
        ready(self.console(request).await.unwrap())
    }
}

fn ready(outcome: ConsoleOutcome) -> ConsoleLink {
    match outcome {
        ConsoleOutcome::Ready(link) => *link,
        other => panic!("{other:?}"),
    }
}

fn destination(link: &ConsoleLink) -> String {
    let url = Url::parse(link.url.expose()).unwrap();
    let mut pairs = url.query_pairs();
    pairs
        .find(|(name, _)| name == "Destination")
        .unwrap()
        .1
        .into_owned()
}

#[tokio::test]
async fn each_partition_leads_to_its_own_console_by_the_recorded_requests() {
    let partitions = [
        ("aws", "https://console.aws.amazon.com/s3/home?region=eu-west-1"),
        ("cn", "https://console.amazonaws.cn/s3/home?region=cn-north-1"),
        (
            "gov",
            "https://console.amazonaws-us-gov.com/s3/home?region=us-gov-west-1",
        ),
        (
            "eusc",
            "https://console.amazonaws-eusc.eu/s3/home?region=eusc-de-east-1",
        ),
    ];
    let exchanges = (1..=4).map(|number| exchange(number, Some(3600))).collect();
    let desk = Desk::with(exchanges).await;
    for (profile, page) in partitions {
        let mut request = asks(profile);
        request.page = PageChoice::Service("s3".into());
        let link = desk.link(request).await;
        assert_eq!(destination(&link), page);
        let expected = format!(
            "{}/federation?Action=login&Destination={}&SigninToken=canary-token",
            desk.server.url,
            url::form_urlencoded::byte_serialize(page.as_bytes()).collect::<String>()
        );
        assert_eq!(link.url.expose(), expected);
    }
    desk.server.was_played().unwrap();
}

#[tokio::test]
async fn a_chain_is_asked_for_without_a_stay_and_one_that_is_asked_for_is_refused_before() {
    // The first session is the hop on the way.
    let desk = Desk::with(vec![exchange(2, None), exchange(1, Some(28800))]).await;
    desk.link(asks("chained")).await;
    let mut long = asks("chained");
    long.stay = Some(28800.try_into().unwrap());
    let refused = desk.console(long.clone()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    long.of = asks("aws").of;
    desk.link(long).await;
    desk.server.was_played().unwrap();
}

#[tokio::test]
async fn a_users_own_keys_are_told_apart_without_a_call() {
    let desk = Desk::with(Vec::new()).await;
    let refused = desk.console(asks("troy")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(refused.message.contains("GetFederationToken"), "{refused:?}");
    assert_eq!(desk.world.sts.calls(), 0);
    desk.server.was_played().unwrap();
}

#[tokio::test]
async fn history_knows_the_page_and_never_the_link() {
    let desk = Desk::with(vec![exchange(1, Some(3600))]).await;
    let mut request = asks("aws");
    request.way = LinkWay::Copied;
    request.page = PageChoice::Url("https://console.aws.amazon.com/s3/buckets/canary-bucket".into());
    let link = desk.link(request).await;
    assert!(!format!("{link:?}").contains("canary"), "{link:?}");
    let rows = desk.world.history().await;
    let row = rows.iter().find(|row| row.event == "console").unwrap();
    assert_eq!(row.outcome, "ok");
    assert_eq!(row.role_name.as_deref(), Some("R"));
    assert!(row.detail.as_ref().unwrap().contains("console.aws.amazon.com"));
    assert!(!format!("{rows:?}").contains("canary"), "{rows:?}");
    // The credentials were not handed out to anybody.
    assert!(rows.iter().all(|row| row.event != "hand_out"));
}

#[tokio::test]
async fn a_refusal_is_told_and_remembered() {
    let mut refused = exchange(1, Some(3600));
    refused.answer.status = 400;
    let desk = Desk::with(vec![refused]).await;
    let ConsoleOutcome::Denied { denial } = desk.console(asks("aws")).await.unwrap() else {
        panic!("not refused");
    };
    assert_eq!(
        (denial.code.as_str(), denial.action.as_str()),
        ("HTTP 400", "signin:GetSigninToken")
    );
    let rows = desk.world.history().await;
    let row = rows.iter().find(|row| row.event == "console").unwrap();
    assert_eq!(row.outcome, "denied");
    assert!(!format!("{rows:?}{denial:?}").contains("canary"));
}

#[tokio::test]
async fn credentials_go_to_no_strange_sign_in_unasked() {
    let world = World::with_config(CONFIG).await;
    let server = Playback::start(Vec::new()).await;
    let caller = world.caller_as(Client::Hat, &[("AWS_ENDPOINT_URL_SIGNIN", server.url.as_str())]);
    let reply = world.ask_as(caller, Request::Console(asks("aws"))).await.unwrap();
    let Reply::Console(ConsoleOutcome::Needs {
        need: NeedView::EndpointConsent { endpoint },
    }) = reply
    else {
        panic!("{reply:?}");
    };
    assert_eq!(endpoint, server.url);
    server.was_played().unwrap();
}

#[tokio::test]
async fn a_page_elsewhere_gets_nobody_signed_in() {
    let desk = Desk::with(Vec::new()).await;
    for url in [
        "https://evil.example/",
        "http://console.aws.amazon.com/",
        "https://console.amazonaws.cn/",
    ] {
        let mut request = asks("aws");
        request.page = PageChoice::Url(url.into());
        assert_eq!(
            desk.console(request).await.unwrap_err().code,
            ErrorCode::Invalid,
            "{url}"
        );
    }
    desk.server.was_played().unwrap();
}

#[tokio::test]
async fn the_sixth_session_of_one_part_of_a_browser_is_told() {
    let mut config = CONFIG.to_owned();
    for n in 0..6 {
        config += &format!(
            "[profile r{n}]\nrole_arn = arn:aws:iam::081278057606:role/R{n}\nsource_profile = troy\n"
        );
    }
    let world = World::with_config(&config).await;
    let server = Playback::start((1..=8).map(|n| exchange(n, Some(3600))).collect()).await;
    let endpoint = server.url.clone();
    world.ask(Request::ConsentEndpoint { endpoint }).await.unwrap();
    let desk = Desk { world, server };
    for n in 0..5 {
        // From the fourth on the count is said.
        let said = desk.link(asks(&format!("r{n}"))).await.notes.len();
        assert_eq!(said, usize::from(n >= 3), "{n}");
    }
    let notes = desk.link(asks("r5")).await.notes;
    assert!(notes[0].contains('6'), "{notes:?}");
    // In a part of its own it is the first; and what is only copied is opened nowhere that is known.
    let mut apart = asks("aws");
    apart.separate = true;
    let link = desk.link(apart).await;
    assert_eq!(link.part.part.as_deref(), Some("Hatrack 081278057606"));
    assert_eq!(link.notes.len(), 0);
    let mut copied = asks("cn");
    copied.way = LinkWay::Copied;
    assert_eq!(desk.link(copied).await.notes.len(), 0);
}

#[tokio::test]
async fn the_sandbox_shows_who_has_come_and_to_which_page() {
    let stage = Stage::new().await;
    let (s2, s10) = (stage.story("S2"), stage.story("S10"));
    for story in [s2, s10] {
        let mut request = asks(&story.profile);
        request.page = PageChoice::Service("s3".into());
        let Reply::Console(outcome) = stage.ask(Request::Console(request)).await.unwrap() else {
            panic!("no link");
        };
        let link = ready(outcome);
        let page = get(link.url.expose()).await;
        let role = story.role_arn.rsplit('/').next().unwrap();
        assert!(page.starts_with("HTTP/1.1 200") && page.contains(role), "{page}");
        assert!(page.contains("console.aws.amazon.com/s3/home"), "{page}");
    }
}

async fn get(url: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let url = Url::parse(url).unwrap();
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
    let request = format!(
        "GET {}?{} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n",
        url.path(),
        url.query().unwrap()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn what_was_opened_counts_after_the_agent_was_started_anew() {
    let mut config = CONFIG.to_owned();
    for n in 0..6 {
        config += &format!(
            "[profile r{n}]\nrole_arn = arn:aws:iam::081278057606:role/R{n}\nsource_profile = troy\n"
        );
    }
    let world = World::with_config(&config).await;
    let server = Playback::start((1..=7).map(|n| exchange(n, Some(3600))).collect()).await;
    let endpoint = server.url.clone();
    world.ask(Request::ConsentEndpoint { endpoint }).await.unwrap();
    let mut desk = Desk { world, server };
    for n in 0..5 {
        desk.link(asks(&format!("r{n}"))).await;
    }
    desk.world.restart().await;
    let notes = desk.link(asks("r5")).await.notes;
    assert!(notes[0].contains('6'), "{notes:?}");
    // No file of it has a link or a credential.
    let folder = desk.world.home.console_sessions();
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains("canary") && !text.contains("federation"), "{text}");
        files += 1;
    }
    assert_eq!(files, 6);
    // What has ended counts no more, and is not kept.
    desk.world.clock.pass(Duration::from_secs(3601));
    assert_eq!(desk.link(asks("r0")).await.notes.len(), 0);
}
