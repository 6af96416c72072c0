//! The tables, and how they come about.

use super::LOCK;
use super::session::Session;
use crate::{StoreError, random};

pub(super) const VERSION: i32 = 1;

/// The version of the schema; 0 where there is none.
pub(super) fn version(session: &Session) -> Result<i32, StoreError> {
    // By a table that the transaction's snapshot is of: names alone may be looked up in a cache from before the lock.
    let select = "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = 'connect' AND tablename = 'schema_version')";
    if !session.one(select, &[])?.get::<bool>(0)? {
        return Ok(0);
    }
    session
        .one("SELECT version FROM connect.schema_version", &[])?
        .get(0)
}

/// Creates the tables. Those who do so at once take turns.
pub(super) fn migrate(session: &Session) -> Result<(), StoreError> {
    session.batch(&format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({LOCK})"
    ))?;
    if version(session)? == 0 {
        // It may have been made for a role that may make none.
        let select = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'connect')";
        if !session.one(select, &[])?.get::<bool>(0)? {
            session.batch("CREATE SCHEMA connect")?;
        }
        session.batch(TABLES)?;
        let key = random::bytes::<64>()?.to_vec();
        session.execute("INSERT INTO secret (token_key) VALUES ($1)", &[&key])?;
        let insert = "INSERT INTO schema_version (version) VALUES ($1)";
        session.execute(insert, &[&VERSION])?;
    }
    session.batch("COMMIT")
}

/// As SQLite has it. Texts are in the order of their bytes. `text_at` and `time_at` are of what records say, which may be no
/// JSON that PostgreSQL can read, and no time.
const TABLES: &str = r#"
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE secret (token_key BYTEA NOT NULL);
CREATE TABLE instance (
    key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    arn TEXT COLLATE "C" NOT NULL
);
CREATE TABLE tree (
    key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    size BIGINT NOT NULL
);
CREATE TABLE contact (
    key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instance BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    tree BIGINT NOT NULL,
    listed BOOLEAN NOT NULL,
    initiated BIGINT NOT NULL,
    disconnected BIGINT,
    previous TEXT COLLATE "C",
    initial TEXT COLLATE "C",
    related TEXT COLLATE "C",
    method TEXT COLLATE "C",
    channel TEXT COLLATE "C",
    version_time BIGINT NOT NULL,
    version_origin BIGINT NOT NULL,
    field_versions TEXT,
    details TEXT
);
CREATE UNIQUE INDEX contact_id ON contact (instance, id);
CREATE INDEX contact_page ON contact (tree, listed, initiated, id);
CREATE INDEX contact_time ON contact (instance, initiated, id) WHERE listed;
CREATE FUNCTION text_at(details TEXT, VARIADIC path TEXT[]) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN details::json #>> path;
EXCEPTION WHEN data_exception OR statement_too_complex THEN
    RETURN NULL;
END $$;
CREATE FUNCTION time_at(details TEXT, VARIADIC path TEXT[]) RETURNS BIGINT LANGUAGE plpgsql STABLE AS $$
DECLARE
    found TEXT := text_at(details, VARIADIC path);
BEGIN
    IF found ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$' THEN
        RETURN floor(extract(epoch FROM found::timestamptz))::bigint * 1000000000;
    END IF;
    RETURN NULL;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;
"#;
