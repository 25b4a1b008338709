//! GetSessionToken and MFA codes.

use aws_credential_types::Credentials;
use hatrack_sandbox::{Running, totp};

use crate::clients::{Refused, assume, identity, s3, sandbox, session, sts, user};

#[tokio::test]
async fn get_session_token_gives_the_user_and_nothing_to_sessions() {
    let running = sandbox().await;
    let story = running.manifest().story("S6").unwrap();
    let answer = sts(&running, user(story))
        .get_session_token()
        .send()
        .await
        .unwrap();
    let life = answer.credentials().unwrap().expiration().secs() - running.admin().now().as_second();
    assert!((43_198..=43_200).contains(&life));
    let temporary = session(answer.credentials().unwrap());
    let arn = identity(&running, temporary.clone()).await.unwrap().1;
    assert_eq!(arn, "arn:aws:iam::111122223333:user/shell-user");
    let own = s3(&running, temporary.clone(), "us-east-1");
    own.get_object()
        .bucket("shell-user-home")
        .key("notes/today.txt")
        .send()
        .await
        .unwrap();
    let client = sts(&running, temporary);
    let again = client
        .get_session_token()
        .send()
        .await
        .map_err(Refused::from)
        .unwrap_err();
    assert_eq!((again.code.as_str(), again.status), ("AccessDenied", 403));
    assume(&client, &story.role_arn, None, None).await.unwrap();
    let long = assume(&client, &story.role_arn, None, Some(7200))
        .await
        .unwrap_err();
    assert_eq!(long.code, "ValidationError");
}

async fn with_code(running: &Running, role: &str, serial: &str, code: &str) -> Result<Credentials, Refused> {
    let client = sts(running, user(running.manifest().story("X2").unwrap()));
    let call = client.assume_role().role_arn(role).role_session_name("mfa");
    let answer = call.serial_number(serial).token_code(code).send().await;
    answer
        .map(|a| session(a.credentials().unwrap()))
        .map_err(Refused::from)
}

#[tokio::test]
async fn an_mfa_code_opens_once() {
    let running = sandbox().await;
    let story = running.manifest().story("X2").unwrap();
    let (serial, seed) = (
        story.mfa_serial.as_deref().unwrap(),
        story.mfa_seed.as_deref().unwrap(),
    );
    let code = totp(seed, running.admin().now()).unwrap();
    let other = if code == "000000" { "000001" } else { "000000" };
    let wrong = with_code(&running, &story.role_arn, serial, other)
        .await
        .unwrap_err();
    assert_eq!((wrong.code.as_str(), wrong.status), ("AccessDenied", 403));
    assert_eq!(
        wrong.message,
        "MultiFactorAuthentication failed with invalid MFA one time pass code. "
    );
    let foreign = with_code(
        &running,
        &story.role_arn,
        "arn:aws:iam::111122223333:mfa/nobody",
        &code,
    )
    .await;
    assert!(
        foreign
            .unwrap_err()
            .message
            .starts_with("MultiFactorAuthentication failed, unable to validate")
    );
    with_code(&running, &story.role_arn, serial, &code).await.unwrap();
    let spent = with_code(&running, &story.role_arn, serial, &code)
        .await
        .unwrap_err();
    assert_eq!(spent.message, wrong.message);
}

#[tokio::test]
async fn one_code_shared_by_get_session_token_opens_two_roles_for_an_hour() {
    let running = sandbox().await;
    let story = running.manifest().story("X2").unwrap();
    let code = totp(story.mfa_seed.as_deref().unwrap(), running.admin().now()).unwrap();
    let call = sts(&running, user(story)).get_session_token();
    let answer = call
        .serial_number(story.mfa_serial.as_deref().unwrap())
        .token_code(code)
        .send()
        .await
        .unwrap();
    let shared = sts(&running, session(answer.credentials().unwrap()));
    assume(&shared, &story.role_arn, None, None).await.unwrap();
    assume(
        &shared,
        "arn:aws:iam::444455556666:role/RecordsAuditor",
        None,
        None,
    )
    .await
    .unwrap();
    assert_eq!(
        assume(&shared, &story.role_arn, None, Some(7200))
            .await
            .unwrap_err()
            .code,
        "ValidationError"
    );
}
