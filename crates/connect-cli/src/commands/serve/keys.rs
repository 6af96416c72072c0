//! The file of `--keys`. What is wrong with it is said without its values, as they may be secrets.

use std::fmt::Display;
use std::fs;
use std::io;
use std::path::Path;

use connect_local_endpoint::{Credentials, Key, OPERATIONS};
use toml::{Table, Value};

use crate::failure::Failure;

const TEXT: &str = "expected a text that is not empty";
const NAMES: &str = "expected a list of texts; [\"*\"] stands for all";

/// Reads the keys in a file.
///
/// # Errors
///
/// A file that cannot be read or holds something else.
pub(super) fn read(path: &Path) -> Result<Vec<Key>, Failure> {
    let wrong = |what: &dyn Display| {
        Failure::Configuration(format!("cannot use {}: {what}", path.display()))
    };
    let text = read_secret(path).map_err(|error| wrong(&error))?;
    parse(&text).map_err(|what| wrong(&what))
}

/// Reads a file that holds secrets. If others can read it too, that is noted.
///
/// # Errors
///
/// A file that cannot be read or is no UTF-8.
pub(super) fn read_secret(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    if others_read(path) {
        let path = path.display();
        crate::note(&format!(
            "Warning: other users can read {path}, which holds secrets"
        ));
    }
    Ok(text)
}

#[cfg(unix)]
fn others_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn others_read(_: &Path) -> bool {
    false
}

fn parse(text: &str) -> Result<Vec<Key>, String> {
    let mut file = text.parse::<Table>().map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.unwrap_or_default().matches('\n').count() + 1;
        format!("line {line}: {}", error.message())
    })?;
    let tables = file
        .remove("key")
        .and_then(|keys| keys.try_into::<Vec<Table>>().ok());
    let tables = tables.filter(|tables| !tables.is_empty());
    let tables = tables.ok_or("expected tables [[key]]")?;
    let mut tables = tables.into_iter().zip(1..);
    let keys = tables.try_fold(Vec::new(), |mut keys, (mut fields, number)| {
        let id = fields.get("access_key_id").and_then(Value::as_str);
        let id = id.map(|id| format!(" ({id})")).unwrap_or_default();
        let key = key(&mut fields).and_then(|key| end(&fields).map(|()| key));
        keys.push(key.map_err(|(field, what)| format!("key {number}{id}: {field}: {what}"))?);
        Ok::<_, String>(keys)
    })?;
    end(&file).map_err(|(field, what)| format!("{field}: {what}"))?;
    Ok(keys)
}

/// The name of a field, and what is wrong with it.
type Wrong = (String, String);

fn key(fields: &mut Table) -> Result<Key, Wrong> {
    let id = text(fields, "access_key_id")?;
    // What would end it in an `Authorization` header.
    if id.contains(|c: char| !c.is_ascii_graphic() || "/,=".contains(c)) {
        let what = "expected letters and digits";
        return Err(("access_key_id".to_owned(), what.to_owned()));
    }
    let secret = text(fields, "secret_access_key")?;
    let token = match fields.contains_key("session_token") {
        true => Some(text(fields, "session_token")?),
        false => None,
    };
    let (operations, instances) = (names(fields, "operations")?, names(fields, "instances")?);
    let known = |name: &&String| *name != "*" && !OPERATIONS.contains(&name.as_str());
    if let Some(unknown) = operations.iter().find(known) {
        let what = format!(
            "there is no operation {unknown:?}: there are {}",
            OPERATIONS.join(", ")
        );
        return Err(("operations".to_owned(), what));
    }
    let credentials = Credentials::new(id, secret, token, None, "keys");
    Ok(Key::new(credentials)
        .operations(operations)
        .instances(instances))
}

fn text(fields: &mut Table, name: &str) -> Result<String, Wrong> {
    match fields.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        _ => Err((name.to_owned(), TEXT.to_owned())),
    }
}

fn names(fields: &mut Table, name: &str) -> Result<Vec<String>, Wrong> {
    let names = fields.remove(name).and_then(|names| names.try_into().ok());
    names.ok_or_else(|| (name.to_owned(), NAMES.to_owned()))
}

/// Rejects the fields that nobody asked for.
fn end(fields: &Table) -> Result<(), Wrong> {
    let unknown = fields.keys().next().cloned();
    unknown.map_or(Ok(()), |name| Err((name, "unknown field".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[key]]
        access_key_id = "AKIDONE"
        secret_access_key = "hidden-one"
        session_token = "hidden-two"
        operations = ["StopContact", "TagContact"]
        instances = ["*"]

        [[key]]
        access_key_id = "AKIDTWO"
        secret_access_key = "hidden-three"
        operations = []
        instances = []
    "#;

    #[test]
    fn keys_are_read_with_their_rights() {
        let keys = parse(GOOD).unwrap();
        let shown = format!("{keys:?}");
        assert!(
            shown.contains("AKIDONE") && shown.contains("AKIDTWO"),
            "{shown}"
        );
        assert!(
            shown.contains(r#"Only(["StopContact", "TagContact"])"#),
            "{shown}"
        );
        assert!(!shown.contains("hidden"), "{shown}");
    }

    #[test]
    fn what_is_wrong_is_named_without_secrets() {
        for (from, to, expected) in [
            (GOOD, "", "expected tables [[key]]"),
            (GOOD, "key = \"hidden\"", "expected tables [[key]]"),
            (GOOD, "key = [\"hidden\"]", "expected tables [[key]]"),
            (GOOD, "key = []", "expected tables [[key]]"),
            ("[[key]]", "key = 3\n[[key]]", "line 3: "),
            ("= \"hidden-one\"", "= hidden", "line 4: "),
            ("\"hidden-one\"", "\"hidden", "line 4: "),
            ("\"hidden-one\"", "\"hidden\\q\"", "line 4: "),
            ("session_token", "secret_access_key", "line 5: "),
            (
                "\"hidden-one\"",
                "123",
                "key 1 (AKIDONE): secret_access_key: expected a text",
            ),
            (
                "\"hidden-two\"",
                "\"\"",
                "key 1 (AKIDONE): session_token: expected a text",
            ),
            ("\"AKIDONE\"", "7", "key 1: access_key_id: expected a text"),
            (
                "AKIDONE",
                "AKID/ONE",
                "key 1 (AKID/ONE): access_key_id: expected letters",
            ),
            (
                "operations = []",
                "",
                "key 2 (AKIDTWO): operations: expected a list",
            ),
            (
                "instances = []",
                "instances = [\"a\", 3]",
                "key 2 (AKIDTWO): instances: expected a list",
            ),
            (
                "instances = []",
                "instances = \"*\"",
                "key 2 (AKIDTWO): instances: expected a list",
            ),
            (
                "TagContact",
                "TagContacts",
                "key 1 (AKIDONE): operations: there is no operation \"TagContacts\": there are Desc",
            ),
            (
                "session_token",
                "token",
                "key 1 (AKIDONE): token: unknown field",
            ),
            (
                "\n        [[key]]",
                "\n        more = 3\n        [[key]]",
                "more: unknown field",
            ),
        ] {
            let error = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(error.starts_with(expected), "{expected}: {error}");
            assert!(
                !error.contains("hidden") && !error.contains("123"),
                "{error}"
            );
        }
    }
}
