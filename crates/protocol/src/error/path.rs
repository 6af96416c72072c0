//! Errors between bytes and shapes, with the path of the place.

use std::error::Error;
use std::fmt;

/// One step of a path into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Name(String),
    Index(usize),
}

/// The longest name that a path repeats, in characters. Names come from outside.
const LONGEST_NAME: usize = 64;

#[derive(Clone, PartialEq, Eq)]
struct Parts {
    /// From the inside out: a caller adds what it knows while the error passes through.
    path: Vec<Segment>,
    reason: &'static str,
    byte: Option<usize>,
}

impl Parts {
    /// The path as `/Outer/3/Inner`.
    fn path(&self) -> String {
        let segments = self.path.iter().rev();
        segments
            .map(|segment| match segment {
                Segment::Name(name) => format!("/{name}"),
                Segment::Index(index) => format!("/{index}"),
            })
            .collect()
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path())?;
        }
        f.write_str(self.reason)?;
        match self.byte {
            Some(byte) => write!(f, " at byte {byte}"),
            None => Ok(()),
        }
    }
}

/// Defines an error with a path.
macro_rules! path_error {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(Box<Parts>);

        impl $name {
            /// An error that says what was wanted, or what has no form.
            #[cold]
            pub fn new(reason: &'static str) -> Self {
                Self(Box::new(Parts {
                    path: Vec::new(),
                    reason,
                    byte: None,
                }))
            }

            /// The same error, seen from outside the member, map entry or header `name`.
            #[cold]
            #[must_use]
            pub fn within(mut self, name: &str) -> Self {
                let name = name.chars().take(LONGEST_NAME).collect();
                self.0.path.push(Segment::Name(name));
                self
            }

            /// The same error, seen from outside the list of which this is the entry `index`.
            #[cold]
            #[must_use]
            pub fn within_item(mut self, index: usize) -> Self {
                self.0.path.push(Segment::Index(index));
                self
            }

            /// What was wanted, or what has no form.
            pub fn reason(&self) -> &'static str {
                self.0.reason
            }

            /// Where: `/ContactSummaryList/3/InitiationTimestamp`, empty for the whole.
            pub fn path(&self) -> String {
                self.0.path()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl Error for $name {}
    };
}

path_error! {
    /// A document, header or label that is not what the model says.
    ///
    /// Displays as `/ContactSummaryList/3/InitiationTimestamp: expected a number at byte 812`: where, what was wanted, and the
    /// offset into the body where there is one. Never holds a value; the key of a map is `*`.
    ReadError
}

path_error! {
    /// A value that has no form on the wire: a date outside the format's years, an unknown union variant.
    ///
    /// Displays as `/Events/0/Date: an RFC 3339 date lies in the years 0000 to 9999`. Never holds a value.
    WriteError
}

impl ReadError {
    /// The same error with the offset into the body.
    #[must_use]
    pub fn at_byte(mut self, byte: usize) -> Self {
        self.0.byte = Some(byte);
        self
    }

    /// The same error without the name that was added last: a key of a map is no word of the model.
    #[cold]
    pub(crate) fn mask(mut self) -> Self {
        if let Some(last) = self.0.path.last_mut() {
            *last = Segment::Name("*".to_owned());
        }
        self
    }

    /// The offset into the body.
    pub fn byte(&self) -> Option<usize> {
        self.0.byte
    }
}

impl WriteError {
    /// A union's variant that the model does not know has no form on the wire.
    #[cold]
    pub fn unknown_variant() -> Self {
        Self::new("the union's unknown variant cannot be sent")
    }
}
