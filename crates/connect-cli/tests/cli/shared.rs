//! Two importers and three endpoints at once over one PostgreSQL: its trees become those of a file of SQLite. Then the same
//! while the server ends connections and restarts: what was acknowledged stays. `cargo xtask verify postgres` runs this with a
//! million contacts and twenty restarts.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::env;
use std::fmt::Debug;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use connect_local_endpoint::samples;
use connect_sdk::error::ProvideErrorMetadata;
use connect_sdk::types::AssociatedContactSummary;
use serde_json::value::RawValue;
use tokio::task::spawn_blocking;

use crate::connect::{KEYS, Ran, Served, command, connect, database, folder};
use crate::postgres::with_a_server::{execute, new_database, server};
use crate::soak::{Caller, Ledger, read, run, variable};

/// How many contacts, and how often the server restarts, unless the environment says.
const CONTACTS: usize = 20_000;
const RESTARTS: usize = 2;
/// Of the endpoints each.
const CALLERS: usize = 2;
/// How many trees are compared at the same time.
const READERS: usize = 8;
/// Of how many contacts one is looked at while they come.
const WATCHED: usize = 50;
/// Importers that have read as many records have opened the database, which is not done again where that fails.
const OPENED: usize = 500;

/// What goes wrong meanwhile.
#[derive(Clone, Copy)]
struct Trouble<'a> {
    /// Restarts the server: a command for a shell.
    restart: Option<&'a str>,
    restarts: usize,
}

#[tokio::test]
async fn importers_and_endpoints_at_once_make_the_trees_that_one_makes() {
    let Some(server) = server() else { return };
    share("calm", &server, None).await;
}

#[tokio::test]
async fn whatever_the_server_does_nothing_acknowledged_is_lost() {
    let Some(server) = server() else { return };
    let restart = env::var("CONNECT_TEST_POSTGRES_RESTART").ok();
    if restart.is_none() {
        eprintln!("no restarts: CONNECT_TEST_POSTGRES_RESTART has no command for them");
    }
    let trouble = Trouble {
        restart: restart.as_deref(),
        restarts: variable("CONNECT_TEST_POSTGRES_RESTARTS", RESTARTS),
    };
    share("trouble", &server, Some(trouble)).await;
}

/// Imports and serves at once, and compares.
async fn share(name: &str, server: &str, trouble: Option<Trouble<'_>>) {
    let contacts: usize = variable("CONNECT_TEST_POSTGRES_CONTACTS", CONTACTS);
    let url = new_database(server);
    let folder_of_file = folder();
    let file = database(&folder_of_file);
    // Else the instance is not known until the first of them have come.
    let samples = crate::connect::file(&folder_of_file, "samples.jsonl", &connect("samples").ok());
    for database in [&url, &file] {
        connect(&format!("import '{samples}' --database '{database}'")).ok();
    }
    let serve = |database: &str| {
        let flags = format!("--database '{database}' --access-log /dev/null");
        Served::serve(folder(), &KEYS, &flags).0
    };
    let endpoints = [(); 3].map(|()| serve(&url));
    let urls = endpoints.each_ref().map(|endpoint| endpoint.url.clone());
    let importers = [&url, &url, &file].map(|database| import(database));

    let (ids, is_over) = (
        Arc::new(Mutex::new(Vec::new())),
        Arc::new(AtomicBool::new(false)),
    );
    let disturbance = trouble.map(|trouble| Disturbance::begin(&url, trouble, contacts));
    let feeding = {
        let (ids, is_over) = (Arc::clone(&ids), Arc::clone(&is_over));
        spawn_blocking(move || {
            let _over = Over(is_over);
            let added = feed(contacts, importers, &ids, disturbance.as_ref());
            (added, disturbance.map(Disturbance::end))
        })
    };
    let ledger = Rc::new(RefCell::new(Ledger::default()));
    let walks = Rc::new(Walks::new(&urls, &ledger));
    let work = (0..urls.len() * CALLERS).map(|number| {
        let caller = Caller::new(&urls[number % urls.len()], number, &ledger);
        let (is_over, walks, ids) = (Arc::clone(&is_over), Rc::clone(&walks), Arc::clone(&ids));
        async move {
            let is_over = move || is_over.load(Ordering::Relaxed);
            tokio::join!(caller.work(&is_over), walks.watch(&is_over, &ids));
        }
    });
    run(work).await;
    let (added, disturbed) = feeding.await.expect("it feeds");
    let [one, other, all] = added;
    assert_eq!(all, contacts);
    if trouble.is_none() {
        assert_eq!(one + other, all);
    }
    if let (Some(trouble), Some((kills, restarts))) = (trouble, disturbed) {
        let expected = trouble.restart.map_or(0, |_| trouble.restarts);
        assert!(kills > 0 && restarts == expected, "{kills}, {restarts}");
        println!("shared: {name}: {kills} connections ended, {restarts} restarts");
    }
    println!(
        "shared: {name}: {contacts} contacts, {one} and {other} by two importers; {} walks meanwhile, {} broken off",
        walks.ended.get(),
        walks.broken.get()
    );
    assert!(walks.ended.get() > 0);

    let alone = serve(&file);
    let ids = Arc::into_inner(ids)
        .expect("it is fed")
        .into_inner()
        .expect("no panic");
    let trees = compare(&urls, &alone.url, ids).await;
    let worked = Rc::new(ledger.take());
    let again = serve(&url);
    let read = read(&worked, &again.url).await;
    let lost = [&*worked.lost, &*read.lost].concat();
    println!(
        "shared: {name}: {trees} trees as of one importer into SQLite; {} acknowledged, {} chains read, {} hung, {} lost",
        worked.acknowledged,
        worked.chains.len(),
        worked.hung,
        lost.len()
    );
    assert!(lost.is_empty(), "{:?}", &lost[..lost.len().min(20)]);
    assert!(
        read.failed.is_empty() && worked.hung == 0,
        "{:?}, {} hung",
        read.failed,
        worked.hung
    );
    assert!(!worked.chains.is_empty());
    if trouble.is_none() {
        // What waits for both importers may be given up.
        let is_slow = |code: &String| code == "no response";
        let failed = &worked.failed;
        assert!(
            failed.keys().all(is_slow) && walks.broken.get() == 0,
            "{failed:?}"
        );
    }
}

