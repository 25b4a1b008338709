//! Every story's right way, and every way in which it goes wrong.

use aws_credential_types::Credentials;
use aws_sdk_s3::primitives::ByteStream;
use hatrack_sandbox::{Running, Story, Wrong, totp};

use crate::clients::{Refused, assume, s3, sandbox, session, sts, user};

/// The chain's first hop, where the story has one.
async fn caller(running: &Running, story: &Story, profile: &str) -> Result<Credentials, Refused> {
    let own = user(story);
    let hop = match (story.id.as_str(), profile) {
        ("S10", p) if p.contains("closed") => "LedgerGatewayNoTrust",
        ("S10", _) => "LedgerGateway",
        _ => return Ok(own),
    };
    assume(
        &sts(running, own),
        &format!("arn:aws:iam::444455556666:role/{hop}"),
        None,
        None,
    )
    .await
}

/// Assumes the role as the profile would, with a code where the story has a device.
async fn switch(running: &Running, story: &Story, wrong: Option<&Wrong>) -> Result<Credentials, Refused> {
    let profile = wrong.map_or(story.profile.as_str(), |w| &w.profile);
    let sts = sts(running, caller(running, story, profile).await?);
    let role = wrong.map_or(&story.role_arn, |w| &w.role_arn);
    let external_id = wrong.map_or(story.external_id.as_ref(), |w| w.external_id.as_ref());
    let mut call = sts.assume_role().role_arn(role).role_session_name("test-session");
    call = call.set_external_id(external_id.cloned());
    call = call.set_duration_seconds(wrong.and_then(|w| w.duration).map(|s| i32::try_from(s).unwrap()));
    if let (Some(serial), Some(seed)) = (&story.mfa_serial, &story.mfa_seed)
        && !profile.ends_with("without-mfa")
    {
        let code = totp(seed, running.admin().now()).unwrap();
        call = call.serial_number(serial).token_code(code);
        // Each code counts once: the next switch of this test is in the next half minute.
        let answer = call.send().await;
        running
            .admin()
            .set_clock_ahead(running.admin().now().as_second() - jiff::Timestamp::now().as_second() + 30);
        return answer
            .map(|a| session(a.credentials().unwrap()))
            .map_err(Refused::from);
    }
    call.send()
        .await
        .map(|a| session(a.credentials().unwrap()))
        .map_err(Refused::from)
}

#[tokio::test]
async fn the_right_way_of_every_story_reads_its_bucket() {
    let running = sandbox().await;
    for story in &running.manifest().stories {
        let credentials = switch(&running, story, None)
            .await
            .unwrap_or_else(|e| panic!("{}: {e:?}", story.id));
        let s3_client = s3(&running, credentials.clone(), &story.region);
        let listed = s3_client
            .list_objects_v2()
            .bucket(&story.bucket)
            .encoding_type("url".into())
            .send()
            .await;
        let listed = listed.unwrap_or_else(|e| panic!("{}: {:?}", story.id, Refused::from(e)));
        assert!(listed.key_count() > Some(0), "{}", story.id);
        for key in &story.keys {
            let object = s3_client.get_object().bucket(&story.bucket).key(key).send().await;
            let object = object.unwrap_or_else(|e| panic!("{} {key:?}: {:?}", story.id, Refused::from(e)));
            let bytes = object.body.collect().await.unwrap().into_bytes();
            let stored = running.admin().object(&story.bucket, key, u64::MAX).unwrap();
            assert_eq!(bytes, stored, "{} {key:?}", story.id);
        }
        let shared = s3(&running, credentials, "us-east-1");
        let bucket = story.shared_bucket.as_ref().unwrap();
        let answer = shared
            .list_objects_v2()
            .bucket(bucket)
            .send()
            .await
            .map_err(Refused::from);
        assert!(answer.is_ok(), "{}: {answer:?}", story.id);
    }
}

#[tokio::test]
async fn every_wrong_way_is_refused_by_the_call_and_code_that_it_names() {
    let running = sandbox().await;
    for story in &running.manifest().stories {
        for wrong in &story.wrong {
            let refused = go_wrong(&running, story, wrong).await;
            let told = format!("{} {}: {refused:?}", story.id, wrong.what);
            assert_eq!(refused.1.code, wrong.expected_code, "{told}");
            assert_eq!(refused.0, wrong.call, "{told}");
            assert!(refused.1.request_id.is_some(), "{told}");
        }
    }
}

