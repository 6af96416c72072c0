//! A synthetic contact centre of any size.

use std::collections::BTreeMap;
use std::io::{self, Write};

use fastrand::Rng;

use super::{ACCOUNT, INSTANCE_ARN, MIDNIGHT, time};
use crate::random::uuid_of;

/// The most contacts in a tree.
const LARGEST: u64 = 5_000;
/// How many trees grow at the same time.
const GROWING: usize = 32;
const AGENTS: u64 = 400;
const QUEUES: u64 = 24;

/// Of each channel the initiation methods of first contacts, and of those that follow another.
const METHODS: [(&str, &[&str], &[&str]); 4] = [
    (
        "VOICE",
        &["INBOUND", "INBOUND", "OUTBOUND", "WEBRTC_API"],
        &[
            "TRANSFER",
            "QUEUE_TRANSFER",
            "CALLBACK",
            "DISCONNECT",
            "MONITOR",
            "EXTERNAL_OUTBOUND",
        ],
    ),
    ("CHAT", &["API", "INBOUND"], &["TRANSFER", "DISCONNECT"]),
    ("TASK", &["API", "FLOW"], &["TRANSFER", "API"]),
    (
        "EMAIL",
        &["INBOUND", "OUTBOUND"],
        &["AGENT_REPLY", "TRANSFER", "INBOUND"],
    ),
];

/// Writes the contact records of a synthetic contact centre, one a line, about 1.5 kB each: so many contacts, a third of them in
/// two versions, and one record in a hundred twice, in the order in which a stream delivers them. A contact begins every
/// second. The first tree has a twentieth of all contacts, though 5,000 at the most; most others are small.
///
/// The same number and seed make the same bytes (by `fastrand`'s wyrand). Memory does not grow with the number.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_centre(contacts: u64, seed: u64, mut out: impl Write) -> io::Result<()> {
    let mut rng = Rng::with_seed(seed);
    let mut trees: Vec<Tree> = Vec::new();
    // By when they are due, and of the same second in the order in which they were made.
    let mut deliveries: BTreeMap<(i64, u64), Delivery> = BTreeMap::new();
    let mut made = 0;
    for number in 0..=contacts {
        let second = i64::try_from(number).map_err(io::Error::other)?;
        let now = MIDNIGHT.saturating_add(second);
        let is_over = number == contacts;
        while let Some(next) = deliveries.first_entry()
            && (next.key().0 <= now || is_over)
        {
            let ((due, _), delivery) = next.remove_entry();
            delivery.contact.write(delivery.is_final, &mut out)?;
            // A copy follows within a minute, and has no copies itself.
            if !delivery.is_copy && rng.u8(..100) == 0 {
                let is_copy = true;
                let later = due.saturating_add(rng.i64(1..60));
                deliveries.insert(
                    (later, made),
                    Delivery {
                        is_copy,
                        ..delivery
                    },
                );
                made += 1;
            }
        }
        if is_over {
            break;
        }
        let contact = next_contact(&mut trees, contacts - number, now, &mut rng);
        let end = contact.end;
        let mut deliver = |due, is_final| {
            let is_copy = false;
            deliveries.insert(
                (due, made),
                Delivery {
                    contact,
                    is_final,
                    is_copy,
                },
            );
            made += 1;
        };
        if rng.u8(..3) == 0 {
            deliver(end.saturating_add(30), false);
        }
        deliver(end.saturating_add(90), true);
    }
    out.flush()
}

/// A record that is to be delivered.
#[derive(Clone, Copy)]
struct Delivery {
    contact: Contact,
    /// Whether the agent has finished the work after the contact.
    is_final: bool,
    is_copy: bool,
}

/// A tree that grows.
struct Tree {
    /// How many contacts it is still to have.
    missing: u64,
    /// The first contact of its latest chain.
    first: u128,
    /// The last of it.
    last: u128,
    /// Any contact of the tree.
    any: u128,
    channel: usize,
}

/// The next contact of any tree. `left` contacts are still to come, this one among them.
fn next_contact(trees: &mut Vec<Tree>, left: u64, start: i64, rng: &mut Rng) -> Contact {
    let id = rng.u128(..);
    let end = start.saturating_add(match rng.u8(..50) {
        0 => rng.i64(3_600..7_200),
        _ => rng.i64(20..1_200),
    });
    let mut contact = Contact {
        id,
        start,
        end,
        seed: rng.u64(..),
        ..Contact::default()
    };
    let is_first = trees.is_empty() || trees.len() < GROWING && rng.bool();
    if is_first {
        let size = if start == MIDNIGHT {
            (left / 20).clamp(1, LARGEST)
        } else {
            size(rng).min(left)
        };
        let channel = rng.usize(..METHODS.len());
        contact.channel = METHODS[channel].0;
        contact.method = pick(METHODS[channel].1, rng);
        if size > 1 {
            let missing = size - 1;
            trees.push(Tree {
                missing,
                first: id,
                last: id,
                any: id,
                channel,
            });
        }
        return contact;
    }
    // The first grows faster, so that it is finished.
    let place = rng.usize(..4 * trees.len() / 3 + 1);
    let place = if place < trees.len() { place } else { 0 };
    let tree = &mut trees[place];
    if rng.u8(..3) == 0 {
        tree.channel = rng.usize(..METHODS.len());
        contact.related = Some(tree.any);
        contact.method = pick(METHODS[tree.channel].1, rng);
        tree.first = id;
    } else {
        contact.previous = Some(tree.last);
        contact.initial = Some(tree.first);
        contact.method = pick(METHODS[tree.channel].2, rng);
    }
    contact.channel = METHODS[tree.channel].0;
    tree.last = id;
    if rng.u8(..4) == 0 {
        tree.any = id;
    }
    tree.missing -= 1;
    if tree.missing == 0 {
        trees.swap_remove(place);
    }
    contact
}

