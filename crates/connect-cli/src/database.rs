//! What `--database` names: a file, or a database in PostgreSQL.

use std::ffi::OsString;
use std::fmt;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};

use connect_local_endpoint::{Store, StoreError};

use crate::failure::Failure;

/// A database of contacts. Its text never has a password, nor has its debug output.
#[derive(Clone)]
pub(crate) enum Database {
    /// A file of SQLite.
    File(PathBuf),
    /// A connection string of PostgreSQL.
    Postgres(String),
}

/// What a command wants of a database.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    /// Reading what is there.
    Read,
    /// Writing to what is there.
    Write,
    /// Writing, also to what is not there so far.
    Create,
}

impl From<OsString> for Database {
    fn from(text: OsString) -> Self {
        // What is not Unicode is a connection string all the same: a file's name would be shown.
        match connection_string(&text.to_string_lossy()) {
            Some(url) => Self::Postgres(url),
            None => Self::File(text.into()),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(url) => f.write_str(&without_secrets(url)),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Database {
    /// The file, if it is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    /// Opens it. This blocks, of PostgreSQL for as long as its server takes.
    ///
    /// # Errors
    ///
    /// It cannot be used, or is something else. Without [`Mode::Create`], it is not there.
    pub(crate) fn open(&self, mode: Mode) -> Result<Store, Failure> {
        let opened = match self {
            Self::File(path) => open_file(path, mode),
            Self::Postgres(url) => open_postgres(url, mode),
        };
        opened.map_err(|error| self.unusable(error))
    }

    /// The failure that it cannot be used.
    pub(crate) fn unusable(&self, error: impl fmt::Display) -> Failure {
        Failure::other(format!("cannot use the database {self}: {error}"))
    }
}

fn open_file(path: &Path, mode: Mode) -> Result<Store, StoreError> {
    match mode {
        Mode::Read => Store::open_read_only(path),
        Mode::Write => {
            path.metadata()?;
            Store::open(path)
        }
        Mode::Create => Store::open(path),
    }
}

#[cfg(feature = "postgres")]
fn open_postgres(url: &str, mode: Mode) -> Result<Store, StoreError> {
    let password = std::env::var("PGPASSWORD").unwrap_or_default();
    let url = with_password(url, &password);
    match mode {
        Mode::Read => Store::postgres_read_only(&url),
        Mode::Write => match Store::postgres_read_only(&url) {
            // It is there, and brought up to date where it has to be.
            Ok(_) | Err(StoreError::TooOld { .. }) => Store::postgres(&url),
            Err(error) => Err(error),
        },
        Mode::Create => Store::postgres(&url),
    }
}

#[cfg(not(feature = "postgres"))]
fn open_postgres(_: &str, _: Mode) -> Result<Store, StoreError> {
    let why = "this program was built without PostgreSQL: cargo install --path crates/connect-cli --features postgres";
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, why).into())
}

/// The connection string with this password where it has none of its own, as PostgreSQL's programs have it.
#[cfg(feature = "postgres")]
fn with_password(url: &str, password: &str) -> String {
    // As the driver reads it: the first @ ends user and password, of which the first : begins the password.
    let place = url.find('@').unwrap_or_default();
    let credentials = url[..place].trim_start_matches("postgres:");
    if password.is_empty() || credentials.contains(':') {
        return url.to_owned();
    }
    let (begin, query) = match url[place..].find('?') {
        Some(query) => (&url[..place + query], &url[place + query + 1..]),
        None => (url, ""),
    };
    let password = form_urlencoded::byte_serialize(password.as_bytes());
    let password = password.collect::<String>().replace('+', "%20");
    // A password among the parameters counts, as the last.
    format!("{begin}?password={password}&{query}")
}

/// In place of a connection string of another form, which the driver refuses, too.
const OTHER_FORM: &str = "postgres:";

/// The connection string that a text is, its scheme as the driver wants it.
fn connection_string(text: &str) -> Option<String> {
    if let Some((scheme, rest)) = text.trim().split_once(':') {
        let mut schemes = ["postgres", "postgresql"].iter();
        if schemes.any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Some(format!("postgres:{rest}"));
        }
    }
    // Of another form, which may have a password all the same and must not become a file's name.
    let text = text.to_ascii_lowercase();
    let mut signs = ["postgres://", "postgresql://", "password="].iter();
    let has_sign = signs.any(|sign| text.contains(sign));
    has_sign.then(|| OTHER_FORM.to_owned())
}

