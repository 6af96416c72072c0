//! A shape's JSON to a serialiser.

use std::cell::RefCell;

use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::json::{ReadError, Reader, TIMESTAMP_MARK, WriteJson, Writer};

/// Serialises a shape by way of its JSON.
///
/// # Errors
/// The shape has no form in JSON, or the serialiser fails.
pub fn serialize<T: WriteJson, S: Serializer>(shape: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut writer = Writer::shape();
    shape.write_json(&mut writer).map_err(S::Error::custom)?;
    let json = writer.finish();
    Value(RefCell::new(&mut Reader::new(&json))).serialize(serializer)
}

/// The value that comes next.
struct Value<'r, 'a>(RefCell<&'r mut Reader<'a>>);

impl Serialize for Value<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reader = &mut **self.0.borrow_mut();
        match reader.peek() {
            Some(b'{') => object(reader, serializer),
            Some(b'[') => list(reader, serializer),
            Some(b'"') => {
                serializer.serialize_str(&reader.text_value("expected text").map_err(wrong)?)
            }
            Some(TIMESTAMP_MARK) => {
                reader.bump();
                let text = reader.text_value("expected text").map_err(wrong)?;
                serializer.serialize_newtype_struct("Timestamp", &*text)
            }
            Some(b't' | b'f') => serializer.serialize_bool(reader.boolean().map_err(wrong)?),
            Some(b'n') => {
                reader.null().map_err(wrong)?;
                serializer.serialize_unit()
            }
            _ => number(reader, serializer),
        }
    }
}

fn wrong<E: Error>(error: ReadError) -> E {
    E::custom(error)
}

fn object<S: Serializer>(reader: &mut Reader<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    reader.open(b'{', "expected an object").map_err(wrong)?;
    let mut map = serializer.serialize_map(None)?;
    let mut first = true;
    while let Some(key) = reader.key(first).map_err(wrong)? {
        first = false;
        map.serialize_entry(&*key, &Value(RefCell::new(reader)))?;
    }
    map.end()
}

fn list<S: Serializer>(reader: &mut Reader<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    reader.open(b'[', "expected a list").map_err(wrong)?;
    let mut list = serializer.serialize_seq(None)?;
    let mut first = true;
    while reader.item(first).map_err(wrong)? {
        first = false;
        list.serialize_element(&Value(RefCell::new(reader)))?;
    }
    list.end()
}

fn number<S: Serializer>(reader: &mut Reader<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    let text = reader.number_text().map_err(wrong)?;
    if let Ok(whole) = text.parse::<i64>() {
        return serializer.serialize_i64(whole);
    }
    if let Ok(whole) = text.parse::<u64>() {
        return serializer.serialize_u64(whole);
    }
    let number: f64 = text.parse().map_err(S::Error::custom)?;
    serializer.serialize_f64(number)
}
