//! Contact records and contact events, as Amazon Connect exports them.
//!
//! Files hold JSON objects one after another, with or without line breaks, or in an array, plain or compressed by gzip.
//! They are read as a stream: one record at a time is in memory. A broken record costs that record, not the file.

mod fields;
mod frames;

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use self::fields::Problem;
use self::frames::{Frame, Frames};

pub(crate) use self::fields::{ContactRecord, ContactState, Origin, Said, Version, instance_id};

const BUFFER: usize = 64 * 1024;

/// Everything that a file says, in its order. Ends for good with the first error of the reader.
pub(crate) struct Records<'a> {
    frames: Frames<Box<dyn BufRead + 'a>>,
    source: &'a str,
    /// The first bytes could not be read.
    unreadable: Option<io::Error>,
}

/// One thing that a file says.
#[derive(Debug, PartialEq)]
pub(crate) enum Item {
    Contact(Box<ContactRecord>),
    /// An EventBridge event about something else.
    OtherEvent,
    Refused(Refusal),
}

impl<'a> Records<'a> {
    /// Reads `reader`, called `source` in refusals. Whether it is compressed shows in its first two bytes.
    pub(crate) fn new(source: &'a str, reader: impl Read + 'a) -> Self {
        const GZIP: [u8; 2] = [0x1f, 0x8b];
        let mut reader = BufReader::with_capacity(BUFFER, reader);
        let mut magic = Vec::with_capacity(GZIP.len());
        let unreadable = reader
            .by_ref()
            .take(GZIP.len() as u64)
            .read_to_end(&mut magic)
            .err();
        let compressed = magic == GZIP;
        let whole = io::Cursor::new(magic).chain(reader);
        let plain: Box<dyn BufRead + 'a> = if compressed {
            // Firehose may append one compressed stream to another.
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(whole)))
        } else {
            Box::new(whole)
        };
        Self {
            frames: Frames::new(plain),
            source,
            unreadable,
        }
    }

    /// The next thing, `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Item>> {
        if let Some(error) = self.unreadable.take() {
            return Err(error);
        }
        let Some(frame) = self.frames.next()? else {
            return Ok(None);
        };
        let item = match frame {
            Frame::Object { place, bytes } => match fields::read(bytes) {
                Ok(Some(record)) => Item::Contact(Box::new(record)),
                Ok(None) => Item::OtherEvent,
                Err(problem) => Item::Refused(Refusal::new(self.source, place, problem)),
            },
            Frame::Broken { place, reason } => Item::Refused(Refusal::new(
                self.source,
                place,
                Problem {
                    field: None,
                    reason: reason.into(),
                    within: 0,
                },
            )),
        };
        Ok(Some(item))
    }

    /// Where reading stands, for an error of the reader.
    pub(crate) fn refuse_rest(&self, error: &io::Error) -> Refusal {
        let reason = format!("cannot be read any further: {error}");
        Refusal::new(
            self.source,
            self.frames.place(),
            Problem {
                field: None,
                reason,
                within: 0,
            },
        )
    }
}

/// A place in a file, after decompression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Counted from 1.
    pub(crate) line: u64,
    /// Counted from 0.
    pub(crate) byte: u64,
}

/// A record that was not imported. Prints as `calls.json:12 (byte 4811): ContactId: expected a string, found a number`,
/// and never holds a value from the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The file, as the caller named it.
    pub source: String,
    /// The line on which the record begins, counted from 1.
    pub line: u64,
    /// The byte at which the trouble lies, counted from 0, after decompression.
    pub byte: u64,
    /// The field in question, if it is one.
    pub field: Option<&'static str>,
    /// What is wrong with it.
    pub reason: String,
}

impl Refusal {
    fn new(source: &str, place: Place, problem: Problem) -> Self {
        let Problem {
            field,
            reason,
            within,
        } = problem;
        Self {
            source: source.to_owned(),
            line: place.line,
            byte: place.byte.saturating_add(within),
            field,
            reason,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} (byte {}): ", self.source, self.line, self.byte)?;
        if let Some(field) = self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.reason)
    }
}

#[cfg(test)]
mod tests;
