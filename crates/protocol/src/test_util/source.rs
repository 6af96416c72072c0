//! Random values, the same for the same seed.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};

use aws_smithy_types::{Blob, DateTime, Document, Number};

/// How deep optional members go on to be there.
const DEPTH: u8 = 5;
/// How many optional members may be there altogether: shapes that reach many others would be without end.
const BUDGET: u16 = 600;
/// Entries of a list or map, and characters of a string, beyond the least.
const MORE_ENTRIES: u64 = 3;
const MORE_TEXT: u64 = 12;
/// The years 0001 to 9999, which every format of times can hold.
const FIRST_SECOND: i64 = -62_135_596_800;
const LAST_SECOND: i64 = 253_402_300_799;

/// Makes up values. The seed 0 makes every optional member be there, as far as depth allows; 1 none; others one in two.
#[derive(Debug)]
pub struct Source {
    state: u64,
    presence: Presence,
    depth: u8,
    budget: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    All,
    None,
    Some,
}

/// A [`Source`] one level down, until it is dropped.
#[derive(Debug)]
pub struct Deeper<'a>(&'a mut Source);

impl Deref for Deeper<'_> {
    type Target = Source;

    fn deref(&self) -> &Source {
        self.0
    }
}

impl DerefMut for Deeper<'_> {
    fn deref_mut(&mut self) -> &mut Source {
        self.0
    }
}

impl Drop for Deeper<'_> {
    fn drop(&mut self) {
        self.0.depth -= 1;
    }
}

