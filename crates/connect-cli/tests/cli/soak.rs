//! `connect serve` under faults and quotas, called by many clients at once: what it has acknowledged it holds, also after a
//! restart. `cargo xtask verify soak` runs this for ten minutes.
//!
//! An attempt that a client has given up may still be carried out, also after later calls were acknowledged. So no call here
//! contradicts one of which such an attempt can be left: what a call sets no other sets to something else, and a tag is taken
//! off only if it was acknowledged at its only attempt.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::io::{BufRead, BufReader, Read};
use std::rc::Rc;
use std::time::{Duration, Instant};
use std::{env, thread};

use connect_local_endpoint::samples;
use connect_sdk::config::retry::RetryConfig;
use connect_sdk::config::timeout::TimeoutConfig;
use connect_sdk::config::{Config, Credentials, Region};
use connect_sdk::error::{ProvideErrorMetadata, SdkError};
use connect_sdk::{Client, types::Contact};
use tokio::task::{JoinSet, LocalSet};

use crate::connect::{KEY, KEYS, SECRET, Served, database, folder, kill};

/// How long and how many, unless the environment says.
const MINUTES: f64 = 0.05;
const CLIENTS: usize = 8;
const FLAGS: &str = "--quota 100/200 --fault latency=1ms..200ms@0.1 --fault error=InternalServiceException@0.02 \
    --fault error=ThrottlingException@0.02 --fault reset@0.02 --fault stall@0.002 --fault-seed 7";
/// A call that takes longer hangs: five attempts, each with its waits, take less.
const HUNG: Duration = Duration::from_secs(60);
/// How many contacts are read at the same time after the restart.
const READERS: usize = 16;

/// A task, what has been acknowledged of it, and of the contact that it was transferred to.
#[derive(Default)]
pub(crate) struct Chain {
    task: String,
    is_updated: bool,
    is_tagged: bool,
    /// Tagged at the only attempt.
    is_marked: bool,
    is_unmarked: bool,
    moved: Option<String>,
    is_stopped: bool,
}

/// What all clients have seen.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) acknowledged: u64,
    pub(crate) failed: BTreeMap<String, u64>,
    pub(crate) hung: u64,
    pub(crate) lost: Vec<String>,
    pub(crate) chains: Vec<Chain>,
    /// The contact that all clients begin in a round, and the clients whose attribute there is acknowledged.
    rounds: BTreeMap<u64, (String, Vec<String>)>,
}

impl Ledger {
    fn expect(&mut self, holds: bool, what: &str, id: &str) {
        if !holds {
            self.lost.push(format!("{what} {id}"));
        }
    }
}

pub(crate) struct Caller {
    pub(crate) client: Client,
    /// Makes one attempt: when that is acknowledged, no other is left.
    once: Client,
    name: String,
    ledger: Rc<RefCell<Ledger>>,
}

impl Caller {
    pub(crate) fn new(url: &str, number: usize, ledger: &Rc<RefCell<Ledger>>) -> Self {
        let client = |attempts| {
            let limits = TimeoutConfig::builder().read_timeout(Duration::from_secs(5));
            let config = Config::builder()
                .region(Region::new("eu-central-1"))
                .endpoint_url(url)
                .credentials_provider(Credentials::new(KEY, SECRET, None, None, "soak"))
                .retry_config(RetryConfig::standard().with_max_attempts(attempts))
                .timeout_config(limits.build());
            Client::from_conf(config.build())
        };
        Self {
            client: client(5),
            once: client(1),
            name: format!("client-{number}"),
            ledger: Rc::clone(ledger),
        }
    }

