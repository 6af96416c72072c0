//! Example strings for a pattern, for tests that need valid values.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

/// How many examples of a pattern are enough.
const ENOUGH: usize = 6;

/// How many parts an example is written from at the most: repetitions in repetitions would have no end.
const MOST_PARTS: u32 = 4_096;

/// Strings in which the pattern is found and that pass `accept`: a few, or none where none turns up. The same pattern always has the
/// same examples.
pub(crate) fn of_pattern(pattern: &str, accept: impl Fn(&str) -> bool) -> Vec<String> {
    let (Ok(hir), Ok(regex)) = (regex_syntax::parse(pattern), regex::Regex::new(pattern)) else {
        return Vec::new();
    };
    let mut examples: Vec<String> = Vec::new();
    let mut tried = BTreeSet::new();
    let mut writer = Writer {
        random: fastrand::Rng::with_seed(0),
        more: 0,
        left: 0,
        text: String::new(),
    };
    // From short to long: a length that is demanded beside the pattern is met sooner or later.
    for more in [0, 1, 2, 4, 8, 16, 32, 64, 128, 256] {
        for _ in 0..24 {
            writer.more = more;
            writer.left = MOST_PARTS;
            writer.text.clear();
            writer.write(&hir);
            // It is not complete, and others of this length or more would not be either.
            if writer.left == 0 {
                return examples;
            }
            // Patterns of one text or a few would be matched with them again and again.
            let text = &writer.text;
            if tried.insert(text.clone()) && accept(text) && regex.is_match(text) {
                examples.push(text.clone());
            }
            if examples.len() == ENOUGH {
                return examples;
            }
        }
    }
    examples
}

struct Writer {
    random: fastrand::Rng,
    /// How often a repetition without an end is repeated at the most, beyond its minimum.
    more: u32,
    /// How many parts may still be written.
    left: u32,
    text: String,
}

impl Writer {
    fn write(&mut self, hir: &Hir) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return;
        }
        match hir.kind() {
            // Where something lies is up to what is around it; the finished string is judged.
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => {
                self.text.push_str(&String::from_utf8_lossy(&literal.0));
            }
            HirKind::Class(class) => {
                if let Some(character) = self.character(class) {
                    self.text.push(character);
                }
            }
            HirKind::Repetition(repetition) => {
                let most = repetition.min.saturating_add(self.more);
                let most = repetition.max.map_or(most, |max| max.min(most));
                for _ in 0..self.random.u32(repetition.min..=most) {
                    if self.left == 0 {
                        break;
                    }
                    self.write(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => self.write(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part)),
            HirKind::Alternation(parts) => {
                if let Some(part) = self.random.choice(parts) {
                    self.write(part);
                }
            }
        }
    }

    /// A character of a class: a letter or digit of ASCII where it has one, else any of ASCII that is seen, else its first.
    fn character(&mut self, class: &Class) -> Option<char> {
        let ranges: Vec<(char, char)> = match class {
            Class::Unicode(class) => class
                .ranges()
                .iter()
                .map(|range| (range.start(), range.end()))
                .collect(),
            Class::Bytes(class) => class
                .ranges()
                .iter()
                .map(|range| (char::from(range.start()), char::from(range.end())))
                .collect(),
        };
        let holds = |wanted: &char| {
            ranges
                .iter()
                .any(|(first, last)| (first..=last).contains(&wanted))
        };
        let printable: Vec<char> = (' '..='~').filter(holds).collect();
        let plain: Vec<char> = printable
            .iter()
            .copied()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        // Now and then one of the others, where there are some.
        let rare = self.random.u8(..8) == 0;
        let from = if plain.is_empty() || rare {
            printable
        } else {
            plain
        };
        let chosen = self.random.choice(from);
        chosen.or_else(|| ranges.first().map(|(first, _)| *first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_match_and_are_accepted() {
        for pattern in [
            r"\S",
            r"^[a-f0-9]{8}-[a-f0-9]{4}$",
            r"^arn:(aws|aws-us-gov):connect:[a-z]{2}-[a-z]+-[0-9]{1}:[0-9]{1,20}$",
            r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$",
            r"^(|[a-zA-Z0-9$_-]+)$",
            r"^(0x)?[a-fA-F0-9]+$",
            r"^[^\p{C}]+$",
        ] {
            let examples = of_pattern(pattern, |text| text.len() < 60);
            assert!(examples.len() > 1, "{pattern}");
            let regex = regex::Regex::new(pattern).unwrap();
            assert!(examples.iter().all(|example| regex.is_match(example)));
            assert_eq!(examples, of_pattern(pattern, |text| text.len() < 60));
        }
    }

    #[test]
    fn a_length_is_met() {
        let examples = of_pattern("^[a-z]*$", |text| (40..=64).contains(&text.len()));
        assert_eq!(examples.len(), ENOUGH);
    }

    #[test]
    fn repetitions_in_repetitions_come_to_an_end() {
        for pattern in [
            "^(((((a*)*)*)*)*)*$",
            "^(|a){0,100000}$",
            "^(a{1000}){1000}$",
        ] {
            of_pattern(pattern, |_| false);
        }
    }

    #[test]
    fn what_matches_nothing_has_no_examples() {
        assert!(of_pattern("^(a$)(b)$", |_| true).is_empty());
        assert!(of_pattern("^(?!aws:)a$", |_| true).is_empty());
        assert!(of_pattern("^a{3}$", |text| text.len() > 3).is_empty());
    }
}
