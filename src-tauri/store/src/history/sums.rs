//! What the history comes to, added up by SQLite: no row leaves it for that.

use hatrack_core::history::{event, outcome};
use hatrack_core::history_sums::{AccountDay, DayStarts, HistoryDay, RoleUse, RoleUseQuery};
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool};

/// What was done in each account on each day. A day is a range of ids, so only what is asked for is read.
pub async fn days(pool: &SqlitePool, days: &DayStarts) -> Result<Vec<HistoryDay>, sqlx::Error> {
    let mut found: Vec<_> = days
        .days()
        .map(|(start, _)| HistoryDay {
            start,
            accounts: Vec::new(),
        })
        .collect();
    for row in by_day(days).build().fetch_all(pool).await? {
        let day: i64 = row.try_get(0)?;
        if let Some(day) = usize::try_from(day).ok().and_then(|day| found.get_mut(day)) {
            day.accounts.push(account_day(&row)?);
        }
    }
    Ok(found)
}

fn by_day(days: &DayStarts) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new("WITH day (n, first, next) AS (");
    let bounds = days
        .days()
        .map(|(from, to)| (from.as_microsecond(), to.as_microsecond()));
    sql.push_values((0i64..).zip(bounds), |mut values, (n, (first, next))| {
        values.push_bind(n).push_bind(first).push_bind(next);
    });
    sql.push(
        ") SELECT day.n, event.account_id, max(event.account_name) AS name, \
         count(*) FILTER (WHERE event.event = ",
    );
    sql.push_bind(event::SWITCH).push(" AND event.outcome = ");
    sql.push_bind(outcome::OK)
        .push("), count(*) FILTER (WHERE event.outcome = ");
    sql.push_bind(outcome::DENIED).push(
        "), count(*) FROM day CROSS JOIN event ON event.id >= day.first AND event.id < day.next \
         GROUP BY day.n, event.account_id ORDER BY day.n, name, event.account_id",
    );
    sql
}

fn account_day(row: &SqliteRow) -> Result<AccountDay, sqlx::Error> {
    Ok(AccountDay {
        account_id: row
            .try_get::<Option<String>, _>(1)?
            .and_then(|id| id.parse().ok()),
        account_name: row.try_get(2)?,
        sessions: count(row, 3)?,
        denials: count(row, 4)?,
        entries: count(row, 5)?,
    })
}

/// How each role was used. A session that was ended, brought back and ended again counts its longest time once.
pub async fn role_use(pool: &SqlitePool, query: &RoleUseQuery) -> Result<Vec<RoleUse>, sqlx::Error> {
    let mut sql = QueryBuilder::new(
        "WITH part AS (SELECT account_id, max(account_name) AS name, role_name, arn, max(id) AS last, \
         count(*) FILTER (WHERE event = ",
    );
    sql.push_bind(event::SWITCH).push(" AND outcome = ");
    sql.push_bind(outcome::OK)
        .push(") AS switches, count(*) FILTER (WHERE outcome = ");
    sql.push_bind(outcome::DENIED)
        .push(") AS denials, max(duration_s) FILTER (WHERE outcome = ");
    sql.push_bind(outcome::OK).push(" AND event IN (");
    sql.push_bind(event::EXPIRE).push(", ");
    sql.push_bind(event::SWITCH_BACK)
        .push(")) AS held FROM event WHERE role_name IS NOT NULL");
    for (sign, bound) in [(" >= ", query.since), (" < ", query.until)] {
        if let Some(bound) = bound {
            sql.push(" AND id").push(sign).push_bind(bound.as_microsecond());
        }
    }
    sql.push(
        " GROUP BY account_id, role_name, arn, session_id) \
         SELECT account_id, max(name), role_name, arn, sum(switches), sum(denials), coalesce(sum(held), 0), \
         max(last) AS newest FROM part GROUP BY account_id, role_name, arn ORDER BY newest DESC",
    );
    let rows = sql.build().fetch_all(pool).await?;
    rows.iter().map(role).collect()
}

fn role(row: &SqliteRow) -> Result<RoleUse, sqlx::Error> {
    let last = Timestamp::from_microsecond(row.try_get(7)?);
    Ok(RoleUse {
        account_id: row
            .try_get::<Option<String>, _>(0)?
            .and_then(|id| id.parse().ok()),
        account_name: row.try_get(1)?,
        role_name: row.try_get(2)?,
        arn: row.try_get(3)?,
        switches: count(row, 4)?,
        denials: count(row, 5)?,
        held_s: row.try_get::<i64, _>(6)?.unsigned_abs(),
        last_use: last.map_err(|why| sqlx::Error::Decode(Box::new(why)))?,
    })
}

fn count(row: &SqliteRow, at: usize) -> Result<u32, sqlx::Error> {
    Ok(u32::try_from(row.try_get::<i64, _>(at)?).unwrap_or(u32::MAX))
}
