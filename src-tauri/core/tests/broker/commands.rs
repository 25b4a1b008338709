//! Starts whose credentials alone tell whether they are temporary, and starts that give a session themselves.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use hatrack_core::broker::{
    BrokerError, Given, IdentityAsk, IdentityFailure, IdentitySource, Landed, NotPlanned, Outcome, Plan, plan,
};
use hatrack_core::caller::CallerContext;
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::{SessionDuration, SessionName};
use hatrack_core::view::NeedView;

use crate::world::*;

/// Gives what it is made with, and writes down what it was asked.
struct Vending {
    gives: Credentials,
    asked: Mutex<Vec<SessionName>>,
}

impl Vending {
    fn temporary() -> Arc<Self> {
        Self::with(Some(Secret::new("token")))
    }

    fn long_term() -> Arc<Self> {
        Self::with(None)
    }

    fn with(session_token: Option<Secret>) -> Arc<Self> {
        Arc::new(Self {
            gives: Credentials {
                access_key_id: "VENDED".into(),
                secret_access_key: Secret::new("vended"),
                session_token,
                expires_at: None,
            },
            asked: Mutex::default(),
        })
    }
}

#[async_trait]
impl IdentitySource for Vending {
    async fn credentials(&self, ask: IdentityAsk<'_>) -> Result<Given, IdentityFailure> {
        self.asked.lock().unwrap().push(ask.session_name());
        Ok(self.gives.clone().into())
    }
}

fn hours() -> SwitchOptions {
    SwitchOptions {
        duration: Some(SessionDuration::LONGEST),
        ..SwitchOptions::default()
    }
}

/// A shell in which some other session's exports are set: they are nothing to the command.
fn busy_shell() -> CallerContext {
    caller(&[("AWS_ACCESS_KEY_ID", "ASIAOTHER"), ("AWS_SESSION_TOKEN", "other")])
}

async fn carry_out(world: &World, source: &Arc<Vending>, plan: &Plan, code: Option<&str>) -> Landed {
    let mut broker = world.broker.clone();
    broker.identities = source.clone();
    let code = code.map(|code| code.parse().unwrap());
    broker.execute(plan, &caller(&[]), code.as_ref(), &[], None).await
}

#[tokio::test]
async fn a14_a_command_is_not_asked_for_credentials_by_planning() {
    let (world, source) = (World::new(), Vending::temporary());
    let plan = planned("from-command", SwitchOptions::default());
    assert!(source.asked.lock().unwrap().is_empty());
    let session = issued(carry_out(&world, &source, &plan, None).await);
    assert_eq!(source.asked.lock().unwrap().len(), 1);
    assert_eq!(world.calls()[0].signer(), "VENDED");
    assert!(session.origin.chained);
}

#[tokio::test]
async fn b29_an_explicit_duration_waits_for_what_the_command_gives() {
    let plan = plan(order("from-command", hours(), &busy_shell())).unwrap();
    let (world, source) = (World::new(), Vending::long_term());
    let session = issued(carry_out(&world, &source, &plan, None).await);
    assert_eq!(world.calls()[0].assume().duration, SessionDuration::LONGEST);
    assert!(!session.origin.chained);

    let (world, source) = (World::new(), Vending::temporary());
    let Ok(Outcome::Denied {
        denial,
        failed,
        over_maximum,
    }) = carry_out(&world, &source, &plan, None).await.result
    else {
        panic!("not refused");
    };
    assert_eq!(denial.longest_duration, Some(3600));
    assert!(!failed && !over_maximum && denial.request_id.is_none());
    assert!(world.calls().is_empty(), "what is known is not asked");
}

#[tokio::test]
async fn b29_a_default_is_lowered_only_where_the_command_gives_temporary_credentials() {
    let plan = planned("from-command-for-long", SwitchOptions::default());
    let (world, source) = (World::new(), Vending::long_term());
    let session = issued(carry_out(&world, &source, &plan, None).await);
    assert_eq!(world.calls()[0].assume().duration.seconds(), 28800);
    assert!(plan.notes_of(&session).is_empty());

    let (world, source) = (World::new(), Vending::temporary());
    let session = issued(carry_out(&world, &source, &plan, None).await);
    assert_eq!(world.calls()[0].assume().duration, SessionDuration::HOUR);
    assert_eq!(plan.notes_of(&session).len(), 1);
}

