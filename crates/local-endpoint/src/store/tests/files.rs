//! What happens to the file.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc;

use rusqlite::Connection;

use super::super::sqlite::{SCHEMA_VERSION, connect_sealed, is_sealed, version};
use super::super::*;
use super::fixture::*;

#[test]
fn opening_a_database_that_is_there_writes_nothing_and_waits_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    import(&Store::open(&path).unwrap(), &[record("a", 1)]);
    let before = fs::read(&path).unwrap();
    let importer = Connection::open(&path).unwrap();
    importer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let store = Store::open(&path).unwrap();
    assert_eq!(tree(&store, "a"), ["a"]);
    drop(store);
    importer.execute_batch("ROLLBACK").unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn nothing_changes_through_a_database_that_is_opened_to_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    import(&Store::open(&path).unwrap(), &[record("a", 1)]);
    let files = || {
        let files = fs::read_dir(folder.path()).unwrap();
        let read = |file: fs::DirEntry| (file.file_name(), fs::read(file.path()).unwrap());
        let files = files.map(|file| read(file.unwrap()));
        files.collect::<std::collections::BTreeMap<_, _>>()
    };
    let read = |ids: &[&str]| {
        let store = Store::open_read_only(&path).unwrap();
        assert_eq!(tree(&store, "a"), ids);
        assert_eq!(store.instance_ids().unwrap(), [INSTANCE]);
        let json = record("c", 1).json();
        let imported = store.import("x", json.as_bytes(), OnRejection::Abort);
        assert!(matches!(imported, Err(ImportError::Store(_))));
    };
    let before = files();
    assert_eq!(before.len(), 1);
    read(&["a"]);
    assert_eq!(files(), before);

    // A process that is killed leaves its log, as this one does whose files are copied.
    let store = Store::open(&path).unwrap();
    import(&store, &[record("b", 2).after("a")]);
    let left = files();
    drop(store);
    for (name, content) in &left {
        fs::write(folder.path().join(name), content).unwrap();
    }
    read(&["a", "b"]);
    let mut now = files();
    // It is an index of the log, made anew by whoever opens it.
    let index = std::ffi::OsStr::new("contacts.db-shm");
    assert!(now.remove(index).is_some() && left.contains_key(index));
    now.insert(index.to_owned(), left[index].clone());
    assert_eq!(now, left);

    for (name, content) in [("empty.db", Some("")), ("missing.db", None)] {
        let path = folder.path().join(name);
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        assert!(Store::open_read_only(&path).is_err());
        assert_eq!(path.exists(), content.is_some());
    }
}

#[cfg(unix)]
#[test]
fn a_database_on_a_read_only_volume_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("100% contacts?.db");
    import(&Store::open(&path).unwrap(), &[record("a", 1)]);
    let set = |mode: u32| {
        fs::set_permissions(folder.path(), PermissionsExt::from_mode(mode)).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    };
    set(0o555);
    if fs::write(folder.path().join("probe"), "").is_ok() {
        eprintln!("skipped: nothing is read-only for this user");
        return;
    }
    let store = Store::open(&path).unwrap();
    assert_eq!(tree(&store, "a"), ["a"]);
    let json = record("b", 1).json();
    assert!(
        store
            .import("x", json.as_bytes(), OnRejection::Abort)
            .is_err()
    );
    set(0o700);
}

#[cfg(unix)]
#[test]
fn a_new_database_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("contacts.db")).unwrap();
    import(&store, &[record("a", 1)]);
    for file in fs::read_dir(folder.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[cfg(unix)]
#[test]
fn names_that_mean_something_to_sqlite_are_names() {
    let folder = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:x?mode=memory", "file::memory:"] {
        let path = folder.path().join(name);
        import(&Store::open(&path).unwrap(), &[record("a", 1)]);
        assert!(path.is_file());
        assert_eq!(tree(&Store::open(&path).unwrap(), "a"), ["a"]);
    }
    assert!(matches!(Store::open(""), Err(StoreError::Path(_))));
}

#[cfg(unix)]
#[test]
fn a_file_that_was_replaced_is_neither_read_nor_written() {
    let folder = tempfile::tempdir().unwrap();
    let [path, other] = ["contacts.db", "other.db"].map(|name| folder.path().join(name));
    let store = Store::open(&path).unwrap();
    import(&store, &[record("a", 1)]);
    import(&Store::open(&other).unwrap(), &[record("b", 1)]);
    assert_eq!(tree(&store, "a"), ["a"]);
    fs::rename(&other, &path).unwrap();
    let page = store.page(INSTANCE, "a", limit(1), None);
    assert!(matches!(page, Err(PageError::Store(StoreError::Replaced))));
    let json = record("c", 1).json();
    let imported = store.import("x", json.as_bytes(), OnRejection::Abort);
    assert!(matches!(
        imported,
        Err(ImportError::Store(StoreError::Replaced))
    ));
}

