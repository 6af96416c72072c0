//! `connect find`.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use connect_local_endpoint::Store;
use connect_sdk::primitives::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::contacts::{self, Place};
use crate::client::{self, Connection};
use crate::failure::Failure;
use crate::generated::OPERATIONS;
use crate::model::Operation;
use crate::pages::{Paging, Walk};
use crate::settings::Settings;
use crate::{time, validation};

/// The longest time that the service searches at once, eight weeks.
const WINDOW: Duration = Duration::from_secs(8 * 7 * 24 * 3600);

/// For how many contacts at once it is found out what trees they are in.
const TOGETHER: usize = 1000;

/// Find contacts by time, channel, method, agent, queue and attributes, the newest first
///
/// SearchContacts is called, as often as eight weeks fit into the time; of several criteria all must hold, of several values
/// of one any. With --output or --query, contacts are printed as data.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The ID of the Amazon Connect instance: the last part of its ARN
    #[arg(long, value_name = "STRING")]
    instance_id: Option<String>,
    /// Contacts that began at this date or time or later; of an instance, a week ago if it is not said
    #[arg(long, value_name = "DATE", value_parser = date)]
    since: Option<Timestamp>,
    /// Contacts that began at this date or time or before; now if it is not said
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Timestamp>,
    /// Contacts of these channels, such as VOICE
    #[arg(long, value_name = "STRING", num_args = 1..)]
    channel: Vec<String>,
    /// Contacts that began by these methods, such as INBOUND
    #[arg(long, value_name = "STRING", num_args = 1..)]
    method: Vec<String>,
    /// Contacts of these agents, by ID
    #[arg(long, value_name = "STRING", num_args = 1..)]
    agent: Vec<String>,
    /// Contacts of these queues, by ID
    #[arg(long, value_name = "STRING", num_args = 1..)]
    queue: Vec<String>,
    /// Contacts with these attributes; the same key again is another value of it
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = attribute)]
    attribute: Vec<(String, String)>,
    /// Find trees that such contacts are in, the largest first; of contacts on this machine
    #[arg(long)]
    largest: bool,
    /// Stop after this many
    #[arg(long, value_name = "COUNT", default_value = "25", value_parser = clap::value_parser!(u32).range(1..))]
    max_items: u32,
}

pub(super) fn date(text: &str) -> Result<Timestamp, String> {
    let rfc3339 = time::parse(text).and_then(|time| time.parse().ok());
    rfc3339.ok_or_else(|| "expected a date or time, such as 2024-11-28".to_owned())
}

fn attribute(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let pair = pair.map(|(key, value)| (key.to_owned(), value.to_owned()));
    pair.ok_or_else(|| "expected KEY=VALUE".to_owned())
}

/// Runs the command.
///
/// # Errors
///
/// Anything that can go wrong with a call; sizes of trees that an instance does not tell.
pub(crate) async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    let printer = settings.data_printer()?;
    if arguments.largest && !settings.globals.is_local() {
        let message = "Amazon Connect does not say how large trees are: --largest needs --database, --records or --local";
        return Err(Failure::Usage(message.to_owned()));
    }
    let Place { instance_id, local } =
        contacts::place(arguments.instance_id.clone(), settings).await?;
    let since = match (arguments.since, &local) {
        (Some(since), _) => Some(since),
        (None, Some(local)) => local.first_time()?.and_then(|first| timestamp(&first)),
        (None, None) => Some(Timestamp::now() - WINDOW / 8),
    };
    let criteria = criteria(&arguments);
    let search = Search {
        is_all: criteria.is_empty() && arguments.since.is_none() && arguments.until.is_none(),
        since: since.unwrap_or(Timestamp::UNIX_EPOCH),
        until: arguments.until.unwrap_or_else(Timestamp::now),
        criteria,
        instance_id,
    };
    let times = settings.times()?;
    let connection = client::connect(settings, local).await?;
    let count = arguments.max_items as usize;
    let found = match connection.store() {
        Some(store) if arguments.largest => search.trees(&connection, store, count).await,
        _ => search.contacts(&connection, count).await,
    };
    connection.close().await;
    let mut found = found?;
    let member = if arguments.largest {
        "Trees"
    } else {
        "Contacts"
    };
    let mut result = json!({ member: found });
    if let Some(mut printer) = printer {
        time::localise(operation()?.output, &mut result, &times);
        printer.print("Find", &result)?;
        return printer.out.close();
    }
    let lines = found
        .iter_mut()
        .map(|contact| line(contact, &TimeZone::system()));
    let text: String = lines.collect();
    settings.print(&text)
}

fn operation() -> Result<&'static Operation, Failure> {
    let mut operations = OPERATIONS.iter().copied();
    let search = operations.find(|operation| operation.name == "SearchContacts");
    search.ok_or_else(|| Failure::other("this build has no SearchContacts"))
}

/// The command line's criteria as the operation takes them.
fn criteria(arguments: &Arguments) -> Map<String, Value> {
    let mut criteria = Map::new();
    for (name, values) in [
        ("Channels", &arguments.channel),
        ("InitiationMethods", &arguments.method),
        ("AgentIds", &arguments.agent),
        ("QueueIds", &arguments.queue),
    ] {
        if !values.is_empty() {
            criteria.insert(name.to_owned(), json!(values));
        }
    }
    let mut attributes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, value) in &arguments.attribute {
        attributes.entry(key).or_default().push(value);
    }
    if !attributes.is_empty() {
        let each = attributes.iter();
        let each = each.map(|(key, values)| json!({"Key": key, "Values": values}));
        let all = json!({"Criteria": each.collect::<Value>(), "MatchType": "MATCH_ALL"});
        criteria.insert("SearchableContactAttributes".to_owned(), all);
    }
    criteria
}

