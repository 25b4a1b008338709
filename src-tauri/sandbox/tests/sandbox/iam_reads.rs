//! IAM as its SDK reads it.

use aws_credential_types::Credentials;
use aws_sdk_iam::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_types::region::Region;
use hatrack_sandbox::{RoleKind, Running};

use crate::clients::{Refused, assume, http, sandbox, session, sts, user};

pub fn iam(running: &Running, credentials: Credentials) -> Client {
    let config = aws_sdk_iam::Config::builder()
        .behavior_version_latest()
        .region(Region::new("us-east-1"))
        .endpoint_url(running.endpoint())
        .credentials_provider(credentials)
        .http_client(http())
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The keys in the credentials file.
pub fn keys(running: &Running, profile: &str) -> Credentials {
    let file = ini::Ini::load_from_file(&running.manifest().credentials_file).unwrap();
    let section = file.section(Some(profile)).unwrap();
    let key = |name: &str| section.get(name).unwrap();
    Credentials::new(
        key("aws_access_key_id"),
        key("aws_secret_access_key"),
        None,
        None,
        "test",
    )
}

fn engineer(running: &Running) -> Client {
    iam(running, keys(running, &running.manifest().kinds.identity))
}

pub fn decoded(document: &str) -> serde_json::Value {
    let pair = format!("document={}", document.replace('+', "%2B"));
    let (_, text) = url::form_urlencoded::parse(pair.as_bytes()).next().unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn s8_a_role_tells_its_path_its_trust_and_its_maximum() {
    let running = sandbox().await;
    let client = engineer(&running);
    let linked = running
        .manifest()
        .kinds
        .roles
        .iter()
        .find(|r| r.kind == RoleKind::ServiceLinked);
    let answer = client
        .get_role()
        .role_name("AWSServiceRoleForAutoScaling")
        .send()
        .await
        .unwrap();
    let role = answer.role().unwrap();
    assert_eq!(role.arn(), linked.unwrap().role_arn);
    assert_eq!(role.path(), "/aws-service-role/autoscaling.amazonaws.com/");
    assert_eq!(role.max_session_duration(), Some(3600));
    let trust = decoded(role.assume_role_policy_document().unwrap());
    assert_eq!(
        trust["Statement"][0]["Principal"]["Service"],
        "autoscaling.amazonaws.com"
    );
}

#[tokio::test]
async fn roles_are_listed_page_by_page_and_by_path() {
    let running = sandbox().await;
    let client = engineer(&running);
    let mut names = Vec::new();
    let mut marker = None;
    loop {
        let page = client
            .list_roles()
            .max_items(2)
            .set_marker(marker)
            .send()
            .await
            .unwrap();
        assert!(page.roles().len() <= 2);
        names.extend(page.roles().iter().map(|r| r.role_name().to_owned()));
        marker = page.marker().map(str::to_owned);
        assert_eq!(page.is_truncated(), marker.is_some());
        if marker.is_none() {
            break;
        }
    }
    // One of each kind, and the directory's other role.
    assert_eq!(names.len(), running.manifest().kinds.roles.len() + 1);
    let linked = client
        .list_roles()
        .path_prefix("/aws-service-role/")
        .send()
        .await
        .unwrap();
    assert_eq!(linked.roles().len(), 1);
    let wrong = client
        .list_roles()
        .marker("3")
        .send()
        .await
        .map_err(Refused::from);
    assert_eq!(wrong.unwrap_err().code, "ValidationError");
}

#[tokio::test]
async fn s14_a_user_reads_its_own_policies_and_its_groups() {
    let running = sandbox().await;
    let story = running.manifest().story("S14").unwrap();
    let client = iam(&running, user(story));
    let me = client.get_user().send().await.unwrap();
    assert_eq!(me.user().unwrap().user_name(), "asi-dev");
    let own = client
        .list_user_policies()
        .user_name("asi-dev")
        .send()
        .await
        .unwrap();
    assert_eq!(own.policy_names(), ["read-own-permissions"]);
    let groups = client
        .list_groups_for_user()
        .user_name("asi-dev")
        .send()
        .await
        .unwrap();
    assert_eq!(groups.groups()[0].group_name(), "developers");
    let attached = client
        .list_attached_group_policies()
        .group_name("developers")
        .send()
        .await
        .unwrap();
    let attached = &attached.attached_policies()[0];
    let embedded = client
        .list_group_policies()
        .group_name("developers")
        .send()
        .await
        .unwrap();
    assert!(embedded.policy_names().is_empty(), "it is attached, not embedded");
    let arn = attached.policy_arn().unwrap();
    let policy = client.get_policy().policy_arn(arn).send().await.unwrap();
    let version = policy.policy().unwrap().default_version_id().unwrap().to_owned();
    let version = client
        .get_policy_version()
        .policy_arn(arn)
        .version_id(version)
        .send()
        .await
        .unwrap();
    let document = decoded(version.policy_version().unwrap().document().unwrap());
    assert!(document.to_string().contains(&story.role_arn));
}

#[tokio::test]
async fn what_one_may_not_read_is_refused_and_does_not_tell_whether_it_is_there() {
    let running = sandbox().await;
    let client = engineer(&running);
    for name in ["platform-engineer", "nobody"] {
        let refused = client
            .get_user_policy()
            .user_name("somebody-else")
            .policy_name(name)
            .send()
            .await
            .map_err(Refused::from)
            .unwrap_err();
        assert_eq!((refused.code.as_str(), refused.status), ("AccessDenied", 403));
        assert!(
            refused.message.ends_with(
                "is not authorized to perform: iam:GetUserPolicy on resource: user somebody-else because no \
                 identity-based policy allows the iam:GetUserPolicy action"
            ),
            "{}",
            refused.message
        );
    }
    let absent = client
        .get_role()
        .role_name("Absent")
        .send()
        .await
        .map_err(Refused::from);
    let absent = absent.unwrap_err();
    assert_eq!((absent.code.as_str(), absent.status), ("NoSuchEntity", 404));
    assert_eq!(absent.message, "The role with name Absent cannot be found.");
    // A role of another account has no name here.
    let other = client
        .get_role()
        .role_name("TwelveHours")
        .send()
        .await
        .map_err(Refused::from);
    assert_eq!(other.unwrap_err().code, "NoSuchEntity");
}

#[tokio::test]
async fn s9_a_role_that_may_look_itself_up_tells_how_long_it_lives() {
    let running = sandbox().await;
    let story = running.manifest().story("S9").unwrap();
    let sts = sts(&running, user(story));
    let four = "arn:aws:iam::333344445555:role/FourHours";
    let credentials = assume(&sts, four, None, None).await.unwrap();
    let client = iam(&running, credentials);
    let role = client.get_role().role_name("FourHours").send().await.unwrap();
    assert_eq!(role.role().unwrap().max_session_duration(), Some(4 * 3600));
    let other = client
        .get_role()
        .role_name("OneHour")
        .send()
        .await
        .map_err(Refused::from);
    assert_eq!(other.unwrap_err().code, "AccessDenied");
}

#[tokio::test]
async fn a_users_session_without_a_code_calls_no_iam() {
    let running = sandbox().await;
    let story = running.manifest().story("S14").unwrap();
    let issued = sts(&running, user(story))
        .get_session_token()
        .send()
        .await
        .unwrap();
    let client = iam(&running, session(issued.credentials().unwrap()));
    let refused = client.get_user().send().await.map_err(Refused::from).unwrap_err();
    assert_eq!(refused.code, "InvalidClientTokenId");
}
