//! `--output yaml` and `yaml-stream`: block style, keys sorted, strings quoted where YAML 1.2 would read something else.
//!
//! Scalars are styled and folded the way libyaml does it, which is what writes YAML for the AWS CLI.

mod style;

use std::io::{self, Write};

use serde_json::{Map, Value};

use self::style::{Style, escape, is_printable, style};
use crate::python;

/// The column after which a line is folded at the next space.
const FOLD: usize = 80;

/// Writes a value as one document.
pub(super) fn write(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    out.write_all(text(value).as_bytes())
}

/// A value as one document.
pub(super) fn text(value: &Value) -> String {
    let mut emitter = Emitter::default();
    emitter.document(value);
    emitter.text
}

#[derive(Default)]
struct Emitter {
    text: String,
    column: usize,
}

impl Emitter {
    fn document(&mut self, value: &Value) {
        let plain = match value {
            Value::Object(members) if !members.is_empty() => return self.mapping(members, 0),
            Value::Array(values) if !values.is_empty() => return self.sequence(values, 0),
            Value::Object(_) | Value::Array(_) => false,
            Value::String(text) => style(text) == Style::Plain,
            _ => true,
        };
        self.scalar(value, 2);
        self.line(0);
        if plain {
            // Without its end marked, a reader would not know whether a bare plain scalar goes on.
            self.push("...");
            self.line(0);
        }
    }

    /// Writes the members of a mapping. The first begins where the line stands; the last ends its line.
    fn mapping(&mut self, members: &Map<String, Value>, indent: usize) {
        let mut sorted: Vec<_> = members.iter().collect();
        sorted.sort_by_key(|(key, _)| *key);
        for (index, (key, value)) in sorted.into_iter().enumerate() {
            if index > 0 {
                self.pad(indent);
            }
            self.key(key);
            self.push(":");
            match value {
                Value::Object(members) if !members.is_empty() => {
                    self.line(indent + 2);
                    self.mapping(members, indent + 2);
                }
                // A list in a mapping is not indented: its dashes are enough.
                Value::Array(values) if !values.is_empty() => {
                    self.line(indent);
                    self.sequence(values, indent);
                }
                value => {
                    self.push(" ");
                    self.scalar(value, indent + 2);
                    self.line(0);
                }
            }
        }
    }