/// The call that was refused, and how.
async fn go_wrong(running: &Running, story: &Story, wrong: &Wrong) -> (String, Refused) {
    let credentials = match switch(running, story, Some(wrong)).await {
        Ok(credentials) => credentials,
        Err(refused) => return ("AssumeRole".to_owned(), refused),
    };
    let region = if wrong.bucket == story.bucket {
        story.region.as_str()
    } else {
        "us-east-1"
    };
    let s3 = s3(running, credentials, region);
    let refused = match wrong.call.as_str() {
        "ListObjectsV2" => s3
            .list_objects_v2()
            .bucket(&wrong.bucket)
            .send()
            .await
            .map(|_| ())
            .map_err(Refused::from),
        "ListBuckets" => s3.list_buckets().send().await.map(|_| ()).map_err(Refused::from),
        "PutObject" => {
            let body = ByteStream::from_static(b"no");
            let put = s3
                .put_object()
                .bucket(&wrong.bucket)
                .key("new")
                .body(body)
                .send()
                .await;
            put.map(|_| ()).map_err(Refused::from)
        }
        other => panic!("{other}"),
    };
    (wrong.call.clone(), refused.expect_err(&wrong.what))
}

#[tokio::test]
async fn refusals_of_assume_role_do_not_tell_what_is_missing() {
    let running = sandbox().await;
    let story = running.manifest().story("S2").unwrap();
    let mut texts = Vec::new();
    for wrong in story.wrong.iter().filter(|w| w.call == "AssumeRole") {
        let refused = go_wrong(&running, story, wrong).await.1;
        texts.push(refused.message.replace(&wrong.role_arn, "ROLE"));
        assert_eq!(refused.status, 403);
    }
    let absent = assume(
        &sts(&running, user(story)),
        "arn:aws:iam::123456789012:role/Absent",
        None,
        None,
    )
    .await;
    texts.push(
        absent
            .unwrap_err()
            .message
            .replace("arn:aws:iam::123456789012:role/Absent", "ROLE"),
    );
    texts.dedup();
    let user = "arn:aws:iam::111122223333:user/third-party";
    let expected = format!("User: {user} is not authorized to perform: sts:AssumeRole on resource: ROLE");
    assert_eq!(texts, [expected]);
}

#[tokio::test]
async fn the_server_of_s14_reads_by_its_instance_role_and_is_capped_at_an_hour() {
    let running = sandbox().await;
    let story = running.manifest().story("S14").unwrap();
    let machine = story.environment.as_ref().unwrap();
    let token = Some(machine.session_token.clone());
    let own = Credentials::new(
        &machine.access_key_id,
        &machine.secret_access_key,
        token,
        None,
        "test",
    );
    let client = sts(&running, own);
    let role = assume(&client, &story.role_arn, None, None).await.unwrap();
    let s3 = s3(&running, role, &story.region);
    s3.get_object()
        .bucket(&story.bucket)
        .key(&story.keys[0])
        .send()
        .await
        .unwrap();
    assert_eq!(s3.list_buckets().send().await.unwrap().buckets().len(), 1);
    let long = assume(&client, &story.role_arn, None, Some(7200))
        .await
        .unwrap_err();
    assert_eq!((long.code.as_str(), long.status), ("ValidationError", 400));
}

#[tokio::test]
async fn s13_troy_writes_and_lists_buckets() {
    let running = sandbox().await;
    let story = running.manifest().story("S13").unwrap();
    let role = switch(&running, story, None).await.unwrap();
    let s3 = s3(&running, role, &story.region);
    s3.put_object()
        .bucket(&story.bucket)
        .key("new.txt")
        .body(ByteStream::from_static(b"new"))
        .send()
        .await
        .unwrap();
    let buckets = s3.list_buckets().send().await.unwrap();
    let names: Vec<_> = buckets.buckets().iter().filter_map(|b| b.name()).collect();
    assert_eq!(names, [story.bucket.as_str()]);
    assert_eq!(
        running.admin().object(&story.bucket, "new.txt", 99).unwrap(),
        b"new"
    );
}
