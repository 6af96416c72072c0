//! Messages that are almost right.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, Uri};

use super::Source;

/// How many broken copies are made of each message.
pub const COPIES: u64 = 8;

/// What gets further than most, separated by spaces: pieces of JSON, of numbers, of times, of headers, of what is
/// percent-encoded.
const PIECES: &[u8] = b"{ } [ ] , : \" \"a\": \\ \\u \\ud83d null true {} [] \"\" 1 - . -1.5e9 1e999 1e999999999 NaN \
    99999999999999999999 9999999999999999999 0.1 0000 .999999999999 \xff \xc3 \xc3\xa9 \0 % %ff %00 %2F / ? & = + ; AA== \
    __type code arn:aws:s3::: https:// 2014-04-29T18:30:38Z +01:00 Tue,\x0129\x01Apr\x012014\x0118:30:38\x01GMT";

/// Pieces of what is read, for messages that are almost right.
pub fn pieces() -> Vec<Vec<u8>> {
    let space = |byte: &u8| if *byte == 1 { b' ' } else { *byte };
    let pieces = PIECES
        .split(|byte| *byte == b' ')
        .filter(|piece| !piece.is_empty());
    let pieces = pieces.map(|piece| piece.iter().map(space).collect());
    pieces.chain([vec![b' ']]).collect()
}

/// Breaks messages, the same way for the same seed.
#[derive(Debug)]
pub struct Breaker {
    source: Source,
    pieces: Vec<Vec<u8>>,
}

impl Breaker {
    /// What breaks messages as it belongs to a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            source: Source::new(seed),
            pieces: pieces(),
        }
    }

    /// A request with changes to its path, query, headers and body.
    pub fn request(&mut self, request: &Request<Bytes>) -> Request<Bytes> {
        let mut broken = Request::new(self.body(request.body()));
        *broken.method_mut() = request.method().clone();
        *broken.uri_mut() = self.uri(request.uri());
        *broken.headers_mut() = self.headers(request.headers());
        broken
    }

    /// A response with changes to its headers and body.
    pub fn response(&mut self, response: &Response<Bytes>) -> Response<Bytes> {
        let mut broken = Response::new(self.body(response.body()));
        *broken.status_mut() = response.status();
        *broken.headers_mut() = self.headers(response.headers());
        broken
    }

    /// Whether a part stays as it is, so that others are come to.
    fn spares(&mut self) -> bool {
        self.source.between(0, 2) > 0
    }

    fn uri(&mut self, uri: &Uri) -> Uri {
        if self.spares() {
            return uri.clone();
        }
        let text = self.bytes(uri.to_string().as_bytes());
        // A server's HTTP library rejects the rest.
        let text: String = text
            .iter()
            .filter(|byte| byte.is_ascii_graphic())
            .map(|byte| char::from(*byte))
            .collect();
        text.parse().unwrap_or_else(|_| uri.clone())
    }

    fn headers(&mut self, headers: &HeaderMap) -> HeaderMap {
        let mut broken = headers.clone();
        for (name, value) in headers {
            if self.spares() {
                continue;
            }
            let bytes = self.bytes(value.as_bytes());
            let Ok(value) = HeaderValue::from_bytes(&bytes) else {
                continue;
            };
            match self.source.between(0, 7) {
                0 => drop(broken.remove(name)),
                1 => drop(broken.append(name, value)),
                _ => drop(broken.insert(name, value)),
            }
        }
        broken
    }

    fn body(&mut self, body: &Bytes) -> Bytes {
        if self.spares() && !body.is_empty() {
            return body.clone();
        }
        self.bytes(body).into()
    }

    /// Bytes with some cut off, taken out, doubled, put in or changed.
    fn bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        let source = &mut self.source;
        let mut bytes = bytes.to_vec();
        for _ in 0..source.between(1, 4) {
            let at = source.between(0, bytes.len() as u64) as usize;
            let end = source.between(at as u64, bytes.len() as u64) as usize;
            match source.between(0, 7) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let part = bytes[at..end].to_vec();
                    drop(bytes.splice(at..at, part));
                }
                3 if at < bytes.len() => bytes[at] = source.bits() as u8,
                _ => {
                    let piece = source.pick(&self.pieces);
                    drop(bytes.splice(at..at, piece));
                }
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_broken_now_and_then_and_none_always() {
        let request = Request::get("/a/b?c=d")
            .header("x-a", "b")
            .body(Bytes::from_static(b"{\"a\": 1}"))
            .unwrap();
        let mut breaker = Breaker::new(3);
        let copies: Vec<_> = (0..100).map(|_| breaker.request(&request)).collect();
        let changed = |differs: fn(&Request<Bytes>, &Request<Bytes>) -> bool| {
            let changed = copies.iter().filter(|copy| differs(copy, &request)).count();
            (10..90).contains(&changed)
        };
        assert!(changed(|copy, original| copy.uri() != original.uri()));
        assert!(changed(
            |copy, original| copy.headers() != original.headers()
        ));
        assert!(changed(|copy, original| copy.body() != original.body()));
    }
}