impl Source {
    /// A source of the values that belong to a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            state: seed,
            presence: match seed {
                0 => Presence::All,
                1 => Presence::None,
                _ => Presence::Some,
            },
            depth: 0,
            budget: BUDGET,
        }
    }

    /// The source for the members of a structure or union.
    pub fn deeper(&mut self) -> Deeper<'_> {
        self.depth += 1;
        Deeper(self)
    }

    /// 64 random bits: splitmix64.
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from `min` to `max`.
    pub(super) fn between(&mut self, min: u64, max: u64) -> u64 {
        match max.saturating_sub(min).checked_add(1) {
            Some(count) => min + self.bits() % count,
            None => self.bits(),
        }
    }

    /// Whether an optional member is there.
    pub fn has(&mut self) -> bool {
        let there = match self.presence {
            Presence::None => false,
            _ if self.depth > DEPTH || self.budget == 0 => false,
            Presence::All if self.depth <= 2 => true,
            _ => self.between(0, if self.depth <= 2 { 1 } else { 3 }) == 0,
        };
        self.budget -= u16::from(there);
        there
    }

    /// `Some` of a value or `None`, as [`has`](Self::has) says.
    pub fn option<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.has().then(|| value(self))
    }

    /// One of several values.
    pub fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        let at = self.between(0, values.len() as u64 - 1);
        values[at as usize].clone()
    }

    /// One of several strings.
    pub fn one_of(&mut self, values: &[&str]) -> String {
        self.pick(values).to_owned()
    }

    /// The index of a union's variant: any of `count`, but deep down the one that leads nowhere else.
    pub fn variant(&mut self, count: u64, shallow: u64) -> u64 {
        if self.depth > DEPTH || self.budget == 0 {
            return shallow;
        }
        self.between(0, count - 1)
    }

    /// A length from `min` to `max`, not much more than the least.
    fn length(&mut self, min: u64, max: u64, more: u64) -> u64 {
        let least = match self.presence {
            Presence::All if max > 0 => min.max(1),
            _ => min,
        };
        // The least is where things go wrong.
        match self.between(0, 3) {
            0 => least,
            _ => self.between(least, max.min(least.saturating_add(more))),
        }
    }

    fn characters(&mut self, (min, max): (u64, u64), characters: &str) -> String {
        let characters: Vec<char> = characters.chars().collect();
        let length = self.length(min, max, MORE_TEXT);
        (0..length).map(|_| self.pick(&characters)).collect()
    }

    /// Text of `min` to `max` characters of every kind.
    pub fn text(&mut self, min: u64, max: u64) -> String {
        const CHARACTERS: &str =
            "abZ09 -._~/\\\"'%&=+?#,;:{}<\n\t\0\u{7f}\u{e9}\u{2028}\u{65e5}\u{1f600}";
        self.characters((min, max), CHARACTERS)
    }

    /// Text of `min` to `max` characters that a header can hold: no control characters, no white space at an end.
    pub fn header_text(&mut self, min: u64, max: u64) -> String {
        const CHARACTERS: &str = "abZ09-._/\\\"%=+,;:\u{e9}\u{65e5}";
        self.characters((min, max), CHARACTERS)
    }

    /// A part of a header's name.
    pub fn header_name(&mut self, min: u64, max: u64) -> String {
        const CHARACTERS: &str = "abcxyz09-_";
        self.characters((min.max(1), max), CHARACTERS)
    }

    /// Several segments of a path.
    pub fn path(&mut self, min: u64, max: u64) -> String {
        const CHARACTERS: &str = "abZ0 %+?\u{e9}";
        let first = self.characters((min.max(1), max), CHARACTERS);
        let left = max - first.chars().count() as u64;
        if left < 2 || !self.has() {
            return first;
        }
        let rest = self.characters((1, left - 1), CHARACTERS);
        format!("{first}/{rest}")
    }

    /// A label of a domain name.
    pub fn host_label(&mut self, min: u64, max: u64) -> String {
        const CHARACTERS: &str = "abZ09-";
        self.characters((min.max(1), max.min(63)), CHARACTERS)
    }

    /// A whole number from `min` to `max`, which are of its type.
    pub fn integer<T: TryFrom<i64> + Default>(&mut self, min: i64, max: i64) -> T {
        // The ends are where things go wrong.
        let value = match self.between(0, 7) {
            0 => min,
            1 => max,
            _ => min.wrapping_add_unsigned(self.between(0, min.abs_diff(max))),
        };
        T::try_from(value).unwrap_or_default()
    }

    /// A number from `min` to `max` that a float of single precision holds exactly.
    pub fn fraction(&mut self, min: f64, max: f64) -> f64 {
        let steps = self.between(0, 64) as f64 / 64.0;
        let (min, max) = (min.max(-1e6), max.min(1e6));
        let value = f64::from((min + (max - min) * steps) as f32);
        value.clamp(min, max)
    }

    /// A number of single precision: any, also what JSON cannot say as a number.
    pub fn float(&mut self) -> f32 {
        match self.between(0, 9) {
            0 => f32::NAN,
            1 => f32::INFINITY,
            2 => f32::NEG_INFINITY,
            3 => self.pick(&[0.0, -1.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE]),
            _ => self.fraction(-1e6, 1e6) as f32,
        }
    }

    /// A number of double precision: any, also what JSON cannot say as a number.
    pub fn double(&mut self) -> f64 {
        match self.between(0, 9) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => f64::NEG_INFINITY,
            3 => self.pick(&[0.0, -1.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE]),
            _ => self.bits() as f64 / 1e7 - 1e11,
        }
    }

    /// `min` to `max` bytes of every kind.
    pub fn blob(&mut self, min: u64, max: u64) -> Blob {
        let length = self.length(min, max, MORE_TEXT);
        Blob::new((0..length).map(|_| self.bits() as u8).collect::<Vec<_>>())
    }

    /// A time in whole seconds.
    pub fn second(&mut self) -> DateTime {
        DateTime::from_secs(self.integer(FIRST_SECOND, LAST_SECOND))
    }

    /// A time to the nanosecond.
    pub fn moment(&mut self) -> DateTime {
        let nanos = match self.between(0, 3) {
            0 => 0,
            1 => 500_000_000,
            2 => self.between(0, 999) as u32 * 1_000_000,
            _ => self.between(0, 999_999_999) as u32,
        };
        DateTime::from_secs_and_nanos(self.integer(FIRST_SECOND, LAST_SECOND), nanos)
    }

    /// A document that is not `null`.
    pub fn document(&mut self) -> Document {
        let kinds = if self.depth > DEPTH { 4 } else { 6 };
        let source = &mut *self.deeper();
        match source.between(0, kinds - 1) {
            0 => Document::Bool(source.has()),
            1 => Document::Number(Number::PosInt(source.bits())),
            2 => Document::Number(Number::NegInt(source.integer(i64::MIN, -1))),
            3 => Document::String(source.text(0, 8)),
            4 => {
                let mut items = source.list(0, 3, Self::document);
                items.push(Document::Null);
                Document::Array(items)
            }
            _ => Document::Object(source.map(0, 3, |source| source.text(0, 5), Self::document)),
        }
    }

    /// Digits of a whole number that may be longer than 64 bits hold.
    pub fn digits(&mut self) -> String {
        let sign = if self.between(0, 1) == 0 { "-" } else { "" };
        let (high, low) = (self.between(1, 9), self.bits());
        if self.between(0, 1) == 0 {
            format!("{sign}{high}")
        } else {
            format!("{sign}{high}{low:020}{low:020}")
        }
    }

    /// How many entries a list or map has.
    fn entries(&mut self, min: u64, max: u64) -> u64 {
        let is_deep = self.depth > DEPTH || self.budget == 0;
        self.length(min, max, if is_deep { 0 } else { MORE_ENTRIES })
    }

    /// `min` to `max` entries.
    pub fn list<T>(&mut self, min: u64, max: u64, mut entry: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let length = self.entries(min, max);
        (0..length).map(|_| entry(self)).collect()
    }

    /// `min` to `max` entries, of which no two are equal. As many as turn up, if that is fewer.
    pub fn unique<T: PartialEq>(
        &mut self,
        min: u64,
        max: u64,
        mut entry: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let length = self.length(min, max, MORE_ENTRIES) as usize;
        let mut list: Vec<T> = Vec::with_capacity(length);
        for _ in 0..length * 16 {
            let value = entry(self);
            if list.len() < length && !list.contains(&value) {
                list.push(value);
            }
        }
        list
    }

    /// `min` to `max` entries with different keys. As many as turn up, if that is fewer.
    pub fn map<K: Eq + Hash, V>(
        &mut self,
        min: u64,
        max: u64,
        mut key: impl FnMut(&mut Self) -> K,
        mut value: impl FnMut(&mut Self) -> V,
    ) -> HashMap<K, V> {
        let length = self.entries(min, max) as usize;
        let mut map = HashMap::with_capacity(length);
        for _ in 0..length * 16 {
            let key = key(self);
            if map.len() < length && !map.contains_key(&key) {
                map.insert(key, value(self));
            }
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same() {
        let values = |seed| {
            let mut source = Source::new(seed);
            let text = source.text(0, 50);
            (text, source.document(), source.moment(), source.has())
        };
        assert_eq!(values(7), values(7));
        assert_ne!(values(7).0, values(8).0);
    }

    #[test]
    fn limits_are_kept() {
        for seed in 0..200 {
            let source = &mut Source::new(seed);
            assert!((2..=5).contains(&source.text(2, 5).chars().count()));
            assert!((-3..=4).contains(&source.integer::<i32>(-3, 4)));
            assert!((i64::MIN..=i64::MAX).contains(&source.integer::<i64>(i64::MIN, i64::MAX)));
            assert!((0.5..=1.0).contains(&source.fraction(0.5, 1.0)));
            let list = source.unique(2, 3, |source| source.integer::<i8>(1, 3));
            assert!((2..=3).contains(&list.len()));
            assert_eq!(source.map(1, 1, |s| s.text(0, 1), Source::has).len(), 1);
            let path = source.path(1, 9);
            assert!(!path.starts_with('/') && !path.ends_with('/') && path.chars().count() <= 9);
        }
    }

    #[test]
    fn presence_follows_the_seed() {
        assert!((0..20).all(|_| Source::new(0).has()));
        assert!((0..20).all(|_| !Source::new(1).has()));
        let source = &mut Source::new(2);
        let there = (0..100).filter(|_| source.has()).count();
        assert!((20..80).contains(&there), "{there}");
    }

    #[test]
    fn recursion_ends() {
        fn depth(source: &mut Source) -> usize {
            let source = &mut *source.deeper();
            if source.has() { 1 + depth(source) } else { 1 }
        }
        assert!((0..50).all(|seed| depth(&mut Source::new(seed)) < 10));
    }
}