    /// What a call returns, if it is acknowledged.
    async fn call<T, E>(&self, call: impl Future<Output = Result<T, SdkError<E>>>) -> Option<T>
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        let result = tokio::time::timeout(HUNG, call).await;
        let mut ledger = self.ledger.borrow_mut();
        match result {
            Ok(Ok(output)) => {
                ledger.acknowledged += 1;
                return Some(output);
            }
            Ok(Err(error)) => {
                let code = error.code().unwrap_or("no response").to_owned();
                *ledger.failed.entry(code).or_default() += 1;
            }
            Err(_) => ledger.hung += 1,
        }
        None
    }

    /// Makes, changes, reads and stops contacts of its own, and changes those that it has in common with the others.
    pub(crate) async fn work(self, is_over: impl Fn() -> bool) {
        let (client, instance) = (&self.client, samples::INSTANCE_ID);
        for round in 1_u64.. {
            if is_over() {
                return;
            }
            self.join(round).await;
            let start = client.start_task_contact().instance_id(instance);
            let start = start.name(&self.name).attributes("set", "at first");
            let Some(task) = self.call(start.send()).await.and_then(|it| it.contact_id) else {
                continue;
            };
            let update = client.update_contact_attributes().instance_id(instance);
            let update = update.initial_contact_id(&task).attributes("set", "again");
            let tag = client.tag_contact().instance_id(instance).contact_id(&task);
            let tag = tag.tags("team", &self.name);
            let mark = self.once.tag_contact().instance_id(instance);
            let mark = mark.contact_id(&task).tags("for", "now");
            let untag = client.untag_contact().instance_id(instance);
            let untag = untag.contact_id(&task).tag_keys("for");
            let transfer = client.transfer_contact().instance_id(instance);
            let transfer = transfer.contact_id(&task).queue_id("queue");
            let mut chain = Chain {
                is_updated: self.call(update.send()).await.is_some(),
                is_tagged: self.call(tag.send()).await.is_some(),
                is_marked: self.call(mark.send()).await.is_some(),
                task,
                ..Chain::default()
            };
            if chain.is_marked {
                chain.is_unmarked = self.call(untag.send()).await.is_some();
            }
            let moved = self.call(transfer.contact_flow_id("flow").send()).await;
            chain.moved = moved.and_then(|moved| moved.contact_id);
            if let Some(moved) = &chain.moved {
                let stop = client.stop_contact().instance_id(instance);
                chain.is_stopped = self.call(stop.contact_id(moved).send()).await.is_some();
            }
            let list = client.list_associated_contacts().instance_id(instance);
            if let Some(tree) = self.call(list.contact_id(&chain.task).send()).await {
                let tree = tree.contact_summary_list();
                for id in [Some(&chain.task), chain.moved.as_ref()]
                    .into_iter()
                    .flatten()
                {
                    let is_there = tree.iter().any(|it| it.contact_id() == Some(id));
                    self.ledger.borrow_mut().expect(is_there, "listing", id);
                }
            }
            self.ledger.borrow_mut().chains.push(chain);
        }
    }

    /// Begins the contact of a round unless another client has, and sets an attribute there.
    async fn join(&self, round: u64) {
        let (client, instance) = (&self.client, samples::INSTANCE_ID);
        let start = client.start_task_contact().instance_id(instance);
        let start = start.name("common").client_token(format!("round-{round}"));
        let Some(id) = self.call(start.send()).await.and_then(|it| it.contact_id) else {
            return;
        };
        let update = client.update_contact_attributes().instance_id(instance);
        let update = update.initial_contact_id(&id).attributes(&self.name, "set");
        let is_set = self.call(update.send()).await.is_some();
        let mut ledger = self.ledger.borrow_mut();
        let of_round = ledger.rounds.entry(round);
        let (first, clients) = of_round.or_insert_with(|| (id.clone(), Vec::new()));
        clients.extend(is_set.then(|| self.name.clone()));
        let is_one = *first == id;
        ledger.expect(is_one, "common start of", &id);
    }

    /// Notes as lost what was acknowledged and is not there.
    async fn check(&self, chain: &Chain) {
        let task = self.describe(&chain.task).await;
        let moved = match &chain.moved {
            Some(moved) => Some((moved, self.describe(moved).await)),
            None => None,
        };
        let mut ledger = self.ledger.borrow_mut();
        let id = &chain.task;
        let attribute = |contact: &Contact| contact.attributes()?.get("set").cloned();
        let tag = |name| task.as_ref().and_then(|it| it.tags()?.get(name));
        let set = task.as_ref().and_then(attribute);
        ledger.expect(set.is_some(), "start of", id);
        ledger.expect(
            !chain.is_updated || set.as_deref() == Some("again"),
            "update of",
            id,
        );
        ledger.expect(!chain.is_tagged || tag("team").is_some(), "tags of", id);
        ledger.expect(
            !chain.is_unmarked || tag("for").is_none(),
            "tags taken off",
            id,
        );
        if let Some((id, moved)) = moved {
            let ended = |it: &Option<Contact>| it.as_ref()?.disconnect_timestamp().copied();
            let previous = moved.as_ref().and_then(|it| it.previous_contact_id());
            ledger.expect(
                previous == Some(&chain.task) && ended(&task).is_some(),
                "transfer to",
                id,
            );
            ledger.expect(!chain.is_stopped || ended(&moved).is_some(), "stop of", id);
        }
    }

    async fn describe(&self, id: &str) -> Option<Contact> {
        let describe = self.client.describe_contact().contact_id(id);
        let output = self
            .call(describe.instance_id(samples::INSTANCE_ID).send())
            .await;
        output.and_then(|output| output.contact)
    }
}

/// What an endpoint wrote to standard error.
#[derive(Default)]
struct Log {
    requests: u64,
    throttled: u64,
    injected: Vec<String>,
}

