//! The access portal, and what its credentials are good for.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_credential_types::Credentials;
use hatrack_sandbox::{Options, Running, start};

use crate::clients::{Refused, assume, identity, s3, sandbox, sts};
use crate::sso::{access_token, portal, sign_in};

pub async fn role_credentials(
    running: &Running,
    token: &str,
    account: &str,
    role: &str,
) -> Result<(Credentials, i64), Refused> {
    let call = portal(running).get_role_credentials().access_token(token);
    let answer = call.account_id(account).role_name(role).send().await;
    let answer = answer.map_err(Refused::from)?;
    let found = answer.role_credentials().unwrap();
    let credentials = Credentials::new(
        found.access_key_id().unwrap(),
        found.secret_access_key().unwrap(),
        found.session_token().map(str::to_owned),
        None,
        "test",
    );
    Ok((credentials, found.expiration()))
}

#[tokio::test]
async fn each_user_of_each_portal_sees_the_accounts_and_roles_of_the_manifest() {
    let running = sandbox().await;
    let told = &running.manifest().sign_in.portals[0];
    for user in &told.users {
        let token = access_token(&running, Some(&user.name)).await;
        let client = portal(&running);
        let mut seen = BTreeSet::new();
        let accounts = client.list_accounts().access_token(&token).send().await.unwrap();
        for account in accounts.account_list() {
            assert!(
                account
                    .email_address()
                    .unwrap()
                    .contains(account.account_id().unwrap())
            );
            let call = client.list_account_roles().access_token(&token);
            let roles = call
                .account_id(account.account_id().unwrap())
                .send()
                .await
                .unwrap();
            for role in roles.role_list() {
                assert_eq!(role.account_id(), account.account_id());
                seen.insert((
                    account.account_id().unwrap().to_owned(),
                    account.account_name().unwrap().to_owned(),
                    role.role_name().unwrap().to_owned(),
                ));
            }
        }
        let listed = user.roles.iter();
        let listed = listed.map(|r| (r.account_id.clone(), r.account_name.clone(), r.role_name.clone()));
        assert_eq!(seen, listed.collect());
    }
}

#[tokio::test]
async fn role_credentials_are_a_session_of_the_reserved_role_with_the_permission_sets_rights() {
    let running = sandbox().await;
    let story = &running.manifest().sign_in;
    let token = access_token(&running, None).await;
    let (role, expiration) = role_credentials(&running, &token, &story.account_id, &story.role_name)
        .await
        .unwrap();
    let left = expiration - running.admin().now().as_millisecond();
    assert!(
        (14_395_000..=14_400_000).contains(&left),
        "four hours, in milliseconds: {left}"
    );
    let (account, arn, _) = identity(&running, role.clone()).await.unwrap();
    assert_eq!(account, story.account_id);
    let prefix = format!("arn:aws:sts::{account}:assumed-role/AWSReservedSSO_DataReader_");
    let rest = arn.strip_prefix(&prefix).unwrap();
    let (hex, user) = rest.split_once('/').unwrap();
    assert!(
        hex.len() == 16 && hex.bytes().all(|b| b.is_ascii_hexdigit()),
        "{arn}"
    );
    assert_eq!(user, "developer");

    let client = s3(&running, role, &story.region);
    for key in &story.keys {
        client
            .get_object()
            .bucket(&story.bucket)
            .key(key)
            .send()
            .await
            .unwrap();
    }
    let write = client.put_object().bucket(&story.bucket).key("new").send().await;
    assert_eq!(Refused::from(write.unwrap_err()).code, "AccessDenied");
    let archive = client.list_objects_v2().bucket(&story.hop.bucket).send().await;
    assert_eq!(Refused::from(archive.unwrap_err()).code, "AccessDenied");
}

#[tokio::test]
async fn a_hop_from_one_permission_set_works_for_an_hour_and_from_another_not() {
    let running = sandbox().await;
    let story = &running.manifest().sign_in;
    let token = access_token(&running, None).await;
    let (reader, _) = role_credentials(&running, &token, &story.account_id, &story.role_name)
        .await
        .unwrap();
    let client = sts(&running, reader);
    let archivist = assume(&client, &story.hop.role_arn, None, None).await.unwrap();
    let archive = s3(&running, archivist, &story.region);
    let key = &story.hop.keys[0];
    archive
        .get_object()
        .bucket(&story.hop.bucket)
        .key(key)
        .send()
        .await
        .unwrap();
    let long = assume(&client, &story.hop.role_arn, None, Some(7200)).await;
    assert_eq!(long.unwrap_err().code, "ValidationError");

    let admin = role_credentials(&running, &token, "310000000001", "AdministratorAccess").await;
    let other = sts(&running, admin.unwrap().0);
    let refused = assume(&other, &story.hop.role_arn, None, None).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status), ("AccessDenied", 403));
}

#[tokio::test]
async fn what_is_not_assigned_is_forbidden_and_what_does_not_exist_not_found() {
    let running = sandbox().await;
    let token = access_token(&running, Some("auditor")).await;
    for (account, role, exception, status) in [
        ("310000000001", "AdministratorAccess", "ForbiddenException", 403),
        ("310000000001", "Nonsense", "ForbiddenException", 403),
        ("320000000001", "ReportViewer", "ResourceNotFoundException", 404),
        ("111122223333", "Auditor", "ResourceNotFoundException", 404),
        ("31000000000", "Auditor", "InvalidRequestException", 400),
        ("3100-0000-0001", "Auditor", "InvalidRequestException", 400),
    ] {
        let refused = role_credentials(&running, &token, account, role)
            .await
            .unwrap_err();
        assert_eq!(
            (refused.code.as_str(), refused.status),
            (exception, status),
            "{account} {role}"
        );
        assert!(refused.request_id.is_some());
    }
    let guest = access_token(&running, Some("developer")).await;
    let list = portal(&running).list_account_roles().access_token(&guest);
    let foreign = list.account_id("320000000001").send().await;
    assert_eq!(Refused::from(foreign.unwrap_err()).status, 404);
}

