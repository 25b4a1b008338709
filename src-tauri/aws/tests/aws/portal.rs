//! Identity Center's access portal: listings, however long and however slow.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hatrack_aws::AwsIdentityCenter;
use hatrack_core::identity_center::{IdentityCenter, PortalAccount, PortalListing};
use hatrack_core::secret::Secret;
use hatrack_core::sts::{AwsFailure, Reach, Refusal};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::server::{Answer, Asked, Server};
use crate::world::{portal, quick, reach};

pub fn center() -> AwsIdentityCenter {
    AwsIdentityCenter::with_timing(Arc::default(), quick())
}

pub fn answer(body: Value) -> Answer {
    Answer::new(200, body.to_string())
        .with("content-type", "application/json")
        .with("x-amzn-requestid", "req-1")
        .with("date", "Sun, 22 Nov 2026 11:00:00 GMT")
}

pub fn refused(status: u16, kind: &str, message: &str) -> Answer {
    Answer::new(status, json!({ "message": message }).to_string())
        .with("content-type", "application/json")
        .with("x-amzn-requestid", "req-2")
        .with("x-amzn-errortype", kind)
}

pub fn too_many() -> Answer {
    refused(429, "TooManyRequestsException", "HTTP 429 Unknown Code")
}

pub fn parameter(asked: &Asked, name: &str) -> Option<String> {
    let url = Url::parse("http://portal").unwrap().join(&asked.path).unwrap();
    let found = url.query_pairs().find(|(n, _)| n == name);
    found.map(|(_, value)| value.into_owned())
}

pub fn account(n: usize) -> String {
    format!("{:012}", 100_000_000_000 + n)
}

/// What a portal with `accounts` accounts says: each has two roles, every fifth has more than one page of them.
fn organisation(accounts: usize, asked: &Asked) -> Answer {
    let from: usize = parameter(asked, "next_token").map_or(0, |token| token.parse().unwrap());
    let page: usize = parameter(asked, "max_result").unwrap().parse().unwrap();
    assert_eq!(page, 100);
    assert_eq!(asked.header("x-amz-sso_bearer_token"), "canary-access");
    assert_eq!(asked.header("authorization"), "");
    let next = |total: usize| (from + page < total).then(|| (from + page).to_string());
    if asked.path.starts_with("/assignment/accounts") {
        let page = (from..accounts.min(from + page)).map(|n| {
            json!({ "accountId": account(n), "accountName": format!("Account {n}"), "emailAddress": "a@example.com" })
        });
        return answer(json!({ "accountList": page.collect::<Vec<_>>(), "nextToken": next(accounts) }));
    }
    assert!(asked.path.starts_with("/assignment/roles"), "{}", asked.path);
    let account = parameter(asked, "account_id").unwrap();
    let total = if account.ends_with('5') { 130 } else { 2 };
    let roles = (from..total.min(from + page))
        .map(|n| json!({ "accountId": account, "roleName": format!("Role{n}") }));
    answer(json!({ "roleList": roles.collect::<Vec<_>>(), "nextToken": next(total) }))
}

fn complete(accounts: usize) -> PortalListing {
    let account = |n| {
        let id = account(n);
        let roles = if id.ends_with('5') { 130 } else { 2 };
        PortalAccount {
            name: Some(format!("Account {n}")),
            roles: (0..roles).map(|n| format!("Role{n}")).collect(),
            id: id.parse().unwrap(),
        }
    };
    PortalListing {
        portal: portal(),
        accounts: (0..accounts).map(account).collect(),
    }
}

async fn list(center: &AwsIdentityCenter, server: &Server) -> Result<PortalListing, AwsFailure> {
    center
        .listing(&reach(&server.url()), &Secret::new("canary-access"), &portal())
        .await
}

