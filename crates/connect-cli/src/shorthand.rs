//! The AWS CLI's shorthand for structures and maps: `Key=value,Other=[a,b],Inner={Key=value}`.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::model::{Member, Shape};

/// Reads shorthand for a structure, union or map; scalars in it are read as the shape says.
///
/// # Errors
///
/// What was expected, and where.
pub(crate) fn parse(shape: &Shape, text: &str) -> Result<Value, String> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    let pairs = parser.pairs()?;
    if parser.at < text.len() {
        return Err(parser.expected("','"));
    }
    shaped(shape, Raw::Pairs(pairs))
}

/// Shorthand as it is written, before it is known what it stands for.
enum Raw<'a> {
    Text(Cow<'a, str>),
    List(Vec<Raw<'a>>),
    Pairs(Vec<(&'a str, Raw<'a>)>),
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// How many brackets are open. Outside of all, a closing one is text.
    depth: usize,
}

impl<'a> Parser<'a> {
    fn pairs(&mut self) -> Result<Vec<(&'a str, Raw<'a>)>, String> {
        let mut pairs = Vec::new();
        loop {
            let Some(key) = self.key() else {
                return Err(self.expected("'='"));
            };
            self.at += key.len() + 1;
            pairs.push((key.trim(), self.values()?));
            if !self.eat(',') {
                return Ok(pairs);
            }
        }
    }

    /// The key that stands here, if one does.
    fn key(&self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let end = rest.find(['=', ',', '[', ']', '{', '}', '"', '\''])?;
        (end > 0 && rest[end..].starts_with('=')).then_some(&rest[..end])
    }

    /// What follows a key: one value, or several up to the next key.
    fn values(&mut self) -> Result<Raw<'a>, String> {
        let first = self.value()?;
        let mut values = Vec::new();
        while self.peek() == Some(',') {
            self.at += 1;
            if self.key().is_some() {
                self.at -= 1;
                break;
            }
            if self.at < self.text.len() {
                values.push(self.value()?);
            }
        }
        if values.is_empty() && !self.text[..self.at].ends_with(',') {
            return Ok(first);
        }
        values.insert(0, first);
        Ok(Raw::List(values))
    }

    fn value(&mut self) -> Result<Raw<'a>, String> {
        match self.peek() {
            Some('[') => {
                self.open();
                let mut values = Vec::new();
                while self.peek() != Some(']') {
                    values.push(self.value()?);
                    if !self.eat(',') {
                        break;
                    }
                }
                self.close(']')?;
                Ok(Raw::List(values))
            }
            Some('{') => {
                self.open();
                let pairs = if self.peek() == Some('}') {
                    Vec::new()
                } else {
                    self.pairs()?
                };
                self.close('}')?;
                Ok(Raw::Pairs(pairs))
            }
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                let text = self.until(|character| character == quote);
                self.close_quote(quote)?;
                Ok(Raw::Text(text))
            }
            _ => {
                let nested = self.depth > 0;
                let text = self.until(|character| match character {
                    ',' => true,
                    ']' | '}' => nested,
                    _ => false,
                });
                Ok(Raw::Text(text))
            }
        }
    }

    /// Text up to a character that ends it. A backslash takes the next character as it is.
    fn until(&mut self, ends: impl Fn(char) -> bool) -> Cow<'a, str> {
        let mut text = Cow::Borrowed("");
        let mut begin = self.at;
        while let Some(character) = self.peek().filter(|character| !ends(*character)) {
            let escaped = self.text[self.at + character.len_utf8()..].chars().next();
            match escaped {
                Some(next) if character == '\\' && (ends(next) || next == '\\') => {
                    text += &self.text[begin..self.at];
                    begin = self.at + 1;
                    self.at = begin + next.len_utf8();
                }
                _ => self.at += character.len_utf8(),
            }
        }
        text += &self.text[begin..self.at];
        text
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.at += character.len_utf8();
        }
        found
    }

    fn open(&mut self) {
        self.at += 1;
        self.depth += 1;
    }

    fn close(&mut self, bracket: char) -> Result<(), String> {
        self.depth -= 1;
        self.close_quote(bracket)
    }

    fn close_quote(&mut self, quote: char) -> Result<(), String> {
        if self.eat(quote) {
            Ok(())
        } else {
            Err(self.expected(&format!("'{quote}'")))
        }
    }

    fn expected(&self, what: &str) -> String {
        let received = self
            .peek()
            .map_or("the end".to_owned(), |character| format!("'{character}'"));
        format!(
            "Expected: {what}, received: {received} at character {} of: {}",
            self.text[..self.at].chars().count(),
            self.text
        )
    }
}

