//! Contacts and trees by criteria, for the commands that look for them.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use connect_local_endpoint::Store;
use connect_sdk::primitives::DateTime;
use jiff::{Timestamp, TimestampRound, Unit};
use serde_json::{Map, Value, json};

use crate::client::Connection;
use crate::failure::Failure;
use crate::generated::OPERATIONS;
use crate::model::Operation;
use crate::pages::{Paging, Walk};
use crate::{time, validation};

/// The longest time that the service searches at once, eight weeks.
const WINDOW: Duration = Duration::from_secs(8 * 7 * 24 * 3600);

/// For how many contacts at once it is found out what trees they are in.
const TOGETHER: usize = 1000;

/// Which contacts are looked for: of several criteria all must hold, of several values of one any.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Criteria {
    /// Contacts that began at this date or time or later; of an instance, a week ago if it is not said
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) since: Option<Timestamp>,
    /// Contacts that began at this date or time or before; now if it is not said
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) until: Option<Timestamp>,
    /// Contacts of these channels, such as VOICE
    #[arg(long, value_name = "STRING", num_args = 1..)]
    pub(super) channel: Vec<String>,
    /// Contacts that began by these methods, such as INBOUND
    #[arg(long, value_name = "STRING", num_args = 1..)]
    pub(super) method: Vec<String>,
    /// Contacts of these agents, by ID
    #[arg(long, value_name = "STRING", num_args = 1..)]
    pub(super) agent: Vec<String>,
    /// Contacts of these queues, by ID
    #[arg(long, value_name = "STRING", num_args = 1..)]
    pub(super) queue: Vec<String>,
    /// Contacts with these attributes; the same key again is another value of it
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., value_parser = attribute)]
    pub(super) attribute: Vec<(String, String)>,
}

pub(super) fn date(text: &str) -> Result<Timestamp, String> {
    let rfc3339 = time::parse(text).and_then(|time| time.parse().ok());
    rfc3339.ok_or_else(|| "expected a date or time, such as 2024-11-28".to_owned())
}

pub(super) fn attribute(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let pair = pair.map(|(key, value)| (key.to_owned(), value.to_owned()));
    pair.ok_or_else(|| "expected KEY=VALUE".to_owned())
}

impl Criteria {
    /// A search for such contacts of an instance.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub(super) fn search(
        &self,
        instance_id: String,
        connection: &Connection,
    ) -> Result<Search, Failure> {
        let since = match (self.since, connection.store()) {
            (Some(since), _) => Some(since),
            (None, Some(store)) => first_time(store)?,
            (None, None) => Some(Timestamp::now() - WINDOW / 8),
        };
        let members = self.members();
        Ok(Search {
            is_all: members.is_empty() && self.since.is_none() && self.until.is_none(),
            since: since.unwrap_or(Timestamp::UNIX_EPOCH),
            until: self.until.unwrap_or_else(Timestamp::now),
            behind: None,
            members,
            instance_id,
        })
    }

    /// The criteria as the operation takes them.
    fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        for (name, values) in [
            ("Channels", &self.channel),
            ("InitiationMethods", &self.method),
            ("AgentIds", &self.agent),
            ("QueueIds", &self.queue),
        ] {
            if !values.is_empty() {
                members.insert(name.to_owned(), json!(values));
            }
        }
        let mut attributes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (key, value) in &self.attribute {
            attributes.entry(key).or_default().push(value);
        }
        if !attributes.is_empty() {
            let each = attributes.iter();
            let each = each.map(|(key, values)| json!({"Key": key, "Values": values}));
            let all = json!({"Criteria": each.collect::<Value>(), "MatchType": "MATCH_ALL"});
            members.insert("SearchableContactAttributes".to_owned(), all);
        }
        members
    }
}

/// When the first contact of all began.
fn first_time(store: &Store) -> Result<Option<Timestamp>, Failure> {
    let stats = store.stats(0).map_err(Failure::other)?;
    let first = stats.instances.iter().filter_map(|it| it.first).min();
    Ok(first.and_then(|first: DateTime| Timestamp::from_second(first.secs()).ok()))
}

