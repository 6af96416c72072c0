//! Why a model cannot be generated from.

use std::fmt;

use crate::shape_id::ShapeId;

/// A defect of a model: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Error {
    place: Place,
    message: String,
}

impl Error {
    /// An error at a place.
    pub fn new(place: impl Into<Place>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The same error with its file named.
    pub fn in_file(mut self, file: &str) -> Self {
        file.clone_into(&mut self.place.file);
        self
    }
}

/// Returns an [`Error`] at a place; the message is as [`format!`] takes it.
macro_rules! bail {
    ($place:expr, $($message:tt)+) => {
        return Err($crate::error::Error::new($place, format!($($message)+)))
    };
}
pub(crate) use bail;

/// A file, and the shape, member and trait in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The model file; empty until it is known.
    pub file: String,
    /// The shape ID; empty for the model as a whole.
    pub shape: String,
    /// The member's name, if the defect is a member's.
    pub member: Option<String>,
    /// The trait's ID, if the defect is a trait's.
    pub trait_id: Option<String>,
}

impl Place {
    /// The model as a whole.
    pub fn model() -> Self {
        Self::default()
    }

    /// A shape.
    pub fn shape(id: impl fmt::Display) -> Self {
        Self {
            shape: id.to_string(),
            ..Self::default()
        }
    }

    /// A member of a shape.
    pub fn member(shape: impl fmt::Display, member: impl Into<String>) -> Self {
        Self {
            member: Some(member.into()),
            ..Self::shape(shape)
        }
    }

    /// A trait at this place.
    pub fn with_trait(mut self, id: impl Into<String>) -> Self {
        self.trait_id = Some(id.into());
        self
    }
}

impl From<&ShapeId> for Place {
    fn from(id: &ShapeId) -> Self {
        Self::shape(id)
    }
}

/// `model/connect.json: com.example#Shape$member (smithy.api#http)`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = if self.file.is_empty() {
            "model"
        } else {
            &self.file
        };
        f.write_str(file)?;
        if !self.shape.is_empty() {
            write!(f, ": {}", self.shape)?;
        }
        if let Some(member) = &self.member {
            write!(f, "${member}")?;
        }
        if let Some(id) = &self.trait_id {
            write!(f, " ({id})")?;
        }
        Ok(())
    }
}
