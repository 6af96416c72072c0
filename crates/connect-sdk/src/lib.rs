//! A typed client of Amazon Connect, generated from `model/connect.json`.
//!
//! It reads like `aws-sdk-connect`: the same paths, names and signatures wherever both have a thing.
//!
//! ```no_run
//! # async fn example() -> Result<(), connect_sdk::Error> {
//! use connect_sdk::config::{BehaviorVersion, Credentials, Region};
//! use connect_sdk::{Client, Config};
//!
//! let config = Config::builder()
//!     .behavior_version(BehaviorVersion::latest())
//!     .region(Region::new("us-east-1"))
//!     .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "static"))
//!     .build();
//! let client = Client::from_conf(config);
//! let mut contacts = client
//!     .list_associated_contacts()
//!     .instance_id("a1b2c3d4-5678-90ab-cdef-111111111111")
//!     .contact_id("a1b2c3d4-5678-90ab-cdef-222222222222")
//!     .into_paginator()
//!     .items()
//!     .send();
//! while let Some(contact) = contacts.try_next().await? {
//!     println!("{:?} {:?}", contact.contact_id(), contact.channel());
//! }
//! # Ok(())
//! # }
//! ```

#[rustfmt::skip]
mod generated;

pub use generated::*;

#[cfg(all(feature = "client", feature = "test-util"))]
pub use connect_transport::test_util;
#[cfg(feature = "client")]
pub use connect_transport::{operating, sender};
