//! The forest as bars over time: a layout as data, and files made of it.

mod html;
mod layout;
mod perfetto;
mod svg;
mod ticks;
mod words;

pub use self::layout::{Arrow, Bar, Part, PartKind, Row, Timeline};
pub use self::ticks::Tick;
