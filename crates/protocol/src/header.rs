//! Headers of requests and responses.

use std::borrow::Cow;
use std::collections::HashMap;

use ::http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::InputError;
use crate::json::ReadError;
use crate::text::{self, FromText};

/// Sets a header; nothing for `None`. An empty value is sent.
///
/// # Errors
/// A value with control characters, which no header can hold. The error names the header and not the value.
pub fn set(
    headers: &mut HeaderMap,
    name: &'static str,
    value: Option<impl AsRef<str>>,
) -> Result<(), InputError> {
    match value {
        Some(value) => insert(headers, name, value.as_ref()),
        None => Ok(()),
    }
}

fn insert(headers: &mut HeaderMap, name: &str, text: &str) -> Result<(), InputError> {
    let error = |reason: &'static str| InputError::new(format!("header {name}"), reason);
    let header = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| error("its name has characters that a header cannot have"))?;
    let value = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| error("its value has a control character"))?;
    match headers.try_insert(header, value) {
        Ok(_) => Ok(()),
        Err(_) => Err(error("there are too many headers")),
    }
}

/// Sets a header to a list, commas between its items; nothing for `None`. An empty item and one with a comma, a quote or white space
/// at an end are quoted.
///
/// # Errors
/// An item with control characters.
pub fn set_list(
    headers: &mut HeaderMap,
    name: &'static str,
    items: Option<impl IntoIterator<Item = impl AsRef<str>>>,
) -> Result<(), InputError> {
    insert_list(headers, name, items, push_item)
}

fn insert_list(
    headers: &mut HeaderMap,
    name: &str,
    items: Option<impl IntoIterator<Item = impl AsRef<str>>>,
    push: fn(&mut String, &str),
) -> Result<(), InputError> {
    let Some(items) = items else { return Ok(()) };
    let mut list = String::new();
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            list.push_str(", ");
        }
        push(&mut list, item.as_ref());
    }
    insert(headers, name, &list)
}

fn push_item(list: &mut String, item: &str) {
    if !item.is_empty() && !item.contains(['"', ',']) && item.trim() == item {
        return list.push_str(item);
    }
    list.push('"');
    for character in item.chars() {
        if matches!(character, '"' | '\\') {
            list.push('\\');
        }
        list.push(character);
    }
    list.push('"');
}

/// Sets a header to a list of HTTP dates, which have a comma each and are not quoted; nothing for `None`.
///
/// # Errors
/// None that dates give rise to.
pub fn set_date_list(
    headers: &mut HeaderMap,
    name: &'static str,
    dates: Option<impl IntoIterator<Item = impl AsRef<str>>>,
) -> Result<(), InputError> {
    insert_list(headers, name, dates, String::push_str)
}

/// Sets a header for each entry of a map, its key behind the prefix. A header that is set already stays: members of their own
/// come first.
///
/// # Errors
/// A key that no header can have, or a value with control characters.
pub fn set_prefix(
    headers: &mut HeaderMap,
    prefix: &str,
    map: Option<&HashMap<String, String>>,
) -> Result<(), InputError> {
    for (key, value) in map.into_iter().flatten() {
        let name = format!("{prefix}{key}");
        if !headers.contains_key(&name) {
            insert(headers, &name, value)?;
        }
    }
    Ok(())
}

fn utf8(value: &HeaderValue) -> Result<&str, ReadError> {
    std::str::from_utf8(value.as_bytes())
        .map(str::trim)
        .map_err(|_| ReadError::new("expected UTF-8"))
}

/// The value of a header, the first where it comes several times.
///
/// # Errors
/// Bytes that are not UTF-8.
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ReadError> {
    match headers.get(name) {
        Some(value) => utf8(value).map(Some).map_err(|error| error.within(name)),
        None => Ok(None),
    }
}

/// The value of a header, read by `parse`: [`text::parse`] or one of its kind.
///
/// # Errors
/// What `parse` rejects, under the header's name.
pub fn parse_with<T>(
    headers: &HeaderMap,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, ReadError>,
) -> Result<Option<T>, ReadError> {
    match get(headers, name)? {
        Some(value) => parse(value).map(Some).map_err(|error| error.within(name)),
        None => Ok(None),
    }
}

