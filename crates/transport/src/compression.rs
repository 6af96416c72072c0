//! gzip for request bodies.

use std::io::Write;

use bytes::Bytes;
use connect_protocol::http::MessageBody;
use connect_protocol::operation::Operation;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, Entry};
use http::{HeaderMap, HeaderValue};

use crate::settings::Settings;

/// The body compressed, if the operation allows that and it is in memory and large enough. `content-encoding` says so.
pub(crate) fn compressed(
    settings: &Settings,
    operation: &Operation,
    headers: &mut HeaderMap,
    body: MessageBody,
) -> MessageBody {
    let (true, Some(minimum), MessageBody::Bytes(bytes)) =
        (operation.compressible, settings.min_compressed_bytes, &body)
    else {
        return body;
    };
    if bytes.len() < minimum as usize {
        return body;
    }
    // Writing to a vector does not fail; if it did, the body would go out as it is.
    let Ok(smaller) = gzip(bytes) else {
        return body;
    };
    let encodings = match headers.entry(CONTENT_ENCODING) {
        Entry::Vacant(_) => HeaderValue::from_static("gzip"),
        Entry::Occupied(encodings) => {
            let encodings = [encodings.get().as_bytes(), b", gzip"].concat();
            let Ok(encodings) = HeaderValue::from_bytes(&encodings) else {
                return body;
            };
            encodings
        }
    };
    headers.insert(CONTENT_ENCODING, encodings);
    MessageBody::Bytes(smaller)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.into())
}