#[test]
fn foreign_and_newer_files_are_rejected_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE precious (x)")
        .unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Foreign)));
    assert_eq!(fs::read(&path).unwrap(), before);

    let path = folder.path().join("text.db");
    fs::write(&path, "no database, but long enough to look at".repeat(50)).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Sqlite(_))));

    let path = folder.path().join("newer.db");
    Store::open(&path)
        .unwrap()
        .writer()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert!(matches!(
        Store::open(&path),
        Err(StoreError::TooNew {
            found: 99,
            known: SCHEMA_VERSION
        })
    ));
}

#[test]
fn the_log_is_cut_when_it_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("contacts.db")).unwrap();
    let log = folder.path().join("contacts.db-wal");
    let length = || fs::metadata(&log).unwrap().len();
    let many: Vec<_> = (0..1000).map(|n| record(&format!("a-{n}"), 1)).collect();
    import(&store, &many);
    store
        .writer()
        .pragma_update(None, "wal_autocheckpoint", 1)
        .unwrap();
    import(&store, &[record("b", 1)]);
    let longest = length();
    import(&store, &[record("c", 1)]);
    assert!(length() < longest / 2, "{} of {longest}", length());
}

/// The table of contacts as the first two versions of the schema had it.
const OLD_CONTACTS: &str = "CREATE TABLE contact (
    instance INTEGER NOT NULL REFERENCES instance, id TEXT NOT NULL, tree INTEGER NOT NULL REFERENCES tree,
    listed INTEGER NOT NULL, initiated INTEGER NOT NULL, disconnected INTEGER, previous TEXT, initial TEXT, related TEXT,
    method TEXT, channel TEXT, version_time INTEGER NOT NULL, version_origin INTEGER NOT NULL,
    PRIMARY KEY (instance, id)) STRICT, WITHOUT ROWID;
    CREATE INDEX contact_page ON contact (tree, listed, initiated, id);";

#[test]
fn a_database_of_an_earlier_version_is_brought_up_to_date() {
    for found in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        let store = Store::open(&path).unwrap();
        let records = [
            record("a", 1),
            record("b", 2).after("a").related_to("x"),
            record("c", 3),
        ];
        import(&store, &records);
        let before = ["a", "c"].map(|id| pages(&store, id, 9));
        let back = format!(
            "ALTER TABLE contact RENAME TO new; DROP INDEX contact_page; DROP INDEX contact_time; {OLD_CONTACTS}
            INSERT INTO contact SELECT instance, id, tree, listed, initiated, disconnected, previous, initial, related,
            method, channel, version_time, version_origin FROM new; DROP TABLE new; PRAGMA user_version = {found}"
        );
        store.writer().execute_batch(&back).unwrap();
        if found == 2 {
            // Versions of all columns, as the second version has them.
            let versions = "ALTER TABLE contact ADD COLUMN field_versions TEXT; UPDATE contact
                SET field_versions = '[[9,1],[9,1],[9,1],[9,1],[9,1],[9,1],[9,1]]' WHERE id = 'c'";
            store.writer().execute_batch(versions).unwrap();
        }
        drop(store);
        let unread = Store::open_read_only(&path).unwrap_err();
        assert!(
            matches!(unread, StoreError::TooOld { found: it, known: SCHEMA_VERSION } if u64::try_from(it).ok() == Some(found)),
            "{unread}"
        );
        let store = Store::open(&path).unwrap();
        Store::open_read_only(&path).unwrap();
        check_trees(&store);
        assert_eq!(["a", "c"].map(|id| pages(&store, id, 9)), before);
        assert_eq!(import(&store, &records).stale, 4 - found);
        import(&store, &[record("b", 2).updated(5, "CHAT").sparse()]);
        assert_eq!(tree(&store, "a"), ["a", "b"]);
        let created = Store::in_memory().unwrap();
        assert_eq!(schema(&store), schema(&created));
    }
}

