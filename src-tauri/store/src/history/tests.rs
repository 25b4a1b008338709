use std::collections::HashSet;

use hatrack_core::history::{event, outcome};

use super::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

pub fn row(second: i64) -> HistoryRow {
    HistoryRow {
        id: 0,
        at: Timestamp::from_second(1_790_000_000 + second).unwrap(),
        event: event::SWITCH.into(),
        outcome: outcome::OK.into(),
        account_id: Some("081278057606".parse().unwrap()),
        account_name: Some("Stuzio".into()),
        role_name: Some("StuzioAcmeConsultantRole".into()),
        arn: Some("arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole".into()),
        profile: Some("stuzio".into()),
        session_id: Some("abcdefgh".into()),
        duration_s: Some(3600),
        call_ms: Some(42),
        request_id: Some("6f3c9b1e-1111-2222-3333-444455556666".into()),
        error: None,
        client: "hat".into(),
        detail: None,
    }
}

pub async fn empty() -> (tempfile::TempDir, SqliteHistory) {
    let folder = tempfile::tempdir().unwrap();
    let opened = SqliteHistory::open(&folder.path().join("history.db"), NOW)
        .await
        .unwrap();
    assert_eq!(opened.set_aside, None);
    (folder, opened.history)
}

async fn page(history: &SqliteHistory, query: HistoryQuery) -> Vec<HistoryRow> {
    history.page(&query).await.unwrap().rows
}

#[tokio::test]
async fn what_is_written_is_read() {
    let (_folder, history) = empty().await;
    let denied = HistoryRow {
        outcome: outcome::DENIED.into(),
        error: Some("AccessDenied: User: arn:aws:iam::183438944504:user/troy is not authorized".into()),
        duration_s: None,
        detail: Some("asked for 8 h".into()),
        ..row(1)
    };
    history.append(denied.clone()).await.unwrap();
    let found = page(&history, HistoryQuery::default()).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        HistoryRow {
            id: 0,
            ..found[0].clone()
        },
        denied
    );
}

#[tokio::test]
async fn pages_come_newest_first_and_miss_nothing() {
    let (_folder, history) = empty().await;
    for second in 0..25 {
        history.append(row(second)).await.unwrap();
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let query = HistoryQuery {
            limit: 10,
            before,
            ..HistoryQuery::default()
        };
        let page = history.page(&query).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.at.as_second() - 1_790_000_000));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..25).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn rows_of_one_moment_are_all_kept() {
    let (_folder, history) = empty().await;
    for _ in 0..5 {
        history.append(row(0)).await.unwrap();
    }
    let found = page(&history, HistoryQuery::default()).await;
    let ids: HashSet<_> = found.iter().map(|row| row.id).collect();
    assert_eq!((found.len(), ids.len()), (5, 5));
}

#[tokio::test]
async fn an_expiry_written_late_stands_at_its_own_time() {
    let (_folder, history) = empty().await;
    history.append(row(10)).await.unwrap();
    history.append(row(30)).await.unwrap();
    let expired = HistoryRow {
        event: event::EXPIRE.into(),
        ..row(20)
    };
    history.append(expired).await.unwrap();
    let found = page(&history, HistoryQuery::default()).await;
    let events: Vec<_> = found.iter().map(|row| row.event.as_str()).collect();
    assert_eq!(events, [event::SWITCH, event::EXPIRE, event::SWITCH]);
}

#[tokio::test]
async fn every_filter_narrows() {
    let (_folder, history) = empty().await;
    let acme = Some("183438944504".parse().unwrap());
    let rows = [
        row(1),
        HistoryRow {
            account_id: acme,
            account_name: Some("Acme".into()),
            ..row(2)
        },
        HistoryRow {
            outcome: outcome::DENIED.into(),
            ..row(3)
        },
        HistoryRow {
            event: event::DOWNLOAD.into(),
            ..row(4)
        },
        HistoryRow {
            session_id: Some("zzzzzzzz".into()),
            ..row(5)
        },
        HistoryRow {
            error: Some("50%_off \"quoted\" AccessDenied".into()),
            ..row(6)
        },
    ];
    for row in rows {
        history.append(row).await.unwrap();
    }
    let at = |second: i64| Some(Timestamp::from_second(1_790_000_000 + second).unwrap());
    let text = |text: &str| HistoryQuery {
        text: Some(text.into()),
        ..HistoryQuery::default()
    };
    let cases = [
        (
            HistoryQuery {
                account_id: acme,
                ..HistoryQuery::default()
            },
            vec![2],
        ),
        (
            HistoryQuery {
                outcome: Some(outcome::DENIED.into()),
                ..HistoryQuery::default()
            },
            vec![3],
        ),
        (
            HistoryQuery {
                event: Some(event::DOWNLOAD.into()),
                ..HistoryQuery::default()
            },
            vec![4],
        ),
        (
            HistoryQuery {
                session_id: Some("zzzzzzzz".into()),
                ..HistoryQuery::default()
            },
            vec![5],
        ),
        (
            HistoryQuery {
                since: at(2),
                until: at(4),
                ..HistoryQuery::default()
            },
            vec![3, 2],
        ),
        (text("acme"), vec![6, 5, 4, 3, 2, 1]),
        (text("183438944504"), vec![2]),
        (text("consultant"), vec![6, 5, 4, 3, 2, 1]),
        (text("accessdenied quoted"), vec![6]),
        (text("0%_"), vec![6]),
        (text("\"quoted\""), vec![6]),
        (text("of ccessD"), vec![6]),
        (text("AC"), vec![6, 2]),
        (text("nowhere"), vec![]),
        (text("NOT OR AND NEAR("), vec![]),
        (text("event:switch"), vec![]),
        (text("* ^"), vec![]),
        (text("  \0 "), vec![6, 5, 4, 3, 2, 1]),
        (
            HistoryQuery {
                account_id: acme,
                ..text("consultant")
            },
            vec![2],
        ),
        (
            HistoryQuery {
                until: at(3),
                ..text("st")
            },
            vec![2, 1],
        ),
    ];
    for (query, expected) in cases {
        let found = page(&history, query.clone()).await;
        let seconds: Vec<_> = found
            .iter()
            .map(|row| row.at.as_second() - 1_790_000_000)
            .collect();
        assert_eq!(seconds, expected, "{query:?}");
    }
}

