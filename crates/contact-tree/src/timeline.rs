//! The forest as bars over time: a layout as data, and SVG made of it.

mod layout;
mod svg;

pub use self::layout::{Arrow, Bar, Part, PartKind, Row, Tick, Timeline};
