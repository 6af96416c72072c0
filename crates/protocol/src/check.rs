//! Constraint validation: required members, lengths, ranges, patterns, unique items, enum values.
//!
//! Generated code describes each shape's constraints once, and who checks decides which of them count. A client looks at what
//! is required and at minima, as botocore does: the service may relax the rest, and yesterday's client must not reject it. A server looks at
//! everything.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::ops::{Bound, RangeBounds};

use aws_smithy_types::Blob;

use crate::decimal;
use crate::error::InputError;
use crate::json::{WriteJson, Writer};
use crate::violation::{Finding, keep, prefix};

mod pattern;

pub use crate::violation::{Violation, ViolationKind};
pub use pattern::Pattern;

/// Validates a value's constraints and collects the violations.
///
/// ```
/// use connect_protocol::check::Check;
///
/// let mut check = Check::client();
/// let name: Option<String> = Some(String::new());
/// check.required("InstanceId", &None::<String>, |_, _| {});
/// check.required("Name", &name, |check, name| check.length(name, 1..=100));
/// let found = check.into_input_error().map_err(|error| error.to_string());
/// assert_eq!(found, Err("InstanceId: required".to_owned()));
/// ```
#[derive(Debug)]
pub struct Check {
    side: Side,
    /// What a server's reader found before.
    read: Vec<Violation>,
    findings: Vec<Finding>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// Validates an input as a client does before it sends.
///
/// # Errors
/// The first broken constraint, by the member's path.
pub fn client(check: impl FnOnce(&mut Check)) -> Result<(), InputError> {
    let mut found = Check::client();
    check(&mut found);
    found.into_input_error()
}

/// The inclusive limits of a range; models know no others.
fn limits<T: Copy>(range: &impl RangeBounds<T>) -> (Option<T>, Option<T>) {
    let limit = |bound: Bound<&T>| match bound {
        Bound::Included(limit) | Bound::Excluded(limit) => Some(*limit),
        Bound::Unbounded => None,
    };
    (limit(range.start_bound()), limit(range.end_bound()))
}

impl Check {
    /// Validates as a client does before it sends: required members, minimum lengths, minimum values.
    pub fn client() -> Self {
        Self::new(Side::Client, Vec::new())
    }

    /// Validates as a server does: every constraint.
    pub fn server() -> Self {
        Self::new(Side::Server, Vec::new())
    }

    /// Validates as a server does, after [`Reader::strict`](crate::json::Reader::strict) found required members missing: what stands in for them
    /// is not validated.
    pub fn server_after(read: Vec<Violation>) -> Self {
        Self::new(Side::Server, read)
    }

    fn new(side: Side, read: Vec<Violation>) -> Self {
        Self {
            side,
            read,
            findings: Vec::new(),
        }
    }

    /// Everything found, in the order of the checks.
    pub fn violations(self) -> Vec<Violation> {
        let mut violations = self.read;
        let missing: Vec<String> = violations
            .iter()
            .map(|violation| violation.path.clone())
            .collect();
        let stands_in = |path: &str| {
            missing.iter().any(|missing| {
                let inside = path.strip_prefix(missing.as_str());
                inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let checked = self.findings.into_iter().map(Violation::from);
        violations.extend(checked.filter(|violation| !stands_in(&violation.path)));
        violations
    }

    /// The first thing found, as an error that names the member.
    ///
    /// # Errors
    /// Anything was found.
    pub fn into_input_error(self) -> Result<(), InputError> {
        match self.findings.into_iter().next() {
            None => Ok(()),
            Some(finding) => Err(finding.into()),
        }
    }

    fn found(&mut self, kind: ViolationKind) {
        keep(&mut self.findings, Finding::here(kind));
    }

    /// Checks what lies under a name or index.
    fn under(&mut self, segment: impl Display, check: impl FnOnce(&mut Self)) {
        let findings = self.findings.len();
        check(self);
        if self.findings.len() != findings {
            prefix(&mut self.findings, findings, &segment);
        }
    }

    /// A required member, and the constraints of its value.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        value: &Option<T>,
        check: impl FnOnce(&mut Self, &T),
    ) {
        match value {
            Some(value) => self.under(name, |this| check(this, value)),
            None => keep(
                &mut self.findings,
                Finding::at(name, ViolationKind::Required),
            ),
        }
    }

    /// A member that may be missing, and the constraints of its value.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        value: &Option<T>,
        check: impl FnOnce(&mut Self, &T),
    ) {
        if let Some(value) = value {
            self.value(name, value, check);
        }
    }

    /// The constraints of a member that is always there.
    pub fn value<T>(&mut self, name: &'static str, value: &T, check: impl FnOnce(&mut Self, &T)) {
        self.under(name, |this| check(this, value));
    }

    /// The constraints of an entry of a sparse list or map that is not null.
    pub fn present<T>(&mut self, value: &Option<T>, check: impl FnOnce(&mut Self, &T)) {
        if let Some(value) = value {
            check(self, value);
        }
    }

    /// The constraints of each entry of a list.
    pub fn each<T>(&mut self, items: &[T], mut check: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            self.under(index, |this| check(this, item));
        }
    }

    /// The constraints of each value of a map.
    pub fn each_value<K: AsRef<str>, V>(
        &mut self,
        map: &HashMap<K, V>,
        mut check: impl FnMut(&mut Self, &V),
    ) {
        for (key, value) in map {
            self.under(key.as_ref(), |this| check(this, value));
        }
    }

