use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;

use super::*;

/// A server that allows `rate` requests a second, saved up to `burst`, and answers after `latency`.
struct Server {
    rate: f64,
    burst: f64,
    latency: Duration,
    bucket: Mutex<(f64, Instant)>,
    refused: AtomicU32,
}

impl Server {
    fn new(rate: f64, burst: f64, latency_millis: u64) -> Arc<Self> {
        Arc::new(Self {
            rate,
            burst,
            latency: Duration::from_millis(latency_millis),
            bucket: Mutex::new((burst, Instant::now())),
            refused: AtomicU32::new(0),
        })
    }

    async fn answers(&self) -> bool {
        let allowed = {
            let mut bucket = self.bucket.lock().unwrap();
            let now = Instant::now();
            let saved = bucket.0 + self.rate * now.duration_since(bucket.1).as_secs_f64();
            let saved = saved.min(self.burst);
            let allowed = saved >= 1.0;
            *bucket = (if allowed { saved - 1.0 } else { saved }, now);
            allowed
        };
        tokio::time::sleep(self.latency).await;
        if !allowed {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        allowed
    }
}

/// Makes `calls` calls, a few at a time; how long that took.
async fn make(calls: u32, server: &Server, pacer: &Pacer) -> Duration {
    let started = Instant::now();
    let one = |_| async {
        loop {
            let turn = pacer.turn().await;
            if server.answers().await {
                return pacer.went_well(turn);
            }
            assert_eq!(pacer.throttled(turn, None), Verdict::Again);
        }
    };
    futures::stream::iter(0..calls)
        .map(one)
        .buffered(24)
        .collect::<Vec<()>>()
        .await;
    started.elapsed()
}

#[tokio::test(start_paused = true)]
async fn b20_g6_a_listing_of_665_accounts_takes_what_the_limit_makes_it_take() {
    // Per second, saved up, and how much longer it may take: at the limit that people have measured, a twentieth.
    let servers = [
        (20.0, 20.0, 1.05),
        (20.0, 1.0, 1.05),
        (20.0, 100.0, 1.05),
        (10.0, 10.0, 1.05),
        (5.0, 5.0, 1.05),
        (50.0, 50.0, 1.15),
    ];
    for (rate, burst, longer) in servers {
        for latency in [5, 80, 300] {
            let server = Server::new(rate, burst, latency);
            let took = make(672, &server, &Pacer::new()).await.as_secs_f64();
            let floor = (672.0 - burst) / rate;
            let refused = server.refused.load(Ordering::Relaxed);
            let case = format!(
                "{rate}/s, burst {burst}, {latency} ms: {took:.2} s of {floor:.2} s, {refused} refused"
            );
            println!("{case}");
            assert!(took <= floor * longer && refused <= 50, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pace_once_found_is_kept_for_the_next_listing() {
    let server = Server::new(5.0, 1.0, 50);
    let pacer = Pacer::new();
    make(200, &server, &pacer).await;
    let before = server.refused.load(Ordering::Relaxed);
    make(200, &server, &pacer).await;
    let again = server.refused.load(Ordering::Relaxed) - before;
    assert!(again < before, "{again} of {before}");
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_it_gets_out_of_the_way() {
    let server = Server::new(1e6, 1e6, 5);
    assert!(make(672, &server, &Pacer::new()).await < Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn b21_a_portal_that_only_throttles_is_given_up() {
    let pacer = Pacer::new();
    let started = Instant::now();
    let mut turns = 1;
    let mut turn = pacer.turn().await;
    while pacer.throttled(turn, None) == Verdict::Again {
        turns += 1;
        turn = pacer.turn().await;
    }
    assert_eq!(turns, MOST_IN_A_ROW);
    assert!(
        started.elapsed() < Duration::from_secs(40),
        "{:?}",
        started.elapsed()
    );
    // Later it is worth a try again.
    let turn = pacer.turn().await;
    assert_eq!(pacer.throttled(turn, None), Verdict::Again);
}

#[tokio::test(start_paused = true)]
async fn b22_a_wait_that_the_server_asks_for_is_kept_by_all() {
    let pacer = Pacer::new();
    let started = Instant::now();
    let turn = pacer.turn().await;
    assert_eq!(
        pacer.throttled(turn, Some(Duration::from_secs(7))),
        Verdict::Again
    );
    let turn = pacer.turn().await;
    assert!(started.elapsed() >= Duration::from_secs(7));
    assert_eq!(
        pacer.throttled(turn, Some(Duration::from_secs(3600))),
        Verdict::GiveUp
    );
}
