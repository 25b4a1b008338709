//! Revoking the sessions of a role, on the sandbox.

mod undo;

use std::sync::Arc;

use hatrack_agent::protocol::{
    EndRequest, ErrorCode, HandOutOutcome, HandOutRequest, RenewRequest, Reply, Request, RevokeOutcome,
    RevokePlan, RevokeRequest, Revoked, RoleChoice, SessionRef, WireError,
};
use hatrack_aws::s3::{FixedCredentials, S3};
use hatrack_core::arn::RoleArn;
use hatrack_core::history_view::{HistoryQuery, HistoryRow};
use hatrack_core::revoke::{POLICY_NAME, RevokesBefore};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::Reach;
use hatrack_core::view::SessionView;
use hatrack_store::kept::KeptRevocation;
use jiff::{SignedDuration, Timestamp};

use crate::stage::{Stage, outside, to};
use crate::world::switched;

const ROLE: &str = "arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole";

fn of(profile: &str) -> SessionRef {
    SessionRef::Role(RoleChoice::Exact(profile.into()))
}

/// `stuzio`, which its account's custodian may revoke.
fn stuzio() -> RevokeRequest {
    RevokeRequest::of(of("stuzio"))
}

fn undo() -> RevokeRequest {
    RevokeRequest {
        undo: true,
        ..stuzio()
    }
}

impl Stage {
    async fn session(&self, profile: &str) -> SessionView {
        switched(self.switch(to(profile)).await)
    }

    async fn sessions(&self) -> Vec<SessionView> {
        match self.ask(Request::Sessions).await.unwrap() {
            Reply::Sessions(sessions) => sessions,
            other => panic!("{other:?}"),
        }
    }

    async fn history(&self) -> Vec<HistoryRow> {
        match self.ask(Request::History(HistoryQuery::default())).await.unwrap() {
            Reply::History(page) => page.rows,
            other => panic!("{other:?}"),
        }
    }

