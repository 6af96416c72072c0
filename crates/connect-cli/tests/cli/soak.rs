//! `connect serve` under faults and quotas, called by many clients at once: what it has acknowledged it holds, also after a
//! restart. `cargo xtask verify soak` runs this for ten minutes.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::{BufRead, BufReader, Read};
use std::rc::Rc;
use std::time::{Duration, Instant};
use std::{cell::RefCell, env, thread};

use connect_local_endpoint::samples;
use connect_sdk::config::retry::RetryConfig;
use connect_sdk::config::timeout::TimeoutConfig;
use connect_sdk::config::{Config, Credentials, Region};
use connect_sdk::error::{ProvideErrorMetadata, SdkError};
use connect_sdk::{Client, types::Contact};
use tokio::task::LocalSet;

use crate::connect::{KEY, KEYS, SECRET, Served, database, folder, kill};

/// How long and how many, unless the environment says.
const MINUTES: f64 = 0.05;
const CLIENTS: usize = 8;
const FLAGS: &str = "--quota 100/200 --fault latency=1ms..200ms@0.1 --fault error=InternalServiceException@0.02 \
    --fault error=ThrottlingException@0.02 --fault reset@0.02 --fault stall@0.002 --fault-seed 7";
/// A call that takes longer hangs: five attempts, each with its waits, take less.
const HUNG: Duration = Duration::from_secs(60);

/// A task, what has been acknowledged of it, and of the contact that it was transferred to.
#[derive(Default)]
struct Chain {
    task: String,
    is_updated: bool,
    is_tagged: bool,
    is_untagged: bool,
    moved: Option<String>,
    is_stopped: bool,
}

/// What all clients have seen.
#[derive(Default)]
struct Ledger {
    acknowledged: u64,
    failed: BTreeMap<String, u64>,
    hung: u64,
    lost: Vec<String>,
    chains: Vec<Chain>,
    /// The last round of each client that is acknowledged in an attribute of one contact.
    rounds: BTreeMap<String, u64>,
}

impl Ledger {
    fn expect(&mut self, holds: bool, what: &str, id: &str) {
        if !holds {
            self.lost.push(format!("{what} {id}"));
        }
    }
}

struct Caller {
    client: Client,
    name: String,
    ledger: Rc<RefCell<Ledger>>,
}

impl Caller {
    fn new(url: &str, number: usize, ledger: &Rc<RefCell<Ledger>>) -> Self {
        let limits = TimeoutConfig::builder().read_timeout(Duration::from_secs(5));
        let config = Config::builder()
            .region(Region::new("eu-central-1"))
            .endpoint_url(url)
            .credentials_provider(Credentials::new(KEY, SECRET, None, None, "soak"))
            .retry_config(RetryConfig::standard().with_max_attempts(5))
            .timeout_config(limits.build());
        Self {
            client: Client::from_conf(config.build()),
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

    /// Makes, changes, reads and stops contacts of its own, and changes one that it has in common with the others.
    async fn work(&self, end: Instant) {
        let (client, instance) = (&self.client, samples::INSTANCE_ID);
        for round in 1_u64.. {
            if Instant::now() > end {
                return;
            }
            let update = client.update_contact_attributes().instance_id(instance);
            let update = update.initial_contact_id(samples::CONTACT_ID);
            let update = update.attributes(&self.name, round.to_string());
            if self.call(update.send()).await.is_some() {
                let mut ledger = self.ledger.borrow_mut();
                ledger.rounds.insert(self.name.clone(), round);
            }
            let start = client.start_task_contact().instance_id(instance);
            let start = start.name(&self.name).attributes("set", "at first");
            let Some(task) = self.call(start.send()).await.and_then(|it| it.contact_id) else {
                continue;
            };
            let update = client.update_contact_attributes().instance_id(instance);
            let update = update.initial_contact_id(&task).attributes("set", "again");
            let tag = client.tag_contact().instance_id(instance).contact_id(&task);
            let tag = tag.tags("team", &self.name).tags("for", "now");
            let untag = client.untag_contact().instance_id(instance);
            let untag = untag.contact_id(&task).tag_keys("for");
            let transfer = client.transfer_contact().instance_id(instance);
            let transfer = transfer.contact_id(&task).queue_id("queue");
            let mut chain = Chain {
                is_updated: self.call(update.send()).await.is_some(),
                is_tagged: self.call(tag.send()).await.is_some(),
                is_untagged: self.call(untag.send()).await.is_some(),
                task,
                ..Chain::default()
            };
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
        let is_gone = !chain.is_tagged || tag("for").is_none();
        ledger.expect(!chain.is_untagged || is_gone, "tags taken off", id);
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

fn variable<T: std::str::FromStr>(name: &str, default: T) -> T {
    let value = env::var(name).ok();
    value.map_or(default, |value| value.parse().ok().expect("a number"))
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
    let all = LocalSet::new();
    for number in 0..clients {
        let caller = Caller::new(&served.url, number, &ledger);
        all.spawn_local(async move { caller.work(end).await });
    }
    all.await;
    kill("-TERM", &served.child);
    assert!(served.child.wait().expect("it ends").success());
    let log = log.join().expect("it reads to the end");

    let calm = format!(
        "--database '{}' --access-log /dev/null",
        database(&served.folder)
    );
    let (again, _) = Served::serve(folder(), &KEYS, &calm);
    let Ledger {
        acknowledged,
        failed,
        hung,
        lost,
        chains,
        rounds,
    } = ledger.take();
    ledger.borrow_mut().lost = lost;
    let caller = Caller::new(&again.url, 0, &ledger);
    for chain in &chains {
        caller.check(chain).await;
    }
    let common = caller.describe(samples::CONTACT_ID).await;
    let common = common.as_ref().and_then(|it| it.attributes());
    for (name, round) in &rounds {
        let kept = common.and_then(|it| it.get(name)?.parse::<u64>().ok());
        let mut ledger = ledger.borrow_mut();
        ledger.expect(kept >= Some(*round), "round of", name);
    }
    let Ledger {
        lost,
        failed: unread,
        ..
    } = ledger.take();
    let calls = acknowledged + hung + failed.values().sum::<u64>();
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
        "soak: {acknowledged} acknowledged, {} chains read after a restart",
        chains.len()
    );
    println!("soak: {} lost", lost.len());
    assert!(lost.is_empty(), "{:?}", &lost[..lost.len().min(20)]);
    assert!(unread.is_empty() && hung == 0, "{unread:?}, {hung} hung");
    assert!(chains.len() > clients && rounds.len() == clients);
}
