use super::*;

fn headers(pairs: &[(&'static str, &'static str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in pairs {
        headers.insert(*name, *value);
    }
    headers
}

/// A clock that stands where it was set.
struct HandClock(Mutex<Moment>);

impl Clock for HandClock {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }

    fn boot_id(&self) -> String {
        "boot-1".to_owned()
    }
}

/// What was measured by a clock that reads 2026 at its start.
struct Measured {
    clock: Arc<HandClock>,
    skews: ClockSkews,
}

impl Measured {
    fn new() -> Self {
        let clock = Arc::new(HandClock(Mutex::new(Moment {
            wall: "2026-01-01T00:00:00Z".parse().unwrap(),
            boot: BootTime(Duration::from_secs(100_000)),
        })));
        let skews = ClockSkews::by(clock.clone());
        Self { clock, skews }
    }

    /// An answer of the server at `url`, after `round`.
    fn answer(&self, url: &str, pairs: &[(&'static str, &'static str)], round: Duration) {
        let sent = self.skews.now();
        self.pass(round);
        self.skews.note(url, &headers(pairs), sent);
    }

    fn pass(&self, time: Duration) {
        let mut now = self.clock.0.lock().unwrap();
        now.boot.0 += time;
        now.wall += time;
    }

    fn set_wall(&self, to: &str) {
        self.clock.0.lock().unwrap().wall = to.parse().unwrap();
    }
}

const STS: &str = "https://sts.eu-west-1.amazonaws.com/";
const OTHER: &str = "http://127.0.0.1:1";
const TWO: Duration = Duration::from_secs(2);
const HOUR: (&str, &str) = ("date", "Thu, 01 Jan 2026 01:00:01 GMT");

#[test]
fn h72_aws_has_one_clock_in_a_partition_and_others_their_own() {
    let measured = Measured::new();
    measured.answer(STS, &[HOUR], TWO);
    let hour = SignedDuration::from_hours(1);
    for (url, ahead) in [
        ("https://bucket.s3.us-east-1.amazonaws.com/key", hour),
        ("https://sts.cn-north-1.amazonaws.com.cn", SignedDuration::ZERO),
        ("http://sts.eu-west-1.amazonaws.com/", SignedDuration::ZERO),
        ("https://minio.example:9000", SignedDuration::ZERO),
        ("https://amazonaws.com.example", SignedDuration::ZERO),
    ] {
        assert_eq!(measured.skews.ahead(url), ahead, "{url}");
    }
    let large = LargeSkew {
        ahead: hour,
        server: None,
    };
    assert_eq!(measured.skews.large(), Some(large));
}

#[test]
fn h72_a_difference_that_no_signature_fails_for_is_not_told() {
    let measured = Measured::new();
    measured.answer(STS, &[("date", "Thu, 01 Jan 2026 00:04:58 GMT")], TWO);
    assert_eq!(measured.skews.large(), None);
}

#[test]
fn h72_a_server_s_wrong_clock_is_told_only_where_aws_has_not_answered() {
    let measured = Measured::new();
    measured.answer(OTHER, &[("date", "Wed, 31 Dec 2025 23:55:01 GMT")], TWO);
    let large = measured.skews.large().unwrap();
    assert_eq!(
        (large.ahead.as_secs(), large.server.as_deref()),
        (-300, Some(OTHER))
    );
    measured.answer(STS, &[("date", "Thu, 01 Jan 2026 00:00:03 GMT")], TWO);
    assert_eq!(measured.skews.large(), None);
    assert_eq!(measured.skews.ahead(OTHER).as_secs(), -300);
    // What AWS's clock checks is corrected by AWS's alone.
    assert_eq!(measured.skews.ahead_of_this_computer(), SignedDuration::ZERO);
}

#[test]
fn h72_a_step_of_the_wall_clock_makes_no_correction_wrong() {
    let measured = Measured::new();
    measured.answer(STS, &[HOUR], TWO);
    measured.pass(Duration::from_secs(598));
    // It is ten minutes later, and 01:10:00 by AWS's clock.
    for (wall, ahead) in [
        ("2026-01-01T01:10:00Z", 0),
        ("2026-01-01T00:10:00Z", 3600),
        ("2026-01-01T02:10:00Z", -3600),
    ] {
        measured.set_wall(wall);
        assert_eq!(measured.skews.ahead(STS).as_secs(), ahead, "{wall}");
        assert_eq!(measured.skews.ahead_of_this_computer().as_secs(), ahead, "{wall}");
        assert_eq!(measured.skews.large().is_some(), ahead != 0, "{wall}");
    }
}

#[test]
fn h72_what_a_cache_or_a_slow_answer_says_is_not_believed() {
    for (pairs, round) in [
        (&[HOUR, ("age", "17280")][..], TWO),
        (&[HOUR], LONGEST_ROUND + TWO),
        (&[("date", "yesterday")], TWO),
        (&[], TWO),
    ] {
        let measured = Measured::new();
        measured.answer(STS, pairs, round);
        assert_eq!(measured.skews.large(), None, "{pairs:?}");
    }
}
