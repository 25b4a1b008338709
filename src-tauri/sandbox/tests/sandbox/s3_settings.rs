//! What is set on buckets and objects: encryption, archives, ownership.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    GlacierJobParameters, ObjectCannedAcl, RestoreRequest, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, StorageClass,
    Tier,
};
use hatrack_sandbox::{CorsRule, Ownership, Running};

use crate::clients::{Refused, role_client, sandbox};

const KEY: &str = "arn:aws:kms:eu-south-1:081278057606:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn key_policy(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

/// A key that its account may use, as far as identity policies go.
fn delegating() -> String {
    key_policy(
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::081278057606:root"},"Action":"kms:*","Resource":"*"}"#,
    )
}

fn may_use_keys(running: &Running, actions: &str) {
    let role = &running.manifest().story("S13").unwrap().role_arn;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{actions},"Resource":"{KEY}"}}]}}"#
    );
    assert!(running.admin().add_role_policy(role, "keys", &policy));
}

async fn put(
    s3: &aws_sdk_s3::Client,
    bucket: &str,
    key: &str,
) -> Result<aws_sdk_s3::operation::put_object::PutObjectOutput, Refused> {
    let call = s3
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(ByteStream::from_static(b"hello"));
    let call = call
        .server_side_encryption(ServerSideEncryption::AwsKms)
        .ssekms_key_id(KEY);
    call.send().await.map_err(Refused::from)
}

#[tokio::test]
async fn a_key_policy_decides_beside_s3() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let absent = put(&s3, &bucket, "k").await.unwrap_err();
    assert_eq!(
        (absent.code.as_str(), absent.status),
        ("KMS.NotFoundException", 400)
    );
    assert!(running.admin().put_kms_key(KEY, &delegating()));
    let refused = put(&s3, &bucket, "k").await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status), ("AccessDenied", 403));
    assert!(
        refused
            .message
            .contains("is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:")
    );
    assert!(
        refused
            .message
            .ends_with("because no identity-based policy allows the kms:GenerateDataKey action")
    );

    may_use_keys(&running, r#""kms:GenerateDataKey""#);
    let written = put(&s3, &bucket, "k").await.unwrap();
    assert_eq!(written.ssekms_key_id(), Some(KEY));
    assert_ne!(
        written.e_tag(),
        Some("\"5d41402abc4b2a76b9719d911017c592\""),
        "no MD5 of the content"
    );
    let head = s3.head_object().bucket(&bucket).key("k").send().await.unwrap();
    assert_eq!(head.server_side_encryption(), Some(&ServerSideEncryption::AwsKms));
    let read = || s3.get_object().bucket(&bucket).key("k").send();
    let refused = Refused::from(read().await.unwrap_err());
    assert!(refused.message.contains("kms:Decrypt"), "{}", refused.message);
    let copy = s3
        .copy_object()
        .bucket(&bucket)
        .key("to")
        .copy_source(format!("{bucket}/k"));
    assert_eq!(Refused::from(copy.send().await.unwrap_err()).code, "AccessDenied");
    may_use_keys(&running, r#""kms:Decrypt""#);
    read().await.unwrap();

    let deny = key_policy(
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::081278057606:root"},"Action":"kms:*","Resource":"*"},
           {"Effect":"Deny","Principal":"*","Action":"kms:Decrypt","Resource":"*"}"#,
    );
    assert!(running.admin().put_kms_key(KEY, &deny));
    let refused = Refused::from(read().await.unwrap_err());
    assert!(
        refused
            .message
            .ends_with("with an explicit deny in a resource-based policy"),
        "{}",
        refused.message
    );
    assert!(running.admin().set_kms_key_enabled(KEY, false));
    assert_eq!(
        Refused::from(read().await.unwrap_err()).code,
        "KMS.DisabledException"
    );
}

#[tokio::test]
async fn another_accounts_key_says_no_more_than_aws_does() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let foreign = "arn:aws:kms:eu-south-1:183438944504:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let own = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::183438944504:root"},"Action":"kms:*","Resource":"*"}"#;
    assert!(running.admin().put_kms_key(foreign, &key_policy(own)));
    let call = s3
        .put_object()
        .bucket(&bucket)
        .key("k")
        .server_side_encryption(ServerSideEncryption::AwsKms);
    let refused = Refused::from(call.ssekms_key_id(foreign).send().await.unwrap_err());
    assert_eq!(refused.code, "AccessDenied");
    assert!(
        refused.message.ends_with(
            "because the resource does not exist in this Region, no resource-based policies allow access, or a \
             resource-based policy explicitly denies access"
        ),
        "{}",
        refused.message
    );
}

