//! What peers do wrong.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hatrack_agent::protocol::LONGEST_REQUEST;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::world::*;

const HELLO: &[u8] = b"{\"protocol\":1,\"version\":\"test\"}\n";

async fn connect(world: &World) -> UnixStream {
    UnixStream::connect(world.home.socket()).await.unwrap()
}

async fn greeted(world: &World) -> BufReader<UnixStream> {
    let mut stream = BufReader::new(connect(world).await);
    stream.write_all(HELLO).await.unwrap();
    let mut welcome = String::new();
    stream.read_line(&mut welcome).await.unwrap();
    assert!(welcome.contains("\"pid\""), "{welcome}");
    stream
}

/// The stream ends, with or without an error.
async fn is_closed(stream: &mut (impl AsyncReadExt + Unpin)) {
    let mut rest = Vec::new();
    let ended = soon(stream.read_to_end(&mut rest)).await;
    assert!(
        ended.is_err() || rest.is_empty(),
        "{}",
        String::from_utf8_lossy(&rest)
    );
}

fn allow_descriptors(count: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: Some(limit.maximum.map_or(count, |most| most.min(count))),
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).unwrap();
}

#[tokio::test]
async fn e55_a_line_without_an_end_is_closed_at_64_kib() {
    let world = World::new().await;
    let _serving = world.serve();
    for mut stream in [connect(&world).await, greeted(&world).await.into_inner()] {
        let piece = vec![b'x'; 16 * 1024];
        let mut sent = 0;
        while sent < 64 * LONGEST_REQUEST {
            match soon(stream.write_all(&piece)).await {
                Ok(()) => sent += piece.len(),
                Err(_) => break,
            }
        }
        // What the kernel holds in between is all that could be sent beyond the limit.
        assert!(sent < 32 * LONGEST_REQUEST, "{sent}");
    }
    world.client().await.status().await.unwrap();
}

#[tokio::test]
async fn e56_a_thousand_half_open_connections_are_let_go_and_others_served() {
    allow_descriptors(8192);
    let world = World::new().await;
    let _serving = world.serve();
    let mut half_open = Vec::new();
    for number in 0..1000 {
        let mut stream = connect(&world).await;
        // Some say nothing, some stop in the middle of their greeting.
        if number % 2 == 0 {
            stream.write_all(b"{\"protocol\":").await.unwrap();
        }
        half_open.push(stream);
    }
    greeted(&world).await;
    // Ten seconds, by the server's own clock.
    for stream in &mut half_open {
        is_closed(stream).await;
    }
    greeted(&world).await;
}

#[tokio::test]
async fn a_thousand_idle_clients_stay_and_are_served() {
    allow_descriptors(8192);
    let world = World::new().await;
    let _serving = world.serve();
    let mut idle = Vec::new();
    for _ in 0..1000 {
        idle.push(greeted(&world).await);
    }
    for stream in idle.iter_mut().step_by(100) {
        stream.write_all(&status(7)).await.unwrap();
        let mut answer = String::new();
        soon(stream.read_line(&mut answer)).await.unwrap();
        assert!(
            answer.contains("\"id\":7") && answer.contains("\"status\""),
            "{answer}"
        );
    }
}

fn status(id: u32) -> Vec<u8> {
    let caller = r#"{"client":"hat","working_folder":"/","vars":{}}"#;
    format!("{{\"id\":{id},\"caller\":{caller},\"request\":{{\"kind\":\"status\"}}}}\n").into_bytes()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn e57_what_cannot_be_read_is_refused_and_not_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let world = World::new().await;
    let _serving = world.serve();

    for canary in [
        &b"{\"id\":1,\"request\":{\"kind\":\"canary-kind\"},\"secret\":\"canary-value\"}\n"[..],
        b"{\"id\":2,\"caller\":{\"client\":\"canary-client\"}}\n",
    ] {
        let mut stream = greeted(&world).await;
        stream.write_all(canary).await.unwrap();
        let mut answer = String::new();
        soon(stream.read_line(&mut answer)).await.unwrap();
        assert!(
            answer.contains("\"protocol\"") && !answer.contains("canary"),
            "{answer}"
        );
        stream.write_all(&status(3)).await.unwrap();
        answer.clear();
        soon(stream.read_line(&mut answer)).await.unwrap();
        assert!(answer.contains("\"id\":3"), "{answer}");
    }
    for canary in [
        &b"canary, no JSON at all\n"[..],
        b"{\"canary\": \n",
        b"\xff\xfe canary\n",
        b"{\"id\":\"canary\"}\n",
    ] {
        let mut stream = greeted(&world).await;
        stream.write_all(canary).await.unwrap();
        is_closed(&mut stream).await;
        let mut stream = connect(&world).await;
        stream.write_all(canary).await.unwrap();
        is_closed(&mut stream).await;
    }
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("refused"), "something was logged");
    assert!(!logged.contains("canary"), "{logged}");
}

#[tokio::test]
async fn a_client_of_another_protocol_can_ask_how_it_is_and_nothing_else() {
    let world = World::new().await;
    let _serving = world.serve();
    let mut stream = BufReader::new(connect(&world).await);
    stream
        .write_all(b"{\"protocol\":99,\"version\":\"9.9.9\"}\n")
        .await
        .unwrap();
    let mut line = String::new();
    soon(stream.read_line(&mut line)).await.unwrap();
    stream.write_all(&status(1)).await.unwrap();
    line.clear();
    soon(stream.read_line(&mut line)).await.unwrap();
    assert!(line.contains("\"Ok\""), "{line}");
    let sessions = String::from_utf8(status(2))
        .unwrap()
        .replace("\"status\"", "\"sessions\"");
    stream.write_all(sessions.as_bytes()).await.unwrap();
    line.clear();
    soon(stream.read_line(&mut line)).await.unwrap();
    assert!(
        line.contains("\"Err\"") && line.contains("\"protocol\""),
        "{line}"
    );
}

#[tokio::test]
async fn one_who_does_not_read_holds_nobody_up() {
    let world = World::new().await;
    let _serving = world.serve();
    let mut deaf = greeted(&world).await;
    let catalog = String::from_utf8(status(1))
        .unwrap()
        .replace("\"status\"", "\"catalog\"");
    for _ in 0..500 {
        // Until the agent stops reading from this one.
        if tokio::time::timeout(Duration::from_millis(20), deaf.write_all(catalog.as_bytes()))
            .await
            .is_err()
        {
            break;
        }
    }
    soon(world.client().await.catalog()).await.unwrap();
}
