//! Cuts a stream of bytes into JSON objects, and finds the next one after a broken one.
//!
//! A JSON parser that meets an error cannot go on, so the objects are cut out first, by brackets and strings alone.
//! The few rules of grammar that are checked on the way are those that show early that an object was cut short:
//! without them a missing brace would swallow the rest of the file. Every byte is looked at once, whatever happens.

use std::io::{self, BufRead};

use super::Place;

/// Far more than a record can have, whose attributes are limited to 32 KiB; but Kinesis gives 10 MiB of records at once,
/// which base64 makes 14.
const LONGEST: usize = 16 * 1024 * 1024;
/// As deep as `serde_json` goes.
pub(super) const DEEPEST: usize = 127;

#[derive(Debug)]
pub(super) enum Frame<'a, T> {
    /// An object that was read at once.
    Read(T),
    /// An object, complete by its brackets.
    Object { place: Place, bytes: &'a [u8] },
    /// Something else, passed over.
    Broken { place: Place, reason: &'static str },
}

#[derive(Debug)]
pub(super) struct Frames<R> {
    reader: R,
    cutter: Cutter,
    /// Reading has failed or is over.
    over: bool,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            cutter: Cutter::new(),
            over: false,
        }
    }

    /// The place of the next byte.
    pub(super) fn place(&self) -> Place {
        self.cutter.place
    }

    /// The next frame. `read` may read an object that stands in one piece, and say how long it is: that spares looking at each
    /// byte here.
    pub(super) fn next<T>(
        &mut self,
        read: impl Fn(&[u8]) -> Option<(usize, T)>,
    ) -> io::Result<Option<Frame<'_, T>>> {
        while !self.over {
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.over = true;
                    return Err(error);
                }
            };
            if chunk.is_empty() {
                self.over = true;
                let reason = "the file ends inside this record";
                let cut_short = self.cutter.is_inside();
                return Ok(cut_short.then_some(Frame::Broken {
                    place: self.cutter.start,
                    reason,
                }));
            }
            let mut used = 0;
            let mut cut = None;
            while cut.is_none() && used < chunk.len() {
                if self.cutter.may_begin(chunk[used])
                    && let Some((length, object)) = read(&chunk[used..])
                {
                    self.cutter.pass(&chunk[used..used + length]);
                    self.reader.consume(used + length);
                    return Ok(Some(Frame::Read(object)));
                }
                used += self.cutter.take_plain(&chunk[used..]);
                if let Some(&byte) = chunk.get(used) {
                    used += 1;
                    cut = self.cutter.take(byte);
                }
            }
            self.reader.consume(used);
            match cut {
                None => {}
                Some(Cut::Object) => {
                    return Ok(Some(Frame::Object {
                        place: self.cutter.start,
                        bytes: &self.cutter.object,
                    }));
                }
                Some(Cut::Broken { place, reason }) => {
                    return Ok(Some(Frame::Broken { place, reason }));
                }
            }
        }
        Ok(None)
    }
}

/// What ended with a byte.
enum Cut {
    /// The object in [`Cutter::object`].
    Object,
    Broken {
        place: Place,
        reason: &'static str,
    },
}

#[derive(Debug)]
struct Cutter {
    state: State,
    /// The object so far.
    object: Vec<u8>,
    /// Where it began.
    start: Place,
    /// Where the next byte is.
    place: Place,
    /// Whether only white space stands before the next byte on its line.
    line_start: bool,
    /// How much of a byte order mark stands before the next byte.
    mark: usize,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Between,
    Inside {
        depth: usize,
        before: Before,
    },
    Text {
        depth: usize,
        escaped: bool,
    },
    /// After a broken object; whether an object may begin here: on a fresh line, or where another has just ended.
    Lost {
        boundary: bool,
    },
}

/// What stands before the next byte of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Before {
    /// An opening bracket, a comma or a colon: a value or a name may follow.
    Opening,
    /// A character of a number or word.
    Scalar,
    /// The end of a value or name.
    Value,
}

/// What a byte of an object leads to.
enum Step {
    Next(State),
    /// The object ends with it.
    End,
    Fail(&'static str),
}

impl State {
    /// The step that a byte is; `None` outside of an object.
    fn step(self, byte: u8) -> Option<Step> {
        match self {
            Self::Between | Self::Lost { .. } => None,
            Self::Inside { depth, before } => Some(inside(byte, depth, before)),
            Self::Text { depth, escaped } => Some(text(byte, depth, escaped)),
        }
    }
}

fn inside(byte: u8, depth: usize, before: Before) -> Step {
    let (depth, before) = match byte {
        b' ' | b'\t' | b'\r' | b'\n' if before == Before::Scalar => (depth, Before::Value),
        b' ' | b'\t' | b'\r' | b'\n' => (depth, before),
        b',' | b':' => (depth, Before::Opening),
        b'}' | b']' if depth == 1 => return Step::End,
        b'}' | b']' => (depth - 1, Before::Value),
        b'{' | b'[' | b'"' if before != Before::Opening => {
            return Step::Fail("a value follows a value");
        }
        b'{' | b'[' if depth == DEEPEST => return Step::Fail("nested too deeply"),
        b'{' | b'[' => (depth + 1, Before::Opening),
        b'"' => {
            return Step::Next(State::Text {
                depth,
                escaped: false,
            });
        }
        _ if before == Before::Value => return Step::Fail("a value follows a value"),
        _ => (depth, Before::Scalar),
    };
    Step::Next(State::Inside { depth, before })
}

fn text(byte: u8, depth: usize, escaped: bool) -> Step {
    match byte {
        // A line break above all: the quote that would end the string is missing.
        0..0x20 => Step::Fail("a control character in a string"),
        b'"' if !escaped => Step::Next(State::Inside {
            depth,
            before: Before::Value,
        }),
        _ => Step::Next(State::Text {
            depth,
            escaped: byte == b'\\' && !escaped,
        }),
    }
}

impl Cutter {
    fn new() -> Self {
        let place = Place { line: 1, byte: 0 };
        Self {
            state: State::Between,
            object: Vec::new(),
            start: place,
            place,
            line_start: true,
            mark: 0,
        }
    }

