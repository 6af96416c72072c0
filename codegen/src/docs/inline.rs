//! Paragraphs to words of Markdown, and words to lines.

use super::line;
use super::tree::Inline;

/// A piece of a paragraph that the line breaker handles.
#[derive(Debug)]
enum Piece {
    /// Escaped text without white space.
    Text(String),
    /// A code span or an autolink, never broken.
    Markup(String),
    /// The start or the end of emphasis; each start has its end, and they nest.
    Start(&'static str),
    End(&'static str),
    LinkStart,
    /// `](url)`
    LinkEnd(String),
    Space,
    Break,
}

/// A code span for any text.
pub(crate) fn code(text: &str) -> String {
    let text = line(text);
    let runs: Vec<usize> = backticks(&text).collect();
    let shortest = (1..).find(|length| !runs.contains(length)).unwrap_or(1);
    let fence = "`".repeat(shortest);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The lengths of the runs of backticks in a text.
pub(super) fn backticks(text: &str) -> impl Iterator<Item = usize> {
    text.split(|c| c != '`').map(str::len)
}

/// The lines of a paragraph, none wider than `width` unless one word is.
pub(super) fn lines(content: &[Inline], width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    collect(content, false, &mut pieces);
    drop_unsound_emphasis(&mut pieces);
    let mut lines: Vec<String> = Vec::new();
    let mut is_broken = false;
    for word in words(&pieces) {
        let Some(word) = word else {
            is_broken = !lines.is_empty();
            continue;
        };
        match lines.last_mut() {
            Some(line) if is_broken => {
                line.push('\\');
                lines.push(guard(word));
            }
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(guard(word)),
        }
        is_broken = false;
    }
    lines
}

/// A word at the start of a line, where it must not look like a list, a heading, a rule or a quotation.
fn guard(word: String) -> String {
    let is_marker = word.chars().all(|c| "-+=#:".contains(c)) || word.starts_with('>');
    if is_marker {
        return format!("\\{word}");
    }
    let number = word.trim_start_matches(|c: char| c.is_ascii_digit());
    if matches!(number, "." | ")") && number.len() < word.len() {
        let digits = &word[..word.len() - 1];
        return format!("{digits}\\{number}");
    }
    word
}

/// The pieces of some content. Autolinks are not made within a link.
fn collect(content: &[Inline], is_link: bool, pieces: &mut Vec<Piece>) {
    for inline in content {
        match inline {
            Inline::Text(text) => collect_text(text, is_link, pieces),
            Inline::Code(text) => {
                if text.trim().is_empty() {
                    pieces.push(Piece::Space);
                } else {
                    pieces.push(Piece::Markup(code(text)));
                }
            }
            Inline::Bold(content) => collect_emphasis("**", content, is_link, pieces),
            Inline::Italic(content) => collect_emphasis("*", content, is_link, pieces),
            Inline::Link { url, text } => collect_link(url, text, pieces),
            Inline::Break => pieces.push(Piece::Break),
        }
    }
}

fn collect_text(text: &str, is_link: bool, pieces: &mut Vec<Piece>) {
    for (index, word) in text.split(char::is_whitespace).enumerate() {
        if index > 0 {
            pieces.push(Piece::Space);
        }
        let mut rest = word;
        while !is_link && let Some((before, url, after)) = split_url(rest) {
            push_text(before, pieces);
            pieces.push(Piece::Markup(bare_url(url)));
            rest = after;
        }
        push_text(rest, pieces);
    }
}

fn push_text(text: &str, pieces: &mut Vec<Piece>) {
    if !text.is_empty() {
        pieces.push(Piece::Text(escape(text)));
    }
}

fn collect_emphasis(
    mark: &'static str,
    content: &[Inline],
    is_link: bool,
    pieces: &mut Vec<Piece>,
) {
    wrapped(content, is_link, pieces, |inner| {
        inner.insert(0, Piece::Start(mark));
        inner.push(Piece::End(mark));
    });
}

fn collect_link(url: &str, text: &[Inline], pieces: &mut Vec<Piece>) {
    let plain: String = text.iter().map(Inline::plain).collect();
    if plain.trim().is_empty() || plain.trim() == url {
        pieces.push(Piece::Markup(bare_url(url)));
        return;
    }
    wrapped(text, true, pieces, |inner| {
        inner.insert(0, Piece::LinkStart);
        inner.push(Piece::LinkEnd(format!("]({})", encode(url))));
    });
}

/// Adds content with something around it; white space at its ends stays outside, where Markdown wants it.
fn wrapped(
    content: &[Inline],
    is_link: bool,
    pieces: &mut Vec<Piece>,
    wrap: impl FnOnce(&mut Vec<Piece>),
) {
    let mut inner = Vec::new();
    collect(content, is_link, &mut inner);
    let is_space = |piece: &Piece| matches!(piece, Piece::Space | Piece::Break);
    let Some(last) = inner.iter().rposition(|piece| !is_space(piece)) else {
        pieces.append(&mut inner);
        return;
    };
    let mut after = inner.split_off(last + 1);
    let first = inner.iter().position(|piece| !is_space(piece)).unwrap_or(0);
    pieces.extend(inner.drain(..first));
    wrap(&mut inner);
    pieces.append(&mut inner);
    pieces.append(&mut after);
}

/// Takes out emphasis that Markdown would not see, as within a word, so that no asterisk is left for the reader.
fn drop_unsound_emphasis(pieces: &mut Vec<Piece>) {
    let mut keep = vec![true; pieces.len()];
    let mut starts = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Start(_) => starts.push(index),
            Piece::End(_) => {
                let Some(start) = starts.pop() else { continue };
                let mut before = pieces[..start].iter().rev();
                let before = before.find(|piece| !matches!(piece, Piece::Start(_)));
                let mut after = pieces[index + 1..].iter();
                let after = after.find(|piece| !matches!(piece, Piece::End(_)));
                let is_sound = before
                    .is_none_or(|piece| piece.allows_emphasis(|text| text.chars().next_back()))
                    && after.is_none_or(|piece| piece.allows_emphasis(|text| text.chars().next()));
                keep[start] = is_sound;
                keep[index] = is_sound;
            }
            _ => {}
        }
    }
    let mut keep = keep.into_iter();
    pieces.retain(|_| keep.next().unwrap_or(true));
}

impl Piece {
    /// Whether emphasis may begin after this piece, or end before it.
    fn allows_emphasis(&self, end: impl Fn(&str) -> Option<char>) -> bool {
        match self {
            Self::Text(text) => end(text).is_some_and(|c| c.is_ascii_punctuation()),
            Self::Start(_) | Self::End(_) => false,
            _ => true,
        }
    }
}

/// The words of a paragraph; none is a line break.
fn words(pieces: &[Piece]) -> Vec<Option<String>> {
    let mut words = Vec::new();
    let mut word = String::new();
    let finish = |word: &mut String, words: &mut Vec<Option<String>>| {
        if !word.is_empty() {
            words.push(Some(std::mem::take(word)));
        }
    };
    for piece in pieces {
        match piece {
            Piece::Space => finish(&mut word, &mut words),
            Piece::Break => {
                finish(&mut word, &mut words);
                words.push(None);
            }
            Piece::Text(text) => word.push_str(text),
            Piece::Markup(text) => {
                // Two runs of backticks would be one.
                if word.ends_with('`') && text.starts_with('`') {
                    word.push(' ');
                }
                word.push_str(text);
            }
            Piece::Start(mark) | Piece::End(mark) => word.push_str(mark),
            Piece::LinkStart => {
                // `![` is an image.
                if word.ends_with('!') {
                    word.pop();
                    word.push_str("\\!");
                }
                word.push('[');
            }
            Piece::LinkEnd(end) => word.push_str(end),
        }
    }
    finish(&mut word, &mut words);
    words
}

/// Text that Markdown reads as it stands.
fn escape(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut escaped = String::with_capacity(text.len());
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(index + 1).copied();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let needs_escape = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' => true,
            // Emphasis, unless within a word.
            '_' => !(is_word(before) && is_word(after)),
            // A character reference.
            '&' => is_word(after) || after == Some('#'),
            // A dash.
            '-' => before == Some('-') || after == Some('-'),
            _ => false,
        };
        if needs_escape {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// The first URL in a word, what is before it and what after it.
fn split_url(word: &str) -> Option<(&str, &str, &str)> {
    let start = ["http://", "https://"]
        .iter()
        .filter_map(|scheme| word.find(scheme))
        .min()?;
    let url = &word[start..];
    let end = url.find(['<', '>', '"', '`']).unwrap_or(url.len());
    let url = url[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', ']', '*']);
    let end = start + url.len();
    Some((&word[..start], url, &word[end..]))
}

/// A URL in the text: a link if it can be one, code if it has placeholders and the like.
fn bare_url(url: &str) -> String {
    let host = url.split_once("://").map_or("", |(_, host)| host);
    let is_link = host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && url
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()+,;=%".contains(c));
    if is_link {
        format!("<{url}>")
    } else {
        code(url)
    }
}

/// A URL that can stand between parentheses.
fn encode(url: &str) -> String {
    let mut encoded = String::with_capacity(url.len());
    for c in url.chars() {
        if c.is_ascii_graphic() && !"()<>[]{}\\`|\"*^".contains(c) {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    encoded
}