#[tokio::test]
async fn a_buckets_own_encryption_holds_for_parts_too() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let plain = s3.put_object().bucket(&bucket).key("plain").send().await.unwrap();
    assert_eq!(
        plain.server_side_encryption(),
        Some(&ServerSideEncryption::Aes256)
    );
    let rule = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::AwsKms)
        .kms_master_key_id(KEY)
        .build()
        .unwrap();
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(rule)
        .build();
    let how = ServerSideEncryptionConfiguration::builder()
        .rules(rule)
        .build()
        .unwrap();
    let set = s3.put_bucket_encryption().bucket(&bucket);
    set.server_side_encryption_configuration(how)
        .send()
        .await
        .unwrap();
    let told = s3.get_bucket_encryption().bucket(&bucket).send().await.unwrap();
    let rules = told
        .server_side_encryption_configuration()
        .unwrap()
        .rules()
        .to_vec();
    let rule = rules[0].apply_server_side_encryption_by_default().unwrap();
    assert_eq!(rule.kms_master_key_id(), Some(KEY));

    running.admin().put_kms_key(KEY, &delegating());
    let create = || s3.create_multipart_upload().bucket(&bucket).key("k").send();
    assert_eq!(Refused::from(create().await.unwrap_err()).code, "AccessDenied");
    may_use_keys(&running, r#""kms:GenerateDataKey""#);
    let upload = create().await.unwrap();
    assert_eq!(upload.ssekms_key_id(), Some(KEY));
    let id = upload.upload_id().unwrap();
    let part = s3
        .upload_part()
        .bucket(&bucket)
        .key("k")
        .upload_id(id)
        .part_number(1);
    let part = part.body(ByteStream::from_static(b"x")).send().await.unwrap();
    let parts = aws_sdk_s3::types::CompletedMultipartUpload::builder()
        .parts(
            aws_sdk_s3::types::CompletedPart::builder()
                .part_number(1)
                .e_tag(part.e_tag().unwrap())
                .build(),
        )
        .build();
    let complete = || {
        s3.complete_multipart_upload()
            .bucket(&bucket)
            .key("k")
            .upload_id(id)
            .multipart_upload(parts.clone())
            .send()
    };
    assert_eq!(Refused::from(complete().await.unwrap_err()).code, "AccessDenied");
    may_use_keys(&running, r#""kms:Decrypt""#);
    complete().await.unwrap();
}

#[tokio::test]
async fn an_archived_object_is_read_once_it_is_restored() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let put = s3
        .put_object()
        .bucket(&bucket)
        .key("cold")
        .storage_class(StorageClass::Glacier);
    put.body(ByteStream::from_static(b"cold")).send().await.unwrap();
    let get = || s3.get_object().bucket(&bucket).key("cold").send();
    let error = get().await.unwrap_err();
    let body = String::from_utf8(error.raw_response().unwrap().body().bytes().unwrap().to_vec()).unwrap();
    assert!(body.contains("<StorageClass>GLACIER</StorageClass>"), "{body}");
    let refused = Refused::from(error);
    assert_eq!(
        (refused.code.as_str(), refused.status),
        ("InvalidObjectState", 403)
    );
    let copy = s3
        .copy_object()
        .bucket(&bucket)
        .key("to")
        .copy_source(format!("{bucket}/cold"));
    assert_eq!(
        Refused::from(copy.send().await.unwrap_err()).code,
        "ObjectNotInActiveTierError"
    );
    let head = || s3.head_object().bucket(&bucket).key("cold").send();
    assert_eq!(head().await.unwrap().restore(), None);

    let restore = |key: &str| {
        let tier = GlacierJobParameters::builder().tier(Tier::Bulk).build().unwrap();
        let how = RestoreRequest::builder()
            .days(2)
            .glacier_job_parameters(tier)
            .build();
        s3.restore_object()
            .bucket(&bucket)
            .key(key)
            .restore_request(how)
            .send()
    };
    restore("cold").await.unwrap();
    assert_eq!(head().await.unwrap().restore(), Some("ongoing-request=\"true\""));
    let again = Refused::from(restore("cold").await.unwrap_err());
    assert_eq!(
        (again.code.as_str(), again.status),
        ("RestoreAlreadyInProgress", 409)
    );
    assert_eq!(Refused::from(get().await.unwrap_err()).code, "InvalidObjectState");
    assert_eq!(running.admin().finish_restores(&bucket, "cold"), 1);
    assert!(
        head()
            .await
            .unwrap()
            .restore()
            .unwrap()
            .starts_with("ongoing-request=\"false\", expiry-date=\"")
    );
    assert_eq!(
        get().await.unwrap().body.collect().await.unwrap().to_vec(),
        b"cold"
    );
    restore("cold").await.unwrap();
    let warm = Refused::from(restore("README.txt").await.unwrap_err());
    assert_eq!((warm.code.as_str(), warm.status), ("InvalidObjectState", 403));
    assert!(
        running
            .admin()
            .set_storage_class(&bucket, "README.txt", "GLACIER_IR")
    );
    s3.get_object()
        .bucket(&bucket)
        .key("README.txt")
        .send()
        .await
        .unwrap();
    let wrong = s3
        .put_object()
        .bucket(&bucket)
        .key("x")
        .storage_class("LUKEWARM".into())
        .send()
        .await;
    assert_eq!(Refused::from(wrong.unwrap_err()).code, "InvalidStorageClass");
}

