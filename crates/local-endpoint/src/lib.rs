//! Amazon Connect on your machine: contact records in, ListAssociatedContacts out.

mod auth;
mod random;
mod records;
pub mod samples;
mod store;
mod token;

pub use random::RandomError;
pub use records::Refusal;
pub use store::{
    ContactSummary, ImportError, OnRefusal, Page, PageError, Report, Store, StoreError,
};
