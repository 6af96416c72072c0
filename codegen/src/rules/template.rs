//! Template strings: `https://{Region}.{PartitionResult#dnsSuffix}`.

/// A piece of a template string.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text as it stands, or one brace that was doubled.
    Text(&'a str),
    /// `{name}` or `{name#path}`.
    Value {
        name: &'a str,
        path: Option<&'a str>,
    },
}

/// The pieces of a template string; what is wrong with it otherwise.
pub(super) fn parse(template: &str) -> Result<Vec<Piece<'_>>, &'static str> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(brace) = rest.find(['{', '}']) {
        let (text, from_brace) = rest.split_at(brace);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        if from_brace.starts_with("{{") || from_brace.starts_with("}}") {
            pieces.push(Piece::Text(&from_brace[..1]));
            rest = &from_brace[2..];
            continue;
        }
        let inside = from_brace
            .strip_prefix('{')
            .ok_or("`}` without a `{` before it in a template string")?;
        let (expression, after) = inside
            .split_once('}')
            .ok_or("`{` without a `}` after it in a template string")?;
        if expression.contains('{') {
            return Err("`{` within `{}` in a template string");
        }
        let (name, path) = match expression.split_once('#') {
            Some((name, path)) => (name, Some(path)),
            None => (expression, None),
        };
        pieces.push(Piece::Value { name, path });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_text_and_values() {
        let name = |name| Piece::Value { name, path: None };
        assert_eq!(
            parse("https://{Bucket}.s3.{Result#dns[0]}/").unwrap(),
            [
                Piece::Text("https://"),
                name("Bucket"),
                Piece::Text(".s3."),
                Piece::Value {
                    name: "Result",
                    path: Some("dns[0]")
                },
                Piece::Text("/"),
            ]
        );
        assert_eq!(parse("").unwrap(), []);
        assert_eq!(parse("{a}{b}").unwrap(), [name("a"), name("b")]);
    }

    #[test]
    fn doubled_braces_stand_for_themselves() {
        assert_eq!(
            parse("{{é}}").unwrap(),
            [Piece::Text("{"), Piece::Text("é"), Piece::Text("}")]
        );
    }

    #[test]
    fn rejects_braces_without_a_partner() {
        for template in ["{a", "a}", "{a{b}}", "{", "}", "{a}}"] {
            assert!(parse(template).is_err(), "{template}");
        }
    }
}
