//! Contacts as a tree: transfers, consults, callbacks, related contacts.
