//! The marks of the time axis.

use crate::picture::Zone;
use crate::time::Timestamp;

/// Seconds between ticks, the finest first; days are doubled as long as needed.
const STEPS: [i64; 16] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400,
];
/// Ticks at most.
const TICKS: i64 = 10;

/// A mark on the time axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Its place.
    pub at: f64,
    /// The time of day, with seconds where they count, or the date at midnight.
    pub label: String,
}

/// Ticks at round times of a zone.
pub(super) fn ticks(
    start: Timestamp,
    end: Timestamp,
    zone: Zone,
    place: impl Fn(Timestamp) -> f64,
) -> Vec<Tick> {
    let [first, last] = [start, end].map(Timestamp::secs);
    let length = last.saturating_sub(first);
    let mut step = STEPS
        .into_iter()
        .find(|step| length / step <= TICKS)
        .unwrap_or(86_400);
    while length / step > TICKS {
        step = step.saturating_mul(2);
    }
    let local = first.saturating_add(zone.offset(start).into());
    let mut at = first.saturating_add((step - local.rem_euclid(step)) % step);
    let mut ticks = Vec::new();
    while at <= last && ticks.len() <= TICKS as usize + 1 {
        let time = Timestamp::from_secs(at);
        ticks.push(Tick {
            at: place(time),
            label: label(time, zone, step),
        });
        let Some(next) = at.checked_add(step) else {
            break;
        };
        at = next;
    }
    ticks
}

fn label(time: Timestamp, zone: Zone, step: i64) -> String {
    let civil = time.civil(zone.offset(time));
    let (hour, minute, second) = (civil.hour(), civil.minute(), civil.second());
    match (hour, minute, second) {
        (0, 0, 0) => civil.date().to_string(),
        _ if step % 60 == 0 && second == 0 => format!("{hour:02}:{minute:02}"),
        _ => civil.time().to_string(),
    }
}

/// From which seconds since 1970 on a zone's clocks are so many seconds east of Greenwich, for a stretch of time.
///
/// The stretch is searched in equal steps, so of changes that are closer together some may be passed over.
pub(super) fn offsets(start: Timestamp, end: Timestamp, zone: Zone) -> Vec<(i64, i32)> {
    const SEARCHED: i64 = 400;
    let offset = |at: i64| zone.offset(Timestamp::from_secs(at));
    let (first, last) = (start.secs(), end.secs());
    let step = (last.saturating_sub(first) / SEARCHED).max(1);
    let mut offsets = vec![(first, offset(first))];
    let mut known = first;
    while known < last {
        let next = known.saturating_add(step).min(last);
        let (before, after) = (offset(known), offset(next));
        if before != after {
            let (mut old, mut new) = (known, next);
            while old.saturating_add(1) < new {
                let middle = old + (new - old) / 2;
                if offset(middle) == before {
                    old = middle;
                } else {
                    new = middle;
                }
            }
            offsets.push((new, after));
        }
        known = next;
    }
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_the_clocks_are_found_to_the_second() {
        const CHANGE: i64 = 1_774_746_000;
        let zone = Zone::Local(|time| if time.secs() < CHANGE { 3_600 } else { 7_200 });
        let [start, end] = [CHANGE - 100_000, CHANGE + 5_000].map(Timestamp::from_secs);
        let expected = [(CHANGE - 100_000, 3_600), (CHANGE, 7_200)];
        assert_eq!(offsets(start, end, zone), expected);
        assert_eq!(offsets(start, start, zone), expected[..1]);
        let [first, last] = [i64::MIN, i64::MAX].map(Timestamp::from_secs);
        assert_eq!(offsets(first, last, Zone::Utc), [(i64::MIN, 0)]);
    }
}
