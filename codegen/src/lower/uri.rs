//! URI patterns and host prefixes.

use percent_encoding::percent_decode_str;

use crate::ir::Segment;
use crate::model;

/// Path segments and query literals, these decoded.
pub(super) type Uri = (Vec<Segment>, Vec<(String, Option<String>)>);

/// Splits `/a/{b}/{c+}?d=e`.
pub(super) fn uri(pattern: &str) -> Result<Uri, String> {
    if !pattern.starts_with('/') {
        return Err(format!("{pattern:?} does not start with a slash"));
    }
    let (path, query) = pattern.split_once('?').unwrap_or((pattern, ""));
    let odd = |c: &char| !c.is_ascii_graphic() || "\"#<>?\\^`".contains(*c);
    if let Some(odd) = path.chars().chain(query.chars()).find(odd) {
        return Err(format!("{pattern:?} has a {odd:?}, which no URI may have"));
    }
    // A slash may stand at the end.
    let parts = path.strip_suffix('/').unwrap_or(path).split('/');
    let odd = parts.skip(1).find(|part| !is_segment(part));
    let path = segments(path)?;
    if let Some(odd) = odd {
        return Err(format!("{pattern:?} has {odd:?} as a segment"));
    }
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = labels(&path).find(|label| !seen.insert(*label)) {
        return Err(format!("{pattern:?} has the label {twice:?} twice"));
    }
    let greedy = path
        .iter()
        .filter(|part| matches!(part, Segment::Label { greedy: true, .. }))
        .count();
    if greedy > 1 {
        return Err(format!("{pattern:?} has more than one greedy label"));
    }
    let decode = |text: &str| match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(format!("{pattern:?} has a query that is no UTF-8")),
    };
    let query = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => Ok((decode(name)?, Some(decode(value)?))),
            None => Ok((decode(pair)?, None)),
        })
        .collect::<Result<_, String>>()?;
    Ok((path, query))
}

/// Whether a segment of a path is a label and nothing else, or text that stays what it is on the way.
fn is_segment(text: &str) -> bool {
    if text.contains(['{', '}']) {
        return text.starts_with('{') && text.find('}') == Some(text.len() - 1);
    }
    let is_encoded = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let decoded = percent_decode_str(text).decode_utf8();
    text.split('%').skip(1).all(is_encoded)
        && decoded.is_ok_and(|text| !["", ".", ".."].contains(&&*text))
}

/// Whether part of a host prefix leaves the host's name one.
pub(super) fn is_in_host(segment: &Segment) -> bool {
    match segment {
        Segment::Literal(text) => text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)),
        Segment::Label { greedy, .. } => !greedy,
    }
}

/// Splits text at its `{labels}`.
pub(super) fn segments(pattern: &str) -> Result<Vec<Segment>, String> {
    let mut segments = Vec::new();
    let mut rest = pattern;
    while let Some((literal, after)) = rest.split_once('{') {
        if !literal.is_empty() {
            segments.push(Segment::Literal(literal.to_owned()));
        }
        let Some((label, after)) = after.split_once('}') else {
            return Err(format!("{pattern:?} has a label without an end"));
        };
        let (member, greedy) = match label.strip_suffix('+') {
            Some(member) => (member, true),
            None => (label, false),
        };
        if !model::is_identifier(member) {
            return Err(format!(
                "{pattern:?} has the label {label:?}, which is no member's name"
            ));
        }
        segments.push(Segment::Label {
            member: member.to_owned(),
            greedy,
        });
        rest = after;
    }
    if rest.contains('}') {
        return Err(format!("{pattern:?} has a brace too many"));
    }
    if !rest.is_empty() {
        segments.push(Segment::Literal(rest.to_owned()));
    }
    Ok(segments)
}

/// The members that labels name.
pub(super) fn labels(segments: &[Segment]) -> impl Iterator<Item = &String> {
    segments.iter().filter_map(|segment| match segment {
        Segment::Label { member, .. } => Some(member),
        Segment::Literal(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_a_uri() {
        let (path, query) = uri("/a/{B}/c/{D+}?x&y%20%C3%A4=z").unwrap();
        let label = |member: &str, greedy| Segment::Label {
            member: member.to_owned(),
            greedy,
        };
        let literal = |text: &str| Segment::Literal(text.to_owned());
        assert_eq!(
            path,
            [
                literal("/a/"),
                label("B", false),
                literal("/c/"),
                label("D", true)
            ]
        );
        assert_eq!(
            query,
            [
                ("x".to_owned(), None),
                ("y \u{e4}".to_owned(), Some("z".to_owned()))
            ]
        );
    }

    #[test]
    fn rejects_a_broken_uri() {
        for pattern in [
            "a",
            "/{",
            "/{}",
            "/{a b}",
            "/}",
            "/{a+}/{b+}",
            "/{a}/{a}",
            "/a b",
            "/a#b",
            "/a?b?c",
            "/a?%FF",
            "//a",
            "/a//b",
            "/a//",
            "/a-{b}",
            "/{a}{b}",
            "/{a+}.json",
            "/a%",
            "/a%2",
            "/a%zz",
            "/%FF",
            "/../a",
            "/a/.",
            "/a/%2e%2E/b",
            "/ä",
        ] {
            assert!(uri(pattern).is_err(), "{pattern}");
        }
    }
}