#[tokio::test]
async fn no_column_holds_a_secret() {
    let (_folder, history) = empty().await;
    let columns = sqlx::query("SELECT name FROM pragma_table_info('event')")
        .fetch_all(&history.pool)
        .await
        .unwrap();
    for column in columns {
        let name: String = column.get(0);
        for word in ["secret", "token", "password", "code", "key"] {
            assert!(!name.contains(word), "{name}");
        }
    }
}

#[tokio::test]
async fn f66_a_newer_database_is_refused_and_left_alone() {
    let (folder, history) = empty().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'of a newer version', TRUE, x'00', 0)",
    )
    .execute(&history.pool)
    .await
    .unwrap();
    history.close().await;
    let path = folder.path().join("history.db");
    let refused = SqliteHistory::open(&path, NOW).await.unwrap_err();
    assert!(matches!(refused, OpenFailure::Newer { .. }), "{refused}");
    assert_eq!(
        std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|e| {
                e.as_ref()
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .contains("broken")
            })
            .count(),
        0
    );
}

#[tokio::test]
async fn f66_a_corrupt_database_is_set_aside_once() {
    let (folder, history) = empty().await;
    for second in 0..200 {
        history.append(row(second)).await.unwrap();
    }
    history.close().await;
    let path = folder.path().join("history.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[4096..middle].fill(0xa5);
    for broken in [
        bytes,
        b"this is no database at all, but it is long enough to be read".repeat(100),
    ] {
        std::fs::write(&path, &broken).unwrap();
        let opened = SqliteHistory::open(&path, NOW).await.unwrap();
        assert_eq!(std::fs::read(opened.set_aside.unwrap()).unwrap(), broken);
        opened.history.append(row(0)).await.unwrap();
        opened.history.close().await;
        let again = SqliteHistory::open(&path, NOW).await.unwrap();
        assert_eq!((again.set_aside, again.history.count().await.unwrap()), (None, 1));
        again.history.close().await;
    }
}

#[tokio::test]
async fn f66_a_large_database_that_proved_damaged_is_checked_at_the_next_start() {
    let (folder, history) = empty().await;
    for second in 0..200 {
        history.append(row(second)).await.unwrap();
    }
    // The damage shows to a reader only: a page in the middle, behind a sound beginning.
    history.close().await;
    let path = folder.path().join("history.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.resize(usize::try_from(CHECKED_BYTES).unwrap() + 4096, 0);
    let root = 4096..bytes.len();
    bytes[root].fill(0xa5);
    std::fs::write(&path, &bytes).unwrap();
    let again = SqliteHistory {
        pool: SqlitePool::connect_lazy(&format!("sqlite:{}", path.display())).unwrap(),
        path: path.clone(),
    };
    again.append(row(1)).await.unwrap_err();
    assert!(suspicion(&path).exists());
    again.close().await;
    let opened = SqliteHistory::open(&path, NOW).await.unwrap();
    assert!(opened.set_aside.is_some() && !suspicion(&path).exists());
}

#[tokio::test]
async fn f66_a_missing_log_is_no_matter() {
    let (folder, history) = empty().await;
    history.append(row(1)).await.unwrap();
    history.close().await;
    let path = folder.path().join("history.db");
    for companion in ["history.db-wal", "history.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(companion));
    }
    let opened = SqliteHistory::open(&path, NOW).await.unwrap();
    assert_eq!(opened.history.count().await.unwrap(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn every_file_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, history) = empty().await;
    history.append(row(1)).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(files.len() >= 2, "the log is a file of its own");
    for file in files {
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{:?}",
            file.path()
        );
    }
}