/// Gives shorthand the shape it stands for. What does not fit stays as it is, for the validation of all input to name.
fn shaped(shape: &Shape, raw: Raw<'_>) -> Result<Value, String> {
    match (shape, raw) {
        (Shape::List(element), Raw::List(values)) => values
            .into_iter()
            .map(|value| shaped(element, value))
            .collect(),
        // A list of one needs no brackets.
        (Shape::List(element), value) => Ok(Value::Array(vec![shaped(element, value)?])),
        (Shape::Map(element), Raw::Pairs(pairs)) => object(pairs, |_| Some(element)),
        (Shape::Structure(members) | Shape::Union(members), Raw::Pairs(pairs)) => {
            object(pairs, |name| member(members, name))
        }
        (_, Raw::Pairs(pairs)) => object(pairs, |_| None),
        (_, Raw::List(values)) => values
            .into_iter()
            .map(|value| shaped(&Shape::String, value))
            .collect(),
        (scalar, Raw::Text(text)) => self::scalar(scalar, &text),
    }
}

fn object(
    pairs: Vec<(&str, Raw<'_>)>,
    shape: impl Fn(&str) -> Option<&'static Shape>,
) -> Result<Value, String> {
    let mut members = Map::new();
    for (name, raw) in pairs {
        let value = shaped(shape(name).unwrap_or(&Shape::String), raw)?;
        members.insert(name.to_owned(), value);
    }
    Ok(Value::Object(members))
}

fn member(members: &'static [Member], name: &str) -> Option<&'static Shape> {
    let member = members.iter().find(|member| member.name == name)?;
    Some(member.shape)
}

/// Reads a bare scalar. Whether it is in range is validated later, with all input.
pub(crate) fn scalar(shape: &Shape, text: &str) -> Result<Value, String> {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    match shape {
        Shape::Integer(..) | Shape::Float => read(text)
            .filter(Value::is_number)
            .ok_or_else(|| format!("expected a number, received: {text}")),
        Shape::Boolean => read(text)
            .filter(Value::is_boolean)
            .ok_or_else(|| format!("expected true or false, received: {text}")),
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static SHAPE: Shape = Shape::Structure(&[
        Member::optional("Text", &Shape::String),
        Member::optional("Count", &Shape::Integer(0, 100)),
        Member::optional("Live", &Shape::Boolean),
        Member::optional("List", &Shape::List(&Shape::String)),
        Member::optional("Inner", &SHAPE),
        Member::optional("All", &Shape::List(&SHAPE)),
    ]);

    #[test]
    fn reads_what_the_aws_cli_reads() {
        for (text, expected) in [
            ("Text=a", json!({"Text": "a"})),
            ("Text=a b ,Count=5", json!({"Text": "a b ", "Count": 5})),
            ("Live=true", json!({"Live": true})),
            ("Text=5", json!({"Text": "5"})),
            ("Text=", json!({"Text": ""})),
            ("Text=a=b", json!({"Text": "a=b"})),
            ("Text=\"a,b\"", json!({"Text": "a,b"})),
            ("Text='it\\'s'", json!({"Text": "it's"})),
            ("Text=a\\,b", json!({"Text": "a,b"})),
            ("Text=a]", json!({"Text": "a]"})),
            ("List=a", json!({"List": ["a"]})),
            ("List=a,b,Text=c", json!({"List": ["a", "b"], "Text": "c"})),
            ("List=a,", json!({"List": ["a"]})),
            ("List=[]", json!({"List": []})),
            (
                "List=[a,\"b,c\"],Count=1",
                json!({"List": ["a", "b,c"], "Count": 1}),
            ),
            (
                "Inner={Text=a,Inner={Count=1}}",
                json!({"Inner": {"Text": "a", "Inner": {"Count": 1}}}),
            ),
            (
                "All=[{Text=a},{Live=false}]",
                json!({"All": [{"Text": "a"}, {"Live": false}]}),
            ),
            ("Other=1", json!({"Other": "1"})),
        ] {
            assert_eq!(parse(&SHAPE, text), Ok(expected), "{text}");
        }
        assert_eq!(
            parse(&Shape::Map(&Shape::Integer(0, 9)), "k=1,l=2"),
            Ok(json!({"k": 1, "l": 2}))
        );
    }

    #[test]
    fn says_where_it_ends() {
        for (text, expected, received) in [
            ("Text", "'='", "'T' at character 0"),
            ("List=[a", "']'", "the end at character 7"),
            ("Text=\"a", "'\"'", "the end at character 7"),
            ("Inner={Text=a]", "'}'", "']' at character 13"),
            ("List=[a]x", "','", "'x' at character 8"),
        ] {
            let message = format!("Expected: {expected}, received: {received} of: {text}");
            assert_eq!(parse(&SHAPE, text), Err(message));
        }
        let message = "expected a number, received: x".to_owned();
        assert_eq!(parse(&SHAPE, "Count=x"), Err(message));
    }
}