#[tokio::test]
async fn what_another_account_wrote_is_its_own_where_the_bucket_lets_it() {
    let running = sandbox().await;
    let (writer, _) = role_client(&running, "S1").await;
    let (owner, bucket) = role_client(&running, "S13").await;
    let admin = running.admin();
    let story = running.manifest().story("S1").unwrap();
    let allow = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["s3:PutObject","s3:PutObjectAcl","s3:GetObject"],
        "Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#
    );
    assert!(admin.add_role_policy(&story.role_arn, "writer", &allow));
    let open = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{}"}},
        "Action":["s3:PutObject","s3:PutObjectAcl","s3:GetObject"],"Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#,
        story.role_arn
    );
    assert!(admin.set_bucket_policy(&bucket, Some(&open)));
    assert!(admin.set_ownership(&bucket, Ownership::ObjectWriter));
    let away = crate::clients::s3(
        &running,
        crate::clients::data_reader(&running).await,
        "eu-south-1",
    );
    let _ = writer;
    let put = |key: &str| {
        away.put_object()
            .bucket(&bucket)
            .key(key)
            .body(ByteStream::from_static(b"x"))
    };
    put("mine").send().await.unwrap();
    put("yours")
        .acl(ObjectCannedAcl::BucketOwnerFullControl)
        .send()
        .await
        .unwrap();
    let get = |key: &str| owner.get_object().bucket(&bucket).key(key).send();
    assert_eq!(Refused::from(get("mine").await.unwrap_err()).code, "AccessDenied");
    get("yours").await.unwrap();
    away.get_object()
        .bucket(&bucket)
        .key("mine")
        .send()
        .await
        .unwrap();
    assert!(admin.set_ownership(&bucket, Ownership::BucketOwnerEnforced));
    put("enforced").send().await.unwrap();
    get("enforced").await.unwrap();
    let acl = put("acl")
        .acl(ObjectCannedAcl::PublicRead)
        .send()
        .await
        .unwrap_err();
    assert_eq!(Refused::from(acl).code, "AccessControlListNotSupported");
}

#[tokio::test]
async fn settings_are_shown() {
    let running = sandbox().await;
    let (s3, bucket) = role_client(&running, "S13").await;
    let controls = s3
        .get_bucket_ownership_controls()
        .bucket(&bucket)
        .send()
        .await
        .unwrap();
    let rules = controls.ownership_controls().unwrap().rules().to_vec();
    assert_eq!(rules[0].object_ownership().as_str(), "BucketOwnerEnforced");
    let block = s3.get_public_access_block().bucket(&bucket).send().await.unwrap();
    assert_eq!(
        block
            .public_access_block_configuration()
            .unwrap()
            .block_public_policy(),
        Some(true)
    );
    let none = s3.get_bucket_cors().bucket(&bucket).send().await.unwrap_err();
    assert_eq!(Refused::from(none).code, "NoSuchCORSConfiguration");
    let rule = CorsRule {
        methods: vec!["GET".to_owned()],
        origins: vec!["https://www.example.com".to_owned()],
        ..CorsRule::default()
    };
    assert!(running.admin().set_cors(&bucket, vec![rule]));
    let cors = s3.get_bucket_cors().bucket(&bucket).send().await.unwrap();
    assert_eq!(
        cors.cors_rules()[0].allowed_origins(),
        ["https://www.example.com"]
    );
    let status = || s3.get_bucket_policy_status().bucket(&bucket).send();
    assert_eq!(
        Refused::from(status().await.unwrap_err()).code,
        "NoSuchBucketPolicy"
    );
    for (principal, public) in [
        (r#""*""#, true),
        (r#"{"AWS":"arn:aws:iam::183438944504:root"}"#, false),
    ] {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#
        );
        assert!(running.admin().set_bucket_policy(&bucket, Some(&policy)));
        let told = status().await.unwrap();
        assert_eq!(told.policy_status().unwrap().is_public(), Some(public));
    }
}
