//! One row, to and from SQLite.

use hatrack_core::history_view::HistoryRow;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};

/// The columns in the order of `insert` and `read`.
pub const COLUMNS: &str = "event.id, event.event, event.outcome, event.account_id, event.account_name, \
     event.role_name, event.arn, event.profile, event.session_id, event.duration_s, event.call_ms, \
     event.request_id, event.error, event.client, event.detail";

/// The statement that writes `row` under `id`.
pub fn insert(row: &HistoryRow, id: i64) -> Query<'_, Sqlite, SqliteArguments> {
    sqlx::query(
        "INSERT INTO event (id, event, outcome, account_id, account_name, role_name, arn, profile, session_id, \
         duration_s, call_ms, request_id, error, client, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(&row.event)
    .bind(&row.outcome)
    .bind(row.account_id.map(|id| id.to_string()))
    .bind(&row.account_name)
    .bind(&row.role_name)
    .bind(&row.arn)
    .bind(&row.profile)
    .bind(&row.session_id)
    .bind(row.duration_s.map(i64::from))
    .bind(row.call_ms.map(i64::from))
    .bind(&row.request_id)
    .bind(&row.error)
    .bind(&row.client)
    .bind(&row.detail)
}

/// The row that SQLite gave.
pub fn read(found: &SqliteRow) -> Result<HistoryRow, sqlx::Error> {
    let id: i64 = found.try_get(0)?;
    let account: Option<String> = found.try_get(3)?;
    let number = |at: usize| -> Result<Option<u32>, sqlx::Error> {
        Ok(found
            .try_get::<Option<i64>, _>(at)?
            .and_then(|n| u32::try_from(n).ok()))
    };
    Ok(HistoryRow {
        id,
        at: Timestamp::from_microsecond(id).map_err(|why| sqlx::Error::Decode(Box::new(why)))?,
        event: found.try_get(1)?,
        outcome: found.try_get(2)?,
        account_id: account.and_then(|id| id.parse().ok()),
        account_name: found.try_get(4)?,
        role_name: found.try_get(5)?,
        arn: found.try_get(6)?,
        profile: found.try_get(7)?,
        session_id: found.try_get(8)?,
        duration_s: number(9)?,
        call_ms: number(10)?,
        request_id: found.try_get(11)?,
        error: found.try_get(12)?,
        client: found.try_get(13)?,
        detail: found.try_get(14)?,
    })
}
