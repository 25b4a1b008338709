//! Servers that say nothing, or not all of it. The client's own patience is a hundredth of what it is for people.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use hatrack_aws::AwsSts;
use hatrack_aws::sts::Timing;
use hatrack_core::sts::{AwsFailure, Sts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::server::{Answer, Server};
use crate::world::{reach, user};

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