/// What is looked for.
struct Search {
    instance_id: String,
    since: Timestamp,
    until: Timestamp,
    criteria: Map<String, Value>,
    /// Whether that is every contact.
    is_all: bool,
}

impl Search {
    /// The newest contacts, `count` at the most.
    async fn contacts(&self, connection: &Connection, count: usize) -> Result<Vec<Value>, Failure> {
        let mut found = Vec::new();
        let visit = |contact| {
            found.push(contact);
            Ok(found.len() < count)
        };
        self.each(connection, visit).await?;
        Ok(found)
    }

    /// Visits contacts, the newest first, until that returns false.
    async fn each(
        &self,
        connection: &Connection,
        mut visit: impl FnMut(Value) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let operation = operation()?;
        let Some(pages) = &operation.pages else {
            return Ok(());
        };
        let members = || operation.input.iter().map(|argument| &argument.member);
        // The contacts that began at the time that was seen last: one that began just where two windows meet is in both.
        let (mut last, mut seen) = (Value::Null, HashSet::new());
        let mut until = self.until;
        loop {
            let since = self
                .since
                .max(until.checked_sub(WINDOW).unwrap_or(self.since));
            let input = json!({
                "InstanceId": self.instance_id,
                "TimeRange": {"Type": "INITIATION_TIMESTAMP", "StartTime": since.to_string(), "EndTime": until.to_string()},
                "SearchCriteria": self.criteria,
                "Sort": {"FieldName": "INITIATION_TIMESTAMP", "Order": "DESCENDING"},
            });
            let Value::Object(input) = input else {
                return Ok(());
            };
            let paging = Paging {
                page_size: Some(100),
                ..Paging::default()
            };
            let mut walk = Walk::new(pages, validation::validate(members(), input)?, &paging)?;
            while let Some(mut page) = walk
                .next(|input| (operation.call)(&connection.client, input))
                .await?
            {
                let contacts = page["Contacts"].as_array_mut().map(std::mem::take);
                for contact in contacts.unwrap_or_default() {
                    if contact["InitiationTimestamp"] != last {
                        last = contact["InitiationTimestamp"].clone();
                        seen.clear();
                    }
                    let is_new = seen.insert(contact["Id"].as_str().map(str::to_owned));
                    if is_new && !visit(contact)? {
                        return Ok(());
                    }
                }
            }
            if since <= self.since {
                return Ok(());
            }
            until = since;
        }
    }

    /// The largest trees that have such contacts, `count` at the most.
    async fn trees(
        &self,
        connection: &Connection,
        store: &Store,
        count: usize,
    ) -> Result<Vec<Value>, Failure> {
        let tree = |id: String, (contacts, found): (u64, u64)| json!({"ContactId": id, "Contacts": contacts, "Found": found});
        if self.is_all && store.instance_ids().map_err(Failure::other)?.len() == 1 {
            // No contact has to be looked at by itself.
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            let trees = store.stats(count).map_err(Failure::other)?.largest_trees;
            let trees = trees.into_iter();
            let trees = trees.map(|it| tree(it.contact_id, (it.contacts, it.contacts)));
            return Ok(trees.collect());
        }
        let mut trees: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        let mut add = |ids: &mut Vec<String>| {
            let found = store
                .trees(&self.instance_id, ids)
                .map_err(Failure::other)?;
            for (tree, found) in found {
                let of_tree = trees.entry(tree.contact_id).or_insert((tree.contacts, 0));
                of_tree.1 += found;
            }
            ids.clear();
            Ok::<_, Failure>(())
        };
        let mut ids = Vec::new();
        let visit = |contact: Value| {
            ids.extend(contact["Id"].as_str().map(str::to_owned));
            if ids.len() == TOGETHER {
                add(&mut ids)?;
            }
            Ok(true)
        };
        self.each(connection, visit).await?;
        add(&mut ids)?;
        let mut trees: Vec<_> = trees.into_iter().collect();
        trees.sort_by_key(|(_, (contacts, _))| std::cmp::Reverse(*contacts));
        trees.truncate(count);
        let trees = trees.into_iter().map(|(id, counts)| tree(id, counts));
        Ok(trees.collect())
    }
}

/// What was found, in a line.
fn line(found: &Value, zone: &TimeZone) -> String {
    let text = |name: &str| {
        found[name]
            .as_str()
            .unwrap_or("-")
            .replace(['\n', '\r', '\t'], " ")
    };
    if let Some(id) = found["ContactId"].as_str() {
        let [contacts, matching] = ["Contacts", "Found"].map(|name| found[name].to_string());
        return format!("{contacts:>7} contacts  {matching:>7} found  {id}\n");
    }
    let begin = time::display(&text("InitiationTimestamp"), zone);
    let [channel, method, id] = ["Channel", "InitiationMethod", "Id"].map(text);
    format!("{begin:<25}  {channel:<5}  {method:<14}  {id}\n")
}

fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(time.secs()).ok()
}
