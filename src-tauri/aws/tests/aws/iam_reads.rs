//! IAM and Organizations, as far as they are read.

use std::sync::Arc;

use hatrack_aws::{AwsIam, AwsIdentityCenter, AwsOrganizations, AwsSts};
use hatrack_core::iam::{Iam, PolicyOf};
use hatrack_core::identity_center::{Grant, IdentityCenter, Poll, Portal};
use hatrack_core::organization::Organizations;
use hatrack_core::role_kind::{RoleKind, Trust};
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Sts};
use hatrack_sandbox::{Effect, On, Options, Running};

use crate::world::{assume, keys, quick, reach, sandbox};

fn iam() -> AwsIam {
    AwsIam::with_timing(Arc::default(), quick())
}

/// The keys of a story's user.
fn user(sandbox: &Running, id: &str) -> Credentials {
    let story = sandbox.manifest().story(id).unwrap();
    keys(&story.access_key_id, &story.secret_access_key)
}

async fn role(sandbox: &Running, id: &str, role: &str) -> Credentials {
    let sts = AwsSts::with_timing(Arc::default(), quick());
    let issued = sts
        .assume_role(&reach(sandbox.endpoint()), &user(sandbox, id), &assume(role))
        .await;
    issued.unwrap().credentials
}

#[tokio::test]
async fn s9_a_role_tells_its_maximum_and_whom_it_trusts() {
    let sandbox = sandbox().await;
    let arn = "arn:aws:iam::333344445555:role/FourHours";
    let signer = role(&sandbox, "S9", arn).await;
    let facts = iam()
        .role(&reach(sandbox.endpoint()), &signer, "FourHours")
        .await
        .unwrap();
    assert_eq!(facts.role.to_string(), arn);
    assert_eq!(facts.maximum.unwrap().seconds(), 4 * 3600);
    assert_eq!((facts.path.as_str(), facts.last_used), ("/", None));
    let trust = Trust::read(&facts.path, &facts.trust.unwrap()).unwrap();
    assert_eq!((trust.kind, trust.accounts().count()), (RoleKind::Custom, 1));
}

