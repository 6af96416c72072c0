//! Contact records and contact events, as Amazon Connect exports them.
//!
//! Files hold JSON objects one after another, with or without line breaks, or in an array, plain or compressed by gzip,
//! by themselves or in the messages that carried them.
//! They are read as a stream: one record at a time is in memory. A broken record costs that record, not the file.

mod encoding;
mod envelopes;
mod fields;
mod frames;

use std::fmt;
use std::io::{self, BufRead, Read};
use std::vec;

use self::fields::Problem;
use self::frames::{Frame, Frames};

pub(crate) use self::fields::instance_id;
use crate::contact::ContactRecord;

/// A notification of SNS may be in a message of SQS, and that in the event of a function.
const DEEPEST_ENVELOPE: u8 = 4;

/// Everything that a file says, in its order. Ends for good with the first error of the reader.
pub(crate) struct Records<'a> {
    frames: Frames<Box<dyn BufRead + 'a>>,
    source: &'a str,
    /// The first bytes could not be read.
    unreadable: Option<io::Error>,
    /// How many more envelopes may be around a record.
    envelopes: u8,
    inside: Option<Box<Inside<'a>>>,
}

/// An envelope that is being read.
struct Inside<'a> {
    place: Place,
    contents: vec::IntoIter<Option<Vec<u8>>>,
    records: Option<Records<'a>>,
}

/// One thing that a file says.
#[derive(Debug, PartialEq)]
pub(crate) enum Item {
    Contact(Box<ContactRecord>),
    /// An EventBridge event about something else.
    OtherEvent,
    Rejected(Rejection),
}

impl<'a> Records<'a> {
    /// Reads `reader`, called `source` in rejections. How it is written shows in its first bytes.
    pub(crate) fn new(source: &'a str, reader: impl Read + 'a) -> Self {
        let (plain, unreadable) = match encoding::plain(reader) {
            Ok(plain) => (plain, None),
            Err(error) => (Box::new(io::empty()) as Box<dyn BufRead + 'a>, Some(error)),
        };
        Self {
            frames: Frames::new(plain),
            source,
            unreadable,
            envelopes: DEEPEST_ENVELOPE,
            inside: None,
        }
    }

    /// The next thing, `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Item>> {
        if let Some(error) = self.unreadable.take() {
            return Err(error);
        }
        loop {
            if let Some(inside) = &mut self.inside {
                match inside.next(self.source, self.envelopes) {
                    None => self.inside = None,
                    item => return Ok(item),
                }
            }
            let (place, problem) = match self.frames.next(fields::read_first)? {
                None => return Ok(None),
                Some(Frame::Read(record)) => return Ok(Some(item(record))),
                Some(Frame::Broken { place, reason }) => (place, Problem::new(reason)),
                Some(Frame::Object { place, bytes }) => match fields::read(bytes) {
                    Ok(record) => return Ok(Some(item(record))),
                    Err(problem) => {
                        if problem.is_no_record()
                            && self.envelopes > 0
                            && let Some(contents) = envelopes::open(bytes)
                        {
                            self.inside = Some(Box::new(Inside {
                                place,
                                contents: contents.into_iter(),
                                records: None,
                            }));
                            continue;
                        }
                        (place, problem)
                    }
                },
            };
            let rejection = Rejection::new(self.source, place, problem);
            return Ok(Some(Item::Rejected(rejection)));
        }
    }

    /// The next thing, where an error of the reader is a rejection of the rest.
    pub(crate) fn next_or_rejection(&mut self) -> Option<Item> {
        self.next()
            .unwrap_or_else(|error| Some(Item::Rejected(self.reject_rest(&error))))
    }

    /// Where reading stands, for an error of the reader.
    pub(crate) fn reject_rest(&self, error: &io::Error) -> Rejection {
        let place = self.frames.place();
        let further = if place.byte > 0 { " any further" } else { "" };
        let reason = format!("cannot be read{further}: {error}");
        Rejection::new(self.source, place, Problem::new(reason))
    }
}

fn item(record: Option<ContactRecord>) -> Item {
    record.map_or(Item::OtherEvent, |record| Item::Contact(Box::new(record)))
}

impl<'a> Inside<'a> {
    fn next(&mut self, source: &'a str, envelopes: u8) -> Option<Item> {
        loop {
            let Some(records) = &mut self.records else {
                let Some(content) = self.contents.next()? else {
                    let problem = Problem::new("its content is not in base64");
                    let rejection = Rejection::new(source, self.place, problem);
                    return Some(Item::Rejected(rejection));
                };
                let mut records = Records::new(source, io::Cursor::new(content));
                records.envelopes = envelopes - 1;
                self.records = Some(records);
                continue;
            };
            let item = match records.next() {
                Ok(item) => item,
                Err(error) => {
                    let rejection = records.reject_rest(&error);
                    self.records = None;
                    Some(Item::Rejected(rejection))
                }
            };
            match item {
                None => self.records = None,
                // The place that can be found in the file is the envelope's.
                Some(Item::Rejected(rejection)) => {
                    return Some(Item::Rejected(Rejection {
                        line: self.place.line,
                        byte: self.place.byte,
                        ..rejection
                    }));
                }
                item => return item,
            }
        }
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
pub struct Rejection {
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

impl Rejection {
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

impl fmt::Display for Rejection {
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
