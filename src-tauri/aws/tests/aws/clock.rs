//! A wrong clock: what is signed, what is learned, what is told. The table is AWS's own, from its crate `aws-runtime`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::{FixedCredentials, S3};
use hatrack_aws::sts::Timing;
use hatrack_aws::{AwsIam, AwsOrganizations, AwsSts};
use hatrack_core::iam::Iam;
use hatrack_core::organization::Organizations;
use hatrack_core::sts::Sts;
use jiff::Timestamp;
use serde::Deserialize;

use crate::server::{Answer, Server};
use crate::world::{keys, quick, reach, sandbox, session, story, user};

#[derive(Debug, Clone)]
struct HandTime(Arc<Mutex<SystemTime>>);

impl HandTime {
    fn set(&self, to: Timestamp) {
        *self.0.lock().unwrap() = to.into();
    }
}

impl TimeSource for HandTime {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }
}

#[derive(Debug, Deserialize)]
struct Table {
    tests: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    description: String,
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    initial_client_skew: i64,
    max_attempts: Option<u32>,
    attempts: Vec<Attempt>,
    expected_outcome: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attempt {
    client_time_at_send: Timestamp,
    client_time_at_receive: Timestamp,
    expected_signing_time: Timestamp,
    response: Response,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status_code: u16,
    headers: HashMap<String, String>,
    error_code: Option<String>,
}

impl Response {
    fn answer(&self) -> Answer {
        let body = match &self.error_code {
            Some(code) => format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>No.</Message></Error>\
                 <RequestId>1</RequestId></ErrorResponse>"
            ),
            None => "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/troy</Arn>\
                     <UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
                     </GetCallerIdentityResponse>"
                .to_owned(),
        };
        let answer = Answer::new(self.status_code, body).with("content-type", "text/xml");
        self.headers
            .iter()
            .fold(answer, |answer, (name, value)| answer.with(name, value))
    }
}