fn schema(store: &Store) -> Vec<String> {
    let connection = store.writer();
    let select = "SELECT coalesce(sql, '') FROM sqlite_schema ORDER BY name";
    let mut statement = connection.prepare(select).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Events that left a field out emptied it.
#[test]
fn what_the_first_version_lost_comes_back_with_its_record() {
    let store = Store::in_memory().unwrap();
    let records = [record("a", 1), record("b", 2).after("a")];
    import(&store, &records);
    let emptied = "UPDATE contact SET previous = NULL, version_origin = 0, version_time = version_time + 1, \
        field_versions = NULL WHERE id = 'b'";
    store.writer().execute_batch(emptied).unwrap();
    import(&store, &records);
    let page = store.page(INSTANCE, "b", limit(9), None).unwrap();
    assert_eq!(page.contacts[1].previous_contact_id.as_deref(), Some("a"));
}

#[cfg(unix)]
#[test]
fn a_database_behind_a_link_is_created_where_it_leads() {
    let folder = tempfile::tempdir().unwrap();
    let [link, file] = ["link.db", "contacts.db"].map(|name| folder.path().join(name));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    import(&Store::open(&link).unwrap(), &[record("a", 1)]);
    assert_eq!(tree(&Store::open(&file).unwrap(), "a"), ["a"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_sealed_file_may_have_any_name() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"100% \xff?#.db");
    let path = folder.path().join(name);
    import(&Store::open(&path).unwrap(), &[record("a", 1)]);
    let sealed = connect_sealed(&path).unwrap();
    assert_eq!(version(&sealed).unwrap(), SCHEMA_VERSION);
}

/// Where this user alone may not write, others may change the file while it is read.
#[cfg(unix)]
#[test]
fn a_file_is_sealed_only_where_nobody_writes() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    fs::write(&path, "").unwrap();
    for (folder_mode, mode, expected) in [
        (0o555, 0o444, true),
        (0o555, 0o644, false),
        (0o755, 0o444, false),
    ] {
        let set = |path: &Path, mode| {
            fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        };
        set(&path, mode);
        set(folder.path(), folder_mode);
        assert_eq!(is_sealed(&path), expected, "{folder_mode:o} {mode:o}");
        set(folder.path(), 0o755);
    }
}

/// Looks at the database in the middle of a file.
struct Slow<'a> {
    parts: Vec<String>,
    between: &'a dyn Fn(),
}

impl io::Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (self.between)();
        let part = self.parts.pop().unwrap_or_default();
        buffer[..part.len()].copy_from_slice(part.as_bytes());
        Ok(part.len())
    }
}

#[test]
fn nothing_is_locked_while_records_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    for on_rejection in [OnRejection::Continue, OnRejection::Abort] {
        let between = || {
            let other = Connection::open(&path).unwrap();
            other.busy_timeout(Duration::ZERO).unwrap();
            other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
        };
        let parts = vec![record("a", 1).json(), record("b", 1).json()];
        let slow = Slow {
            parts,
            between: &between,
        };
        store.import("slow", slow, on_rejection).unwrap();
    }
    assert_eq!(tree(&store, "b"), ["b"]);
}

#[test]
fn a_second_importer_waits_and_says_so() {
    static WAITED: AtomicBool = AtomicBool::new(false);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    let first = Connection::open(&path).unwrap();
    first.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let mut importer = store.importer(OnRejection::Abort, || WAITED.store(true, SeqCst));
            let json = record("a", 1).json();
            importer.read("x", json.as_bytes()).unwrap();
            importer.finish().unwrap()
        });
        while !WAITED.load(SeqCst) {
            std::thread::yield_now();
        }
        first.execute_batch("ROLLBACK").unwrap();
        assert_eq!(second.join().unwrap().added, 1);
    });
}

#[test]
fn an_import_of_several_files_is_whole_or_nothing_if_that_is_asked_for() {
    let store = Store::in_memory().unwrap();
    let files = [
        record("a", 1).json(),
        "{}{}".to_owned(),
        record("b", 1).json(),
    ];
    let run = |on_rejection| {
        let mut importer = store.importer(on_rejection, || ());
        for file in &files {
            importer.read("x", file.as_bytes()).unwrap();
        }
        let report = importer.finish().unwrap();
        (report.added, report.rejected)
    };
    assert_eq!(run(OnRejection::Abort), (0, 2));
    assert_eq!(run(OnRejection::Continue), (2, 2));
}

#[test]
fn a_long_file_is_written_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    let file = |count: usize| {
        (0..count)
            .map(|n| record(&n.to_string(), 1).json())
            .collect::<String>()
    };
    let report = store
        .import("x", file(12_000).as_bytes(), OnRejection::Continue)
        .unwrap();
    assert_eq!((report.added, report.rejected), (12_000, 0));
    assert_eq!(tree(&store, "11999"), ["11999"]);
    fs::rename(&path, folder.path().join("elsewhere.db")).unwrap();
    let mut importer = store.importer(OnRejection::Continue, || ());
    let failed = importer.read("x", file(12_000).as_bytes());
    assert!(matches!(
        failed,
        Err(ImportError::Store(StoreError::Replaced))
    ));
}

/// A pipe: what is read was sent.
struct Pipe(mpsc::Receiver<String>);

impl io::Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let part = self.0.recv().unwrap_or_default();
        buffer[..part.len()].copy_from_slice(part.as_bytes());
        Ok(part.len())
    }
}

#[test]
fn what_came_is_written_while_a_pipe_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("contacts.db")).unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        let importer = scope.spawn(|| {
            let mut importer = store.importer(OnRejection::Continue, || ());
            importer.follow("pipe", Pipe(receiver)).unwrap();
            importer.finish().unwrap()
        });
        for id in ["a", "b"] {
            sender.send(record(id, 1).json()).unwrap();
            while store.page(INSTANCE, id, limit(1), None).is_err() {
                std::thread::yield_now();
            }
        }
        drop(sender);
        assert_eq!(importer.join().unwrap().added, 2);
    });
}
