//! `--cli-binary-format`: how blobs stand in the input.

use clap::ValueEnum;
use serde_json::Value;

use crate::model::{Member, Shape};

/// How blobs of the input are written. In results they are always base64.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum BinaryFormat {
    /// In base64.
    #[default]
    Base64,
    /// As text, whose bytes are the blob.
    RawInBase64Out,
}

impl BinaryFormat {
    /// Writes the blobs of a value in base64, where they are not.
    pub(crate) fn encode(self, shape: &Shape, value: &mut Value) {
        if self == Self::Base64 {
            return;
        }
        match (shape, value) {
            (Shape::Blob, Value::String(text)) => {
                *text = base64_simd::STANDARD.encode_to_string(text.as_bytes());
            }
            (Shape::List(element), Value::Array(values)) => {
                values
                    .iter_mut()
                    .for_each(|value| self.encode(element, value));
            }
            (Shape::Map(element), Value::Object(values)) => {
                values
                    .values_mut()
                    .for_each(|value| self.encode(element, value));
            }
            (Shape::Structure(members) | Shape::Union(members), value) => {
                self.encode_members(members.iter(), value);
            }
            _ => {}
        }
    }

    /// The same of the members of a structure.
    pub(crate) fn encode_members<'m>(
        self,
        members: impl Iterator<Item = &'m Member>,
        value: &mut Value,
    ) {
        for member in members {
            if let Some(value) = value.get_mut(member.name) {
                self.encode(member.shape, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_encoded_wherever_a_blob_stands() {
        static MEMBERS: [Member; 3] = [
            Member::optional("Blob", &Shape::Blob),
            Member::optional("Text", &Shape::String),
            Member::optional("Map", &Shape::Map(&Shape::List(&Shape::Blob))),
        ];
        let shape = Shape::Structure(&MEMBERS);
        let given = json!({"Blob": "a b", "Text": "a b", "Map": {"k": ["", 3]}, "Other": "a b"});
        let mut value = given.clone();
        BinaryFormat::Base64.encode(&shape, &mut value);
        assert_eq!(value, given);
        BinaryFormat::RawInBase64Out.encode(&shape, &mut value);
        let expected =
            json!({"Blob": "YSBi", "Text": "a b", "Map": {"k": ["", 3]}, "Other": "a b"});
        assert_eq!(value, expected);
    }
}
