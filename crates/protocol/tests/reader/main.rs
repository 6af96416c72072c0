//! What the reader takes, what it rejects, and how it says so.

use connect_protocol::json::{self, ReadError, Reader};

mod structure;
mod values;

type Read<T> = fn(&mut Reader<'static>) -> Result<T, ReadError>;

/// Reads a whole text as a client.
fn client<'a, T>(
    text: &'a str,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, ReadError>,
) -> Result<T, String> {
    json::read(text.as_bytes(), read).map_err(|error| error.to_string())
}

/// Reads a whole text as a server.
fn server<'a, T>(
    text: &'a str,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, ReadError>,
) -> Result<T, String> {
    let mut reader = Reader::strict(text.as_bytes());
    let value = read(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| error.to_string())
}

/// Every text is rejected, by client and server.
fn rejected<T>(read: Read<T>, texts: impl IntoIterator<Item = &'static str>) {
    for text in texts {
        assert!(client(text, read).is_err(), "client: {text}");
        assert!(server(text, read).is_err(), "server: {text}");
    }
}
