//! Signing in at SAML providers: what is handed over, held and exchanged.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hatrack_agent::protocol::{
    AddSaml, ErrorCode, GiveAssertion, Reply, Request, RoleChoice, SignInOutcome, SignInRequest,
    SwitchRequest, WireError,
};
use hatrack_core::expiry::Clock;
use hatrack_core::portal_view::{PortalStateView, SignInKind, SignInView};
use hatrack_core::secret::Secret;
use hatrack_core::view::{CatalogView, NeedView, SwitchOutcome};
use jiff::{SignedDuration, Timestamp};

use crate::world::*;

pub const PAGE: &str = "https://login.example.com/aws";
const KEY: &str = "saml:acme:123456789012:Admin";
pub const ROLES: [&str; 2] = ["123456789012:role/Admin", "210987654321:role/Reader"];

/// A response for these roles that ends then. What is no secret to anybody stands in it with a canary.
pub fn response(roles: &[&str], name: &str, ends: Timestamp) -> String {
    let value = |text: &str| format!("<a:AttributeValue>{text}</a:AttributeValue>");
    let roles: String = roles
        .iter()
        .map(|role| {
            let (account, _) = role.split_once(':').unwrap();
            value(&format!(
                "arn:aws:iam::{role},arn:aws:iam::{account}:saml-provider/Directory"
            ))
        })
        .collect();
    let aws = "https://aws.amazon.com/SAML/Attributes";
    STANDARD.encode(format!(
        "<p:Response xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
         <a:Assertion ID=\"canary\"><a:Subject><a:SubjectConfirmation>\
         <a:SubjectConfirmationData NotOnOrAfter=\"{ends}\"/></a:SubjectConfirmation></a:Subject><a:AttributeStatement>\
         <a:Attribute Name=\"{aws}/Role\">{roles}</a:Attribute><a:Attribute Name=\"{aws}/RoleSessionName\">{}</a:Attribute>\
         <a:Attribute Name=\"{aws}/SessionDuration\">{}</a:Attribute></a:AttributeStatement></a:Assertion></p:Response>",
        value(name),
        value("7200")
    ))
}

impl World {
    pub async fn add(&self, name: &str, url: &str) -> Result<Reply, WireError> {
        self.add_or_replace(name, url, false).await
    }

    async fn add_or_replace(&self, name: &str, url: &str, replace: bool) -> Result<Reply, WireError> {
        let add = AddSaml {
            name: name.into(),
            start_url: url.into(),
            region: Some("eu-west-1".into()),
            replace,
        };
        self.ask(Request::AddSaml(add)).await
    }

    pub async fn begin_saml(&self) -> SignInView {
        match self.sign_in_saml().await {
            SignInOutcome::Waiting { sign_in } => sign_in,
            other => panic!("no page but {other:?}"),
        }
    }

    pub async fn sign_in_saml(&self) -> SignInOutcome {
        let request = SignInRequest {
            portal: "acme".into(),
            device: false,
            anew: false,
        };
        match self.ask(Request::SignIn(request)).await.unwrap() {
            Reply::SignIn(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    /// Good for five minutes.
    pub fn response(&self) -> String {
        response(
            &ROLES,
            "somebody",
            self.clock.now().wall + SignedDuration::from_mins(5),
        )
    }

    pub async fn hand_over(&self, sign_in: &SignInView, response: &str) -> Result<Reply, WireError> {
        let given = GiveAssertion::OfPage {
            id: sign_in.id.clone(),
            response: Secret::new(response),
        };
        self.ask(Request::GiveAssertion(given)).await
    }

    pub async fn paste(&self, response: &str) -> Result<Reply, WireError> {
        let given = GiveAssertion::Pasted {
            portal: "acme".into(),
            response: Secret::new(response),
        };
        self.ask(Request::GiveAssertion(given)).await
    }

    pub async fn end_of(&self, sign_in: &SignInView) -> Result<Reply, WireError> {
        let id = sign_in.id.clone();
        soon(self.ask(Request::AwaitSignIn { id })).await
    }

    pub async fn saml_state(&self) -> PortalStateView {
        match self.ask(Request::Portals).await.unwrap() {
            Reply::Portals(states) => states
                .into_iter()
                .find(|state| state.portal.name == "acme")
                .unwrap(),
            other => panic!("{other:?}"),
        }
    }

    pub async fn saml_keys(&self) -> Vec<String> {
        let Reply::Catalog(CatalogView { roles, .. }) = self.ask(Request::Catalog).await.unwrap() else {
            panic!("no catalog");
        };
        let of_saml = roles.into_iter().filter(|role| role.identity.kind == "saml");
        of_saml.map(|role| role.key).collect()
    }

    pub async fn switch_saml(&self) -> SwitchOutcome {
        self.switch_with(SwitchRequest::of(RoleChoice::Key(KEY.into())))
            .await
    }
}

pub async fn world() -> World {
    let world = World::new().await;
    world.add("acme", PAGE).await.unwrap();
    world
}

pub fn asks_to_sign_in(outcome: &SwitchOutcome) -> bool {
    matches!(outcome, SwitchOutcome::Needs { need: NeedView::SignIn { portal } }
        if portal.name == "acme" && portal.kind == SignInKind::Saml && portal.start_url == PAGE)
}

#[tokio::test]
async fn a_page_hands_over_one_assertion_whose_roles_are_listed_and_switched_to() {
    let world = world().await;
    assert_eq!(world.saml_state().await.signed_in_until, None);
    let sign_in = world.begin_saml().await;
    assert!(sign_in.begun && sign_in.url == PAGE && sign_in.seconds_left == 300);
    let joined = world.begin_saml().await;
    assert_eq!((joined.id.as_str(), joined.begun), (sign_in.id.as_str(), false));

    world.hand_over(&sign_in, &world.response()).await.unwrap();
    world.end_of(&sign_in).await.unwrap();
    assert_eq!(world.sign_in_saml().await, SignInOutcome::SignedIn);
    assert_eq!(world.saml_keys().await, [KEY, "saml:acme:210987654321:Reader"]);
    let state = world.saml_state().await;
    assert_eq!((state.accounts, state.roles), (Some(2), Some(2)));
    assert_eq!(
        state.signed_in_until,
        Some(world.clock.now().wall + SignedDuration::from_mins(5))
    );
    // The page gives no second one.
    let late = world.hand_over(&sign_in, &world.response()).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::SignIn);

    let session = switched(world.switch_saml().await);
    assert_eq!(session.seconds_left, 7200);
    assert!(!session.chained);
    let call = world.sts.federated.lock().unwrap()[0].clone();
    assert_eq!(call.role.to_string(), "arn:aws:iam::123456789012:role/Admin");
    assert_eq!(
        call.provider.as_str(),
        "arn:aws:iam::123456789012:saml-provider/Directory"
    );
    assert_eq!(call.assertion.expose(), world.response());

    let rows = world.history().await;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.event.as_str(), row.outcome.as_str(), row.detail.as_deref()))
        .collect();
    assert_eq!(told[0], ("sign_in", "ok", Some("acme")));
    assert_eq!((told[1].0, told[1].1), ("switch", "ok"));
}

