//! What was stopped goes on, and what is unusual in size or sum is right all the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials as Keys, Region};
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};
use hatrack_aws::http::{HttpClients, Wire};
use hatrack_aws::s3::copy::{self, Way};
use hatrack_aws::s3::download::{Destination, Folder, Integrity};
use hatrack_aws::s3::transfer::{CopyFolder, DownloadFolder, Gauge, Job, UploadFolder};
use hatrack_aws::s3::{Guard, NoCredentials, S3, SessionCredentials, Stored, download};
use hatrack_core::bucket::transfer::{Journals, Only};
use hatrack_core::secret::Credentials;
use hatrack_sandbox::{Effect, On, Running, Story};
use tokio::sync::Notify;

use crate::download::files;
use crate::in_memory::InMemory;
use crate::world::{reach, s3, s3_with, sandbox, session, story};

const MIB: u64 = 1024 * 1024;

fn copy_order(from: &str, to: &str, key: &str, journals: &Arc<dyn Journals>) -> copy::Order {
    copy::Order {
        from: format!("s3://{from}/{key}").parse().unwrap(),
        to: format!("s3://{to}/copied/{key}").parse().unwrap(),
        storage_class: None,
        encryption: None,
        guard: Guard::Anything,
        journals: Some(Arc::clone(journals)),
    }
}

/// Runs until bytes have moved, and stops there.
async fn stopped(target: &S3, source: &S3, order: &copy::Order) {
    let moved = Notify::new();
    let progress = |done: u64, _| {
        if done > 0 {
            moved.notify_one();
        }
    };
    tokio::select! {
        done = target.copy_from(source, order, &progress) => panic!("{done:?}"),
        () = moved.notified() => {}
    }
}

/// The first that is told of how much is there, when a copy is taken up.
async fn taken_up(target: &S3, source: &S3, order: &copy::Order) -> (u64, copy::Copied) {
    let told = AtomicU64::new(u64::MAX);
    let begun = AtomicBool::new(false);
    let progress = |done: u64, _| {
        // The first word is that nothing is known yet.
        if begun.swap(true, Ordering::SeqCst) {
            let _ = told.compare_exchange(u64::MAX, done, Ordering::SeqCst, Ordering::SeqCst);
        }
    };
    let copied = target.copy_from(source, order, &progress).await.unwrap();
    (told.load(Ordering::SeqCst), copied)
}

