//! `Serialize` and `Deserialize` for shapes: by member names, times in RFC 3339, blobs in base64.
//!
//! Both go by way of the shape's own JSON codec, so that generated code has one line per shape for it: serialising passes on
//! what the shape writes, deserialising reads the shape from what a format offers. A timestamp is a newtype struct called
//! `Timestamp` around its text, for serialisers that want to distinguish it from other text.

mod de;
mod ser;

pub use de::deserialize;
pub use ser::serialize;

/// Implements `Serialize` and `Deserialize` for a shape that reads and writes itself as JSON.
#[macro_export]
macro_rules! serde_shape {
    ($name:ident) => {
        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::shape_serde::serialize(self, serializer)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::shape_serde::deserialize(deserializer)
            }
        }
    };
}

/// Implements them for an enum of strings.
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_text {
    ($name:ident) => {
        $crate::serde_shape!($name);
    };
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime;

    use crate::json::{ReadError, ReadJson, Reader, WriteError, WriteJson, Writer};

    #[derive(Debug, Default, PartialEq)]
    struct Contact {
        id: Option<String>,
        at: Option<DateTime>,
        scores: Option<Vec<f64>>,
        ended: Option<bool>,
    }

    impl ReadJson for Contact {
        fn read_json(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
            let mut contact = Self::default();
            reader.object(|reader, name| match name {
                "Id" => reader.set(&mut contact.id),
                "At" => reader.set(&mut contact.at),
                "Scores" => reader.set(&mut contact.scores),
                "Ended" => reader.set(&mut contact.ended),
                _ => reader.skip(),
            })?;
            Ok(contact)
        }
    }

    impl WriteJson for Contact {
        fn write_json(&self, writer: &mut Writer) -> Result<(), WriteError> {
            writer.begin_object();
            writer.member("Id", &self.id)?;
            writer.member("At", &self.at)?;
            writer.member("Scores", &self.scores)?;
            writer.member("Ended", &self.ended)?;
            writer.end_object();
            Ok(())
        }
    }

    serde_shape!(Contact);

    fn contact() -> Contact {
        Contact {
            id: Some("c \"1\"\n".to_owned()),
            at: Some(DateTime::from_secs(1_700_000_000)),
            scores: Some(vec![0.5, -3.0, f64::INFINITY]),
            ended: Some(true),
        }
    }

    #[test]
    fn shapes_are_serialised_by_member_names() {
        let text = serde_json::to_string(&contact()).unwrap();
        let expected = r#"{"Id":"c \"1\"\n","At":"2023-11-14T22:13:20Z","Scores":[0.5,-3.0,"Infinity"],"Ended":true}"#;
        assert_eq!(text.replace("-3,", "-3.0,"), expected);
    }

    #[test]
    fn shapes_come_back_from_text_and_from_values() {
        let text = serde_json::to_string(&contact()).unwrap();
        assert_eq!(serde_json::from_str::<Contact>(&text).unwrap(), contact());
        let value = serde_json::to_value(contact()).unwrap();
        assert_eq!(serde_json::from_value::<Contact>(value).unwrap(), contact());
    }

    #[test]
    fn unknown_members_are_ignored_and_times_may_be_numbers() {
        let text = r#"{"New":{"x":[1,null]},"At":1700000000,"Id":null}"#;
        let at = Some(DateTime::from_secs(1_700_000_000));
        assert_eq!(
            serde_json::from_str::<Contact>(text).unwrap(),
            Contact {
                at,
                ..Contact::default()
            }
        );
    }

    #[test]
    fn another_form_is_an_error_with_its_place() {
        let error = serde_json::from_str::<Contact>(r#"{"Scores":[true]}"#).unwrap_err();
        assert!(error.to_string().contains("/Scores/0"), "{error}");
    }

    #[derive(Debug, PartialEq)]
    enum Reason {
        Code(i32),
        Unknown,
    }

    impl ReadJson for Reason {
        fn read_json(reader: &mut Reader<'_>) -> Result<Self, ReadError> {
            let known = |reader: &mut Reader<'_>, name: &str| match name {
                "Code" => reader.integer().map(Self::Code).map(Some),
                _ => Ok(None),
            };
            reader.union(|| Self::Unknown, known)
        }
    }

    impl WriteJson for Reason {
        fn write_json(&self, writer: &mut Writer) -> Result<(), WriteError> {
            writer.begin_object();
            match self {
                Self::Code(code) => writer.member("Code", code)?,
                Self::Unknown => writer.unknown_variant()?,
            }
            writer.end_object();
            Ok(())
        }
    }

    serde_shape!(Reason);

    #[test]
    fn a_union_is_told_by_its_member_and_may_be_unknown() {
        for (reason, text) in [(Reason::Code(5), r#"{"Code":5}"#), (Reason::Unknown, "{}")] {
            assert_eq!(serde_json::to_string(&reason).unwrap(), text);
            assert_eq!(serde_json::from_str::<Reason>(text).unwrap(), reason);
        }
        let tomorrow = serde_json::from_str::<Reason>(r#"{"New":[1]}"#).unwrap();
        assert_eq!(tomorrow, Reason::Unknown);
        assert!(Reason::Unknown.write_json(&mut Writer::new()).is_err());
    }
}
