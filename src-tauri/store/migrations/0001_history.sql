-- A row's id is the microsecond it happened in (moved on by one where that is taken), so that ids grow with time
-- even for rows written late, and one number cuts both pages and time ranges.
CREATE TABLE event (
    id           INTEGER PRIMARY KEY,
    event        TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    account_id   TEXT,
    account_name TEXT,
    role_name    TEXT,
    arn          TEXT,
    profile      TEXT,
    session_id   TEXT,
    duration_s   INTEGER,
    call_ms      INTEGER,
    request_id   TEXT,
    error        TEXT,
    client       TEXT NOT NULL,
    detail       TEXT
) STRICT;

-- Every index ends in the id by itself, so each filter reads its newest page without sorting.
CREATE INDEX event_by_account               ON event (account_id);
CREATE INDEX event_by_outcome               ON event (outcome);
CREATE INDEX event_by_event                 ON event (event);
CREATE INDEX event_by_session               ON event (session_id);
CREATE INDEX event_by_account_outcome       ON event (account_id, outcome);
CREATE INDEX event_by_account_event         ON event (account_id, event);
CREATE INDEX event_by_event_outcome         ON event (event, outcome);
CREATE INDEX event_by_account_event_outcome ON event (account_id, event, outcome);

-- Any part of a word of three letters or more: trigrams. Shorter ones: the beginnings of words.
CREATE VIRTUAL TABLE event_part USING fts5 (
    account_id, account_name, role_name, arn, profile, error, request_id,
    content = 'event', content_rowid = 'id', tokenize = 'trigram'
);
CREATE VIRTUAL TABLE event_start USING fts5 (
    account_id, account_name, role_name, arn, profile, error, request_id,
    content = 'event', content_rowid = 'id', tokenize = 'unicode61', prefix = '1 2', detail = none
);

CREATE TRIGGER event_is_findable AFTER INSERT ON event BEGIN
    INSERT INTO event_part (rowid, account_id, account_name, role_name, arn, profile, error, request_id)
    VALUES (new.id, new.account_id, new.account_name, new.role_name, new.arn, new.profile, new.error, new.request_id);
    INSERT INTO event_start (rowid, account_id, account_name, role_name, arn, profile, error, request_id)
    VALUES (new.id, new.account_id, new.account_name, new.role_name, new.arn, new.profile, new.error, new.request_id);
END;
CREATE TRIGGER event_is_forgotten AFTER DELETE ON event BEGIN
    INSERT INTO event_part (event_part, rowid, account_id, account_name, role_name, arn, profile, error, request_id)
    VALUES ('delete', old.id, old.account_id, old.account_name, old.role_name, old.arn, old.profile, old.error, old.request_id);
    INSERT INTO event_start (event_start, rowid, account_id, account_name, role_name, arn, profile, error, request_id)
    VALUES ('delete', old.id, old.account_id, old.account_name, old.role_name, old.arn, old.profile, old.error, old.request_id);
END;