#[tokio::test]
async fn a_copy_over_5_gib_goes_in_parts_by_s3_and_goes_on_after_a_stop() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = s3(&sandbox, &story).await.with_parts_of(1024 * MIB);
    let size = 6 * 1024 * MIB + 1;
    sandbox.admin().put_generated(&story.bucket, "huge", size);
    let journals: Arc<dyn Journals> = Arc::new(InMemory::default());
    let order = copy_order(&story.bucket, &story.bucket, "huge", &journals);
    // Begun, and two of its six parts copied; the rest gets no answer.
    let copied = On::S3Path(format!("/{}/copied/huge", story.bucket));
    let admin = sandbox.admin();
    admin.inject(copied.clone(), 3, Effect::Delay(Duration::ZERO));
    admin.inject(copied, 4, Effect::Silence);
    stopped(&s3, &s3, &order).await;
    admin.clear_faults();
    let (there, copied) = taken_up(&s3, &s3, &order).await;
    assert_eq!((copied.way, copied.bytes), (Way::ServerSide, size));
    assert!((1024 * MIB..u64::MAX).contains(&there), "{there}");
    let versions = sandbox.admin().versions(&story.bucket, "copied/huge");
    assert_eq!(versions[0].1, Some(size));
    assert!(journals.all().unwrap().is_empty());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_streamed_copy_goes_on_after_a_stop() {
    let sandbox = sandbox().await;
    let (reader, writer) = (story(&sandbox, "S14"), story(&sandbox, "S13"));
    let source = s3_with(sandbox.endpoint(), session(&sandbox, &reader).await);
    let target = s3(&sandbox, &writer).await.with_parts_of(5 * MIB);
    let bytes: Vec<u8> = (0..41_000_000u32).map(|n| (n % 241) as u8).collect();
    let admin = sandbox.admin();
    admin.put_object(&reader.bucket, "big", bytes.clone(), "text/plain");
    let journals: Arc<dyn Journals> = Arc::new(InMemory::default());
    let order = copy_order(&reader.bucket, &writer.bucket, "big", &journals);
    // Its head, its tags and three of its eight parts come; the rest gets no answer.
    let read = On::S3Path(format!("/{}/big", reader.bucket));
    admin.inject(read.clone(), 5, Effect::Delay(Duration::ZERO));
    admin.inject(read, 5, Effect::Silence);
    stopped(&target, &source, &order).await;
    admin.clear_faults();
    let (there, copied) = taken_up(&target, &source, &order).await;
    assert!(matches!(copied.way, Way::Streamed { .. }), "{copied:?}");
    assert!(matches!(copied.integrity, Integrity::Verified(_)), "{copied:?}");
    assert!((5 * MIB..u64::MAX).contains(&there), "{there}");
    assert!(admin.object(&writer.bucket, "copied/big", u64::MAX).unwrap() == bytes);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn parts_too_large_to_be_held_go_up_and_across() {
    let sandbox = sandbox().await;
    let (reader, writer) = (story(&sandbox, "S14"), story(&sandbox, "S13"));
    let source = s3_with(sandbox.endpoint(), session(&sandbox, &reader).await);
    let target = s3(&sandbox, &writer).await.with_parts_of(20 * MIB);
    let bytes: Vec<u8> = (0..45_000_000u32).map(|n| (n % 239) as u8).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, &bytes).unwrap();
    let bucket = writer.bucket.parse().unwrap();
    target.upload(&path, &bucket, "up", &|_, _| {}).await.unwrap();
    let admin = sandbox.admin();
    assert!(admin.object(&writer.bucket, "up", u64::MAX).unwrap() == bytes);

    admin.put_object(&reader.bucket, "big", bytes.clone(), "text/plain");
    // The connection to the source breaks in the middle of a part.
    let read = On::S3Path(format!("/{}/big", reader.bucket));
    admin.inject(read.clone(), 2, Effect::Delay(Duration::ZERO));
    admin.inject(read, 2, Effect::TruncatedBody);
    let journals: Arc<dyn Journals> = Arc::new(InMemory::default());
    let order = copy_order(&reader.bucket, &writer.bucket, "big", &journals);
    let copied = target.copy_from(&source, &order, &|_, _| {}).await.unwrap();
    assert!(matches!(copied.integrity, Integrity::Verified(_)), "{copied:?}");
    assert!(admin.object(&writer.bucket, "copied/big", u64::MAX).unwrap() == bytes);
    sandbox.shutdown().await;
}

