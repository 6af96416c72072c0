//! Amazon Connect on your machine: contact records in, ListAssociatedContacts out.