pub fn refusal(failure: AwsFailure) -> Refusal {
    match failure {
        AwsFailure::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_listing_has_every_page_of_every_account_in_the_portals_order() {
    for accounts in [0, 1, 100, 101, 230] {
        let server = Server::start(move |_, asked| organisation(accounts, asked)).await;
        assert_eq!(list(&center(), &server).await.unwrap(), complete(accounts));
    }
}

/// A portal that allows `rate` requests a second, saved up over one.
struct Limited {
    rate: f64,
    bucket: Mutex<(f64, Instant)>,
    refused: AtomicUsize,
}

impl Limited {
    fn new(rate: f64) -> Arc<Self> {
        Arc::new(Self {
            rate,
            bucket: Mutex::new((rate, Instant::now())),
            refused: AtomicUsize::new(0),
        })
    }

    fn allows(&self) -> bool {
        let mut bucket = self.bucket.lock().unwrap();
        let now = Instant::now();
        let saved = (bucket.0 + self.rate * now.duration_since(bucket.1).as_secs_f64()).min(self.rate);
        let allowed = saved >= 1.0;
        *bucket = (if allowed { saved - 1.0 } else { saved }, now);
        if !allowed {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        allowed
    }
}

#[tokio::test]
async fn b20_a_portal_with_a_limit_is_listed_completely_and_nobody_sees_it() {
    let limited = Limited::new(10.0);
    let limit = Arc::clone(&limited);
    let server = Server::start(move |_, asked| {
        if limit.allows() {
            organisation(40, asked)
        } else {
            too_many()
        }
    })
    .await;
    assert_eq!(list(&center(), &server).await.unwrap(), complete(40));
    // The limit was met, and not by running into it again and again.
    let refused = limited.refused.load(Ordering::Relaxed);
    assert!((1..20).contains(&refused), "{refused}");
}

/// The budget: within five percent of what the limit makes it take.
#[tokio::test]
#[ignore = "takes more than half a minute"]
async fn soak_665_accounts_against_twenty_requests_a_second() {
    const RATE: f64 = 20.0;
    let limited = Limited::new(RATE);
    let limit = Arc::clone(&limited);
    let server = Server::start(move |_, asked| {
        if limit.allows() {
            organisation(665, asked)
        } else {
            too_many()
        }
    })
    .await;
    let started = Instant::now();
    let listing = list(&center(), &server).await.unwrap();
    let took = started.elapsed().as_secs_f64();
    assert_eq!(listing, complete(665));
    let refused = limited.refused.load(Ordering::Relaxed);
    let floor = ((server.asked().len() - refused) as f64 - RATE) / RATE;
    println!("{took:.1} s, the limit alone makes {floor:.1} s; {refused} refused");
    assert!(took <= floor * 1.05);
}

#[tokio::test]
async fn b20_twenty_refusals_in_a_row_are_waited_out() {
    let listed_after = |throttled: Answer| async move {
        let server = Server::start(move |n, asked| {
            if n < 20 {
                throttled.clone()
            } else {
                organisation(3, asked)
            }
        })
        .await;
        assert_eq!(list(&center(), &server).await.unwrap(), complete(3));
        assert_eq!(server.asked().len(), 24);
    };
    tokio::join!(
        listed_after(too_many()),
        listed_after(Answer::new(429, "slow down")),
        listed_after(refused(400, "ThrottlingException", "later")),
    );
}

#[tokio::test]
async fn b21_a_portal_that_stays_away_is_given_up() {
    let server = Server::start(|_, _| refused(503, "ServiceUnavailable", "later")).await;
    assert_eq!(refusal(list(&center(), &server).await.unwrap_err()).status, 503);
    assert!((2..=6).contains(&server.asked().len()));
}

#[tokio::test]
async fn b22_a_wait_of_an_hour_is_told_and_not_sat_through() {
    for (header, value) in [("x-amz-retry-after", "3600000"), ("retry-after", "3600")] {
        let server = Server::start(move |_, _| too_many().with(header, value)).await;
        let started = Instant::now();
        let refusal = refusal(list(&center(), &server).await.unwrap_err());
        assert_eq!(
            (refusal.code.as_str(), refusal.status),
            ("TooManyRequestsException", 429)
        );
        assert!(started.elapsed() < Duration::from_secs(60));
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn b22_a_short_wait_is_kept() {
    let server = Server::start(|n, asked| {
        if n == 0 {
            too_many().with("retry-after", "1")
        } else {
            organisation(1, asked)
        }
    })
    .await;
    let started = Instant::now();
    list(&center(), &server).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn b28_pages_that_go_round_in_a_circle_are_noticed() {
    // The same token again; two in turn; the first one at the end.
    for circle in [&["a"][..], &["a", "b"], &["a", "b", "c"]] {
        let server = Server::start(move |n, _| {
            let token = circle[n % circle.len()];
            answer(json!({ "accountList": [], "nextToken": token }))
        })
        .await;
        let failure = list(&center(), &server).await.unwrap_err();
        assert!(matches!(failure, AwsFailure::Garbled { .. }), "{failure:?}");
        assert_eq!(server.asked().len(), circle.len() + 1);
    }
    let server = Server::start(|_, asked| {
        if asked.path.starts_with("/assignment/accounts") {
            return answer(json!({ "accountList": [{ "accountId": account(1) }] }));
        }
        answer(json!({ "roleList": [], "nextToken": "again" }))
    })
    .await;
    let failure = list(&center(), &server).await.unwrap_err();
    assert!(matches!(failure, AwsFailure::Garbled { .. }), "{failure:?}");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn an_account_that_was_taken_away_meanwhile_has_no_roles() {
    let server = Server::start(|_, asked| match parameter(asked, "account_id") {
        Some(id) if id == account(1) => refused(404, "ResourceNotFoundException", "gone"),
        _ => organisation(3, asked),
    })
    .await;
    let got = list(&center(), &server).await.unwrap();
    let roles: Vec<_> = got.accounts.iter().map(|account| account.roles.len()).collect();
    assert_eq!(roles, [2, 0, 2]);
}

#[tokio::test]
async fn b18_a_sign_in_that_has_ended_ends_the_listing_at_once() {
    let server = Server::start(|_, asked| {
        if asked.path.starts_with("/assignment/accounts") {
            organisation(60, asked)
        } else {
            refused(401, "UnauthorizedException", "Session token not found or invalid")
        }
    })
    .await;
    let refusal = refusal(list(&center(), &server).await.unwrap_err());
    assert_eq!(
        (
            refusal.code.as_str(),
            refusal.status,
            refusal.request_id.as_deref()
        ),
        ("UnauthorizedException", 401, Some("req-2"))
    );
    assert!(server.asked().len() <= 30);
}

#[tokio::test]
async fn b25_b27_what_is_not_the_portal_says_so() {
    let html = "<!DOCTYPE html><html><body>Welcome to the Wi-Fi of Hotel canary</body></html>";
    let json = |text: &str| Answer::new(200, text).with("content-type", "application/json");
    let answers = [
        Answer::new(403, html).with("content-type", "text/html"),
        json("{\"accountList\": [{\"accountId\": \"canary"),
        json("{\"accountList\": [{\"accountId\": \"canary\"}]}"),
        json("{\"accountList\": [{\"accountName\": \"canary\"}]}"),
        json("{\"accountList\": 17}"),
        json("{}"),
        json(""),
        json("{\"accountList\": [").endless(),
        answer(json!({ "accountList": [{ "accountId": account(1) }] })).cut(),
    ];
    for answer in answers {
        let shown = format!("{answer:?}");
        let server = Server::start(move |_, _| answer.clone()).await;
        let failure = list(&center(), &server).await.unwrap_err();
        assert!(
            matches!(failure, AwsFailure::Garbled { .. }),
            "{shown}: {failure:?}"
        );
        assert!(!format!("{failure} {failure:?}").contains("canary"), "{failure}");
    }
}

#[tokio::test]
async fn signing_out_is_told_to_the_portal() {
    let server = Server::start(|_, _| Answer::new(200, "")).await;
    center()
        .log_out(&reach(&server.url()), &Secret::new("canary-access"))
        .await
        .unwrap();
    let asked = &server.asked()[0];
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/logout"));
    assert_eq!(asked.header("x-amz-sso_bearer_token"), "canary-access");
}

#[tokio::test]
async fn an_endpoint_that_is_none_sends_nothing() {
    let nowhere = Reach {
        endpoint: Some("portal".into()),
        ..reach("")
    };
    let failure = center()
        .listing(&nowhere, &Secret::new("canary"), &portal())
        .await
        .unwrap_err();
    assert!(matches!(failure, AwsFailure::Unusable(_)), "{failure:?}");
    let failure = center().page(
        &nowhere,
        &portal(),
        &hatrack_core::identity_center::Registration {
            client_id: "c".into(),
            client_secret: Secret::new("s"),
            expires_at: Timestamp::MAX,
        },
        &hatrack_core::identity_center::Redirect {
            uri: "http://127.0.0.1:1/oauth/callback".parse().unwrap(),
            state: "s".into(),
            verifier: Secret::new("v"),
        },
    );
    assert!(matches!(failure, Err(AwsFailure::Unusable(_))));
}