/// Where a connection string leads and as whom. Less where what stands there may belong to a password that is not escaped.
fn without_secrets(url: &str) -> String {
    shown(url).unwrap_or_else(|| "postgres://…".to_owned())
}

fn shown(url: &str) -> Option<String> {
    let url = url.strip_prefix("postgres://")?;
    let (url, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (credentials, place) = url.rsplit_once('@').unwrap_or(("", url));
    let user = credentials.split(':').next().unwrap_or_default();
    let (hosts, name) = place.split_once('/').unwrap_or((place, ""));
    let is_clear = !parameters.contains('@')
        && [user, name].into_iter().all(is_plain)
        && hosts.split(',').all(is_host);
    let at = if user.is_empty() { "" } else { "@" };
    is_clear.then(|| format!("postgres://{user}{at}{place}"))
}

fn is_plain(word: &str) -> bool {
    word.chars()
        .all(|char| char.is_alphanumeric() || "._-".contains(char))
}

/// Whether it is a host and maybe a port.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (text, "0"),
    };
    let address = host.strip_prefix('[');
    let is_named = match address.and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => is_plain(host),
    };
    is_named && port.parse::<u16>().is_ok()
}

/// A text that may quote the command line, with connection strings as they may be shown.
pub(crate) fn hide_secrets(text: String, line: impl Iterator<Item = OsString>) -> String {
    line.fold(text, |text, argument| {
        let argument = argument.to_string_lossy();
        let value = argument.split_once('=').map(|(_, value)| value);
        // A flag itself may show.
        let mut found = [Some(&*argument), value];
        if argument.starts_with('-') {
            found.reverse();
        }
        let found = found.into_iter().flatten();
        found.fold(text, |text, value| match connection_string(value) {
            Some(url) => text.replace(value, &without_secrets(&url)),
            None => text,
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn database(text: &str) -> Database {
        OsString::from(text).into()
    }

    #[test]
    fn postgresql_is_told_from_files_by_its_scheme() {
        for (text, url) in [
            ("postgres://u@h/d", "postgres://u@h/d"),
            ("postgresql://u@h/d", "postgres://u@h/d"),
            ("PostgreSQL://U@H/D", "postgres://U@H/D"),
            (" postgres://u@h/d\n", "postgres://u@h/d"),
        ] {
            assert!(matches!(database(text), Database::Postgres(found) if found == url));
        }
        for path in ["contacts.db", "", "./postgres:/x", "C:\\x.db", "postgres"] {
            assert_eq!(database(path).path(), Some(Path::new(path)));
        }
        for other in [
            "jdbc:postgresql://me:hunter2@h/x",
            "host=h user=me Password=hunter2",
        ] {
            let database = database(other);
            assert_eq!(database.to_string(), "postgres://…");
            assert!(matches!(database, Database::Postgres(url) if url == OTHER_FORM));
        }
    }

    #[test]
    fn where_it_is_shows_and_its_secrets_do_not() {
        for (text, expected) in [
            (
                "postgres://me:S@db.example:5433/x?sslmode=require",
                "postgres://me@db.example:5433/x",
            ),
            ("POSTGRESQL://me@h", "postgres://me@h"),
            ("postgres://me:S@S/S?S@a:1,[::1]:2,b/x", "postgres://…"),
            (
                "postgres://me:S@S/S@a:1,[::1]:2,b/x",
                "postgres://me@a:1,[::1]:2,b/x",
            ),
            ("postgres://h:1/x?password=S&user=me", "postgres://h:1/x"),
            ("postgres://h/x?password=S@S", "postgres://…"),
            ("postgres://me@there:S@h/x", "postgres://…"),
            ("postgres://me:S/x", "postgres://…"),
            ("postgres://me%3AS%40h/x", "postgres://…"),
            ("postgres://h/x&password=S", "postgres://…"),
            ("postgres:/me:S@h/x", "postgres://…"),
            ("postgres:me:S@h", "postgres://…"),
            ("postgres://", "postgres://"),
            ("postgres://h/\u{1b}[2J", "postgres://…"),
            ("contacts.db", "contacts.db"),
        ] {
            let database = database(text);
            assert_eq!(database.to_string(), expected, "{text}");
            assert_eq!(format!("{database:?}"), expected, "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_connection_string_that_is_not_unicode_does_not_show_either() {
        use std::os::unix::ffi::OsStringExt;
        let text = OsString::from_vec(b"postgres://me:hunter2\xff@h/x".to_vec());
        assert_eq!(Database::from(text).to_string(), "postgres://me@h/x");
    }

    #[test]
    fn texts_that_quote_the_command_line_do_not_show_it_either() {
        let line = [
            "stats",
            "postgres://me:hunter2@h/x",
            "--data=PostgreSQL://me:hunter2@h/y",
        ];
        let text = format!("unexpected '{}', '{}'; a=b", line[1], line[2]);
        assert_eq!(
            hide_secrets(text, line.iter().map(OsString::from)),
            "unexpected 'postgres://me@h/x', '--data=postgres://me@h/y'; a=b"
        );
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn the_environments_password_is_for_connection_strings_without_one() {
        for (url, theirs) in [
            ("postgres://me@h/x", "a +%?&=é@:/"),
            ("postgres://h", "a"),
            ("postgres://m?e@h/x?sslmode=disable&application_name=b", "a"),
            ("postgres://me@h/x?", "a"),
            ("postgres://h:1?user=me", "a"),
            ("postgres://me:own@h/x", "own"),
            ("postgres://me:@h/x", ""),
            ("postgres://me@h/x?password=own&user=me", "own"),
        ] {
            let given = if theirs == "own" || theirs.is_empty() {
                "a"
            } else {
                theirs
            };
            let with: tokio_postgres::Config = with_password(url, given).parse().unwrap();
            assert_eq!(with.get_password(), Some(theirs.as_bytes()), "{url}");
            let without: tokio_postgres::Config = url.parse().unwrap();
            let expected = without.clone().password(theirs).clone();
            assert_eq!(with, expected, "{url}");
            assert_eq!(with_password(url, ""), url);
        }
    }

    /// Texts with all that means something in a connection string.
    fn hostile() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("hunter2".to_owned()),
            prop::sample::select(vec![
                "@",
                ":",
                "/",
                "?",
                "%",
                "%40",
                "#",
                "[",
                "]",
                ",",
                "&",
                "=",
                "password=",
                "postgres://",
                " ",
                "'",
                "1",
                "a",
                "é",
                "\0",
            ])
            .prop_map(str::to_owned),
            ".",
        ];
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn no_password_shows_whatever_is_in_it(
            secret in hostile(), more in hostile(), user in "[a-z%@]{0,3}", host in "[a-z:0-9,]{0,6}"
        ) {
            let password = format!("{secret}hunter2{more}");
            for text in [
                format!("postgres://{user}:{password}@{host}/x?sslmode=require"),
                format!("PostgreSQL://{user}:{password}@{host}"),
                format!("postgres://{user}@{host}/x?password={password}"),
                format!("postgresql://{user}@{host}?sslmode=disable&password={password}&user={user}"),
                format!("postgres:{user}:{password}@{host}"),
            ] {
                let database = database(&text);
                let shown = format!("{database} {database:?}");
                prop_assert!(!shown.contains("hunter2"), "{text}: {shown}");
                let quoted = hide_secrets(format!("'{text}'"), [OsString::from(&text)].into_iter());
                prop_assert!(!quoted.contains("hunter2"), "{text}: {quoted}");
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in hostile(), password in ".*") {
            let url = format!("postgres:{text}");
            prop_assert!(database(&url).to_string().starts_with("postgres://"));
            database(&text).to_string();
            #[cfg(feature = "postgres")]
            prop_assert!(with_password(&url, &password).contains(url.split(['@', '?']).next().unwrap()));
            #[cfg(not(feature = "postgres"))]
            let _ = password;
        }
    }
}