    async fn plan(&self, request: RevokeRequest) -> Result<RevokePlan, WireError> {
        match self.ask(Request::PlanRevoke(request)).await? {
            Reply::Revoke(outcome) => match *outcome {
                RevokeOutcome::Planned { plan } => Ok(plan),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    async fn outcome(&self, request: RevokeRequest) -> Result<RevokeOutcome, WireError> {
        match self.ask(Request::Revoke(request)).await? {
            Reply::Revoke(outcome) => Ok(*outcome),
            other => panic!("{other:?}"),
        }
    }

    async fn revoke(&self, request: RevokeRequest) -> Revoked {
        match self.outcome(request).await.unwrap() {
            RevokeOutcome::Revoked { revoked } => revoked,
            other => panic!("{other:?}"),
        }
    }

    async fn credentials(&self, of: SessionRef) -> (Credentials, Option<SessionView>) {
        self.handed(HandOutRequest::of(of)).await
    }

    async fn handed(&self, request: HandOutRequest) -> (Credentials, Option<SessionView>) {
        match self.ask(Request::HandOut(request)).await.unwrap() {
            Reply::HandOut(HandOutOutcome::Given(given)) => (given.credentials, given.session),
            other => panic!("{other:?}"),
        }
    }

    /// The keys that a profile holds.
    async fn keys(&self, profile: &str) -> Credentials {
        let raw = HandOutRequest {
            raw: true,
            ..HandOutRequest::of(of(profile))
        };
        self.handed(raw).await.0
    }

    fn reach(&self) -> Reach {
        Reach {
            region: "us-east-1".into(),
            endpoint: Some(self.sandbox.endpoint().to_owned()),
            ca_bundle: None,
            proxy: None,
            no_proxy: None,
        }
    }

    /// What stands on the role, as its account's custodian reads it.
    async fn standing(&self) -> Option<String> {
        let (iam, keys) = (outside().role_policies, self.keys("custodian").await);
        let read = iam
            .read(&self.reach(), &keys, "StuzioAcmeConsultantRole", POLICY_NAME)
            .await;
        read.unwrap().document
    }

    async fn write(&self, document: &str) {
        let (iam, keys) = (outside().role_policies, self.keys("custodian").await);
        let role = "StuzioAcmeConsultantRole";
        iam.put(&self.reach(), &keys, role, POLICY_NAME, document)
            .await
            .unwrap();
    }

    /// Whether AWS still lets these credentials do what the role may.
    async fn lists_buckets(&self, credentials: &Credentials) -> bool {
        let signer = Arc::new(FixedCredentials(credentials.clone()));
        let s3 = S3::new(Arc::default(), self.reach(), true, signer);
        s3.buckets().await.is_ok_and(|list| list.denied.is_none())
    }
}

#[tokio::test]
async fn what_is_hit_is_told_and_nothing_is_changed_by_looking() {
    let stage = Stage::new().await;
    let session = stage.session("stuzio").await;
    stage.session("data-reader").await;
    let plan = stage.plan(stuzio()).await.unwrap();
    assert_eq!(plan.role_arn, ROLE);
    assert_eq!(plan.account_id.to_string(), "081278057606");
    let hits: Vec<&str> = plan.hits.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!(hits, [session.id]);
    assert_eq!((plan.stay.len(), plan.services.len()), (0, 0));
    assert_eq!((&plan.services_unread, plan.revoked_before), (&None, None));
    // Nobody was named: the keys of the role's account were found.
    assert_eq!(plan.signer.role_key.as_deref(), Some("custodian"));
    assert!(!plan.signer.is_hit && !plan.production);
    assert_eq!(stage.standing().await, None);
    assert_eq!(stage.sandbox.admin().calls("PutRolePolicy"), 0);
}

#[tokio::test]
async fn old_sessions_are_denied_everything_and_new_ones_are_not() {
    let stage = Stage::new().await;
    let (old, view) = stage.credentials(of("stuzio")).await;
    let view = view.unwrap();
    assert!(stage.lists_buckets(&old).await);
    let revoked = stage.revoke(stuzio()).await;
    assert_eq!(revoked.role_arn, ROLE);
    assert_eq!(revoked.hits.len(), 1);
    assert_eq!(
        stage.standing().await,
        Some(RevokesBefore::at(revoked.before).document())
    );
    assert!(!stage.lists_buckets(&old).await);
    let listed = stage.sessions().await;
    assert!(listed.iter().find(|s| s.id == view.id).unwrap().revoked);

    // Neither a switch nor a hand-out gives it to anybody again.
    let (fresh, now) = stage.credentials(of("stuzio")).await;
    let now = now.unwrap();
    assert!(fresh.access_key_id != old.access_key_id && !now.revoked);
    assert!(stage.lists_buckets(&fresh).await);
}

#[tokio::test]
async fn a_revoked_session_is_renewed_under_its_own_name() {
    let stage = Stage::new().await;
    let (old, view) = stage.credentials(of("stuzio")).await;
    let id = view.unwrap().id;
    stage.revoke(stuzio()).await;
    let renew = RenewRequest {
        session: SessionRef::Id(id.clone()),
        mfa_code: None,
        duration: None,
        allow_endpoint: false,
    };
    stage.ask(Request::Renew(renew)).await.unwrap();
    let sessions = stage.sessions().await;
    let renewed = sessions.iter().find(|session| session.id == id).unwrap();
    assert!(!renewed.revoked && renewed.access_key_id != old.access_key_id);

    // By its name, too, nobody gets what is revoked.
    stage.revoke(stuzio()).await;
    let (given, _) = stage.credentials(SessionRef::Id(id)).await;
    assert!(given.access_key_id != renewed.access_key_id);
    assert!(stage.lists_buckets(&given).await);
}

#[tokio::test]
async fn the_time_is_awss_whatever_this_computers_clock_says() {
    let stage = Stage::new().await;
    stage.sandbox.admin().set_clock_ahead(7 * 3600);
    let (old, _) = stage.credentials(of("stuzio")).await;
    let here = Timestamp::now();
    let revoked = stage.revoke(stuzio()).await;
    let ahead = revoked.before.duration_since(here);
    assert!(ahead >= SignedDuration::from_hours(7), "{ahead:?}");
    assert!(ahead < SignedDuration::from_hours(8), "{ahead:?}");
    assert!(!stage.lists_buckets(&old).await);
    let (fresh, _) = stage.credentials(of("stuzio")).await;
    assert!(stage.lists_buckets(&fresh).await);
}

#[tokio::test]
async fn a_chained_session_goes_on_and_its_hop_is_not_built_upon_again() {
    let stage = Stage::new().await;
    let story = stage.story("S10");
    let session = stage.session(&story.profile).await;
    stage.session("ledger-gateway").await;
    // Nobody there may write policies; what there is to know is known before.
    let error = stage
        .plan(RevokeRequest::of(of("ledger-gateway")))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Identity);
    assert!(
        error.message.contains("iam:PutRolePolicy") && error.message.contains("--as"),
        "{error}"
    );
    let book = &stage.agent.service.revoking.book;
    let gateway: RoleArn = session.hops[0].parse().unwrap();
    book.put(KeptRevocation {
        role: gateway.clone(),
        in_force: Some(session.issued_at + SignedDuration::from_secs(2)),
        sent: session.issued_at,
        stood: None,
    })
    .unwrap();
    let sessions = stage.sessions().await;
    let of_arn = |arn: &str| sessions.iter().find(|s| s.arn.as_deref() == Some(arn)).unwrap();
    assert!(of_arn(&gateway.to_string()).revoked);
    assert!(!of_arn(&story.role_arn).revoked);
    let before = stage.sandbox.admin().calls("AssumeRole");
    let renew = RenewRequest {
        session: SessionRef::Id(session.id),
        mfa_code: None,
        duration: None,
        allow_endpoint: false,
    };
    stage.ask(Request::Renew(renew)).await.unwrap();
    assert_eq!(stage.sandbox.admin().calls("AssumeRole") - before, 2);
}

#[tokio::test]
async fn a_revocation_that_reaches_further_is_not_drawn_back() {
    let stage = Stage::new().await;
    let far: Timestamp = "2999-01-02T03:04:05Z".parse().unwrap();
    stage.write(&RevokesBefore::at(far).document()).await;
    assert_eq!(stage.revoke(stuzio()).await.before, far);
}

#[tokio::test]
async fn a_policy_of_that_name_that_is_somebodys_own_is_left_alone() {
    let stage = Stage::new().await;
    let own = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"}]}"#;
    stage.write(own).await;
    for request in [stuzio(), undo()] {
        let error = stage.outcome(request).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Invalid);
        assert!(error.message.contains(POLICY_NAME), "{error}");
    }
    assert_eq!(stage.standing().await.as_deref(), Some(own));
    assert_eq!(stage.sandbox.admin().calls("DeleteRolePolicy"), 0);
}

#[tokio::test]
async fn roles_that_belong_to_aws_are_refused_before_any_call() {
    let stage = Stage::new().await;
    for arn in [
        "arn:aws:iam::081278057606:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport",
        "arn:aws:iam::081278057606:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
    ] {
        let request = RevokeRequest::of(SessionRef::Typed(arn.into()));
        for error in [
            stage.plan(request.clone()).await.unwrap_err(),
            stage.outcome(request).await.unwrap_err(),
        ] {
            assert_eq!(error.code, ErrorCode::Invalid);
            assert!(error.message.contains("IAM lets nobody add a policy"), "{error}");
        }
    }
    for call in ["GetCallerIdentity", "GetRole", "GetRolePolicy", "PutRolePolicy"] {
        assert_eq!(stage.sandbox.admin().calls(call), 0, "{call}");
    }
}

#[tokio::test]
async fn whoever_is_named_signs_or_is_said_not_to_be_able_to() {
    let stage = Stage::new().await;
    let by = |who: &str| RevokeRequest {
        signer: Some(SessionRef::Typed(who.into())),
        ..stuzio()
    };
    let plan = stage.plan(by("custodian")).await.unwrap();
    assert_eq!(plan.signer.role_key.as_deref(), Some("custodian"));
    // Another account's role of the same name would be written to.
    let error = stage.plan(by("troy")).await.unwrap_err();
    assert!(error.message.contains("081278057606"), "{error}");
    // The role's own session is of the right account, and may not.
    let session = stage.session("stuzio").await;
    match stage.outcome(by(&session.id)).await.unwrap() {
        RevokeOutcome::Denied { denial } => {
            assert_eq!(
                (denial.code.as_str(), denial.action.as_str()),
                ("AccessDenied", "iam:GetRolePolicy")
            );
            assert!(denial.request_id.is_some());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.sandbox.admin().calls("PutRolePolicy"), 0);
}

#[tokio::test]
async fn a_session_and_any_arn_name_a_role_and_an_identity_does_not() {
    let stage = Stage::new().await;
    let session = stage.session("stuzio").await;
    for of in [
        SessionRef::Id(session.id.clone()),
        SessionRef::Typed(session.id.clone()),
        SessionRef::Typed(ROLE.into()),
    ] {
        assert_eq!(stage.plan(RevokeRequest::of(of)).await.unwrap().role_arn, ROLE);
    }
    let nowhere = RevokeRequest::of(SessionRef::Typed("arn:aws:iam::081278057606:role/Nowhere".into()));
    let error = stage.plan(nowhere).await.unwrap_err();
    assert!(error.message.contains("there is no role"), "{error}");
    let error = stage.plan(RevokeRequest::of(of("troy"))).await.unwrap_err();
    assert!(error.message.contains("identity"), "{error}");
}

#[tokio::test]
async fn a_role_that_is_not_there_is_said_not_to_be() {
    let stage = Stage::new().await;
    let nowhere = "arn:aws:iam::081278057606:role/Nowhere";
    let error = stage
        .outcome(RevokeRequest::of(SessionRef::Typed(nowhere.into())))
        .await
        .unwrap_err();
    assert!(error.message.contains("there is no role"), "{error}");
    assert_eq!(
        stage.agent.service.revoking.book.of(&nowhere.parse().unwrap()),
        None
    );
}

#[tokio::test]
async fn whoever_asks_while_sessions_are_revoked_gets_one_that_works() {
    let stage = Stage::new().await;
    // As it stands between AWS's taking it and the time that was written.
    let before = RevokesBefore::of_date(stage.sandbox.admin().now());
    stage.write(&before.document()).await;
    let kept = KeptRevocation {
        role: ROLE.parse().unwrap(),
        in_force: Some(before.time()),
        sent: before.time(),
        stood: None,
    };
    stage.agent.service.revoking.book.put(kept).unwrap();
    let (given, view) = stage.credentials(of("stuzio")).await;
    assert!(!view.unwrap().revoked);
    assert!(stage.lists_buckets(&given).await);
}

#[tokio::test]
async fn revoked_sessions_can_be_dropped() {
    let stage = Stage::new().await;
    let session = SessionRef::Id(stage.session("stuzio").await.id);
    stage.revoke(stuzio()).await;
    stage.ask(Request::End(EndRequest { session })).await.unwrap();
    assert_eq!(stage.sessions().await.len(), 0);
}
