//! The history: SQLite, one row for each thing that happened.
//!
//! Invariants: a row that was acknowledged survives a crash (WAL, `synchronous = FULL`); no column holds a secret; a
//! database of a newer Hatrack is refused and left alone; a corrupt one is set aside and a fresh one begun, once and
//! said.

mod find;
mod prune;
mod row;
mod schema;
mod sums;

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use hatrack_core::history::{HistoryFailure, HistoryLog};
use hatrack_core::history_keep::HistoryKeep;
use hatrack_core::history_sums::{DayStarts, HistoryDay, RoleUse, RoleUseQuery};
use hatrack_core::history_view::{HistoryPage, HistoryQuery, HistoryRow};
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, SqlitePool};

use crate::private;

/// Below this size the whole file is checked when it is opened: it takes some milliseconds.
const CHECKED_BYTES: u64 = 8 * 1024 * 1024;
/// How many rows of one microsecond are told apart before giving up.
const MOST_IN_ONE_MOMENT: i64 = 10_000;

/// The history on disk.
#[derive(Debug, Clone)]
pub struct SqliteHistory {
    pool: SqlitePool,
    path: PathBuf,
}

/// A history that is open, and what to say about it.
#[derive(Debug)]
pub struct Opened {
    /// The history.
    pub history: SqliteHistory,
    /// Where the old one is, if it was corrupt and has been set aside.
    pub set_aside: Option<PathBuf>,
}

/// The history cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFailure {
    /// A newer Hatrack has changed the database.
    #[error(
        "the history {} was written by a newer Hatrack; update this one, or set HATRACK_HOME to another folder",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
    },
    /// It is corrupt, and could not be moved out of the way.
    #[error("the history {} is damaged and could not be set aside: {why}", path.display())]
    Stuck {
        /// The database.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// SQLite refused.
    #[error("the history {} could not be opened: {why}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        why: sqlx::Error,
    },
}

impl SqliteHistory {
    /// Opens the history at `path`, bringing an older one up to date. `now` names the file that a corrupt one is
    /// moved to.
    pub async fn open(path: &Path, now: Timestamp) -> Result<Opened, OpenFailure> {
        let set_aside = match Self::open_sound(path).await {
            Ok(history) => {
                return Ok(Opened {
                    history,
                    set_aside: None,
                });
            }
            Err(OpenFailure::Database { why, .. }) if schema::is_corrupt(&why) => quarantine(path, now)
                .map_err(|why| OpenFailure::Stuck {
                    path: path.to_owned(),
                    why,
                })?,
            Err(other) => return Err(other),
        };
        tracing::warn!(path = %set_aside.display(), "the history was damaged and has been set aside");
        Ok(Opened {
            history: Self::open_sound(path).await?,
            set_aside: Some(set_aside),
        })
    }

    async fn open_sound(path: &Path) -> Result<Self, OpenFailure> {
        let failed = |why| OpenFailure::Database {
            path: path.to_owned(),
            why,
        };
        make_private(path).map_err(|why| failed(sqlx::Error::Io(why)))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new()
            .max_connections(3)
            .connect_with(options)
            .await
            .map_err(failed)?;
        let opened = async {
            let small = std::fs::metadata(path).map_or(0, |m| m.len()) <= CHECKED_BYTES;
            schema::check(&pool, small || suspicion(path).exists()).await?;
            schema::migrate(&pool).await
        };
        match opened.await {
            Ok(true) => {
                // What was suspected has been looked at.
                let _ = std::fs::remove_file(suspicion(path));
                Ok(Self {
                    pool,
                    path: path.to_owned(),
                })
            }
            Ok(false) => {
                pool.close().await;
                Err(OpenFailure::Newer {
                    path: path.to_owned(),
                })
            }
            Err(why) => {
                pool.close().await;
                Err(failed(why))
            }
        }
    }

