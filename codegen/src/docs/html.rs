//! HTML to a flat run of tags and text. Nothing is an error.

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text with its character references still in it.
    Text(&'a str),
    /// `<name ...>`, in lower case, with the value of `href`.
    Open { name: String, href: Option<String> },
    /// `</name>`, in lower case.
    Close { name: String },
}

/// Tags that mean something. Others are placeholders that somebody forgot to escape: `arn:aws:iot:<region>:...`.
const TAGS: &str = "a b big blockquote body br caution center code dd div dl dt em examples font fullname \
    function h1 h2 h3 h4 h5 h6 hr html i important li literal note ol para pre section \
    simpara small span strong sub sup table tbody td tfoot th thead tip title tr tt u ul var \
    warn warning p";

pub(super) fn tokens(html: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut text_start = 0;
    let mut from = 0;
    while let Some(found) = html[from..].find('<') {
        let start = from + found;
        match tag(&html[start..]) {
            Some((token, length)) => {
                if text_start < start {
                    tokens.push(Token::Text(&html[text_start..start]));
                }
                tokens.extend(token);
                from = start + length;
                text_start = from;
            }
            None => from = start + 1,
        }
    }
    if text_start < html.len() {
        tokens.push(Token::Text(&html[text_start..]));
    }
    tokens
}

/// The tag or comment that `html` starts with and its length; a comment is no token.
fn tag(html: &str) -> Option<(Option<Token<'_>>, usize)> {
    if let Some(comment) = html.strip_prefix("<!--") {
        // One without an end goes on to the end, as in browsers.
        let end = comment.find("-->").map(|end| end + "<!---->".len());
        return Some((None, end.unwrap_or(html.len())));
    }
    let inside = html.strip_prefix('<')?;
    let (is_close, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    let name_length = inside
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'))
        .unwrap_or(inside.len());
    let (name, rest) = inside.split_at(name_length);
    if name.is_empty() || !rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '/' | '>')) {
        return None;
    }
    let end = rest.find(['<', '>'])?;
    if !rest[end..].starts_with('>') {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let token = if !TAGS.split(' ').any(|tag| tag == name) {
        // A placeholder is text. Its end tag, which some tool made up for it, is nothing.
        if !is_close {
            return None;
        }
        None
    } else if is_close {
        Some(Token::Close { name })
    } else {
        let href = attribute(&rest[..end], "href");
        Some(Token::Open { name, href })
    };
    Some((token, html.len() - rest.len() + end + 1))
}

/// The value of an attribute, with its character references read.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    while let Some(equals) = rest.find('=') {
        let found = rest[..equals].split_whitespace().next_back();
        let value = rest[equals + 1..].trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let value = &value[1..];
                value.split_once(quote).unwrap_or((value, ""))
            }
            _ => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        if found.is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return Some(decode(value));
        }
        rest = after;
    }
    None
}

/// Named references that documentation uses. All others stay as they are.
const REFERENCES: [(&str, char); 30] = [
    ("amp", '&'),
    ("apos", '\''),
    ("bull", '•'),
    ("cent", '¢'),
    ("copy", '©'),
    ("deg", '°'),
    ("divide", '÷'),
    ("emsp", ' '),
    ("ensp", ' '),
    ("euro", '€'),
    ("ge", '≥'),
    ("gt", '>'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("larr", '←'),
    ("ldquo", '“'),
    ("le", '≤'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("middot", '·'),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rarr", '→'),
    ("rdquo", '”'),
    ("reg", '®'),
    ("rsquo", '’'),
    ("times", '×'),
];

/// Text with its character references read: `&lt;` and `&#60;` are `<`.
pub(super) fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        rest = &rest[start..];
        match reference(rest) {
            Some((c, length)) => {
                decoded.push(c);
                rest = &rest[length..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

/// The character that a reference at the start of `text` stands for, and the reference's length.
fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let c = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        char::from_u32(code.ok()?).filter(|c| is_printable(*c))?
    } else {
        REFERENCES.iter().find(|(known, _)| *known == name)?.1
    };
    Some((c, end + 1))
}

/// Whether a character may stand in a comment: no control character, and none that turns the direction of text, which
/// the compiler rejects there.
pub(super) fn is_printable(c: char) -> bool {
    c.is_whitespace()
        || !(c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
}
