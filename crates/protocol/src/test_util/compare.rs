//! What is the same in memory.

use std::fmt::Debug;

use aws_smithy_types::Document;
use aws_smithy_types::byte_stream::ByteStream;

use crate::json::{self, ReadJson, WriteJson, Writer};

/// A value that can be held against the one that is expected.
pub trait Comparable: Debug {
    /// Whether the two are the same.
    fn same(&self, other: &Self) -> bool;
}

/// Equal, or equal as JSON: there NaN is NaN, and an error's metadata, which is no member, is left out.
impl<T: Debug + PartialEq + WriteJson> Comparable for T {
    fn same(&self, other: &Self) -> bool {
        self == other || matches!((document(self), document(other)), (Some(a), Some(b)) if a == b)
    }
}

fn document(value: &impl WriteJson) -> Option<Document> {
    let mut writer = Writer::new();
    value.write_json(&mut writer).ok()?;
    json::read(&writer.finish(), ReadJson::read_json).ok()
}

/// A value that takes the form in which it is compared: a stream has to be read for that.
pub trait Compared {
    /// That form.
    type Form: Comparable;

    /// The value in that form.
    fn compared(self) -> impl Future<Output = Self::Form>;
}

impl<T: Debug + PartialEq + WriteJson> Compared for T {
    type Form = Self;

    async fn compared(self) -> Self {
        self
    }
}

/// The members of a shape that streams, its stream read to the end.
#[derive(Debug)]
pub struct Parts<T>(pub T);

impl<T: Debug + PartialEq> Comparable for Parts<T> {
    fn same(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// A stream read to the end, as text where it is text.
pub async fn collected(stream: ByteStream) -> String {
    match stream.collect().await {
        Ok(collected) => {
            let bytes = collected.into_bytes();
            std::str::from_utf8(&bytes).map_or_else(|_| format!("{bytes:?}"), str::to_owned)
        }
        Err(error) => format!("the stream broke: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_nan() {
        assert!(f64::NAN.same(&f64::NAN) && !1.0_f64.same(&f64::NAN));
        assert!(Some(f32::NAN).same(&Some(f32::NAN)) && 1_i32.same(&1));
    }
}
