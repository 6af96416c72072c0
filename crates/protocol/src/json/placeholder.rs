//! What stands in for a required member that a service left out.

use std::collections::HashMap;
use std::hash::Hash;

use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

/// A value that says nothing: empty, zero, `false`, the epoch.
pub trait Placeholder {
    /// That value.
    fn placeholder() -> Self;
}

macro_rules! default_is_placeholder {
    ($($type:ty),*) => {$(
        impl Placeholder for $type {
            fn placeholder() -> Self {
                Self::default()
            }
        }
    )*};
}

default_is_placeholder!(
    String, bool, i8, i16, i32, i64, f32, f64, Blob, BigInteger, BigDecimal
);

impl Placeholder for DateTime {
    fn placeholder() -> Self {
        Self::from_secs(0)
    }
}

impl Placeholder for Document {
    fn placeholder() -> Self {
        Self::Null
    }
}

impl<T> Placeholder for Vec<T> {
    fn placeholder() -> Self {
        Self::new()
    }
}

impl<K: Eq + Hash, V> Placeholder for HashMap<K, V> {
    fn placeholder() -> Self {
        Self::new()
    }
}

impl<T> Placeholder for Option<T> {
    fn placeholder() -> Self {
        None
    }
}

impl<T: Placeholder> Placeholder for Box<T> {
    fn placeholder() -> Self {
        Self::new(T::placeholder())
    }
}
