//! Contacts as a tree: transfers, consults, callbacks, related contacts.
//!
//! Amazon Connect returns a flat list of contacts that point at each other. [`Forest`] turns such a list into
//! trees, [`Forest::picture`] draws them for a terminal. Nothing here knows AWS: fill in plain [`Contact`]s from
//! whatever you have.
//!
//! ```
//! use contact_tree::{Contact, Forest, Link, Style, Timestamp};
//!
//! let forest = Forest::new([
//!     Contact {
//!         id: "b".into(),
//!         previous_contact_id: Some("a".into()),
//!         channel: Some("VOICE".into()),
//!         initiation_method: Some("TRANSFER".into()),
//!         initiation_time: Some(Timestamp::from_secs(1_700_000_192)),
//!         disconnect_time: None,
//!         ..Contact::default()
//!     },
//!     Contact {
//!         id: "a".into(),
//!         channel: Some("VOICE".into()),
//!         initiation_method: Some("INBOUND".into()),
//!         initiation_time: Some(Timestamp::from_secs(1_700_000_000)),
//!         disconnect_time: Some(Timestamp::from_secs(1_700_000_195)),
//!         ..Contact::default()
//!     },
//! ]);
//!
//! let b = forest.get("b").expect("it was in the list");
//! assert_eq!(b.link(), Some(Link::Previous));
//! assert_eq!(b.parent().map(|parent| parent.contact().id.as_str()), Some("a"));
//! assert!(forest.anomalies().is_empty());
//!
//! assert_eq!(
//!     forest.picture(&Style::default()).to_string(),
//!     "\
//! 2 contacts · 2023-11-14 22:13:20 to 22:16:35 UTC (3m 15s) · 1 still open
//!
//! CONTACT             START       DURATION  CONTACT ID
//! VOICE  INBOUND      22:13:20      3m 15s  a
//! └─ VOICE  TRANSFER  22:16:32  still open  b
//! "
//! );
//! ```
//!
//! # How a list becomes a tree
//!
//! - A contact hangs under its `PreviousContactId`; if it has none, under its `InitialContactId`; if that is absent or
//!   its own, under its `RelatedContactId`, and is then marked as [`Link::Related`].
//! - A reference to a contact that is not in the list is an [`AnomalyKind::MissingParent`]. The next of the three
//!   references that is in the list is used; failing that, the contact is a root.
//! - A cycle is cut above its earliest contact. A reference to itself is passed over.
//! - Equal copies of a contact become one. Copies that differ are all kept; references lead to the first of them.
//! - Siblings, roots and copies are ordered by initiation time, then ID; contacts without a time come last. The order
//!   of the input does not matter.
//!
//! [`Forest::anomalies`] says what is wrong with a list. No list makes it panic, and none loses a contact. Every
//! algorithm is a loop: a chain of a hundred thousand transfers needs no more stack than one of two.

mod anomaly;
mod build;
mod contact;
mod facts;
mod filter;
mod forest;
mod leg;
mod picture;
mod summary;
mod text;
mod time;
mod timeline;

pub use anomaly::{Anomaly, AnomalyKind};
pub use contact::{Contact, Elapsed, Link, NodeId};
pub use facts::Facts;
pub use forest::{BreadthFirst, DepthFirst, Forest, Node, Span};
pub use leg::Leg;
pub use picture::{Picture, Style, Zone};
pub use time::Timestamp;
pub use timeline::{Arrow, Bar, Part, PartKind, Row, Tick, Timeline};
