//! IAM and Organizations, as far as they are read.

use std::sync::Arc;

use hatrack_aws::{AwsIam, AwsIdentityCenter, AwsOrganizations, AwsSts};
use hatrack_core::iam::{Iam, PolicyOf, Whose};
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
        .own_policies(
            &reach(sandbox.endpoint()),
            &user(&sandbox, "S14"),
            &Whose::User("asi-dev".into()),
        )
        .await
        .unwrap();
    assert_eq!(own.unread, []);
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
    let own = iam()
        .own_policies(&reach, &signer, &Whose::User("asi-dev".into()))
        .await
        .unwrap();
    assert_eq!(own.unread[0].operation, "ListGroupsForUser");
    assert_eq!(own.policies.len(), 1);
    sandbox.admin().inject(On::Iam, 100, effect());
    let all = iam()
        .own_policies(&reach, &signer, &Whose::User("asi-dev".into()))
        .await;
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
        .own_policies(
            &reach(sandbox.endpoint()),
            &user(&sandbox, "S14"),
            &Whose::User("asi-dev".into()),
        )
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
        .own_policies(
            &reach(sandbox.endpoint()),
            &user(&sandbox, "S14"),
            &Whose::User("asi-dev".into()),
        )
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

/// ListAccounts against a sandbox that does this instead.
async fn accounts_with(effect: Effect) -> Result<usize, AwsFailure> {
    let sandbox = sandbox().await;
    let signer = administrator(&sandbox).await;
    let operation = On::Operation("ListAccounts".into());
    sandbox.admin().inject(operation, 100, effect);
    let accounts = AwsOrganizations::with_timing(Arc::default(), quick())
        .accounts(&reach(sandbox.endpoint()), &signer)
        .await;
    accounts.map(|accounts| accounts.len())
}

fn page(body: &str) -> Effect {
    Effect::Respond {
        status: 200,
        content_type: "application/x-amz-json-1.1".into(),
        body: body.to_owned().into(),
    }
}

#[tokio::test]
async fn b28_an_organization_whose_pages_go_round_is_left() {
    let round = r#"{"Accounts":[{"Id":"310000000001","Name":"A","Status":"ACTIVE"}],"NextToken":"again"}"#;
    let Err(AwsFailure::Garbled { why, .. }) = accounts_with(page(round)).await else {
        panic!("it has no end")
    };
    assert!(why.contains("circle"), "{why}");
}

#[tokio::test]
async fn b25_a_list_of_accounts_that_is_none_says_so() {
    for effect in [
        Effect::TruncatedBody,
        page("{\"Accounts\":["),
        page("{}"),
        page(r#"{"Accounts":[{"Id":"../../x","Name":"A"}]}"#),
    ] {
        let told = format!("{effect:?}");
        let failed = accounts_with(effect).await;
        assert!(
            matches!(
                failed,
                Err(AwsFailure::Garbled { .. } | AwsFailure::Unreachable { .. })
            ),
            "{told}: {failed:?}"
        );
    }
}

#[tokio::test]
async fn b27_a_list_of_accounts_without_end_is_not_read_to_its_end() {
    let failed = accounts_with(Effect::EndlessBody).await;
    assert!(failed.is_err(), "{failed:?}");
}

#[tokio::test]
async fn b27_a_policy_without_end_is_not_read_to_its_end() {
    let sandbox = sandbox().await;
    let operation = On::Operation("GetUserPolicy".into());
    sandbox.admin().inject(operation, 100, Effect::EndlessBody);
    let own = iam()
        .own_policies(
            &reach(sandbox.endpoint()),
            &user(&sandbox, "S14"),
            &Whose::User("asi-dev".into()),
        )
        .await;
    assert!(own.is_err(), "{own:?}");
}

#[test]
fn whose_policies_are_meant_is_told_by_the_callers_arn() {
    let whose = |arn: &str| Whose::of_arn(arn);
    let user = whose("arn:aws:iam::183438944504:user/path/to/troy");
    assert_eq!(user, Some(Whose::User("troy".into())));
    let role = whose("arn:aws-cn:sts::183438944504:assumed-role/Reader/ses/sion");
    assert_eq!(role, Some(Whose::Role("Reader".into())));
    for nobody in [
        "arn:aws:iam::183438944504:root",
        "arn:aws:sts::183438944504:federated-user/troy",
        "troy",
    ] {
        assert_eq!(whose(nobody), None, "{nobody}");
    }
}

#[tokio::test]
async fn a_roles_own_policies_are_read_with_its_session() {
    let sandbox = sandbox().await;
    let arn = "arn:aws:iam::333344445555:role/FourHours";
    let signer = role(&sandbox, "S9", arn).await;
    let own = iam()
        .own_policies(
            &reach(sandbox.endpoint()),
            &signer,
            &Whose::Role("FourHours".into()),
        )
        .await;
    // Its policies let it read itself and not its own policies: AWS's refusal names what is missing.
    let Err(AwsFailure::Refused(refusal)) = own else {
        panic!("{own:?}")
    };
    assert!(
        refusal.message.contains("iam:ListRolePolicies"),
        "{}",
        refusal.message
    );
}