#[tokio::test]
async fn only_a_good_token_is_taken() {
    let running = sandbox().await;
    let token = access_token(&running, None).await;
    let list = |token: &str| portal(&running).list_accounts().access_token(token).send();
    list(&token).await.unwrap();
    let forged = Refused::from(list("forged").await.unwrap_err());
    assert_eq!(
        (forged.code.as_str(), forged.status),
        ("UnauthorizedException", 401)
    );
    assert_eq!(forged.message, "Session token not found or invalid");
    running.admin().expire_access_tokens();
    assert_eq!(Refused::from(list(&token).await.unwrap_err()).status, 401);
}

#[tokio::test]
async fn a_logout_ends_the_sign_in_with_all_its_tokens_and_no_other() {
    let running = sandbox().await;
    let (client, first) = sign_in(&running, None).await;
    let other = access_token(&running, None).await;
    let token = first.access_token().unwrap();
    portal(&running)
        .logout()
        .access_token(token)
        .send()
        .await
        .unwrap();
    let list = |token: &str| portal(&running).list_accounts().access_token(token).send();
    assert_eq!(
        Refused::from(list(token).await.unwrap_err()).code,
        "UnauthorizedException"
    );
    let again = portal(&running).logout().access_token(token).send().await;
    assert_eq!(Refused::from(again.unwrap_err()).status, 401);
    let refreshed = crate::sso::refresh(&running, &client, first.refresh_token().unwrap()).await;
    assert_eq!(refreshed.unwrap_err().code, "InvalidGrantException");
    list(&other).await.unwrap();
}

#[tokio::test]
async fn pages_are_no_longer_than_asked_and_a_hundred_at_most() {
    let options = Options {
        portal_accounts: 261,
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let token = access_token(&running, None).await;
    let client = portal(&running);
    let pages = async |most: Option<i32>| {
        let (mut next, mut sizes, mut ids) = (None, Vec::new(), BTreeSet::new());
        loop {
            let call = client.list_accounts().access_token(&token).set_max_results(most);
            let page = call.set_next_token(next).send().await.unwrap();
            sizes.push(page.account_list().len());
            ids.extend(
                page.account_list()
                    .iter()
                    .map(|a| a.account_id().unwrap().to_owned()),
            );
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return (sizes, ids.len());
            }
        }
    };
    assert_eq!(pages(None).await, (vec![100, 100, 65], 265));
    assert_eq!(pages(Some(90)).await, (vec![90, 90, 85], 265));
    for most in [0, 101] {
        let refused = client
            .list_accounts()
            .access_token(&token)
            .max_results(most)
            .send()
            .await;
        assert_eq!(
            Refused::from(refused.unwrap_err()).code,
            "InvalidRequestException"
        );
    }
    let first = client.list_accounts().access_token(&token).send().await.unwrap();
    let of_accounts = first.next_token().unwrap();
    let list = client
        .list_account_roles()
        .access_token(&token)
        .account_id("310000000001");
    let mixed = list.next_token(of_accounts).send().await;
    assert_eq!(Refused::from(mixed.unwrap_err()).code, "InvalidRequestException");

    // The crowd's accounts are as real as the others.
    let added = role_credentials(&running, &token, "500000000260", "Auditor")
        .await
        .unwrap();
    assert_eq!(identity(&running, added.0).await.unwrap().0, "500000000260");
}

#[tokio::test]
async fn more_requests_than_the_rate_get_429_and_none_without_a_rate() {
    let options = Options {
        portal_rate: Some(5),
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let token = access_token(&running, None).await;
    let client = portal(&running);
    let burst = async |count: usize| {
        let calls = (0..count).map(|_| client.list_accounts().access_token(&token).send());
        let answers = futures::future::join_all(calls).await;
        let refused = answers.into_iter().filter_map(Result::err).map(Refused::from);
        refused.map(|r| (r.code, r.status)).collect::<Vec<_>>()
    };
    let before = std::time::Instant::now();
    let refused = burst(40).await;
    let refilled = usize::try_from(before.elapsed().as_millis() * 5 / 1000).unwrap() + 1;
    assert!((35 - refilled..=35).contains(&refused.len()), "{refused:?}");
    assert!(
        refused
            .iter()
            .all(|r| *r == ("TooManyRequestsException".to_owned(), 429))
    );
    let counted = usize::try_from(running.admin().calls("TooManyRequestsException")).unwrap();
    assert_eq!(counted, refused.len());
    running.admin().set_portal_rate(None);
    assert_eq!(burst(40).await, []);
}

#[tokio::test]
async fn the_longest_life_shortens_role_credentials_too() {
    let options = Options {
        max_life: Some(Duration::from_secs(60)),
        ..Options::default()
    };
    let running = start(options).await.unwrap();
    let token = access_token(&running, None).await;
    let (_, expiration) = role_credentials(&running, &token, "310000000003", "DataReader")
        .await
        .unwrap();
    assert!(expiration - running.admin().now().as_millisecond() <= 60_000);
}