/// The value of a header.
///
/// # Errors
/// Another form than the type's, under the header's name.
pub fn parse<T: FromText>(headers: &HeaderMap, name: &str) -> Result<Option<T>, ReadError> {
    parse_with(headers, name, text::parse)
}

/// The items of a header that is a list, over all its lines, unquoted. An empty header is an empty list.
///
/// # Errors
/// Bytes that are not UTF-8, a quote that does not close, and text behind a closing quote.
pub fn list<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<Vec<Cow<'a, str>>>, ReadError> {
    lines(headers, name, |line, items| {
        let mut rest = line;
        while let Some((item, after)) = next_item(rest)? {
            items.push(item);
            rest = after;
        }
        Ok(())
    })
}

/// The HTTP dates of a header that is a list of them, over all its lines: every second comma lies between two.
///
/// # Errors
/// Bytes that are not UTF-8.
pub fn date_list<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<Vec<Cow<'a, str>>>, ReadError> {
    lines(headers, name, |line, items| {
        let mut rest = line;
        while !rest.is_empty() {
            let end = rest
                .match_indices(',')
                .nth(1)
                .map_or(rest.len(), |(at, _)| at);
            items.push(rest[..end].trim().into());
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        Ok(())
    })
}

fn lines<'a>(
    headers: &'a HeaderMap,
    name: &str,
    mut read: impl FnMut(&'a str, &mut Vec<Cow<'a, str>>) -> Result<(), ReadError>,
) -> Result<Option<Vec<Cow<'a, str>>>, ReadError> {
    let mut items = None;
    for value in headers.get_all(name) {
        let items = items.get_or_insert_with(Vec::new);
        utf8(value)
            .and_then(|line| read(line, items))
            .map_err(|error| error.within(name))?;
    }
    Ok(items)
}

/// An item and what follows its comma. A line that ends with a comma has no item behind it.
fn next_item(line: &str) -> Result<Option<(Cow<'_, str>, &str)>, ReadError> {
    let line = line.trim_start();
    if line.is_empty() {
        return Ok(None);
    }
    let Some(quoted) = line.strip_prefix('"') else {
        let (item, rest) = line.split_once(',').unwrap_or((line, ""));
        return Ok(Some((item.trim_end().into(), rest)));
    };
    let (item, rest) = unquote(quoted)?;
    match rest.trim_start() {
        "" => Ok(Some((item, ""))),
        rest => match rest.strip_prefix(',') {
            Some(rest) => Ok(Some((item, rest))),
            None => Err(ReadError::new("expected a comma behind a quoted item")),
        },
    }
}

/// What lies before the closing quote, backslashes resolved, and what lies behind it.
fn unquote(text: &str) -> Result<(Cow<'_, str>, &str), ReadError> {
    let mut item = Cow::Borrowed("");
    let mut from = 0;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' if from == 0 => return Ok((text[..at].into(), &text[at + 1..])),
            b'"' => {
                item.to_mut().push_str(&text[from..at]);
                return Ok((item, &text[at + 1..]));
            }
            b'\\' => {
                item.to_mut().push_str(&text[from..at]);
                // The character behind the backslash starts the next plain part, whatever it is.
                from = at + 1;
                bytes.next();
            }
            _ => {}
        }
    }
    Err(ReadError::new("expected a closing quote"))
}

/// The headers whose names start with a prefix, by the rest of their names in lower case. Of a name that comes several times,
/// the first value stays. `None` if there is none.
///
/// # Errors
/// Bytes that are not UTF-8.
pub fn prefix(
    headers: &HeaderMap,
    prefix: &str,
) -> Result<Option<HashMap<String, String>>, ReadError> {
    let prefix = prefix.to_ascii_lowercase();
    let mut map = HashMap::new();
    for (name, value) in headers {
        if let Some(rest) = name
            .as_str()
            .strip_prefix(&prefix)
            .filter(|rest| !rest.is_empty())
        {
            let value = utf8(value).map_err(|error| error.within(name.as_str()))?;
            map.entry(rest.to_owned())
                .or_insert_with(|| value.to_owned());
        }
    }
    Ok((!map.is_empty()).then_some(map))
}
