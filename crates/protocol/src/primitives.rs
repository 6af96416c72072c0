//! The types of members that Rust has no type of its own for.

pub use aws_smithy_types::byte_stream::{self, ByteStream};
pub use aws_smithy_types::date_time::Format as DateTimeFormat;
pub use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document, Number};

pub use crate::open_enum::{UnknownVariantError, UnknownVariantValue};