impl Log {
    fn read(stderr: impl Read) -> Self {
        let mut log = Self::default();
        for line in BufReader::new(stderr).lines() {
            let line = line.expect("UTF-8");
            match line.split_once("faults injected: ") {
                Some((_, injected)) => log.injected.push(injected.to_owned()),
                None => log.requests += 1,
            }
            log.throttled += u64::from(line.contains(" 429 "));
        }
        log
    }
}

/// Runs tasks on this thread at the same time, until all have ended.
pub(crate) async fn run<T: Future<Output = ()> + 'static>(tasks: impl Iterator<Item = T>) {
    let run = async {
        let mut all = JoinSet::new();
        for task in tasks {
            all.spawn_local(task);
        }
        all.join_all().await;
    };
    LocalSet::new().run_until(run).await;
}

pub(crate) fn variable<T: std::str::FromStr>(name: &str, default: T) -> T {
    let value = env::var(name).ok();
    value.map_or(default, |value| value.parse().ok().expect("a number"))
}

/// Reads from an endpoint what others have acknowledged, and notes what is not there.
pub(crate) async fn read(worked: &Rc<Ledger>, url: &str) -> Ledger {
    let ledger = Rc::new(RefCell::new(Ledger::default()));
    let next = Rc::new(Cell::new(0));
    let readers = (0..READERS).map(|number| {
        let (worked, next) = (Rc::clone(worked), Rc::clone(&next));
        let caller = Caller::new(url, number, &ledger);
        async move {
            while let Some(chain) = worked.chains.get(next.replace(next.get() + 1)) {
                caller.check(chain).await;
            }
        }
    });
    run(readers).await;
    let caller = Caller::new(url, 0, &ledger);
    for (id, clients) in worked.rounds.values() {
        let common = caller.describe(id).await;
        let common = common.as_ref().and_then(|it| it.attributes());
        for client in clients {
            let is_there = common.is_some_and(|it| it.contains_key(client));
            let what = format!("attribute of {client} in");
            ledger.borrow_mut().expect(is_there, &what, id);
        }
    }
    drop(caller);
    ledger.take()
}

#[tokio::test]
async fn whatever_goes_wrong_no_acknowledged_change_is_lost() {
    let minutes = variable("CONNECT_TEST_SOAK_MINUTES", MINUTES);
    let clients = variable("CONNECT_TEST_SOAK_CLIENTS", CLIENTS);
    let ledger = Rc::new(RefCell::new(Ledger::default()));
    let mut served = Served::samples_with(FLAGS);
    let stderr = served.child.stderr.take().expect("it is piped");
    let log = thread::spawn(|| Log::read(stderr));
    let end = Instant::now() + Duration::from_secs_f64(60.0 * minutes);
    run((0..clients).map(|number| {
        Caller::new(&served.url, number, &ledger).work(move || Instant::now() > end)
    }))
    .await;
    kill("-TERM", &served.child);
    assert!(served.child.wait().expect("it ends").success());
    let log = log.join().expect("it reads to the end");

    let calm = format!(
        "--database '{}' --access-log /dev/null",
        database(&served.folder)
    );
    let (again, _) = Served::serve(folder(), &KEYS, &calm);
    let worked = Rc::new(ledger.take());
    let read = read(&worked, &again.url).await;
    let Ledger {
        acknowledged,
        failed,
        hung,
        chains,
        rounds,
        ..
    } = &*worked;
    let unmarked = chains.iter().filter(|it| it.is_unmarked).count();
    let (began, lost) = (chains.len(), [&*worked.lost, &*read.lost].concat());
    let unsure = began - unmarked;
    let calls = *acknowledged + *hung + failed.values().sum::<u64>();
    println!(
        "soak: {clients} clients, {minutes} minutes, {calls} calls, {} requests",
        log.requests
    );
    println!("soak: injected {}", log.injected.join(", "));
    println!(
        "soak: {} retried, {} throttled",
        log.requests.saturating_sub(calls),
        log.throttled
    );
    println!("soak: failed {failed:?}, {hung} hung");
    println!(
        "soak: {acknowledged} acknowledged, {began} chains and {} common contacts read after a restart",
        rounds.len()
    );
    println!("soak: {unsure} chains unsure of the tag that is taken off");
    println!("soak: {} lost", lost.len());
    assert!(lost.is_empty(), "{:?}", &lost[..lost.len().min(20)]);
    assert!(
        read.failed.is_empty() && *hung == 0,
        "{:?}, {hung} hung",
        read.failed
    );
    let joined: BTreeSet<_> = rounds.values().flat_map(|(_, clients)| clients).collect();
    assert!(began > clients && unsure < began && joined.len() == clients);
}