/// The operation that finds contacts.
///
/// # Errors
///
/// A build without it.
pub(super) fn operation() -> Result<&'static Operation, Failure> {
    let mut operations = OPERATIONS.iter().copied();
    let search = operations.find(|operation| operation.name == "SearchContacts");
    search.ok_or_else(|| Failure::other("this build has no SearchContacts"))
}

/// What is looked for.
#[derive(Debug)]
pub(super) struct Search {
    instance_id: String,
    since: Timestamp,
    until: Timestamp,
    /// What has been found before.
    pub(super) behind: Option<Behind>,
    members: Map<String, Value>,
    /// Whether that is every contact.
    is_all: bool,
}

/// How far an earlier search for the same came: to contacts that began at this time, and to how many of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Behind {
    pub(super) time: Timestamp,
    pub(super) count: usize,
}

impl Behind {
    /// Where a search is that went on from `before` and found these contacts, the newest first.
    pub(super) fn of(found: &[Value], before: Option<Self>) -> Option<Self> {
        let time = began(found.last()?)?;
        let mut latest = found.iter().rev();
        let equal = latest.by_ref().take_while(|it| began(it) == Some(time));
        let count = equal.count();
        // All of them began at the time where it went on.
        let earlier = before.filter(|before| before.time == time);
        let count = count + earlier.map_or(0, |before| before.count);
        Some(Self { time, count })
    }
}

fn began(contact: &Value) -> Option<Timestamp> {
    contact["InitiationTimestamp"].as_str()?.parse().ok()
}

impl Search {
    /// The newest contacts, `count` at the most.
    ///
    /// # Errors
    ///
    /// Anything that can go wrong with a call.
    pub(super) async fn contacts(
        &self,
        connection: &Connection,
        count: usize,
    ) -> Result<Vec<Value>, Failure> {
        let mut found = Vec::new();
        let visit = |contact| {
            found.push(contact);
            Ok(found.len() < count)
        };
        self.each(connection, visit).await?;
        Ok(found)
    }

    /// Visits contacts, the newest first, until that returns false.
    pub(super) async fn each(
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
        let mut left = self.behind.map_or(0, |behind| behind.count);
        let mut is_passed = |contact: &Value| match (self.behind, began(contact)) {
            (Some(behind), Some(began)) if began == behind.time && left > 0 => {
                left -= 1;
                true
            }
            (Some(behind), Some(began)) => began > behind.time,
            _ => false,
        };
        let mut until = match self.behind {
            // The service may know whole seconds only.
            Some(behind) => self.until.min(next_second(behind.time)),
            None => self.until,
        };
        loop {
            let since = self
                .since
                .max(until.checked_sub(WINDOW).unwrap_or(self.since));
            let input = json!({
                "InstanceId": self.instance_id,
                "TimeRange": {"Type": "INITIATION_TIMESTAMP", "StartTime": since.to_string(), "EndTime": until.to_string()},
                "SearchCriteria": self.members,
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
                    if is_new && !is_passed(&contact) && !visit(contact)? {
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
    ///
    /// # Errors
    ///
    /// Anything that can go wrong with a call or a file.
    pub(super) async fn trees(
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

/// The first whole second that is not before a time.
fn next_second(time: Timestamp) -> Timestamp {
    let up = TimestampRound::new().smallest(Unit::Second);
    time.round(up.mode(jiff::RoundMode::Ceil)).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_goes_on_behind_the_last_contact() {
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
        let found = |seconds: &[i64]| {
            let contact = |it: &i64| json!({"InitiationTimestamp": at(*it).to_string()});
            seconds.iter().map(contact).collect::<Vec<_>>()
        };
        let behind = |seconds, count| {
            Some(Behind {
                time: at(seconds),
                count,
            })
        };
        assert_eq!(Behind::of(&[], None), None);
        assert_eq!(Behind::of(&found(&[9, 7, 7]), None), behind(7, 2));
        assert_eq!(Behind::of(&found(&[7, 7]), behind(7, 3)), behind(7, 5));
        assert_eq!(Behind::of(&found(&[7, 6]), behind(7, 3)), behind(6, 1));
        let fraction: Timestamp = "2026-03-14T10:00:00.001Z".parse().unwrap();
        assert_eq!(next_second(fraction).to_string(), "2026-03-14T10:00:01Z");
        assert_eq!(next_second(at(7)), at(7));
    }
}