    /// The constraints of each key of a map. What is wrong with a key is wrong with the map.
    pub fn each_key<K, V>(&mut self, map: &HashMap<K, V>, mut check: impl FnMut(&mut Self, &K)) {
        for key in map.keys() {
            check(self, key);
        }
    }

    /// A length: characters of a string, bytes of a blob, entries of a list or map. A client looks at the minimum only.
    pub fn length<T: Length + ?Sized>(&mut self, value: &T, range: impl RangeBounds<u64>) {
        let (min, max) = limits(&range);
        if self.side == Side::Client && min.is_none_or(|min| value.at_least() >= min) {
            return;
        }
        let length = value.length();
        let short = min.is_some_and(|min| length < min);
        let long = self.side == Side::Server && max.is_some_and(|max| length > max);
        if short || long {
            self.found(ViolationKind::Length { length, min, max });
        }
    }

    /// A number's range. A client looks at the minimum only. NaN is out of every range.
    pub fn range<T: PartialOrd + Display + Copy>(&mut self, value: &T, range: impl RangeBounds<T>) {
        let (min, max) = limits(&range);
        let low = min
            .as_ref()
            .is_some_and(|min| !matches!(value.partial_cmp(min), Some(order) if order.is_ge()));
        let high = max
            .as_ref()
            .is_some_and(|max| !matches!(value.partial_cmp(max), Some(order) if order.is_le()));
        if low || (high && self.side == Side::Server) {
            self.found(ViolationKind::Range {
                min: min.map(|min| min.to_string()),
                max: max.map(|max| max.to_string()),
            });
        }
    }

    /// The range of a number of any size; the limits are in decimal. A client looks at the minimum only. What is no number is out of
    /// every range.
    pub fn big_range(
        &mut self,
        value: &impl AsRef<str>,
        min: Option<&'static str>,
        max: Option<&'static str>,
    ) {
        let to = |limit: &str| decimal::compare(value.as_ref(), limit);
        let low = min.is_some_and(|min| to(min).is_none_or(Ordering::is_lt));
        let high = max.is_some_and(|max| to(max).is_none_or(Ordering::is_gt));
        if low || (high && self.side == Side::Server) {
            self.found(ViolationKind::Range {
                min: min.map(str::to_owned),
                max: max.map(str::to_owned),
            });
        }
    }

    /// A string's pattern. Servers only.
    pub fn pattern(&mut self, value: &str, pattern: &'static Pattern) {
        if self.side == Side::Server && !pattern.matches(value) {
            self.found(ViolationKind::Pattern(pattern.source()));
        }
    }

    /// A list whose entries must differ. Servers only. Long lists are compared by how their entries are written as JSON.
    pub fn unique<T: PartialEq + WriteJson>(&mut self, items: &[T]) {
        // So few that comparing all with all is quicker.
        const FEW: usize = 16;
        if self.side == Side::Client {
            return;
        }
        let unique = if items.len() <= FEW {
            items
                .iter()
                .enumerate()
                .all(|(index, item)| !items[..index].contains(item))
        } else {
            let mut seen = HashSet::with_capacity(items.len());
            items.iter().all(|item| {
                let mut writer = Writer::new();
                // What cannot be written has no equal.
                item.write_json(&mut writer).is_err() || seen.insert(writer.finish())
            })
        };
        if !unique {
            self.found(ViolationKind::UniqueItems);
        }
    }

    /// A value of an enum. Servers only: clients take tomorrow's values.
    pub fn known(&mut self, value: &str, values: &'static [&'static str]) {
        if self.side == Side::Server && !values.contains(&value) {
            self.found(ViolationKind::Enum(values));
        }
    }

    /// A value of an enum that has internal values, which violations do not name.
    pub fn known_to_all(
        &mut self,
        value: &str,
        values: &'static [&'static str],
        public: &'static [&'static str],
    ) {
        if self.side == Side::Server && !values.contains(&value) {
            self.found(ViolationKind::Enum(public));
        }
    }

    /// A number of an enum of numbers. Servers only.
    pub fn known_number(&mut self, value: i32, values: &'static [i32]) {
        if self.side == Side::Server && !values.contains(&value) {
            self.found(ViolationKind::IntEnum(values));
        }
    }
}

/// A value that has a length in the sense of the `length` trait.
pub trait Length {
    /// The length: characters of a string, bytes of a blob, entries of a list or map.
    fn length(&self) -> u64;

    /// A length that is known at once and not more than the real one.
    #[doc(hidden)]
    fn at_least(&self) -> u64 {
        self.length()
    }
}

/// A length in memory as the number that models use.
fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Length for str {
    fn length(&self) -> u64 {
        count(self.chars().count())
    }

    fn at_least(&self) -> u64 {
        count(self.len() / 4)
    }
}

impl Length for String {
    fn length(&self) -> u64 {
        self.as_str().length()
    }

    fn at_least(&self) -> u64 {
        self.as_str().at_least()
    }
}

impl Length for Blob {
    fn length(&self) -> u64 {
        count(self.as_ref().len())
    }
}

impl<T> Length for [T] {
    fn length(&self) -> u64 {
        count(self.len())
    }
}

impl<T> Length for Vec<T> {
    fn length(&self) -> u64 {
        count(self.len())
    }
}

impl<K, V> Length for HashMap<K, V> {
    fn length(&self) -> u64 {
        count(self.len())
    }
}
