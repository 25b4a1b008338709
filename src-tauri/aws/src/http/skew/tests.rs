use super::*;

fn headers(pairs: &[(&'static str, &'static str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in pairs {
        headers.insert(*name, *value);
    }
    headers
}

fn at(text: &str) -> SystemTime {
    text.parse::<Timestamp>().unwrap().into()
}

const STS: &str = "https://sts.eu-west-1.amazonaws.com/";
const TWO: Duration = Duration::from_secs(2);

#[test]
fn h72_aws_has_one_clock_in_a_partition_and_others_their_own() {
    let skews = ClockSkews::default();
    let sent = at("2026-01-01T00:00:00Z");
    let later = headers(&[("date", "Thu, 01 Jan 2026 01:00:01 GMT")]);
    skews.note(STS, &later, sent, TWO);
    let hour = SignedDuration::from_hours(1);
    for (url, ahead) in [
        ("https://bucket.s3.us-east-1.amazonaws.com/key", hour),
        ("https://sts.cn-north-1.amazonaws.com.cn", SignedDuration::ZERO),
        ("http://sts.eu-west-1.amazonaws.com/", SignedDuration::ZERO),
        ("https://minio.example:9000", SignedDuration::ZERO),
        ("https://amazonaws.com.example", SignedDuration::ZERO),
    ] {
        assert_eq!(skews.ahead(url), ahead, "{url}");
    }
    let large = LargeSkew {
        ahead: hour,
        server: None,
    };
    assert_eq!(skews.large(), Some(large));
}

#[test]
fn h72_a_difference_that_no_signature_fails_for_is_not_told() {
    let skews = ClockSkews::default();
    let sent = at("2026-01-01T00:00:00Z");
    skews.note(
        STS,
        &headers(&[("date", "Thu, 01 Jan 2026 00:04:58 GMT")]),
        sent,
        TWO,
    );
    assert_eq!(skews.large(), None);
    skews.note(
        "http://127.0.0.1:1",
        &headers(&[("date", "Wed, 31 Dec 2025 23:55:01 GMT")]),
        sent,
        TWO,
    );
    let large = skews.large().unwrap();
    assert_eq!(
        (large.ahead.as_secs(), large.server.as_deref()),
        (-300, Some("http://127.0.0.1:1"))
    );
}

#[test]
fn h72_what_a_cache_or_a_slow_answer_says_is_not_believed() {
    let sent = at("2026-01-01T00:00:00Z");
    let hour = ("date", "Thu, 01 Jan 2026 01:00:00 GMT");
    for (pairs, round) in [
        (&[hour, ("age", "17280")][..], TWO),
        (&[hour], LONGEST_ROUND + TWO),
        (&[("date", "yesterday")], TWO),
        (&[], TWO),
    ] {
        let skews = ClockSkews::default();
        skews.note(STS, &headers(pairs), sent, round);
        assert_eq!(skews.large(), None, "{pairs:?}");
    }
}
