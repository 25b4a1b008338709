//! The database's form, and whether it is sound.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Row, SqlSafeStr, SqlitePool};

/// SQLite's result codes (sqlite.org, "Result and Error Codes"); extended codes carry them in the low byte.
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_NOTADB: i32 = 26;

fn migrations() -> Migrator {
    Migrator::with_migrations(vec![Migration::new(
        1,
        Cow::Borrowed("history"),
        MigrationType::Simple,
        include_str!("../../migrations/0001_history.sql").into_sql_str(),
        false,
    )])
}

/// Reads enough to see damage; with `whole`, every page.
pub async fn check(pool: &SqlitePool, whole: bool) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT count(*) FROM sqlite_schema")
        .fetch_one(pool)
        .await?;
    if whole {
        let found: String = sqlx::query("PRAGMA quick_check(1)")
            .fetch_one(pool)
            .await?
            .try_get(0)?;
        if found != "ok" {
            return Err(sqlx::Error::Protocol(format!("{DAMAGED}{found}")));
        }
    }
    Ok(())
}

/// How `check` reports what `quick_check` found: that arrives as a row, not as an error of SQLite's.
const DAMAGED: &str = "damaged: ";

/// Whether the error means that the file itself is broken.
pub fn is_corrupt(why: &sqlx::Error) -> bool {
    match why {
        sqlx::Error::Database(said) => said
            .code()
            .and_then(|code| code.parse::<i32>().ok())
            .is_some_and(|code| matches!(code & 0xff, SQLITE_CORRUPT | SQLITE_NOTADB)),
        sqlx::Error::Protocol(said) => said.starts_with(DAMAGED),
        _ => false,
    }
}

/// Brings the database up to date. `false` where a newer Hatrack has been here.
pub async fn migrate(pool: &SqlitePool) -> Result<bool, sqlx::Error> {
    match migrations().run(pool).await {
        Ok(()) => Ok(true),
        Err(
            MigrateError::VersionMissing(_)
            | MigrateError::VersionMismatch(_)
            | MigrateError::VersionTooNew(..)
            | MigrateError::VersionNotPresent(_),
        ) => Ok(false),
        Err(MigrateError::Execute(why) | MigrateError::ExecuteMigration(why, _)) => Err(why),
        Err(other) => Err(sqlx::Error::Protocol(other.to_string())),
    }
}
