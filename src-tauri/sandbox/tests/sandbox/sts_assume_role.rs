//! AssumeRole: durations, chains, session policies, tags.

use aws_credential_types::Credentials;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};

use crate::clients::{Refused, assume, data_reader, identity, s3, sandbox, session, sts, user};

#[tokio::test]
async fn caller_identity_names_users_and_sessions() {
    let running = sandbox().await;
    let story = running.manifest().story("S1").unwrap();
    let (account, arn, id) = identity(&running, user(story)).await.unwrap();
    assert_eq!(
        (account.as_str(), arn.as_str()),
        ("111122223333", "arn:aws:iam::111122223333:user/data-analyst")
    );
    assert!(id.starts_with("AIDA") && id.len() == 20);
    let (account, arn, id) = identity(&running, data_reader(&running).await).await.unwrap();
    assert_eq!(account, "444455556666");
    assert_eq!(
        arn,
        "arn:aws:sts::444455556666:assumed-role/ExampleBucketReader/test-session"
    );
    assert!(id.starts_with("AROA") && id.ends_with(":test-session"));
}

#[tokio::test]
async fn a_roles_path_is_not_in_its_sessions_arn() {
    let running = sandbox().await;
    let story = running.manifest().story("S6").unwrap();
    let role = assume(&sts(&running, user(story)), &story.role_arn, None, None)
        .await
        .unwrap();
    let arn = identity(&running, role).await.unwrap().1;
    assert_eq!(
        arn,
        "arn:aws:sts::444455556666:assumed-role/MonthlyReader/test-session"
    );
}

#[tokio::test]
async fn durations_are_kept_to_their_bounds() {
    let running = sandbox().await;
    let story = running.manifest().story("S9").unwrap();
    let client = sts(&running, user(story));
    let life = async |seconds: Option<i32>| {
        let call = client
            .assume_role()
            .role_arn(&story.role_arn)
            .role_session_name("long");
        let answer = call.set_duration_seconds(seconds).send().await.unwrap();
        answer.credentials().unwrap().expiration().secs() - running.admin().now().as_second()
    };
    assert!((3598..=3600).contains(&life(None).await));
    assert!((43_198..=43_200).contains(&life(Some(43_200)).await));
    for (seconds, message) in [
        (
            899,
            "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
        ),
        (
            43_201,
            "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
        ),
    ] {
        let refused = assume(&client, &story.role_arn, None, Some(seconds))
            .await
            .unwrap_err();
        assert_eq!(
            (refused.code.as_str(), refused.status, refused.message.as_str()),
            ("ValidationError", 400, message)
        );
    }
    let over = assume(
        &client,
        "arn:aws:iam::333344445555:role/OneHour",
        None,
        Some(3601),
    )
    .await
    .unwrap_err();
    assert_eq!(
        over.message,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
}

#[tokio::test]
async fn a_chain_is_refused_more_than_an_hour_not_cut_to_it() {
    let running = sandbox().await;
    let story = running.manifest().story("S10").unwrap();
    let own = sts(&running, user(story));
    let gateway = assume(&own, "arn:aws:iam::444455556666:role/LedgerGateway", None, None)
        .await
        .unwrap();
    let chained = sts(&running, gateway);
    let refused = assume(&chained, &story.role_arn, None, Some(3601))
        .await
        .unwrap_err();
    assert_eq!(
        refused.message,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    );
    assume(&chained, &story.role_arn, None, Some(3600)).await.unwrap();
    let direct = "arn:aws:iam::666677778888:role/LedgerReaderDirect";
    assume(&own, direct, None, Some(28_800)).await.unwrap();
}

#[tokio::test]
#[allow(
    deprecated,
    reason = "PackedPolicySize is what clients of before June 2026 read"
)]
async fn session_policies_take_away() {
    let running = sandbox().await;
    let story = running.manifest().story("S1").unwrap();
    let client = sts(&running, user(story));
    let call = || {
        client
            .assume_role()
            .role_arn(&story.role_arn)
            .role_session_name("narrow")
    };
    let list_only = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}"#;
    let answer = call().policy(list_only).send().await.unwrap();
    assert!(answer.packed_policy_size().is_some_and(|percent| percent > 0));
    let narrow = s3(&running, session(answer.credentials().unwrap()), &story.region);
    narrow
        .list_objects_v2()
        .bucket(&story.bucket)
        .send()
        .await
        .unwrap();
    let refused = narrow
        .get_object()
        .bucket(&story.bucket)
        .key(&story.keys[0])
        .send()
        .await;
    assert_eq!(Refused::from(refused.unwrap_err()).code, "AccessDenied");

    let managed = |name: &str| {
        PolicyDescriptorType::builder()
            .arn(format!("arn:aws:iam::aws:policy/{name}"))
            .build()
    };
    let answer = call()
        .policy_arns(managed("AmazonS3ReadOnlyAccess"))
        .send()
        .await
        .unwrap();
    let read = s3(&running, session(answer.credentials().unwrap()), &story.region);
    read.get_object()
        .bucket(&story.bucket)
        .key(&story.keys[0])
        .send()
        .await
        .unwrap();

    let code = async |policy: String| Refused::from(call().policy(policy).send().await.unwrap_err()).code;
    assert_eq!(code("{\"Version\"".to_owned()).await, "MalformedPolicyDocument");
    assert_eq!(
        code(list_only.replace("Effect", "Efect")).await,
        "MalformedPolicyDocument"
    );
    assert_eq!(
        code(list_only.replace("s3:ListBucket", &"x".repeat(2048))).await,
        "ValidationError"
    );
    let tags = (0..12).map(|n| {
        Tag::builder()
            .key(format!("tag{n}"))
            .value("v".repeat(200))
            .build()
            .unwrap()
    });
    let packed = tags
        .fold(call(), |call, tag| call.tags(tag))
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(packed).code, "PackedPolicyTooLarge");
}