#[tokio::test]
async fn a_code_is_asked_for_only_where_the_command_gives_a_users_own_keys() {
    let plan = planned("from-command-guarded", SwitchOptions::default());
    let (world, source) = (World::new(), Vending::temporary());
    issued(carry_out(&world, &source, &plan, None).await);
    assert!(world.calls()[0].assume().mfa.is_none());

    let (world, source) = (World::new(), Vending::long_term());
    let landed = carry_out(&world, &source, &plan, None).await;
    assert!(
        matches!(landed.result, Ok(Outcome::Needs(NeedView::MfaCode { .. }))),
        "{:?}",
        landed.result
    );
    assert!(world.calls().is_empty());
    issued(carry_out(&world, &source, &plan, Some("123456")).await);
    let Call::Token(shared, _) = &world.calls()[0] else {
        panic!("no GetSessionToken");
    };
    assert!(shared.mfa.is_some());
}

#[tokio::test]
async fn a_commands_own_credentials_are_a_session_and_take_no_options() {
    let (world, source) = (World::new(), Vending::temporary());
    let plan = planned("command", SwitchOptions::default());
    let session = issued(carry_out(&world, &source, &plan, None).await);
    assert_eq!(session.credentials.access_key_id, "VENDED");
    assert!(world.calls().is_empty() && !session.origin.chained);
    assert_eq!(
        session.expiry.left(start().boot).as_secs(),
        900,
        "it names no end"
    );

    let refused = try_plan("command", hours()).unwrap_err();
    assert!(matches!(
        refused,
        NotPlanned::Impossible(BrokerError::NotTaken {
            what: "DurationSeconds",
            ..
        })
    ));
}

#[tokio::test]
async fn long_term_keys_of_a_command_become_a_session_by_get_session_token() {
    let (world, source) = (World::new(), Vending::long_term());
    let plan = planned("command", SwitchOptions::default());
    issued(carry_out(&world, &source, &plan, None).await);
    assert!(matches!(&world.calls()[..], [Call::Token(_, signer)] if signer == "VENDED"));
}

#[test]
fn a_session_is_of_a_command_and_not_of_the_profile_that_names_it() {
    let key = |profile| planned(profile, SwitchOptions::default()).key;
    assert_eq!(key("command"), key("same-command"));
    assert_ne!(key("command"), key("other-command"));
    assert!(!key("other-command").base.contains("vend"));
}

#[tokio::test]
async fn a_token_is_exchanged_under_the_name_that_the_sessions_key_has() {
    let asked = SwitchOptions {
        session_name: Some("asked".parse().unwrap()),
        ..SwitchOptions::default()
    };
    for (profile, options, name) in [
        ("federated", SwitchOptions::default(), "hatrack-troy"),
        ("federated-named", SwitchOptions::default(), "pipeline"),
        ("federated-named", asked, "asked"),
    ] {
        let (world, source) = (World::new(), Vending::temporary());
        let plan = planned(profile, options);
        let session = issued(carry_out(&world, &source, &plan, None).await);
        assert_eq!(session.key.hops[0].session_name.as_str(), name);
        assert_eq!(source.asked.lock().unwrap()[0], session.key.hops[0].session_name);
        assert!(session.account.is_some());
    }
}

#[test]
fn a_token_file_is_the_one_below_the_callers_own_folder() {
    let of = |folder: &str| {
        let caller = CallerContext::new(hatrack_core::caller::Client::Hat, folder.into(), []);
        order("federated", SwitchOptions::default(), &caller).base
    };
    assert_ne!(of("/a"), of("/b"));
    assert_eq!(of("/a").temporary, Some(true));
}