/// Nine objects of ten are there after a run in which one was refused, and the next run brings that one alone.
#[tokio::test]
async fn a_folder_whose_one_file_was_refused_brings_only_that_the_next_time() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = Arc::new(s3(&sandbox, &story).await);
    let admin = sandbox.admin();
    let journals: Arc<dyn Journals> = Arc::new(InMemory::default());
    let folder = tempfile::tempdir().unwrap();
    for n in 0..30 {
        admin.put_object(
            &story.bucket,
            &format!("from/{n:02}"),
            format!("{n}"),
            "text/plain",
        );
        std::fs::write(folder.path().join(format!("{n:02}")), format!("{n}")).unwrap();
    }
    let refuse = |path: &str| {
        let error = Effect::Error {
            status: 403,
            code: "AccessDenied".into(),
            retry_after: None,
        };
        admin.inject(On::S3Path(format!("/{}/{path}", story.bucket)), 1, error);
    };
    let place = |key: &str| format!("s3://{}/{key}", story.bucket).parse().unwrap();
    let gauge = Gauge::default();

    let up = UploadFolder {
        s3: Arc::clone(&s3),
        folder: folder.path().to_owned(),
        to: place("up/"),
        only: Only::default(),
        stored: Stored::default(),
        guard: Guard::Anything,
        journals: Some(Arc::clone(&journals)),
    };
    refuse("up/07");
    let first = up.run(&gauge).await.unwrap();
    assert_eq!((first.files, first.troubled), (29, 1), "{:?}", first.troubles);
    let before = admin.calls("PutObject");
    let second = up.run(&gauge).await.unwrap();
    assert_eq!((second.files, second.troubled), (30, 0));
    assert_eq!(admin.calls("PutObject"), before + 1);

    let down = tempfile::tempdir().unwrap();
    let job = DownloadFolder {
        s3: Arc::clone(&s3),
        from: place("from/"),
        folder: Folder::open(down.path()).unwrap(),
        only: Only::default(),
    };
    refuse("from/11");
    let first = job.run(&gauge).await.unwrap();
    assert_eq!((first.files, first.troubled), (29, 1), "{:?}", first.troubles);
    let before = admin.calls("GetObject");
    let second = job.run(&gauge).await.unwrap();
    assert_eq!((second.files, second.troubled), (30, 0));
    assert_eq!(admin.calls("GetObject"), before + 1);
    assert_eq!(files(down.path()).len(), 30);

    let across = CopyFolder {
        source: Arc::clone(&s3),
        target: Arc::clone(&s3),
        from: place("from/"),
        to: place("across/"),
        storage_class: None,
        encryption: None,
        guard: Guard::OnlyNew,
        only: Only::default(),
        journals: Some(journals),
    };
    admin.put_object(&story.bucket, "across/03", "theirs", "text/plain");
    let first = across.run(&gauge).await.unwrap();
    assert_eq!((first.files, first.troubled), (29, 1), "{:?}", first.troubles);
    let before = admin.calls("CopyObject");
    let second = across.run(&gauge).await.unwrap();
    assert_eq!((second.files, second.troubled), (29, 1));
    assert_eq!(admin.calls("CopyObject"), before + 1);
    sandbox.shutdown().await;
}

/// A session anew each time it is asked for.
struct Renewing(Arc<Running>, Story);

#[async_trait]
impl SessionCredentials for Renewing {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        Ok(session(&self.0, &self.1).await)
    }
}

#[tokio::test]
async fn s15_the_list_of_buckets_a_buckets_region_and_a_copy_are_signed_again() {
    let sandbox = Arc::new(sandbox().await);
    let story = story(&sandbox, "S13");
    let owner = Arc::new(Renewing(Arc::clone(&sandbox), story.clone()));
    let s3 = || {
        S3::new(
            Arc::new(HttpClients::default()),
            reach(sandbox.endpoint()),
            false,
            owner.clone(),
        )
    };
    let end_all = || {
        for (id, _) in sandbox.admin().sessions() {
            sandbox.admin().expire_session(&id);
        }
    };
    let admin = sandbox.admin();
    admin.put_object(&story.bucket, "a", "mine", "text/plain");
    let bucket = story.bucket.parse().unwrap();

    let listing = s3();
    listing.buckets().await.unwrap();
    end_all();
    assert!(listing.buckets().await.unwrap().denied.is_none());

    // Asked by HEAD alone, whose answer has no word of why.
    let asking = s3();
    asking.buckets().await.unwrap();
    end_all();
    assert_eq!(asking.region(&bucket).await.unwrap(), story.region);

    let copying = s3();
    copying.page(&bucket, "", None).await.unwrap();
    end_all();
    let journals: Arc<dyn Journals> = Arc::new(InMemory::default());
    let order = copy_order(&story.bucket, &story.bucket, "a", &journals);
    copying.copy_from(&copying, &order, &|_, _| {}).await.unwrap();
    assert_eq!(
        admin.object(&story.bucket, "copied/a", 10).as_deref(),
        Some(&b"mine"[..])
    );
}