    fn is_inside(&self) -> bool {
        matches!(self.state, State::Inside { .. } | State::Text { .. })
    }

    /// Whether an object may begin with a byte, and not only behind a broken one.
    fn may_begin(&self, byte: u8) -> bool {
        byte == b'{' && matches!(self.state, State::Between)
    }

    /// Passes over an object.
    fn pass(&mut self, object: &[u8]) {
        let breaks = object.iter().filter(|byte| **byte == b'\n');
        self.place.line += breaks.count() as u64;
        self.place.byte += object.len() as u64;
        self.line_start = false;
        self.mark = 0;
    }

    fn take(&mut self, byte: u8) -> Option<Cut> {
        let cut = match self.state.step(byte) {
            None => self.outside(byte),
            Some(Step::Next(_)) if self.object.len() >= LONGEST => {
                self.fail(byte, "longer than 16 MiB")
            }
            Some(Step::Next(state)) => {
                self.object.push(byte);
                self.state = state;
                None
            }
            Some(Step::End) => {
                self.object.push(byte);
                self.state = State::Between;
                Some(Cut::Object)
            }
            Some(Step::Fail(reason)) => self.fail(byte, reason),
        };
        self.place.byte += 1;
        self.place.line += u64::from(byte == b'\n');
        self.line_start = byte == b'\n' || self.line_start && is_blank(byte);
        cut
    }

    /// Takes at once what neither ends an object or a line nor breaks a rule, which is nearly all. Returns how many bytes.
    fn take_plain(&mut self, bytes: &[u8]) -> usize {
        let most = bytes.len().min(LONGEST.saturating_sub(self.object.len()));
        let bytes = &bytes[..most];
        let mut used = 0;
        loop {
            if let State::Text { escaped: false, .. } = self.state {
                used += plain_text(&bytes[used..]);
            }
            let next = bytes.get(used).filter(|byte| **byte != b'\n');
            let Some(Step::Next(state)) = next.and_then(|byte| self.state.step(*byte)) else {
                break;
            };
            self.state = state;
            used += 1;
        }
        self.object.extend_from_slice(&bytes[..used]);
        self.place.byte += used as u64;
        self.line_start &= bytes[..used].iter().all(|byte| is_blank(*byte));
        used
    }

    fn outside(&mut self, byte: u8) -> Option<Cut> {
        // Files with a mark may have been put one after another.
        const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
        if byte == BYTE_ORDER_MARK[self.mark] {
            self.mark = (self.mark + 1) % BYTE_ORDER_MARK.len();
            return None;
        }
        self.mark = 0;
        match (self.state, byte) {
            (State::Between | State::Lost { boundary: true }, b'{') => {
                self.start = self.place;
                self.object.clear();
                self.object.push(byte);
                self.state = State::Inside {
                    depth: 1,
                    before: Before::Opening,
                };
                None
            }
            (State::Lost { boundary }, _) => {
                let boundary =
                    matches!(byte, b'\n' | b'}') || boundary && byte.is_ascii_whitespace();
                self.state = State::Lost { boundary };
                None
            }
            // Records may stand in an array.
            (_, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']') => None,
            _ => {
                self.state = State::Lost { boundary: false };
                Some(Cut::Broken {
                    place: self.place,
                    reason: "expected a record, which begins with a brace",
                })
            }
        }
    }

    /// Gives the object up. The byte that shows the mistake may well begin the next object.
    fn fail(&mut self, byte: u8, reason: &'static str) -> Option<Cut> {
        let broken = Cut::Broken {
            place: self.start,
            reason,
        };
        let after_object = self.object.trim_ascii_end().ends_with(b"}");
        self.state = State::Lost {
            boundary: self.line_start || after_object,
        };
        self.outside(byte);
        Some(broken)
    }
}

/// Whether a line still begins behind it: white space, or part of a byte order mark.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf)
}

/// How many bytes there are before the first that means something in a string; eight are looked at at once.
fn plain_text(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Sets the highest bit of bytes below a limit, exactly so up to the first of them.
    let below = |limit: u64, word: u64| word.wrapping_sub(ONES * limit) & !word & (ONES << 7);
    let is = |byte: u8, word: u64| below(1, word ^ (ONES * u64::from(byte)));
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = below(0x20, word) | is(b'"', word) | is(b'\\', word);
        if found != 0 {
            return 8 * place + found.trailing_zeros() as usize / 8;
        }
    }
    let is_plain = |byte: &&u8| !matches!(byte, 0..0x20 | b'"' | b'\\');
    8 * words.len() + rest.iter().take_while(is_plain).count()
}
