//! What only PostgreSQL has. Skipped where the environment names no server.

use std::env;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio_rustls::TlsAcceptor;

use super::super::postgres::{Postgres, Row};
use super::fixture::*;
use super::*;
use crate::contact::{Field, Value};
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

/// Lets the first transactions that write contacts meet with this, `when` they write or commit.
fn sabotage(url: &str, when: &str, times: u32, what: &str) {
    let deferred = match when {
        "commit" => "DEFERRABLE INITIALLY DEFERRED",
        _ => "NOT DEFERRABLE",
    };
    // A sequence keeps its value when a transaction is rolled back.
    let sabotage = format!(
        "CREATE SEQUENCE connect.met;
        CREATE FUNCTION connect.meet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('connect.met') <= {times} THEN {what}; END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER meet AFTER INSERT ON connect.contact {deferred}
        FOR EACH ROW EXECUTE FUNCTION connect.meet()"
    );
    execute(url, &sabotage);
}

const LOSE: &str = "PERFORM pg_terminate_backend(pg_backend_pid())";
const COLLIDE: &str = "RAISE 'sabotaged' USING ERRCODE = 'serialization_failure'";
const TOO_SLOW: &str = "RAISE 'sabotaged' USING ERRCODE = '25P03'";
const DEADLOCK: &str = "RAISE 'sabotaged' USING ERRCODE = 'deadlock_detected'";

#[test]
fn what_was_not_committed_is_done_again() {
    let Some(server) = server() else { return };
    for (when, what) in [
        ("write", LOSE),
        ("write", COLLIDE),
        ("write", DEADLOCK),
        ("write", TOO_SLOW),
        ("commit", COLLIDE),
    ] {
        let url = database(&server);
        let store = Store::postgres(&url).unwrap();
        sabotage(&url, when, 2, what);
        import(&store, &[record("a", 1), record("b", 2).after("a")]);
        assert_eq!(tree(&store, "a"), ["a", "b"], "{when} {what}");
        let changed = store.change(|change| {
            let fields = [(Field::Channel, Some(Value::Text("CHAT".into())))];
            change.set(&arn(INSTANCE), "c", 1, fields)
        });
        changed.unwrap();
        assert_eq!(tree(&store, "c"), ["c"]);
    }
}

#[test]
fn what_may_be_committed_is_imported_again_but_changed_once() {
    let Some(server) = server() else { return };
    let url = database(&server);
    let store = Store::postgres(&url).unwrap();
    sabotage(&url, "commit", 1, LOSE);
    import(&store, &[record("a", 1), record("b", 2).after("a")]);
    assert_eq!(tree(&store, "a"), ["a", "b"]);
    execute(&url, "ALTER SEQUENCE connect.met RESTART");
    let changed = store.change(|change| {
        let fields = [(Field::Channel, Some(Value::Text("CHAT".into())))];
        change.set(&arn(INSTANCE), "c", 1, fields)
    });
    assert!(matches!(changed, Err(StoreError::Unconfirmed(_))));
    assert_eq!(tree(&store, "a"), ["a", "b"]);
}

#[test]
fn what_will_not_pass_is_reported_at_once() {
    let Some(server) = server() else { return };
    let url = database(&server);
    let store = Store::postgres(&url).unwrap();
    sabotage(
        &url,
        "write",
        u32::MAX,
        "RAISE 'no room' USING ERRCODE = 'disk_full'",
    );
    let json = record("a", 1).json();
    let imported = store.import("test", json.as_bytes(), OnRejection::Abort);
    assert_eq!(imported.unwrap_err().to_string(), "PostgreSQL: no room");
    assert!(store.is_empty().unwrap());
}

#[test]
fn more_threads_than_connections_read_while_the_server_ends_connections() {
    let Some(server) = server() else { return };
    let url = database(&server);
    let store = Store::postgres(&url).unwrap();
    import(&store, &[record("a", 1), record("b", 2).after("a")]);
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(tree(&store, "b"), ["a", "b"]);
                }
            });
        }
        for _ in 0..10 {
            execute(&url, end);
        }
    });
    let open = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend'";
    let open = Postgres::new(&url, true).unwrap().select(open)[0].count(0);
    // Of the last ones that were ended some may not have gone.
    assert!(open.unwrap() < 40);
}

