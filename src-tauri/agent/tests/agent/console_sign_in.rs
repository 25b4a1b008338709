//! `aws login`: one renewal for all who need it, and other programs that renew the same sign-in.

use std::path::{Path, PathBuf};

use futures::future::join_all;
use hatrack_agent::protocol::{Reply, Request, RoleChoice, SwitchRequest};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_store::login_cache::LoginFile;
use serde_json::json;

use crate::http::{Exchange, Playback};
use crate::world::*;

const SESSION: &str = "arn:aws:iam::183438944504:user/troy";

fn config() -> String {
    let mut config = format!("[profile console]\nlogin_session = {SESSION}\n");
    for n in 0..9 {
        config += &format!(
            "[profile role-{n}]\nrole_arn = arn:aws:iam::081278057606:role/Role{n}\nsource_profile = console\n"
        );
    }
    config
}

fn renewal(status: u16, body: serde_json::Value) -> Vec<Exchange> {
    let exchange = json!([{
        "request": {"method": "POST", "path": "/v1/token", "json": {"refreshToken": "canary-refresh"}},
        "answer": {"status": status, "body": body.to_string()}
    }]);
    serde_json::from_value(exchange).unwrap()
}

/// A sign-in that ends in a minute, or later.
fn signed_in(access_key_id: &str, refresh_token: &str, end: &str) -> String {
    json!({
        "accessToken": {
            "accessKeyId": access_key_id, "secretAccessKey": "canary", "sessionToken": "canary",
            "accountId": "183438944504", "expiresAt": end
        },
        "tokenType": "aws_sigv4", "refreshToken": refresh_token, "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": rcgen::KeyPair::generate().unwrap().serialize_pem()
    })
    .to_string()
}

struct Console {
    world: World,
    server: Playback,
    file: PathBuf,
}

impl Console {
    async fn with(exchanges: Vec<Exchange>, meanwhile: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        let world = World::with_config(&config()).await;
        let named = CallerContext::new(
            Client::Hat,
            world.folder.path().to_owned(),
            [("AWS_LOGIN_CACHE_DIRECTORY".to_owned(), ".".to_owned())],
        );
        let file = LoginFile::of_caller(&named, SESSION).unwrap().path().to_owned();
        std::fs::write(
            &file,
            signed_in("ASIAOLD", "canary-refresh", "2026-11-22T11:59:00Z"),
        )
        .unwrap();
        let of_meanwhile = file.clone();
        let server = Playback::with(exchanges, move || meanwhile(&of_meanwhile)).await;
        let endpoint = server.url.clone();
        world.ask(Request::ConsentEndpoint { endpoint }).await.unwrap();
        Self { world, server, file }
    }

    async fn switch(&self, profile: &str) -> Reply {
        let vars = [
            ("AWS_LOGIN_CACHE_DIRECTORY", "."),
            ("AWS_ENDPOINT_URL_SIGNIN", &self.server.url),
        ];
        let request = Request::Switch(SwitchRequest::of(RoleChoice::Exact(profile.into())));
        let caller = self.world.caller_as(Client::Hat, &vars);
        soon(self.world.ask_as(caller, request)).await.unwrap()
    }
}

#[tokio::test]
async fn g5_many_roles_at_once_renew_a_sign_in_once() {
    let fresh = json!({
        "accessToken": {"accessKeyId": "ASIAFRESH", "secretAccessKey": "canary", "sessionToken": "canary"},
        "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "canary-next"
    });
    let console = Console::with(renewal(200, fresh), |_| {}).await;
    join_all((0..9).map(async |n| console.switch(&format!("role-{n}")).await)).await;
    console.server.was_played().unwrap();
    assert_eq!(console.world.sts.signers.lock().unwrap()[..], ["ASIAFRESH"; 9]);
}

#[tokio::test]
async fn a_sign_in_that_another_program_has_renewed_meanwhile_is_used() {
    let refused = renewal(403, json!({"error": "TOKEN_EXPIRED", "message": "used"}));
    let console = Console::with(refused, |file| {
        let theirs = signed_in("ASIATHEIRS", "canary-theirs", "2026-11-22T12:15:00Z");
        std::fs::write(file, theirs).unwrap();
    })
    .await;
    let Reply::Switch(outcome) = console.switch("role-1").await else {
        panic!("no switch");
    };
    switched(outcome);
    console.server.was_played().unwrap();
    assert_eq!(console.world.sts.signers.lock().unwrap()[..], ["ASIATHEIRS"]);
    let kept = std::fs::read_to_string(&console.file).unwrap();
    assert!(kept.contains("canary-theirs"), "theirs is not written over");
}
