//! The canonical request: what a signature is made over.

use std::borrow::Cow;
use std::fmt::Write;

use connect_protocol::uri::{RESERVED, RESERVED_BUT_SLASH};
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HeaderName, TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, Method, Uri};
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::{Payload, SignError};

/// Headers that hops on the way may change.
const NOT_SIGNED: [HeaderName; 6] = [
    ACCEPT,
    AUTHORIZATION,
    CONTENT_LENGTH,
    USER_AGENT,
    TRANSFER_ENCODING,
    HeaderName::from_static("x-amzn-trace-id"),
];

/// The canonical request; the names of the headers in it, separated by semicolons, are pushed to `signed_headers`.
pub(super) fn canonical_request(
    (method, uri, headers): (&Method, &Uri, &HeaderMap),
    payload: Payload<'_>,
    signed_headers: &mut String,
) -> Result<String, SignError> {
    let mut text = String::with_capacity(1024);
    text.push_str(method.as_str());
    text.push('\n');
    push_path(&mut text, uri.path());
    text.push('\n');
    push_query(&mut text, uri.query().unwrap_or_default());
    text.push('\n');
    let mut signed: Vec<_> = headers
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| !NOT_SIGNED.contains(name))
        .collect();
    // Several values of one header keep their order.
    signed.sort_unstable_by_key(|(index, (name, _))| (name.as_str(), *index));
    let mut last = None;
    for (_, (name, value)) in signed {
        let value =
            std::str::from_utf8(value.as_bytes()).map_err(|_| SignError::Header(name.clone()))?;
        if last == Some(name) {
            // In place of the line feed.
            text.pop();
            text.push(',');
        } else {
            text.push_str(name.as_str());
            text.push(':');
            if last.is_some() {
                signed_headers.push(';');
            }
            signed_headers.push_str(name.as_str());
        }
        push_trimmed(&mut text, value);
        text.push('\n');
        last = Some(name);
    }
    text.push('\n');
    text.push_str(signed_headers);
    text.push('\n');
    match payload {
        Payload::Unsigned => text.push_str("UNSIGNED-PAYLOAD"),
        // The hash of nothing.
        Payload::Bytes([]) => {
            text.push_str("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        }
        Payload::Bytes(bytes) => push_sha256(&mut text, bytes),
    }
    Ok(text)
}

/// The path without empty and dot segments, encoded a second time.
fn push_path(text: &mut String, path: &str) {
    if !(path.contains('.') || path.contains("//")) {
        text.push_str(if path.starts_with('/') { "" } else { "/" });
        return text.extend(utf8_percent_encode(path, RESERVED_BUT_SLASH));
    }
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    for segment in &segments {
        text.push('/');
        text.extend(utf8_percent_encode(segment, RESERVED));
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if is_folder || segments.is_empty() {
        text.push('/');
    }
}

/// The query's pairs, sorted, each name and value encoded exactly once.
fn push_query(text: &mut String, query: &str) {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<_> = pairs
        .map(|(name, value)| (once_encoded(name), once_encoded(value)))
        .collect();
    pairs.sort_unstable();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        let _ = write!(text, "{name}={value}");
    }
}

/// A name or value of a query in canonical form: borrowed where it has it already.
fn once_encoded(part: &str) -> Cow<'_, str> {
    let canonical = |bytes: &[u8]| match bytes {
        [b'%', high, low, ..] => {
            matches!(high, b'0'..=b'9' | b'A'..=b'F') && matches!(low, b'0'..=b'9' | b'A'..=b'F')
        }
        [byte, ..] => is_unreserved(*byte),
        [] => true,
    };
    let mut rest = part.as_bytes();
    let mut is_canonical = true;
    while !rest.is_empty() && is_canonical {
        is_canonical = canonical(rest);
        // An unreserved character must not be encoded.
        if rest[0] == b'%' && is_canonical {
            is_canonical = !is_unreserved(hex_digit(rest[1]) << 4 | hex_digit(rest[2]));
            rest = &rest[2..];
        }
        rest = &rest[1..];
    }
    if is_canonical {
        return part.into();
    }
    let spaced = part.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8_lossy();
    utf8_percent_encode(&decoded, RESERVED).to_string().into()
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// A header's value without spaces at its ends, and with single spaces within.
fn push_trimmed(text: &mut String, value: &str) {
    let is_space = |character| matches!(character, ' ' | '\t');
    let value = value.trim_matches(is_space);
    if !value.contains("  ") && !value.contains('\t') {
        return text.push_str(value);
    }
    let words = value.split(is_space).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
}

pub(super) fn push_sha256(text: &mut String, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for byte in Sha256::digest(bytes) {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 0xf)]));
    }
}
