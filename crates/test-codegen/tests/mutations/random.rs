//! Random numbers that are the same on every run, and values nobody expects.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

/// What makes sense somewhere, and is odd elsewhere.
#[derive(Deserialize)]
pub(crate) struct Odd {
    /// Names that mean something to Rust, to Smithy or to the generated code.
    names: Vec<String>,
    texts: Vec<String>,
    ids: Vec<String>,
    /// Traits, and a value of each.
    pub(crate) traits: Vec<(String, Value)>,
}

pub(crate) static ODD: LazyLock<Odd> =
    LazyLock::new(|| serde_json::from_str(include_str!("odd.json")).unwrap());

pub(crate) struct Random(fastrand::Rng);

impl Random {
    /// A stream of its own for every case.
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        let seed = seed.wrapping_add(case.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Less than `end`, which is not zero.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end)
    }

    /// One time in `times`.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A value of any JSON kind.
    pub(crate) fn junk(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => Value::Bool(self.one_in(2)),
            2 | 3 => self.number(),
            4 | 5 => Value::String(self.text()),
            6 => match self.below(3) {
                0 => json!([]),
                1 => json!([self.text()]),
                _ => json!([null, 1, {"target": self.text()}]),
            },
            _ => match self.below(3) {
                0 => json!({}),
                1 => json!({ self.text(): self.text() }),
                _ => nested(self.below(140)),
            },
        }
    }

    pub(crate) fn number(&mut self) -> Value {
        let integers = [
            0,
            -1,
            1,
            255,
            256,
            65_536,
            i64::from(i32::MAX),
            i64::from(i32::MIN),
            i64::MAX,
            i64::MIN,
        ];
        match self.below(4) {
            0 => json!(u64::MAX),
            1 => json!(self.pick(&[0.5, -0.0, 1e300, -1e300, 5e-324, 1e15, 253_402_300_800.5])),
            _ => json!(self.pick(&integers)),
        }
    }

    pub(crate) fn text(&mut self) -> String {
        match self.below(10) {
            0 => self
                .pick(&["a", "é", "\u{202E}x", "\0", "日", "{", "'", "*/"])
                .repeat(3_000),
            1 => self.pick(&ODD.ids).clone(),
            _ => self.pick(&ODD.texts).clone(),
        }
    }

    /// A name for a member, an operation, a shape or an enum value.
    pub(crate) fn name(&mut self) -> String {
        match self.below(8) {
            0 => self.text(),
            1 => "A".repeat(self.below(400) + 1),
            _ => self.pick(&ODD.names).clone(),
        }
    }

    /// The ID of a shape, maybe of one that is not there.
    pub(crate) fn id(&mut self, there: &[String]) -> String {
        match self.below(4) {
            0 => self.pick(&ODD.ids).clone(),
            _ if there.is_empty() => "a#B".to_owned(),
            _ => self.pick(there).clone(),
        }
    }
}

/// `depth` objects within each other.
pub(crate) fn nested(depth: usize) -> Value {
    (0..depth).fold(json!({}), |inner, _| json!({ "a": inner }))
}