    /// Writes everything out and lets go of the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// How many rows there are.
    pub async fn count(&self) -> Result<u64, HistoryFailure> {
        sqlx::query("SELECT count(*) FROM event")
            .fetch_one(&self.pool)
            .await
            .and_then(|row| row.try_get::<i64, _>(0))
            .map(|n| n.unsigned_abs())
            .map_err(|why| self.failed("read", &why))
    }

    /// What to tell a person about a database error.
    fn failed(&self, doing: &'static str, why: &sqlx::Error) -> HistoryFailure {
        let why = match why {
            _ if schema::is_corrupt(why) => {
                // Without the note the file is set aside as soon as damage shows at a start.
                let _ = std::fs::write(suspicion(&self.path), b"");
                "the database is damaged; it will be set aside when Hatrack's agent starts again".to_owned()
            }
            sqlx::Error::Database(said) => said.message().to_owned(),
            other => other.to_string(),
        };
        HistoryFailure { doing, why }
    }

    async fn insert(&self, row: &HistoryRow) -> Result<(), sqlx::Error> {
        let first = row.at.as_microsecond();
        for id in first..first.saturating_add(MOST_IN_ONE_MOMENT) {
            match row::insert(row, id).execute(&self.pool).await {
                Err(sqlx::Error::Database(taken)) if taken.is_unique_violation() => {}
                done => return done.map(|_| ()),
            }
        }
        Err(sqlx::Error::Protocol("too many rows in one microsecond".into()))
    }
}

#[async_trait]
impl HistoryLog for SqliteHistory {
    async fn append(&self, row: HistoryRow) -> Result<(), HistoryFailure> {
        self.insert(&row)
            .await
            .map_err(|why| self.failed("written", &why))
    }

    async fn page(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryFailure> {
        let failed = |why: sqlx::Error| self.failed("read", &why);
        let limit = find::limit(query);
        let mut rows = Vec::with_capacity(limit + 1);
        for found in find::page(query, limit + 1)
            .build()
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?
        {
            rows.push(row::read(&found).map_err(failed)?);
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        Ok(HistoryPage {
            next: more
                .then(|| rows.last().map(|last: &HistoryRow| last.id))
                .flatten(),
            rows,
        })
    }

    async fn days(&self, days: &DayStarts) -> Result<Vec<HistoryDay>, HistoryFailure> {
        let found = sums::days(&self.pool, days).await;
        found.map_err(|why| self.failed("read", &why))
    }

    async fn role_use(&self, query: &RoleUseQuery) -> Result<Vec<RoleUse>, HistoryFailure> {
        let found = sums::role_use(&self.pool, query).await;
        found.map_err(|why| self.failed("read", &why))
    }

    async fn prune(&self, keep: HistoryKeep, now: Timestamp) -> Result<u64, HistoryFailure> {
        let gone = prune::prune(&self.pool, keep, now).await;
        gone.map_err(|why| self.failed("shortened", &why))
    }
}

/// Where it is noted that the database turned out to be damaged: the next start then checks all of it.
fn suspicion(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".suspect");
    PathBuf::from(name)
}

/// SQLite gives its companions (`-wal`, `-shm`) the mode of the database, so the file is made before SQLite does.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

/// Moves the database and what belongs to it aside together: a log replayed into the fresh one would spoil it.
fn quarantine(path: &Path, now: Timestamp) -> std::io::Result<PathBuf> {
    let aside = private::set_aside(path, &private::broken_at(now))?;
    for companion in ["-wal", "-shm"] {
        let of = |base: &Path| {
            let mut name = base.as_os_str().to_owned();
            name.push(companion);
            PathBuf::from(name)
        };
        match std::fs::rename(of(path), of(&aside)) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(why),
            _ => {}
        }
    }
    match std::fs::remove_file(suspicion(path)) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(why),
        _ => Ok(aside),
    }
}

#[cfg(test)]
mod soak;
#[cfg(test)]
mod sums_tests;
#[cfg(test)]
mod tests;
