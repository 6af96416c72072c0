//! A forest in a line.

use crate::forest::Forest;
use crate::picture::Zone;
use crate::text::{short_duration, zone_name};
use crate::time::Timestamp;

/// How many contacts, from when to when, and what is special about them.
pub(crate) fn parts(forest: &Forest, zone: Zone) -> Vec<String> {
    let mut parts = vec![match forest.len() {
        0 => "No contacts".to_owned(),
        1 => "1 contact".to_owned(),
        count => format!("{count} contacts"),
    }];
    let trees = forest.roots().len();
    if trees > 1 {
        parts[0] += &format!(" in {trees} trees");
    }
    let covered = forest.span();
    if let (Some(start), Some(end)) = (covered.start, covered.end) {
        parts.push(span(start, end, zone));
    }
    if covered.open > 0 {
        parts.push(format!("{} still open", covered.open));
    }
    match forest.anomalies().len() {
        0 => {}
        1 => parts.push("1 note".to_owned()),
        count => parts.push(format!("{count} notes")),
    }
    parts
}

/// From when to when, with the zone once if it is the same at both ends.
fn span(start: Timestamp, end: Timestamp, zone: Zone) -> String {
    let [(first, first_zone), (last, last_zone)] = [start, end].map(|time| {
        let offset = zone.offset(time);
        (time.civil(offset), zone_name(offset))
    });
    let mut text = format!("{} {} ", first.date(), first.time());
    if first_zone != last_zone {
        text += &format!("{first_zone} ");
    }
    text += "to ";
    if first.date() != last.date() {
        text += &format!("{} ", last.date());
    }
    let length = short_duration(end.since(start).unwrap_or_default());
    text + &format!("{} {last_zone} ({length})", last.time())
}