fn import(database: &str) -> Child {
    let mut import = command(&format!("import - --database '{database}'"));
    import
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    import.spawn().expect("the binary runs")
}

/// Gives each record to one of the first two importers and to the third one. Returns how many contacts each has added.
fn feed(
    contacts: usize,
    mut importers: [Child; 3],
    ids: &Mutex<Vec<String>>,
    disturbance: Option<&Disturbance>,
) -> [usize; 3] {
    let mut samples = command(&format!("samples --contacts {contacts} --seed 14"));
    let mut samples = samples
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let records = BufReader::new(samples.stdout.take().expect("it is piped"));
    let mut pipes = importers
        .each_mut()
        .map(|it| it.stdin.take().expect("it is piped"));
    let mut known = HashSet::new();
    for (place, record) in records.lines().enumerate() {
        let record = record.expect("UTF-8") + "\n";
        for pipe in [place % 2, 2] {
            pipes[pipe].write_all(record.as_bytes()).expect("it reads");
        }
        let fields: HashMap<&str, &RawValue> = serde_json::from_str(&record).expect("JSON");
        let id = fields["ContactId"].get().trim_matches('"');
        if known.insert(id.to_owned()) {
            ids.lock().expect("no panic").push(id.to_owned());
            if let Some(disturbance) = disturbance {
                disturbance.note(known.len());
            }
        }
    }
    drop(pipes);
    assert!(samples.wait().expect("it ends").success());
    importers.map(|importer| {
        let report = Ran::from(importer.wait_with_output().expect("it ends")).ok();
        let (added, _) = report.split_once(" contacts added").expect("a report");
        added.parse().expect("a number")
    })
}