    /// Writes the elements of a sequence, like the members of a mapping.
    fn sequence(&mut self, values: &[Value], indent: usize) {
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.pad(indent);
            }
            self.push("- ");
            match value {
                Value::Object(members) if !members.is_empty() => self.mapping(members, indent + 2),
                Value::Array(values) if !values.is_empty() => self.sequence(values, indent + 2),
                value => {
                    self.scalar(value, indent + 2);
                    self.line(0);
                }
            }
        }
    }

    /// Writes a key on one line: where it has line breaks, they are escaped.
    fn key(&mut self, key: &str) {
        let breaks = key.contains('\n');
        self.styled(key, if breaks { Style::Double } else { style(key) }, None);
    }

    /// Writes what is neither a filled list nor a filled object. A folded line goes on at `indent`.
    fn scalar(&mut self, value: &Value, indent: usize) {
        match value {
            Value::String(text) => self.styled(text, style(text), Some(indent)),
            Value::Number(number) => self.push(&python::number(number)),
            // `null`, `true`, `[]`, `{}`: as in JSON.
            other => self.push(&other.to_string()),
        }
    }

    /// Writes text in a style. Where there is an indent, a long line is folded: a single space becomes a line break.
    fn styled(&mut self, text: &str, style: Style, indent: Option<usize>) {
        let quote = match style {
            Style::Plain => "",
            Style::Single => "'",
            Style::Double => "\"",
        };
        self.push(quote);
        let mut before = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek();
            // In double quotes a backslash keeps the spaces after the break.
            let folds = before.is_some_and(|before| before != ' ')
                && next.is_some_and(|next| *next != ' ' || style == Style::Double)
                && self.column > FOLD;
            match (character, indent) {
                (' ', Some(indent)) if folds => {
                    self.line(indent);
                    if next == Some(&' ') {
                        self.push("\\");
                    }
                }
                _ if style == Style::Double => match character {
                    '"' | '\\' => self.push(&format!("\\{character}")),
                    _ if is_printable(character) => self.character(character),
                    _ => self.push(&escape(character)),
                },
                ('\n', _) => {
                    // A single break would read as a space.
                    if before != Some('\n') {
                        self.line(0);
                    }
                    self.line(0);
                }
                _ => {
                    if before == Some('\n') && character != ' ' {
                        self.pad(indent.unwrap_or_default());
                    }
                    if character == '\'' && style == Style::Single {
                        self.push("'");
                    }
                    self.character(character);
                }
            }
            before = Some(character);
        }
        if before == Some('\n') && style == Style::Single {
            self.pad(indent.unwrap_or_default());
        }
        self.push(quote);
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn character(&mut self, character: char) {
        self.text.push(character);
        self.column += 1;
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.column = 0;
        self.pad(indent);
    }

    fn pad(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.column += indent;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn yaml(value: &Value) -> String {
        let mut out = Vec::new();
        write(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn blocks_are_sorted_and_lists_in_mappings_not_indented() {
        let value = json!({
            "NextToken": null,
            "List": [{"B": 1, "A": [true, []]}, [1.5, {"C": {"D": {}}}]],
        });
        assert_eq!(
            yaml(&value),
            "List:\n- A:\n  - true\n  - []\n  B: 1\n- - 1.5\n  - C:\n      D: {}\nNextToken: null\n"
        );
        assert_eq!(yaml(&json!("text")), "text\n...\n");
        assert_eq!(yaml(&json!("12")), "'12'\n");
        assert_eq!(yaml(&json!([])), "[]\n");
    }

    #[test]
    fn strings_that_would_read_as_something_else_are_quoted() {
        let words = ["", "~", "null", "True", "=", "<<"];
        let numbers = [
            "12", "-0", "019", "0o7", "0x1F", "0b1", "1_000", "1.", ".5", "1e3", "1.5e+3", ".inf",
            "-.INF", ".nan",
        ];
        let times = [
            "2023-11-14",
            "2023-11-14T22:13:20+00:00",
            "2023-1-1 1:00:00.5 Z",
        ];
        let marks = [
            "- a", "?", "a:", "a: b", "a #b", "#a", "@a", "{a", "---", " a", "a ",
        ];
        for text in [&words[..], &numbers, &times, &marks].concat() {
            assert_eq!(yaml(&json!([text])), format!("- '{text}'\n"));
        }
        let words = ["yes", "off", "nil", "日本", "it's", "c-1"];
        let no_numbers = [
            "0xfg", "0b12", "1.2.3", "--", "+", ".", "e1", ".5e1", "1:30", "2023-11",
        ];
        let no_marks = ["a:b", "a#b", "a,b", "-a", ":a"];
        for text in [&words[..], &no_numbers, &no_marks, &["8a6d1b62-0000"]].concat() {
            assert_eq!(yaml(&json!([text])), format!("- {text}\n"));
        }
    }

    #[test]
    fn what_cannot_stand_as_it_is_is_escaped() {
        for (text, expected) in [
            ("'", "''''"),
            ("a\tb", r#""a\tb""#),
            ("a\r\nb \"q\" \\", r#""a\r\nb \"q\" \\""#),
            ("\u{1F600}\u{feff}\u{1}", r#""\U0001F600\uFEFF\x01""#),
            ("a\nb\n", "'a\n\n  b\n\n  '"),
            ("a \nb", r#""a \nb""#),
        ] {
            assert_eq!(yaml(&json!({"k": text})), format!("k: {expected}\n"));
        }
    }

    #[test]
    fn long_lines_fold_at_spaces() {
        let text = "w ".repeat(60) + "end";
        let folded = yaml(&json!({"k": text}));
        let lines: Vec<_> = folded.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(
            lines[0].len() > FOLD && lines[1].starts_with("  w"),
            "{folded}"
        );
        assert_eq!(
            yaml(&json!(["x".repeat(200)])),
            format!("- {}\n", "x".repeat(200))
        );
    }
}