/// How many contacts a tree is to have: mostly one, and a tenth as many trees have ten times the size.
fn size(rng: &mut Rng) -> u64 {
    let share = rng.f64().max(1e-9);
    // A float that is too large becomes the greatest number.
    ((0.7 / share) as u64).clamp(1, LARGEST)
}

fn pick<'a>(values: &[&'a str], rng: &mut Rng) -> &'a str {
    values[rng.usize(..values.len())]
}

#[derive(Clone, Copy, Default)]
struct Contact {
    id: u128,
    previous: Option<u128>,
    initial: Option<u128>,
    related: Option<u128>,
    channel: &'static str,
    method: &'static str,
    start: i64,
    end: i64,
    /// Of what else its records say, which is the same in all of them.
    seed: u64,
}

impl Contact {
    fn write(&self, is_final: bool, out: &mut impl Write) -> io::Result<()> {
        let mut rng = Rng::with_seed(self.seed);
        let reference =
            |id: Option<u128>| id.map_or("null".to_owned(), |id| format!("\"{}\"", uuid(id)));
        let (agent, queue) = (rng.u64(..AGENTS), rng.u64(..QUEUES));
        let (waited, held) = (rng.i64(1..20), rng.i64(0..20));
        let [start, queued, connected, end, worked] = [
            self.start,
            self.start.saturating_add(1),
            self.start.saturating_add(waited),
            self.end,
            self.end.saturating_add(60),
        ]
        .map(time);
        let id = uuid(self.id);
        let order = rng.u32(..1_000_000);
        write!(
            out,
            r#"{{"AWSAccountId":"{ACCOUNT}","Agent":{{"ARN":"{INSTANCE_ARN}/agent/{}","AgentInteractionDuration":{},"ConnectedToAgentTimestamp":"{connected}","CustomerHoldDuration":{held},"NumberOfHolds":1,"Username":"agent-{agent}""#,
            entity(1, agent),
            self.end.saturating_sub(self.start).saturating_sub(waited),
        )?;
        if is_final {
            write!(out, r#","AfterContactWorkDuration":60"#)?;
        }
        write!(
            out,
            r#"}},"Attributes":{{"intent":"{}","language":"{}","order":"{order}","tier":"{}"}},"Channel":"{}","ContactId":"{id}","CustomerEndpoint":{{"Address":"+49555{:07}","Type":"TELEPHONE_NUMBER"}},"DisconnectReason":"{}","DisconnectTimestamp":"{end}","InitialContactId":{},"InitiationMethod":"{}","InitiationTimestamp":"{start}","InstanceARN":"{INSTANCE_ARN}","LastUpdateTimestamp":"{}","PreviousContactId":{},"Queue":{{"ARN":"{INSTANCE_ARN}/queue/{}","DequeueTimestamp":"{connected}","Duration":{waited},"EnqueueTimestamp":"{queued}","Name":"queue-{queue}"}},"#,
            pick(
                &["booking", "cancellation", "complaint", "invoice", "refund"],
                &mut rng
            ),
            pick(&["de", "en", "es", "fr"], &mut rng),
            pick(&["basic", "gold", "silver"], &mut rng),
            self.channel,
            rng.u32(..10_000_000),
            pick(&["AGENT_DISCONNECT", "CUSTOMER_DISCONNECT"], &mut rng),
            reference(self.initial),
            self.method,
            if is_final { &worked } else { &end },
            reference(self.previous),
            entity(2, queue),
        )?;
        if is_final && self.channel != "TASK" {
            write!(
                out,
                r#""Recordings":[{{"Location":"recordings/{}/{id}","Status":"AVAILABLE","Type":"AUDIO"}}],"#,
                start.get(..10).unwrap_or_default()
            )?;
        }
        writeln!(
            out,
            r#""References":[{{"Name":"order","Type":"URL","Status":"AVAILABLE","Value":"https://orders.example/{order}"}}],"RelatedContactId":{},"SystemEndpoint":{{"Address":"+495550000{queue:02}","Type":"TELEPHONE_NUMBER"}},"Tags":{{"aws:connect:instanceId":"{}","department":"{}"}}}}"#,
            reference(self.related),
            super::INSTANCE_ID,
            pick(&["claims", "sales", "service"], &mut rng),
        )
    }
}

/// The ID of the agent or queue with this number.
fn entity(kind: u64, number: u64) -> String {
    uuid(Rng::with_seed(kind << 32 | number).u128(..))
}

fn uuid(bits: u128) -> String {
    uuid_of(bits.to_be_bytes())
}
