//! Amazon Connect on your machine: contact records in, ListAssociatedContacts out.
//!
//! [`LocalEndpoint`] listens on a socket and responds as the service does: it checks signatures, constraints and page
//! tokens, and returns the service's own errors. Contacts live in a [`Store`], an SQLite database in a file or in
//! memory, and come from contact records or contact events as Amazon Connect exports them.
//!
//! ```
//! use connect_local_endpoint::{LocalEndpoint, OnRejection, Store, samples};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::in_memory()?;
//! let report = store.import("records.json", samples::records().as_bytes(), OnRejection::Abort)?;
//! assert_eq!(report.rejected, 0);
//!
//! let endpoint = LocalEndpoint::builder().store(store).start().await?;
//! // Point any client at it: its URL, its credentials, service `connect`, any region.
//! println!("{} {}", endpoint.url(), endpoint.credentials().access_key_id());
//! endpoint.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod auth;
mod contact;
mod endpoint;
mod files;
mod random;
mod records;
pub mod samples;
mod seed;
mod server;
mod service;
mod store;
mod token;

pub use endpoint::{Builder, LocalEndpoint, StartError};
pub use files::find_files;
pub use random::RandomError;
pub use records::Rejection;
pub use seed::{ResetError, SeedError};
pub use store::{
    ContactSummary, ImportError, Importer, InstanceStats, OnRejection, Page, PageError, Prune,
    PruneError, Pruned, Report, Stats, Store, StoreError, TreeStats,
};

/// Credentials, as SDKs have them.
pub use aws_credential_types::Credentials;