#[tokio::test]
async fn tags_and_source_identity_pass_on_as_they_should() {
    let running = sandbox().await;
    let story = running.manifest().story("X3").unwrap();
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
    let first = async |transitive: bool| {
        let call = sts(&running, user(story)).assume_role();
        let call = call
            .role_arn("arn:aws:iam::444455556666:role/TaggedFirst")
            .role_session_name("tagged");
        let call = call.tags(tag("project", "apollo")).source_identity("ticket-4711");
        let call = if transitive {
            call.transitive_tag_keys("project")
        } else {
            call
        };
        session(call.send().await.unwrap().credentials().unwrap())
    };
    let reads = async |credentials: Credentials, key: &str| {
        s3(&running, credentials, "us-east-1")
            .get_object()
            .bucket(&story.bucket)
            .key(key)
            .send()
            .await
            .is_ok()
    };
    let tagged = first(true).await;
    assert!(reads(tagged.clone(), "apollo/plan.txt").await);
    assert!(!reads(tagged.clone(), "gemini/plan.txt").await);

    let second = "arn:aws:iam::444455556666:role/TaggedSecond";
    let on = |c: Credentials| {
        sts(&running, c)
            .assume_role()
            .role_arn(second)
            .role_session_name("second")
    };
    let answer = on(tagged.clone()).send().await.unwrap();
    assert_eq!(answer.source_identity(), Some("ticket-4711"));
    assert!(reads(session(answer.credentials().unwrap()), "apollo/plan.txt").await);
    let answer = on(first(false).await).send().await.unwrap();
    assert!(!reads(session(answer.credentials().unwrap()), "apollo/plan.txt").await);

    let conflict = on(tagged.clone())
        .tags(tag("PROJECT", "gemini"))
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(conflict).code, "InvalidParameterValue");
    let another = on(tagged)
        .source_identity("someone-else")
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(another).code, "AccessDenied");
}

#[tokio::test]
async fn a_source_identity_is_allowed_anew_at_each_hop() {
    let running = sandbox().await;
    let story = running.manifest().story("X3").unwrap();
    let second = "arn:aws:iam::444455556666:role/TaggedSecond";
    // The session policy leaves AssumeRole and takes SetSourceIdentity away.
    let only = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "{second}"}}}}"#
    );
    let first = async |identity: Option<&str>| {
        let call = sts(&running, user(story)).assume_role();
        let call = call
            .role_arn("arn:aws:iam::444455556666:role/TaggedFirst")
            .role_session_name("first")
            .policy(&only)
            .set_source_identity(identity.map(str::to_owned));
        session(call.send().await.unwrap().credentials().unwrap())
    };
    let on = |c: Credentials| {
        let call = sts(&running, c).assume_role();
        call.role_arn(second).role_session_name("second").send()
    };
    on(first(None).await).await.unwrap();
    let refused = Refused::from(on(first(Some("ticket-4711")).await).await.unwrap_err());
    assert_eq!(refused.code, "AccessDenied");
    assert!(
        refused.message.contains("sts:SetSourceIdentity"),
        "{}",
        refused.message
    );
}

#[tokio::test]
async fn tags_need_a_permission_of_their_own() {
    let running = sandbox().await;
    let story = running.manifest().story("S1").unwrap();
    let tag = Tag::builder().key("team").value("blue").build().unwrap();
    let call = sts(&running, user(story))
        .assume_role()
        .role_arn(&story.role_arn)
        .role_session_name("x1");
    let refused = Refused::from(call.tags(tag).send().await.unwrap_err());
    assert_eq!(refused.code, "AccessDenied");
    assert!(refused.message.contains("sts:TagSession"), "{}", refused.message);
}

#[tokio::test]
async fn names_and_ids_are_validated() {
    let running = sandbox().await;
    let story = running.manifest().story("S1").unwrap();
    let client = sts(&running, user(story));
    let call = || client.assume_role().role_arn(&story.role_arn);
    for refused in [
        call().role_session_name("x").send().await,
        call().role_session_name("has space").send().await,
        call().role_session_name("n".repeat(65)).send().await,
        call()
            .role_session_name("fine")
            .external_id("bad id")
            .send()
            .await,
        call()
            .role_session_name("fine")
            .serial_number("arn:aws:iam::1:mfa/x")
            .token_code("12345")
            .send()
            .await,
        client
            .assume_role()
            .role_arn("ExampleBucketReader-none")
            .role_session_name("fine")
            .send()
            .await,
    ] {
        let refused = Refused::from(refused.unwrap_err());
        assert_eq!(
            (refused.code.as_str(), refused.status),
            ("ValidationError", 400),
            "{}",
            refused.message
        );
    }
}