/// Says so when it is dropped, whatever happened.
struct Over(Arc<AtomicBool>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Ends connections at random, and restarts the server as contacts come.
struct Disturbance {
    over: Over,
    fed: Arc<AtomicUsize>,
    killer: thread::JoinHandle<usize>,
    restarter: thread::JoinHandle<usize>,
}

impl Disturbance {
    fn begin(url: &str, trouble: Trouble<'_>, contacts: usize) -> Self {
        let over = Over(Arc::default());
        let fed = Arc::new(AtomicUsize::new(0));
        let (url, is_over, so_far) = (url.to_owned(), Arc::clone(&over.0), Arc::clone(&fed));
        let killer = thread::spawn(move || {
            let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1";
            let mut kills = 0;
            while !is_over.load(Ordering::Relaxed) {
                if so_far.load(Ordering::Relaxed) > OPENED {
                    // Nothing can be ended while the server restarts.
                    kills += execute(&url, kill).unwrap_or_default();
                }
                thread::sleep(Duration::from_millis(fastrand::u64(20..300)));
            }
            kills
        });
        let (restart, restarts) = (trouble.restart.map(str::to_owned), trouble.restarts);
        let (is_over, so_far) = (Arc::clone(&over.0), Arc::clone(&fed));
        let restarter = thread::spawn(move || {
            let Some(restart) = restart else { return 0 };
            let mut done = 0;
            while done < restarts && !is_over.load(Ordering::Relaxed) {
                let due = contacts * (done + 1) / (restarts + 1);
                if so_far.load(Ordering::Relaxed) < due {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                }
                let mut shell = Command::new("sh");
                let ran = shell.args(["-c", &restart]).output().expect("a shell");
                assert!(ran.status.success(), "{ran:?}");
                done += 1;
            }
            done
        });
        Self {
            over,
            fed,
            killer,
            restarter,
        }
    }

    fn note(&self, fed: usize) {
        self.fed.store(fed, Ordering::Relaxed);
    }

    /// How many connections were ended, and how often the server restarted.
    fn end(self) -> (usize, usize) {
        let restarts = self.restarter.join().expect("no panic");
        drop(self.over);
        (self.killer.join().expect("no panic"), restarts)
    }
}

/// Walks through trees, each page by another endpoint.
struct Walks {
    callers: Vec<Caller>,
    ended: Cell<u64>,
    /// Walks of which a page could not be had, though the contact was there.
    broken: Cell<u64>,
}

impl Walks {
    fn new(urls: &[String], ledger: &Rc<RefCell<Ledger>>) -> Self {
        let callers = urls.iter().enumerate();
        Self {
            callers: callers
                .map(|(number, url)| Caller::new(url, number, ledger))
                .collect(),
            ended: Cell::default(),
            broken: Cell::default(),
        }
    }

    /// The whole tree of a contact.
    async fn tree(&self, id: &str, page: i32) -> Option<Vec<AssociatedContactSummary>> {
        let mut tree = Vec::new();
        let mut token = None;
        for caller in self.callers.iter().cycle() {
            let list = caller
                .client
                .list_associated_contacts()
                .instance_id(samples::INSTANCE_ID);
            let list = list.contact_id(id).max_results(page).set_next_token(token);
            let output = match list.send().await {
                Ok(output) => output,
                Err(error) => {
                    let is_absent = error.code() == Some("ResourceNotFoundException");
                    let is_broken = !is_absent || !tree.is_empty();
                    self.broken.set(self.broken.get() + u64::from(is_broken));
                    return None;
                }
            };
            tree.extend(output.contact_summary_list.unwrap_or_default());
            token = output.next_token;
            if token.is_none() {
                break;
            }
        }
        self.ended.set(self.ended.get() + 1);
        Some(tree)
    }

    /// Looks at trees while they grow: no page repeats a contact or loses one that was there before.
    async fn watch(&self, is_over: impl Fn() -> bool, ids: &Mutex<Vec<String>>) {
        let mut before: HashMap<String, BTreeSet<String>> = HashMap::new();
        while !is_over() {
            let id = {
                let ids = ids.lock().expect("no panic");
                let places = ids.len().div_ceil(WATCHED);
                ids.get(fastrand::usize(..places.max(1)) * WATCHED).cloned()
            };
            let page = fastrand::i32(1..=10);
            let walked = match &id {
                Some(id) => self.tree(id, page).await,
                None => None,
            };
            let (Some(id), Some(tree)) = (id, walked) else {
                // It has not come yet, or the server is not there.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let now: BTreeSet<String> =
                tree.iter().filter_map(|it| it.contact_id.clone()).collect();
            assert_eq!(
                now.len(),
                tree.len(),
                "a page of the tree of {id} repeats a contact"
            );
            let then = before.entry(id.clone()).or_default();
            let gone: Vec<_> = then.difference(&now).collect();
            assert!(gone.is_empty(), "pages of the tree of {id} lost {gone:?}");
            *then = now;
        }
    }
}

/// Compares all trees, contact for contact, by pages of all endpoints. Returns how many there are.
async fn compare(urls: &[String], alone: &str, ids: Vec<String>) -> usize {
    let ledger = Rc::new(RefCell::new(Ledger::default()));
    let ours = Rc::new(Walks::new(urls, &ledger));
    let theirs = Rc::new(Walks::new(&[alone.to_owned()], &ledger));
    let seen = Rc::new(RefCell::new(HashSet::new()));
    let trees = Rc::new(RefCell::new(BTreeSet::new()));
    let all = ids.len();
    let queue = Rc::new(RefCell::new(ids.into_iter()));
    let readers = (0..READERS).map(|_| {
        let (ours, theirs) = (Rc::clone(&ours), Rc::clone(&theirs));
        let (seen, trees, queue) = (Rc::clone(&seen), Rc::clone(&trees), Rc::clone(&queue));
        async move {
            let next = || queue.borrow_mut().find(|id| !seen.borrow().contains(id));
            while let Some(id) = next() {
                let ours = ours.tree(&id, 100).await.expect("the endpoint answers");
                let theirs = theirs.tree(&id, 100).await.expect("the endpoint answers");
                same(&ours, &theirs);
                let mut seen = seen.borrow_mut();
                seen.extend(ours.iter().filter_map(|it| it.contact_id.clone()));
                let first = ours.into_iter().next();
                trees
                    .borrow_mut()
                    .insert(first.and_then(|it| it.contact_id));
            }
        }
    });
    run(readers).await;
    assert_eq!(seen.borrow().len(), all);
    trees.borrow().len()
}

#[track_caller]
fn same<T: Debug + PartialEq>(ours: &[T], theirs: &[T]) {
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
}
