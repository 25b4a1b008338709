use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use hatrack_core::history::{event, outcome};
use hatrack_core::history_keep::HistoryKeep;
use hatrack_core::history_sums::{DayStarts, RoleUseQuery};
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::tests::{empty, row};
use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn switch(time: &str, account: &str) -> HistoryRow {
    HistoryRow {
        at: at(time),
        account_id: Some(account.parse().unwrap()),
        account_name: Some(format!("name-{account}")),
        ..row(0)
    }
}

/// The midnights of `count` days in Berlin, and the one after.
fn berlin(year: i16, month: i8, day: i8, count: i64) -> DayStarts {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let first = date(year, month, day);
    let starts: Vec<_> = (0..=count)
        .map(|n| {
            let day = first.checked_add(jiff::Span::new().days(n)).unwrap();
            day.to_zoned(zone.clone()).unwrap().timestamp()
        })
        .collect();
    DayStarts::try_from(starts).unwrap()
}

#[tokio::test]
async fn days_are_those_of_the_asker_when_the_clocks_change() {
    let (_folder, history) = empty().await;
    let (a, b) = ("111111111111", "222222222222");
    // Berlin's 29 March 2026 has 23 hours: from 23:00 UTC of the 28th to 22:00 UTC of the 29th.
    for time in [
        "2026-03-28T22:59:59Z",
        "2026-03-28T23:00:00Z",
        "2026-03-29T21:59:59Z",
        "2026-03-29T22:00:00Z",
    ] {
        history.append(switch(time, a)).await.unwrap();
    }
    let denied = HistoryRow {
        outcome: outcome::DENIED.into(),
        ..switch("2026-03-29T12:00:00Z", b)
    };
    history.append(denied).await.unwrap();
    let renewed = HistoryRow {
        event: event::RENEW.into(),
        ..switch("2026-03-29T12:30:00Z", b)
    };
    history.append(renewed).await.unwrap();

    let days = history.days(&berlin(2026, 3, 28, 4)).await.unwrap();
    let counts: Vec<Vec<_>> = days
        .iter()
        .map(|day| {
            let sums = day.accounts.iter();
            sums.map(|sum| {
                (
                    sum.account_id.unwrap().to_string(),
                    sum.sessions,
                    sum.denials,
                    sum.entries,
                )
            })
            .collect()
        })
        .collect();
    assert_eq!(
        counts,
        [
            vec![(a.to_owned(), 1, 0, 1)],
            vec![(a.to_owned(), 2, 0, 2), (b.to_owned(), 0, 1, 2)],
            vec![(a.to_owned(), 1, 0, 1)],
            vec![],
        ]
    );
    assert_eq!(days[1].start, at("2026-03-28T23:00:00Z"));
    assert_eq!(
        days[1].accounts[0].account_name.as_deref(),
        Some("name-111111111111")
    );
}

#[tokio::test]
async fn the_report_counts_each_session_once() {
    let (_folder, history) = empty().await;
    let of = |time: &str, event: &str, session: &str, seconds: u32| HistoryRow {
        at: at(time),
        event: event.into(),
        session_id: Some(session.into()),
        duration_s: Some(seconds),
        ..row(0)
    };
    for row in [
        of("2026-06-11T08:00:00Z", event::SWITCH, "one", 3600),
        of("2026-06-11T08:10:00Z", event::SWITCH_BACK, "one", 600),
        of("2026-06-11T08:10:05Z", event::SWITCH_BACK_UNDO, "one", 0),
        of("2026-06-11T08:20:00Z", event::SWITCH_BACK, "one", 1200),
        of("2026-06-11T09:00:00Z", event::SWITCH, "two", 3600),
        of("2026-06-11T10:00:00Z", event::EXPIRE, "two", 3600),
        // Still open.
        of("2026-06-11T11:00:00Z", event::SWITCH, "three", 3600),
    ] {
        history.append(row).await.unwrap();
    }
    let other = HistoryRow {
        role_name: Some("Other".into()),
        arn: None,
        session_id: None,
        outcome: outcome::DENIED.into(),
        ..of("2026-06-11T12:00:00Z", event::SWITCH, "", 0)
    };
    history.append(other).await.unwrap();
    let unnamed = HistoryRow {
        role_name: None,
        event: event::SIGN_IN.into(),
        ..of("2026-06-11T13:00:00Z", event::SIGN_IN, "", 0)
    };
    history.append(unnamed).await.unwrap();

    let report = history.role_use(&RoleUseQuery::default()).await.unwrap();
    let told: Vec<_> = report
        .iter()
        .map(|role| (role.role_name.as_str(), role.switches, role.denials, role.held_s))
        .collect();
    assert_eq!(
        told,
        [
            ("Other", 0, 1, 0),
            ("StuzioAcmeConsultantRole", 3, 0, 1200 + 3600)
        ]
    );
    assert_eq!(report[1].last_use, at("2026-06-11T11:00:00Z"));

    let morning = RoleUseQuery {
        since: Some(at("2026-06-11T09:00:00Z")),
        until: Some(at("2026-06-11T10:30:00Z")),
    };
    let report = history.role_use(&morning).await.unwrap();
    assert_eq!((report.len(), report[0].switches, report[0].held_s), (1, 1, 3600));
}

