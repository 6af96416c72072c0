//! How a file is encoded, which its first bytes show.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

const BUFFER: usize = 64 * 1024;
/// Stands for half a character, so that the record around it is rejected.
const NO_UTF8: u8 = 0xff;
const GZIP: &[u8] = &[0x1f, 0x8b];
/// What has to be unpacked or converted first, by its first bytes.
const OTHERS: [(&[u8], &str); 13] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"PK\x07\x08", "a zip archive"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "compressed by zstd"),
    (b"BZh", "compressed by bzip2"),
    (&[0xfd, b'7', b'z', b'X', b'Z'], "compressed by xz"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (&[0x04, 0x22, 0x4d, 0x18], "compressed by lz4"),
    (&[0xff, 0x06, 0, 0], "compressed by Snappy"),
    (b"PAR1", "in Parquet"),
    (b"ORC", "in ORC"),
    (&[0xff, 0xfe, 0, 0], "in UTF-32"),
    (&[0, 0, 0xfe, 0xff], "in UTF-32"),
];

/// Takes off what the bytes are wrapped in. The rest is UTF-8.
pub(super) fn plain<'a>(reader: impl Read + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    let (magic, whole) = begin(BufReader::with_capacity(BUFFER, reader))?;
    if !magic.starts_with(GZIP) {
        return text(&magic, whole);
    }
    // Firehose may append one compressed stream to another.
    let unpacked = MultiGzDecoder::new(whole);
    let (magic, whole) = begin(BufReader::with_capacity(BUFFER, unpacked))?;
    if magic.starts_with(GZIP) {
        return Err(unsupported("it is compressed twice"));
    }
    text(&magic, whole)
}

/// The first bytes, and all.
fn begin<R: BufRead>(mut reader: R) -> io::Result<(Vec<u8>, impl BufRead)> {
    let mut magic = Vec::new();
    reader.by_ref().take(6).read_to_end(&mut magic)?;
    Ok((magic.clone(), io::Cursor::new(magic).chain(reader)))
}

fn text<'a>(magic: &[u8], whole: impl BufRead + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    if let Some((_, what)) = OTHERS.iter().find(|(begin, _)| magic.starts_with(begin)) {
        return Err(unsupported(&format!(
            "it is {what}: unpack or convert it first"
        )));
    }
    let read_unit = match magic {
        [0xff, 0xfe, ..] | [b'{' | b'[', 0, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] | [0, b'{' | b'[', ..] => u16::from_be_bytes,
        _ => return Ok(Box::new(whole)),
    };
    let text = Utf16 {
        reader: whole,
        read_unit,
        high: None,
        failure: None,
        ready: io::Cursor::default(),
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER, text)))
}

fn unsupported(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, reason)
}

/// UTF-16, as PowerShell writes it, read as UTF-8.
struct Utf16<R> {
    reader: R,
    read_unit: fn([u8; 2]) -> u16,
    /// The first half of a character.
    high: Option<u16>,
    /// Why there is no more, once what came before has been read.
    failure: Option<io::Error>,
    ready: io::Cursor<Vec<u8>>,
}

impl<R: BufRead> Utf16<R> {
    /// Decodes some more; nothing at the end.
    fn decode(&mut self) -> io::Result<Vec<u8>> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        let mut bytes = Vec::new();
        let mut some = self.reader.by_ref().take(BUFFER as u64);
        if let Err(error) = some.read_to_end(&mut bytes) {
            if bytes.is_empty() {
                return Err(error);
            }
            self.failure = Some(error);
        }
        let mut units: Vec<u16> = self.high.take().into_iter().collect();
        let pairs = bytes.chunks_exact(2);
        units.extend(
            pairs
                .clone()
                .map(|pair| (self.read_unit)([pair[0], pair[1]])),
        );
        if !bytes.is_empty() && matches!(units.last(), Some(0xd800..0xdc00)) {
            self.high = units.pop();
        }
        let mut text = Vec::with_capacity(bytes.len());
        for character in char::decode_utf16(units) {
            match character {
                Ok(character) => {
                    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Err(_) => text.push(NO_UTF8),
            }
        }
        text.extend(pairs.remainder().iter().map(|_| NO_UTF8));
        Ok(text)
    }
}

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.ready.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        self.ready = io::Cursor::new(self.decode()?);
        self.ready.read(buffer)
    }
}
