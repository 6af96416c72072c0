//! What only PostgreSQL has. Skipped where the environment names no server.

use std::env;

use super::super::postgres::{Postgres, Row};
use super::fixture::*;
use super::*;
use crate::random;

/// Where throw-away databases may be made, as `postgres://USER@HOST:PORT`, without a database.
pub(super) fn server() -> Option<String> {
    env::var("CONNECT_TEST_POSTGRES").ok()
}

/// A new database on this server.
pub(super) fn database(server: &str) -> String {
    let name = format!("test_{}", random::uuid().unwrap().replace('-', "_"));
    let create = format!("CREATE DATABASE {name}");
    execute(&format!("{server}/postgres"), &create);
    format!("{server}/{name}")
}

fn execute(url: &str, statements: &str) {
    let database = Postgres::new(url, true).unwrap();
    database.execute(statements).unwrap();
}

pub(super) fn text(row: &Row, column: usize) -> Option<String> {
    row.maybe_text(column).unwrap()
}

#[test]
fn connection_strings_never_show() {
    let wrong = [
        "postgres://u:hunter2@127.0.0.1:1/x?nonsense=hunter2",
        "hunter2",
        // Nobody listens there.
        "postgres://u:hunter2@127.0.0.1:1/x",
    ];
    for wrong in wrong {
        let error = Store::postgres(wrong).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    let Some(server) = server() else { return };
    let store = Store::postgres(&database(&server)).unwrap();
    assert!(!format!("{store:?}").contains("127.0.0.1"));
}

#[test]
fn several_importers_at_once_make_the_trees_that_one_makes() {
    let Some(server) = server() else { return };
    let url = database(&server);
    // Each importer has every third contact, so that they join each other's trees all the time.
    let ids: Vec<_> = (0..150).map(|n| format!("c{n:03}")).collect();
    let records: Vec<_> = (0..150)
        .map(|n| record(&ids[n], n as u32).after(&ids[n / 3]))
        .collect();
    let import = |store: &Store, record: &Record| {
        let json = record.json();
        let imported = store.import("test", json.as_bytes(), OnRejection::Abort);
        imported.unwrap();
    };
    std::thread::scope(|scope| {
        for mine in 0..3 {
            let (url, records) = (&url, &records);
            scope.spawn(move || {
                let store = Store::postgres(url).unwrap();
                for record in records.iter().skip(mine).step_by(3) {
                    import(&store, record);
                }
            });
        }
    });
    let store = Store::postgres(&url).unwrap();
    check_trees(&store);
    let alone = Store::in_memory().unwrap();
    records.iter().for_each(|record| import(&alone, record));
    assert_eq!(tree(&store, "c000"), tree(&alone, "c000"));
    assert_eq!(tree(&store, "c000").len(), 150);
}

#[test]
fn a_reader_needs_no_right_to_write_and_has_none() {
    let Some(server) = server() else { return };
    let url = database(&server);
    assert!(matches!(
        Store::postgres_read_only(&url),
        Err(StoreError::Foreign)
    ));
    let store = Store::postgres(&url).unwrap();
    import(&store, &[record("a", 1), record("b", 2).after("a")]);
    let role = format!("reader_{}", random::uuid().unwrap().replace('-', "_"));
    let grant = format!(
        "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA connect TO {role};
        GRANT SELECT ON ALL TABLES IN SCHEMA connect TO {role}"
    );
    execute(&url, &grant);
    let theirs = url.replace("postgres@", &format!("{role}@"));
    assert_ne!(theirs, url);
    for reader in [
        Store::postgres(&theirs).unwrap(),
        Store::postgres_read_only(&url).unwrap(),
    ] {
        let json = record("c", 1).after("a").json();
        let imported = reader.import("test", json.as_bytes(), OnRejection::Abort);
        assert!(imported.is_err());
        assert_eq!(tree(&reader, "a"), ["a", "b"]);
    }
}

#[test]
fn a_later_schema_is_refused_and_tokens_outlive_connections() {
    let Some(server) = server() else { return };
    let url = database(&server);
    let store = Store::postgres(&url).unwrap();
    import(&store, &[record("a", 1), record("b", 2).after("a")]);
    let page = store.page(INSTANCE, "a", limit(1), None).unwrap();
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    execute(&url, end);
    for store in [&store, &Store::postgres(&url).unwrap()] {
        let next = store.page(INSTANCE, "a", limit(1), page.next_token.as_deref());
        assert_eq!(next.unwrap().contacts[0].contact_id, "b");
    }
    execute(&url, "UPDATE connect.schema_version SET version = 7");
    assert!(matches!(
        Store::postgres(&url),
        Err(StoreError::TooNew { found: 7, known: 1 })
    ));
}

#[tokio::test]
async fn async_threads_may_open_use_and_drop_it() {
    let Some(server) = server() else { return };
    let store = Store::postgres(&database(&server)).unwrap();
    assert_eq!(store.instance_ids().unwrap(), [""; 0]);
}

#[test]
fn what_postgresql_has_no_text_for_comes_back() {
    let json = format!(
        r#"{{"InstanceARN":"{}","ContactId":"a\u0000b","Channel":"\u0000","LastUpdateTimestamp":"2026-03-14T08:02:11Z",
        "Attributes":{{"nul":"\u0000","x":"y"}}}}"#,
        arn(INSTANCE)
    );
    let store = empty();
    let imported = store.import("test", json.as_bytes(), OnRejection::Abort);
    assert_eq!(imported.unwrap().added, 1);
    let contact = store.contact(INSTANCE, "a\0b").unwrap();
    assert_eq!(contact.summary.channel.as_deref(), Some("\0"));
    assert_eq!(contact.attributes["x"], "y");
}