#[tokio::test]
async fn what_may_not_be_read_is_aws_s_refusal() {
    let sandbox = sandbox().await;
    let refused = iam()
        .role(&reach(sandbox.endpoint()), &user(&sandbox, "S14"), "Absent")
        .await;
    let Err(AwsFailure::Refused(refusal)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((refusal.code.as_str(), refusal.status), ("AccessDenied", 403));
    assert!(refusal.request_id.is_some() && refusal.message.contains("iam:GetRole"));
}

#[tokio::test]
async fn s14_ones_own_policies_are_read_down_to_the_groups() {
    let sandbox = sandbox().await;
    let own = iam()
        .own_policies(&reach(sandbox.endpoint()), &user(&sandbox, "S14"), "asi-dev")
        .await
        .unwrap();
    assert_eq!((own.user.as_str(), own.unread.len()), ("asi-dev", 0));
    let [mine, groups] = own.policies.as_slice() else {
        panic!("{:?}", own.policies)
    };
    assert_eq!(
        (mine.name.as_str(), &mine.of),
        ("read-own-permissions", &PolicyOf::User)
    );
    assert_eq!(mine.arn, None);
    assert_eq!(groups.of, PolicyOf::Group("developers".into()));
    assert!(groups.arn.is_some(), "it is a managed one");
    let wanted = &sandbox.manifest().story("S14").unwrap().role_arn;
    assert!(groups.document.contains(wanted.as_str()), "{}", groups.document);
}

#[tokio::test]
async fn what_is_refused_among_it_is_noted_and_the_rest_told() {
    let sandbox = sandbox().await;
    let effect = || Effect::Error {
        status: 403,
        code: "AccessDenied".into(),
        retry_after: None,
    };
    let operation = On::Operation("ListGroupsForUser".into());
    sandbox.admin().inject(operation, 1, effect());
    let reach = reach(sandbox.endpoint());
    let signer = user(&sandbox, "S14");
    let own = iam().own_policies(&reach, &signer, "asi-dev").await.unwrap();
    assert_eq!(own.unread[0].operation, "ListGroupsForUser");
    assert_eq!(own.policies.len(), 1);
    sandbox.admin().inject(On::Iam, 100, effect());
    let all = iam().own_policies(&reach, &signer, "asi-dev").await;
    assert!(matches!(all, Err(AwsFailure::Refused(_))), "{all:?}");
}

#[tokio::test]
async fn b20_throttling_is_waited_out() {
    let sandbox = sandbox().await;
    let effect = Effect::Error {
        status: 400,
        code: "Throttling".into(),
        retry_after: None,
    };
    sandbox.admin().inject(On::Iam, 3, effect);
    let own = iam()
        .own_policies(&reach(sandbox.endpoint()), &user(&sandbox, "S14"), "asi-dev")
        .await
        .unwrap();
    assert_eq!((own.policies.len(), own.unread.len()), (2, 0));
}

#[tokio::test]
async fn b28_pages_that_go_round_end() {
    let sandbox = sandbox().await;
    let page = "<ListGroupsForUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
                <ListGroupsForUserResult><Groups/><IsTruncated>true</IsTruncated><Marker>again</Marker>\
                </ListGroupsForUserResult></ListGroupsForUserResponse>";
    let effect = Effect::Respond {
        status: 200,
        content_type: "text/xml".into(),
        body: page.into(),
    };
    let operation = On::Operation("ListGroupsForUser".into());
    sandbox.admin().inject(operation, 100, effect);
    let own = iam()
        .own_policies(&reach(sandbox.endpoint()), &user(&sandbox, "S14"), "asi-dev")
        .await;
    let Err(AwsFailure::Garbled { why, .. }) = own else {
        panic!("{own:?}")
    };
    assert!(why.contains("circle"), "{why}");
}

/// An administrator of the account that manages the organization.
async fn administrator(sandbox: &Running) -> Credentials {
    let told = &sandbox.manifest().sign_in.portals[0];
    let (center, reach) = (
        AwsIdentityCenter::with_timing(Arc::default(), quick()),
        reach(sandbox.endpoint()),
    );
    let portal = Portal {
        session: told.session.clone(),
        start_url: told.start_url.clone(),
        region: told.region.clone(),
        scopes: vec!["sso:account:access".into()],
    };
    let registration = center.register(&reach, &portal, Grant::DeviceCode).await.unwrap();
    let code = center.device_code(&reach, &portal, &registration).await.unwrap();
    sandbox.admin().answer_page(code.page.as_str(), None, true);
    let Poll::Token(token) = center.poll(&reach, &registration, &code).await.unwrap() else {
        panic!("the person has allowed it")
    };
    let account = told.users[0].roles[0].account_id.parse().unwrap();
    let given = center
        .role_credentials(&reach, &token.access_token, account, "AdministratorAccess")
        .await;
    given.unwrap().credentials
}

#[tokio::test]
async fn an_organizations_accounts_are_listed_to_the_last_page() {
    let sandbox = hatrack_sandbox::start(Options {
        portal_accounts: 45,
        ..Options::default()
    });
    let sandbox = sandbox.await.unwrap();
    let accounts = AwsOrganizations::with_timing(Arc::default(), quick())
        .accounts(&reach(sandbox.endpoint()), &administrator(&sandbox).await)
        .await
        .unwrap();
    assert_eq!(accounts.len(), 4 + 45 + 1);
    let closed: Vec<&str> = accounts
        .iter()
        .filter(|account| !account.active)
        .map(|account| account.name.as_str())
        .collect();
    assert_eq!(closed, ["Example Retired"]);
}

#[tokio::test]
async fn only_the_management_account_lists_an_organizations_accounts() {
    let sandbox = sandbox().await;
    let refused = AwsOrganizations::with_timing(Arc::default(), quick())
        .accounts(&reach(sandbox.endpoint()), &user(&sandbox, "S14"))
        .await;
    let Err(AwsFailure::Refused(refusal)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(refusal.code, "AccessDeniedException");
}
