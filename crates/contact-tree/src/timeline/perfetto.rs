//! A timeline as a trace for Perfetto: `TrackEvent`s in the protocol buffers that its viewer reads.

use super::layout::Timeline;
use super::words;
use crate::contact::Link;
use crate::forest::Node;
use crate::time::Timestamp;

/// `TrackEvent.type`: where a slice begins, and where the innermost one ends.
const BEGIN: u64 = 1;
const END: u64 = 2;
/// The clock of the wall, and the one that times are in where nothing else is said.
const CLOCKS: [u64; 2] = [1, 6];

impl Timeline<'_> {
    /// The timeline as a trace for the viewer of Perfetto: a track per contact below the one it hangs under, the contact and
    /// what went on in it as slices, transfers as flows. Contacts without a beginning have no slice, those that are open one
    /// without an end.
    #[must_use]
    pub fn perfetto(&self) -> Vec<u8> {
        let mut flows = vec![Vec::new(); self.rows.len()];
        let mut is_transfer = vec![false; self.rows.len()];
        for arrow in self
            .arrows
            .iter()
            .filter(|arrow| arrow.link == Link::Previous)
        {
            flows[arrow.from].push(track(arrow.to));
            is_transfer[arrow.to] = true;
        }
        let start = nanos(self.start);
        let clocks = CLOCKS.into_iter().fold(Message::default(), |clocks, id| {
            clocks.message(1, &Message::default().number(1, id).number(2, start))
        });
        let mut trace = Message::default().packet(Message::default().message(6, &clocks));
        for (place, row) in self.rows.iter().enumerate() {
            let name = words::what(row.node);
            let parent = row.parent.map_or(0, track);
            let about = Message::default()
                .number(1, track(place))
                .text(2, &name)
                .number(5, parent);
            trace = trace.packet(Message::default().message(60, &about));
            let Some(began) = row
                .node
                .contact()
                .initiation_time
                .filter(|_| row.bar.is_some())
            else {
                continue;
            };
            let mut begin = event(BEGIN, place).text(23, &name);
            for (heading, field) in words::FIELDS {
                if let Some(text) = field(row.node, self.zone) {
                    begin = begin.message(4, &Message::default().text(10, heading).text(6, &text));
                }
            }
            begin = flows[place]
                .iter()
                .fold(begin, |begin, flow| begin.fixed(47, *flow));
            if is_transfer[place] {
                begin = begin.fixed(48, track(place));
            }
            trace = trace.packet(at(began, &begin));
            let ended = row.node.contact().disconnect_time;
            let (within, after) = slices(row.node, began);
            for (name, from, to) in within {
                trace = trace.packet(at(from, &event(BEGIN, place).text(23, name)));
                trace = trace.packet(at(to, &event(END, place)));
            }
            if let Some(ended) = ended {
                trace = trace.packet(at(ended, &event(END, place)));
            }
            if let Some((from, to)) =
                after.filter(|(from, _)| ended.is_some_and(|ended| ended <= *from))
            {
                trace = trace.packet(at(from, &event(BEGIN, place).text(23, "after contact")));
                trace = trace.packet(at(to, &event(END, place)));
            }
        }
        trace.0
    }
}

/// What went on in a contact, one after the other, and the work after it.
type Slices = (
    Vec<(&'static str, Timestamp, Timestamp)>,
    Option<(Timestamp, Timestamp)>,
);

fn slices(node: Node<'_>, began: Timestamp) -> Slices {
    let Some(facts) = words::facts(node) else {
        return Slices::default();
    };
    let ended = node.contact().disconnect_time;
    let parts = [
        ("in queue", facts.enqueue_time, facts.dequeue_time),
        ("with agent", facts.agent_time, ended),
    ];
    let mut free = began;
    let mut within = Vec::new();
    for (name, from, to) in parts {
        if let (Some(from), Some(to)) = (from, to)
            && free <= from
            && from <= to
            && ended.is_none_or(|ended| to <= ended)
        {
            within.push((name, from, to));
            free = to;
        }
    }
    let after = facts.after_contact_start.zip(facts.after_contact_end);
    (within, after.filter(|(from, to)| from <= to))
}

/// Tracks are counted from 1.
fn track(row: usize) -> u64 {
    row as u64 + 1
}

fn event(kind: u64, row: usize) -> Message {
    Message::default().number(9, kind).number(11, track(row))
}

fn at(time: Timestamp, event: &Message) -> Message {
    Message::default().number(8, nanos(time)).message(11, event)
}

/// Nanoseconds since 1970, as far as the viewer counts.
fn nanos(time: Timestamp) -> u64 {
    let seconds = u64::try_from(time.secs()).unwrap_or_default();
    let nanos = seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(time.subsec_nanos().into());
    nanos.min(i64::MAX.unsigned_abs())
}

/// A protocol buffer: each member a key of its number and wire type, then its value.
#[derive(Clone, Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(mut self, mut number: u64) -> Self {
        while number > 0x7f {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
        self
    }

    fn number(self, member: u64, number: u64) -> Self {
        self.varint(member << 3).varint(number)
    }

    fn fixed(self, member: u64, number: u64) -> Self {
        self.varint(member << 3 | 1).raw(&number.to_le_bytes())
    }

    fn text(self, member: u64, text: &str) -> Self {
        let text = text.as_bytes();
        self.varint(member << 3 | 2)
            .varint(text.len() as u64)
            .raw(text)
    }

    fn message(self, member: u64, message: &Self) -> Self {
        let bytes = message.0.as_slice();
        self.varint(member << 3 | 2)
            .varint(bytes.len() as u64)
            .raw(bytes)
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// A packet of a trace, of the one sequence that there is.
    fn packet(self, packet: Self) -> Self {
        self.message(1, &packet.number(10, 1))
    }
}
