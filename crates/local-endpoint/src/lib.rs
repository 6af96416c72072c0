//! Amazon Connect on your machine: contact records in, Connect's operations on contacts out.
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

mod access;
mod auth;
mod contact;
mod endpoint;
mod events;
mod fault;
mod files;
mod gate;
mod key;
mod quota;
mod random;
mod records;
mod rule;
pub mod samples;
mod seed;
mod server;
mod service;
mod store;
mod tls;
mod token;

pub use access::Access;
pub use endpoint::{Builder, LocalEndpoint, StartError};
pub use events::{EventSink, EventSinkError, Undelivered};
pub use fault::{Fault, Injected};
pub use files::find_files;
pub use key::Key;
pub use quota::Quota;
pub use random::RandomError;
pub use records::Rejection;
pub use rule::RuleError;
pub use seed::{ResetError, SeedError};
pub use service::OPERATIONS;
#[cfg(feature = "postgres")]
pub use store::PostgresError;
pub use store::{
    ContactSummary, ImportError, Importer, InstanceStats, OnRejection, Page, PageError, Prune,
    PruneError, Pruned, Report, Stats, Store, StoreError, TreeStats,
};
pub use tls::{Tls, TlsError};

/// Credentials, as SDKs have them.
pub use aws_credential_types::Credentials;