fn client(sandbox: &Running, region: &str, keys: &Credentials) -> aws_sdk_s3::Client {
    let token = keys.session_token.as_ref().map(|token| token.expose().to_owned());
    let keys = Keys::new(
        &keys.access_key_id,
        keys.secret_access_key.expose(),
        token,
        None,
        "test",
    );
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(sandbox.endpoint())
        .http_client(HttpClients::default().client(&plain()).unwrap())
        .credentials_provider(keys)
        .force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.build())
}

fn plain() -> Wire {
    Wire {
        plain: true,
        ca_bundle: None,
        proxy: None,
        no_proxy: None,
    }
}

#[tokio::test]
async fn c45_a_checksum_of_every_kind_is_compared_also_one_made_of_parts() {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let keys = session(&sandbox, &story).await;
    let theirs = client(&sandbox, &story.region, &keys);
    let ours = s3_with(sandbox.endpoint(), keys);
    let bytes: Vec<u8> = (0..6_000_000u32).map(|n| (n % 233) as u8).collect();
    let kinds = [
        (
            ChecksumAlgorithm::Crc32,
            ChecksumType::Composite,
            Integrity::VerifiedByParts("CRC32"),
        ),
        (
            ChecksumAlgorithm::Crc32C,
            ChecksumType::Composite,
            Integrity::VerifiedByParts("CRC32C"),
        ),
        (
            ChecksumAlgorithm::Sha1,
            ChecksumType::Composite,
            Integrity::VerifiedByParts("SHA1"),
        ),
        (
            ChecksumAlgorithm::Sha256,
            ChecksumType::Composite,
            Integrity::VerifiedByParts("SHA256"),
        ),
        (
            ChecksumAlgorithm::Crc64Nvme,
            ChecksumType::FullObject,
            Integrity::Verified("CRC64NVME"),
        ),
    ];
    for (algorithm, kind, expected) in kinds {
        let name = algorithm.as_str().to_owned();
        let upload = theirs
            .create_multipart_upload()
            .bucket(&story.bucket)
            .key(&name)
            .checksum_algorithm(algorithm.clone())
            .checksum_type(kind)
            .send()
            .await
            .unwrap();
        let id = upload.upload_id().unwrap();
        let mut parts = CompletedMultipartUpload::builder();
        for (number, piece) in [(1, &bytes[..5_500_000]), (2, &bytes[5_500_000..])] {
            let sent = theirs
                .upload_part()
                .bucket(&story.bucket)
                .key(&name)
                .upload_id(id)
                .part_number(number)
                .checksum_algorithm(algorithm.clone())
                .body(piece.to_vec().into())
                .send()
                .await
                .unwrap();
            let part = CompletedPart::builder()
                .part_number(number)
                .set_e_tag(sent.e_tag)
                .set_checksum_crc32(sent.checksum_crc32)
                .set_checksum_crc32_c(sent.checksum_crc32_c)
                .set_checksum_sha1(sent.checksum_sha1)
                .set_checksum_sha256(sent.checksum_sha256)
                .set_checksum_crc64_nvme(sent.checksum_crc64_nvme);
            parts = parts.parts(part.build());
        }
        theirs
            .complete_multipart_upload()
            .bucket(&story.bucket)
            .key(&name)
            .upload_id(id)
            .multipart_upload(parts.build())
            .send()
            .await
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let order = download::Order {
            bucket: story.bucket.parse().unwrap(),
            key: name.clone(),
            folder: Folder::open(folder.path()).unwrap(),
            destination: Destination::Exact("file".into()),
            resumable: false,
        };
        let got = ours.fetch(&order, &|_, _| {}).await.unwrap();
        assert_eq!(got.integrity, expected, "{name}");
        assert!(files(folder.path())["file"] == bytes, "{name}");

        // The same with a wrong byte on the way.
        let read = On::S3Path(format!("/{}/{name}", story.bucket));
        sandbox.admin().inject(read, 1, Effect::WrongByte);
        let failure = ours.fetch(&order, &|_, _| {}).await.unwrap_err();
        assert!(failure.to_string().contains(&name), "{failure}");
    }
    sandbox.shutdown().await;
}
