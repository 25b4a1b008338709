//! The whole way against the sandbox: sign in, list, take a role's credentials, sign out.

use std::collections::BTreeSet;
use std::sync::Arc;

use hatrack_aws::{AwsIdentityCenter, AwsSts};
use hatrack_core::identity_center::{
    Grant, IdentityCenter, Poll, Portal, Redirect, Registration, SignInToken,
};
use hatrack_core::secret::Secret;
use hatrack_core::sts::{AssumeRoleWithWebIdentity, AwsFailure, Reach, Sts};
use hatrack_core::sts_limits::SessionDuration;
use hatrack_sandbox::{Options, RoleKind, Running};
use url::Url;

use crate::world::{quick, reach, sandbox};

/// The sandbox's first organisation.
fn organisation(sandbox: &Running) -> Portal {
    let told = &sandbox.manifest().sign_in.portals[0];
    Portal {
        session: told.session.clone(),
        start_url: told.start_url.clone(),
        region: told.region.clone(),
        scopes: vec!["sso:account:access".into()],
    }
}

fn redirect() -> Redirect {
    Redirect {
        uri: "http://127.0.0.1:34567/oauth/callback".parse().unwrap(),
        state: "state".into(),
        verifier: Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    }
}

struct Signed {
    center: AwsIdentityCenter,
    reach: Reach,
    portal: Portal,
    registration: Registration,
    token: SignInToken,
}

/// Signs in by authorization code; the person allows it.
async fn sign_in(sandbox: &Running) -> Signed {
    let center = AwsIdentityCenter::with_timing(Arc::default(), quick());
    let (portal, reach) = (organisation(sandbox), reach(sandbox.endpoint()));
    let registration = center
        .register(&reach, &portal, Grant::AuthorizationCode)
        .await
        .unwrap();
    let page = center.page(&reach, &portal, &registration, &redirect()).unwrap();
    let back = sandbox.admin().answer_page(page.as_str(), None, true).unwrap();
    let back = Url::parse(&back).unwrap();
    assert_eq!((back.port(), back.path()), (Some(34567), "/oauth/callback"));
    let query = |name: &str| {
        back.query_pairs()
            .find(|(n, _)| n == name)
            .unwrap()
            .1
            .into_owned()
    };
    assert_eq!(query("state"), "state");
    let token = center
        .token_of_code(&reach, &registration, &redirect(), &Secret::new(query("code")))
        .await
        .unwrap();
    Signed {
        center,
        reach,
        portal,
        registration,
        token,
    }
}

