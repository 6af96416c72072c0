//! Random values by their type.

use std::collections::HashMap;

use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

use super::Source;
use crate::json::{WriteJson, Writer};
use crate::uri::QueryValues;

/// A type of which random values can be made.
pub trait Sample: Sized {
    /// A value.
    fn sample(source: &mut Source) -> Self;
}

impl Source {
    /// A value of any type.
    #[inline]
    pub fn value<T: Sample>(&mut self) -> T {
        T::sample(self)
    }
}

macro_rules! samples {
    ($($type:ty: $source:ident => $value:expr;)*) => {$(
        impl Sample for $type {
            fn sample($source: &mut Source) -> Self {
                $value
            }
        }
    )*};
}

samples! {
    String: source => source.text(0, u64::MAX);
    bool: source => source.pick(&[true, false]);
    i8: source => source.integer(i8::MIN.into(), i8::MAX.into());
    i16: source => source.integer(i16::MIN.into(), i16::MAX.into());
    i32: source => source.integer(i32::MIN.into(), i32::MAX.into());
    i64: source => source.integer(i64::MIN, i64::MAX);
    f32: source => source.float();
    f64: source => source.double();
    Blob: source => source.blob(0, u64::MAX);
    DateTime: source => source.moment();
    Document: source => source.document();
    BigInteger: source => source.digits().parse().unwrap_or_default();
    BigDecimal: source => format!("{}.5", source.digits()).parse().unwrap_or_default();
    ByteStream: source => ByteStream::from(source.blob(0, u64::MAX).into_inner());
}

/// A structure that is a body, unless it is written as an empty object: that is what no value looks like.
pub fn unless_empty<T: WriteJson>(value: Option<T>) -> Option<T> {
    value.filter(|value| {
        let mut writer = Writer::new();
        value.write_json(&mut writer).is_err() || writer.finish() != b"{}"
    })
}

/// Adds to a map of query parameters those that the operation names: servers find them in the map too.
pub fn named_too<V: QueryValues>(
    map: Option<HashMap<String, V>>,
    named: impl IntoIterator<Item = (&'static str, String)>,
) -> Option<HashMap<String, V>> {
    let mut map = map.unwrap_or_default();
    let named: Vec<_> = named.into_iter().collect();
    for (name, _) in &named {
        map.remove(*name);
    }
    for (name, value) in named {
        V::add(map.entry(name.to_owned()), value);
    }
    (!map.is_empty()).then_some(map)
}

/// `Sample` for enums of strings: one of the values that are known.
#[macro_export]
macro_rules! sample_enums {
    ($($name:path),* $(,)?) => {$(
        impl $crate::test_util::Sample for $name {
            fn sample(source: &mut $crate::test_util::Source) -> Self {
                Self::from(source.pick(<$name>::values()))
            }
        }
    )*};
}
