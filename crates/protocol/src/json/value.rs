//! How a type reads and writes itself: what shapes implement, and what their members' types come with.

use std::collections::HashMap;
use std::hash::Hash;

use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

use super::{ReadError, Reader, WriteError, Writer};

/// A type that reads itself from JSON.
pub trait ReadJson: Sized {
    /// Reads a value that is not `null`.
    ///
    /// # Errors
    /// Another form than the type's.
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, ReadError>;

    /// What a `null` means; `None` for a type that has no value for it.
    #[inline]
    fn from_null() -> Option<Self> {
        None
    }
}

/// A type that writes itself as JSON.
pub trait WriteJson {
    /// Writes the value.
    ///
    /// # Errors
    /// It has no form in JSON, such as a union's unknown variant.
    fn write_json(&self, writer: &mut Writer) -> Result<(), WriteError>;

    /// Whether an object leaves out a member with this value.
    #[inline]
    fn is_absent(&self) -> bool {
        false
    }
}

macro_rules! simple {
    ($($type:ty: $method:ident;)*) => {$(
        impl ReadJson for $type {
            #[inline]
            fn read_json(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
                reader.$method()
            }
        }

        impl WriteJson for $type {
            #[inline]
            fn write_json(&self, writer: &mut Writer) -> Result<(), WriteError> {
                writer.$method(self)
            }
        }
    )*};
}

// Timestamps are epoch seconds unless a model says otherwise.
simple! {
    String: string;
    bool: boolean;
    i8: byte;
    i16: short;
    i32: integer;
    i64: long;
    f32: float;
    f64: double;
    BigInteger: big_integer;
    BigDecimal: big_decimal;
    Blob: blob;
    Document: document;
    DateTime: epoch_seconds;
}

impl<T: ReadJson> ReadJson for Box<T> {
    #[inline]
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
        T::read_json(reader).map(Self::new)
    }
}

impl<T: WriteJson> WriteJson for Box<T> {
    #[inline]
    fn write_json(&self, writer: &mut Writer) -> Result<(), WriteError> {
        T::write_json(self, writer)
    }
}

/// A `null` is `None`: so do sparse lists and maps keep theirs.
impl<T: ReadJson> ReadJson for Option<T> {
    #[inline]
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
        T::read_json(reader).map(Some)
    }

    #[inline]
    fn from_null() -> Option<Self> {
        Some(None)
    }
}

impl<T: WriteJson> WriteJson for Option<T> {
    #[inline]
    fn write_json(&self, writer: &mut Writer) -> Result<(), WriteError> {
        match self {
            Some(value) => value.write_json(writer),
            None => writer.null(),
        }
    }

    #[inline]
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: ReadJson> ReadJson for Vec<T> {
    #[inline]
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
        reader.list_with(T::read_json, T::from_null)
    }
}

impl<T: WriteJson> WriteJson for Vec<T> {
    #[inline]
    fn write_json(&self, writer: &mut Writer) -> Result<(), WriteError> {
        writer.list(self, |writer, item| item.write_json(writer))
    }
}

impl<K: for<'s> From<&'s str> + Eq + Hash, V: ReadJson> ReadJson for HashMap<K, V> {
    #[inline]
    fn read_json(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
        reader.map_with(V::read_json, V::from_null)
    }
}

impl<K: AsRef<str>, V: WriteJson> WriteJson for HashMap<K, V> {
    #[inline]
    fn write_json(&self, writer: &mut Writer) -> Result<(), WriteError> {
        writer.map(self, |writer, value| value.write_json(writer))
    }
}

impl Reader<'_> {
    /// Reads a member into a builder's field; a `null` leaves it empty.
    ///
    /// # Errors
    /// Another form than the type's.
    #[inline]
    pub fn set<T: ReadJson>(&mut self, field: &mut Option<T>) -> Result<(), ReadError> {
        self.set_with(field, T::read_json)
    }

    /// Reads a member into a builder's field by a function, for a form that is not the type's own.
    ///
    /// # Errors
    /// What `read` rejects.
    #[inline]
    pub fn set_with<T>(
        &mut self,
        field: &mut Option<T>,
        read: impl FnOnce(&mut Self) -> Result<T, ReadError>,
    ) -> Result<(), ReadError> {
        *field = self.optional(read)?;
        Ok(())
    }

    /// Reads a value.
    ///
    /// # Errors
    /// Another form than the type's.
    #[inline]
    pub fn value<T: ReadJson>(&mut self) -> Result<T, ReadError> {
        T::read_json(self)
    }

    /// Reads a value by a function, for a form that is not the type's own.
    ///
    /// # Errors
    /// What `read` rejects.
    #[inline]
    pub fn value_with<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        read(self)
    }
}

impl Writer {
    /// Writes a value.
    ///
    /// # Errors
    /// The value has no form in JSON.
    #[inline]
    pub fn value<T: WriteJson>(&mut self, value: &T) -> Result<(), WriteError> {
        value.write_json(self)
    }

    /// Writes a value by a function, for a form that is not the type's own.
    ///
    /// # Errors
    /// Those of `write`.
    #[inline]
    pub fn value_with<T: ?Sized>(
        &mut self,
        value: &T,
        write: impl FnOnce(&mut Self, &T) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        write(self, value)
    }

    /// Writes a member of the object that is open; nothing for `None`.
    ///
    /// # Errors
    /// The value has no form in JSON.
    #[inline]
    pub fn member<T: WriteJson>(&mut self, name: &str, value: &T) -> Result<(), WriteError> {
        if value.is_absent() {
            return Ok(());
        }
        self.member_with(name, Some(value), |writer, value| value.write_json(writer))
    }
}