#[tokio::test]
async fn what_is_asked_goes_along_and_the_sessions_name_is_the_assertions() {
    let world = world().await;
    world.paste(&world.response()).await.unwrap();
    let mut asked = SwitchRequest::of(RoleChoice::Key(KEY.into()));
    asked.options.duration = Some(43200.try_into().unwrap());
    asked.options.policy_arns = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap()];
    assert_eq!(
        switched(world.switch_with(asked.clone()).await).seconds_left,
        43200
    );
    let call = world.sts.federated.lock().unwrap()[0].clone();
    assert_eq!((call.duration.seconds(), call.policy_arns.len()), (43200, 1));
    asked.options.session_name = Some("mine".parse().unwrap());
    let refused = world.ask(Request::Switch(asked)).await.unwrap_err();
    assert!(refused.message.contains("RoleSessionName"), "{}", refused.message);
    assert_eq!(world.sts.calls(), 1);
}

#[tokio::test]
async fn whoever_signs_in_next_does_not_get_the_sessions_of_the_one_before() {
    let world = world().await;
    world.paste(&world.response()).await.unwrap();
    let first = switched(world.switch_saml().await);
    let ends = world.clock.now().wall + SignedDuration::from_mins(5);
    world
        .paste(&response(&ROLES, "somebody-else", ends))
        .await
        .unwrap();
    let second = switched(world.switch_saml().await);
    assert_ne!(first.id, second.id);
    assert_eq!(world.sts.calls(), 2);
}

