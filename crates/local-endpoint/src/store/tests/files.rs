//! What happens to the file.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

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
            .import("x", json.as_bytes(), OnRefusal::Abort)
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
    let imported = store.import("x", json.as_bytes(), OnRefusal::Abort);
    assert!(matches!(
        imported,
        Err(ImportError::Store(StoreError::Replaced))
    ));
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
    for on_refusal in [OnRefusal::Continue, OnRefusal::Abort] {
        let between = || {
            let other = Connection::open(&path).unwrap();
            other.busy_timeout(std::time::Duration::ZERO).unwrap();
            other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
        };
        let parts = vec![record("a", 1).json(), record("b", 1).json()];
        let slow = Slow {
            parts,
            between: &between,
        };
        store.import("slow", slow, on_refusal).unwrap();
    }
    assert_eq!(tree(&store, "b"), ["b"]);
}

#[test]
fn a_second_importer_waits_and_says_so() {
    static TOLD: AtomicBool = AtomicBool::new(false);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contacts.db");
    let store = Store::open(&path).unwrap();
    let first = Connection::open(&path).unwrap();
    first.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let mut importer = store.importer(OnRefusal::Abort, || TOLD.store(true, SeqCst));
            let json = record("a", 1).json();
            importer.read("x", json.as_bytes()).unwrap();
            importer.finish().unwrap()
        });
        while !TOLD.load(SeqCst) {
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
    let run = |on_refusal| {
        let mut importer = store.importer(on_refusal, || ());
        for file in &files {
            importer.read("x", file.as_bytes()).unwrap();
        }
        let report = importer.finish().unwrap();
        (report.added, report.refused)
    };
    assert_eq!(run(OnRefusal::Abort), (0, 2));
    assert_eq!(run(OnRefusal::Continue), (2, 2));
}