/// A server that has TLS, in front of one that has not; for one connection after another, until the test ends.
fn encrypted(server: &str) -> (u16, String) {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let (certificate, pem) = (key.cert.der().clone(), key.cert.pem());
    let key = PrivatePkcs8KeyDer::from(key.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = std::net::TcpListener::bind("localhost:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (_, behind) = server.rsplit_once('@').unwrap();
    let behind = behind.to_owned();
    std::thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((mut stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let mut asked = [0; 8];
                    stream.read_exact(&mut asked).await?;
                    stream.write_all(b"S").await?;
                    let mut stream = acceptor.accept(stream).await?;
                    let mut behind = TcpStream::connect(behind).await?;
                    copy_bidirectional(&mut stream, &mut behind).await
                });
            }
        });
    });
    (port, pem)
}

#[test]
fn certificates_are_checked() {
    let Some(server) = server() else { return };
    let url = database(&server);
    let (port, pem) = encrypted(&server);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a b.pem");
    fs::write(&file, pem).unwrap();
    let file = file.to_str().unwrap().replace(' ', "%20");
    let name = url.rsplit('/').next().unwrap();
    let open = |host: &str, more: &str| {
        let url = format!("postgres://postgres@{host}:{port}/{name}?connect_timeout=5{more}");
        Store::postgres(&url)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let trusted = format!("&sslrootcert={file}");
    for mode in ["", "&sslmode=require", "&sslmode=verify-full"] {
        assert_eq!(
            open("localhost", &format!("{trusted}{mode}")),
            Ok(()),
            "{mode}"
        );
        let unknown = open("localhost", mode).unwrap_err();
        assert!(unknown.contains("UnknownIssuer"), "{unknown}");
        let other = open("127.0.0.1", &format!("{mode}{trusted}")).unwrap_err();
        assert!(other.contains("not valid for name"), "{other}");
    }
    let missing = open("localhost", "&sslrootcert=/nowhere.pem").unwrap_err();
    assert!(
        missing.starts_with("cannot use the certificates in /nowhere.pem: "),
        "{missing}"
    );
    fs::write(folder.path().join("none.pem"), "hello").unwrap();
    let none = format!("&sslrootcert={}/none.pem", folder.path().display());
    assert!(
        open("localhost", &none)
            .unwrap_err()
            .ends_with("none.pem: it has none")
    );
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("postgres://me@127.0.0.1:{port}/x?connect_timeout=1&sslmode=disable");
    let error = Store::postgres(&url).unwrap_err();
    assert_eq!(error.to_string(), "PostgreSQL: the server does not answer");
}

#[test]
fn a_schema_that_was_made_for_the_role_is_used() {
    let Some(server) = server() else { return };
    let url = database(&server);
    let role = format!("owner_{}", random::uuid().unwrap().replace('-', "_"));
    let create = format!("CREATE ROLE {role} LOGIN; CREATE SCHEMA connect AUTHORIZATION {role}");
    execute(&url, &create);
    let theirs = url.replace("postgres@", &format!("{role}@"));
    let store = Store::postgres(&theirs).unwrap();
    import(&store, &[record("a", 1)]);
    assert_eq!(tree(&store, "a"), ["a"]);
}

#[tokio::test]
async fn a_thread_of_tokio_may_wait_as_often_as_it_likes() {
    let Some(server) = server() else { return };
    let store = Store::postgres(&database(&server)).unwrap();
    for _ in 0..300 {
        assert!(store.is_empty().unwrap());
    }
}

#[test]
fn connections_are_set_to_give_up_the_lock_of_who_sleeps() {
    let Some(server) = server() else { return };
    let database = Postgres::new(&database(&server), true).unwrap();
    let limit = database.select("SHOW idle_in_transaction_session_timeout");
    assert_eq!(text(&limit[0], 0).as_deref(), Some("1min"));
}