#[tokio::test]
async fn several_events_and_one_role_can_be_asked_for() {
    let (_folder, history) = empty().await;
    for (second, event, role) in [
        (0, event::SWITCH, "A"),
        (1, event::EXPORT, "A"),
        (2, event::EXPIRE, "A"),
        (3, event::SWITCH, "B"),
    ] {
        let row = HistoryRow {
            event: event.into(),
            role_name: Some(role.into()),
            ..row(second)
        };
        history.append(row).await.unwrap();
    }
    let asked = HistoryQuery {
        events: vec![event::SWITCH.into(), event::EXPIRE.into()],
        ..HistoryQuery::default()
    };
    let events = |page: HistoryPage| -> Vec<_> { page.rows.into_iter().map(|row| row.event).collect() };
    assert_eq!(
        events(history.page(&asked).await.unwrap()),
        ["switch", "expire", "switch"]
    );
    let of_role = HistoryQuery {
        role_name: Some("A".into()),
        ..asked
    };
    assert_eq!(
        events(history.page(&of_role).await.unwrap()),
        ["expire", "switch"]
    );
}

#[tokio::test]
async fn what_is_not_kept_goes_and_cannot_be_found() {
    let (_folder, history) = empty().await;
    for second in 0..1_203 {
        history.append(row(second)).await.unwrap();
    }
    let now = row(1_203).at;
    assert_eq!(history.prune(HistoryKeep::All, now).await.unwrap(), 0);
    let many = HistoryKeep::Rows(NonZeroU32::new(5_000).unwrap());
    assert_eq!(history.prune(many, now).await.unwrap(), 0);
    let few = HistoryKeep::Rows(NonZeroU32::new(3).unwrap());
    assert_eq!(history.prune(few, now).await.unwrap(), 1_200);
    let words = HistoryQuery {
        text: Some("Consultant".into()),
        ..HistoryQuery::default()
    };
    let left = history.page(&words).await.unwrap().rows;
    assert_eq!(
        left.iter().map(|row| row.at).collect::<Vec<_>>(),
        [row(1_202).at, row(1_201).at, row(1_200).at]
    );
    let day = HistoryKeep::Days(NonZeroU32::new(1).unwrap());
    let next_day = row(86_400 + 1_202).at;
    assert_eq!(history.prune(day, next_day).await.unwrap(), 2);
    assert_eq!(history.count().await.unwrap(), 1);
}

/// Generous beside the some tens of milliseconds that it takes: a query that reads all rows many times over takes minutes.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn sums_of_a_hundred_thousand_rows_are_quick() {
    let (_folder, history) = empty().await;
    let first = at("2026-03-01T00:00:00Z").as_microsecond();
    sqlx::query(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) \
         INSERT INTO event (id, event, outcome, account_id, account_name, role_name, arn, session_id, duration_s, client) \
         SELECT ? + i * 26000000, CASE i % 4 WHEN 0 THEN 'switch' WHEN 1 THEN 'expire' ELSE 'export' END, \
         CASE i % 9 WHEN 0 THEN 'denied' ELSE 'ok' END, 100000000000 + i % 20, 'a' || (i % 20), 'r' || (i % 50), \
         'arn:aws:iam::x:role/r' || (i % 50), 's' || (i / 4), 600, 'hat' FROM n",
    )
    .bind(first)
    .execute(&history.pool)
    .await
    .unwrap();
    let begun = Instant::now();
    let days = history.days(&berlin(2026, 3, 1, 31)).await.unwrap();
    let took_days = begun.elapsed();
    let report = history.role_use(&RoleUseQuery::default()).await.unwrap();
    let took = begun.elapsed();
    println!("days {took_days:?}, report {:?}", took - took_days);
    let counted: u32 = days
        .iter()
        .flat_map(|day| &day.accounts)
        .map(|sum| sum.entries)
        .sum();
    assert!(counted > 99_000, "{counted}");
    assert_eq!(report.len(), 100);
    assert!(took < PATIENCE, "{took:?}");
}