#[tokio::test]
async fn what_is_of_no_use_ends_the_page_but_not_a_paste() {
    let world = world().await;
    let ended = response(&ROLES, "somebody", world.clock.now().wall);
    let sign_in = world.begin_saml().await;
    for (pasted, told) in [
        ("", "no SAML response"),
        ("hello", "base64"),
        (ended.as_str(), "ended"),
    ] {
        let why = world.paste(pasted).await.unwrap_err();
        assert_eq!(why.code, ErrorCode::SignIn);
        assert!(
            why.message.contains(told) && !why.message.contains("canary"),
            "{}",
            why.message
        );
    }
    // The page is still waited for.
    assert!(!world.begin_saml().await.begun);
    let why = world.hand_over(&sign_in, &ended).await.unwrap_err();
    assert!(why.message.contains("ended"), "{}", why.message);
    assert_eq!(world.end_of(&sign_in).await.unwrap_err().message, why.message);
    assert_eq!(world.saml_keys().await, [""; 0]);
    let rows = world.history().await;
    assert_eq!(
        (rows[0].event.as_str(), rows[0].outcome.as_str()),
        ("sign_in", "failed")
    );
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn a_pasted_response_ends_the_page_that_is_open() {
    let world = world().await;
    let sign_in = world.begin_saml().await;
    world.paste(&world.response()).await.unwrap();
    world.end_of(&sign_in).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_can_be_given_up_and_begun_again() {
    let world = world().await;
    let sign_in = world.begin_saml().await;
    let id = sign_in.id.clone();
    world.ask(Request::CancelSignIn { id }).await.unwrap();
    let why = world.end_of(&sign_in).await.unwrap_err();
    assert!(why.message.contains("given up"), "{}", why.message);
    assert_eq!(
        world
            .hand_over(&sign_in, &world.response())
            .await
            .unwrap_err()
            .code,
        ErrorCode::SignIn
    );
    let again = world.begin_saml().await;
    assert!(again.begun && again.id != sign_in.id);
}

#[tokio::test]
async fn b17_b18_a_refused_assertion_says_what_to_look_at_and_is_not_sent_again() {
    for (code, told, over) in [
        ("ExpiredTokenException", "sign in again", true),
        ("InvalidIdentityToken", "audience", true),
        ("IDPRejectedClaim", "withdrawn", true),
        ("AccessDenied", "trust policy", false),
        ("SomethingNew", "SomethingNew", false),
    ] {
        let world = world().await;
        world.paste(&world.response()).await.unwrap();
        world.sts.refuse(code, "in AWS's words");
        let SwitchOutcome::Denied { denial } = world.switch_saml().await else {
            panic!("{code} is a denial");
        };
        assert_eq!(
            (denial.code.as_str(), denial.message.as_str()),
            (code, "in AWS's words")
        );
        assert_eq!(denial.request_id.as_deref(), Some("refused-1"));
        assert_eq!(denial.action, "sts:AssumeRoleWithSAML");
        assert!(denial.summary.contains(told), "{}", denial.summary);
        let all = format!("{denial:?}{:?}", world.history().await);
        assert!(!all.contains(&world.response()[..60]), "{all}");
        assert_eq!(world.sts.calls(), 1);
        assert_eq!(asks_to_sign_in(&world.switch_saml().await), over, "{code}");
    }
}

#[tokio::test]
async fn b16_a_page_that_is_not_encrypted_is_opened_only_with_the_persons_leave() {
    let world = World::new().await;
    world.add("acme", "http://login.example.com/aws").await.unwrap();
    let outcome = world.sign_in_saml().await;
    let SignInOutcome::Needs {
        need: NeedView::EndpointConsent { endpoint },
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert_eq!(endpoint, "http://login.example.com");
    world.ask(Request::ConsentEndpoint { endpoint }).await.unwrap();
    world.begin_saml().await;
    for wrong in ["file:///etc/passwd", "javascript:alert(1)", "login.example.com"] {
        assert_eq!(
            world.add("other", wrong).await.unwrap_err().code,
            ErrorCode::Invalid,
            "{wrong}"
        );
    }
    // A name that the shared config has already.
    assert_eq!(world.add("", PAGE).await.unwrap_err().code, ErrorCode::Invalid);
}

#[tokio::test]
async fn a_restart_forgets_the_assertion_and_keeps_what_it_listed() {
    let mut world = world().await;
    world.paste(&world.response()).await.unwrap();
    let kept = world.response();
    world.restart().await;
    assert_eq!(world.saml_keys().await.len(), 2);
    assert!(asks_to_sign_in(&world.switch_saml().await));
    let mut files = Vec::new();
    read_all(world.folder.path(), &mut files);
    let needle = &kept.as_bytes()[..60];
    assert!(files.len() > 1_000);
    assert!(!files.windows(needle.len()).any(|window| window == needle));

    // Signed out, nothing is listed, in this life and the next.
    let portal = "acme".to_owned();
    world.ask(Request::SignOut { portal }).await.unwrap();
    assert_eq!(world.saml_keys().await, [""; 0]);
    world.restart().await;
    assert_eq!(world.saml_keys().await, [""; 0]);
    assert_eq!(world.saml_state().await.roles, None);
    let name = "acme".to_owned();
    world
        .ask(Request::RemoveSaml { name: name.clone() })
        .await
        .unwrap();
    assert_eq!(
        world.ask(Request::RemoveSaml { name }).await.unwrap_err().code,
        ErrorCode::NoSuchRole
    );
}

fn read_all(folder: &std::path::Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            read_all(&entry.path(), into);
        } else {
            into.extend(std::fs::read(entry.path()).unwrap_or_default());
        }
    }
}

#[tokio::test]
async fn a_provider_that_changes_its_address_is_another() {
    let world = world().await;
    world.paste(&world.response()).await.unwrap();
    // The same once more changes nothing.
    world.add("acme", PAGE).await.unwrap();
    assert_eq!(world.saml_keys().await.len(), 2);
    // Another one of its name takes its place only where that is asked for.
    let other = "https://other.example.com/aws";
    let refused = world.add("acme", other).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AlreadyThere);
    assert!(refused.message.contains(PAGE), "{}", refused.message);
    assert_eq!(world.saml_keys().await.len(), 2);
    world.add_or_replace("acme", other, true).await.unwrap();
    assert_eq!(world.saml_keys().await, [""; 0]);
    assert_eq!(
        world.saml_state().await.portal.start_url,
        "https://other.example.com/aws"
    );
}