fn code_of<T: std::fmt::Debug>(result: Result<T, AwsFailure>) -> (String, u16) {
    match result.unwrap_err() {
        AwsFailure::Refused(refusal) => (refusal.code, refusal.status),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_sign_in_lists_its_roles_and_gives_credentials_that_work() {
    let sandbox = sandbox().await;
    let signed = sign_in(&sandbox).await;
    let story = &sandbox.manifest().sign_in;
    let listing = signed
        .center
        .listing(&signed.reach, &signed.token.access_token, &signed.portal)
        .await
        .unwrap();
    let listed = listing.accounts.iter().flat_map(|account| {
        let role = |role: &String| {
            (
                account.id.to_string(),
                account.name.clone().unwrap(),
                role.clone(),
            )
        };
        account.roles.iter().map(role).collect::<Vec<_>>()
    });
    let listed: BTreeSet<_> = listed.collect();
    let told = &story.portals[0].users[0].roles;
    let told = told.iter().map(|role| {
        (
            role.account_id.clone(),
            role.account_name.clone(),
            role.role_name.clone(),
        )
    });
    assert_eq!(listed, told.collect());
    let account = story.account_id.parse().unwrap();
    let given = signed
        .center
        .role_credentials(
            &signed.reach,
            &signed.token.access_token,
            account,
            &story.role_name,
        )
        .await
        .unwrap();
    let end = given.credentials.expires_at.unwrap();
    assert!(end > given.aws_date.unwrap());
    let who = AwsSts::new(Arc::default())
        .get_caller_identity(&signed.reach, &given.credentials)
        .await
        .unwrap();
    assert_eq!(who.account, account);
    assert!(who.arn.contains("assumed-role/AWSReservedSSO_"), "{}", who.arn);
    let forbidden = signed
        .center
        .role_credentials(
            &signed.reach,
            &signed.token.access_token,
            account,
            "NoSuchPermissionSet",
        )
        .await;
    assert_eq!(code_of(forbidden).1, 403);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_sign_in_is_refreshed_and_ended() {
    let sandbox = sandbox().await;
    let signed = sign_in(&sandbox).await;
    let (center, reach) = (&signed.center, &signed.reach);
    sandbox.admin().expire_access_tokens();
    let ended = center
        .listing(reach, &signed.token.access_token, &signed.portal)
        .await;
    assert_eq!(code_of(ended), ("UnauthorizedException".to_owned(), 401));
    let refresh_token = signed.token.refresh_token.as_ref().unwrap();
    let next = center
        .refresh(reach, &signed.registration, refresh_token)
        .await
        .unwrap();
    center
        .listing(reach, &next.access_token, &signed.portal)
        .await
        .unwrap();
    center.log_out(reach, &next.access_token).await.unwrap();
    let ended = center.listing(reach, &next.access_token, &signed.portal).await;
    assert_eq!(code_of(ended), ("UnauthorizedException".to_owned(), 401));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_device_code_is_allowed_by_the_person_and_a_denied_one_is_told() {
    let sandbox = sandbox().await;
    let center = AwsIdentityCenter::with_timing(Arc::default(), quick());
    let (portal, reach) = (organisation(&sandbox), reach(sandbox.endpoint()));
    let registration = center.register(&reach, &portal, Grant::DeviceCode).await.unwrap();
    for allow in [true, false] {
        let code = center.device_code(&reach, &portal, &registration).await.unwrap();
        assert_eq!(
            center.poll(&reach, &registration, &code).await.unwrap(),
            Poll::Pending
        );
        sandbox.admin().answer_page(code.page.as_str(), None, allow);
        let polled = loop {
            match center.poll(&reach, &registration, &code).await {
                // The sandbox keeps to the interval, as AWS does.
                Ok(Poll::SlowDown | Poll::Pending) => tokio::time::sleep(code.interval).await,
                other => break other,
            }
        };
        match polled {
            Ok(Poll::Token(token)) => {
                assert!(allow);
                center
                    .listing(&reach, &token.access_token, &portal)
                    .await
                    .unwrap();
            }
            other => {
                assert!(!allow);
                assert_eq!(code_of(other).0, "AccessDeniedException");
            }
        }
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn b20_a_portal_over_its_rate_is_listed_completely() {
    let sandbox = hatrack_sandbox::start(Options {
        portal_accounts: 40,
        portal_rate: Some(10),
        ..Options::default()
    })
    .await
    .unwrap();
    let signed = sign_in(&sandbox).await;
    let listing = signed
        .center
        .listing(&signed.reach, &signed.token.access_token, &signed.portal)
        .await
        .unwrap();
    assert!(listing.accounts.len() >= 40, "{}", listing.accounts.len());
    assert!(listing.accounts.iter().all(|account| !account.roles.is_empty()));
    assert!(sandbox.admin().calls("TooManyRequestsException") > 0);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_token_of_the_build_service_becomes_a_role() {
    let sandbox = sandbox().await;
    let kinds = &sandbox.manifest().kinds;
    let role = kinds
        .roles
        .iter()
        .find(|role| role.kind == RoleKind::WebIdentity)
        .unwrap();
    let call = |token: String| AssumeRoleWithWebIdentity {
        role: role.role_arn.parse().unwrap(),
        session_name: "build-17".parse().unwrap(),
        duration: SessionDuration::SHORTEST,
        token: Secret::new(token),
        policy: None,
        policy_arns: Vec::new(),
    };
    let token = |seconds| {
        let admin = sandbox.admin();
        admin
            .web_identity_token(&kinds.subject, &kinds.audience, seconds)
            .unwrap()
    };
    let sts = AwsSts::with_timing(Arc::default(), quick());
    let reach = reach(sandbox.endpoint());
    let got = sts
        .assume_role_with_web_identity(&reach, &call(token(600)))
        .await
        .unwrap();
    assert!(got.assumed_role_arn.unwrap().ends_with("/build-17"));
    sts.get_caller_identity(&reach, &got.credentials).await.unwrap();
    let over = sts.assume_role_with_web_identity(&reach, &call(token(-60))).await;
    assert_eq!(code_of(over).0, "ExpiredTokenException");
    let garbage = sts
        .assume_role_with_web_identity(&reach, &call("canary".into()))
        .await;
    assert_eq!(code_of(garbage).0, "InvalidIdentityToken");
    sandbox.shutdown().await;
}
