//! JSON to shapes and back: what generated parsers and serialisers call.
//!
//! ```
//! use connect_protocol::json::{self, Reader, ReadError, Writer, WriteError};
//!
//! struct Contact {
//!     id: Option<String>,
//!     tags: Vec<String>,
//! }
//!
//! fn read_contact(reader: &mut Reader<'_>) -> Result<Contact, ReadError> {
//!     let mut contact = Contact { id: None, tags: Vec::new() };
//!     reader.object(|reader, key| {
//!         match key {
//!             "Id" => reader.set(&mut contact.id),
//!             "Tags" => reader.value().map(|tags| contact.tags = tags),
//!             _ => reader.skip(),
//!         }
//!     })?;
//!     Ok(contact)
//! }
//!
//! fn write_contact(contact: &Contact) -> Result<Vec<u8>, WriteError> {
//!     let mut writer = Writer::new();
//!     writer.object(|writer| {
//!         writer.member("Id", &contact.id)?;
//!         writer.member("Tags", &contact.tags)
//!     })?;
//!     Ok(writer.finish())
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let contact = json::read(br#"{"Id": "c-1", "New": {"x": [1]}, "Tags": ["a", null]}"#, read_contact)?;
//! assert_eq!(write_contact(&contact)?, br#"{"Id":"c-1","Tags":["a"]}"#);
//!
//! let error = json::read(br#"{"Tags": ["a", 1]}"#, read_contact).err().map(|error| error.to_string());
//! assert_eq!(error.as_deref(), Some("/Tags/1: expected a string at byte 15"));
//! # Ok(())
//! # }
//! ```

mod list;
mod placeholder;
mod reader;
mod scalar;
mod scan;
mod string;
mod value;
mod writer;

pub use crate::error::{ReadError, WriteError};
pub use placeholder::Placeholder;
pub use reader::{Reader, read, read_object, read_payload};
pub use value::{ReadJson, WriteJson};
#[cfg(feature = "serde")]
pub(crate) use writer::TIMESTAMP_MARK;
pub use writer::Writer;