/// The table, out of the crate's folder as cargo unpacked it.
fn table() -> Table {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = std::process::Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--manifest-path",
        ])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|p| p["name"] == "aws-runtime").unwrap();
    let manifest = std::path::PathBuf::from(package["manifest_path"].as_str().unwrap());
    let path = manifest.with_file_name("test-data/clock-skew-test-cases.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Runs one row over our own client of STS; gives what the person would be told of at its end.
async fn run(case: &Case) {
    let time = HandTime(Arc::new(Mutex::new(SystemTime::UNIX_EPOCH)));
    let script: Arc<Mutex<Vec<Attempt>>> = Arc::default();
    let (at_server, rest) = (time.clone(), Arc::clone(&script));
    let server = Server::start(move |_, _| {
        let mut rest = rest.lock().unwrap();
        if rest.is_empty() {
            return Answer::new(500, "one attempt too many");
        }
        let attempt = rest.remove(0);
        at_server.set(attempt.client_time_at_receive);
        attempt.response.answer()
    })
    .await;
    let timing = Timing {
        time: Some(SharedTimeSource::new(time.clone())),
        ..quick()
    };
    let sts = AwsSts::with_timing(Arc::default(), timing);
    let mut seen = 0;
    let mut operations = case.operations.clone();
    if operations[0].initial_client_skew != 0 {
        operations.insert(0, learned(operations[0].initial_client_skew));
    }
    for operation in operations {
        time.set(operation.attempts[0].client_time_at_send);
        script.lock().unwrap().clone_from(&operation.attempts);
        let outcome = sts.get_caller_identity(&reach(&server.url()), &user()).await;
        let asked = server.asked();
        let signed: Vec<&str> = asked[seen..]
            .iter()
            .map(|asked| asked.header("x-amz-date"))
            .collect();
        let due: Vec<String> = operation
            .attempts
            .iter()
            .map(|attempt| {
                attempt
                    .expected_signing_time
                    .strftime("%Y%m%dT%H%M%SZ")
                    .to_string()
            })
            .collect();
        assert_eq!(signed, due, "{}", case.description);
        assert_eq!(
            outcome.is_ok(),
            operation.expected_outcome == "success",
            "{}: {outcome:?}",
            case.description
        );
        seen = asked.len();
    }
}

/// A call before the row, from which the client knows that much.
fn learned(skew: i64) -> Operation {
    let at = "2025-12-31T23:00:00Z".parse::<Timestamp>().unwrap();
    let date = Timestamp::from_second(at.as_second() + skew).unwrap();
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    Operation {
        initial_client_skew: 0,
        max_attempts: None,
        attempts: vec![Attempt {
            client_time_at_send: at,
            client_time_at_receive: at,
            expected_signing_time: at,
            response: Response {
                status_code: 200,
                headers: HashMap::from([("Date".to_owned(), date)]),
                error_code: None,
            },
        }],
        expected_outcome: "success".to_owned(),
    }
}

#[tokio::test]
async fn h72_every_row_of_aws_s_own_table_is_signed_as_it_says() {
    let table = table();
    assert_eq!(table.tests.len(), 10);
    for case in &table.tests {
        // The one exception: a client that is allowed a single attempt, which ours is not.
        if case
            .operations
            .iter()
            .any(|operation| operation.max_attempts == Some(1))
        {
            assert_eq!(
                case.description,
                "Clock skew error with no retry budget still updates ClientSkew"
            );
            continue;
        }
        run(case).await;
    }
}

#[tokio::test]
async fn h72_every_service_signs_by_aws_s_clock_and_it_is_known_how_wrong_ours_is() {
    let sandbox = sandbox().await;
    let first = story(&sandbox, "S1");
    let signer = keys(&first.access_key_id, &first.secret_access_key);
    let reach = reach(sandbox.endpoint());
    for seconds in [300, 3600, -3600] {
        sandbox.admin().set_clock_ahead(seconds);
        let http = Arc::new(HttpClients::default());
        let sts = AwsSts::with_timing(http.clone(), quick());
        sts.get_caller_identity(&reach, &signer)
            .await
            .unwrap_or_else(|why| panic!("STS, {seconds}: {why}"));
        let told = http.skews().large().unwrap().ahead.as_secs();
        // The `Date` has whole seconds.
        assert!((seconds - 2..=seconds + 2).contains(&told), "{told} {seconds}");
        // A refusal for want of permission is one for the signature's being right.
        let iam = AwsIam::with_timing(http.clone(), quick());
        let answer = iam.role(&reach, &signer, "Nobody").await;
        assert_no_clock("IAM", &answer.err());
        let organizations = AwsOrganizations::with_timing(http.clone(), quick());
        let answer = organizations.accounts(&reach, &signer).await;
        assert_no_clock("Organizations", &answer.err());
        let s3 = S3::new(
            http.clone(),
            reach.clone(),
            false,
            Arc::new(FixedCredentials(session(&sandbox, &first).await)),
        );
        let bucket = first.bucket.clone();
        s3.page(&bucket.parse().unwrap(), "", None)
            .await
            .unwrap_or_else(|why| panic!("S3, {seconds}: {why}"));
    }
    sandbox.shutdown().await;
}

fn assert_no_clock(service: &str, failure: &Option<hatrack_core::sts::AwsFailure>) {
    let text = format!("{failure:?}");
    for code in ["Skew", "SignatureDoesNotMatch", "InvalidSignature", "expired"] {
        assert!(!text.contains(code), "{service}: {text}");
    }
}

#[tokio::test]
async fn h72_a_clock_that_is_set_right_is_no_news_any_more() {
    let sandbox = sandbox().await;
    let first = story(&sandbox, "S1");
    let signer = keys(&first.access_key_id, &first.secret_access_key);
    let http = Arc::new(HttpClients::default());
    let sts = AwsSts::with_timing(http.clone(), quick());
    for (seconds, told) in [(3600, true), (0, false), (240, false)] {
        sandbox.admin().set_clock_ahead(seconds);
        sts.get_caller_identity(&reach(sandbox.endpoint()), &signer)
            .await
            .unwrap();
        assert_eq!(http.skews().large().is_some(), told, "{seconds}");
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn h75_a_leap_second_in_an_answers_date_stops_nothing() {
    let answer = Answer::new(
        200,
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/troy</Arn>\
         <UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    );
    let answer = answer
        .with("content-type", "text/xml")
        .with("date", "Sat, 31 Dec 2016 23:59:60 GMT");
    let server = Server::start(move |_, _| answer.clone()).await;
    let sts = AwsSts::with_timing(Arc::default(), quick());
    for _ in 0..2 {
        sts.get_caller_identity(&reach(&server.url()), &user())
            .await
            .unwrap();
    }
}
