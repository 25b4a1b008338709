//! Servers that say nothing, or not all of it. The client's own patience is a hundredth of what it is for people.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use hatrack_aws::AwsSts;
use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::{FixedCredentials, Guard, S3, copy};
use hatrack_aws::sts::Timing;
use hatrack_core::secret::Credentials;
use hatrack_core::sts::{AwsFailure, Sts};
use hatrack_sandbox::{Effect, On};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::server::{Answer, Asked, Server};
use crate::world::{reach, sandbox, session, story, user};

#[derive(Debug)]
struct Hasty;

impl AsyncSleep for Hasty {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(duration / 100))
    }
}

/// What STS at `url` says to someone in such a hurry.
async fn ask(url: &str) -> AwsFailure {
    let timing = Timing {
        sleep: Some(SharedAsyncSleep::new(Hasty)),
        time: None,
    };
    let started = Instant::now();
    let failure = AwsSts::with_timing(Arc::default(), timing)
        .get_caller_identity(&reach(url), &user())
        .await
        .unwrap_err();
    // 50 s at most for people; here there is room for a slow machine.
    assert!(started.elapsed() < Duration::from_secs(40));
    failure
}

fn says_in_time(failure: &AwsFailure) -> bool {
    matches!(failure, AwsFailure::Unreachable { why, .. } if why == "no answer came in time")
}

#[tokio::test]
async fn i80_silence_is_given_up() {
    let server = Server::start(|_, _| Answer::silent()).await;
    let failure = ask(&server.url()).await;
    assert!(says_in_time(&failure), "{failure:?}");
}

#[tokio::test]
async fn i80_a_body_that_stalls_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let half = "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 1000\r\n\r\n<GetCallerIdentity";
                stream.write_all(half.as_bytes()).await.unwrap();
                std::future::pending::<()>().await;
            });
        }
    });
    let failure = ask(&url).await;
    assert!(says_in_time(&failure), "{failure:?}");
}

/// As with a name that no server resolves: the connection never comes about.
#[tokio::test]
async fn i80_a_connection_that_never_comes_about_is_given_up() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    // Nobody accepts, and there is room for one or two who wait.
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let connecting = TcpStream::connect(address);
        if let Ok(connected) = tokio::time::timeout(Duration::from_millis(100), connecting).await {
            waiting.push(connected);
        }
    }
    let failure = ask(&format!("http://{address}")).await;
    assert!(matches!(failure, AwsFailure::Unreachable { .. }), "{failure:?}");
    drop(listener);
}

/// S3 whose answers are waited for in seconds, not in minutes.
fn hasty_s3(url: &str, credentials: Credentials) -> S3 {
    let http = HttpClients::default().with_patience(Duration::from_secs(3));
    let signer = Arc::new(FixedCredentials(credentials));
    S3::new(Arc::new(http), reach(url), false, signer)
}

/// S3 that takes all of the first request that `hit` means, and never answers it.
async fn silent_once(hit: fn(&Asked) -> bool) -> Server {
    let silent = AtomicBool::new(false);
    Server::start(move |_, asked| {
        if hit(asked) && !silent.swap(true, Ordering::Relaxed) {
            return Answer::silent();
        }
        let xml = |text: &str| Answer::new(200, text).with("content-type", "application/xml");
        match asked.method.as_str() {
            "HEAD" => Answer::new(200, "").with("x-amz-bucket-region", "us-east-1"),
            "POST" if asked.path.contains("uploads") => {
                xml("<InitiateMultipartUploadResult><UploadId>u-1</UploadId></InitiateMultipartUploadResult>")
            }
            "POST" => {
                xml("<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>")
            }
            _ => Answer::new(200, "").with("etag", "\"whole\""),
        }
    })
    .await
}

#[tokio::test]
async fn i80_what_was_sent_and_is_never_answered_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, vec![1; 17 * 1024 * 1024]).unwrap();
    let bucket = "example-bucket".parse().unwrap();
    let hits: [fn(&Asked) -> bool; 2] = [
        |asked| asked.path.contains("partNumber=1"),
        |asked| asked.method == "POST" && asked.path.contains("uploadId"),
    ];
    for hit in hits {
        let server = silent_once(hit).await;
        let s3 = hasty_s3(&server.url(), user());
        let sent = s3.upload(&path, &bucket, "k", &|_, _| {}).await.unwrap();
        assert_eq!(sent.etag.as_deref(), Some("whole"));
        assert!(server.asked().iter().filter(|asked| hit(asked)).count() >= 2);
    }
}

#[tokio::test]
async fn i80_a_copy_that_is_never_answered_is_asked_for_again() {
    a_copy_is_asked_for_again(Effect::Silence).await;
}

/// S3 begins the answer to a copy before it has made it.
#[tokio::test]
async fn i80_a_copy_whose_answer_breaks_off_in_the_midst_is_asked_for_again() {
    a_copy_is_asked_for_again(Effect::StalledBody).await;
}

async fn a_copy_is_asked_for_again(effect: Effect) {
    let sandbox = sandbox().await;
    let story = story(&sandbox, "S13");
    let s3 = hasty_s3(sandbox.endpoint(), session(&sandbox, &story).await);
    sandbox
        .admin()
        .put_object(&story.bucket, "a", "mine", "text/plain");
    sandbox.admin().inject(On::S3Path("/copied/a".into()), 1, effect);
    let order = copy::Order {
        from: format!("s3://{}/a", story.bucket).parse().unwrap(),
        to: format!("s3://{}/copied/a", story.bucket).parse().unwrap(),
        storage_class: None,
        encryption: None,
        guard: Guard::Anything,
        journals: None,
    };
    let copied = s3.copy_from(&s3, &order, &|_, _| {}).await.unwrap();
    assert_eq!((copied.way, copied.bytes), (copy::Way::ServerSide, 4));
    assert_eq!(sandbox.admin().faults_left(), 0);
    sandbox.shutdown().await;
}
