//! Takes old rows away, a few at a time.

use hatrack_core::history_keep::HistoryKeep;
use jiff::Timestamp;
use sqlx::{Row, SqlitePool};

/// Rows that go at once: little enough that nobody who writes meanwhile waits to notice.
const STEP: i64 = 500;

/// Removes what is not to be kept, and says how many rows that were.
pub async fn prune(pool: &SqlitePool, keep: HistoryKeep, now: Timestamp) -> Result<u64, sqlx::Error> {
    let Some(oldest) = oldest(pool, keep, now).await? else {
        return Ok(0);
    };
    let mut gone = 0;
    loop {
        let step = sqlx::query(
            "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE id < ? ORDER BY id LIMIT ?)",
        )
        .bind(oldest)
        .bind(STEP)
        .execute(pool)
        .await?
        .rows_affected();
        gone += step;
        if step < STEP.unsigned_abs() {
            return Ok(gone);
        }
        tokio::task::yield_now().await;
    }
}

/// The first id that stays; `None` where all do.
async fn oldest(pool: &SqlitePool, keep: HistoryKeep, now: Timestamp) -> Result<Option<i64>, sqlx::Error> {
    match keep {
        HistoryKeep::All => Ok(None),
        HistoryKeep::Days(_) => Ok(keep.oldest(now).map(Timestamp::as_microsecond)),
        HistoryKeep::Rows(rows) => sqlx::query("SELECT id FROM event ORDER BY id DESC LIMIT 1 OFFSET ?")
            .bind(i64::from(rows.get()) - 1)
            .fetch_optional(pool)
            .await?
            .map(|row| row.try_get(0))
            .transpose(),
    }
}
