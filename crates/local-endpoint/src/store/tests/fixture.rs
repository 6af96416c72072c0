//! Records in the making, and what tests ask of a store.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use super::super::*;

pub(super) const INSTANCE: &str = "8f0d";

pub(super) fn arn(instance: &str) -> String {
    format!("arn:aws:connect:eu-central-1:111122223333:instance/{instance}")
}

/// A contact record in the making. Times are minutes of one day.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) instance: &'static str,
    pub(super) id: String,
    pub(super) start: Option<u32>,
    pub(super) updated: u32,
    pub(super) references: [Option<String>; 3],
    pub(super) channel: &'static str,
    pub(super) event: bool,
    /// Leaves out what it does not know, instead of `null`.
    pub(super) sparse: bool,
}

pub(super) fn record(id: &str, start: u32) -> Record {
    Record {
        instance: INSTANCE,
        id: id.to_owned(),
        start: Some(start),
        updated: 0,
        references: [None, None, None],
        channel: "VOICE",
        event: false,
        sparse: false,
    }
}

impl Record {
    pub(super) fn after(mut self, id: &str) -> Self {
        self.references[0] = Some(id.to_owned());
        self
    }

    pub(super) fn begun_by(mut self, id: &str) -> Self {
        self.references[1] = Some(id.to_owned());
        self
    }

    pub(super) fn related_to(mut self, id: &str) -> Self {
        self.references[2] = Some(id.to_owned());
        self
    }

    pub(super) fn updated(mut self, updated: u32, channel: &'static str) -> Self {
        self.updated = updated;
        self.channel = channel;
        self
    }

    pub(super) fn event(mut self) -> Self {
        self.event = true;
        self
    }

    pub(super) fn sparse(mut self) -> Self {
        self.sparse = true;
        self
    }

    pub(super) fn json(&self) -> String {
        let time = |minute: u32| format!("2026-03-14T{:02}:{:02}:00Z", minute / 60, minute % 60);
        let [previous, initial, related] = &self.references;
        let mut fields = serde_json::Map::new();
        for (record, event, value) in [
            ("InstanceARN", "instanceArn", Some(arn(self.instance))),
            ("ContactId", "contactId", Some(self.id.clone())),
            (
                "InitiationTimestamp",
                "initiationTimestamp",
                self.start.map(time),
            ),
            ("LastUpdateTimestamp", "", Some(time(self.updated))),
            ("PreviousContactId", "previousContactId", previous.clone()),
            ("InitialContactId", "initialContactId", initial.clone()),
            ("RelatedContactId", "relatedContactId", related.clone()),
            ("Channel", "channel", Some(self.channel.to_owned())),
        ] {
            if value.is_some() || !self.sparse {
                let name = if self.event { event } else { record };
                fields.insert(name.to_owned(), value.into());
            }
        }
        if self.event {
            serde_json::json!({
                "detail-type": "Amazon Connect Contact Event", "time": time(self.updated), "detail": fields,
            })
            .to_string()
        } else {
            serde_json::Value::Object(fields).to_string()
        }
    }
}

pub(super) fn import(store: &Store, records: &[Record]) -> Report {
    let file = records.iter().map(Record::json).collect::<String>();
    let report = store
        .import("test", file.as_bytes(), OnRejection::Abort)
        .unwrap();
    check_trees(store);
    report
}

/// A store without contacts: in memory, or in a new database of the PostgreSQL server that the environment names.
pub(super) fn empty() -> Store {
    #[cfg(feature = "postgres")]
    if let Some(server) = super::postgres::server() {
        return Store::postgres(&super::postgres::database(&server)).unwrap();
    }
    Store::in_memory().unwrap()
}

pub(super) fn store(records: &[Record]) -> Store {
    let store = empty();
    import(&store, records);
    store
}

pub(super) fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).unwrap()
}

/// All pages of a contact's tree.
pub(super) fn pages(store: &Store, contact: &str, size: usize) -> Vec<Vec<ContactSummary>> {
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let page = store
            .page(INSTANCE, contact, limit(size), token.as_deref())
            .unwrap();
        pages.push(page.contacts);
        token = page.next_token;
        if token.is_none() {
            return pages;
        }
    }
}

pub(super) fn tree(store: &Store, contact: &str) -> Vec<String> {
    pages(store, contact, 100)
        .concat()
        .into_iter()
        .map(|contact| contact.contact_id)
        .collect()
}

/// ID, tree, whether it is listed, references; IDs with their instances.
type Row = (String, i64, bool, [Option<String>; 3]);

const ROWS: &str = "SELECT instance || ':' || id, tree, listed, instance || ':' || previous,
    instance || ':' || initial, instance || ':' || related FROM contact";
const SIZES: &str = "SELECT key, size FROM tree";

/// All contacts, and the sizes of all trees.
fn rows(store: &Store) -> (Vec<Row>, BTreeMap<i64, usize>) {
    let connection = match &store.backend {
        Backend::Sqlite(sqlite) => sqlite.writer(),
        #[cfg(feature = "postgres")]
        Backend::Postgres(postgres) => {
            let text = |row: &_, column| super::postgres::text(row, column);
            let rows = postgres.select(ROWS).into_iter().map(|row| {
                let references = [text(&row, 3), text(&row, 4), text(&row, 5)];
                let id = text(&row, 0).unwrap();
                (id, row.get(1).unwrap(), row.get(2).unwrap(), references)
            });
            let sizes = postgres.select(SIZES).into_iter();
            let sizes = sizes.map(|row| (row.get(0).unwrap(), row.count(1).unwrap() as usize));
            return (rows.collect(), sizes.collect());
        }
    };
    let read = |row: &rusqlite::Row<'_>| {
        let references = [row.get(3)?, row.get(4)?, row.get(5)?];
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, references))
    };
    let mut statement = connection.prepare(ROWS).unwrap();
    let rows = statement.query_map([], read).unwrap();
    let rows = rows.collect::<Result<Vec<Row>, _>>().unwrap();
    let mut sizes = connection.prepare(SIZES).unwrap();
    let sizes = sizes
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as usize)))
        .unwrap()
        .collect::<Result<BTreeMap<i64, usize>, _>>()
        .unwrap();
    (rows, sizes)
}

/// The invariants of the tables: sizes are right, and trees are exactly what references connect.
pub(super) fn check_trees(store: &Store) {
    let (rows, sizes): (Vec<Row>, BTreeMap<i64, usize>) = rows(store);
    let mut expected: BTreeMap<String, BTreeSet<String>> = rows
        .iter()
        .map(|(id, ..)| (id.clone(), BTreeSet::from([id.clone()])))
        .collect();
    for (id, _, _, references) in &rows {
        for reference in references.iter().flatten() {
            let joined = expected[id]
                .union(&expected[reference])
                .cloned()
                .collect::<BTreeSet<_>>();
            for member in &joined {
                expected.insert(member.clone(), joined.clone());
            }
        }
    }
    let mut actual: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for (id, tree, ..) in &rows {
        actual.entry(*tree).or_default().insert(id.clone());
    }
    let expected: BTreeSet<_> = expected.into_values().collect();
    assert_eq!(actual.values().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(
        sizes,
        actual
            .iter()
            .map(|(tree, members)| (*tree, members.len()))
            .collect()
    );
    for members in expected {
        let listed = |member: &String| {
            rows.iter()
                .any(|(id, _, listed, _)| id == member && *listed)
        };
        assert!(
            members.iter().any(listed),
            "an ID that nobody refers to was kept"
        );
    }
}
