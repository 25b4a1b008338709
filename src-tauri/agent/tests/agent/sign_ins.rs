//! Signing in to Identity Center.

use std::collections::HashSet;
use std::path::PathBuf;

use hatrack_agent::protocol::{ErrorCode, Reply, Request, SignInOutcome, SignInRequest, WireError};
use hatrack_agent::run::{Options, start};
use hatrack_agent::service::Answered;
use hatrack_core::portal_view::{PortalStateView, SignInView};
use hatrack_core::view::{CatalogView, NeedView, SwitchOutcome};
use hatrack_sandbox::SignInStory;
use hatrack_store::home::Home;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::stage::{Stage, outside, to};
use crate::world::{soon, switched};

impl Stage {
    pub fn sign_in_story(&self) -> SignInStory {
        self.sandbox.manifest().sign_in.clone()
    }

    /// The portal's name: that of its `[sso-session …]`.
    pub fn portal(&self) -> String {
        self.sign_in_story().portals[0].session.clone().unwrap()
    }

    async fn begin(&self, device: bool) -> SignInOutcome {
        let request = SignInRequest {
            portal: self.portal(),
            device,
            anew: false,
        };
        match self.ask(Request::SignIn(request)).await.unwrap() {
            Reply::SignIn(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    async fn page(&self, device: bool) -> SignInView {
        match self.begin(device).await {
            SignInOutcome::Waiting { sign_in } => sign_in,
            other => panic!("no page but {other:?}"),
        }
    }

    async fn end_of(&self, sign_in: &SignInView) -> Result<(), WireError> {
        let id = sign_in.id.clone();
        soon(self.ask(Request::AwaitSignIn { id })).await.map(drop)
    }

    /// Signs in as a person with a browser does.
    pub async fn sign_in(&self) {
        let sign_in = self.page(false).await;
        let back = self
            .sandbox
            .admin()
            .answer_page(&sign_in.url, None, true)
            .unwrap();
        assert_eq!(visit(&back).await, 200);
        self.end_of(&sign_in).await.unwrap();
    }

    pub async fn state(&self) -> PortalStateView {
        match self.ask(Request::Portals).await.unwrap() {
            Reply::Portals(states) => states
                .into_iter()
                .find(|state| state.portal.name == self.portal())
                .unwrap(),
            other => panic!("{other:?}"),
        }
    }

    async fn catalog(&self) -> CatalogView {
        match self.ask(Request::Catalog).await.unwrap() {
            Reply::Catalog(view) => view,
            other => panic!("{other:?}"),
        }
    }

    /// The state once a listing has ended.
    pub async fn listed(&self) -> PortalStateView {
        let Ok(Answered::Listening(changes)) = self
            .agent
            .service
            .answer(self.caller.clone(), Request::Subscribe)
            .await
        else {
            panic!("no subscription");
        };
        loop {
            let state = self.state().await;
            if !state.listing && (state.listed_at.is_some() || state.error.is_some()) {
                return state;
            }
            soon(changes.next()).await;
        }
    }

    pub fn cache(&self) -> PathBuf {
        self.folder.path().join(".aws/sso/cache")
    }
}

/// Opens an address as a browser does; its status.
async fn visit(address: &str) -> u16 {
    let url = url::Url::parse(address).unwrap();
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    visit_as(&host, &host, &format!("GET {}{query}", url.path())).await
}

async fn visit_as(at: &str, host: &str, line: &str) -> u16 {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream
        .write_all(format!("{line} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

pub fn needs_sign_in(outcome: &SwitchOutcome) -> bool {
    matches!(
        outcome,
        SwitchOutcome::Needs {
            need: NeedView::SignIn { .. }
        }
    )
}

#[tokio::test]
async fn one_sign_in_by_the_browser_serves_every_role_and_every_tool() {
    let stage = Stage::new().await;
    let story = stage.sign_in_story();
    let need = stage.switch(to(&story.profile)).await;
    assert!(needs_sign_in(&need), "{need:?}");
    assert_eq!(stage.state().await.signed_in_until, None);

    stage.sign_in().await;
    let session = switched(stage.switch(to(&story.profile)).await);
    assert_eq!(session.account_id.unwrap().as_str(), story.account_id);
    assert_eq!(session.role_name, story.role_name);
    let hop = switched(stage.switch(to(&story.hop.profile)).await);
    assert_eq!(hop.arn.as_deref(), Some(story.hop.role_arn.as_str()));
    assert!(hop.chained && hop.life <= 3600);
    assert_eq!(stage.begin(false).await, SignInOutcome::SignedIn);

    let state = stage.state().await;
    assert!(state.signed_in_until.is_some() && state.refreshes);
    let files = std::fs::read_dir(stage.cache()).unwrap();
    let tokens = files.filter_map(|file| {
        let text = std::fs::read_to_string(file.unwrap().path()).ok()?;
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        json.get("accessToken")?;
        json.get("startUrl")?.as_str().map(str::to_owned)
    });
    assert_eq!(tokens.collect::<Vec<_>>(), [story.portals[0].start_url.clone()]);
}

#[tokio::test]
async fn a_sign_in_lists_its_roles_beside_the_profiles_and_each_once() {
    let stage = Stage::new().await;
    let before = stage.catalog().await.roles.len();
    stage.sign_in().await;
    let state = stage.listed().await;
    let expected = &stage.sign_in_story().portals[0].users[0].roles;
    assert_eq!(state.roles, Some(u32::try_from(expected.len()).unwrap()));

    let catalog = stage.catalog().await;
    let (mut keys, mut from_portal) = (HashSet::new(), 0);
    for role in &catalog.roles {
        assert!(keys.insert(role.key.clone()), "{} is listed twice", role.key);
        from_portal += usize::from(role.profile.is_none());
    }
    let named = &expected[0];
    assert!(
        catalog
            .roles
            .iter()
            .any(|role| role.account_id.as_str() == named.account_id
                && role.account_name == named.account_name
                && role.role_name == named.role_name)
    );
    assert!(from_portal > 0 && catalog.roles.len() == before + from_portal);
    let of_portal = |role: &&hatrack_core::view::RoleView| role.profile.is_none();
    let role = catalog.roles.iter().find(of_portal).unwrap();
    let request = hatrack_agent::protocol::SwitchRequest::of(hatrack_agent::protocol::RoleChoice::Key(
        role.key.clone(),
    ));
    switched(stage.switch(request).await);
}

#[tokio::test]
async fn two_hundred_askers_get_one_page() {
    let stage = Stage::new().await;
    let pages = futures::future::join_all((0..200).map(|_| stage.page(false))).await;
    assert_eq!(pages.iter().filter(|page| page.begun).count(), 1);
    assert!(
        pages
            .iter()
            .all(|page| page.id == pages[0].id && page.url == pages[0].url)
    );
    assert_eq!(stage.sandbox.admin().calls("RegisterClient"), 1);
}

#[tokio::test]
async fn only_the_right_redirect_ends_a_sign_in_and_only_once() {
    let stage = Stage::new().await;
    let sign_in = stage.page(false).await;
    let back = stage
        .sandbox
        .admin()
        .answer_page(&sign_in.url, None, true)
        .unwrap();
    let url = url::Url::parse(&back).unwrap();
    let host = format!("127.0.0.1:{}", url.port().unwrap());
    let query = url.query().unwrap();

    let mut wrong = url.clone();
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    wrong.query_pairs_mut().clear().extend_pairs(
        pairs
            .iter()
            .map(|(name, value)| (name, if name == "state" { "0123" } else { value })),
    );
    assert_eq!(visit(wrong.as_str()).await, 400);
    for (as_host, line) in [
        ("evil.example", format!("GET {}?{query}", url.path())),
        (host.as_str(), format!("POST {}?{query}", url.path())),
        (host.as_str(), format!("GET /?{query}")),
    ] {
        assert_eq!(visit_as(&host, as_host, &line).await, 404, "{as_host} {line}");
    }
    assert_eq!(stage.state().await.signed_in_until, None);
    assert_eq!(visit(&back).await, 200);
    stage.end_of(&sign_in).await.unwrap();
    assert!(TcpStream::connect(&host).await.is_err(), "the port is still open");
}

#[tokio::test]
async fn a_refused_or_abandoned_page_is_told() {
    let stage = Stage::new().await;
    let sign_in = stage.page(false).await;
    let back = stage
        .sandbox
        .admin()
        .answer_page(&sign_in.url, None, false)
        .unwrap();
    visit(&back).await;
    assert_eq!(stage.end_of(&sign_in).await.unwrap_err().code, ErrorCode::SignIn);

    let again = stage.page(false).await;
    assert!(again.begun && again.id != sign_in.id);
    let id = again.id.clone();
    stage.ask(Request::CancelSignIn { id }).await.unwrap();
    assert_eq!(stage.end_of(&again).await.unwrap_err().code, ErrorCode::SignIn);
    assert!(needs_sign_in(
        &stage.switch(to(&stage.sign_in_story().profile)).await
    ));
}

#[tokio::test]
async fn a_device_code_takes_the_place_of_the_browser() {
    let stage = Stage::new().await;
    let by_browser = stage.page(false).await;
    let by_code = stage.page(true).await;
    assert!(by_code.user_code.is_some() && by_code.begun && by_code.id != by_browser.id);
    stage.sandbox.admin().answer_page(&by_code.url, None, true);
    // Who waited for the browser's page is served by the other.
    stage.end_of(&by_browser).await.unwrap();
    switched(stage.switch(to(&stage.sign_in_story().profile)).await);
}

#[tokio::test]
async fn an_ended_token_is_refreshed_once_for_all_who_ask() {
    let stage = Stage::new().await;
    stage.sign_in().await;
    stage.listed().await;
    let admin = stage.sandbox.admin();
    let before = admin.calls("CreateToken");
    admin.expire_access_tokens();
    let profiles = &stage.sign_in_story().portals[0].profiles;
    let outcomes =
        futures::future::join_all((0..50).map(|at| stage.switch(to(&profiles[at % profiles.len()])))).await;
    assert!(!outcomes.iter().any(needs_sign_in));
    assert_eq!(admin.calls("CreateToken") - before, 1);
}

#[tokio::test]
async fn b18_a_sign_in_that_aws_has_ended_asks_once_and_does_not_loop() {
    let stage = Stage::new().await;
    stage.sign_in().await;
    stage.listed().await;
    let admin = stage.sandbox.admin();
    admin.end_sign_ins();
    let before = admin.calls("CreateToken") + admin.calls("GetRoleCredentials");
    let profile = stage.sign_in_story().profile;
    assert!(needs_sign_in(&stage.switch(to(&profile)).await));
    let asked = admin.calls("CreateToken") + admin.calls("GetRoleCredentials") - before;
    assert!(asked <= 2, "{asked} calls");
    // A page is offered though the file still names a later end.
    stage.sign_in().await;
    switched(stage.switch(to(&profile)).await);
}

#[tokio::test]
async fn a_role_that_is_not_assigned_is_refused_in_awss_words() {
    let stage = Stage::new().await;
    stage.sign_in().await;
    let outcome = stage.switch(to(&stage.sign_in_story().forbidden_profile)).await;
    let SwitchOutcome::Denied { denial } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        (denial.code.as_str(), denial.action.as_str()),
        ("ForbiddenException", "sso:GetRoleCredentials")
    );
    assert!(denial.request_id.is_some());
}

#[tokio::test]
async fn signing_out_ends_it_for_every_tool() {
    let stage = Stage::new().await;
    stage.sign_in().await;
    stage.listed().await;
    let portal = stage.portal();
    stage.ask(Request::SignOut { portal }).await.unwrap();
    assert_eq!(stage.sandbox.admin().calls("Logout"), 1);
    let state = stage.state().await;
    assert_eq!((state.signed_in_until, state.roles), (None, None));
    assert!(
        stage
            .catalog()
            .await
            .roles
            .iter()
            .all(|role| role.profile.is_some())
    );
    assert!(needs_sign_in(
        &stage.switch(to(&stage.sign_in_story().profile)).await
    ));
}

#[tokio::test]
async fn i76_what_was_listed_is_shown_after_a_restart_without_the_network() {
    let stage = Stage::new().await;
    stage.sign_in().await;
    stage.listed().await;
    let listed = stage.catalog().await.roles.len();
    let Stage {
        sandbox,
        agent,
        caller,
        folder,
    } = stage;
    agent.put_away().await;
    let home = Home::at(&sandbox.manifest().home);
    sandbox.shutdown().await;
    let agent = start(&home, Options::default(), outside()).await.unwrap();
    let Ok(Answered::Reply(reply)) = agent.service.answer(caller, Request::Catalog).await else {
        panic!("no catalog");
    };
    let Reply::Catalog(view) = *reply else {
        panic!("{reply:?}")
    };
    assert_eq!(view.roles.len(), listed);
    drop(folder);
}
